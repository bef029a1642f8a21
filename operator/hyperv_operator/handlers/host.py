"""HyperVHosts: a loop for each."""

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
    """Register the handlers of hosts."""
    where: dict[str, Any] = {"registry": registry}
    kopf.on.event(GROUP, VERSION, HOSTS, **where)(observe)
    kopf.daemon(GROUP, VERSION, HOSTS, cancellation_timeout=5.0, **where)(live)
    kopf.on.delete(GROUP, VERSION, HOSTS, id="delete", **where)(remove)


def _entry(context: Context, body: JsonObject) -> HostEntry:
    meta = metadata(body)
    entry = context.cache.hosts.get(meta.name)
    if entry is None or entry.ref.uid != meta.uid:
        entry = context.cache.hosts[meta.name] = HostEntry(HostResource.parse(body))
        context.cache.wake_machines_on(entry.name)
    return entry


async def observe(body: kopf.Body, memo: Any, type: str | None, **_: object) -> None:  # noqa: A002 - kopf's name
    """Take over what the watch brings, and wake the host's loop when a person has changed something."""
    context: Context = memo.context
    plain: JsonObject = dict(body)
    meta = metadata(plain)
    entry = context.cache.hosts.get(meta.name)
    own = entry if entry and entry.ref.uid == meta.uid else None
    if type == "DELETED":
        if own:
            # Somebody has taken the finalizer away by hand.
            context.hosts.forget(own)
        # Until now the API server still had the object: who looked there has to look again.
        context.cache.wake_machines_on(meta.name)
    elif own and own.observe(HostResource.parse(plain)):
        own.wake.set()


async def live(body: kopf.Body, memo: Any, stopped: kopf.DaemonStopped, **_: object) -> None:
    """Run one host's loop until it is deleted or the operator stops."""
    context: Context = memo.context
    entry = _entry(context, dict(body))
    while not stopped:
        until = await context.hosts.reconcile(entry)
        await context.sleep(entry.wake, until)


async def remove(body: kopf.Body, memo: Any, **_: object) -> None:
    """Go on with a deleted host's passes until no machine needs it any more; kopf takes the finalizer away after that."""
    context: Context = memo.context
    entry = _entry(context, dict(body))
    while (until := await context.hosts.retire(entry)) is not None:
        await context.sleep(entry.wake, until)
    context.hosts.forget(entry)
