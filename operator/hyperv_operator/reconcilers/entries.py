"""The entries of the cache: the newest version of each resource, and this process's own state for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from hyperv_operator.api.host import HostId, HyperVHostSpec, HyperVHostStatus, LogonFailures, Preflight
from hyperv_operator.api.inventory import HyperVHostInventoryStatus
from hyperv_operator.api.machine import HyperVMachineStatus
from hyperv_operator.api.names import Reason
from hyperv_operator.core.host_status import pinned
from hyperv_operator.core.machine_status import LaunchStart
from hyperv_operator.core.preflight import is_blocking
from hyperv_operator.core.rollout import Rollout
from hyperv_operator.core.snapshot import ActiveTask, HostProblem, HostView, LaunchResult, SecretCheck
from hyperv_operator.core.transitions import newest
from hyperv_operator.errors import HostError
from hyperv_operator.ports import ObjectRef
from hyperv_operator.protocol.inventory import NO_GAPS, Gaps, InventoryReport
from hyperv_operator.protocol.records import RemovalFinding
from hyperv_operator.reconcilers.pauses import ErrorPause
from hyperv_operator.reconcilers.resources import HostResource, MachineResource

NEVER_POLLED = HostProblem(Reason.WAITING_FOR_INVENTORY, "The host has not been polled yet.", needs_person=False)


def _set_event() -> asyncio.Event:
    event = asyncio.Event()
    event.set()
    return event


@dataclass
class Execution:
    """What the executor does for a machine, and how this process's last launch for it ended."""

    active_task: ActiveTask | None = None
    start: LaunchStart | None = None
    last: LaunchResult | None = None
    failures: int = 0
    """Launches that failed in a row."""
    waits: int = 0
    """Launches in a row that ended with waiting for the guest."""
    removal: RemovalFinding | None = None
    """What the agent's last removal has found, if it has completed."""
    os_family: str | None = None
    """The guest's family, as the last provisioning job names it."""
    step_since: datetime | None = None


@dataclass
class Lookups:
    """What was read from the API server for a machine because it cannot be watched."""

    secrets: tuple[SecretCheck, ...] = ()
    secrets_read_at: datetime | None = None
    labels: Mapping[str, str] = field(default_factory=dict)
    """The namespace's labels."""


@dataclass(frozen=True)
class KnownLabels:
    """The labels of a namespace, which all of its machines share."""

    labels: Mapping[str, str]
    read_at: datetime


