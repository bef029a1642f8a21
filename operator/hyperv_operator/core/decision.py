"""How things stand with a machine, as decided in one pass: what its conditions will say."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from hyperv_operator.api.names import Reason
from hyperv_operator.core.actions import Action


class Phase(Enum):
    """The three ways `Ready`, `Reconciling` and `Stalled` go together (kstatus), and leaving them as they are."""

    WORKING = "working"
    """Ready=Unknown, Reconciling=True: it goes on by itself."""
    BLOCKED = "blocked"
    """Ready=False, Stalled=True: a person must act."""
    DONE = "done"
    """Ready=True."""
    UNCHANGED = "unchanged"
    """Nothing new is known; a Ready machine stays Ready."""


@dataclass(frozen=True)
class Fact:
    """One condition's value: True, False or None for Unknown."""

    value: bool | None
    reason: Reason
    message: str


@dataclass(frozen=True)
class Standing:
    """The verdict of one pass. A fact that is None leaves its condition as it is."""

    phase: Phase
    reason: Reason
    message: str
    accepted: Fact | None = None
    provisioned: Fact | None = None
    guest_configured: Fact | None = None
    synced: Fact | None = None
    diagnosis: str | None = None


@dataclass(frozen=True)
class Decision:
    """What to do and what to say."""

    action: Action
    standing: Standing


def working(reason: Reason, message: str, *, synced: Fact | None = None, accepted: Fact | None = None) -> Standing:
    """Return a standing of work in progress."""
    return Standing(Phase.WORKING, reason, message, synced=synced, accepted=accepted)


def blocked(reason: Reason, message: str, *, diagnosis: str | None = None, accepted: Fact | None = None) -> Standing:
    """Return a standing that only a person can change."""
    return Standing(Phase.BLOCKED, reason, message, diagnosis=diagnosis, accepted=accepted)
