"""What the operator's Events say, and what its conditions are about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from hyperv_operator.api.names import EventReason, HostCondition, MachineCondition


@dataclass(frozen=True)
class EventExplanation:
    """When an Event is written, on which kind, and what its message holds."""

    when: str
    message: str
    warning: bool = False
    on_host: bool = False


_EVENTS: Final[Mapping[EventReason, EventExplanation]] = {
    EventReason.ACCEPTED: EventExplanation("`Accepted` has become True.", "The condition's message."),
    EventReason.REJECTED: EventExplanation(
        "`Accepted` has become False, or False for another reason.", "The reason and its message.", warning=True
    ),
    EventReason.RUN_STARTED: EventExplanation(
        "A new run of the agent was claimed: a provisioning, an update or the removal.",
        "What it is for, and the run's id.",
    ),
    EventReason.STEP_COMPLETED: EventExplanation(
        "A step that took 10 s or longer has completed.", "The step, and how long it took."
    ),
    EventReason.WAITING_FOR_GUEST: EventExplanation(
        "The VM runs, and the guest's key is waited for from now on.", "Until when it is waited for."
    ),
    EventReason.GUEST_DATA_PUBLISHED: EventExplanation(
        "The sealed configuration is published, and the guest's final state is waited for.",
        "Until when it is waited for.",
    ),
    EventReason.PROVISIONED: EventExplanation("`Provisioned` has become True.", "The condition's message."),
    EventReason.GUEST_CONFIGURED: EventExplanation("`GuestConfigured` has become True.", "The condition's message."),
    EventReason.QUEUED: EventExplanation(
        "The host is busy with as many runs as it may have at a time.", "What the machine waits for."
    ),
    EventReason.RETRYING: EventExplanation(
        "A launch has failed in a way that is worth another attempt.",
        "What happened, and what to do if it goes on.",
        warning=True,
    ),
    EventReason.RUN_FAILED: EventExplanation(
        "A launch of the agent has failed.", "The reason or code, and what the agent said.", warning=True
    ),
    EventReason.RESIZED: EventExplanation(
        "A changed CPU count or memory size was applied to the VM.", "The new sizes."
    ),
    EventReason.POWER_STATE_CHANGED: EventExplanation(
        "A changed `spec.powerState` was applied to the VM.", "The new power state."
    ),
    EventReason.DRIFT_DETECTED: EventExplanation(
        "`Synced` has become False with `OutOfSync` or `VMMissing`.", "What differs, and what to do.", warning=True
    ),
    EventReason.DELETED: EventExplanation(
        "The machine is released: the host has confirmed that nothing is left, nothing was ever launched, or "
        "`spec.deletionPolicy` is Retain.",
        "What was kept, if anything was.",
    ),
    EventReason.ABANDONED: EventExplanation(
        "The machine is released by the annotation `hyperv-operator.io/abandon`, without the host.",
        "What may be left, and where.",
        warning=True,
    ),
    EventReason.HOST_REACHABLE: EventExplanation("`Ready` has become True.", "The condition's message.", on_host=True),
    EventReason.HOST_PROBLEM: EventExplanation(
        "`Ready` has become False, or False for another reason.",
        "The reason and its message.",
        warning=True,
        on_host=True,
    ),
    EventReason.AGENT_INSTALLED: EventExplanation(
        "The operator's version of the agent is on the host and answers.", "Version and name.", on_host=True
    ),
    EventReason.AGENT_ROLLOUT_FAILED: EventExplanation(
        "It could not be put on the host, or does not work there.", "What happened.", warning=True, on_host=True
    ),
}
EVENTS: Final[Mapping[EventReason, EventExplanation]] = MappingProxyType(_EVENTS)

MACHINE_CONDITIONS: Final[Mapping[MachineCondition, str]] = MappingProxyType(
    {
        MachineCondition.READY: "The machine is what was asked for, and its guest has acknowledged its configuration.",
        MachineCondition.RECONCILING: "Something is being done, or waited for, that goes on by itself.",
        MachineCondition.STALLED: "It does not go on before a person has acted.",
        MachineCondition.ACCEPTED: "The submission is valid, and the host allows it.",
        MachineCondition.PROVISIONED: "VM and disk are in place, and the host has finished its part.",
        MachineCondition.GUEST_CONFIGURED: "The guest has reported its configuration as applied.",
        MachineCondition.SYNCED: "CPU, memory and power state of the VM are what the spec says.",
    }
)
HOST_CONDITIONS: Final[Mapping[HostCondition, str]] = MappingProxyType(
    {
        HostCondition.READY: "Machines can be provisioned on the host.",
        HostCondition.RECONCILING: "The host is being asked again, by itself.",
        HostCondition.STALLED: "The host stays unusable before a person has acted.",
        HostCondition.REACHABLE: "WinRM on the host answers and takes the credentials.",
        HostCondition.AGENT_READY: "The agent on the host answers and supports the active schema version.",
        HostCondition.INVENTORY_FRESH: "The last complete inventory is not older than three of its intervals.",
    }
)
