"""What the reconcilers need from the world, as Protocols. Adapters implement them; `app` wires them.

`HostAgent` is blocking and runs in the executor's threads. Everything else is called on the event loop.
"""

from __future__ import annotations

from asyncio import Future
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Generic, Literal, Protocol, TypeVar

from pydantic import JsonValue, SecretBytes, SecretStr

from hyperv_operator.protocol.bundle import AgentBundle
from hyperv_operator.protocol.inventory import HostIdFacts, InventoryReport
from hyperv_operator.protocol.job import JobDefinition
from hyperv_operator.protocol.records import Outcome, StepRecord

T = TypeVar("T")
JsonObject = Mapping[str, JsonValue]


class Clock(Protocol):
    """The wall clock."""

    def now(self) -> datetime:
        """Return the time in UTC, with its zone."""
        ...


# --- hosts -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class HostCredentials:
    """What opens a session, read from the credentials Secret at the moment of need; never kept."""

    username: str | None = None
    password: SecretStr | None = field(default=None, repr=False)
    keytab: SecretBytes | None = field(default=None, repr=False)
    """Takes the password's place for Kerberos; where there are both, NTLM has the password."""
    certificate_pem: SecretStr | None = field(default=None, repr=False)
    certificate_key_pem: SecretStr | None = field(default=None, repr=False)


@dataclass(frozen=True)
class HostEndpoint:
    """Where a host's WinRM service is and how to speak to it."""

    name: str
    """Name of the HyperVHost: metrics label and pool key."""
    address: str
    port: int
    transport: Literal["https", "http"]
    authentication: Literal["kerberos", "negotiate", "ntlm", "certificate", "basic"]
    configuration_name: str
    agent_path: str
    """The folder of the scripts: `spec.paths.agent`, or that of a version in it."""
    credentials: HostCredentials = field(repr=False)
    credentials_name: str
    """Name of the credentials Secret, for messages."""
    credentials_version: str
    """resourceVersion of the credentials Secret: sessions made with another one are not reused."""
    ca_bundle: str | None = None
    """PEM; None for the system's trust store. There is no way to turn verification off."""


class LogStream(Enum):
    """The PowerShell stream that a line came from."""

    OUTPUT = "output"
    ERROR = "error"
    WARNING = "warning"
    VERBOSE = "verbose"
    DEBUG = "debug"
    INFORMATION = "information"
    PROGRESS = "progress"


@dataclass(frozen=True)
class LogLine:
    """One decoded line of agent output that is no record."""

    stream: LogStream
    text: str


@dataclass(frozen=True)
class LoggedOn:
    """The host has taken the credentials: a session was opened with them just now."""


AgentReport = StepRecord | LogLine | LoggedOn


class CallContext(Protocol):
    """What a blocking call gets from the executor; every method may be called from the worker's thread."""

    def remaining(self) -> float:
        """Return the seconds left until the call's deadline; never negative."""
        ...

    def is_cancelled(self) -> bool:
        """Tell whether the call should stop what it does and raise `CallCancelled`."""
        ...

    def report(self, report: AgentReport) -> None:
        """Hand a report over to the event loop; returns at once."""
        ...


class HostAgent(Protocol):
    """The agent on a host. Methods block; they raise `HostError` and nothing else."""

    def run(self, endpoint: HostEndpoint, job: JobDefinition, context: CallContext) -> Outcome:
        """Launch the script for `job` and stay attached until its outcome; records and lines go to `context.report`."""
        ...

    def read_inventory(self, endpoint: HostEndpoint, job: JobDefinition, context: CallContext) -> InventoryReport:
        """Ask the host for its inventory."""
        ...

    def install(
        self,
        endpoint: HostEndpoint,
        bundle: AgentBundle,
        job: JobDefinition,
        check: Callable[[HostIdFacts], None],
        context: CallContext,
    ) -> InventoryReport:
        """Bring a version of the agent to the host unless it is there, and return the inventory that it gives.

        `endpoint.agent_path` is the agent's folder, `job` an inventory's. `check` raises if the host is not the one that is
        expected, before anything is changed there.
        """
        ...

    def prune(
        self, endpoint: HostEndpoint, bundle: AgentBundle, keep: Sequence[str], context: CallContext
    ) -> tuple[str, ...]:
        """Delete the versions on the host whose names are not to be kept; return the names of those that are gone."""
        ...

    def close(self) -> None:
        """End every session that is kept for reuse."""
        ...


