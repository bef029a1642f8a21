"""Places on hosts: which machine holds which VM name, and what each namespace has on each host.

Both are kept as the machines' entries change, so that a pass asks for them in a time that does not depend on how many machines
there are. What a host's inventory shows is taken from its entry when it is asked for.
"""

from __future__ import annotations

import bisect
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from hyperv_operator.core import usage
from hyperv_operator.core.snapshot import Rank, Rival, asked_name, launched_name, rank
from hyperv_operator.core.usage import Size, Usage
from hyperv_operator.protocol.inventory import InventoryReport, VmFacts
from hyperv_operator.reconcilers.entries import HostEntry, MachineEntry

_Key = tuple[str, str]
"""A host, and a VM name without its case; or a host and a namespace."""


@dataclass(frozen=True)
class _Place:
    """What an entry takes: a VM name, and a size if it was launched."""

    name: _Key | None
    rank: Rank
    quota: _Key
    size: Size | None
    leaving: bool
    """The machine is being deleted."""


@dataclass(frozen=True)
class _Departed:
    """A machine that is no longer in the cache. What its host showed before says nothing about it."""

    at: datetime
    host: str
    namespace: str
    size: Size | None
    """What it may have left on its host; None if nothing can be left."""


@dataclass(frozen=True)
class Orphan:
    """A VM with the operator's mark whose machine is not in the cache."""

    vm: VmFacts
    namespace: str | None
    """None if the mark does not name it and this process has not known the machine."""


