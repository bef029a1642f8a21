"""A machine with transitions, and a target."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from hyperv_operator.api.common import Condition, Severity, Transition
from hyperv_operator.api.machine import Run
from hyperv_operator.notifications.targets import Filter, Target
from hyperv_operator.ports import ObjectRef, Subject

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)
RUN = Run(id="b7e23ec2-9f2c-4f5e-8d0a-5a4f5b8a9d10", attempt=2, outcome="failed: ShellLost")
READY = Condition(type="Ready", status="Unknown", reason="Retrying", last_transition_time=NOW)
KEY = b"k" * 32
TARGET = Target("tickets", "https://tickets.example.com/hook", (KEY,), filter=Filter())


def transition(sequence: int, reason: str = "Queued", severity: Severity = "Normal") -> Transition:
    """Return a transition that happened so many seconds after `NOW`."""
    return Transition(
        sequence=sequence, at=NOW + sequence * SECOND, reason=reason, severity=severity, message=f"About {sequence}."
    )


def subject(numbers: Sequence[int], uid: str = "u1", namespace: str | None = "team") -> Subject:
    """Return an object with these transitions, newest first."""
    kind = "HyperVMachine" if namespace else "HyperVHost"
    transitions = tuple(transition(number) for number in sorted(numbers, reverse=True))
    return Subject(ObjectRef(kind, f"name-{uid}", namespace, uid), transitions, READY, "hyperv01", RUN)
