"""Events: one for each thing that happened between two statuses, none for standing still."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hyperv_operator.api.common import Condition
from hyperv_operator.api.machine import HyperVMachineStatus, Run
from hyperv_operator.core.events import between

NOW = datetime(2026, 1, 1, tzinfo=UTC)
RUN = "b7e23ec2-9f2c-4f5e-8d0a-5a4f5b8a9d10"


def _status(run: Run | None = None, **reasons: str) -> HyperVMachineStatus:
    conditions = tuple(
        Condition(type=kind, status="Unknown", reason=reason, message=f"About {reason}.", last_transition_time=NOW)
        for kind, reason in reasons.items()
    )
    return HyperVMachineStatus(conditions=conditions, run=run)


def _update(desired: dict[str, Any], *, ended: bool) -> Run:
    run = Run(id=RUN, kind="update", attempt=2, started_at=NOW, definition=json.dumps({"desired": desired}))
    return run.model_copy(update={"finished_at": NOW + timedelta(seconds=9), "outcome": "completed"}) if ended else run


@pytest.mark.parametrize(
    ("desired", "told"),
    [
        ({"cpu_cores": 4, "gb_ram": None, "power_state": None}, {"Resized": "The VM now has 4 CPU cores."}),
        (
            {"cpu_cores": 4, "gb_ram": 8, "power_state": "Off"},
            {"Resized": "The VM now has 4 CPU cores and 8 GB of memory.", "PowerStateChanged": "The VM is now Off."},
        ),
        ({"cpu_cores": None, "gb_ram": None, "power_state": "Off"}, {"PowerStateChanged": "The VM is now Off."}),
    ],
)
def test_an_update_says_what_it_changed(desired: dict[str, Any], told: dict[str, str]) -> None:
    before, after = _status(_update(desired, ended=False)), _status(_update(desired, ended=True))
    assert {one.reason.value: one.message for one in between(before, after)} == told
    assert between(after, after) == ()


@pytest.mark.parametrize("reason", ["Queued", "Retrying"])
def test_waiting_for_a_place_or_for_another_attempt_is_told_once(reason: str) -> None:
    before, after = _status(Ready="Pending"), _status(Ready=reason)
    (told,) = between(before, after)
    assert (told.reason.value, told.message) == (reason, f"About {reason}.")
    assert between(after, after) == ()
