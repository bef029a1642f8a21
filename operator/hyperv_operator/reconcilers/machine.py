"""One HyperVMachine's pass: gather, decide, act, report. Create, change and delete are the same path."""

from __future__ import annotations

import asyncio
import logging
import time
import uuid
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from hyperv_operator.api.names import EventReason
from hyperv_operator.core import agent_version, identity
from hyperv_operator.core.actions import JobKind, Launch, Release, Wait
from hyperv_operator.core.decision import Decision
from hyperv_operator.core.machine_status import LaunchStart, compose, compose_start
from hyperv_operator.core.plan import decide
from hyperv_operator.core.snapshot import ActiveTask, Snapshot
from hyperv_operator.errors import (
    AuthenticationFailed,
    ClusterError,
    HostUnreachable,
    LogonPending,
    ObjectGone,
    WriteConflict,
)
from hyperv_operator.ports import AgentReport, Lane, RemoteTask, TaskContext
from hyperv_operator.protocol.job import ProvisioningJob
from hyperv_operator.protocol.records import Outcome
from hyperv_operator.reconcilers import jobs, status_writer
from hyperv_operator.reconcilers.cache import Cache, MachineEntry
from hyperv_operator.reconcilers.dependencies import Dependencies
from hyperv_operator.reconcilers.endpoints import endpoint_of
from hyperv_operator.reconcilers.launch_observer import LaunchObserver, Outdated
from hyperv_operator.reconcilers.lockout_guard import LogonAttempt
from hyperv_operator.reconcilers.metadata import metadata
from hyperv_operator.reconcilers.rollouts import ensure_host_setup
from hyperv_operator.reconcilers.snapshot_builder import gather

log = logging.getLogger(__name__)

_CONFLICTS = 4
_QUEUE_PATIENCE = timedelta(seconds=2)
"""A launch that is still queued after this is worth a word in status."""
_CLUSTER_PAUSE = timedelta(seconds=5)


@dataclass(frozen=True)
class Settled:
    """What a pass leaves its loop with."""

    until: datetime | None = None
    """Look again then, if nothing wakes the loop before."""
    released: bool = False
    """The finalizer may go; no further pass is needed."""


