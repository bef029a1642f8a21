"""Looking at a host: one call for its inventory when that is due; what comes of it, an error too, is kept in its record."""

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
    LogonAwaited,
    ProtocolViolation,
)
from hyperv_operator.ports import CallContext, HostEndpoint, Lane, RemoteTask, T
from hyperv_operator.protocol.inventory import InventoryReport
from hyperv_operator.protocol.job import InventoryJob
from hyperv_operator.reconcilers import jobs
from hyperv_operator.reconcilers.cache import Book, HostRecord
from hyperv_operator.reconcilers.dependencies import World
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
    make: Callable[[HostEndpoint, InventoryJob, CallContext], T]
    probe: bool = False


class HostLook:
    """Reads inventories and keeps what came of it."""

    def __init__(self, world: World, book: Book) -> None:
        self._world = world
        self._book = book

    def due(self, record: HostRecord, spec: HyperVHostSpec) -> datetime:
        """Return when the next look is due: at once after a change of the spec."""
        now = self._world.clock.now()
        if record.read_at is None or record.read_generation != metadata(record.body).generation:
            return now
        return record.read_at + timedelta(seconds=self._interval(record, spec) * record.spread)

    def _interval(self, record: HostRecord, spec: HyperVHostSpec) -> float:
        settings = self._world.settings
        interval = min(float(spec.inventory_interval_seconds), settings.inventory_interval_limit_seconds or 86_400)
        if record.error is None and self._book.awaits_guest(record.name):
            return min(interval, settings.awaited_inventory_seconds)
        return interval

    async def look(self, record: HostRecord, spec: HyperVHostSpec) -> bool:
        """Read the inventory from the version of the agent that is in use; tell whether the host had its turn."""
        generation = metadata(record.body).generation
        folders = [spec.paths.agent]
        if record.rollout and record.rollout.active:
            folders.insert(0, record.rollout.folder(spec.paths.agent))
        for folder in folders:
            if not await self._ask(record, spec, folder):
                return False
            if not isinstance(record.error, AgentMissing):
                break
        if record.rollout and record.error is None and folder == spec.paths.agent:
            record.rollout = record.rollout.by_hand()
        record.attempted, record.read_generation = True, generation
        record.read_at = self._world.clock.now()
        record.spread = random.uniform(*_SPREAD)  # noqa: S311 - it spreads calls over time
        return True

    async def _ask(self, record: HostRecord, spec: HyperVHostSpec, folder: str) -> bool:
        def read(endpoint: HostEndpoint, job: InventoryJob, context: CallContext) -> InventoryReport:
            return self._world.agent.read_inventory(endpoint, job, context)

        try:
            report, begun_at = await self.call(
                record, spec, HostCall(f"inventory:{record.ref.uid}", INVENTORY, folder, read, probe=True)
            )
        except (CallCancelled, ClusterError):
            raise
        except LogonAwaited:
            return False
        except HostError as error:
            record.error = error
        except Exception as error:
            log.exception("Reading an inventory failed in a way nobody foresaw", extra={"host": record.name})
            record.error = ProtocolViolation(f"The inventory could not be read ({type(error).__name__}).")
        else:
            self.seen(record, report, begun_at)
        return True

    def seen(self, record: HostRecord, report: InventoryReport, begun_at: datetime) -> None:
        """Keep an inventory."""
        record.previous_begun_at, record.begun_at = record.begun_at, begun_at
        record.report, record.error = report, None
        self._world.metrics.host_seen(record.name, report, begun_at)

    async def call(self, record: HostRecord, spec: HyperVHostSpec, call: HostCall[T]) -> tuple[T, datetime]:
        """Make a call in the fast lane; return its result and when it began.

        Raises `HostError`, `LogonAwaited` once what it has to wait for has ended, or `ClusterError`.
        """
        world, begun = self._world, list[datetime]()
        logon = LogonAttempt(self._book.logons, record.name)

        async def prepare() -> Callable[[CallContext], T]:
            endpoint = await endpoint_of(world, record.name, spec, call.folder)
            view = HostView(name=record.name, uid=record.ref.uid, spec=spec)
            job = jobs.inventory_job(view, await world.namespaces.cluster_uid())
            await logon.begin(world, endpoint)
            return lambda context: call.make(endpoint, job, context)

        future = world.tasks.submit(
            RemoteTask(
                key=call.key,
                host=record.name,
                lane=Lane.FAST,
                category=call.category,
                probe=call.probe,
                prepare=prepare,
                on_report=logon.on_report,
                on_start=lambda: begun.append(world.clock.now()),
            )
        )
        future.add_done_callback(logon.on_done)
        try:
            return await future, begun[-1]
        except LogonAwaited:
            await logon.settled()
            raise
        except CredentialsUnusable:
            record.logon_failures = None
            raise
        finally:
            if logon.is_known:
                record.logon_failures = logon.failures
