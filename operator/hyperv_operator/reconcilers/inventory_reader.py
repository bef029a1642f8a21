"""The inventory poll: reads a host's inventory when it is due, and stores the result, or the error, in the host's entry."""

from __future__ import annotations

import logging
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Generic

from hyperv_operator.api.host import HyperVHostSpec
from hyperv_operator.core import host_status
from hyperv_operator.core.snapshot import HostView
from hyperv_operator.errors import (
    AgentMissing,
    CallCancelled,
    ClusterError,
    CredentialsUnusable,
    HostError,
    LogonPending,
    ProtocolViolation,
    WrongHost,
)
from hyperv_operator.ports import HostEndpoint, Lane, RemoteTask, T, TaskContext, TaskHeld
from hyperv_operator.protocol.inventory import NO_GAPS, InventoryReport
from hyperv_operator.protocol.job import InventoryJob
from hyperv_operator.reconcilers import jobs
from hyperv_operator.reconcilers.cache import Cache
from hyperv_operator.reconcilers.dependencies import Dependencies
from hyperv_operator.reconcilers.endpoints import endpoint_of, secret_values
from hyperv_operator.reconcilers.entries import HostEntry
from hyperv_operator.reconcilers.held_secrets import HeldSecrets
from hyperv_operator.reconcilers.lockout_guard import LogonAttempt
from hyperv_operator.reconcilers.redacted import redact_error

log = logging.getLogger(__name__)

INVENTORY: Final = "inventory"
"""The category of the tasks."""
ROLLOUT: Final = "rollout"
"""The category of the tasks that install or delete versions of the agent."""
PREFLIGHT: Final = "preflight"
"""The category of the tasks that look at what a host lacks."""
_SPREAD: Final = (0.9, 1.0)


@dataclass(frozen=True)
class HostCall(Generic[T]):
    """A short call to a host, for the executor's fast lane."""

    key: str
    """At most one task with this key exists at a time."""
    category: str
    folder: str
    """The folder of the agent's scripts."""
    make: Callable[[HostEndpoint, InventoryJob, TaskContext], T]
    probe: bool = False
    """The call passes an open circuit breaker."""


def call_key(category: str, entry: HostEntry) -> str:
    """Return the key under which the executor holds a host's call of this category."""
    return f"{category}:{entry.ref.uid}"


