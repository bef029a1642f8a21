"""The shape of an explanation."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum, unique
from typing import Final

from hyperv_operator.api.names import HostCondition, MachineCondition


@unique
class Attention(StrEnum):
    """Whether a person must act."""

    NO = "no"
    IF_IT_LASTS = "if it lasts"
    YES = "yes"


MachineShows = tuple[tuple[MachineCondition, bool | None], ...]
"""Conditions of a machine that carry the reason, each with its value; None is Unknown."""
HostShows = tuple[tuple[HostCondition, bool | None], ...]
"""The same of a host."""


@dataclass(frozen=True)
class Explanation:
    """What a reason means and what can be done about it; Markdown inside a line, no line breaks."""

    cause: str
    remedy: str
    attention: Attention
    machine: MachineShows = ()
    host: HostShows = ()


WORKING: Final[MachineShows] = ((MachineCondition.READY, None), (MachineCondition.RECONCILING, True))
STALLED: Final[MachineShows] = ((MachineCondition.READY, False), (MachineCondition.STALLED, True))
REFUSED: Final[MachineShows] = (*STALLED, (MachineCondition.ACCEPTED, False))
UNSEEN: Final[MachineShows] = ((MachineCondition.SYNCED, None),)
"""A Ready machine stays Ready while its host cannot be asked."""

HOST_STALLED: Final[HostShows] = ((HostCondition.READY, False), (HostCondition.STALLED, True))
HOST_WAITING: Final[HostShows] = ((HostCondition.READY, None), (HostCondition.RECONCILING, True))
HOST_FAILING: Final[HostShows] = (
    (HostCondition.READY, False),
    (HostCondition.RECONCILING, True),
    (HostCondition.REACHABLE, False),
)
HOST_SHUT: Final[HostShows] = (*HOST_STALLED, (HostCondition.REACHABLE, False))
