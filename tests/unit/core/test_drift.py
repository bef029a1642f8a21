"""Drift: what is compared, what an update changes, and whether the spec or the VM was changed last."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from hyperv_operator.api.common import Condition
from hyperv_operator.core import drift
from hyperv_operator.core.drift import Difference
from hyperv_operator.protocol.job import DesiredVm
from unit.core.samples import SPEC, condition, configured, vm

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
    assert drift.desired(SPEC, vm(**changes)) == wanted


@pytest.mark.parametrize(
    ("synced", "newer"),
    [
        ((), True),
        ((condition("Synced", "True", "InSync", generation=3),), False),
        ((condition("Synced", "True", "InSync", generation=2),), True),
        ((condition("Synced", "True", "InSync", generation=None),), True),
        ((condition("Synced", "False", "OutOfSync", generation=3),), False),
        ((condition("Synced", "False", "OutOfSync", generation=2),), True),
        ((condition("Synced", "Unknown", "Running", generation=3),), True),
        ((condition("Synced", "False", "VMMissing", generation=3),), True),
    ],
)
def test_the_spec_is_newer_unless_it_is_the_one_that_was_applied(synced: tuple[Condition, ...], *, newer: bool) -> None:
    assert drift.spec_is_newer(replace(configured(*synced), generation=3)) is newer
