"""Drift: what is compared, what an update changes, and whether the spec or the VM was changed last."""

from __future__ import annotations

from typing import Any

import pytest

from hyperv_operator.api.machine import Applied
from hyperv_operator.core import drift
from hyperv_operator.core.drift import Difference
from hyperv_operator.protocol.job import DesiredVm
from unit.core.samples import APPLIED, SPEC, vm

GIB = 1024**3


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({}, ()),
        ({"cpu_cores": 2}, (Difference("cpu_cores", "1", "2"),)),
        ({"memory_bytes": 2 * GIB}, (Difference("gb_ram", "1", "2"),)),
        ({"memory_bytes": GIB + GIB // 2}, (Difference("gb_ram", "1", "1.5"),)),
        ({"memory_bytes": GIB + 1}, (Difference("gb_ram", "1", "1"),)),
        ({"state": "Off"}, (Difference("powerState", "Running", "Off"),)),
        ({"state": "Paused"}, (Difference("powerState", "Running", "Paused"),)),
        ({"state": "Saved"}, (Difference("powerState", "Running", "Saved"),)),
        ({"state": "Starting"}, ()),
        ({"state": "Stopping"}, ()),
        ({"state": "Other"}, ()),
        (
            {"cpu_cores": 2, "memory_bytes": 0, "state": "Off"},
            (
                Difference("cpu_cores", "1", "2"),
                Difference("gb_ram", "1", "0"),
                Difference("powerState", "Running", "Off"),
            ),
        ),
    ],
)
def test_cpu_memory_and_settled_power_states_are_compared(
    changes: dict[str, Any], found: tuple[Difference, ...]
) -> None:
    assert drift.differences(SPEC, vm(**changes)) == found


def test_a_spec_that_asks_for_off_matches_a_vm_that_is_off() -> None:
    off = SPEC.model_copy(update={"power_state": "Off"})
    assert drift.differences(off, vm(state="Off")) == ()
    assert drift.differences(off, vm()) == (Difference("powerState", "Off", "Running"),)


def test_a_difference_names_the_actual_and_the_desired_value() -> None:
    found = drift.differences(SPEC, vm(cpu_cores=2, state="Off"))
    assert drift.describe(found) == "cpu_cores is 2, spec says 1; powerState is Off, spec says Running"


@pytest.mark.parametrize(
    ("changes", "wanted"),
    [
        ({}, DesiredVm()),
        ({"cpu_cores": 2}, DesiredVm(cpu_cores=1)),
        ({"memory_bytes": 0}, DesiredVm(gb_ram=1)),
        ({"state": "Off"}, DesiredVm(power_state="Running")),
        ({"cpu_cores": 2, "memory_bytes": 0, "state": "Off"}, DesiredVm(cpu_cores=1, gb_ram=1, power_state="Running")),
    ],
)
def test_an_update_changes_what_differs_and_nothing_else(changes: dict[str, Any], wanted: DesiredVm) -> None:
    assert drift.desired(SPEC, drift.differences(SPEC, vm(**changes))) == wanted


_ALL = drift.differences(SPEC, vm(cpu_cores=2, memory_bytes=0, state="Off"))


@pytest.mark.parametrize(
    ("applied", "pending"),
    [
        (APPLIED, []),
        (APPLIED.model_copy(update={"cpu_cores": 2}), ["cpu_cores"]),
        (APPLIED.model_copy(update={"gb_ram": 2}), ["gb_ram"]),
        (APPLIED.model_copy(update={"power_state": "Off"}), ["powerState"]),
        (Applied(), ["cpu_cores", "gb_ram", "powerState"]),
        (None, []),
    ],
)
def test_only_a_changed_value_of_the_spec_is_pending(applied: Applied | None, pending: list[str]) -> None:
    assert [one.what for one in drift.pending(SPEC, applied, _ALL)] == pending


def test_a_changed_value_that_the_vm_has_already_is_not_pending() -> None:
    assert drift.pending(SPEC, Applied(), ()) == ()


@pytest.mark.parametrize(
    ("seen", "before", "applied"),
    [
        ({}, Applied(cpu_cores=8, gb_ram=8, power_state="Off"), APPLIED),
        ({"cpu_cores": 2}, APPLIED.model_copy(update={"cpu_cores": 8}), APPLIED.model_copy(update={"cpu_cores": 8})),
        ({"memory_bytes": 0}, APPLIED.model_copy(update={"gb_ram": 8}), APPLIED.model_copy(update={"gb_ram": 8})),
        (
            {"state": "Off"},
            APPLIED.model_copy(update={"power_state": "Off"}),
            Applied(cpu_cores=1, gb_ram=1, power_state="Off"),
        ),
        ({"state": "Starting"}, Applied(power_state="Off"), Applied(cpu_cores=1, gb_ram=1, power_state="Off")),
        ({"cpu_cores": 2, "state": "Off"}, None, APPLIED),
    ],
)
def test_what_the_vm_has_of_the_spec_is_applied_and_the_rest_stays_as_recorded(
    seen: dict[str, Any], before: Applied | None, applied: Applied
) -> None:
    assert drift.applied_now(SPEC, vm(**seen), before) == applied
