"""HyperVMachines: one reconcile loop per machine, woken by changes of its spec; a deleted machine is reconciled to its end."""

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
    """Register the handlers of HyperVMachines."""
    options: dict[str, Any] = {"registry": registry}
    kopf.on.event(GROUP, VERSION, MACHINES, **options)(on_event)
    kopf.daemon(GROUP, VERSION, MACHINES, cancellation_timeout=5.0, **options)(reconcile_loop)
    kopf.on.delete(GROUP, VERSION, MACHINES, id="delete", **options)(on_delete)


def _entry(context: Context, body: JsonObject) -> MachineEntry:
    uid = metadata(body).uid
    return context.cache.machine(uid) or context.cache.add(MachineEntry(MachineResource.parse(body)))


async def on_event(body: kopf.Body, memo: Any, type: str | None, **_: object) -> None:  # noqa: A002 - kopf's name
    """Update the cache from a watch event, and wake the machine's loop if its spec has changed."""
    context: Context = memo.context
    entry = context.cache.machine(metadata(dict(body)).uid)
    if entry is None:
        return
    if entry.observe(MachineResource.parse(_plain(body))) or type == "DELETED":
        entry.wake.set()


async def reconcile_loop(body: kopf.Body, memo: Any, stopped: kopf.DaemonStopped, **_: object) -> None:
    """Reconcile one machine until it is deleted or the operator stops."""
    context: Context = memo.context
    entry = _entry(context, _plain(body))
    while not stopped:
        result = await context.machines.reconcile(entry)
        if result.released:
            return
        await context.sleep(entry.wake, result.until)


async def on_delete(body: kopf.Body, memo: Any, **_: object) -> None:
    """Reconcile a deleted machine until it is released; kopf removes the finalizer after that.

    kopf may call this again after it has returned, when a released machine is no longer in the cache.
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
    """Return the object as a dict of its own, because kopf keeps changing the one behind its view."""
    plain: JsonObject = dict(body)
    return plain
