"""HyperVHost: a Hyper-V host, how to reach it, and which namespaces may use it for what."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from hyperv_operator.api import address, expressions
from hyperv_operator.api.common import Model, Name, ObservedGeneration, Short, Status, Transitions

WindowsPath = Annotated[str, Field(min_length=3, max_length=200, pattern=r"^[A-Za-z]:\\[^\"'`$<>|?*/\x00-\x1f]*$")]
"""An absolute path on the host, without quotes and characters that are special to a shell."""


def _range(text: str) -> str:
    low, _, high = text.partition("-")
    if not int(low) <= int(high or low) <= _LAST_VLAN:
        raise ValueError(
            f"a range goes from the smaller VLAN to the greater, and no VLAN is above {_LAST_VLAN}; correct it"
        )
    return text


def _name_pattern(text: str) -> str:
    error = expressions.error_in(text)
    if error is not None:
        raise ValueError(f"this is no regular expression: {error}; correct it")
    if not text.startswith("^") or "(?" in text.replace("(?:", "(") or "\\Q" in text:
        raise ValueError(
            "it must begin with ^ and have no flags and no \\Q, so that no name matches somewhere in its middle; correct it"
        )
    if expressions.has_bare_alternative(text):
        raise ValueError("put its alternatives in parentheses: ^(a|b), as ^ binds more tightly than |")
    return text


_LAST_VLAN: Final = 4094
_SEPARATOR: Final = "\\"
NESTED_PATHS: Final = (
    "the folders of images and machines have to be apart, neither of them in the other: "
    "a machine's disk could be taken for an image"
)
FULL_LANGUAGE: Final = "Microsoft.PowerShell"
"""The session configuration that runs any script. Every other one is treated as a JEA endpoint."""
VlanRange = Annotated[str, Field(max_length=9, pattern=r"^[0-9]{1,4}(-[0-9]{1,4})?$"), AfterValidator(_range)]


def _address(value: object) -> object:
    return address.checked(value) if isinstance(value, str) and value else value


class SecretReference(Model):
    """A Secret in the operator's own namespace."""

    name: Annotated[Name, Field(description="Name of the Secret, in the operator's namespace.")]


class Connection(Model):
    """How to reach the host's WinRM service. The certificate is always verified."""

    transport: Annotated[
        Literal["https", "http"],
        Field(
            description="Protocol of WinRM. http requires kerberos, negotiate or ntlm, which encrypt the messages themselves."
        ),
    ] = "https"
    port: Annotated[int, Field(ge=1, le=65_535, description="TCP port of WinRM.")] = 5986
    authentication: Annotated[
        Literal["kerberos", "negotiate", "ntlm", "certificate", "basic"],
        Field(description="How the operator logs on to the host."),
    ] = "kerberos"
    credentials_secret_ref: Annotated[
        SecretReference,
        Field(
            description="Secret with the keys `username` and `password` (for kerberos, `keytab` may replace `password`), or "
            "`tls.crt` and `tls.key` for certificate."
        ),
    ]
    ca_bundle: (
        Annotated[
            str,
            Field(
                max_length=65_536,
                pattern=r"-----BEGIN (TRUSTED |X509 )?CERTIFICATE-----",
                description="Certificate authorities to trust, as PEM. Unset: those of the system.",
            ),
        ]
        | None
    ) = None
    configuration_name: Annotated[
        str,
        Field(
            min_length=1,
            max_length=100,
            pattern=r"^[A-Za-z0-9._-]+$",
            description="Name of the session configuration (JEA).",
        ),
    ] = FULL_LANGUAGE

    @model_validator(mode="after")
    def _encrypted(self) -> Self:
        if self.transport == "http" and self.authentication in ("basic", "certificate"):
            raise ValueError(
                "transport http needs an authentication that encrypts messages: kerberos, negotiate or ntlm"
            )
        return self


class LabelExpression(Model):
    """One requirement of a label selector."""

    key: Annotated[str, Field(min_length=1, max_length=317, description="Key of the label.")]
    operator: Annotated[
        Literal["In", "NotIn", "Exists", "DoesNotExist"],
        Field(description="How the label of the namespace is compared with the values."),
    ]
    values: Annotated[
        tuple[Annotated[str, Field(max_length=63)], ...],
        Field(max_length=32, description="Values for In and NotIn. Empty for Exists and DoesNotExist."),
    ] = ()