# --- the bounded executor --------------------------------------------------------------------------------------------


class Lane(Enum):
    """Short calls and long runs wait in different queues for different workers."""

    FAST = "fast"
    JOB = "job"


class TaskState(Enum):
    """What the executor holds under a key."""

    QUEUED = "queued"
    RUNNING = "running"


@dataclass(frozen=True)
class RemoteTask(Generic[T]):
    """A blocking call to run in a thread once a worker of its lane and a slot of its host are free.

    An exception of the call may have an attribute `host_answered`: True if the host answered, if only to refuse; False if it
    did not; None if that is unknown. The circuit breaker of the host depends on it.
    """

    key: str
    """At most one task per key at a time."""
    host: str
    lane: Lane
    category: str
    """provision, remove, update, inventory or rollout: a metrics label, and what the call's deadline depends on. That is counted
    from the moment the call starts, not while it is queued."""
    prepare: Callable[[], Awaitable[Callable[[CallContext], T]]]
    """Awaited on the event loop when the worker is free, so that secrets are read and the claim is written at the last
    moment. What it raises becomes the task's result, and no thread is used."""
    on_report: Callable[[AgentReport], None] | None = None
    """Called on the event loop, in order, before the task's future is done."""
    on_start: Callable[[], None] | None = None
    """Called on the event loop when the blocking call starts."""
    probe: bool = False
    """A short call at a pace of its own, that is let through to a host which has not answered for a while."""


class RemoteTasks(Protocol):
    """The bounded executor, as the reconcilers see it."""

    def submit(self, task: RemoteTask[T]) -> Future[T]:
        """Queue a task and return at once; `ValueError` if the key is held already.

        The future ends with `CircuitOpen` at once while the host does not answer.
        """
        ...

    def state(self, key: str) -> TaskState | None:
        """Tell what is held under a key."""
        ...

    def cancel(self, key: str) -> None:
        """Drop a queued task, or ask a running one to stop; its future ends with `CallCancelled`."""
        ...

    def set_slots(self, host: str, slots: int) -> None:
        """Set how many job-lane tasks may run on a host at a time."""
        ...

    def forget_host(self, host: str) -> None:
        """Cancel a removed host's tasks and drop what is known of it."""
        ...


# --- Kubernetes ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ObjectRef:
    """Names one object and one life of it; `uid` is empty where a name is all there is."""

    kind: str
    name: str
    namespace: str | None = None
    uid: str = ""


@dataclass(frozen=True)
class SecretData:
    """A Secret as read just now. Values are bytes; nothing here is ever logged or kept."""

    resource_version: str
    data: Mapping[str, bytes] = field(repr=False)


class Objects(Protocol):
    """Our custom resources. Objects are the API server's JSON; `uid`s guard against a later object of the same name.

    Raises `ObjectGone`, `WriteConflict`, `AccessForbidden` or `ClusterError`.
    """

    async def get(self, ref: ObjectRef) -> JsonObject:
        """Read an object; `ObjectGone` also when its UID is not the ref's (where the ref has one)."""
        ...

    async def write_status(self, ref: ObjectRef, resource_version: str, status: JsonObject) -> JsonObject:
        """Replace the whole status if the object is still at `resource_version`; returns the object written."""
        ...

    async def list_machines(self, target_host: str) -> Sequence[JsonObject]:
        """List the HyperVMachines of all namespaces whose spec.targetHost is this, fresh from the API server."""
        ...

    async def list_hosts(self) -> Sequence[JsonObject]:
        """List the HyperVHosts, fresh from the API server."""
        ...

    async def write_inventory(self, host: ObjectRef, status: JsonObject) -> None:
        """Create or update the host's HyperVHostInventory (same name, owned by the host) with this status."""
        ...


class Secrets(Protocol):
    """Secrets by name, read at the moment of need."""

    async def read(self, namespace: str, name: str) -> SecretData:
        """Read one Secret; `ObjectGone` or `AccessForbidden` if that cannot be."""
        ...


