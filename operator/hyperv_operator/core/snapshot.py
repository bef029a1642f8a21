"""The input of a decision: one frozen snapshot per pass. A read that failed is a value in it, not an exception."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property

from hyperv_operator.api.catalogue import explain_to_owner
from hyperv_operator.api.host import HostId, HyperVHostSpec
from hyperv_operator.api.machine import Applied, HyperVMachineSpec, HyperVMachineStatus
from hyperv_operator.api.names import MachineCondition, Reason
from hyperv_operator.core.rollout import Rollout
from hyperv_operator.core.usage import NOTHING, Size, Usage, held
from hyperv_operator.errors import HostError
from hyperv_operator.protocol.inventory import NO_GAPS, Gaps, InventoryReport, JournalFacts, VmFacts
from hyperv_operator.protocol.job import JobKind
from hyperv_operator.protocol.records import Outcome, OutcomeKind, RemovalFinding
from hyperv_operator.schema.model import JobSchema
from hyperv_operator.schema.validation import Accepted, Rejected, validate_job_submission


@dataclass(frozen=True)
class HostProblem:
    """Why a host cannot be used now."""

    reason: Reason
    message: str
    """For the host's own object: it may name addresses, accounts, Secrets and other hosts."""
    needs_person: bool

    @property
    def to_owners(self) -> str:
        """What the owners of machines are to know: nothing that is not theirs is named."""
        return "Its inventory has not been read yet." if self.is_first_poll else explain_to_owner(self.reason)

    @property
    def is_first_poll(self) -> bool:
        """Whether all there is to it is that the host has not been polled yet: nothing has happened to it."""
        return self.reason is Reason.WAITING_FOR_INVENTORY


@dataclass(frozen=True)
class HostView:
    """A HyperVHost as the cache has it: its spec, and what its last inventory reported."""

    name: str
    uid: str
    spec: HyperVHostSpec
    problem: HostProblem | None = None
    report: InventoryReport | None = None
    """The last complete inventory of the pinned host; a poll that fails does not clear it."""
    identity: HostId | None = None
    """The pinned identity of the host; None before the first contact."""
    begun_at: datetime | None = None
    """When the poll that returned `report` began: the report is at least this recent."""
    previous_begun_at: datetime | None = None
    previous_gaps: Gaps = NO_GAPS
    """What the report before this one did not say."""
    rollout: Rollout | None = None
    """The rollout of the operator's agent to this host; None where the agent is installed by hand."""
    deleting: bool = False
    """The HyperVHost has a deletion timestamp; its finalizer stays until its machines are gone."""
    is_blocked: bool = False
    """The last preflight found something without which no machine can be provisioned."""

    @property
    def gaps(self) -> Gaps:
        """What the report does not say, because lines of it were lost."""
        return self.report.gaps if self.report else NO_GAPS

    @property
    def takes_machines(self) -> bool:
        """Whether a new machine could be launched here now."""
        if self.problem or self.deleting or self.is_blocked or self.spec.cordoned or self.report is None:
            return False
        return self.rollout is None or self.rollout.is_ready

    @cached_property
    def _marked(self) -> Mapping[str, tuple[VmFacts, ...]]:
        """The VMs with a mark, by machine: a host may have thousands of each."""
        found: dict[str, tuple[VmFacts, ...]] = {}
        for vm in self.report.vms if self.report else ():
            if vm.machine_uid is not None:
                found[vm.machine_uid] = (*found.get(vm.machine_uid, ()), vm)
        return found

    @cached_property
    def _journals(self) -> Mapping[str, JournalFacts]:
        journals = self.report.journals if self.report else ()
        return {journal.machine_uid: journal for journal in reversed(journals)}

    def vms_of(self, uid: str) -> tuple[VmFacts, ...]:
        """Return the VMs that carry this machine's ownership mark."""
        return self._marked.get(uid, ())

    def journal_of(self, uid: str) -> JournalFacts | None:
        """Return this machine's journal."""
        return self._journals.get(uid)


@dataclass(frozen=True)
class SecretCheck:
    """The result of reading what one secret field refers to."""

    field: str
    secret_name: str
    key: str
    resource_version: str | None = None
    problem: Reason | None = None
    detail: str = ""


@dataclass(frozen=True)
class Rival:
    """Another machine that has a VM name, or could be launched now and asks for it, on the same host or failover cluster."""

    uid: str
    same_namespace: bool
    name: str
    created_at: datetime
    has_vm: bool
    has_claim: bool

    @property
    def rank(self) -> Rank:
        """Its place among the machines that want the name: the lowest rank holds it."""
        return rank(self.uid, self.created_at, has_vm=self.has_vm, has_claim=self.has_claim)


Rank = tuple[bool, bool, datetime, str]


def rank(uid: str, created_at: datetime, *, has_vm: bool, has_claim: bool) -> Rank:
    """Rank machines with a VM before those with a claim, then by age; UIDs decide between machines of the same second."""
    return not has_vm, not (has_vm or has_claim), created_at, uid


