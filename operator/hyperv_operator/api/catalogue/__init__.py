"""What every condition reason and every Event means, and what can be done about it. Exhaustive: a test holds it to that."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from hyperv_operator.api.names import Reason
from hyperv_operator.api.catalogue import agent, hosts, progress, submission
from hyperv_operator.api.catalogue.events import EVENTS, HOST_CONDITIONS, MACHINE_CONDITIONS, EventExplanation
from hyperv_operator.api.catalogue.model import Attention, Explanation

__all__ = [
    "EVENTS",
    "EXPLANATIONS",
    "GROUPS",
    "HOST_CONDITIONS",
    "MACHINE_CONDITIONS",
    "Attention",
    "EventExplanation",
    "Explanation",
]

GROUPS: Final[tuple[tuple[str, Mapping[Reason, Explanation]], ...]] = (
    ("Going well", progress.WELL),
    ("Work in progress", progress.AT_WORK),
    ("Drift of a provisioned machine", progress.DRIFT),
    ("The submission is wrong", submission.WRONG),
    ("The host does not allow it, or is not ready for it", submission.NOT_ALLOWED),
    ("The host cannot be used", hosts.UNUSABLE),
    ("A call to the host failed on its way", hosts.CALL_FAILED),
    ("The agent stopped before it changed anything", agent.BEFORE_WORK),
    ("The agent failed on the VM", agent.ON_THE_VM),
    ("Something is wrong with the guest", agent.IN_THE_GUEST),
)
"""The reasons in the order in which a reader looks for them."""

EXPLANATIONS: Final[Mapping[Reason, Explanation]] = MappingProxyType(
    {reason: explanation for _, group in GROUPS for reason, explanation in group.items()}
)
