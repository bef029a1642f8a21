"""HyperVHost: a Hyper-V host, how to reach it, and who may use it for what."""

from __future__ import annotations

import re
from typing import Annotated, Final, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from hyperv_operator.api.common import Model, Name, Short, Status, StatusModel

WindowsPath = Annotated[str, Field(min_length=3, max_length=200, pattern=r"^[A-Za-z]:\\[^\"'`$<>|?*/\x00-\x1f]*$")]
"""An absolute path on the host, without quotes or anything that a shell would read."""


def _range(text: str) -> str:
    low, _, high = text.partition("-")
    if not int(low) <= int(high or low) <= _LAST_VLAN:
        raise ValueError(
            f"a range goes from the smaller VLAN to the greater, and none is above {_LAST_VLAN}; correct it"
        )
    return text


def _expression(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"this is no regular expression: {error}; correct it") from None
    return text


_LAST_VLAN: Final = 4094
FULL_LANGUAGE: Final = "Microsoft.PowerShell"
"""The session configuration that takes any script; every other one is taken for a JEA endpoint."""
VlanRange = Annotated[str, Field(max_length=9, pattern=r"^[0-9]{1,4}(-[0-9]{1,4})?$"), AfterValidator(_range)]


class SecretReference(Model):
    """A Secret in the operator's own namespace."""

    name: Annotated[Name, Field(description="Name of the Secret, in the operator's namespace.")]


class Connection(Model):
    """How to reach the host's WinRM service. The certificate is always verified."""

    transport: Annotated[
        Literal["https", "http"],
        Field(description="http is for Kerberos, negotiate and NTLM only, whose messages are encrypted."),
    ] = "https"
    port: Annotated[int, Field(ge=1, le=65_535)] = 5986
    authentication: Literal["kerberos", "negotiate", "ntlm", "certificate", "basic"] = "kerberos"
    credentials_secret_ref: Annotated[
        SecretReference,
        Field(
            description="Secret with `username` and `password` (for Kerberos also `keytab` in its place), or `tls.crt` and "
            "`tls.key` for certificate."
        ),
    ]
    ca_bundle: (
        Annotated[str, Field(max_length=65_536, description="PEM of the authorities to trust; unset: the system's.")]
        | None
    ) = None
    configuration_name: Annotated[
        str,
        Field(min_length=1, max_length=100, pattern=r"^[A-Za-z0-9._-]+$", description="Session configuration (JEA)."),
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

    key: Annotated[str, Field(min_length=1, max_length=317)]
    operator: Literal["In", "NotIn", "Exists", "DoesNotExist"]
    values: Annotated[tuple[Annotated[str, Field(max_length=63)], ...], Field(max_length=32)] = ()


class LabelSelector(Model):
    """A Kubernetes label selector; an empty one selects every namespace."""

    match_labels: Annotated[dict[str, Annotated[str, Field(max_length=63)]], Field(max_length=32, default_factory=dict)]
    match_expressions: Annotated[tuple[LabelExpression, ...], Field(max_length=16)] = ()


class Tenant(Model):
    """Namespaces that may use the host, and for what; a list that is not given means any."""

    namespace_selector: LabelSelector
    images: (
        Annotated[
            tuple[Annotated[str, Field(min_length=1, max_length=128)], ...],
            Field(max_length=64, description="Image names that may be used; `*` stands for anything."),
        ]
        | None
    ) = None
    vlans: (
        Annotated[
            tuple[VlanRange, ...],
            Field(max_length=64, description="VLAN ids and ranges that may be used, such as `0` or `10-19`."),
        ]
        | None
    ) = None
    vm_name_pattern: (
        Annotated[
            str,
            Field(min_length=1, max_length=200, description="Regular expression that vm_name has to match."),
            AfterValidator(_expression),
        ]
        | None
    ) = None
    max_machines: (
        Annotated[int, Field(ge=0, le=10_000, description="Machines of one namespace on the host.")] | None
    ) = None


class Paths(Model):
    """Folders on the host."""

    agent: WindowsPath = "C:\\ProgramData\\HyperVOperator"
    images: WindowsPath
    machines: WindowsPath


class Storage(Model):
    """How disks are made."""

    clone: Annotated[
        Literal["Copy", "Differencing"],
        Field(description="Copy the golden image, or make a differencing disk on it."),
    ] = "Copy"


class HyperVHostSpec(Model):
    """How to reach the host, what it offers, and to whom."""

    address: Annotated[
        str,
        Field(
            min_length=1,
            max_length=253,
            pattern=r"^[A-Za-z0-9]([A-Za-z0-9.:-]*[A-Za-z0-9])?$",
            description="DNS name or address of the host.",
        ),
    ]
    connection: Connection
    tenants: Annotated[
        tuple[Tenant, ...],
        Field(max_length=64, description="Who may use the host. Without an entry no namespace may."),
    ] = ()
    paths: Paths
    virtual_switch: Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^\"'`$\x00-\x1f]+$")]
    storage: Storage = Storage()
    failover_cluster: (
        Annotated[
            str,
            Field(
                min_length=1,
                max_length=63,
                pattern=r"^[A-Za-z0-9-]+$",
                description="Hosts of one cluster share VM names and identities.",
            ),
        ]
        | None
    ) = None
    max_concurrent_runs: Annotated[int, Field(ge=1, le=20, description="Runs that change the host at a time.")] = 4
    inventory_interval_seconds: Annotated[int, Field(ge=10, le=3_600)] = 60
    cordoned: Annotated[bool, Field(description="True: nothing new starts here.")] = False


class HostId(StatusModel):
    """What identifies the host for good."""

    smbios_uuid: Annotated[str, Field(max_length=64)]
    machine_guid: Annotated[str, Field(max_length=64)]


class AgentStatus(StatusModel):
    """The agent on the host, and the one that the operator brings there."""

    desired_digest: (
        Annotated[str, Field(max_length=100, description="The operator's version; unset where it brings none.")] | None
    ) = None
    digest: Annotated[str, Field(max_length=100, description="The version that answers.")] | None = None
    version: Annotated[str, Field(max_length=64, description="What that version is called.")] | None = None
    schema_versions: Annotated[
        tuple[Annotated[int, Field(ge=1)], ...],
        Field(max_length=16, description="Versions of the schema that it supports."),
    ] = ()
    phase: (
        Annotated[
            str,
            Field(
                max_length=32,
                description="Present: installed by hand. Waiting, Installing, Failed, Ready: how far the operator's "
                "version is.",
            ),
        ]
        | None
    ) = None


class Volume(StatusModel):
    """A volume's free space, rounded."""

    path: Annotated[str, Field(max_length=260)]
    free_gib: Annotated[int, Field(ge=0)]


class Capacity(StatusModel):
    """What the host has, rounded so that it changes seldom; precise figures are metrics."""

    logical_processors: Annotated[int, Field(ge=0)]
    memory_gib: Annotated[int, Field(ge=0)]
    memory_free_gib: Annotated[int, Field(ge=0)]
    volumes: Annotated[tuple[Volume, ...], Field(max_length=64)] = ()


class LogonFailures(StatusModel):
    """Logons refused with one version of the credentials Secret."""

    secret_version: Short
    count: Annotated[int, Field(ge=0)]


class HyperVHostStatus(Status):
    """What the operator knows of the host."""

    observed_generation: Annotated[int, Field(ge=0)] | None = None
    host_id: HostId | None = None
    computer_name: Short | None = None
    os: Short | None = None
    agent: AgentStatus | None = None
    capacity: Capacity | None = None
    logon_failures: LogonFailures | None = None
