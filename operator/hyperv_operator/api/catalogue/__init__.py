"""The catalogue of reasons: what each means, what to do about it, who must act, and when the operator tries again.

Each reason has exactly one entry. Condition messages, the reference page, retry decisions and the expectations of the
Argo CD health checks are derived from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from hyperv_operator.api.catalogue import agent, hosts, progress, submission
from hyperv_operator.api.catalogue.events import EVENTS, HOST_CONDITIONS, MACHINE_CONDITIONS, EventEntry
from hyperv_operator.api.catalogue.model import Actor, Entry, Kstatus, Retry
from hyperv_operator.api.names import Reason

__all__ = [
    "CATALOGUE",
    "EVENTS",
    "GROUPS",
    "HOST_CONDITIONS",
    "MACHINE_CONDITIONS",
    "Actor",
    "Entry",
    "EventEntry",
    "Kstatus",
    "Retry",
    "explain",
    "explain_to_owner",
]

GROUPS: Final[tuple[tuple[str, Mapping[Reason, Entry]], ...]] = (
    ("Healthy", progress.HEALTHY),
    ("Work in progress", progress.AT_WORK),
    ("Drift of a provisioned machine", progress.DRIFT),
    ("The submission is wrong", submission.WRONG),
    ("The host does not allow it, or is not ready for it", submission.NOT_ALLOWED),
    ("The host cannot be used", hosts.UNUSABLE),
    ("A call to the host failed", hosts.CALL_FAILED),
    ("The agent stopped before it changed anything", agent.BEFORE_WORK),
    ("The agent failed on the VM", agent.ON_THE_VM),
    ("The guest failed", agent.IN_THE_GUEST),
)
"""The entries in the order of the reference page."""

CATALOGUE: Final[Mapping[Reason, Entry]] = MappingProxyType(
    {reason: entry for _, group in GROUPS for reason, entry in group.items()}
)


def explain(reason: Reason, facts: str = "", remedy: str = "") -> str:
    """Return the message of a condition: what happened and, once, what to do about it.

    `facts` says what happened; without it, the entry's cause does. `remedy` takes the place of the entry's where the
    cause is known more precisely than the reason tells.
    """
    entry = CATALOGUE[reason]
    said = facts.strip() or entry.cause.replace("`", "")
    if not said.endswith((".", "!", "?")):
        said += "."
    return f"{said} {remedy or entry.remedy}".strip()


def explain_to_owner(reason: Reason) -> str:
    """Return what the owner of a machine reads about its host: the cause in general, and where the details are.

    Addresses, accounts, Secrets and other hosts are named on the HyperVHost alone.
    """
    return explain(reason, remedy="The status of the HyperVHost has the details; whoever manages it can repair it.")
