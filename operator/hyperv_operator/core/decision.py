"""How things stand with a machine, as decided in one pass: what its conditions will say."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from hyperv_operator.api.names import Reason
from hyperv_operator.core.actions import Action


class Readiness(Enum):
    """The three ways `Ready`, `Reconciling` and `Stalled` go together (kstatus), and leaving them as they are."""

    IN_PROGRESS = "in progress"
    """Ready=Unknown, Reconciling=True: it goes on by itself."""
    STALLED = "stalled"
    """Ready=False, Stalled=True: a person must act."""
    READY = "ready"
    """Ready=True."""
    UNCHANGED = "unchanged"
    """Nothing new is known; a Ready machine stays Ready."""


@dataclass(frozen=True)
class ConditionValue:
    """One condition's value: True, False or None for Unknown."""

    value: bool | None
    reason: Reason
    message: str


@dataclass(frozen=True)
class Assessment:
    """The verdict of one pass. A fact that is None leaves its condition as it is."""

    readiness: Readiness
    reason: Reason
    message: str
    accepted: ConditionValue | None = None
    provisioned: ConditionValue | None = None
    guest_configured: ConditionValue | None = None
    synced: ConditionValue | None = None
    diagnosis: str | None = None


@dataclass(frozen=True)
class Decision:
    """What to do and what to say."""

    action: Action
    assessment: Assessment


def in_progress(
    reason: Reason, message: str, *, synced: ConditionValue | None = None, accepted: ConditionValue | None = None
) -> Assessment:
    """Return a assessment of work in progress."""
    return Assessment(Readiness.IN_PROGRESS, reason, message, synced=synced, accepted=accepted)


def stalled(
    reason: Reason, message: str, *, diagnosis: str | None = None, accepted: ConditionValue | None = None
) -> Assessment:
    """Return a assessment that only a person can change."""
    return Assessment(Readiness.STALLED, reason, message, diagnosis=diagnosis, accepted=accepted)
