"""Launching the agent: queue the task, and once a slot is free, decide again, write the claim, and start the call."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import replace

from hyperv_operator.api.machine import HyperVMachineStatus
from hyperv_operator.core import agent_version
from hyperv_operator.core.actions import Launch, Wait
from hyperv_operator.core.decision_table import decide
from hyperv_operator.core.machine_status import LaunchStart, compose, compose_start
from hyperv_operator.core.preconditions import contends
from hyperv_operator.core.snapshot import ActiveTask, Snapshot
from hyperv_operator.errors import (
    AccessForbidden,
    AuthenticationFailed,
    HostUnreachable,
    LogonPending,
    ObjectGone,
    WriteConflict,
    WriteRefused,
)
from hyperv_operator.ports import AgentReport, Lane, RemoteTask, TaskContext
from hyperv_operator.protocol.job import JobKind, ProvisioningJob
from hyperv_operator.protocol.records import Outcome
from hyperv_operator.reconcilers import jobs, status_writer
from hyperv_operator.reconcilers.cache import Cache
from hyperv_operator.reconcilers.dependencies import Dependencies
from hyperv_operator.reconcilers.endpoints import endpoint_of, secret_values
from hyperv_operator.reconcilers.entries import MachineEntry
from hyperv_operator.reconcilers.held_secrets import HeldSecrets
from hyperv_operator.reconcilers.launch_observer import LaunchObserver, LaunchOutdated
from hyperv_operator.reconcilers.lockout_guard import LogonAttempt
from hyperv_operator.reconcilers.resources import MachineResource
from hyperv_operator.reconcilers.rollouts import ensure_host_setup
from hyperv_operator.reconcilers.snapshot_builder import gather, gather_again
from hyperv_operator.schema.redaction import redacted_job

AgentCall = Callable[[TaskContext], Outcome]


class Launcher:
    """Starts launches through the executor."""

    def __init__(self, deps: Dependencies, cache: Cache, in_background: Callable[..., None]) -> None:
        self._deps = deps
        self._cache = cache
        self._in_background = in_background

    def submit(self, entry: MachineEntry, launch: Launch) -> None:
        """Queue a launch and return at once."""
        host = launch.host.name
        observer = LaunchObserver(self._deps, entry, launch, self._in_background)
        logon = LogonAttempt(self._cache.lockout_guard, host)
        secrets = HeldSecrets(self._deps.redaction, entry.uid)

        def on_report(report: AgentReport) -> None:
            logon.on_report(report)
            observer.on_report(report)

        entry.execution.active_task = ActiveTask(launch.kind, running=False, since=self._deps.clock.now())
        future = self._deps.tasks.submit(
            RemoteTask(
                key=entry.uid,
                host=host,
                lane=Lane.JOB,
                category=launch.kind.value,
                prepare=self._preparation(entry, launch, logon, secrets),
                on_report=on_report,
                share=entry.ref.namespace or "",
                # A removal, a change of power and the end of a run do not wait for the images of new machines to be copied.
                urgent=launch.kind is not JobKind.PROVISION or launch.run_id is not None,
            )
        )
        future.add_done_callback(logon.on_done)
        future.add_done_callback(observer.on_done)
        future.add_done_callback(lambda _: secrets.release())
        future.add_done_callback(lambda ended: self._poll_if_unreachable(host, ended))

    def _poll_if_unreachable(self, name: str, ended: asyncio.Future[Outcome]) -> None:
        """Poll the host at once after a launch that got no answer or no logon: its condition informs all machines."""
        host = self._cache.hosts.get(name)
        causes = (HostUnreachable, AuthenticationFailed, LogonPending)
        if host and not ended.cancelled() and isinstance(ended.exception(), causes):
            host.poll.ended_at = None
            host.wake.set()

    def _preparation(
        self, entry: MachineEntry, queued: Launch, logon: LogonAttempt, secrets: HeldSecrets
    ) -> Callable[[], Awaitable[AgentCall]]:
        async def prepare() -> AgentCall:
            async with entry.lock:
                return await self._prepare(entry, queued, logon, secrets)

        return prepare

    async def _prepare(
        self, entry: MachineEntry, queued: Launch, logon: LogonAttempt, secrets: HeldSecrets
    ) -> AgentCall:
        """Decide again from a fresh snapshot, and claim the launch if it is still what the decision calls for.

        What needs reads comes first. Then, under the lock of the host's places, everything is decided once more from what is
        known at that moment, and the claim is written: no other machine can take the same name or place in between. The claim
        carries a resourceVersion test, and a launch without it does not start. Raises `LaunchOutdated` if something else is
        called for now.
        """
        deps = self._deps
        if entry.released:
            raise LaunchOutdated("The machine was released while its launch was queued.")
        snapshot = replace(await gather(deps, self._cache, entry, fresh=True), active_task=None)
        launch = await self._decided(entry, snapshot, queued)
        if not entry.resource.meta.has_finalizer:
            raise LaunchOutdated("The resource does not carry the operator's finalizer yet.")
        host = launch.host
        known = self._cache.hosts.get(host.name)
        if known and known.holder(deps.settings.operator_namespace):
            raise LaunchOutdated("An operator of another namespace serves the host now.")
        if host.name != queued.host.name:
            raise LaunchOutdated("The failover cluster has moved the VM to another host; deciding again.")
        version = agent_version.version_for(snapshot, launch)
        folder = await ensure_host_setup(self._cache.hosts.get(host.name), host, version)
        endpoint = await endpoint_of(deps, host.name, host.spec, folder)
        secrets.hold_for_all(secret_values(endpoint))
        await logon.follow(deps, endpoint)
        run_id = launch.run_id or str(uuid.uuid4())
        job, sealed = await jobs.build(deps, snapshot, launch, run_id, secrets)
        async with self._cache.place_lock(entry.target_host or ""):
            snapshot = replace(gather_again(deps, self._cache, entry), active_task=None)
            same = await self._decided(entry, snapshot, launch)
            if (same.host.name, same.attempt, same.run_id, same.work) != (
                host.name,
                launch.attempt,
                launch.run_id,
                launch.work,
            ):
                raise LaunchOutdated("The machine has changed while its launch was prepared; deciding again.")
            start = LaunchStart(
                launch,
                run_id,
                snapshot.generation,
                deps.clock.now(),
                redacted_job(deps.schema, job, deps.redaction.clean),
                sealed,
                version,
            )
            claimed = compose_start(snapshot, start, deps.settings.operator_identity, start.started_at)
            if not await self._claim(entry, snapshot, claimed):
                await self._go_without_claim(entry, launch)
        execution = entry.execution
        execution.start, execution.step_since = start, start.started_at
        execution.active_task = ActiveTask(launch.kind, running=True, since=start.started_at)
        if isinstance(job, ProvisioningJob):
            execution.os_family = str(job.fields["os_family"])
        entry.wake.set()
        return lambda context: deps.agent.run(endpoint, job, context)

    async def _go_without_claim(self, entry: MachineEntry, launch: Launch) -> None:
        """Let a launch begin whose claim the API server refuses in every form, if it is safe, and the object as it was read.

        A removal or an update that two operators begin ends as if one had: the agent refuses the second. A provisioning could
        end in two VMs.
        """
        if launch.kind is JobKind.PROVISION:
            raise WriteRefused("The API server refuses the claim of the launch, and a VM is not made without one.")
        body = await self._deps.objects.get(entry.ref)
        if MachineResource.parse(body).meta.resource_version != entry.resource.meta.resource_version:
            raise WriteConflict("The object has changed since it was read.")

    async def _decided(self, entry: MachineEntry, snapshot: Snapshot, wanted: Launch) -> Launch:
        """Return the launch that the snapshot calls for; `LaunchOutdated` if it is not of the kind that is wanted."""
        now = self._deps.clock.now()
        entry.judge(contends=contends(snapshot))
        decision = decide(snapshot, now)
        launch = decision.action
        if isinstance(launch, Launch) and launch.kind is wanted.kind:
            return launch
        if isinstance(launch, Wait):
            new = compose(snapshot, decision.assessment, now)
            await status_writer.write(self._deps, entry, snapshot.status, new)
        raise LaunchOutdated("The queued launch is no longer what the machine needs; deciding again.")

    async def _claim(self, entry: MachineEntry, snapshot: Snapshot, claimed: HyperVMachineStatus) -> bool:
        """Write the claim; return False if the API server refuses it in every form.

        Where it is not known whether it was written, the machine counts as launched until it is read again.
        """
        entry.claim(under_way=True)
        try:
            written = await status_writer.write(self._deps, entry, snapshot.status, claimed)
        except (WriteConflict, ObjectGone, AccessForbidden):
            entry.claim(under_way=False)
            raise
        entry.claim(under_way=False)
        return written
