"""HyperVHosts and their inventories: what the watches deliver goes to the cache, and each host has a loop of its own."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from hyperv_operator.handlers.context import Context
from hyperv_operator.handlers.loops import Loops
from hyperv_operator.ports import JsonObject
from hyperv_operator.reconcilers import ownership
from hyperv_operator.reconcilers.entries import HostEntry
from hyperv_operator.reconcilers.metadata import metadata
from hyperv_operator.reconcilers.resources import HostResource


class Hosts:
    """The watcher of hosts (`ports.Watcher`)."""

    def __init__(self, context: Context, loops: Loops) -> None:
        self._context = context
        self._loops = loops

    def changed(self, body: JsonObject, *, created: bool = False) -> None:  # noqa: ARG002 - of no importance here
        """Store the host's version, and wake or start its loop if that is called for."""
        resource, cache = HostResource.parse(body), self._context.cache
        entry = cache.hosts.get(resource.meta.name)
        if entry is not None and entry.ref.uid == resource.meta.uid:
            self._observe(entry, resource)
        elif resource.meta.has_finalizer or not resource.meta.deleting:
            if entry is not None:
                # Another host of this name: the earlier one is gone. Its loop ends by itself.
                self._missing(entry)
            self._start(resource)
            cache.wake_machines_on(resource.meta.name)

    def _observe(self, entry: HostEntry, resource: HostResource) -> None:
        was_deleting = entry.resource.meta.deleting
        if entry.observe(resource):
            entry.wake.set()
        if entry.resource.meta.deleting and not was_deleting:
            self._context.hosts.cancel(entry)

    def deleted(self, body: JsonObject) -> None:
        """Let the host's loop find out that the host is gone, and its machines too."""
        meta = metadata(body)
        entry = self._context.cache.hosts.get(meta.name)
        if entry is not None and entry.ref.uid == meta.uid:
            self._missing(entry)
        # Machines that read the host before it was gone have to reconcile again.
        self._context.cache.wake_machines_on(meta.name)

    def listed(self, namespace: str | None, uids: AbstractSet[str]) -> None:  # noqa: ARG002 - hosts have no namespace
        """Let the loop of each host that is not in the list find out whether the host is gone, and let machines begin."""
        self._context.hosts_listed.set()
        for entry in self._context.cache.hosts.values():
            if entry.ref.uid not in uids:
                self._missing(entry)

    def _missing(self, entry: HostEntry) -> None:
        ownership.suspect(entry)
        self._context.hosts.cancel(entry)

    def _start(self, resource: HostResource) -> None:
        entry = self._context.cache.hosts[resource.meta.name] = HostEntry(resource)

        async def loop() -> None:
            while (until := await self._context.hosts.step(entry)) is not None:
                await self._context.sleep(entry.wake, until)

        self._loops.start(resource.meta.uid, loop)


class Inventories:
    """The watcher of HyperVHostInventories (`ports.Watcher`): one that somebody deletes is written again."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._names: dict[str, str] = {}
        """By UID."""

    def changed(self, body: JsonObject, *, created: bool = False) -> None:  # noqa: ARG002 - of no importance here
        """Note that the inventory exists."""
        meta = metadata(body)
        self._names[meta.uid] = meta.name

    def deleted(self, body: JsonObject) -> None:
        """Let the host of this name write its inventory again."""
        meta = metadata(body)
        self._names.pop(meta.uid, None)
        self._lost(meta.name)

    def listed(self, namespace: str | None, uids: AbstractSet[str]) -> None:  # noqa: ARG002 - inventories have no namespace
        """Let each host write its inventory again that is not in the list."""
        self._names = {uid: name for uid, name in self._names.items() if uid in uids}
        for name in self._context.cache.hosts.keys() - set(self._names.values()):
            self._lost(name)

    def _lost(self, name: str) -> None:
        entry = self._context.cache.hosts.get(name)
        if entry is not None and entry.inventory is not None:
            entry.inventory = None
            entry.wake.set()
