"""HyperVHosts: one reconcile loop per host, woken by changes of its spec; a deleted host is reconciled until nothing uses it."""

from __future__ import annotations

from typing import Any

import kopf

from hyperv_operator.api.names import GROUP, HOSTS, VERSION
from hyperv_operator.handlers.context import Context
from hyperv_operator.ports import JsonObject
from hyperv_operator.reconcilers.cache import HostEntry
from hyperv_operator.reconcilers.metadata import metadata
from hyperv_operator.reconcilers.resources import HostResource


def register(registry: kopf.OperatorRegistry) -> None:
    """Register the handlers of HyperVHosts."""
    options: dict[str, Any] = {"registry": registry}
    kopf.on.event(GROUP, VERSION, HOSTS, **options)(on_event)
    kopf.daemon(GROUP, VERSION, HOSTS, cancellation_timeout=5.0, **options)(reconcile_loop)
    kopf.on.delete(GROUP, VERSION, HOSTS, id="delete", **options)(on_delete)


def _entry(context: Context, body: JsonObject) -> HostEntry:
    meta = metadata(body)
    entry = context.cache.hosts.get(meta.name)
    if entry is None or entry.ref.uid != meta.uid:
        entry = context.cache.hosts[meta.name] = HostEntry(HostResource.parse(body))
        context.cache.wake_machines_on(entry.name)
    return entry


async def on_event(body: kopf.Body, memo: Any, type: str | None, **_: object) -> None:  # noqa: A002 - kopf's name
    """Update the cache from a watch event, and wake the host's loop if its spec has changed."""
    context: Context = memo.context
    plain: JsonObject = dict(body)
    meta = metadata(plain)
    entry = context.cache.hosts.get(meta.name)
    current = entry if entry and entry.ref.uid == meta.uid else None
    if type == "DELETED":
        if current:
            # The finalizer was removed by hand.
            context.hosts.forget(current)
        # Machines that read the host before it was gone have to reconcile again.
        context.cache.wake_machines_on(meta.name)
    elif current and current.observe(HostResource.parse(plain)):
        current.wake.set()


async def reconcile_loop(body: kopf.Body, memo: Any, stopped: kopf.DaemonStopped, **_: object) -> None:
    """Reconcile one host until it is deleted or the operator stops."""
    context: Context = memo.context
    entry = _entry(context, dict(body))
    while not stopped:
        until = await context.hosts.reconcile(entry)
        await context.sleep(entry.wake, until)


async def on_delete(body: kopf.Body, memo: Any, **_: object) -> None:
    """Reconcile a deleted host until no machine uses it; kopf removes the finalizer after that."""
    context: Context = memo.context
    entry = _entry(context, dict(body))
    while (until := await context.hosts.retire(entry)) is not None:
        await context.sleep(entry.wake, until)
    context.hosts.forget(entry)