@dataclass(frozen=True)
class LaunchResult:
    """How this process's last launch for a machine ended. Exactly one of `outcome` and `error` is set."""

    kind: JobKind
    run_id: str
    attempt: int
    generation: int
    started_at: datetime
    finished_at: datetime
    outcome: Outcome | None = None
    error: HostError | None = None
    step: str | None = None
    """The last step that was reported."""
    os_family: str | None = None
    host: str | None = None
    """Name of the host that the agent was launched on; None if the launch did not begin."""
    applied: Applied | None = None
    """What an update that completed has set."""
    jitter: float = 0.0
    """From 0 to 1, drawn when the launch ended: spreads the retries of machines that failed together."""


@dataclass(frozen=True)
class ActiveTask:
    """The task that the executor holds for a machine."""

    kind: JobKind
    running: bool
    since: datetime
    step: str | None = None
    percent: int | None = None


@dataclass(frozen=True)
class RetryPolicy:
    """How long to pause before another attempt."""

    base: timedelta
    cap: timedelta
    busy_poll: timedelta
    """How often to try again while another launch holds the machine's lock on the host."""


@dataclass(frozen=True)
class Limits:
    """The durations and bounds that decisions use, and this process's identity."""

    operator: str
    retry: RetryPolicy
    guest_timeout: timedelta
    secret_poll: timedelta
    takeover: timedelta = timedelta(seconds=30)
    """How long another operator's claim holds while the host does not show its launch."""
    max_sealings: int = 5
    """How often the guest data is sealed at most during one generation of the spec."""
    operator_namespace: str = ""
    """The namespace of the operator and of the Secrets that it logs on to hosts with."""
    free_waits: int = 5
    """Launches in a row that end with waiting for the guest, before its signals have to wait for a pause."""


def launched_name(status: HyperVMachineStatus) -> str | None:
    """Return the VM name that a machine was launched with; None before its launch."""
    recorded = status.origin.fields.get("vm_name") if status.origin else None
    try:
        name = json.loads(recorded) if recorded else None
    except ValueError:
        return None
    return name if isinstance(name, str) else None