class MachineReconciler:
    """Runs passes. A machine's passes never overlap; nor does one overlap the start of its launch."""

    def __init__(self, deps: Dependencies, cache: Cache) -> None:
        self._deps = deps
        self._cache = cache
        self._background: set[asyncio.Task[None]] = set()

    async def reconcile(self, entry: MachineEntry) -> Settled:
        """Make one pass. Failures of the Kubernetes API are logged and lead to another pass, never out of here."""
        started, result = time.monotonic(), "acted"
        try:
            async with entry.lock:
                settled = await self._pass(entry)
            result = "acted" if entry.active_task or settled.released else "waited"
        except ObjectGone:
            settled = self._released(entry)
        except WriteConflict as conflict:
            result, settled = "conflict", Settled(self._deps.clock.now() + timedelta(seconds=1))
            log.info("%s", conflict, extra=_where(entry))
        except ClusterError as error:
            result, settled = "error", Settled(self._deps.clock.now() + _CLUSTER_PAUSE)
            log.warning("%s", error, extra=_where(entry))
        except Exception:
            result, settled = "error", Settled(self._deps.clock.now() + _CLUSTER_PAUSE)
            log.exception("A pass failed in a way nobody foresaw", extra=_where(entry))
        self._deps.metrics.reconciled("HyperVMachine", result, time.monotonic() - started)
        return settled

    async def _pass(self, entry: MachineEntry) -> Settled:
        if entry.released:
            return Settled(released=True)
        for left in range(_CONFLICTS, 0, -1):
            entry.wake.clear()
            snapshot = await gather(self._deps, self._cache, entry)
            decision = decide(snapshot, self._deps.clock.now())
            try:
                return await self._act(entry, snapshot, decision)
            except WriteConflict:
                if left == 1:
                    raise
                entry.observe(await self._deps.objects.get(entry.ref))
        raise AssertionError

    async def _act(self, entry: MachineEntry, snapshot: Snapshot, decision: Decision) -> Settled:
        now = self._deps.clock.now()
        self._expect(entry, decision)
        match decision.action:
            case Launch() as launch:
                self._submit(entry, snapshot, launch)
                return Settled(now + _QUEUE_PATIENCE)
            case Release() as release:
                await self._let_go(entry, release)
                return self._released(entry)
            case Wait(until=until):
                if snapshot.deleting and snapshot.active_task and snapshot.active_task.kind is not JobKind.REMOVE:
                    self._deps.tasks.cancel(entry.uid)
                await status_writer.write(
                    self._deps, entry, snapshot.status, compose(snapshot, decision.assessment, now)
                )
                if entry.active_task:
                    until = now + timedelta(seconds=max(self._deps.settings.progress_interval_seconds, 0.5))
                return Settled(until)

    def _expect(self, entry: MachineEntry, decision: Decision) -> None:
        """Have the host looked at more often while this machine waits for something to show there."""
        before = entry.poll_soon
        entry.poll_soon = isinstance(decision.action, Wait) and decision.action.poll_soon
        host = self._cache.hosts.get(entry.target_host or "")
        phase = entry.active_task.step if entry.active_task else decision.assessment.reason.value
        if host and ((entry.poll_soon and not before) or phase != entry.phase):
            host.wake.set()
        entry.phase = phase or ""

    def _submit(self, entry: MachineEntry, snapshot: Snapshot, launch: Launch) -> None:
        place = identity.place(snapshot)
        assert place is not None
        host = place.name
        follower = LaunchObserver(self._deps, entry, launch, self._later)
        logon = LogonAttempt(self._cache.logons, host)

        def on_report(report: AgentReport) -> None:
            logon.on_report(report)
            follower.on_report(report)

        entry.active_task = ActiveTask(launch.kind, running=False, since=self._deps.clock.now())
        future = self._deps.tasks.submit(
            RemoteTask(
                key=entry.uid,
                host=host,
                lane=Lane.JOB,
                category=launch.kind.value,
                prepare=self._preparation(entry, launch, host, logon),
                on_report=on_report,
            )
        )
        future.add_done_callback(logon.on_done)
        future.add_done_callback(follower.on_done)
        future.add_done_callback(lambda ended: self._doubt(host, ended))

    def _doubt(self, name: str, ended: asyncio.Future[Outcome]) -> None:
        """A launch had no answer, or no logon: have the host looked at now, so that its own condition tells all machines."""
        host = self._cache.hosts.get(name)
        doubtful = (HostUnreachable, AuthenticationFailed, LogonPending)
        if host and not ended.cancelled() and isinstance(ended.exception(), doubtful):
            host.read_at = None
            host.wake.set()

    def _preparation(
        self, entry: MachineEntry, launch: Launch, host: str, logon: LogonAttempt
    ) -> Callable[[], Awaitable[Callable[[TaskContext], Outcome]]]:
        async def prepare() -> Callable[[TaskContext], Outcome]:
            async with entry.lock:
                return await self._prepare(entry, launch.kind, host, logon)

        return prepare

    async def _prepare(
        self, entry: MachineEntry, kind: JobKind, host: str, logon: LogonAttempt
    ) -> Callable[[TaskContext], Outcome]:
        """Look afresh, and claim the launch if it is still what is called for.

        The claim is written last, with a resourceVersion test: whoever loses it does not launch.
        """
        deps = self._deps
        if entry.released:
            raise Outdated("The machine was released while its launch was queued.")
        snapshot = replace(await gather(deps, self._cache, entry, fresh=True), active_task=None)
        now = deps.clock.now()
        decision = decide(snapshot, now)
        launch = decision.action
        if not isinstance(launch, Launch) or launch.kind is not kind:
            if isinstance(launch, Wait):
                await status_writer.write(deps, entry, snapshot.status, compose(snapshot, decision.assessment, now))
            raise Outdated("The launch is no longer what is called for; looking again.")
        if not metadata(entry.body).guarded:
            raise Outdated("The resource does not carry the operator's finalizer yet.")
        place = identity.place(snapshot)
        assert place is not None
        if place.name != host:
            raise Outdated("The failover cluster has moved the VM to another host; looking again.")
        version = agent_version.version_for(snapshot, launch)
        folder = await ensure_host_setup(self._cache.hosts.get(host), place, version)
        endpoint = await endpoint_of(deps, host, place.spec, folder)
        await logon.follow(deps, endpoint)
        run_id = launch.run_id or str(uuid.uuid4())
        job, sealed = await jobs.build(deps, snapshot, launch, run_id)
        start = LaunchStart(
            kind, run_id, launch.attempt, snapshot.generation, deps.clock.now(), job.redacted(), sealed, version
        )
        claimed = compose_start(snapshot, start, deps.settings.operator_identity, start.started_at)
        await status_writer.write(deps, entry, snapshot.status, claimed)
        entry.start, entry.step_since = start, start.started_at
        entry.active_task = ActiveTask(kind, running=True, since=start.started_at)
        entry.os_family = str(job.fields["os_family"]) if isinstance(job, ProvisioningJob) else entry.os_family
        entry.wake.set()
        return lambda context: deps.agent.run(endpoint, job, context)

    async def _let_go(self, entry: MachineEntry, release: Release) -> None:
        self._deps.tasks.cancel(entry.uid)
        reason = EventReason.ABANDONED if release.abandoned else EventReason.DELETED
        text = release.left_behind or "Nothing of the machine is left on its host."
        if release.abandoned:
            self._deps.metrics.abandoned(entry.target_host or "")
        log.info("Released: %s", text, extra=_where(entry))
        await self._deps.events.emit(entry.ref, reason.value, text, warning=release.abandoned)

    def _released(self, entry: MachineEntry) -> Settled:
        entry.released = True
        self._deps.metrics.machine_gone(entry.uid)
        self._cache.drop(entry)
        host = self._cache.hosts.get(entry.target_host or "")
        if host:
            host.wake.set()
        for other in self._cache.machines_on(entry.target_host or ""):
            if other.vm_name and entry.vm_name and other.vm_name.casefold() == entry.vm_name.casefold():
                other.wake.set()
        return Settled(released=True)

    def _later(self, call: Callable[..., Coroutine[None, None, None]], *arguments: object) -> None:
        task = asyncio.create_task(call(*arguments))
        self._background.add(task)
        task.add_done_callback(self._background.discard)


def _where(entry: MachineEntry) -> dict[str, object]:
    return {"machine": f"{entry.ref.namespace}/{entry.ref.name}", "uid": entry.uid, "host": entry.target_host}
