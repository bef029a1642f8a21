"""Reasons of machines and hosts that are well, at work, or no longer what their spec says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from hyperv_operator.api.names import HostCondition, MachineCondition, Reason
from hyperv_operator.api.catalogue.model import STALLED, UNSEEN, WORKING, Attention, Explanation

_NOTHING: Final = "Nothing."

WELL: Final[Mapping[Reason, Explanation]] = {
    Reason.READY: Explanation(
        "The machine is what was asked for and its guest has acknowledged its configuration; or machines can be "
        "provisioned on the host.",
        _NOTHING,
        Attention.NO,
        machine=((MachineCondition.READY, True),),
        host=((HostCondition.READY, True),),
    ),
    Reason.ACCEPTED: Explanation(
        "The fields keep every rule of the schema, and a tenant entry of the host allows the machine.",
        _NOTHING,
        Attention.NO,
        machine=((MachineCondition.ACCEPTED, True),),
    ),
    Reason.PROVISIONED: Explanation(
        "The agent has finished on the host: VM, disk and configuration are in place.",
        _NOTHING,
        Attention.NO,
        machine=((MachineCondition.PROVISIONED, True),),
    ),
    Reason.GUEST_CONFIGURED: Explanation(
        "The guest has reported its configuration as applied.",
        _NOTHING,
        Attention.NO,
        machine=((MachineCondition.GUEST_CONFIGURED, True),),
    ),
    Reason.IN_SYNC: Explanation(
        "CPU, memory and power state of the VM are what the spec says.",
        _NOTHING,
        Attention.NO,
        machine=((MachineCondition.SYNCED, True),),
    ),
    Reason.IDLE: Explanation(
        "Nothing is being done.",
        "Nothing here; `Stalled` tells whether something is wanted.",
        Attention.NO,
        machine=((MachineCondition.RECONCILING, False),),
        host=((HostCondition.RECONCILING, False),),
    ),
    Reason.AS_EXPECTED: Explanation(
        "What the condition is about is in order.",
        _NOTHING,
        Attention.NO,
        machine=((MachineCondition.STALLED, False),),
        host=(
            (HostCondition.STALLED, False),
            (HostCondition.REACHABLE, True),
            (HostCondition.AGENT_READY, True),
            (HostCondition.INVENTORY_FRESH, True),
        ),
    ),
    Reason.NOT_YET: Explanation(
        "Provisioning is not finished, so this cannot be told yet.",
        "Nothing here; `Ready` says how far it is.",
        Attention.NO,
        machine=(
            (MachineCondition.PROVISIONED, None),
            (MachineCondition.GUEST_CONFIGURED, None),
            (MachineCondition.SYNCED, None),
        ),
    ),
}

AT_WORK: Final[Mapping[Reason, Explanation]] = {
    Reason.PENDING: Explanation(
        "The operator has not asked the host anything yet.",
        "Nothing; if it lasts, look whether the operator runs and is ready: `kubectl get pods -n hyperv-system`.",
        Attention.IF_IT_LASTS,
        host=((HostCondition.REACHABLE, None),),
    ),
    Reason.QUEUED: Explanation(
        "A launch of the agent waits for a free place: the host's `spec.maxConcurrentRuns`, or the operator's "
        "`HVO_JOB_WORKERS_MAX`, is used up.",
        "Wait, or raise the limit that is reached. `kubectl get hypervmachine -A` shows the machines that are at work.",
        Attention.IF_IT_LASTS,
        machine=WORKING,
    ),
    Reason.RUNNING: Explanation(
        "The agent works on the host; `status.run.step` is the step it is at. On `Synced`: a changed spec is being applied.",
        "Wait. A launch is given up after `HVO_RUN_DEADLINE_SECONDS` (two hours unless set).",
        Attention.NO,
        machine=(*WORKING, (MachineCondition.SYNCED, None)),
    ),
    Reason.WAITING_FOR_GUEST_KEY: Explanation(
        "The VM runs; its guest has not posted its public key yet. The message says until when it is waited for.",
        "Wait. If it lasts, look at the VM's console: does it boot, and does it run what is on the provisioning ISO?",
        Attention.IF_IT_LASTS,
        machine=WORKING,
    ),
    Reason.WAITING_FOR_GUEST: Explanation(
        "The configuration is sealed and published; the guest has not reported a final state yet. A reboot of the guest is "
        "part of this.",
        "Wait. If it lasts, look at the VM's console.",
        Attention.IF_IT_LASTS,
        machine=WORKING,
    ),
    Reason.WAITING_FOR_ADDRESS: Explanation(
        "The guest has applied its configuration, but Hyper-V does not report the static address of "
        "`spec.fields.guest_v4_ipaddr` yet.",
        "If it lasts, look in the guest whether the address is set, whether another machine has it, and whether the KVP "
        "service (Linux: the daemon `hv_kvp_daemon`) runs. On the host: `(Get-VMNetworkAdapter -VMName <vm_name>).IPAddresses`.",
        Attention.IF_IT_LASTS,
        machine=WORKING,
    ),
    Reason.RETRYING: Explanation(
        "The last launch ended in a way that a new one is expected to clear: the agent's code was `HostBusy`, `Superseded` "
        "or `GuestKeyInvalid`.",
        "Wait: it is tried again after `HVO_RETRY_BASE_SECONDS` (10 s unless set), doubled each time up to "
        "`HVO_RETRY_LIMIT_SECONDS` (10 minutes).",
        Attention.IF_IT_LASTS,
        machine=WORKING,
    ),
    Reason.DELETING: Explanation(
        "A machine is being deleted and the agent removes the VM and what belongs to it, or a launch that was under way is "
        "waited for. A host is being deleted and is kept until no machine that was launched on it is left: what they have there "
        "is removed through it.",
        "Wait; delete the machines that a host names. If the host is gone for good, release each machine: `kubectl annotate "
        "hypervmachine <name> hyperv-operator.io/abandon=<status.vmId, or the uid if there is none>`; the Event `Abandoned` "
        "says what may be left.",
        Attention.IF_IT_LASTS,
        machine=WORKING,
        host=((HostCondition.READY, False), (HostCondition.RECONCILING, True)),
    ),
    Reason.PAUSED: Explanation(
        "`spec.paused` is true: the operator watches and changes nothing. Deleting still works.",
        "Set it to false when work may go on: `kubectl patch hypervmachine <name> --type merge -p "
        '\'{"spec":{"paused":false}}\'`.',
        Attention.NO,
        machine=(*WORKING, (MachineCondition.SYNCED, False)),
    ),
    Reason.WAITING_FOR_INVENTORY: Explanation(
        "The operator needs an inventory of the host (or of another node of its cluster) that is newer than what it knows, "
        "for instance after it was restarted or after a launch.",
        "Wait for `spec.inventoryIntervalSeconds` of the HyperVHost. If it lasts: `kubectl describe hypervhost <host>`, and "
        "the other hosts with the same `spec.failoverCluster`.",
        Attention.IF_IT_LASTS,
        machine=(*WORKING, *UNSEEN),
        host=(
            (HostCondition.READY, None),
            (HostCondition.RECONCILING, True),
            (HostCondition.AGENT_READY, None),
            (HostCondition.INVENTORY_FRESH, None),
        ),
    ),
}

DRIFT: Final[Mapping[Reason, Explanation]] = {
    Reason.OUT_OF_SYNC: Explanation(
        "CPU, memory or power state of the VM were changed outside of the resource; the message says what differs. The "
        "operator does not undo it. `Ready` stays True unless it is the power state that differs.",
        "Undo the change on the host, or change the spec to match it. A spec that is changed to anything else is applied.",
        Attention.YES,
        machine=((MachineCondition.SYNCED, False),),
    ),
    Reason.POWER_STATE_DIFFERS: Explanation(
        "The VM was started, stopped, paused or saved outside of the resource, against `spec.powerState`.",
        "Bring it back on the host (`Start-VM` or `Stop-VM`), or set `spec.powerState` to what it is meant to be.",
        Attention.YES,
        machine=STALLED,
    ),
}