@dataclass
class MachineEntry:
    """One HyperVMachine."""

    resource: MachineResource
    execution: Execution = field(default_factory=Execution)
    lookups: Lookups = field(default_factory=Lookups)
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    released: bool = False
    poll_soon: bool = False
    """The machine waits for something that the host's next inventory may show."""
    phase: str = ""
    """Step or reason, as the host's placeholders show it."""
    deletion_read_at: datetime | None = None
    """When this process first read that the resource is being deleted."""
    seen_created: bool = False
    """This process has watched the resource from its creation on."""
    seen_launched: bool = False
    """A version of the resource showed that it was launched."""
    run_seen: object = None
    """The launch that status shows, as this process has last read it."""
    run_seen_at: datetime | None = None
    """When it first read it so."""
    seen: dict[str, object] = field(default_factory=dict)
    """What each host's last poll reported about this machine: a difference wakes it."""
    errors: ErrorPause = field(default_factory=ErrorPause)
    missing: bool = False
    """A list or a deletion event lacks the resource: a GET decides whether it is gone."""
    written: HyperVMachineStatus | None = None
    """The status that this process wrote last, or is writing: its echo wakes nobody."""
    refused: HyperVMachineStatus | None = None
    """The status that the API server has refused, without times, if it was the last one: it is not tried again."""
    refusal: str | None = None
    """Why, as it was reported last."""
    last_sequence: int = 0
    """The highest number of a transition that an earlier version had."""
    contends: bool = False
    """The machine was not launched, and could be, as the last pass has judged it."""
    is_claiming: bool = False
    """The claim is being written, or it is not known whether it was: the machine counts as launched."""
    may_leave: bool = False
    """The machine is released, and something of it may be left on its host."""
    on_change: Callable[[MachineEntry], None] | None = None
    """Takes each change of what the machine takes of its host."""

    @property
    def ref(self) -> ObjectRef:
        """The reference to the resource."""
        return self.resource.ref

    @property
    def uid(self) -> str:
        """The resource's UID."""
        return self.resource.meta.uid

    @property
    def target_host(self) -> str | None:
        """Name of the target host, which cannot be changed."""
        return self.resource.target_host

    @property
    def is_under_way(self) -> bool:
        """Whether the machine was launched, or is about to be. Others have nothing on their host."""
        return self.execution.active_task is not None or self.resource.was_launched

    def note_read(self, now: datetime) -> None:
        """Record when this process has read the deletion, and what the status shows of the last launch.

        The order of launches and inventories follows from these times, because the clocks of other processes differ.
        """
        status = self.resource.status
        if self.resource.meta.deleting:
            self.deletion_read_at = self.deletion_read_at or now
        self.seen_launched = self.seen_launched or self.resource.was_launched or status.vm_id is not None
        run = status.run and (status.run.id, status.run.attempt, status.run.finished_at)
        shown = (status.claim and status.claim.attempt, run) if status.claim or run else None
        if shown != self.run_seen:
            self.run_seen, self.run_seen_at = shown, None if shown is None else now

    def observe(self, resource: MachineResource) -> bool:
        """Store a newer version; return whether somebody else has changed what the loop depends on.

        That is the spec, the deletion, the abandonment, the finalizer, or the status that this process has written.
        """
        before, after, status = self.resource.meta, resource.meta, self.resource.status
        if after.is_older_than(before):
            return False
        self.last_sequence = max(self.last_sequence, newest(status.transitions))
        self.seen_launched = self.seen_launched or self.resource.was_launched or status.vm_id is not None
        self.resource = resource
        edited = after.was_edited_since(before)
        # An edited machine takes no name before a pass has judged it.
        self.contends = self.contends and not edited
        self.changed()
        if edited:
            self.errors.clear()
            return True
        return resource.status not in (status, self.written)

    def changed(self) -> None:
        """Report that what the machine takes of its host may have changed."""
        if self.on_change:
            self.on_change(self)

    def judge(self, *, contends: bool) -> None:
        """Take what a pass has found: whether the machine could be launched now."""
        if self.contends != contends:
            self.contends = contends
            self.changed()

    def claim(self, *, under_way: bool) -> None:
        """Count the machine as launched while its claim is being written."""
        self.is_claiming = under_way
        self.changed()


@dataclass
class Poll:
    """The result of the last inventory polls of a host."""

    report: InventoryReport | None = None
    """The last complete inventory; a poll that fails does not clear it."""
    begun_at: datetime | None = None
    """When the poll that returned `report` began."""
    previous_begun_at: datetime | None = None
    previous_gaps: Gaps = NO_GAPS
    """What the report before the last one did not say."""
    error: HostError | None = None
    """How the last poll failed; None if it succeeded."""
    attempted: bool = False
    ended_at: datetime | None = None
    """When the last poll ended; None to poll at once."""
    generation: int | None = None
    """The generation of the spec that the last poll used."""
    spread: float = 1.0
    """Factor of the poll interval, so that the polls of many hosts spread out."""


