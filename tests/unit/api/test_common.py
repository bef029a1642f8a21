"""Conditions of a status, by type."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from hyperv_operator.api.common import Condition, ConditionStatus
from hyperv_operator.api.machine import HyperVMachineStatus

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def _status(kind: str, value: ConditionStatus) -> HyperVMachineStatus:
    return HyperVMachineStatus(conditions=(Condition(type=kind, status=value, reason="Any", last_transition_time=NOW),))


@pytest.mark.parametrize(("value", "expected"), [("True", True), ("False", False), ("Unknown", False)])
def test_only_true_is_true(value: ConditionStatus, *, expected: bool) -> None:
    status = _status("GuestConfigured", value)
    assert status.is_true("GuestConfigured") is expected


def test_a_condition_that_is_not_there_is_not_true() -> None:
    assert not _status("Ready", "True").is_true("GuestConfigured")
    assert not HyperVMachineStatus().is_true("Ready")
