"""Rolling out the operator's agent to the hosts, one canary first, and deleting the versions that nothing uses."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from hyperv_operator.api.host import FULL_LANGUAGE, HyperVHostSpec
from hyperv_operator.api.names import EventReason, Reason
from hyperv_operator.core import failures, host_status, retry, rollout
from hyperv_operator.core.agent_version import version_in_use
from hyperv_operator.core.rollout import Candidate, Rollout, RolloutPhase
from hyperv_operator.core.snapshot import HostView
from hyperv_operator.errors import (
    AgentBlocked,
    AgentFilesInUse,
    AgentMissing,
    CallCancelled,
    HostError,
    LogonPending,
    ProtocolViolation,
    RolloutFailed,
    WrongHost,
)
from hyperv_operator.ports import HostEndpoint, T, TaskContext
from hyperv_operator.protocol.bundle import AgentBundle, version_folder
from hyperv_operator.protocol.inventory import HostIdFacts, InventoryReport
from hyperv_operator.protocol.job import InventoryJob
from hyperv_operator.reconcilers.cache import Cache
from hyperv_operator.reconcilers.dependencies import Dependencies
from hyperv_operator.reconcilers.entries import HostEntry
from hyperv_operator.reconcilers.inventory_reader import ROLLOUT, HostCall, InventoryReader, call_key

log = logging.getLogger(__name__)

_PRUNE_INTERVAL: Final = timedelta(minutes=1)


class Rollouts:
    """The rollout of one version of the agent to all hosts."""

    def __init__(self, deps: Dependencies, cache: Cache, inventories: InventoryReader) -> None:
        self._deps = deps
        self._cache = cache
        self._inventories = inventories

    def update(self, entry: HostEntry) -> None:
        """Update the host's rollout from its spec and from what the last poll has shown."""
        before = self._known(entry)
        if before is None or not entry.poll.attempted:
            return
        if entry.poll.error is None and entry.poll.report:
            entry.rollout = before.answered(entry.poll.report.facts.agent.digest)
        elif before.is_ready and isinstance(entry.poll.error, AgentMissing | ProtocolViolation):
            entry.rollout = before.damaged()
        self._wake_others(entry)

    def _known(self, entry: HostEntry) -> Rollout | None:
        """Return the rollout to a host, restored from its status the first time; None where the agent is installed by hand."""
        bundle, spec = self._deps.bundle, entry.readable_spec
        if bundle is None or spec is None or spec.connection.configuration_name != FULL_LANGUAGE:
            entry.rollout = None
        elif entry.rollout is None:
            entry.rollout = rollout.begin(bundle.digest, bundle.version, entry.resource.status.agent)
        return entry.rollout

    def due(self, entry: HostEntry) -> datetime | None:
        """Return when a failed attempt is due again; None if the rollout waits for something else."""
        retry_at = entry.rollout.retry_at if entry.rollout and not entry.rollout.is_ready else None
        return retry_at if retry_at and retry_at > self._deps.clock.now() else None

    def begin(self, entry: HostEntry) -> bool:
        """Return whether to install the version on the host now; if so, the host counts as installing from now on."""
        before = entry.rollout
        if before is None or before.is_ready or not entry.poll.attempted or not _is_usable(entry):
            return False
        now = self._deps.clock.now()
        if before.retry_at and now < before.retry_at:
            return False
        refusal = rollout.refusal(entry.name, self._candidates(), self._deps.settings.rollout_hosts)
        if refusal:
            if before.phase is not RolloutPhase.FAILED:
                entry.rollout = before.waiting(refusal)
            return False
        entry.rollout = before.installing()
        return True

    async def install(self, entry: HostEntry, spec: HyperVHostSpec) -> None:
        """Install the version on the host and read an inventory with it; the result goes to the host's entry."""
        bundle, before = self._deps.bundle, entry.rollout
        if bundle is None or before is None:
            return
        started, result = time.monotonic(), "ok"
        entry.files_idle.clear()
        try:
            entry.rollout = await self._install(entry, spec, bundle, before)
            result = entry.rollout.phase.value if not entry.rollout.is_ready else "ok"
        except BaseException:
            entry.rollout = before.waiting("The attempt to install the agent on the host was given up.")
            result = CallCancelled.__name__
            raise
        finally:
            entry.files_idle.set()
            self._deps.metrics.rollout_finished(entry.name, result, time.monotonic() - started)
            self._wake_others(entry)

    async def _install(self, entry: HostEntry, spec: HyperVHostSpec, bundle: AgentBundle, before: Rollout) -> Rollout:
        pinned = entry.resource.status

        def check(found: HostIdFacts) -> None:
            change = host_status.identity_change(pinned, found)
            if change:
                raise WrongHost(change)

        def install(endpoint: HostEndpoint, job: InventoryJob, context: TaskContext) -> InventoryReport:
            return self._deps.agent.install(endpoint, bundle, job, check, context)

        fields = {"host": entry.name, "agent": bundle.name}
        try:
            report, begun_at = await self._inventories.call(entry, spec, self._call(entry, spec, install))
        except CallCancelled:
            raise
        except AgentFilesInUse as error:
            return before.put_off(error.message, self._retry_at(before.failures + 1), remedy=error.remedy)
        except RolloutFailed as error:
            log.warning("%s", error, extra=fields)
            if error.was_there and before.active == before.desired and not before.failures:
                # This version already worked here, so the host is at fault, not the version: no other host has to wait.
                return before.put_off(error.message, self._retry_at(1), remedy=error.remedy)
            await self._deps.events.emit(entry.ref, EventReason.AGENT_ROLLOUT_FAILED.value, error.message, warning=True)
            return before.failed(error.message, self._retry_at(before.failures + 1), remedy=error.remedy)
        except HostError as error:
            # An agent that a person has installed may work all the same.
            needs_person = isinstance(error, AgentMissing | AgentBlocked)
            if not needs_person and not isinstance(error, LogonPending):
                entry.poll.error = error
            reason = failures.reason_of_error(error) if isinstance(error, AgentBlocked) else None
            return before.put_off(
                error.message, self._retry_at(1), remedy=error.remedy, needs_person=needs_person, reason=reason
            )
        self._inventories.store(entry, report, begun_at)
        entry.poll.ended_at = self._deps.clock.now()
        text = f"Agent {bundle.version} ({bundle.name}) is on the host and answers."
        log.info("%s", text, extra=fields)
        await self._deps.events.emit(entry.ref, EventReason.AGENT_INSTALLED.value, text)
        return before.ready()

    async def prune(self, entry: HostEntry, spec: HyperVHostSpec) -> None:
        """Delete the versions on the host that nothing uses; a failure is logged and tried again later."""
        bundle, state, now = self._deps.bundle, entry.rollout, self._deps.clock.now()
        if bundle is None or state is None or entry.poll.report is None or not state.is_ready:
            return
        found = set(entry.poll.report.facts.agent.versions)
        if found <= {state.name} or (entry.pruned_at and now < entry.pruned_at + _PRUNE_INTERVAL):
            return
        keep = rollout.to_keep(self._in_use(entry), state)
        if found <= set(keep):
            return
        entry.pruned_at = now

        def prune(endpoint: HostEndpoint, _: InventoryJob, context: TaskContext) -> tuple[str, ...]:
            return self._deps.agent.prune(endpoint, bundle, keep, context)

        try:
            gone, _ = await self._inventories.call(entry, spec, self._call(entry, spec, prune))
        except CallCancelled:
            raise
        except HostError as error:
            log.warning("Old versions of the agent were not deleted: %s", error, extra={"host": entry.name})
        else:
            names = ", ".join(gone) or "none"
            log.info("Old versions of the agent were deleted: %s", names, extra={"host": entry.name})

    @staticmethod
    def _call(
        entry: HostEntry, spec: HyperVHostSpec, make: Callable[[HostEndpoint, InventoryJob, TaskContext], T]
    ) -> HostCall[T]:
        return HostCall(call_key(ROLLOUT, entry), ROLLOUT, spec.paths.agent, make)

    def wake_waiting(self, entry: HostEntry) -> None:
        """Wake the other hosts that wait for the version: this host's state has changed, or the host is gone."""
        for other in self._cache.hosts.values():
            if other is not entry and other.rollout and not other.rollout.is_ready:
                other.wake.set()

    def _in_use(self, entry: HostEntry) -> list[str | None]:
        names = self._cache.nodes_of(entry.name)
        return [
            version_in_use(machine.resource.status, active=machine.execution.active_task is not None)
            for machine in self._cache.machines_on(*names)
        ]

    def _candidates(self) -> list[Candidate]:
        return [
            Candidate(
                name=entry.name,
                phase=known.effective_phase,
                cordoned=entry.readable_spec is not None and entry.readable_spec.cordoned,
                usable=self._is_ready_for_attempt(entry),
            )
            for entry in self._cache.hosts.values()
            if not entry.holder(self._deps.settings.operator_namespace) and (known := self._known(entry)) is not None
        ]

    def _wake_others(self, entry: HostEntry) -> None:
        """Wake the waiting hosts if this host's part in the order of the rollout has changed."""
        now = entry.rollout
        seen = (now.effective_phase, now.phase, self._is_ready_for_attempt(entry)) if now else None
        if seen != entry.rollout_seen:
            entry.rollout_seen = seen
            self.wake_waiting(entry)

    def _is_ready_for_attempt(self, entry: HostEntry) -> bool:
        """Return whether nothing is known that would keep the version from being installed on the host now."""
        known = entry.rollout
        pausing = known is not None and known.retry_at is not None and self._deps.clock.now() < known.retry_at
        needs_person = known is not None and known.needs_person
        return not needs_person and not pausing and entry.readable_spec is not None and _is_usable(entry)

    def _retry_at(self, failed: int) -> datetime:
        return self._deps.clock.now() + retry.pause_after(failed, self._deps.limits.retry)


async def ensure_host_setup(entry: HostEntry | None, host: HostView, version: str | None) -> str:
    """Wait until the version's files on the host are not being changed, and return the folder to launch from.

    Awaited before every launch; it returns at once where the version is in place.
    """
    if entry and entry.rollout and version == entry.rollout.name:
        await entry.files_idle.wait()
    return version_folder(host.spec.paths.agent, version)


def _is_usable(entry: HostEntry) -> bool:
    """Return whether the host answers and has its pinned identity, as far as is known."""
    changed = entry.problem is not None and entry.problem.reason is Reason.HOST_IDENTITY_CHANGED
    return not changed and (entry.poll.error is None or isinstance(entry.poll.error, AgentMissing | ProtocolViolation))
