from __future__ import annotations

from faults.catalogue import parse_fault
from faults.comparison import Deviation, Record
from faults.summary import details, rows, table
from faults.trial import Result


def _result(text: str, *deviations: str, reached: bool = True) -> Result:
    found = tuple(Deviation(name, "detail") for name in deviations)
    return Result("machine", parse_fault(text), reached, found, 1.0, Record(), ())


_RESULTS = [
    _result("machine/api/get.secrets/1/404"),
    _result("machine/api/get.secrets/2/404", "two-vms", "not-ready", "two-vms"),
    _result("machine/api/get.secrets/3/404", reached=False),
    _result("machine/api/patch.hypervmachines/1/kill-before"),
    _result("machine/step/CopyImage/1/kill"),
]


def test_trials_are_counted_by_layer_and_kind() -> None:
    found = {(row.layer, row.kind): (row.tries, row.ok, row.not_ok, row.not_reached) for row in rows(_RESULTS)}
    assert found == {
        ("api", "404"): (3, 1, 1, 1),
        ("api", "kill-before"): (1, 1, 0, 0),
        ("step", "kill"): (1, 1, 0, 0),
    }


def test_the_order_is_the_catalogues() -> None:
    assert [row.kind for row in rows(_RESULTS)] == ["kill-before", "404", "kill"]


def test_the_table_ends_with_the_ids_of_the_trials_that_deviate() -> None:
    lines = table(_RESULTS).splitlines()
    assert lines[-1] == "machine/api/get.secrets/2/404: not-ready, two-vms"
    assert lines[-2].split() == ["all", "5", "3", "1", "1"]


def test_an_undisturbed_trial_that_failed_is_listed_and_not_counted() -> None:
    failed = Result("cluster", None, True, (Deviation("create-not-reached", ""),), 1.0, Record(), ())
    lines = table([failed]).splitlines()
    assert lines[-1] == "cluster/undisturbed: create-not-reached"
    assert lines[-2].split() == ["all", "0", "0", "0", "0"]


def test_a_trial_that_deviated_before_its_fault_is_not_ok() -> None:
    assert _result("machine/api/get.secrets/1/404", "harness-error", reached=False).outcome == "harness-error"


def test_the_details_name_the_fault_and_its_deviations() -> None:
    (found,) = details(_RESULTS[1:2])
    assert found["fault"] == "machine/api/get.secrets/2/404"
    assert [one["name"] for one in found["deviations"]] == ["two-vms", "not-ready", "two-vms"]