def asked_name(spec: HyperVMachineSpec | str) -> str | None:
    """Return the VM name that a spec asks for; None if it cannot be read."""
    name = spec.fields.get("vm_name") if isinstance(spec, HyperVMachineSpec) else None
    return name if isinstance(name, str) else None


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
    """Value of the abandon annotation."""
    spec: HyperVMachineSpec | str
    """The spec, or the reason why it cannot be read."""
    status: HyperVMachineStatus
    target_host: str | None
    """Name of the target host, also if the rest of the spec cannot be read."""
    retains: bool
    """The VM is kept when the resource is deleted: read on its own, and also if it is not known whether to delete it."""
    schema: JobSchema
    limits: Limits
    host: HostView | None = None
    peers: tuple[HostView, ...] = ()
    """The other hosts of the same failover cluster."""
    namespace_labels: Mapping[str, str] = field(default_factory=dict)
    secrets: tuple[SecretCheck, ...] = ()
    rivals: tuple[Rival, ...] = ()
    others_listed: bool = True
    """All machines are known: who else wants the VM name, and what else the namespace has on the host."""
    namespace_usage: Usage = NOTHING
    """What the other machines of this namespace have on the host, as its quota counts it."""
    active_task: ActiveTask | None = None
    last: LaunchResult | None = None
    failures: int = 0
    """Launches of this process that failed in a row."""
    waits: int = 0
    """Launches of this process in a row that ended with waiting for the guest."""
    removal: RemovalFinding | None = None
    """What the agent's last removal has found on its host, if it has completed: nothing of the machine is left there."""
    deletion_read_at: datetime | None = None
    """When this process first read that the resource is being deleted."""
    run_seen_at: datetime | None = None
    """When this process first read of the launch that status shows, as it shows it now. None if status shows none."""
    seen_created: bool = False
    """This process has watched the resource from its creation on, and has never seen a trace of a launch in it."""

    @property
    def readable_spec(self) -> HyperVMachineSpec | None:
        """The spec, or None if it cannot be read."""
        return self.spec if isinstance(self.spec, HyperVMachineSpec) else None

    @cached_property
    def submission(self) -> Accepted | Rejected | None:
        """The fields, validated against the active schema; None if the spec cannot be read. Cached per snapshot."""
        spec = self.readable_spec
        if spec is None:
            return None
        return validate_job_submission(
            self.schema,
            spec.fields,
            secrets=tuple(spec.secret_fields),
            strict=True,
            host_has_cluster=None if self.host is None else self.host.spec.failover_cluster is not None,
        )

    @property
    def vm_name(self) -> str | None:
        """The VM name that the machine was launched with; before the launch, the one that it asks for."""
        return launched_name(self.status) or asked_name(self.spec)

    @property
    def held(self) -> Size | None:
        """What the machine has of its host's bounds; None if it has no place there yet."""
        marked = self.marked_vms()
        if not (self.status.claim or self.status.vm_id or marked):
            return None
        if self.status.applied is None and marked:
            return Size.of_vm(marked[0][1])
        return held(self.status, self.readable_spec.fields if self.readable_spec else {})

    @property
    def is_configured(self) -> bool:
        """Whether the guest has reported its configuration as applied, in status or in the last launch's outcome."""
        if self.status.is_guest_configured and self.status.vm_id:
            return True
        last = self.last
        return bool(
            last
            and last.kind is JobKind.PROVISION
            and last.outcome
            and last.outcome.outcome is OutcomeKind.COMPLETED
            and last.outcome.vm_id
        )

    @property
    def retries_stalled(self) -> bool:
        """Whether a launch failed and the machine is Stalled: a retry of the same spec says nothing new before it reaches a step."""
        stalled = self.status.condition(MachineCondition.STALLED)
        same_spec = stalled is not None and stalled.observed_generation == self.generation
        return self.failures > 0 and same_spec and self.status.is_true(MachineCondition.STALLED)

    @property
    def hosts(self) -> tuple[HostView, ...]:
        """The target host and the other nodes of its failover cluster."""
        return (*((self.host,) if self.host else ()), *self.peers)

    @property
    def place(self) -> HostView | None:
        """The host that had the VM last, else the target host; None if that HyperVHost does not exist."""
        name = self.status.host
        if self.host is None or name in (None, self.host.name):
            return self.host
        return next((host for host in self.peers if host.name == name), None)

    @property
    def own_last(self) -> LaunchResult | None:
        """How this process's last launch ended; None if another process has claimed a later one."""
        claim = self.status.claim
        return None if self.last is None or (claim and claim.attempt > self.last.attempt) else self.last

    def marked_vms(self) -> tuple[tuple[HostView, VmFacts], ...]:
        """Return every VM that carries this machine's mark, with the host that reports it."""
        return tuple((host, vm) for host in self.hosts for vm in host.vms_of(self.uid))

    def journals(self) -> tuple[JournalFacts, ...]:
        """Return the machine's journals, as the last inventory of each host reports them."""
        return tuple(journal for host in self.hosts if (journal := host.journal_of(self.uid)))

    def journal(self) -> JournalFacts | None:
        """Return the machine's newest journal among the inventories that show what the last launch has done."""
        journals = [journal for host in self.hosts if self.is_fresh(host) and (journal := host.journal_of(self.uid))]
        return max(journals, key=lambda journal: journal.attempt, default=None)

    def last_end(self) -> datetime | None:
        """Return after which time an inventory shows what the machine's last launch has done; None without a launch.

        It is a time of this process: the end of its own launch, or when it read of a launch that another process has made.
        """
        return self.own_last.finished_at if self.own_last else self.run_seen_at

    def is_fresh(self, host: HostView) -> bool:
        """Return whether the host's inventory was begun after the last launch ended."""
        end = self.last_end()
        return host.begun_at is not None and (end is None or host.begun_at > end)

    def unread_hosts(self) -> tuple[HostView, ...]:
        """Return the hosts without an inventory that was begun after the last launch ended."""
        return tuple(host for host in self.hosts if not self.is_fresh(host))

    @property
    def is_vm_known(self) -> bool:
        """Whether the machine is known to have a VM, wherever it is now: a failover cluster may move it at any time."""
        return bool(self.vm_ids)

    @property
    def vm_ids(self) -> frozenset[str]:
        """The GUIDs that the machine's VM is known by: in its status, in the last outcome, and in its journals."""
        last = self.own_last
        reported = last.outcome.vm_id if last and last.outcome else None
        known = (self.status.vm_id, reported, *(journal.vm_id for journal in self.journals()))
        return frozenset(vm_id for vm_id in known if vm_id)

    def is_current(self) -> bool:
        """Return whether the inventories show what the last launch has done.

        A host that reports the VM is enough. Without a VM that could be elsewhere, the target host is; otherwise only all
        hosts together can say that the VM is nowhere.
        """
        if any(self.is_fresh(host) for host, _ in self.marked_vms()):
            return True
        if self.host is not None and self.place is self.host and not self.is_vm_known:
            return self.is_fresh(self.host)
        return self.place is not None and not self.unread_hosts()

    def confirms_absence(self) -> bool:
        """Return whether two inventories of every host, both begun after the last launch ended, lack the machine's VM."""
        end = self.last_end()
        polled_twice = self.place is not None and all(
            host.previous_begun_at is not None and (end is None or host.previous_begun_at > end) for host in self.hosts
        )
        gaps = (gaps for host in self.hosts for gaps in (host.previous_gaps, host.gaps))
        known = self.vm_ids
        hidden = any(
            any(one.may_hide_vm(self.uid, vm_id) for vm_id in known or (None,)) or (not known and one.any_unopened)
            for one in gaps
        )
        return polled_twice and not hidden and not self.marked_vms()
