"""The preflight of hosts: made in the background when it is due, with its result in the host's entry."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from hyperv_operator.api.host import HyperVHostSpec, Preflight
from hyperv_operator.core import preflight
from hyperv_operator.errors import AgentMissing, CallCancelled, OperatorError
from hyperv_operator.ports import HostEndpoint, TaskContext
from hyperv_operator.protocol.job import InventoryJob, PreflightJob, SchemaRef
from hyperv_operator.protocol.preflight import PreflightReport
from hyperv_operator.reconcilers.dependencies import Dependencies
from hyperv_operator.reconcilers.entries import HostEntry
from hyperv_operator.reconcilers.inventory_reader import PREFLIGHT, HostCall, InventoryReader, call_key

log = logging.getLogger(__name__)

_SHARE: Final = 4
"""Preflights take at most one worker of the fast lane in so many: all hosts may need one at once, and inventories go on."""
_PAUSE: Final = timedelta(minutes=5)
"""After a preflight that could not be made, at most."""


@dataclass(frozen=True)
class _Subject:
    """What a preflight is about: another one is due at once when one of these is another."""

    uid: str
    generation: int
    agent_digest: str


class Preflights:
    """Makes the preflights of hosts. They hold up no inventory and no launch: each is a short call, in the background."""

    def __init__(self, deps: Dependencies, inventories: InventoryReader) -> None:
        self._deps = deps
        self._inventories = inventories
        self._running: dict[str, asyncio.Task[None]] = {}
        """By the UID of the host."""
        self._places = asyncio.Semaphore(max(1, deps.settings.fast_workers_max // _SHARE))

    def restore(self, entry: HostEntry) -> None:
        """Take what the host's status says of the last preflight, once: another process may have made it."""
        if not entry.preflight_known:
            entry.preflight_known, entry.preflight = True, entry.resource.status.preflight
            self._count(entry)

    def due(self, entry: HostEntry) -> datetime | None:
        """Return when the next preflight is due; None as long as there is no agent that could make it, or while one is made."""
        subject = self._subject(entry)
        if subject is None or entry.ref.uid in self._running:
            return None
        if entry.preflight_tried and entry.preflight_tried[0] == subject:
            return entry.preflight_tried[1]
        known = entry.preflight
        if known and (known.generation, known.agent_digest) == (subject.generation, subject.agent_digest[:100]):
            return known.checked_at + self._interval(entry, known)
        return self._deps.clock.now()

    def begin(self, entry: HostEntry, spec: HyperVHostSpec) -> None:
        """Begin the host's preflight in the background if it is due."""
        due, subject = self.due(entry), self._subject(entry)
        if due is None or subject is None or due > self._deps.clock.now():
            return
        task = asyncio.get_running_loop().create_task(self._make(entry, spec, subject))
        self._running[entry.ref.uid] = task
        task.add_done_callback(lambda _: self._ended(entry))

    def cancel(self, entry: HostEntry) -> None:
        """Cancel the preflight that is under way: the host is deleted or gone."""
        if task := self._running.get(entry.ref.uid):
            self._deps.tasks.cancel(call_key(PREFLIGHT, entry))
            task.cancel()

    def _ended(self, entry: HostEntry) -> None:
        self._running.pop(entry.ref.uid, None)
        entry.wake.set()

    def _subject(self, entry: HostEntry) -> _Subject | None:
        """Return what a preflight would be about now; None while the host or its agent is not as it should be."""
        report, rollout = entry.poll.report, entry.rollout
        if report is None or entry.poll.error is not None or (rollout and not rollout.is_ready):
            return None
        return _Subject(entry.ref.uid, entry.resource.meta.generation, report.facts.agent.digest)

    def _interval(self, entry: HostEntry, known: Preflight | None) -> timedelta:
        """Return the pause after a preflight: while something blocks, the next one comes with the next inventory."""
        interval = self._deps.settings.preflight_interval_seconds
        spec = entry.readable_spec
        if preflight.is_blocking(known) and spec:
            limit = self._deps.settings.inventory_interval_limit_seconds or 86_400
            interval = min(interval, float(spec.inventory_interval_seconds), limit)
        return timedelta(seconds=interval)

    async def _make(self, entry: HostEntry, spec: HyperVHostSpec, subject: _Subject) -> None:
        """Make one preflight and store its result. Nothing is raised: the host works without it."""
        now, interval = self._deps.clock.now(), self._interval(entry, entry.preflight)
        entry.preflight_tried = (subject, now + min(interval, _PAUSE))
        try:
            async with self._places:
                await entry.files_idle.wait()
                report, begun_at = await self._inventories.call(entry, spec, self._call(entry, spec))
        except AgentMissing:
            # An agent of an earlier version has no preflight, and lacks nothing.
            entry.preflight = None
            entry.preflight_tried = (subject, now + interval)
            return
        except CallCancelled:
            return
        except OperatorError as error:
            log.warning("The preflight could not be made: %s", error, extra={"host": entry.name})
            return
        except Exception:
            log.exception("A preflight failed unexpectedly", extra={"host": entry.name})
            return
        found = preflight.summarize(
            preflight.Checked(report, begun_at, self._deps.clock.now(), subject.generation, subject.agent_digest)
        )
        entry.preflight = preflight.current(entry.preflight, found, self._interval(entry, None))
        entry.preflight_tried = (subject, begun_at + self._interval(entry, entry.preflight))
        self._count(entry)

    def _count(self, entry: HostEntry) -> None:
        if entry.preflight:
            self._deps.metrics.host_preflight(entry.name, entry.preflight.counts.model_dump())

    def _call(self, entry: HostEntry, spec: HyperVHostSpec) -> HostCall[PreflightReport]:
        folder = entry.rollout.folder(spec.paths.agent) if entry.rollout else spec.paths.agent

        def read(endpoint: HostEndpoint, job: InventoryJob, context: TaskContext) -> PreflightReport:
            own = PreflightJob(
                schema_ref=SchemaRef(id="host-preflight", version=1),
                host=job.host,
                max_concurrent_runs=spec.max_concurrent_runs,
            )
            return self._deps.agent.read_preflight(endpoint, own, context)

        return HostCall(call_key(PREFLIGHT, entry), PREFLIGHT, folder, read)
