"""The reconcile loop of one HyperVMachine: gather, decide, act, report. Creation, change and deletion take the same path."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from hyperv_operator.api.names import EventReason
from hyperv_operator.core.actions import Launch, Release, Wait
from hyperv_operator.core.decision import Decision
from hyperv_operator.core.decision_table import decide
from hyperv_operator.core.events import StatusEvent
from hyperv_operator.core.machine_status import compose
from hyperv_operator.core.preconditions import contends
from hyperv_operator.core.snapshot import Snapshot
from hyperv_operator.errors import ClusterError, ObjectGone, WriteConflict
from hyperv_operator.protocol.job import JobKind
from hyperv_operator.reconcilers import ownership, status_writer
from hyperv_operator.reconcilers.cache import Cache
from hyperv_operator.reconcilers.dependencies import Dependencies
from hyperv_operator.reconcilers.entries import MachineEntry
from hyperv_operator.reconcilers.launcher import Launcher
from hyperv_operator.reconcilers.resources import MachineResource
from hyperv_operator.reconcilers.snapshot_builder import gather
from hyperv_operator.reconcilers.subjects import machine_subject

log = logging.getLogger(__name__)

_WRITE_ATTEMPTS: Final = 4
_QUEUE_GRACE: Final = timedelta(seconds=2)
"""A launch that is still queued after this time is reported in status."""
_MIN_PROGRESS_INTERVAL: Final = 0.5
"""Seconds."""
_LOST: Final = (
    "The resource or its finalizer is gone, although the operator has not released it: somebody removed the finalizer. Whatever "
    "the machine has on its host stays there; its VM carries the ownership mark. Remove it in Hyper-V if nobody needs it."
)


@dataclass(frozen=True)
class PassResult:
    """What the loop does after a pass."""

    until: datetime | None = None
    """When the next pass is due, if nothing wakes the loop before; None if only a wake counts."""
    ended: bool = False
    """The finalizer is removed, or the resource is gone: no further pass is needed."""


class MachineReconciler:
    """Runs the passes of machines. A machine's passes overlap neither each other nor the start of its launch."""

    def __init__(self, deps: Dependencies, cache: Cache) -> None:
        self._deps = deps
        self._cache = cache
        self._background: set[asyncio.Task[None]] = set()
        self._launcher = Launcher(deps, cache, self._in_background)

    async def reconcile(self, entry: MachineEntry) -> PassResult:
        """Run one pass. Failures of the Kubernetes API are logged and lead to another pass; none is raised."""
        paused = entry.errors.active(self._deps.clock.now())
        if paused:
            entry.wake.clear()
            return PassResult(paused)
        started, outcome = time.monotonic(), "acted"
        try:
            async with entry.lock:
                result = await self._pass_of_present(entry)
            if not is_queued(entry):
                entry.errors.clear()
            outcome = "acted" if entry.execution.active_task or result.ended else "waited"
        except WriteConflict as conflict:
            outcome, result = "conflict", self._paused(entry, conflict)
            log.info("%s", conflict, extra=_fields(entry))
        except ClusterError as error:
            outcome, result = "error", self._paused(entry, error)
            log.warning("%s", error, extra=_fields(entry))
        except Exception as error:
            outcome, result = "error", self._paused(entry, error)
            log.exception("A pass failed unexpectedly", extra=_fields(entry))
        self._deps.metrics.reconciled("HyperVMachine", outcome, time.monotonic() - started)
        return result

    def _paused(self, entry: MachineEntry, error: Exception) -> PassResult:
        return PassResult(ownership.pause(self._deps, entry, error))

    async def _pass_of_present(self, entry: MachineEntry) -> PassResult:
        """Run a pass if the resource exists and carries the finalizer; end it otherwise."""
        if await ownership.is_gone(self._deps.objects, entry):
            return self._forget(entry)
        if self._is_left_to_another(entry):
            entry.wake.clear()
            return PassResult()
        if not entry.released:
            if not await ownership.hold(self._deps.objects, entry):
                return self._forget(entry)
            result = await self._pass(entry)
        return await self._release(entry) if entry.released else result

    def _is_left_to_another(self, entry: MachineEntry) -> bool:
        """Return whether an operator of another namespace serves the machine's host. The host's loop wakes the machine then."""
        host = self._cache.hosts.get(entry.target_host or "")
        return host is not None and host.holder(self._deps.settings.operator_namespace) is not None

    async def _pass(self, entry: MachineEntry) -> PassResult:
        """Gather, decide and act; after a write conflict, start again from the object as it is now."""
        left = _WRITE_ATTEMPTS
        while True:
            entry.wake.clear()
            snapshot = await gather(self._deps, self._cache, entry)
            entry.judge(contends=contends(snapshot))
            decision = decide(snapshot, self._deps.clock.now())
            try:
                return await self._act(entry, snapshot, decision)
            except WriteConflict:
                left -= 1
                if not left:
                    raise
                entry.observe(MachineResource.parse(await self._deps.objects.get(entry.ref)))

    async def _act(self, entry: MachineEntry, snapshot: Snapshot, decision: Decision) -> PassResult:
        now = self._deps.clock.now()
        self._update_poll(entry, decision)
        match decision.action:
            case Launch() as launch:
                self._launcher.submit(entry, launch)
                return PassResult(now + _QUEUE_GRACE)
            case Release() as release:
                await self._announce(entry, release)
                entry.released, entry.may_leave = True, release.left_behind is not None
                return PassResult()
            case Wait(until=until):
                task = snapshot.active_task
                if snapshot.deleting and task and task.kind is not JobKind.REMOVE:
                    self._deps.tasks.cancel(entry.uid)
                status = compose(snapshot, decision.assessment, now)
                await status_writer.write(self._deps, entry, snapshot.status, status)
                if entry.execution.active_task:
                    interval = max(self._deps.settings.progress_interval_seconds, _MIN_PROGRESS_INTERVAL)
                    until = now + timedelta(seconds=interval)
                return PassResult(until)

    def _update_poll(self, entry: MachineEntry, decision: Decision) -> None:
        """Wake the host if it must be polled sooner for this machine, or if the machine's placeholder has changed."""
        task = entry.execution.active_task
        wanted = isinstance(decision.action, Wait) and decision.action.poll_soon
        wants_poll = self._cache.await_inventory(entry, wanted=wanted)
        phase = (task.step if task else decision.assessment.reason.value) or ""
        host = self._cache.hosts.get(entry.target_host or "")
        if host and (wants_poll or (phase != entry.phase and entry.is_under_way)):
            host.wake.set()
        if wants_poll:
            for peer in self._cache.cluster_of(entry.target_host or ""):
                peer.wake.set()
        entry.phase = phase

    async def _announce(self, entry: MachineEntry, release: Release) -> None:
        """Emit the Event of a machine whose finalizer is about to be removed."""
        self._deps.tasks.cancel(entry.uid)
        reason = EventReason.ABANDONED if release.abandoned else EventReason.DELETED
        text = release.left_behind or "Nothing of the machine is left on its host."
        if release.abandoned:
            self._deps.metrics.abandoned(entry.target_host or "")
        log.info("Released: %s", text, extra=_fields(entry))
        if self._deps.notifications is not None:
            found = status_writer.redacted(self._deps, [StatusEvent(reason, text, warning=release.abandoned)])
            # No status will have this transition: it would be a write before the last one.
            last = status_writer.transitions(self._deps, entry, found)
            self._deps.notifications.ended(replace(machine_subject(entry.resource), transitions=last))
        await self._deps.events.emit(entry.ref, reason.value, text, warning=release.abandoned)

    async def _release(self, entry: MachineEntry) -> PassResult:
        """Remove the finalizer; only what a GET shows ends the machine."""
        try:
            await self._deps.objects.set_finalizer(entry.ref, present=False)
        except ObjectGone:
            entry.missing = True
            if not await ownership.is_gone(self._deps.objects, entry):
                raise
        return self._forget(entry)

    def _forget(self, entry: MachineEntry) -> PassResult:
        """Drop a machine that is released or gone, and wake its host and the machines that want its VM name."""
        if not entry.released:
            self._deps.tasks.cancel(entry.uid)
            entry.may_leave = entry.resource.was_launched
            if entry.may_leave and not self._is_left_to_another(entry):
                log.warning("%s", _LOST, extra=_fields(entry))
        entry.released = True
        self._deps.metrics.machine_gone(entry.uid)
        if self._deps.logs:
            self._deps.logs.machine_gone(entry.uid)
        self._cache.drop(entry, self._deps.clock.now())
        host = self._cache.hosts.get(entry.target_host or "")
        if host:
            host.wake.set()
        self._cache.wake_waiting(entry)
        return PassResult(ended=True)

    def _in_background(self, call: Callable[..., Coroutine[None, None, None]], *arguments: object) -> None:
        task = asyncio.create_task(call(*arguments))
        self._background.add(task)
        task.add_done_callback(self._background.discard)


def is_queued(entry: MachineEntry) -> bool:
    """Return whether a launch waits for a worker: whether it can be claimed is not known yet."""
    task = entry.execution.active_task
    return task is not None and not task.running


def _fields(entry: MachineEntry) -> dict[str, object]:
    return {"machine": f"{entry.ref.namespace}/{entry.ref.name}", "uid": entry.uid, "host": entry.target_host}
