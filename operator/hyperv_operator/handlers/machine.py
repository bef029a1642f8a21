"""HyperVMachines: a loop for each, woken by what a person changes; deletion drives the same passes to their end."""

from __future__ import annotations

from typing import Any

import kopf

from hyperv_operator.api.names import GROUP, MACHINES, VERSION
from hyperv_operator.handlers.context import Context
from hyperv_operator.ports import JsonObject
from hyperv_operator.reconcilers.cache import MachineEntry
from hyperv_operator.reconcilers.metadata import metadata
from hyperv_operator.reconcilers.resources import MachineResource


def register(registry: kopf.OperatorRegistry) -> None:
    """Register the handlers of machines."""
    where: dict[str, Any] = {"registry": registry}
    kopf.on.event(GROUP, VERSION, MACHINES, **where)(observe)
    kopf.daemon(GROUP, VERSION, MACHINES, cancellation_timeout=5.0, **where)(live)
    kopf.on.delete(GROUP, VERSION, MACHINES, id="delete", **where)(remove)


def _entry(context: Context, body: JsonObject) -> MachineEntry:
    uid = metadata(body).uid
    return context.cache.machine(uid) or context.cache.add(MachineEntry(MachineResource.parse(body)))


async def observe(body: kopf.Body, memo: Any, type: str | None, **_: object) -> None:  # noqa: A002 - kopf's name
    """Take over what the watch brings, and wake the machine's loop when a person has changed something."""
    context: Context = memo.context
    entry = context.cache.machine(metadata(dict(body)).uid)
    if entry is None:
        return
    if entry.observe(MachineResource.parse(_plain(body))) or type == "DELETED":
        entry.wake.set()


async def live(body: kopf.Body, memo: Any, stopped: kopf.DaemonStopped, **_: object) -> None:
    """Run one machine's loop until it is deleted or the operator stops."""
    context: Context = memo.context
    entry = _entry(context, _plain(body))
    while not stopped:
        result = await context.machines.reconcile(entry)
        if result.released:
            return
        await context.sleep(entry.wake, result.until)


async def remove(body: kopf.Body, memo: Any, **_: object) -> None:
    """Drive a deleted machine's passes until nothing of it is left; kopf takes the finalizer away after that.

    It may be called again after it has returned: a released machine is no longer in the cache, and the next pass finds that
    the object is gone.
    """
    context: Context = memo.context
    if metadata(dict(body)).uid in memo.released:
        return
    entry = _entry(context, _plain(body))
    while True:
        result = await context.machines.reconcile(entry)
        if result.released:
            memo.released.add(entry.uid)
            return
        await context.sleep(entry.wake, result.until)


def _plain(body: kopf.Body) -> JsonObject:
    """Return the API server's JSON: kopf's views refer to what it goes on changing."""
    plain: JsonObject = dict(body)
    return plain
