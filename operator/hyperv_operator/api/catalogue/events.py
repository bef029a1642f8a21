"""Entries for Events and condition types."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from hyperv_operator.api.names import EventReason, HostCondition, MachineCondition


@dataclass(frozen=True)
class EventEntry:
    """When an Event is written, on which kind, and what its message contains."""

    when: str
    message: str
    warning: bool = False
    on_host: bool = False
    on_secret: bool = False


_EVENTS: Final[Mapping[EventReason, EventEntry]] = {
    EventReason.ACCEPTED: EventEntry("`Accepted` becomes True.", "The condition's message."),
    EventReason.REJECTED: EventEntry(
        "`Accepted` becomes False, or its reason changes while it is False.",
        "The reason and its message.",
        warning=True,
    ),
    EventReason.RUN_STARTED: EventEntry(
        "A run of the agent starts: a provisioning, an update or the removal.",
        "The kind of the run, and its id.",
    ),
    EventReason.STEP_COMPLETED: EventEntry("A step that took 10 s or longer completes.", "The step and its duration."),
    EventReason.WAITING_FOR_GUEST: EventEntry("The VM runs, and the wait for the guest's key begins.", "The timeout."),
    EventReason.GUEST_DATA_PUBLISHED: EventEntry(
        "The sealed configuration is published, and the wait for the guest's final state begins.",
        "The timeout.",
    ),
    EventReason.PROVISIONED: EventEntry("`Provisioned` becomes True.", "The condition's message."),
    EventReason.GUEST_CONFIGURED: EventEntry("`GuestConfigured` becomes True.", "The condition's message."),
    EventReason.QUEUED: EventEntry(
        "A launch is queued because a limit of concurrent runs is reached.", "What the machine waits for."
    ),
    EventReason.RETRYING: EventEntry(
        "A launch of a provisioning failed in a way that a new launch usually clears.",
        "What happened, and what to do.",
        warning=True,
    ),
    EventReason.RUN_FAILED: EventEntry(
        "A launch of the agent failed.", "The reason or code, and what happened.", warning=True
    ),
    EventReason.RESIZED: EventEntry("A changed CPU count or memory size is applied to the VM.", "The new sizes."),
    EventReason.POWER_STATE_CHANGED: EventEntry(
        "A changed `spec.powerState` is applied to the VM.", "The new power state."
    ),
    EventReason.DRIFT_DETECTED: EventEntry(
        "`Synced` becomes False with `OutOfSync` or `VMMissing`.", "What differs, and what to do.", warning=True
    ),
    EventReason.DELETED: EventEntry(
        "The finalizer is removed: the host has confirmed that nothing is left, nothing was ever launched, or "
        "`spec.deletionPolicy` is Retain.",
        "What was kept, if anything.",
    ),
    EventReason.ABANDONED: EventEntry(
        "The finalizer is removed without the host, by the annotation `hyperv-operator.io/abandon`.",
        "What may be left, and where.",
        warning=True,
    ),
    EventReason.HOST_REACHABLE: EventEntry("`Ready` becomes True.", "The condition's message.", on_host=True),
    EventReason.HOST_PROBLEM: EventEntry(
        "`Ready` becomes False, or its reason changes while it is False.",
        "The reason and its message.",
        warning=True,
        on_host=True,
    ),
    EventReason.AGENT_INSTALLED: EventEntry(
        "The operator's version of the agent is installed on the host and answers.", "Version and name.", on_host=True
    ),
    EventReason.STATUS_REFUSED: EventEntry(
        "The API server refuses a status as invalid. The operator writes a smaller one, and goes on.",
        "What the API server says, and what to do.",
        warning=True,
        on_host=True,
    ),
    EventReason.SERVED_BY_ANOTHER_OPERATOR: EventEntry(
        "An operator finds that a living operator of another namespace serves the host, and leaves it alone.",
        "Both namespaces, and what to do.",
        warning=True,
        on_host=True,
    ),
    EventReason.PREFLIGHT_CHANGED: EventEntry(
        "Rows of the preflight begin or cease to block or to warn.",
        "The rows that do so now, and those that do not any more.",
        warning=True,
        on_host=True,
    ),
    EventReason.AGENT_ROLLOUT_FAILED: EventEntry(
        "The operator's version of the agent could not be installed on the host, or does not work there.",
        "What happened.",
        warning=True,
        on_host=True,
    ),
    EventReason.NOTIFICATIONS_FAILING: EventEntry(
        "A target of notifications has not accepted any in three attempts, or refuses one.",
        "The target, what it answers, and what becomes of the notifications.",
        warning=True,
        on_secret=True,
    ),
    EventReason.NOTIFICATIONS_RESUMED: EventEntry(
        "A target of notifications accepts them again after `NotificationsFailing`.", "The target.", on_secret=True
    ),
    EventReason.NOTIFICATION_TARGETS_INVALID: EventEntry(
        "The Secret of targets has a target that cannot be used, or cannot be read as a whole.",
        "Each target, what is wrong with it, and what to do.",
        warning=True,
        on_secret=True,
    ),
}
EVENTS: Final[Mapping[EventReason, EventEntry]] = MappingProxyType(_EVENTS)

MACHINE_CONDITIONS: Final[Mapping[MachineCondition, str]] = MappingProxyType(
    {
        MachineCondition.READY: "The machine is as requested, and its guest has acknowledged its configuration.",
        MachineCondition.RECONCILING: "The operator is working on the machine, or waits for something that needs no person.",
        MachineCondition.STALLED: "The machine makes no progress until a person acts.",
        MachineCondition.ACCEPTED: "The submission is valid, and the host allows it.",
        MachineCondition.PROVISIONED: "VM and disk are in place, and the agent has finished on the host.",
        MachineCondition.GUEST_CONFIGURED: "The guest has reported its configuration as applied.",
        MachineCondition.SYNCED: "CPU, memory and power state of the VM match the spec.",
    }
)
HOST_CONDITIONS: Final[Mapping[HostCondition, str]] = MappingProxyType(
    {
        HostCondition.READY: "Machines can be provisioned on the host.",
        HostCondition.RECONCILING: "The operator polls the host until it can be used.",
        HostCondition.STALLED: "The host stays unusable until a person acts.",
        HostCondition.REACHABLE: "WinRM on the host answers and accepts the credentials.",
        HostCondition.AGENT_READY: "The agent on the host answers and supports the active schema version.",
        HostCondition.INVENTORY_FRESH: "The last complete inventory is not older than three of its intervals.",
        HostCondition.NO_ORPHANS: "Every VM on the host with this cluster's ownership mark has its HyperVMachine.",
    }
)
