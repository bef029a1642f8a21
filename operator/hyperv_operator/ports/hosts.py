"""How to reach a host, and what the agent on it does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from pydantic import SecretBytes, SecretStr

from hyperv_operator.api import address
from hyperv_operator.ports.tasks import TaskContext
from hyperv_operator.protocol.bundle import AgentBundle
from hyperv_operator.protocol.inventory import HostIdFacts, InventoryReport
from hyperv_operator.protocol.job import JobDefinition, PreflightJob
from hyperv_operator.protocol.preflight import PreflightReport
from hyperv_operator.protocol.records import Outcome


@dataclass(frozen=True)
class PasswordCredentials:
    """An account and its password."""

    username: str
    password: SecretStr = field(repr=False)


@dataclass(frozen=True)
class KeytabCredentials:
    """An account and its keytab, which Kerberos uses instead of a password."""

    username: str
    keytab: SecretBytes = field(repr=False)
    password: SecretStr | None = field(default=None, repr=False)
    """For the NTLM fallback of `negotiate`."""


@dataclass(frozen=True)
class CertificateCredentials:
    """A client certificate and its private key, both PEM."""

    certificate_pem: SecretStr = field(repr=False)
    key_pem: SecretStr = field(repr=False)


AccountCredentials = PasswordCredentials | KeytabCredentials
HostCredentials = AccountCredentials | CertificateCredentials
"""Read from the credentials Secret when a call needs them; never stored."""


@dataclass(frozen=True)
class HostEndpoint:
    """Where a host's WinRM service is and how to connect to it."""

    name: str
    """Name of the HyperVHost: metrics label and pool key."""
    address: str
    port: int
    transport: Literal["https", "http"]
    authentication: Literal["kerberos", "negotiate", "ntlm", "certificate", "basic"]
    configuration_name: str
    agent_path: str
    """The folder of the scripts: `spec.paths.agent`, or a version's folder in it."""
    credentials: HostCredentials = field(repr=False)
    """`CertificateCredentials` for the authentication `certificate`, `AccountCredentials` for every other."""
    credentials_name: str
    """Name of the credentials Secret, for messages."""
    credentials_version: str
    """resourceVersion of the credentials Secret: a session is reused only with the version that opened it."""
    ca_bundle: str | None = None
    """PEM; None for the system's trust store. Verification cannot be turned off."""

    @property
    def where(self) -> str:
        """The address and port, for messages."""
        return address.with_port(self.address, self.port)

    @property
    def server(self) -> str:
        """The address as resolvers and sockets take it."""
        return address.bare(self.address)

    @property
    def host_name(self) -> str:
        """The host's own name, for its service principal."""
        return address.host_name(self.address)


class HostAgent(Protocol):
    """The agent on a host. Every method blocks and raises only `HostError`."""

    def run(self, endpoint: HostEndpoint, job: JobDefinition, context: TaskContext) -> Outcome:
        """Launch the script for `job` and stay attached until its outcome; records and lines go to `context.report`."""
        ...

    def read_inventory(self, endpoint: HostEndpoint, job: JobDefinition, context: TaskContext) -> InventoryReport:
        """Return the host's inventory."""
        ...

    def read_preflight(self, endpoint: HostEndpoint, job: PreflightJob, context: TaskContext) -> PreflightReport:
        """Return the host's preflight; raises `AgentMissing` if its agent has none."""
        ...

    def install(
        self,
        endpoint: HostEndpoint,
        bundle: AgentBundle,
        job: JobDefinition,
        check: Callable[[HostIdFacts], None],
        context: TaskContext,
    ) -> InventoryReport:
        """Install a version of the agent unless the host has it, and return the inventory that this version reports.

        `endpoint.agent_path` is the agent's base folder, `job` an inventory job. `check` runs before anything on the host
        changes and raises if this is not the expected host.
        """
        ...

    def prune(
        self, endpoint: HostEndpoint, bundle: AgentBundle, keep: Sequence[str], context: TaskContext
    ) -> tuple[str, ...]:
        """Delete every version on the host that is not in `keep`; return the names of those deleted."""
        ...

    def close(self) -> None:
        """Close every session that is kept for reuse."""
        ...
