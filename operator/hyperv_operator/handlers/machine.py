"""HyperVMachines: what their watch delivers goes to the cache, and each machine has a loop of its own."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

from hyperv_operator.handlers.context import Context
from hyperv_operator.handlers.loops import Loops
from hyperv_operator.ports import JsonObject
from hyperv_operator.reconcilers import ownership
from hyperv_operator.reconcilers.entries import MachineEntry
from hyperv_operator.reconcilers.machine import PassResult
from hyperv_operator.reconcilers.metadata import metadata
from hyperv_operator.reconcilers.resources import MachineResource


class Machines:
    """The watcher of machines (`ports.Watcher`)."""

    def __init__(self, context: Context, loops: Loops) -> None:
        self._context = context
        self._loops = loops

    def changed(self, body: JsonObject, *, created: bool = False) -> None:
        """Store the machine's version, and wake or start its loop if that is called for."""
        resource = MachineResource.parse(body)
        entry = self._context.cache.machine(resource.meta.uid)
        if entry is not None:
            if entry.observe(resource):
                entry.wake.set()
        elif resource.meta.has_finalizer or not resource.meta.deleting:
            self._start(self._context.cache.add(MachineEntry(resource, seen_created=created)))

    def deleted(self, body: JsonObject) -> None:
        """Let the machine's loop find out that the machine is gone. Usually it knows: it has removed the finalizer itself."""
        entry = self._context.cache.machine(metadata(body).uid)
        if entry is not None:
            ownership.suspect(entry)

    def listed(self, namespace: str | None, uids: AbstractSet[str]) -> None:
        """Let the loop of each machine that is not in the list find out whether the machine is gone."""
        for entry in self._context.cache.machines():
            if namespace in (None, entry.ref.namespace) and entry.uid not in uids:
                ownership.suspect(entry)
        self._context.cache.listed(namespace)

    async def _pass(self, entry: MachineEntry) -> PassResult:
        async with self._context.turns.turn(entry.ref.namespace or ""):
            return await self._context.machines.reconcile(entry)

    def _start(self, entry: MachineEntry) -> None:
        async def loop() -> None:
            await self._context.hosts_listed.wait()
            while not (result := await self._pass(entry)).ended:
                await self._context.sleep(entry.wake, result.until)

        self._loops.start(entry.uid, loop)
