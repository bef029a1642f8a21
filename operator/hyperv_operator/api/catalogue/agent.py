"""Entries for the agent's closed codes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from hyperv_operator.api.catalogue.model import HOST_STALLED, STALLED, UNSEEN, WORKING, Actor, Entry, Retry
from hyperv_operator.api.names import HostCondition, MachineCondition, Reason

_LOG: Final = "`kubectl logs -n hyperv-system deployment/hyperv-operator` has the agent's lines of the run; their `run` is `status.run.id`."

BEFORE_WORK: Final[Mapping[Reason, Entry]] = {
    Reason.INVALID_DEFINITION: Entry(
        "The agent does not understand the job, because the agent and the operator are of different versions.",
        Actor.CLUSTER_ADMIN,
        Retry.BACKOFF,
        "Bring the agent on the host and the operator to one version.",
        "`status.agent` of the HyperVHost shows the agent's version; see [agent-rollout](../guides/agent-rollout.md).",
        machine=STALLED,
    ),
    Reason.SCHEMA_MISMATCH: Entry(
        "The agent does not support the schema id or version of the job.",
        Actor.CLUSTER_ADMIN,
        Retry.BACKOFF,
        "Bring the agent on the host and the operator to one version.",
        "`status.agent.schemaVersions` of the HyperVHost lists the versions that the agent supports.",
        machine=STALLED,
    ),
    Reason.SUPERSEDED: Entry(
        "The agent has seen a newer launch for this machine, or has removed the machine already.",
        Actor.NOBODY,
        Retry.BACKOFF,
        "No action is needed: the operator launches the agent again from a new inventory.",
        "On a provisioning, `Ready` has the reason `Retrying`; `status.run.outcome` has this code.",
        machine=WORKING,
    ),
    Reason.HOST_BUSY: Entry(
        "Another launch holds the lock of this machine, or the host's lock for the registration of VMs.",
        Actor.HOST_ADMIN,
        Retry.BACKOFF,
        "Wait until the other launch has ended.",
        "If this lasts for hours, look on the host for a `wsmprovhost` process that does not end.",
        machine=WORKING,
    ),
    Reason.IMAGE_NOT_FOUND: Entry(
        "The golden image is not in the host's `spec.paths.images`.",
        Actor.HOST_ADMIN,
        Retry.BACKOFF,
        "Put the image into the host's image folder, or correct spec.fields.image_name.",
        "The file's name is `<image_name>.vhdx`. The message or `status.diagnosis` lists the images that are there.",
        machine=STALLED,
    ),
    Reason.IMAGE_UNUSABLE: Entry(
        "The golden image cannot start a VM of generation 2: it is a .vhd file, no VHDX, a differencing disk, or has no EFI system "
        "partition, as an image of generation 1.",
        Actor.HOST_ADMIN,
        Retry.BACKOFF,
        "Make the image from a VM of generation 2 and put it into the image folder under a new name.",
        "The message says what the file is. `Convert-VHD` makes a .vhdx of a .vhd or of a differencing disk; the partitions stay as they "
        "are: `MBR2GPT` converts those of Windows. See [images](../guides/images.md).",
        machine=STALLED,
    ),
    Reason.IMAGE_CHANGED: Entry(
        "The golden image was changed after differencing disks were made from it: their VMs do not start any more, and no further disk "
        "is made from it.",
        Actor.HOST_ADMIN,
        Retry.BACKOFF,
        "Restore the image as it was, and put the new one beside it under another name.",
        "`status.images` of the HyperVHostInventory shows images in use. A changed image keeps its name only after the machines that were "
        "made from it are gone. See [images](../guides/images.md).",
        machine=STALLED,
    ),
    Reason.INSUFFICIENT_SPACE: Entry(
        "The volume of the host's `spec.paths.machines` has too little free space for the machine's disk.",
        Actor.HOST_ADMIN,
        Retry.BACKOFF,
        "Free space on the host's machine volume, or choose another host.",
        "`Get-Volume` on the host shows the free space. `spec.storage.clone: Differencing` of the HyperVHost needs less.",
        machine=STALLED,
    ),
    Reason.INSUFFICIENT_MEMORY: Entry(
        "The host has too little free memory for the VM.",
        Actor.HOST_ADMIN,
        Retry.BACKOFF,
        "Free memory on the host, or lower spec.fields.gb_ram.",
        "`status.capacity` of the HyperVHost shows how much is free.",
        machine=STALLED,
    ),
    Reason.SWITCH_NOT_FOUND: Entry(
        "The host has no virtual switch with the name in `spec.virtualSwitch` of the HyperVHost.",
        Actor.HOST_ADMIN,
        Retry.BACKOFF,
        "Create the virtual switch on the host, or correct spec.virtualSwitch of the HyperVHost.",
        "`Get-VMSwitch` on the host lists the switches.",
        machine=STALLED,
    ),
    Reason.PATH_NOT_ALLOWED: Entry(
        "A folder in `spec.paths` of the HyperVHost is outside of the roots that the host's `agent.json` allows, images and machines are "
        "not apart, or the file is missing or unreadable.",
        Actor.HOST_ADMIN,
        Retry.BACKOFF,
        "Add the folder to allowed_roots in the host's agent.json, or correct spec.paths of the HyperVHost.",
        '`agent.json` is in the agent\'s folder: `{"allowed_roots": {"images": ["D:\\\\DiskImages"], "machines": ["D:\\\\VMs"]}}`. If the '
        "machine's folder is a link, remove the link.",
        machine=STALLED,
    ),
    Reason.HYPER_V_UNAVAILABLE: Entry(
        "Hyper-V does not answer on the host: its PowerShell module is not installed, or its management service does not run.",
        Actor.HOST_ADMIN,
        Retry.BACKOFF,
        "Install Hyper-V's PowerShell module on the host, or start Hyper-V's management service.",
        "The module is the Windows feature `Hyper-V-PowerShell`; `Get-Service vmms` shows the service. VMs run on without it.",
        machine=STALLED,
    ),
    Reason.ACCESS_DENIED: Entry(
        "The operator's account lacks a right on the host.",
        Actor.HOST_ADMIN,
        Retry.BACKOFF,
        "Give the operator's account on the host the rights that the host preparation guide lists.",
        "It has to be a member of `Hyper-V Administrators`, with write access to the folders in `spec.paths`; see "
        "[prepare-host](../guides/prepare-host.md).",
        machine=STALLED,
    ),
    Reason.CONSTRAINED_LANGUAGE: Entry(
        "PowerShell on the host runs the agent's scripts in constrained language, because application control (WDAC or AppLocker) does not "
        "trust them.",
        Actor.HOST_ADMIN,
        Retry.BACKOFF,
        "Allow the agent in the host's application control (docs/guides/application-control.md).",
        "The operator cannot roll its agent out to such a host. Sign the agent's files, let the policy trust the signer, and register a "
        "JEA endpoint with them.",
        machine=(*STALLED, *UNSEEN),
        host=(*HOST_STALLED, (HostCondition.AGENT_READY, False)),
    ),
}

ON_THE_VM: Final[Mapping[Reason, Entry]] = {
    Reason.VM_MISSING: Entry(
        "The machine's VM is no longer on the host, nor on another node of its cluster.",
        Actor.OWNER,
        Retry.BACKOFF,
        "Delete the resource, or restore the VM.",
        "A restored VM needs its notes, because they carry the machine's mark; a resource that is applied again gets a new VM. The "
        "operator recreates a VM only before its guest was configured for the first time: later its disk may hold data.",
        machine=(*STALLED, (MachineCondition.SYNCED, False)),
    ),
    Reason.VM_UNREADABLE: Entry(
        "Hyper-V knows the machine's VM and cannot open it: its configuration, or the volume that it is on, is gone or cannot be reached.",
        Actor.HOST_ADMIN,
        Retry.BACKOFF,
        "Bring the VM's volume or configuration back, or remove the VM in Hyper-V.",
        "`Get-CimInstance -Namespace root\\virtualization\\v2 Msvm_ComputerSystem` lists the VMs that `Get-VM` does not. The VM counts as "
        "there until Hyper-V does not know it any more: no other one is made, and nothing of it is deleted.",
        machine=STALLED,
    ),
    Reason.VM_CRITICAL: Entry(
        "Hyper-V reports the VM in a critical state: a disk or the configuration of the VM cannot be reached, or its volume is full.",
        Actor.HOST_ADMIN,
        Retry.BACKOFF,
        "Bring the storage of the VM back on the host, or free space on its volume.",
        "`Get-VM` on the host shows its state and status. Hyper-V continues a VM that it has paused for this by itself. Deleting the "
        "resource removes the VM also in this state.",
        machine=STALLED,
    ),
    Reason.IDENTITY_CONFLICT: Entry(
        "Several VMs carry this machine's mark, the VM with the mark is not the one in `status.vmId`, or it is a replica.",
        Actor.HOST_ADMIN,
        Retry.BACKOFF,
        "Find out which VM is the right one, and remove the machine mark from the notes of the other.",
        "The agent changes nothing meanwhile. `(Get-VM -Id <id>).Notes` shows the notes; the mark is the line "
        "`hyperv-operator.io/machine-uid=`, and `Set-VM -Notes` changes it.",
        machine=STALLED,
    ),
    Reason.NAME_IN_USE: Entry(
        "A VM with this name that the operator did not create is on the host or its cluster.",
        Actor.OWNER,
        Retry.BACKOFF,
        "Choose another spec.fields.vm_name, or rename or remove the other VM.",
        "`vm_name` is immutable once the machine was launched: delete the machine and apply it with another name.",
        machine=STALLED,
    ),
    Reason.NOT_OWNED: Entry(
        "A VM, disk or folder without the machine's mark is in the place of the machine's own.",
        Actor.HOST_ADMIN,
        Retry.BACKOFF,
        "Remove it on the host if it is not needed, or write the machine mark into the notes of the VM if it is the machine's.",
        "The agent leaves it untouched. The mark is the line `hyperv-operator.io/machine-uid=<uid>`; use `Set-VM`. A "
        "machine of another Kubernetes cluster (a restored backup) is deleted in one of the two clusters.",
        machine=STALLED,
    ),
    Reason.ISO_MISSING: Entry(
        "The provisioning ISO for the guest's OS family is not in the agent's folder on the host.",
        Actor.HOST_ADMIN,
        Retry.BACKOFF,
        "Put the provisioning ISO into the agent's folder on the host.",
        "A rollout brings the ISOs along; by hand, copy `isos` into `spec.paths.agent`.",
        machine=STALLED,
    ),
    Reason.COPY_FAILED: Entry(
        "The agent could not copy the golden image, or could not create a differencing disk on it.",
        Actor.HOST_ADMIN,
        Retry.BACKOFF,
        "Check the host's disks and the agent's log lines of this run.",
        _LOG,
        machine=STALLED,
    ),
    Reason.REGISTER_FAILED: Entry(
        "Hyper-V refused to create the VM or to set its CPU, memory, disk, network or firmware.",
        Actor.HOST_ADMIN,
        Retry.BACKOFF,
        "Check the host's Hyper-V VMMS event log and the agent's log lines of this run.",
        f"On the host: `Get-WinEvent -LogName Microsoft-Windows-Hyper-V-VMMS-Admin -MaxEvents 20`. {_LOG}",
        machine=STALLED,
    ),
    Reason.START_FAILED: Entry(
        "Hyper-V created the VM and could not start it.",
        Actor.HOST_ADMIN,
        Retry.BACKOFF,
        "Check the host's Hyper-V event logs, and that CPU and memory are sufficient.",
        "`status.diagnosis` has the VM's last events. On the host: `Get-WinEvent -LogName Microsoft-Windows-Hyper-V-VMMS-Admin "
        "-MaxEvents 20`, and the same for `Microsoft-Windows-Hyper-V-Worker-Admin`.",
        machine=STALLED,
    ),
    Reason.CLUSTER_FAILED: Entry(
        "The agent could not make the VM a role of the failover cluster, or the cluster does not answer on this node.",
        Actor.HOST_ADMIN,
        Retry.BACKOFF,
        "Check the failover cluster's events, that the host is a node that is up, and spec.failoverCluster of the HyperVHost.",
        "`Get-ClusterNode` on the host lists the nodes. The folder in `spec.paths.machines` has to be on a volume of the cluster. "
        "A VM that has moved to another node is moved back, or `vm_clustered` is set to false.",
        machine=STALLED,
    ),
    Reason.CLUSTER_ROLE_UNAVAILABLE: Entry(
        "The VM could not become a role of the failover cluster, so that its disk was not copied: its folder is not on a cluster shared "
        "volume, or a network logon without the right to run a task as SYSTEM cannot make the role.",
        Actor.HOST_ADMIN,
        Retry.BACKOFF,
        "Put the machines and, for differencing disks, the images on a cluster shared volume, and let the operator's account be an "
        "administrator of the host or use the JEA endpoint.",
        "`Get-ClusterSharedVolume` on the host lists the volumes. Windows makes a role only for a logon that is not a network logon: "
        "that of the endpoint's virtual account, or that of a task. See [prepare-host](../guides/prepare-host.md#failover-clusters).",
        machine=STALLED,
    ),
    Reason.REMOVE_FAILED: Entry(
        "The agent could not remove the VM, its files or its cluster role.",
        Actor.HOST_ADMIN,
        Retry.BACKOFF,
        "Check what holds the VM's files on the host, and the agent's log lines of this run.",
        "The files are in `<spec.paths.machines>\\<uid>`; a backup or a checkpoint that is being merged can hold them. The resource "
        f"stays until they are gone. {_LOG}",
        machine=WORKING,
    ),
    Reason.INTERNAL: Entry(
        "The agent failed in a way that none of its codes names.",
        Actor.CLUSTER_ADMIN,
        Retry.BACKOFF,
        "Check the agent's log lines of this run.",
        _LOG,
        machine=STALLED,
    ),
}

IN_THE_GUEST: Final[Mapping[Reason, Entry]] = {
    Reason.GUEST_TIMEOUT: Entry(
        "The guest did not post its key, did not finish its configuration, or did not shut down in time.",
        Actor.OWNER,
        Retry.ON_CHANGE,
        "Check in the VM's console that the guest boots, that its Hyper-V integration services run and that it starts the "
        "provisioning ISO. The operator continues when the guest answers.",
        "`status.diagnosis` has the probable cause. `Get-VMIntegrationService -VMName <vm_name>` on the host lists the services; data "
        "exchange has to be enabled. The timeout is `HVO_GUEST_TIMEOUT_SECONDS` (an hour by default).",
        machine=STALLED,
    ),
    Reason.GUEST_KEY_INVALID: Entry(
        "The data is sealed to a key that the guest has replaced since, as it does when it starts anew.",
        Actor.NOBODY,
        Retry.BACKOFF,
        "No action is needed: the operator seals the data to the guest's new key.",
        "It does so at most five times for each generation of the spec; see `GuestKeyUnstable`. `Ready` has the reason `Retrying`; "
        "`status.run.outcome` and the Event `RunFailed` have this code.",
        machine=WORKING,
    ),
    Reason.GUEST_FAILED: Entry(
        "The guest could not apply its configuration.",
        Actor.OWNER,
        Retry.NEVER,
        "Correct what the guest could not apply (for a domain join: credentials, DNS, domain controller), then delete the resource "
        "and apply it again.",
        "The message names the guest's step and code, and with `NotAsRequested` the field that its system has another value for; see "
        "[troubleshooting](../guides/troubleshooting.md#the-guest-fails-for-another-reason).",
        machine=STALLED,
    ),
    Reason.PUBLISH_FAILED: Entry(
        "The agent could not write the sealed configuration to the VM's key-value pairs, or could not delete it from there.",
        Actor.HOST_ADMIN,
        Retry.BACKOFF,
        "Check the VM's Hyper-V integration services and the agent's log lines of this run.",
        "`Get-VMIntegrationService -VMName <vm_name>` on the host lists the services; key-value pair exchange has to be enabled. "
        f"{_LOG}",
        machine=STALLED,
    ),
}
