"""What the operator remembers between passes. All of it can be lost: the resources and the hosts have the rest."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from hyperv_operator.api.common import parse_spec
from hyperv_operator.api.host import HyperVHostSpec, HyperVHostStatus, LogonFailures
from hyperv_operator.api.inventory import HyperVHostInventoryStatus
from hyperv_operator.api.machine import HyperVMachineSpec, HyperVMachineStatus
from hyperv_operator.core.machine_status import LaunchStart
from hyperv_operator.core.rollout import Rollout
from hyperv_operator.core.snapshot import ActiveTask, HostProblem, HostView, LaunchResult, SecretCheck
from hyperv_operator.errors import HostError
from hyperv_operator.ports import JsonObject, ObjectRef
from hyperv_operator.protocol.inventory import InventoryReport
from hyperv_operator.reconcilers.lockout_guard import LockoutGuard
from hyperv_operator.reconcilers.metadata import is_newer, metadata, was_launched


def _set_event() -> asyncio.Event:
    event = asyncio.Event()
    event.set()
    return event


@dataclass
class MachineEntry:
    """One HyperVMachine: the newest version of it that was seen, and what this process does about it."""

    ref: ObjectRef
    body: JsonObject
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    active_task: ActiveTask | None = None
    start: LaunchStart | None = None
    last: LaunchResult | None = None
    failures: int = 0
    removed: bool = False
    released: bool = False
    poll_soon: bool = False
    secrets: tuple[SecretCheck, ...] = ()
    secrets_read_at: datetime | None = None
    labels: dict[str, str] = field(default_factory=dict)
    labels_read_at: datetime | None = None
    step_since: datetime | None = None
    os_family: str | None = None
    phase: str = ""
    """Step or reason, as the host's placeholders show it."""
    views: dict[str, object] = field(default_factory=dict)
    """What each host's last inventory said of this machine: something else is a reason to wake up."""

    @property
    def uid(self) -> str:
        """The resource's UID."""
        return self.ref.uid

    def observe(self, body: JsonObject) -> bool:
        """Take over a newer version; tell whether what a person asks for has changed (spec, deletion, abandonment)."""
        if not is_newer(body, self.body):
            return False
        before, after = metadata(self.body), metadata(body)
        self.body = body
        return (before.generation, before.deleting, before.abandon) != (after.generation, after.deleting, after.abandon)

    @property
    def spec(self) -> HyperVMachineSpec | None:
        """The spec, if it can be read."""
        spec = parse_spec(HyperVMachineSpec, self.body.get("spec"))
        return spec if isinstance(spec, HyperVMachineSpec) else None

    @property
    def status(self) -> HyperVMachineStatus:
        """The status as last seen."""
        return HyperVMachineStatus.parse(self.body.get("status"))

    @property
    def was_launched(self) -> bool:
        """Tell whether a launch was ever claimed."""
        return was_launched(self.body)

    @property
    def target_host(self) -> str | None:
        """Name of the target host, even if the rest of the spec cannot be read."""
        spec = self.body.get("spec")
        host = spec.get("targetHost") if isinstance(spec, dict) else None
        return host if isinstance(host, str) else None

    @property
    def vm_name(self) -> str | None:
        """The VM name that is asked for."""
        spec = self.body.get("spec")
        fields = spec.get("fields") if isinstance(spec, dict) else None
        name = fields.get("vm_name") if isinstance(fields, dict) else None
        return name if isinstance(name, str) else None