@dataclass
class HostEntry:
    """One HyperVHost."""

    resource: HostResource
    poll: Poll = field(default_factory=Poll)
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held during a pass."""
    problem: HostProblem | None = None
    logon_failures: LogonFailures | None = None
    inventory: HyperVHostInventoryStatus | None = None
    """The HyperVHostInventory status that was written last."""
    inventory_checked_at: datetime | None = None
    """When it was last compared with what would be written now."""
    rollout: Rollout | None = None
    """The rollout of the agent; None where the agent is installed by hand, or before the first pass."""
    files_idle: asyncio.Event = field(default_factory=_set_event)
    """Set unless the agent's files on the host are being changed."""
    rollout_seen: object = None
    """The state of the rollout for which the other hosts were woken last."""
    pruned_at: datetime | None = None
    """When old versions of the agent were last deleted."""
    kept_for: tuple[str, ...] = ()
    """The machines (namespace/name) that keep a deleted host's finalizer."""
    orphans: tuple[str, ...] | None = None
    """The VMs whose machine does not exist, each in words; None while that is not known."""
    preflight: Preflight | None = None
    """What the last preflight has found; None before the first, and from an agent that has none."""
    preflight_known: bool = False
    """What status says of the last preflight was taken over."""
    preflight_written: Preflight | None = None
    """The preflight that the host's status shows."""
    preflight_tried: tuple[object, datetime] | None = None
    """What the last attempt was about, and when the next one is due."""
    kept_for_written: tuple[str, ...] = ()
    """The machines among them that the host's status names."""
    errors: ErrorPause = field(default_factory=ErrorPause)
    missing: bool = False
    """A list or a deletion event lacks the resource: a GET decides whether it is gone."""
    written: HyperVHostStatus | None = None
    """The status that this process wrote last, or is writing: its echo wakes nobody."""
    refused: HyperVHostStatus | None = None
    """The status that the API server has refused, without times, if it was the last one: it is not tried again."""
    refusal: str | None = None
    """Why, as it was reported last."""
    last_sequence: int = 0
    """The highest number of a transition that an earlier version had."""
    left_to: str | None = None
    """The operator (its namespace) to which this one leaves the host."""
    taking_over: str | None = None
    """The operator (its namespace) from which this one takes the host over, because it does not live any more."""
    disturbed: bool = False
    """Somebody else has changed the status: it has to be written again."""
    shown: object = None
    """What the host's last pass showed to all of its machines."""
    shown_number: int = 0
    """Counts the changes of it."""

    @property
    def ref(self) -> ObjectRef:
        """The reference to the resource."""
        return self.resource.ref

    @property
    def name(self) -> str:
        """The resource's name."""
        return self.resource.meta.name

    def holder(self, own: str) -> str | None:
        """Return the namespace of the operator that serves the host, if it is another one than `own`."""
        named = self.resource.status.operator
        return named if named not in (None, own, self.taking_over) else None

    @property
    def spec(self) -> HyperVHostSpec | str:
        """The spec, or the reason why it cannot be read."""
        return self.resource.spec

    @property
    def readable_spec(self) -> HyperVHostSpec | None:
        """The spec, or None if it cannot be read."""
        return None if isinstance(self.resource.spec, str) else self.resource.spec

    @property
    def takes_machines(self) -> bool:
        """Whether a new machine could be launched on the host now."""
        view = self.view(NEVER_POLLED)
        return view is not None and view.takes_machines

    @property
    def identity(self) -> HostId | None:
        """The pinned identity, or that of the first contact before it is written to status."""
        if self.resource.status.host_id is not None or self.poll.report is None:
            return self.resource.status.host_id
        return pinned(self.poll.report.facts.host_id)

    def observe(self, resource: HostResource) -> bool:
        """Store a newer version; return whether somebody else has changed what the loop depends on, as for machines."""
        before, after, status = self.resource.meta, resource.meta, self.resource.status
        if after.is_older_than(before):
            return False
        self.last_sequence = max(self.last_sequence, newest(status.transitions))
        self.resource = resource
        if resource.status not in (status, self.written):
            self.disturbed = True
        if after.was_edited_since(before):
            self.errors.clear()
            return True
        return self.disturbed

    @property
    def shown_preflight(self) -> Preflight | None:
        """What the last preflight has found, whether this process or an earlier one made it."""
        return self.preflight if self.preflight_known else self.resource.status.preflight

    def view(self, never_polled: HostProblem) -> HostView | None:
        """Return the host as decisions see it, or None if its spec cannot be read.

        `never_polled` is the problem of a host before its first poll.
        """
        spec = self.readable_spec
        if spec is None:
            return None
        return HostView(
            name=self.name,
            uid=self.resource.meta.uid,
            spec=spec,
            problem=self.problem if self.poll.attempted else never_polled,
            report=self.poll.report,
            identity=self.identity,
            begun_at=self.poll.begun_at,
            previous_begun_at=self.poll.previous_begun_at,
            previous_gaps=self.poll.previous_gaps,
            rollout=self.rollout,
            deleting=self.resource.meta.deleting,
            is_blocked=is_blocking(self.shown_preflight),
        )