class InventoryReader:
    """Polls the inventories of hosts."""

    def __init__(self, deps: Dependencies, cache: Cache) -> None:
        self._deps = deps
        self._cache = cache

    def due(self, entry: HostEntry, spec: HyperVHostSpec) -> datetime:
        """Return when the next poll is due: at once after a change of the spec."""
        poll = entry.poll
        if poll.ended_at is None or poll.generation != entry.resource.meta.generation:
            return self._deps.clock.now()
        return poll.ended_at + timedelta(seconds=self._interval(entry, spec) * poll.spread)

    def _interval(self, entry: HostEntry, spec: HyperVHostSpec) -> float:
        settings = self._deps.settings
        interval = min(float(spec.inventory_interval_seconds), settings.inventory_interval_limit_seconds or 86_400)
        if entry.poll.error is None and self._cache.must_poll_soon(entry.name):
            return min(interval, settings.awaited_inventory_seconds)
        return interval

    async def poll(self, entry: HostEntry, spec: HyperVHostSpec) -> bool:
        """Read the inventory with the version of the agent that is in use.

        Return False if the poll has to wait for the logon of another one.
        """
        generation = entry.resource.meta.generation
        folders = [spec.paths.agent]
        if entry.rollout and entry.rollout.active:
            folders.insert(0, entry.rollout.folder(spec.paths.agent))
        for folder in folders:
            if not await self._read(entry, spec, folder):
                return False
            if not isinstance(entry.poll.error, AgentMissing):
                break
        if entry.rollout and entry.poll.error is None and folder == spec.paths.agent:
            entry.rollout = entry.rollout.by_hand()
        entry.poll.attempted, entry.poll.generation = True, generation
        entry.poll.ended_at = self._deps.clock.now()
        entry.poll.spread = random.uniform(*_SPREAD)  # noqa: S311 - it spreads polls over time
        return True

    async def _read(self, entry: HostEntry, spec: HyperVHostSpec, folder: str) -> bool:
        def read(endpoint: HostEndpoint, job: InventoryJob, context: TaskContext) -> InventoryReport:
            return self._deps.agent.read_inventory(endpoint, job, context)

        try:
            report, begun_at = await self.call(
                entry, spec, HostCall(call_key(INVENTORY, entry), INVENTORY, folder, read, probe=True)
            )
        except (CallCancelled, ClusterError):
            raise
        except LogonPending:
            return False
        except HostError as error:
            entry.poll.error = error
        except Exception as error:
            log.exception("Reading an inventory failed unexpectedly", extra={"host": entry.name})
            entry.poll.error = ProtocolViolation(f"The inventory could not be read ({type(error).__name__}).")
        else:
            self.store(entry, report, begun_at)
        return True

    def cancel(self, entry: HostEntry) -> None:
        """Cancel the calls to the host that are under way."""
        for category in (INVENTORY, ROLLOUT):
            self._deps.tasks.cancel(call_key(category, entry))

    def store(self, entry: HostEntry, report: InventoryReport, begun_at: datetime) -> None:
        """Store an inventory in the host's entry. That of another machine than the pinned one says nothing about the host."""
        poll = entry.poll
        change = host_status.identity_change(entry.resource.status, report.facts.host_id)
        if change:
            poll.error = WrongHost(change)
            return
        before = poll.report
        poll.previous_begun_at, poll.begun_at = poll.begun_at, begun_at
        poll.previous_gaps = before.gaps if before else NO_GAPS
        told = (before.unreadable, before.vm_problems) if before else ((), ())
        if (report.unreadable or report.vm_problems) and (report.unreadable, report.vm_problems) != told:
            log.warning("The inventory: %s", host_status.describe_unreadable(report), extra={"host": entry.name})
        poll.report, poll.error = report, None
        self._deps.metrics.host_seen(entry.name, report, begun_at)

    async def call(self, entry: HostEntry, spec: HyperVHostSpec, call: HostCall[T]) -> tuple[T, datetime]:
        """Make a call in the fast lane; return its result and when it began.

        Raises `HostError`, `ClusterError`, or `LogonPending` once the logon that it had to wait for has ended.
        """
        deps, begun = self._deps, list[datetime]()
        logon, secrets = LogonAttempt(self._cache.lockout_guard, entry.name), HeldSecrets(deps.redaction)

        async def prepare() -> Callable[[TaskContext], T]:
            endpoint = await endpoint_of(deps, entry.name, spec, call.folder)
            secrets.hold_for_all(secret_values(endpoint))
            view = HostView(name=entry.name, uid=entry.ref.uid, spec=spec)
            folders = self._cache.machine_folders(entry.name)
            self._cache.places.cluster_uid = cluster = await deps.namespaces.cluster_uid()
            job = jobs.inventory_job(view, cluster, folders)
            await logon.begin(deps, endpoint)
            return lambda context: call.make(endpoint, job, context)

        task = RemoteTask(
            key=call.key,
            host=entry.name,
            lane=Lane.FAST,
            category=call.category,
            probe=call.probe,
            prepare=prepare,
            on_report=logon.on_report,
            on_start=lambda: begun.append(deps.clock.now()),
        )
        try:
            future = deps.tasks.submit(task)
        except TaskHeld:
            raise CallCancelled("The previous call of this kind to the host has not ended yet.") from None
        future.add_done_callback(logon.on_done)
        try:
            return await future, begun[-1]
        except HostError as error:
            redact_error(error, deps.redaction.clean)
            if isinstance(error, LogonPending):
                await logon.settled()
            elif isinstance(error, CredentialsUnusable):
                entry.logon_failures = None
            raise
        finally:
            # A call that was given up still runs. This callback is added after the error was redacted.
            future.add_done_callback(lambda _: secrets.release())
            if logon.has_begun:
                entry.logon_failures = logon.failures