@dataclass
class HostEntry:
    """One HyperVHost: the newest version that was seen, and what was last read from the host."""

    ref: ObjectRef
    body: JsonObject
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    report: InventoryReport | None = None
    begun_at: datetime | None = None
    previous_begun_at: datetime | None = None
    error: HostError | None = None
    problem: HostProblem | None = None
    attempted: bool = False
    logon_failures: LogonFailures | None = None
    inventory: HyperVHostInventoryStatus | None = None
    inventory_written_at: datetime | None = None
    read_at: datetime | None = None
    """When the last attempt to read the inventory ended."""
    read_generation: int | None = None
    spread: float = 1.0
    """What the interval to the next look is multiplied with, so that hosts do not all have their turn at once."""
    rollout: Rollout | None = None
    """How the operator's agent gets there; None where it is looked after by hand, or nothing is known yet."""
    at_rest: asyncio.Event = field(default_factory=_set_event)
    """Set while the agent's files on the host are not being changed."""
    rollout_told: object = None
    """What the other hosts were last told of it."""
    held_by: tuple[str, ...] = ()
    """The machines for whose sake a deleted host is kept, as namespace/name."""
    held_told: tuple[str, ...] = ()
    """Those of them that its status tells of."""
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held during a pass."""
    pruned_at: datetime | None = None
    """When old versions of the agent were last deleted."""

    @property
    def name(self) -> str:
        """The resource's name."""
        return self.ref.name

    @cached_property
    def spec(self) -> HyperVHostSpec | str:
        """The spec, or what is wrong with it; read once a version, as every pass of every machine there asks for it."""
        return parse_spec(HyperVHostSpec, self.body.get("spec"))

    @property
    def status(self) -> HyperVHostStatus:
        """The status as last seen."""
        return HyperVHostStatus.parse(self.body.get("status"))

    def observe(self, body: JsonObject) -> bool:
        """Take over a newer version; tell whether what a person asks for has changed (spec, deletion)."""
        if not is_newer(body, self.body):
            return False
        before, self.body = metadata(self.body), body
        self.__dict__.pop("spec", None)
        after = metadata(body)
        return (before.generation, before.deleting) != (after.generation, after.deleting)

    def view(self, unasked: HostProblem) -> HostView | None:
        """Return what decisions see of the host; `unasked` is its problem as long as nobody has asked it anything."""
        spec = self.spec
        if isinstance(spec, str):
            return None
        return HostView(
            name=self.name,
            uid=self.ref.uid,
            spec=spec,
            problem=self.problem if self.attempted else unasked,
            report=self.report,
            begun_at=self.begun_at,
            previous_begun_at=self.previous_begun_at,
            rollout=self.rollout,
            deleting=metadata(self.body).deleting,
        )


class Cache:
    """All entries of this process."""

    def __init__(self) -> None:
        self._machines: dict[str, MachineEntry] = {}
        # A machine's target host cannot be changed. Without this, each pass of each machine would look at all others.
        self._by_host: dict[str | None, dict[str, MachineEntry]] = {}
        self.hosts: dict[str, HostEntry] = {}
        self.logons = LockoutGuard()

    def machine(self, uid: str) -> MachineEntry | None:
        """Return a machine, or None if it is not in the cache."""
        return self._machines.get(uid)

    def add(self, entry: MachineEntry) -> MachineEntry:
        """Take in a machine and return it."""
        self._machines[entry.uid] = entry
        self._by_host.setdefault(entry.target_host, {})[entry.uid] = entry
        return entry

    def drop(self, entry: MachineEntry) -> None:
        """Forget a machine; one that is not in the cache is nothing to forget."""
        self._machines.pop(entry.uid, None)
        others = self._by_host.get(entry.target_host, {})
        others.pop(entry.uid, None)
        if not others:
            self._by_host.pop(entry.target_host, None)

    def machines_on(self, *hosts: str) -> Iterator[MachineEntry]:
        """Yield the machines whose target host is one of these."""
        return (entry for host in hosts for entry in self._by_host.get(host, {}).values())

    def wake_machines_on(self, host: str) -> None:
        """Have the machines whose target host this is look again."""
        for entry in self.machines_on(host):
            entry.wake.set()

    def places_taken(self, host: str, namespace: str) -> Iterator[MachineEntry]:
        """Yield the machines of a namespace that hold a place on the host: those that were launched."""
        return (entry for entry in self.machines_on(host) if entry.ref.namespace == namespace and entry.was_launched)

    def cluster_of(self, host: str) -> tuple[HostEntry, ...]:
        """Return the other hosts of a host's failover cluster."""
        own = self.hosts.get(host)
        spec = own.spec if own else None
        if not isinstance(spec, HyperVHostSpec) or spec.failover_cluster is None:
            return ()
        return tuple(
            entry
            for entry in self.hosts.values()
            if entry.name != host
            and isinstance(other := entry.spec, HyperVHostSpec)
            and other.failover_cluster == spec.failover_cluster
        )

    def poll_soon(self, host: str) -> bool:
        """Tell whether a machine waits for something that this host's next inventory may show."""
        names = {host, *(entry.name for entry in self.cluster_of(host))}
        return any(entry.poll_soon for entry in self.machines_on(*names))
