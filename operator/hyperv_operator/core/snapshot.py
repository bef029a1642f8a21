"""What one pass sees: one frozen snapshot. A read that failed is a value in it, not an exception."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property

from hyperv_operator.api.host import HyperVHostSpec
from hyperv_operator.api.machine import HyperVMachineSpec, HyperVMachineStatus
from hyperv_operator.api.names import Reason
from hyperv_operator.core.actions import JobKind
from hyperv_operator.core.rollout import Rollout
from hyperv_operator.errors import HostError
from hyperv_operator.protocol.inventory import InventoryReport, JournalFacts, VmFacts
from hyperv_operator.protocol.records import Outcome
from hyperv_operator.schema.model import JobSchema
from hyperv_operator.schema.validation import Accepted, Rejected, validate_job_submission


@dataclass(frozen=True)
class HostProblem:
    """Why a host cannot be worked with now."""

    reason: Reason
    message: str
    needs_person: bool


@dataclass(frozen=True)
class HostView:
    """A HyperVHost as the operator knows it in this moment."""

    name: str
    uid: str
    spec: HyperVHostSpec
    problem: HostProblem | None = None
    report: InventoryReport | None = None
    """The last complete inventory, kept through later failures to read one."""
    begun_at: datetime | None = None
    """When the read of `report` began: what it shows is at least this fresh."""
    previous_begun_at: datetime | None = None
    rollout: Rollout | None = None
    """How the operator's agent gets there; None where it is looked after by hand."""
    deleting: bool = False
    """Somebody has deleted the HyperVHost; it is kept until its machines are gone."""

    def vms_of(self, uid: str) -> tuple[VmFacts, ...]:
        """Return the VMs that carry this machine's mark."""
        return tuple(vm for vm in self.report.vms if vm.machine_uid == uid) if self.report else ()

    def journal_of(self, uid: str) -> JournalFacts | None:
        """Return this machine's journal."""
        journals = self.report.journals if self.report else ()
        return next((journal for journal in journals if journal.machine_uid == uid), None)


@dataclass(frozen=True)
class SecretCheck:
    """What was found where a secret field refers to."""

    field: str
    secret_name: str
    key: str
    resource_version: str | None = None
    problem: Reason | None = None
    detail: str = ""


@dataclass(frozen=True)
class Rival:
    """Another machine that wants the same VM name on the same host or failover cluster."""

    uid: str
    same_namespace: bool
    name: str
    created_at: datetime
    has_vm: bool
    has_claim: bool


@dataclass(frozen=True)
class LaunchResult:
    """How the last launch by this process ended."""

    kind: JobKind
    run_id: str
    attempt: int
    generation: int
    started_at: datetime
    finished_at: datetime
    outcome: Outcome | None = None
    error: HostError | None = None
    step: str | None = None
    """The last step that was heard of."""
    os_family: str | None = None


@dataclass(frozen=True)
class ActiveTask:
    """What the executor holds for this machine."""

    kind: JobKind
    running: bool
    since: datetime
    step: str | None = None
    percent: int | None = None


@dataclass(frozen=True)
class Limits:
    """The durations that decisions use."""

    operator: str
    guest_timeout: timedelta
    retry_base: timedelta
    retry_limit: timedelta
    secret_poll: timedelta
    host_busy_poll: timedelta
    takeover: timedelta = timedelta(seconds=30)
    """How long another operator's claim is honoured while its launch does not show on the host."""
    max_sealings: int = 5


@dataclass(frozen=True)
class Snapshot:
    """Everything a decision may use."""

    uid: str
    namespace: str
    name: str
    generation: int
    created_at: datetime
    deleting: bool
    abandon: str | None
    spec: HyperVMachineSpec | None
    spec_error: str | None
    status: HyperVMachineStatus
    schema: JobSchema
    limits: Limits
    host: HostView | None = None
    peers: tuple[HostView, ...] = ()
    """The other hosts of the same failover cluster."""
    namespace_labels: Mapping[str, str] = field(default_factory=dict)
    secrets: tuple[SecretCheck, ...] = ()
    rivals: tuple[Rival, ...] = ()
    machines_of_namespace: int = 0
    """How many machines of this namespace hold a place on the host, this one not counted."""
    active_task: ActiveTask | None = None
    last: LaunchResult | None = None
    failures: int = 0
    """Launches in a row that failed, by this process."""
    removed: bool = False
    """The host has confirmed that nothing of the machine is left there."""

    @cached_property
    def submission(self) -> Accepted | Rejected:
        """The machine's fields held against the active schema, once a snapshot; the spec must be readable."""
        assert self.spec is not None
        return validate_job_submission(
            self.schema,
            self.spec.fields,
            secrets=tuple(self.spec.secret_fields),
            strict=True,
            host_has_cluster=None if self.host is None else self.host.spec.failover_cluster is not None,
        )

    @property
    def paused(self) -> bool:
        """Tell whether a person has asked that nothing be changed."""
        return self.spec is not None and self.spec.paused

    @property
    def hosts(self) -> tuple[HostView, ...]:
        """The target host and its cluster's other nodes."""
        return (*((self.host,) if self.host else ()), *self.peers)

    def marked_vms(self) -> tuple[tuple[HostView, VmFacts], ...]:
        """Return every VM with this machine's mark and the host that reports it."""
        return tuple((host, vm) for host in self.hosts for vm in host.vms_of(self.uid))

    def journal(self) -> JournalFacts | None:
        """Return the machine's newest journal."""
        journals = [journal for host in self.hosts if (journal := host.journal_of(self.uid))]
        return max(journals, key=lambda journal: journal.attempt, default=None)

    def last_end(self) -> datetime | None:
        """Return when the machine's last launch ended, or began if its end is not known."""
        if self.last:
            return self.last.finished_at
        run = self.status.run
        return (run.finished_at or run.started_at) if run else None

    def is_current(self) -> bool:
        """Tell whether every host's inventory was begun after the last launch ended."""
        end = self.last_end()
        return bool(self.hosts) and all(
            host.begun_at is not None and (end is None or host.begun_at > end) for host in self.hosts
        )

    def confirms_absence(self) -> bool:
        """Tell whether two inventories of every host, both begun after the last launch ended, lack the machine's VM."""
        end = self.last_end()
        seen_twice = bool(self.hosts) and all(
            host.previous_begun_at is not None and (end is None or host.previous_begun_at > end) for host in self.hosts
        )
        return seen_twice and not self.marked_vms()
