"""What is written fits the bounds of its model, whatever was put into it without validation."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperv_operator.api.common import Condition, Model, Status
from hyperv_operator.api.host import Capacity, HostId, HyperVHostStatus, Volume
from hyperv_operator.api.inventory import HyperVHostInventoryStatus
from hyperv_operator.api.machine import HyperVMachineStatus, Origin, PastRun, Run
from hyperv_operator.border.fitting import fit
from hyperv_operator.border.text import ELLIPSIS

NOW = datetime(2026, 1, 1, tzinfo=UTC)
GUID = "0f1e2d3c-1111-4222-8333-944455556666"
CONDITION = Condition(type="Ready", status="True", reason="Ready", message="m", last_transition_time=NOW)
GOOD = HyperVMachineStatus(
    observed_generation=1, conditions=(CONDITION,), vm_id=GUID, addresses=("10.0.0.1",),
    run=Run(id=GUID, kind="remove", attempt=2, started_at=NOW),
)  # fmt: skip


def _with(**changes: Any) -> HyperVMachineStatus:
    return GOOD.model_copy(update=changes)


def test_a_status_that_fits_stays_as_it_is() -> None:
    assert fit(GOOD).item == GOOD
    assert fit(GOOD).problems == ()
    assert fit(HyperVMachineStatus()).item == HyperVMachineStatus()


@pytest.mark.parametrize(
    ("wrong", "left", "place"),
    [
        ({"host": "h" * 254}, {"host": "h" * 252 + ELLIPSIS}, "host"),
        ({"addresses": ("a" * 108, "b")}, {"addresses": ("a" * 63 + ELLIPSIS, "b")}, "addresses.0"),
        ({"addresses": ("a",) * 33}, {"addresses": ("a",) * 32}, "addresses"),
        ({"addresses": ("a", 5, "b")}, {"addresses": ("a", "b")}, "addresses.1"),
        ({"addresses": None}, {"addresses": ()}, None),
        ({"vm_id": GUID.upper()}, {"vm_id": None}, "vmId"),
        ({"power_state": ["Off"]}, {"power_state": None}, "powerState"),
        ({"diagnosis": "d" * 2_049}, {"diagnosis": "d" * 2_047 + ELLIPSIS}, "diagnosis"),
        ({"observed_generation": -2}, {"observed_generation": None}, "observedGeneration"),
        ({"conditions": (CONDITION, CONDITION.model_copy(update={"reason": "not a word"}))}, {}, "conditions.1.reason"),
        ({"conditions": (CONDITION, CONDITION.model_copy(update={"status": "Maybe"}))}, {}, "conditions.1.status"),
        (
            {"run": Run.model_construct(id=GUID, kind="remove", attempt=2, started_at=NOW, step="s" * 65)},
            {"run": Run(id=GUID, kind="remove", attempt=2, started_at=NOW, step="s" * 63 + ELLIPSIS)},
            "run.step",
        ),
        ({"run": Run.model_construct(id="x", attempt=1)}, {"run": None}, "run.id"),
        (
            {"history": (PastRun.model_construct(id=GUID, attempt=0, finished_at=NOW, outcome="x"),)},
            {"history": ()},
            "history.0.attempt",
        ),
    ],
)
def test_what_is_out_of_bounds_is_cut_or_left_out(
    wrong: dict[str, Any], left: dict[str, Any], place: str | None
) -> None:
    reading = fit(_with(**wrong))
    assert reading.item == _with(**left)
    assert [problem.split(":")[0] for problem in reading.problems][:1] == ([place] if place else [])


HOST_ID = HostId(smbios_uuid="s", machine_guid="m")


def test_every_text_is_cleaned() -> None:
    odd, clean = "a\u202eb\ud83d\r\n", "a\ufffdb\ufffd\n"
    wrong = _with(diagnosis=odd, addresses=(odd,), conditions=(CONDITION.model_copy(update={"message": odd}),))
    item = fit(wrong).item
    assert item is not None
    assert (item.diagnosis, item.addresses, item.conditions[0].message) == (clean, (clean,), clean)


def test_what_is_compared_stays_as_it_was_written() -> None:
    origin = Origin(schema_version=1, fields={"f": "a\u200db"}, machines_folder="D", host_id=HOST_ID)
    assert fit(_with(origin=origin), frozenset({"origin"})).item == _with(origin=origin)
    cleaned = origin.model_copy(update={"fields": {"f": "a\ufffdb"}})
    assert fit(_with(origin=origin)).item == _with(origin=cleaned)


@pytest.mark.parametrize(
    ("figure", "shown"), [(2**63 - 1, 2**63 - 1), (2**63, 2**63 - 1), (10**400, 2**63 - 1), (0, 0), (-1, None)]
)
def test_a_number_is_one_that_the_api_server_takes(figure: int, shown: int | None) -> None:
    volumes = (Volume.model_construct(path="D", free_gib=figure), Volume(path="E", free_gib=1))
    capacity = Capacity(logical_processors=1, memory_gib=1, memory_free_gib=1)
    status = HyperVHostStatus(capacity=capacity.model_copy(update={"volumes": volumes}))
    item = fit(status).item
    assert item is not None
    assert item.capacity is not None
    assert [one.free_gib for one in item.capacity.volumes] == ([] if shown is None else [shown]) + [1]


def test_the_least_number_and_a_flag_stay_what_they_are() -> None:
    class Figures(Model):
        least: int
        flag: bool

    assert fit(Figures(least=-(2**63) - 1, flag=True)).item == Figures(least=-(2**63), flag=True)
    item = fit(Figures(least=-(2**63), flag=True)).item
    assert item is not None
    assert (item.least, item.flag) == (-(2**63), True)


def test_what_a_model_requires_cannot_be_left_out() -> None:
    assert fit(Volume.model_construct(path="D", free_gib=-1)).item is None


_TEXTS = st.text(st.characters(codec=None, categories=None), max_size=300)


@given(_TEXTS, st.lists(_TEXTS, max_size=40), st.dictionaries(_TEXTS, _TEXTS, max_size=3))
def test_no_text_makes_a_status_that_cannot_be_sent(text: str, texts: list[str], words: dict[str, str]) -> None:
    statuses: list[Status | HyperVHostInventoryStatus] = [
        _with(
            host=text, addresses=tuple(texts), diagnosis=text * 10, power_state=text, os_family=text,
            sealed={"secrets": words}, conditions=tuple(CONDITION.model_copy(update={"message": one}) for one in texts),
        ),
        HyperVHostStatus().model_copy(update={"computer_name": text, "os": text, "operator": text, "agent": words}),
        HyperVHostInventoryStatus().model_copy(update={"machines": texts, "images": words}),
    ]  # fmt: skip
    for status in statuses:
        fitted = fit(status).item
        assert fitted is not None
        sent = str(fitted.to_json())
        sent.encode()
        assert type(status).model_validate(fitted.model_dump(by_alias=True)) == fitted
        assert fit(fitted).item == fitted
        assert fit(fitted).problems == ()