class LabelSelector(Model):
    """A Kubernetes label selector; an empty one selects every namespace."""

    match_labels: Annotated[
        dict[str, Annotated[str, Field(max_length=63)]],
        Field(max_length=32, default_factory=dict, description="Labels that a namespace must have with these values."),
    ]
    match_expressions: Annotated[
        tuple[LabelExpression, ...],
        Field(max_length=16, description="Requirements that a namespace must meet, all of them."),
    ] = ()


class Tenant(Model):
    """Namespaces that may use the host, and for what. A list that is unset allows anything."""

    namespace_selector: Annotated[LabelSelector, Field(description="Selects the namespaces by their labels.")]
    images: (
        Annotated[
            tuple[Annotated[str, Field(min_length=1, max_length=128)], ...],
            Field(
                max_length=64,
                description="Image names that may be used. `*` matches any text, every other character only itself.",
            ),
        ]
        | None
    ) = None
    vlans: (
        Annotated[
            tuple[VlanRange, ...],
            Field(max_length=64, description="VLAN ids and ranges of them that may be used, such as `0` or `10-19`."),
        ]
        | None
    ) = None
    vm_name_pattern: (
        Annotated[
            str,
            Field(
                min_length=1,
                max_length=200,
                description="Regular expression (RE2) that vm_name must match from its first character on; it begins with `^`. "
                "`^team-a-` allows every name that begins so, `^team-a-[0-9]+$` only the names that it describes whole.",
            ),
            AfterValidator(_name_pattern),
        ]
        | None
    ) = None
    max_machines: (
        Annotated[
            int,
            Field(
                ge=0,
                le=10_000,
                description="How many machines each namespace may have on the host. VMs that carry the operator's mark count, also "
                "without a resource.",
            ),
        ]
        | None
    ) = None
    max_cpu_cores: (
        Annotated[int, Field(ge=1, le=2_048, description="How many CPU cores a machine may have.")] | None
    ) = None
    max_memory_gib: Annotated[
        Annotated[int, Field(ge=1, le=262_144, description="How much memory a machine may have, in GiB.")] | None,
        Field(alias="maxMemoryGiB"),
    ] = None
    max_total_cpu_cores: (
        Annotated[
            int,
            Field(
                ge=0,
                le=1_000_000,
                description="How many CPU cores each namespace may have on the host, over all machines.",
            ),
        ]
        | None
    ) = None
    max_total_memory_gib: Annotated[
        Annotated[
            int,
            Field(
                ge=0,
                le=10_000_000,
                description="How much memory each namespace may have on the host, over all machines, in GiB.",
            ),
        ]
        | None,
        Field(alias="maxTotalMemoryGiB"),
    ] = None
    deletion_policies: (
        Annotated[
            tuple[Literal["Delete", "Retain"], ...],
            Field(
                min_length=1,
                max_length=2,
                description="Values of spec.deletionPolicy that machines may have. Unset: any.",
            ),
        ]
        | None
    ) = None
    allow_abandon: Annotated[
        bool,
        Field(description="Whether the annotation hyperv-operator.io/abandon releases a machine without its host."),
    ] = True


class Paths(Model):
    """Folders on the host."""

    agent: Annotated[WindowsPath, Field(description="Folder of the agent and its versions.")] = (
        "C:\\ProgramData\\HyperVOperator"
    )
    images: Annotated[
        WindowsPath, Field(description="Folder of the golden images. Not in the folder of the machines, nor around it.")
    ]
    machines: Annotated[WindowsPath, Field(description="Folder in which each machine gets a folder of its own.")]

    @model_validator(mode="after")
    def _apart(self) -> Self:
        images, machines = (f"{path.rstrip(_SEPARATOR)}{_SEPARATOR}".lower() for path in (self.images, self.machines))
        if images.startswith(machines) or machines.startswith(images):
            raise ValueError(NESTED_PATHS)
        return self


class Storage(Model):
    """How disks are created."""

    clone: Annotated[
        Literal["Copy", "Differencing"],
        Field(description="Copy the golden image, or create a differencing disk that refers to it."),
    ] = "Copy"


