"""Entries for machines and hosts that are healthy, at work, or no longer what their spec says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from hyperv_operator.api.catalogue.model import STALLED, UNSEEN, WORKING, Actor, Entry, Retry
from hyperv_operator.api.names import HostCondition, MachineCondition, Reason

HEALTHY: Final[Mapping[Reason, Entry]] = {
    Reason.READY: Entry(
        "The machine is as requested and its guest has acknowledged its configuration; on a host, machines can be "
        "provisioned there.",
        Actor.NOBODY,
        Retry.NEVER,
        machine=((MachineCondition.READY, True),),
        host=((HostCondition.READY, True),),
    ),
    Reason.ACCEPTED: Entry(
        "The fields satisfy every rule of the schema, and a tenant entry of the host allows the machine.",
        Actor.NOBODY,
        Retry.NEVER,
        machine=((MachineCondition.ACCEPTED, True),),
    ),
    Reason.PROVISIONED: Entry(
        "The agent has finished on the host: VM, disk and configuration are in place.",
        Actor.NOBODY,
        Retry.NEVER,
        machine=((MachineCondition.PROVISIONED, True),),
    ),
    Reason.GUEST_CONFIGURED: Entry(
        "The guest has reported its configuration as applied.",
        Actor.NOBODY,
        Retry.NEVER,
        machine=((MachineCondition.GUEST_CONFIGURED, True),),
    ),
    Reason.IN_SYNC: Entry(
        "CPU, memory and power state of the VM match the spec.",
        Actor.NOBODY,
        Retry.NEVER,
        machine=((MachineCondition.SYNCED, True),),
    ),
    Reason.IDLE: Entry(
        "The operator is not working on the resource.",
        Actor.NOBODY,
        Retry.NEVER,
        procedure="`Stalled` shows whether a person must act.",
        machine=((MachineCondition.RECONCILING, False),),
        host=((HostCondition.RECONCILING, False),),
    ),
    Reason.AS_EXPECTED: Entry(
        "The condition reports no problem.",
        Actor.NOBODY,
        Retry.NEVER,
        machine=((MachineCondition.STALLED, False),),
        host=(
            (HostCondition.STALLED, False),
            (HostCondition.REACHABLE, True),
            (HostCondition.AGENT_READY, True),
            (HostCondition.INVENTORY_FRESH, True),
            (HostCondition.NO_ORPHANS, True),
        ),
    ),
    Reason.NOT_YET: Entry(
        "Provisioning is not finished, so the value of this condition is not known yet.",
        Actor.NOBODY,
        Retry.NEVER,
        procedure="`Ready` shows the progress.",
        machine=(
            (MachineCondition.PROVISIONED, None),
            (MachineCondition.GUEST_CONFIGURED, None),
            (MachineCondition.SYNCED, None),
        ),
    ),
}

AT_WORK: Final[Mapping[Reason, Entry]] = {
    Reason.PENDING: Entry(
        "The operator has not contacted the host yet.",
        Actor.NOBODY,
        Retry.ON_CHANGE,
        procedure="If this lasts, check that the operator runs and is ready: `kubectl get pods -n hyperv-system`.",
        host=((HostCondition.REACHABLE, None),),
    ),
    Reason.WAITING_FOR_SECRET: Entry(
        "The machine was created less than 10 seconds ago, and a Secret that `spec.secretFields` refers to does not exist yet.",
        Actor.NOBODY,
        Retry.ON_CHANGE,
        procedure="What creates both may create the machine first. After the 10 seconds the reason is `SecretNotFound`.",
        machine=WORKING,
    ),
    Reason.QUEUED: Entry(
        "A launch of the agent waits in the queue: the host's `spec.maxConcurrentRuns` or the operator's "
        "`HVO_JOB_WORKERS_MAX` is reached.",
        Actor.CLUSTER_ADMIN,
        Retry.ON_CHANGE,
        procedure="Wait, or raise the limit that is reached. `kubectl get hypervmachine -A` lists the machines with running launches.",
        machine=WORKING,
    ),
    Reason.RUNNING: Entry(
        "The agent is working on the host; on `Synced`, it is applying a changed spec.",
        Actor.NOBODY,
        Retry.ON_CHANGE,
        procedure="`status.run.step` is the current step. A launch times out after `HVO_RUN_DEADLINE_SECONDS` (two hours by default).",
        machine=(*WORKING, (MachineCondition.SYNCED, None)),
    ),
    Reason.WAITING_FOR_GUEST_KEY: Entry(
        "The VM runs, and its guest has not posted its public key yet.",
        Actor.OWNER,
        Retry.ON_CHANGE,
        procedure="The message states the timeout. If this lasts, open the VM's console and check that the guest boots and starts the "
        "script on the provisioning ISO.",
        machine=WORKING,
    ),
    Reason.WAITING_FOR_GUEST: Entry(
        "The sealed configuration is published, and the guest has not reported a final state yet.",
        Actor.OWNER,
        Retry.ON_CHANGE,
        procedure="The guest may restart while it applies the configuration. If this lasts, open the VM's console.",
        machine=WORKING,
    ),
    Reason.GUEST_KEY_UNSTABLE: Entry(
        "The guest has posted another key each time its configuration was sealed.",
        Actor.OWNER,
        Retry.ON_CHANGE,
        "Find out in the VM's console why the guest starts its provisioning anew. Then change the spec, for example "
        "spec.paused to true and back, to try again; or delete the machine.",
        "The configuration holds passwords, and is sealed at most five times for each generation of the spec. A guest that restarts over "
        "and over, or a golden image that others have changed, does this.",
        machine=STALLED,
    ),
    Reason.WAITING_FOR_ADDRESS: Entry(
        "The guest has applied its configuration, and Hyper-V does not report the address in `spec.fields.guest_v4_ipaddr` yet.",
        Actor.OWNER,
        Retry.ON_CHANGE,
        procedure="If this lasts, check in the guest that the address is set, that no other machine uses it, and that the KVP service runs "
        "(Linux: the daemon `hv_kvp_daemon`). On the host, `(Get-VMNetworkAdapter -VMName <vm_name>).IPAddresses` lists the "
        "addresses that Hyper-V sees.",
        machine=WORKING,
    ),
    Reason.RETRYING: Entry(
        "The last launch of a provisioning failed with `HostBusy`, `Superseded` or `GuestKeyInvalid`, which a new launch usually clears.",
        Actor.HOST_ADMIN,
        Retry.BACKOFF,
        procedure="The pause before the next attempt starts at `HVO_RETRY_BASE_SECONDS` (10 s by default) and doubles up to "
        "`HVO_RETRY_LIMIT_SECONDS` (10 minutes). `status.run.outcome` has the agent's code; if this lasts, see the entry of that "
        "code.",
        machine=WORKING,
    ),
    Reason.DELETING: Entry(
        "The resource is being deleted: the agent removes the VM and its files, or a host waits for the removal of its machines.",
        Actor.OWNER,
        Retry.ON_CHANGE,
        procedure="A HyperVHost stays until no machine that was launched on it is left, because their VMs are removed through it: delete "
        "the machines that its message names. If the host is gone for good, release each machine with `kubectl annotate "
        "hypervmachine <name> hyperv-operator.io/abandon=<status.vmId, or the uid if there is none>`; the Event `Abandoned` "
        "names what may be left.",
        machine=WORKING,
        host=((HostCondition.READY, False), (HostCondition.RECONCILING, True)),
    ),
    Reason.PAUSED: Entry(
        "`spec.paused` is true: the operator watches the machine and changes nothing.",
        Actor.NOBODY,
        Retry.ON_CHANGE,
        procedure="Deletion still works. Resume with `kubectl patch hypervmachine <name> --type merge -p "
        '\'{"spec":{"paused":false}}\'`.',
        machine=(*WORKING, (MachineCondition.SYNCED, False)),
    ),
    Reason.REPORT_UNREADABLE: Entry(
        "The host's inventory has a line that the operator cannot read, and it is or may be that of this machine's VM or journal, or of "
        "its image.",
        Actor.HOST_ADMIN,
        Retry.ON_CHANGE,
        "Check status.unreadableLines of the HyperVHost, and whether its agent is of the operator's version.",
        "Nothing is concluded from a line that is missing: no VM is made, changed or given up until an inventory can be read.",
        machine=(*WORKING, *UNSEEN),
    ),
    Reason.WAITING_FOR_INVENTORY: Entry(
        "The operator needs a newer inventory of the host or of another node of its cluster, for instance after a restart or a "
        "launch.",
        Actor.HOST_ADMIN,
        Retry.NOW,
        procedure="Wait for `spec.inventoryIntervalSeconds` of the HyperVHost. If this lasts, check the host with `kubectl describe "
        "hypervhost <host>`, and every other host with the same `spec.failoverCluster`.",
        machine=(*WORKING, *UNSEEN),
        host=(
            (HostCondition.READY, None),
            (HostCondition.RECONCILING, True),
            (HostCondition.AGENT_READY, None),
            (HostCondition.INVENTORY_FRESH, None),
            (HostCondition.NO_ORPHANS, None),
        ),
    ),
}

DRIFT: Final[Mapping[Reason, Entry]] = {
    Reason.OUT_OF_SYNC: Entry(
        "CPU, memory or power state of the VM were changed outside of the resource.",
        Actor.OWNER,
        Retry.ON_CHANGE,
        "Undo that on the host, or change the spec to match it.",
        "The message lists the differences. The operator does not undo them; it applies a value that is changed in the spec "
        "afterwards, and that alone. "
        "`Ready` stays True unless the power state differs.",
        machine=((MachineCondition.SYNCED, False),),
    ),
    Reason.POWER_STATE_DIFFERS: Entry(
        "The VM was started, stopped, paused or saved outside of the resource, against `spec.powerState`.",
        Actor.OWNER,
        Retry.ON_CHANGE,
        "Start or stop the VM on the host, or change spec.powerState.",
        "`Get-VM <vm_name>` shows its state.",
        machine=STALLED,
    ),
}
