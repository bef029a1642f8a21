"""The cache: all entries of this process.

All of it can be lost: the resources and the hosts hold everything that correctness needs.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from hyperv_operator.api.names import Reason
from hyperv_operator.core.snapshot import Rival, launched_name
from hyperv_operator.core.usage import Usage
from hyperv_operator.reconcilers.entries import HostEntry, KnownLabels, MachineEntry
from hyperv_operator.reconcilers.lockout_guard import LockoutGuard
from hyperv_operator.reconcilers.places import Places
from hyperv_operator.reconcilers.resources import MachineResource

_QUOTA_REASONS: Final = frozenset({Reason.MACHINE_QUOTA_EXCEEDED.value, Reason.SIZE_QUOTA_EXCEEDED.value})


class Cache:
    """All entries of this process."""

    def __init__(self) -> None:
        self._machines: dict[str, MachineEntry] = {}
        # Indexed by host, so that a pass of one machine does not search all others. The target host cannot be changed.
        self._by_host: dict[str | None, dict[str, MachineEntry]] = {}
        self._awaiting: dict[str | None, set[str]] = {}
        """By host: the machines that wait for its next inventory."""
        self.hosts: dict[str, HostEntry] = {}
        self.labels: dict[str, KnownLabels] = {}
        """By namespace."""
        self.lockout_guard = LockoutGuard()
        self.places = Places()
        self._place_locks: dict[str, asyncio.Lock] = {}
        self._unlisted: set[str | None] = set()

    def machine(self, uid: str) -> MachineEntry | None:
        """Return a machine's entry, or None."""
        return self._machines.get(uid)

    def machines(self) -> Sequence[MachineEntry]:
        """Return all machines."""
        return tuple(self._machines.values())

    def find(self, namespace: str, name: str) -> MachineEntry | None:
        """Return the entry of the machine that has this name now, or None."""
        ref = (namespace, name)
        return next((one for one in self._machines.values() if (one.ref.namespace, one.ref.name) == ref), None)

    def condition_counts(self) -> dict[str, dict[str, int]]:
        """Return how many machines have each condition type, by status."""
        counts: dict[str, Counter[str]] = {}
        for entry in self._machines.values():
            for condition in entry.resource.status.conditions:
                counts.setdefault(condition.type, Counter())[condition.status] += 1
        return {kind: dict(found) for kind, found in sorted(counts.items())}

    def add(self, entry: MachineEntry) -> MachineEntry:
        """Add a machine and return its entry."""
        self._machines[entry.uid] = entry
        self._by_host.setdefault(entry.target_host, {})[entry.uid] = entry
        entry.on_change = self.places.update
        entry.changed()
        return entry

    def drop(self, entry: MachineEntry, at: datetime | None = None) -> None:
        """Remove a machine, at this time; do nothing if it is not in the cache."""
        if self._machines.pop(entry.uid, None) is None:
            return
        entry.on_change = None
        self.places.drop(entry, at, may_leave=entry.may_leave)
        others = self._by_host.get(entry.target_host, {})
        others.pop(entry.uid, None)
        self._awaiting.get(entry.target_host, set()).discard(entry.uid)
        if not others:
            self._by_host.pop(entry.target_host, None)
            self._awaiting.pop(entry.target_host, None)

    def machines_on(self, *hosts: str) -> Iterator[MachineEntry]:
        """Yield the machines whose target host is one of these."""
        return (entry for host in hosts for entry in self._by_host.get(host, {}).values())

    def wake_machines_on(self, host: str) -> None:
        """Wake the machines whose target host this is."""
        for entry in self.machines_on(host):
            entry.wake.set()

    # --- places ------------------------------------------------------------------------------------------------------

    def rival(self, resource: MachineResource, own: MachineEntry | None = None) -> Rival | None:
        """Return which other machine comes first for a machine's VM name on its host and failover cluster.

        `own` is the machine's entry, unless it is a submission under review.
        """
        name = launched_name(resource.status) or resource.vm_name
        if name is None or resource.target_host is None:
            return None
        entries = (self.hosts.get(node) for node in self.nodes_of(resource.target_host))
        known = [entry for entry in entries if entry]
        return self.places.rival(own, known, name, resource.meta.namespace or "")

    def usage(self, resource: MachineResource, own: MachineEntry | None = None) -> Usage:
        """Return what the other machines of a machine's namespace have on its host; `own` as for `rival`."""
        host = self.hosts.get(resource.target_host or "")
        return self.places.usage(host, resource.meta.namespace or "", own.uid if own else None) if host else Usage()

    def place_lock(self, host: str) -> asyncio.Lock:
        """Return the lock under which a place on a host, or on its failover cluster, is taken."""
        entry = self.hosts.get(host)
        spec = entry.readable_spec if entry else None
        group = f"cluster/{spec.failover_cluster}" if spec and spec.failover_cluster else host
        return self._place_locks.setdefault(group, asyncio.Lock())

    def wake_waiting(self, gone: MachineEntry) -> None:
        """Wake the machines that may take the name and the place of one that is gone."""
        host, namespace = gone.target_host or "", gone.resource.meta.namespace or ""
        name = launched_name(gone.resource.status) or gone.resource.vm_name
        if name is not None:
            self.places.wake_first(self.nodes_of(host), name)
        if not gone.resource.was_launched:
            return
        waiting = self.places.waiting(self.machines_on(host), namespace, _QUOTA_REASONS)
        if waiting:
            waiting.wake.set()

    # --- the first lists ---------------------------------------------------------------------------------------------

    def await_lists(self, namespaces: Sequence[str | None]) -> None:
        """Count the machines as unknown until each of these namespaces (None: all) has been listed."""
        self._unlisted = set(namespaces)

    def listed(self, namespace: str | None) -> None:
        """Note that the machines of a namespace were listed; wake all machines once every namespace was."""
        if namespace in self._unlisted:
            self._unlisted.discard(namespace)
            if not self._unlisted:
                for entry in self._machines.values():
                    entry.wake.set()

    @property
    def is_complete(self) -> bool:
        """Whether all machines were listed once: what is not in the cache, and was looked for, does not exist."""
        return not self._unlisted

    # --- failover clusters -------------------------------------------------------------------------------------------

    def cluster_of(self, host: str) -> tuple[HostEntry, ...]:
        """Return the other hosts of a host's failover cluster."""
        own = self.hosts.get(host)
        spec = own.readable_spec if own else None
        if spec is None or spec.failover_cluster is None:
            return ()
        return tuple(
            entry
            for entry in self.hosts.values()
            if entry.name != host
            and (other := entry.readable_spec) is not None
            and other.failover_cluster == spec.failover_cluster
        )

    def nodes_of(self, host: str) -> tuple[str, ...]:
        """Return the names of a host and of the other hosts of its failover cluster."""
        return (host, *(peer.name for peer in self.cluster_of(host)))

    def machine_folders(self, host: str) -> Iterator[str]:
        """Yield the folders that the machines of a host and of its failover cluster were made in."""
        return (
            origin.machines_folder
            for entry in self.machines_on(*self.nodes_of(host))
            if (origin := entry.resource.status.origin)
        )

    def await_inventory(self, entry: MachineEntry, *, wanted: bool) -> bool:
        """Record whether a machine waits for something that its host's next inventory may show; return whether it did not before."""
        before, entry.poll_soon = entry.poll_soon, wanted
        waiting = self._awaiting.setdefault(entry.target_host, set())
        if wanted:
            waiting.add(entry.uid)
        else:
            waiting.discard(entry.uid)
        return wanted and not before

    def must_poll_soon(self, host: str) -> bool:
        """Return whether a machine waits for something that this host's next inventory may show."""
        return any(self._awaiting.get(node) for node in self.nodes_of(host))
