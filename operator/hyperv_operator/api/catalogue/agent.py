"""The agent's closed codes as reasons. Those that need a person are tried again all the same, ever more seldom."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from hyperv_operator.api.names import MachineCondition, Reason
from hyperv_operator.api.catalogue.model import STALLED, WORKING, Attention, Explanation

_LOG: Final = (
    "The operator's log has the agent's lines of the run: `kubectl logs -n hyperv-system deployment/hyperv-operator`, "
    "where `run` is `status.run.id`."
)
_RESUME: Final = (
    "After that have it tried anew by a change of the spec, for instance `spec.paused` to true and back to false."
)

BEFORE_WORK: Final[Mapping[Reason, Explanation]] = {
    Reason.INVALID_DEFINITION: Explanation(
        "The agent does not understand the job it was given: its version and the operator's do not fit together.",
        "Bring the agent on the host up to date.",
        Attention.YES,
        machine=STALLED,
    ),
    Reason.SCHEMA_MISMATCH: Explanation(
        "The agent refused the job's schema id or version.",
        "Bring the agent on the host up to date; `status.agent.schemaVersions` of the HyperVHost shows what it supports.",
        Attention.YES,
        machine=STALLED,
    ),
    Reason.SUPERSEDED: Explanation(
        "The agent has seen a newer launch for this machine, or has removed it already. A provisioning shows `Retrying` "
        "instead; `status.run.outcome` has this word.",
        "Wait: a new launch is made from a fresh look.",
        Attention.IF_IT_LASTS,
        machine=WORKING,
    ),
    Reason.HOST_BUSY: Explanation(
        "Another launch for this machine still runs on the host and holds its lock.",
        "Wait. If it lasts for hours, look on the host for a `wsmprovhost` process that does not end.",
        Attention.IF_IT_LASTS,
        machine=WORKING,
    ),
    Reason.IMAGE_NOT_FOUND: Explanation(
        "The golden image is not in the host's `spec.paths.images`. The message lists what is there.",
        "Put it there as `<image_name>.vhdx`, or correct `spec.fields.image_name`. It goes on by itself once an inventory "
        "shows the image.",
        Attention.YES,
        machine=STALLED,
    ),
    Reason.INSUFFICIENT_SPACE: Explanation(
        "The volume of the host's `spec.paths.machines` has too little room for the machine's disk.",
        "Free space there (`Get-Volume` on the host), or use another host.",
        Attention.YES,
        machine=STALLED,
    ),
    Reason.INSUFFICIENT_MEMORY: Explanation(
        "The host has too little free memory for the VM.",
        "Free memory on the host, or lower `spec.fields.gb_ram`. `kubectl get hypervhosts` shows how much is free.",
        Attention.YES,
        machine=STALLED,
    ),
    Reason.SWITCH_NOT_FOUND: Explanation(
        "The host has no virtual switch of the name in `spec.virtualSwitch` of the HyperVHost.",
        "`Get-VMSwitch` on the host lists them. Create it, or correct the name.",
        Attention.YES,
        machine=STALLED,
    ),
    Reason.PATH_NOT_ALLOWED: Explanation(
        "A folder in `spec.paths` of the HyperVHost is outside of the roots that the host's `agent.json` allows.",
        "Correct `spec.paths`, or have the folder added to `agent.json` in the agent's folder.",
        Attention.YES,
        machine=STALLED,
    ),
    Reason.ACCESS_DENIED: Explanation(
        "The operator's account lacks a right on the host.",
        "Make it a member of `Hyper-V Administrators`, and give it write access to the folders in `spec.paths`.",
        Attention.YES,
        machine=STALLED,
    ),
}

ON_THE_VM: Final[Mapping[Reason, Explanation]] = {
    Reason.VM_MISSING: Explanation(
        "The machine's VM is no longer on the host, nor on another node of its cluster. A VM whose guest was configured "
        "once is never made anew by itself: its disk may be what matters.",
        "Restore the VM with its notes (they carry the machine's mark), or delete the resource and apply it again.",
        Attention.YES,
        machine=(*STALLED, (MachineCondition.SYNCED, False)),
    ),
    Reason.IDENTITY_CONFLICT: Explanation(
        "Two VMs carry this machine's mark, the VM with the mark is not the one in `status.vmId`, or it is a replica. "
        "Nothing is changed.",
        "Find out which VM is the right one: `(Get-VM -Id <id>).Notes`. Take the line `hyperv-operator.io/machine-uid=` out "
        "of the other's notes (`Set-VM -Notes`).",
        Attention.YES,
        machine=STALLED,
    ),
    Reason.NAME_IN_USE: Explanation(
        "A VM of this name that the operator did not make is on the host or its cluster.",
        "Rename or remove that VM, or delete the machine and apply it with another `vm_name`.",
        Attention.YES,
        machine=STALLED,
    ),
    Reason.NOT_OWNED: Explanation(
        "Something without the operator's mark stands where the machine's VM, disk or folder would be. It is left untouched.",
        f"Look at what the message names and remove it by hand if it is not needed. {_RESUME}",
        Attention.YES,
        machine=STALLED,
    ),
    Reason.ISO_MISSING: Explanation(
        "The provisioning ISO of the guest's OS family is not in the agent's folder on the host.",
        "Put the agent's files there completely (`spec.paths.agent`).",
        Attention.YES,
        machine=STALLED,
    ),
    Reason.COPY_FAILED: Explanation(
        "Copying the golden image, or making a differencing disk on it, failed.",
        f"Look at the host's disks. {_LOG}",
        Attention.YES,
        machine=STALLED,
    ),
    Reason.REGISTER_FAILED: Explanation(
        "Hyper-V refused to create the VM or to set its CPU, memory, disk, network or firmware.",
        f"On the host: `Get-WinEvent -LogName Microsoft-Windows-Hyper-V-VMMS-Admin -MaxEvents 20`. {_LOG}",
        Attention.YES,
        machine=STALLED,
    ),
    Reason.START_FAILED: Explanation(
        "The VM was created and does not start. `status.diagnosis` has what the agent saw.",
        "Confirm that CPU and memory suffice. On the host: `Get-WinEvent -LogName Microsoft-Windows-Hyper-V-VMMS-Admin "
        "-MaxEvents 20`, the same for `Microsoft-Windows-Hyper-V-Worker-Admin`.",
        Attention.YES,
        machine=STALLED,
    ),
    Reason.CLUSTER_FAILED: Explanation(
        "The VM could not be made a role of the failover cluster.",
        "`Get-ClusterNode` on the host: it has to be up. The machines' folder has to be on a volume of the cluster.",
        Attention.YES,
        machine=STALLED,
    ),
    Reason.REMOVE_FAILED: Explanation(
        "Something of the machine could not be removed. The resource stays until it is.",
        "Look at what holds the files in `<spec.paths.machines>\\<uid>` on the host (a backup, a checkpoint that is being "
        f"merged). It is tried again by itself. {_LOG}",
        Attention.IF_IT_LASTS,
        machine=WORKING,
    ),
    Reason.INTERNAL: Explanation(
        "The agent failed in a way that none of its codes names, or a journal of it says no more.",
        _LOG,
        Attention.YES,
        machine=STALLED,
    ),
}

IN_THE_GUEST: Final[Mapping[Reason, Explanation]] = {
    Reason.GUEST_TIMEOUT: Explanation(
        "The guest did not post its key, or did not finish, in the time it has (`HVO_GUEST_TIMEOUT_SECONDS`, an hour unless "
        "set). `status.diagnosis` has the probable cause.",
        "Make sure that the image has the Hyper-V integration services with data exchange (`Get-VMIntegrationService -VMName "
        "<vm_name>`) and starts what is on the provisioning ISO. It goes on by itself when the guest signals after all.",
        Attention.YES,
        machine=STALLED,
    ),
    Reason.GUEST_KEY_INVALID: Explanation(
        "The data was sealed to a key that the guest has replaced meanwhile, as it does when it starts anew. `Ready` shows "
        "`Retrying`; `status.run.outcome` and the Event `RunFailed` have this word.",
        "Nothing: it is sealed to the new key, at most five times a run.",
        Attention.NO,
        machine=WORKING,
    ),
    Reason.GUEST_FAILED: Explanation(
        "The guest could not apply its configuration. The message names the step and the guest's code.",
        "Correct the cause (for a domain join: account and password, DNS servers, reachability of a domain controller), "
        "then delete the resource and apply it again.",
        Attention.YES,
        machine=STALLED,
    ),
    Reason.PUBLISH_FAILED: Explanation(
        "The sealed configuration could not be written to the VM's key-value pairs.",
        "On the host: `Get-VMIntegrationService -VMName <vm_name>`; the key-value pair exchange has to be enabled. "
        f"{_LOG}",
        Attention.YES,
        machine=STALLED,
    ),
}