class Namespaces(Protocol):
    """Namespaces and what identifies the cluster."""

    async def labels(self, name: str) -> Mapping[str, str]:
        """Return a namespace's labels."""
        ...

    async def cluster_uid(self) -> str:
        """Return the UID of the kube-system namespace."""
        ...


class NamespaceLabels(Protocol):
    """Labels of namespaces as last seen, without asking anybody."""

    def known(self, name: str) -> Mapping[str, str] | None:
        """Return a namespace's labels from memory; None if they are not known."""
        ...


class Events(Protocol):
    """Kubernetes Events."""

    async def emit(self, ref: ObjectRef, reason: str, message: str, *, warning: bool = False) -> None:
        """Write an Event about an object. Failing to is logged and never raised: Events are not the record."""
        ...


# --- telemetry -------------------------------------------------------------------------------------------------------


class Metrics(Protocol):
    """What is counted. Labels never carry a machine's name."""

    def reconciled(self, kind: str, result: str, seconds: float) -> None:
        """Count one pass of a reconcile loop; result is acted, waited, conflict or error."""
        ...

    def run_finished(self, host: str, category: str, outcome: str, seconds: float) -> None:
        """Count one launch of the agent; outcome is completed, pending, failed or the class of the HostError."""
        ...

    def step_finished(self, step: str, outcome: str, seconds: float) -> None:
        """Count one step of a run by its final state."""
        ...

    def rollout_finished(self, host: str, result: str, seconds: float) -> None:
        """Count one attempt to put the agent on a host; result is ok, Failed, Waiting (put off) or CallCancelled."""
        ...

    def winrm_operation(self, host: str, operation: str, result: str, seconds: float) -> None:
        """Count one WinRM operation (open, invoke, rollout, reap); result is ok or the class of the HostError."""
        ...

    def lane_changed(self, lane: str, *, queued: int, running: int, workers: int, max_workers: int) -> None:
        """Set the gauges of one lane of the executor; `workers` may run at a time now, `max_workers` at the most."""
        ...

    def calls_hang(self, lane: str, *, count: int, alarm: bool) -> None:
        """Set how many calls of a lane were given up and have not returned, and whether these are too many."""
        ...

    def task_started(self, lane: str, category: str, queued_seconds: float) -> None:
        """Count a task that left the queue and how long it was in it."""
        ...

    def task_finished(self, lane: str, category: str, result: str, seconds: float) -> None:
        """Count a task that ended after it had left the queue; result is ok or the class of the error."""
        ...

    def call_refused(self, host: str) -> None:
        """Count a call that was refused since its host does not answer."""
        ...

    def breaker_changed(self, host: str, *, is_closed: bool) -> None:
        """Set whether calls to a host pass."""
        ...

    def machine_conditions(self, uid: str, host: str, conditions: Mapping[str, tuple[str, str]]) -> None:
        """Set one machine's conditions (type to status and reason) in the gauge of machines by condition."""
        ...

    def machine_gone(self, uid: str) -> None:
        """Take a machine out of the gauges."""
        ...

    def host_conditions(self, host: str, conditions: Mapping[str, tuple[str, str]]) -> None:
        """Set one host's conditions in the gauge of hosts by condition."""
        ...

    def host_seen(self, host: str, report: InventoryReport, begun_at: datetime) -> None:
        """Set what one host has, from an inventory and when it began."""
        ...

    def host_gone(self, host: str) -> None:
        """Take a host out of the gauges."""
        ...

    def abandoned(self, host: str) -> None:
        """Count a machine that was released without its host."""
        ...

    def reviewed(self, operation: str, result: str, seconds: float) -> None:
        """Count one admission review; operation is CREATE or UPDATE, result is admitted, warned, refused or error."""
        ...


class Redaction(Protocol):
    """Takes secrets out of text before it is written anywhere."""

    def clean(self, text: str) -> str:
        """Return the text without anything that looks like, or is known to be, a secret."""
        ...

    def hold(self, values: Sequence[str]) -> Callable[[], None]:
        """Also take these exact values out of text until the returned function is called."""
        ...