class HyperVHostSpec(Model):
    """How to reach the host, what it offers, and who may use it."""

    address: Annotated[
        str,
        Field(
            min_length=1,
            max_length=254,
            pattern=address.PATTERN,
            description="DNS name or IP address of the host, without a port. IPv6 may be in brackets.",
        ),
        BeforeValidator(_address),
    ]
    connection: Annotated[
        Connection, Field(description="How to reach the WinRM service. Certificates are always verified.")
    ]
    tenants: Annotated[
        tuple[Tenant, ...],
        Field(max_length=64, description="Namespaces that may use the host. Without an entry, none may."),
    ] = ()
    paths: Annotated[Paths, Field(description="Folders on the host.")]
    virtual_switch: Annotated[
        str,
        Field(
            min_length=1,
            max_length=100,
            pattern=r"^[^\"'`$\x00-\x1f]+$",
            description="Name of the virtual switch that machines are connected to.",
        ),
    ]
    storage: Annotated[Storage, Field(description="How disks are created.")] = Storage()
    failover_cluster: (
        Annotated[
            str,
            Field(
                min_length=1,
                max_length=63,
                pattern=r"^[A-Za-z0-9-]+$",
                description="Name of the failover cluster that the host belongs to. VM names are unique in a cluster.",
            ),
        ]
        | None
    ) = None
    max_concurrent_runs: Annotated[
        int, Field(ge=1, le=20, description="How many runs may change the host at the same time.")
    ] = 4
    inventory_interval_seconds: Annotated[
        int, Field(ge=10, le=3_600, description="Seconds between two inventories of the host.")
    ] = 60
    cordoned: Annotated[bool, Field(description="If true, no new machine is provisioned on the host.")] = False


class HostId(Model):
    """What identifies the host permanently."""

    smbios_uuid: Annotated[str, Field(max_length=64, description="UUID of the hardware, from SMBIOS.")]
    machine_guid: Annotated[str, Field(max_length=64, description="MachineGuid of the Windows installation.")]


class AgentStatus(Model):
    """The agent on the host, and the version that the operator rolls out."""

    desired_digest: (
        Annotated[
            str,
            Field(
                max_length=100,
                description="Digest of the version that the operator rolls out. Unset if it rolls out none.",
            ),
        ]
        | None
    ) = None
    digest: Annotated[str, Field(max_length=100, description="Digest of the version that runs on the host.")] | None = (
        None
    )
    version: Annotated[str, Field(max_length=64, description="Name of the version that runs on the host.")] | None = (
        None
    )
    schema_versions: Annotated[
        tuple[Annotated[int, Field(ge=1)], ...],
        Field(max_length=16, description="Versions of the job schema that this agent supports."),
    ] = ()
    phase: (
        Annotated[
            str,
            Field(
                max_length=32,
                description="Present: the agent was installed by hand. Waiting, Installing, Failed, Ready: progress of the "
                "rollout.",
            ),
        ]
        | None
    ) = None


class Volume(Model):
    """The free space of a volume, rounded."""

    path: Annotated[str, Field(max_length=260, description="Path of the volume.")]
    free_gib: Annotated[int, Field(ge=0, description="Free space in GiB, rounded.")]


class Capacity(Model):
    """Resources of the host, rounded so that they rarely change. The metrics have the exact values."""

    logical_processors: Annotated[int, Field(ge=0, description="Number of logical processors.")]
    memory_gib: Annotated[int, Field(ge=0, description="Physical memory in GiB, rounded.")]
    memory_free_gib: Annotated[int, Field(ge=0, description="Free memory in GiB, rounded.")]
    volumes: Annotated[tuple[Volume, ...], Field(max_length=64, description="Volumes of the host.")] = ()


class LogonFailures(Model):
    """Logons refused with one version of the credentials Secret."""

    secret_version: Annotated[Short, Field(description="resourceVersion of the credentials Secret that was refused.")]
    count: Annotated[int, Field(ge=0, description="Logons that the host refused with this version.")]


