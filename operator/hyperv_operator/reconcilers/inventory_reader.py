"""Looking at a host: one call for its inventory when that is due; what comes of it, an error too, is kept in its entry."""

from __future__ import annotations

import logging
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic

from hyperv_operator.api.host import HyperVHostSpec
from hyperv_operator.core.snapshot import HostView
from hyperv_operator.errors import (
    AgentMissing,
    CallCancelled,
    ClusterError,
    CredentialsUnusable,
    HostError,
    LogonPending,
    ProtocolViolation,
)
from hyperv_operator.ports import HostEndpoint, Lane, RemoteTask, T, TaskContext
from hyperv_operator.protocol.inventory import InventoryReport
from hyperv_operator.protocol.job import InventoryJob
from hyperv_operator.reconcilers import jobs
from hyperv_operator.reconcilers.cache import Cache, HostEntry
from hyperv_operator.reconcilers.dependencies import Dependencies
from hyperv_operator.reconcilers.endpoints import endpoint_of
from hyperv_operator.reconcilers.lockout_guard import LogonAttempt
from hyperv_operator.reconcilers.metadata import metadata

log = logging.getLogger(__name__)

INVENTORY = "inventory"
"""The category of the calls."""
_SPREAD = (0.9, 1.0)


@dataclass(frozen=True)
class HostCall(Generic[T]):
    """A short call to a host, as the fast lane takes it."""

    key: str
    """At most one call with this key at a time."""
    category: str
    folder: str
    """The folder of the agent's scripts."""
    make: Callable[[HostEndpoint, InventoryJob, TaskContext], T]
    probe: bool = False


class InventoryReader:
    """Reads inventories and keeps what came of it."""

    def __init__(self, deps: Dependencies, cache: Cache) -> None:
        self._deps = deps
        self._cache = cache

    def due(self, entry: HostEntry, spec: HyperVHostSpec) -> datetime:
        """Return when the next look is due: at once after a change of the spec."""
        now = self._deps.clock.now()
        if entry.read_at is None or entry.read_generation != metadata(entry.body).generation:
            return now
        return entry.read_at + timedelta(seconds=self._interval(entry, spec) * entry.spread)

    def _interval(self, entry: HostEntry, spec: HyperVHostSpec) -> float:
        settings = self._deps.settings
        interval = min(float(spec.inventory_interval_seconds), settings.inventory_interval_limit_seconds or 86_400)
        if entry.error is None and self._cache.poll_soon(entry.name):
            return min(interval, settings.awaited_inventory_seconds)
        return interval

    async def look(self, entry: HostEntry, spec: HyperVHostSpec) -> bool:
        """Read the inventory from the version of the agent that is in use; tell whether the host had its turn."""
        generation = metadata(entry.body).generation
        folders = [spec.paths.agent]
        if entry.rollout and entry.rollout.active:
            folders.insert(0, entry.rollout.folder(spec.paths.agent))
        for folder in folders:
            if not await self._ask(entry, spec, folder):
                return False
            if not isinstance(entry.error, AgentMissing):
                break
        if entry.rollout and entry.error is None and folder == spec.paths.agent:
            entry.rollout = entry.rollout.by_hand()
        entry.attempted, entry.read_generation = True, generation
        entry.read_at = self._deps.clock.now()
        entry.spread = random.uniform(*_SPREAD)  # noqa: S311 - it spreads calls over time
        return True

    async def _ask(self, entry: HostEntry, spec: HyperVHostSpec, folder: str) -> bool:
        def read(endpoint: HostEndpoint, job: InventoryJob, context: TaskContext) -> InventoryReport:
            return self._deps.agent.read_inventory(endpoint, job, context)

        try:
            report, begun_at = await self.call(
                entry, spec, HostCall(f"inventory:{entry.ref.uid}", INVENTORY, folder, read, probe=True)
            )
        except (CallCancelled, ClusterError):
            raise
        except LogonPending:
            return False
        except HostError as error:
            entry.error = error
        except Exception as error:
            log.exception("Reading an inventory failed in a way nobody foresaw", extra={"host": entry.name})
            entry.error = ProtocolViolation(f"The inventory could not be read ({type(error).__name__}).")
        else:
            self.seen(entry, report, begun_at)
        return True

    def seen(self, entry: HostEntry, report: InventoryReport, begun_at: datetime) -> None:
        """Keep an inventory."""
        entry.previous_begun_at, entry.begun_at = entry.begun_at, begun_at
        entry.report, entry.error = report, None
        self._deps.metrics.host_seen(entry.name, report, begun_at)

    async def call(self, entry: HostEntry, spec: HyperVHostSpec, call: HostCall[T]) -> tuple[T, datetime]:
        """Make a call in the fast lane; return its result and when it began.

        Raises `HostError`, `LogonPending` once what it has to wait for has ended, or `ClusterError`.
        """
        deps, begun = self._deps, list[datetime]()
        logon = LogonAttempt(self._cache.logons, entry.name)

        async def prepare() -> Callable[[TaskContext], T]:
            endpoint = await endpoint_of(deps, entry.name, spec, call.folder)
            view = HostView(name=entry.name, uid=entry.ref.uid, spec=spec)
            job = jobs.inventory_job(view, await deps.namespaces.cluster_uid())
            await logon.begin(deps, endpoint)
            return lambda context: call.make(endpoint, job, context)

        future = deps.tasks.submit(
            RemoteTask(
                key=call.key,
                host=entry.name,
                lane=Lane.FAST,
                category=call.category,
                probe=call.probe,
                prepare=prepare,
                on_report=logon.on_report,
                on_start=lambda: begun.append(deps.clock.now()),
            )
        )
        future.add_done_callback(logon.on_done)
        try:
            return await future, begun[-1]
        except LogonPending:
            await logon.settled()
            raise
        except CredentialsUnusable:
            entry.logon_failures = None
            raise
        finally:
            if logon.is_known:
                entry.logon_failures = logon.failures
