"""What one pass decides: an action, and what the machine's conditions say."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from hyperv_operator.api.names import Reason
from hyperv_operator.core.actions import Action


class Lifecycle(Enum):
    """The part of its life that a machine is in."""

    PROVISIONING = "provisioning"
    """The guest has not reported its configuration as applied yet."""
    PROVISIONED = "provisioned"
    REMOVAL = "removal"
    """The resource has a deletion timestamp."""


class Readiness(Enum):
    """How `Ready`, `Reconciling` and `Stalled` are set together (kstatus)."""

    IN_PROGRESS = "in progress"
    """Ready=Unknown, Reconciling=True: the operator continues by itself."""
    STALLED = "stalled"
    """Ready=False, Stalled=True: a person must act."""
    READY = "ready"
    """Ready=True."""
    UNCHANGED = "unchanged"
    """The three conditions stay as they are; a Ready machine stays Ready."""


@dataclass(frozen=True)
class ConditionValue:
    """The value of one condition: True, False, or None for Unknown."""

    value: bool | None
    reason: Reason
    message: str


ACCEPTED = ConditionValue(True, Reason.ACCEPTED, "The submission is valid and the host allows it.")


@dataclass(frozen=True)
class Assessment:
    """The state of the machine after one pass. A condition value that is None leaves its condition unchanged."""

    readiness: Readiness
    reason: Reason
    message: str
    accepted: ConditionValue | None = None
    synced: ConditionValue | None = None
    diagnosis: str | None = None


@dataclass(frozen=True)
class Decision:
    """The action of a pass, and the assessment that goes to status."""

    action: Action
    assessment: Assessment


def in_progress(reason: Reason, message: str, *, synced: ConditionValue | None = None) -> Assessment:
    """Return the assessment of work that continues by itself."""
    return Assessment(Readiness.IN_PROGRESS, reason, message, synced=synced)


def stalled(reason: Reason, message: str, *, diagnosis: str | None = None) -> Assessment:
    """Return the assessment of a machine that needs a person."""
    return Assessment(Readiness.STALLED, reason, message, diagnosis=diagnosis)


def unchanged(reason: Reason, message: str, *, synced: ConditionValue | None = None) -> Assessment:
    """Return an assessment that leaves `Ready`, `Reconciling` and `Stalled` as they are."""
    return Assessment(Readiness.UNCHANGED, reason, message, synced=synced)
