"""The rows of a host's preflight: what each is about, what to do about it, and whether no machine can be provisioned without it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

_GUIDE: Final = "docs/guides/prepare-host.md"


@dataclass(frozen=True)
class RowEntry:
    """What is said about one row."""

    about: str
    """What the row compares, in a sentence for the reference page."""
    remedy: str
    """What to do about a row that blocks or warns, in a sentence or two of plain text."""
    blocks: bool = False
    """Whether `blocking` makes the host not Ready. A row that another agent calls blocking warns."""


CLOCK: Final = "Clock"
"""The one row that the operator makes itself: it compares the host's time with its own."""

ROWS: Final[Mapping[str, RowEntry]] = MappingProxyType(
    {
        "LanguageMode": RowEntry(
            "PowerShell runs the agent in full language.",
            "Allow the agent in the host's application control (docs/guides/application-control.md).",
            blocks=True,
        ),
        "PowerShellVersion": RowEntry(
            "PowerShell is 5.1 or later.", "Install Windows Management Framework 5.1 on the host.", blocks=True
        ),
        "ExecutionPolicy": RowEntry(
            "The execution policy lets unsigned scripts of the host itself run.",
            "Set it to RemoteSigned, or sign every version of the agent (docs/guides/application-control.md).",
        ),
        "HyperVModule": RowEntry(
            "Hyper-V's PowerShell module is installed, and which version.",
            "Install the Windows feature Hyper-V-PowerShell on the host.",
            blocks=True,
        ),
        "ManagementService": RowEntry(
            "The service vmms runs and starts by itself.",
            "Start the service vmms on the host, and set its startup type to Automatic.",
            blocks=True,
        ),
        "WinRMListener": RowEntry(
            "WinRM has a listener for HTTPS that is enabled.",
            "Make one with agent/jea/Set-HvoListener.ps1, unless the hosts are reached over HTTP with Kerberos on purpose.",
        ),
        "WinRMQuota": RowEntry(
            "The quotas of WinRM suffice for spec.maxConcurrentRuns.",
            f"Raise the quota in WSMan:\\localhost and restart WinRM, or lower spec.maxConcurrentRuns ({_GUIDE}).",
        ),
        "AgentFolder": RowEntry(
            "The agent's folder exists, and only administrators may change it.",
            f"Remove the folder's inheritance and leave SYSTEM and Administrators alone in it ({_GUIDE}).",
            blocks=True,
        ),
        "ImageFolder": RowEntry(
            "The folder of images exists, agent.json allows it, and only administrators may change it.",
            f"Make the folder, add it to allowed_roots in agent.json, and take the rights of others away ({_GUIDE}).",
            blocks=True,
        ),
        "MachineFolder": RowEntry(
            "The folder of machines exists, agent.json allows it, and only administrators may change it.",
            f"Make the folder, add it to allowed_roots in agent.json, and take the rights of others away ({_GUIDE}).",
            blocks=True,
        ),
        "FileSystem": RowEntry(
            "Machines are on NTFS, ReFS or a cluster shared volume, and whether images can be cloned there.",
            "Put the folder of machines on a volume with NTFS or ReFS.",
        ),
        "FreeSpace": RowEntry(
            "The volume of the machines has room for the largest image.",
            "Free space on the volume, or correct spec.paths.machines.",
        ),
        "FreeMemory": RowEntry(
            "The host has at least 2 GB of free memory.", "Shut down VMs that are not needed, or choose another host."
        ),
        "Antivirus": RowEntry(
            "Microsoft Defender leaves virtual disks in the folder alone. Unknown for other products.",
            "Add the folder to the exclusions with Add-MpPreference.",
        ),
        "ProvisioningIso": RowEntry(
            "The agent's version has a provisioning ISO for each family of guests.",
            "Install the agent with its folder isos.",
            blocks=True,
        ),
        "Image": RowEntry(
            "Each image is a whole .vhdx with an EFI system partition, and how many machines have differencing disks on it.",
            "Replace the image by a whole .vhdx of a generation 2 VM under a new name (docs/guides/prepare-windows-image.md).",
        ),
        "VirtualSwitch": RowEntry(
            "The host has one virtual switch of the name in spec.virtualSwitch, of the type External.",
            "Create the virtual switch on the host, or correct spec.virtualSwitch.",
            blocks=True,
        ),
        "SwitchVlan": RowEntry(
            "How the host's own adapters are tagged. Whether the physical port carries a VLAN cannot be seen on the host.",
            "Check that the physical port carries the VLANs of the machines.",
        ),
        "FailoverCluster": RowEntry(
            "The host is a node of spec.failoverCluster, or of no cluster.",
            "Correct spec.failoverCluster, or start the cluster service on the host.",
        ),
        "ClusterStorage": RowEntry(
            "Machines of a cluster are on a cluster shared volume; with differencing disks, images too.",
            "Put spec.paths.machines, and for differencing disks spec.paths.images, on a cluster shared volume.",
        ),
        "ClusterRole": RowEntry(
            "Cluster roles can be made: by the agent itself, or by a scheduled task, as a network logon cannot.",
            "Register a JEA endpoint, whose own account makes the roles (docs/guides/least-privilege.md).",
        ),
        CLOCK: RowEntry(
            "The clocks of host and operator differ by less than two minutes.",
            "Correct the time of the host or of the operator's node; Kerberos allows five minutes.",
        ),
    }
)
"""By the id of the row, in the order of the preflight."""