class UnreadableLine(Model):
    """A line of the host's inventory that could not be read as a whole."""

    kind: Annotated[
        str, Field(max_length=64, description="Kind of the line: host, image, vm, journal, removed, outcome, or line.")
    ]
    machine_uid: (
        Annotated[str, Field(max_length=256, description="UID of the HyperVMachine that the line is about.")] | None
    ) = None
    vm_id: Annotated[str, Field(max_length=64, description="Hyper-V's id of the VM that the line is about.")] | None = (
        None
    )
    problem: Annotated[str, Field(max_length=512, description="What is wrong with it.")]


class UnreadableVm(Model):
    """A VM that Hyper-V knows on the host and cannot open."""

    vm_id: Annotated[str, Field(max_length=64, description="Hyper-V's id of the VM.")] | None = None
    name: Annotated[str, Field(max_length=256, description="Name of the VM.")] | None = None
    machine_uid: (
        Annotated[
            str,
            Field(max_length=256, description="UID of the HyperVMachine that the VM belongs to, if that can be read."),
        ]
        | None
    ) = None
    problem: Annotated[str, Field(max_length=512, description="What Hyper-V says.")]


class PreflightCounts(Model):
    """How many rows of the preflight have each state."""

    ok: Annotated[int, Field(ge=0, description="Rows that are as machines need it.")] = 0
    warning: Annotated[
        int, Field(ge=0, description="Rows that may become a problem, or are one for some machines.")
    ] = 0
    blocking: Annotated[int, Field(ge=0, description="Rows without which no machine can be provisioned.")] = 0
    unknown: Annotated[int, Field(ge=0, description="Rows that could not be read. They never block.")] = 0


class PreflightRow(Model):
    """A row of the preflight that blocks or warns."""

    id: Annotated[str, Field(max_length=64, description="Name of the row, such as VirtualSwitch.")]
    subject: Annotated[str, Field(max_length=200, description="What the row is about, such as a path or an image.")] = (
        ""
    )
    state: Annotated[Literal["blocking", "warning"], Field(description="Whether the row blocks or warns.")]
    observed: Annotated[str, Field(max_length=400, description="What the host has.")] = ""
    expected: Annotated[str, Field(max_length=200, description="What machines need.")] = ""
    remedy: Annotated[str, Field(max_length=300, description="What to do about it.")] = ""


class Preflight(Model):
    """What the last preflight of the host has found."""

    checked_at: Annotated[
        datetime,
        Field(description="When the preflight began; at most one interval old while its rows stay as they are."),
    ]
    generation: Annotated[int, Field(ge=0, description="Generation of the spec that the host was checked against.")]
    agent_digest: Annotated[str, Field(max_length=100, description="Digest of the agent that made the preflight.")]
    counts: Annotated[PreflightCounts, Field(description="How many rows have each state.")] = PreflightCounts()
    rows: Annotated[
        tuple[PreflightRow, ...],
        Field(max_length=40, description="The rows that block, then those that warn; the first 40 of them."),
    ] = ()


class HyperVHostStatus(Status):
    """What the operator knows about the host."""

    observed_generation: ObservedGeneration | None = None
    operator: (
        Annotated[
            str,
            Field(
                max_length=63,
                description="Namespace of the operator that serves the host. An operator of another namespace leaves the host and its "
                "machines alone while that one lives.",
            ),
        ]
        | None
    ) = None
    host_id: HostId | None = None
    computer_name: Annotated[Short, Field(description="Computer name, as Windows reports it.")] | None = None
    os: Annotated[Short, Field(description="Name and version of the operating system.")] | None = None
    agent: AgentStatus | None = None
    capacity: Capacity | None = None
    unreadable_count: (
        Annotated[int, Field(ge=0, description="Lines of the last inventory that could not be read as a whole.")] | None
    ) = None
    unreadable_lines: Annotated[
        tuple[UnreadableLine, ...], Field(max_length=20, description="The first of these lines.")
    ] = ()
    unreadable_vm_count: (
        Annotated[int, Field(ge=0, description="VMs that Hyper-V knows on the host and cannot open.")] | None
    ) = None
    unreadable_vms: Annotated[
        tuple[UnreadableVm, ...], Field(max_length=20, description="The first of these VMs.")
    ] = ()
    logon_failures: LogonFailures | None = None
    preflight: Preflight | None = None
    transitions: Transitions = ()