class Places:
    """The places of all machines of this process."""

    def __init__(self) -> None:
        self.cluster_uid: str | None = None
        """The UID of this Kubernetes cluster, as marks name it; None before it was read."""
        self._entries: dict[str, MachineEntry] = {}
        self._places: dict[str, _Place] = {}
        self._names: dict[_Key, list[tuple[Rank, str]]] = {}
        self._usage: defaultdict[_Key, Usage] = defaultdict(Usage)
        self._leaving: defaultdict[_Key, Usage] = defaultdict(Usage)
        """The part of the usage that machines in deletion have."""
        self._reports: dict[str, InventoryReport] = {}
        self._marks: dict[str, Mapping[str, VmFacts]] = {}
        self._departed: dict[str, _Departed] = {}

    # --- what changes ------------------------------------------------------------------------------------------------

    def update(self, entry: MachineEntry) -> None:
        """Take what a machine's entry says now."""
        before, after = self._places.get(entry.uid), self._place(entry)
        self._departed.pop(entry.uid, None)
        self._entries[entry.uid] = entry
        if after == before:
            return
        self._remove(entry.uid)
        self._places[entry.uid] = after
        if after.name:
            bisect.insort(self._names.setdefault(after.name, []), (after.rank, entry.uid))
        if after.size is not None:
            for usages in self._usages(after):
                usages[after.quota] = usages[after.quota].plus(after.size)
        if before and before.name and before.name != after.name:
            self._wake_first(before.name)

    def drop(self, entry: MachineEntry, at: datetime | None = None, *, may_leave: bool = False) -> None:
        """Forget a machine, at this time. If it may have left something on its host, that goes on to count."""
        place = self._places.get(entry.uid)
        self._remove(entry.uid)
        self._entries.pop(entry.uid, None)
        if place and at and place.size is not None:
            host, namespace = place.quota
            self._departed[entry.uid] = _Departed(at, host, namespace, place.size if may_leave else None)
        if place and place.name:
            self._wake_first(place.name)

    def forget_host(self, name: str) -> None:
        """Forget what the inventory of a host that is gone has shown."""
        self._reports.pop(name, None)
        self._marks.pop(name, None)
        self._departed = {uid: one for uid, one in self._departed.items() if one.host != name}

    def _remove(self, uid: str) -> None:
        place = self._places.pop(uid, None)
        if place is None:
            return
        if place.name:
            listed, item = self._names[place.name], (place.rank, uid)
            del listed[bisect.bisect_left(listed, item)]
            if not listed:
                del self._names[place.name]
        if place.size is not None:
            for usages in self._usages(place):
                usages[place.quota] = left = usages[place.quota].minus(place.size)
                if not left.machines:
                    del usages[place.quota]

    def _usages(self, place: _Place) -> tuple[defaultdict[_Key, Usage], ...]:
        return (self._usage, self._leaving) if place.leaving else (self._usage,)

    def _place(self, entry: MachineEntry) -> _Place:
        resource, status = entry.resource, entry.resource.status
        host, namespace = entry.target_host or "", resource.meta.namespace or ""
        vm = next((marks[entry.uid] for marks in self._marks.values() if entry.uid in marks), None)
        has_vm = vm is not None or status.vm_id is not None
        has_place = has_vm or resource.was_launched or entry.is_claiming
        own = rank(
            entry.uid, resource.meta.created_at, has_vm=has_vm, has_claim=resource.was_launched or entry.is_claiming
        )
        name = launched_name(status) or asked_name(resource.spec) or resource.vm_name
        size = None
        if has_place:
            spec = resource.spec
            size = usage.counted(status, {} if isinstance(spec, str) else spec.fields, vm)
            if entry.is_claiming and not isinstance(spec, str):
                size = size.covering(Size.of_fields(spec.fields))
        wanted = name if has_place or entry.contends else None
        key = (host, wanted.casefold()) if wanted else None
        return _Place(key, own, (host, namespace), size, resource.meta.deleting)

    def _wake_first(self, name: _Key) -> None:
        """Wake the machine that comes first now for a name that has become free."""
        listed = self._names.get(name)
        if listed:
            self._entries[listed[0][1]].wake.set()

    def wake_first(self, hosts: Iterable[str], name: str) -> None:
        """Wake the machine that comes first for a name on each of these hosts."""
        for host in hosts:
            self._wake_first((host, name.casefold()))

    # --- what is asked -----------------------------------------------------------------------------------------------

    def rival(self, own: MachineEntry | None, hosts: Iterable[HostEntry], name: str, namespace: str) -> Rival | None:
        """Return which other machine comes first for a name on these hosts.

        A machine that was not launched counts only where its host takes new machines now. For a submission under review (`own`
        is None) those that are being deleted do not count: they give their names back by themselves.
        """
        found: list[tuple[Rank, str]] = []
        for host in hosts:
            self.take_inventory(host)
            first = self._first_other((host.name, name.casefold()), own)
            if first and (not first[0][1] or host.takes_machines):
                found.append(first)
        return self._rival(*min(found), namespace) if found else None

    def _first_other(self, key: _Key, own: MachineEntry | None) -> tuple[Rank, str] | None:
        listed = self._names.get(key, ())
        if own is None:
            return next((item for item in listed if not self._places[item[1]].leaving), None)
        return next((item for item in listed if item[1] != own.uid), None)

    def _rival(self, found: Rank, uid: str, namespace: str) -> Rival:
        meta = self._entries[uid].resource.meta
        return Rival(
            uid=uid,
            same_namespace=meta.namespace == namespace,
            name=meta.name,
            created_at=meta.created_at,
            has_vm=not found[0],
            has_claim=not found[1],
        )

    def usage(self, host: HostEntry, namespace: str, own: str | None) -> Usage:
        """Return what a namespace has on a host without one of its machines: machines, and VMs whose machine is gone.

        For a submission under review (`own` is None) machines that are being deleted do not count.
        """
        self.take_inventory(host)
        key = (host.name, namespace)
        found = self._usage.get(key, Usage())
        place = self._places.get(own) if own else None
        if own is None:
            found = found.without(self._leaving.get(key, Usage()))
        elif place and place.size is not None and place.quota == key:
            found = found.minus(place.size)
        for size in self._left(host, namespace):
            found = found.plus(size)
        return found

    def _left(self, host: HostEntry, namespace: str) -> Iterable[Size]:
        """Yield the sizes of what machines of a namespace that are gone have, or may have, on a host."""
        for orphan in self.orphans(host):
            if orphan.namespace == namespace:
                yield Size.of_vm(orphan.vm)
        marks = self._marks.get(host.name, {})
        for uid, gone in self._departed.items():
            if gone.size is None or gone.host != host.name or gone.namespace != namespace:
                continue
            if not _shows(host, gone.at) or (uid not in marks and _may_hide(host, uid)):
                yield gone.size

    def orphans(self, host: HostEntry) -> tuple[Orphan, ...]:
        """Return the VMs of a host with this cluster's mark whose machine is not in the cache.

        An inventory that was begun before a machine was gone says nothing about it.
        """
        self.take_inventory(host)
        found = []
        for uid, vm in self._marks.get(host.name, {}).items():
            gone = self._departed.get(uid)
            if uid in self._entries or (gone and not _shows(host, gone.at)):
                continue
            is_ours = gone is not None or (vm.cluster_uid is not None and vm.cluster_uid == self.cluster_uid)
            if is_ours:
                found.append(Orphan(vm, _namespace(vm) or (gone.namespace if gone else None)))
        return tuple(found)

    def take_inventory(self, host: HostEntry) -> None:
        """Take what the last inventory of a host shows, if it was not taken yet."""
        report = host.poll.report
        if report is None or self._reports.get(host.name) is report:
            return
        before = self._marks.get(host.name, {})
        self._reports[host.name] = report
        marks: dict[str, VmFacts] = {vm.machine_uid: vm for vm in report.vms if vm.machine_uid}
        self._marks[host.name] = marks
        for uid in before.keys() | marks.keys():
            entry = self._entries.get(uid)
            if entry and before.get(uid) != marks.get(uid):
                self.update(entry)
        self._forget_departed(host)

    def _forget_departed(self, host: HostEntry) -> None:
        """Forget the machines that are gone and of which the host shows nothing any more."""
        marks = self._marks[host.name]
        for uid, gone in list(self._departed.items()):
            if gone.host == host.name and _shows(host, gone.at) and uid not in marks and not _may_hide(host, uid):
                del self._departed[uid]

    def waiting(self, entries: Iterable[MachineEntry], namespace: str, reasons: frozenset[str]) -> MachineEntry | None:
        """Return the oldest of a namespace's machines that wait for one of these reasons."""
        waiting = (one for one in entries if one.phase in reasons and one.resource.meta.namespace == namespace)
        return min(waiting, key=lambda one: one.resource.meta.precedence, default=None)


def _namespace(vm: VmFacts) -> str | None:
    return vm.machine.partition("/")[0] if vm.machine else None


def _shows(host: HostEntry, since: datetime) -> bool:
    """Return whether the host's inventory was begun after this time."""
    return host.poll.begun_at is not None and host.poll.begun_at > since


def _may_hide(host: HostEntry, uid: str) -> bool:
    """Return whether the host may have something of this machine that its inventory does not show as a VM.

    That is a launch that still runs, or a line that could not be read.
    """
    report = host.poll.report
    if report is None:
        return True
    running = any(one.machine_uid == uid and one.locked for one in report.journals)
    return running or report.gaps.may_hide_vm(uid, None)
