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
from hyperv_operator.core.snapshot import Holding, Snapshot
from hyperv_operator.errors import (
    AuthenticationFailed,
    ClusterError,
    HostUnreachable,
    LogonAwaited,
    ObjectGone,
    WriteConflict,
)
from hyperv_operator.ports import AgentReport, CallContext, Lane, RemoteTask
from hyperv_operator.protocol.job import ProvisioningJob
from hyperv_operator.protocol.records import Outcome
from hyperv_operator.reconcilers import jobs, status_writer
from hyperv_operator.reconcilers.cache import Book, MachineRecord
from hyperv_operator.reconcilers.dependencies import World
from hyperv_operator.reconcilers.endpoints import endpoint_of
from hyperv_operator.reconcilers.launch_observer import Follower, Outdated
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

    def __init__(self, world: World, book: Book) -> None:
        self._world = world
        self._book = book
        self._background: set[asyncio.Task[None]] = set()

    async def reconcile(self, record: MachineRecord) -> Settled:
        """Make one pass. Failures of the Kubernetes API are logged and lead to another pass, never out of here."""
        started, result = time.monotonic(), "acted"
        try:
            async with record.lock:
                settled = await self._pass(record)
            result = "acted" if record.holding or settled.released else "waited"
        except ObjectGone:
            settled = self._released(record)
        except WriteConflict as conflict:
            result, settled = "conflict", Settled(self._world.clock.now() + timedelta(seconds=1))
            log.info("%s", conflict, extra=_where(record))
        except ClusterError as error:
            result, settled = "error", Settled(self._world.clock.now() + _CLUSTER_PAUSE)
            log.warning("%s", error, extra=_where(record))
        except Exception:
            result, settled = "error", Settled(self._world.clock.now() + _CLUSTER_PAUSE)
            log.exception("A pass failed in a way nobody foresaw", extra=_where(record))
        self._world.metrics.reconciled("HyperVMachine", result, time.monotonic() - started)
        return settled

    async def _pass(self, record: MachineRecord) -> Settled:
        if record.released:
            return Settled(released=True)
        for left in range(_CONFLICTS, 0, -1):
            record.wake.clear()
            snapshot = await gather(self._world, self._book, record)
            decision = decide(snapshot, self._world.clock.now())
            try:
                return await self._act(record, snapshot, decision)
            except WriteConflict:
                if left == 1:
                    raise
                record.observe(await self._world.objects.get(record.ref))
        raise AssertionError

    async def _act(self, record: MachineRecord, snapshot: Snapshot, decision: Decision) -> Settled:
        now = self._world.clock.now()
        self._expect(record, decision)
        match decision.action:
            case Launch() as launch:
                self._submit(record, snapshot, launch)
                return Settled(now + _QUEUE_PATIENCE)
            case Release() as release:
                await self._let_go(record, release)
                return self._released(record)
            case Wait(until=until):
                if snapshot.deleting and snapshot.holding and snapshot.holding.kind is not JobKind.REMOVE:
                    self._world.tasks.cancel(record.uid)
                await status_writer.write(
                    self._world, record, snapshot.status, compose(snapshot, decision.standing, now)
                )
                if record.holding:
                    until = now + timedelta(seconds=max(self._world.settings.progress_interval_seconds, 0.5))
                return Settled(until)

    def _expect(self, record: MachineRecord, decision: Decision) -> None:
        """Have the host looked at more often while this machine waits for something to show there."""
        before = record.awaits_guest
        record.awaits_guest = isinstance(decision.action, Wait) and decision.action.for_guest
        host = self._book.hosts.get(record.target_host or "")
        phase = record.holding.step if record.holding else decision.standing.reason.value
        if host and ((record.awaits_guest and not before) or phase != record.phase):
            host.wake.set()
        record.phase = phase or ""

    def _submit(self, record: MachineRecord, snapshot: Snapshot, launch: Launch) -> None:
        place = identity.place(snapshot)
        assert place is not None
        host = place.name
        follower = Follower(self._world, record, launch, self._later)
        logon = LogonAttempt(self._book.logons, host)

        def on_report(report: AgentReport) -> None:
            logon.on_report(report)
            follower.on_report(report)

        record.holding = Holding(launch.kind, running=False, since=self._world.clock.now())
        future = self._world.tasks.submit(
            RemoteTask(
                key=record.uid,
                host=host,
                lane=Lane.JOB,
                category=launch.kind.value,
                prepare=self._preparation(record, launch, host, logon),
                on_report=on_report,
            )
        )
        future.add_done_callback(logon.on_done)
        future.add_done_callback(follower.on_done)
        future.add_done_callback(lambda ended: self._doubt(host, ended))

    def _doubt(self, name: str, ended: asyncio.Future[Outcome]) -> None:
        """A launch had no answer, or no logon: have the host looked at now, so that its own condition tells all machines."""
        host = self._book.hosts.get(name)
        doubtful = (HostUnreachable, AuthenticationFailed, LogonAwaited)
        if host and not ended.cancelled() and isinstance(ended.exception(), doubtful):
            host.read_at = None
            host.wake.set()

    def _preparation(
        self, record: MachineRecord, launch: Launch, host: str, logon: LogonAttempt
    ) -> Callable[[], Awaitable[Callable[[CallContext], Outcome]]]:
        async def prepare() -> Callable[[CallContext], Outcome]:
            async with record.lock:
                return await self._prepare(record, launch.kind, host, logon)

        return prepare

    async def _prepare(
        self, record: MachineRecord, kind: JobKind, host: str, logon: LogonAttempt
    ) -> Callable[[CallContext], Outcome]:
        """Look afresh, and claim the launch if it is still what is called for.

        The claim is written last, with a resourceVersion test: whoever loses it does not launch.
        """
        world = self._world
        if record.released:
            raise Outdated("The machine was released while its launch was queued.")
        snapshot = replace(await gather(world, self._book, record, fresh=True), holding=None)
        now = world.clock.now()
        decision = decide(snapshot, now)
        launch = decision.action
        if not isinstance(launch, Launch) or launch.kind is not kind:
            if isinstance(launch, Wait):
                await status_writer.write(world, record, snapshot.status, compose(snapshot, decision.standing, now))
            raise Outdated("The launch is no longer what is called for; looking again.")
        if not metadata(record.body).guarded:
            raise Outdated("The resource does not carry the operator's finalizer yet.")
        place = identity.place(snapshot)
        assert place is not None
        if place.name != host:
            raise Outdated("The failover cluster has moved the VM to another host; looking again.")
        version = agent_version.version_for(snapshot, launch)
        folder = await ensure_host_setup(self._book.hosts.get(host), place, version)
        endpoint = await endpoint_of(world, host, place.spec, folder)
        await logon.follow(world, endpoint)
        run_id = launch.run_id or str(uuid.uuid4())
        job, sealed = await jobs.build(world, snapshot, launch, run_id)
        start = LaunchStart(
            kind, run_id, launch.attempt, snapshot.generation, world.clock.now(), job.redacted(), sealed, version
        )
        claimed = compose_start(snapshot, start, world.settings.operator_identity, start.started_at)
        await status_writer.write(world, record, snapshot.status, claimed)
        record.start, record.step_since = start, start.started_at
        record.holding = Holding(kind, running=True, since=start.started_at)
        record.os_family = str(job.fields["os_family"]) if isinstance(job, ProvisioningJob) else record.os_family
        record.wake.set()
        return lambda context: world.agent.run(endpoint, job, context)

    async def _let_go(self, record: MachineRecord, release: Release) -> None:
        self._world.tasks.cancel(record.uid)
        reason = EventReason.ABANDONED if release.abandoned else EventReason.DELETED
        text = release.left_behind or "Nothing of the machine is left on its host."
        if release.abandoned:
            self._world.metrics.abandoned(record.target_host or "")
        log.info("Released: %s", text, extra=_where(record))
        await self._world.events.emit(record.ref, reason.value, text, warning=release.abandoned)

    def _released(self, record: MachineRecord) -> Settled:
        record.released = True
        self._world.metrics.machine_gone(record.uid)
        self._book.drop(record)
        host = self._book.hosts.get(record.target_host or "")
        if host:
            host.wake.set()
        for other in self._book.machines_on(record.target_host or ""):
            if other.vm_name and record.vm_name and other.vm_name.casefold() == record.vm_name.casefold():
                other.wake.set()
        return Settled(released=True)

    def _later(self, call: Callable[..., Coroutine[None, None, None]], *arguments: object) -> None:
        task = asyncio.create_task(call(*arguments))
        self._background.add(task)
        task.add_done_callback(self._background.discard)


def _where(record: MachineRecord) -> dict[str, object]:
    return {"machine": f"{record.ref.namespace}/{record.ref.name}", "uid": record.uid, "host": record.target_host}
