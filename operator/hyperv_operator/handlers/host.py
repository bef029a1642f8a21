"""HyperVHosts: a loop for each."""

from __future__ import annotations

from typing import Any

import kopf

from hyperv_operator.api.names import GROUP, HOST_KIND, HOSTS, VERSION
from hyperv_operator.handlers.context import Context
from hyperv_operator.ports import JsonObject
from hyperv_operator.reconcilers.book import HostRecord
from hyperv_operator.reconcilers.objects import metadata, ref_of


def register(registry: kopf.OperatorRegistry) -> None:
    """Register the handlers of hosts."""
    where: dict[str, Any] = {"registry": registry}
    kopf.on.event(GROUP, VERSION, HOSTS, **where)(observe)
    kopf.daemon(GROUP, VERSION, HOSTS, cancellation_timeout=5.0, **where)(live)


async def observe(body: kopf.Body, memo: Any, **_: object) -> None:
    """Take over what the watch brings, and wake the host's loop when its spec has changed."""
    context: Context = memo.context
    plain: JsonObject = dict(body)
    meta = metadata(plain)
    record = context.book.hosts.get(meta.name)
    if record is not None and record.ref.uid == meta.uid and record.observe(plain):
        record.wake.set()


async def live(body: kopf.Body, memo: Any, stopped: kopf.DaemonStopped, **_: object) -> None:
    """Run one host's loop until it is deleted or the operator stops."""
    context: Context = memo.context
    plain: JsonObject = dict(body)
    record = context.book.hosts[metadata(plain).name] = HostRecord(ref_of(HOST_KIND, plain), plain)
    for machine in context.book.machines_on(record.name):
        machine.wake.set()
    try:
        while not stopped:
            until = await context.hosts.reconcile(record)
            await context.sleep(record.wake, until)
    finally:
        if stopped.reason is not None and kopf.DaemonStoppingReason.RESOURCE_DELETED in stopped.reason:
            context.hosts.forget(record)
