"""Bringing the operator's agent to a host, when it is that host's turn; and taking versions away that nothing uses."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import datetime, timedelta

from hyperv_operator.api.host import FULL_LANGUAGE, HyperVHostSpec
from hyperv_operator.api.names import EventReason, Reason
from hyperv_operator.core import failures, host_status, rollout
from hyperv_operator.core.agent_version import version_in_use
from hyperv_operator.core.rollout import Candidate, Rollout, RolloutPhase
from hyperv_operator.core.snapshot import HostView
from hyperv_operator.errors import (
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
from hyperv_operator.reconcilers.cache import Cache, HostEntry
from hyperv_operator.reconcilers.dependencies import Dependencies
from hyperv_operator.reconcilers.inventory_reader import HostCall, InventoryReader

log = logging.getLogger(__name__)

ROLLOUT = "rollout"
"""The category of the calls."""
_PRUNE_EVERY = timedelta(minutes=1)


class Rollouts:
    """The rollout of one version to all hosts."""

    def __init__(self, deps: Dependencies, cache: Cache, looks: InventoryReader) -> None:
        self._deps = deps
        self._cache = cache
        self._looks = looks

    def settle(self, entry: HostEntry) -> None:
        """Bring the host's rollout in line with its spec and with what the last look has shown."""
        before = self._known(entry)
        if before is None or not entry.attempted:
            return
        if entry.error is None and entry.report:
            entry.rollout = before.answered(entry.report.facts.agent.digest)
        elif before.is_ready and isinstance(entry.error, AgentMissing | ProtocolViolation):
            entry.rollout = before.damaged()
        self._tell_others(entry)

    def _known(self, entry: HostEntry) -> Rollout | None:
        """Return how the rollout to a host stands: at first what its status says; None where there is none."""
        bundle, spec = self._deps.bundle, entry.spec
        if bundle is None or isinstance(spec, str) or spec.connection.configuration_name != FULL_LANGUAGE:
            entry.rollout = None
        elif entry.rollout is None:
            entry.rollout = rollout.begin(bundle.digest, bundle.version, entry.status.agent)
        return entry.rollout

    def due(self, entry: HostEntry) -> datetime | None:
        """Return when an attempt that came to nothing is to be made again; None if something else is waited for."""
        again = entry.rollout.retry_at if entry.rollout and not entry.rollout.is_ready else None
        return again if again and again > self._deps.clock.now() else None

    def begin(self, entry: HostEntry) -> bool:
        """Tell whether the version is to be put on the host now; the host counts as being worked on from then on."""
        before = entry.rollout
        if before is None or before.is_ready or not entry.attempted or not _answers(entry):
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
        """Put the version on the host and have it answer; what comes of it is kept in the entry."""
        bundle, before = self._deps.bundle, entry.rollout
        assert bundle is not None
        assert before is not None
        started, result = time.monotonic(), "ok"
        entry.at_rest.clear()
        try:
            entry.rollout = await self._install(entry, spec, bundle, before)
            result = entry.rollout.phase.value if not entry.rollout.is_ready else "ok"
        except BaseException:
            entry.rollout = before.waiting("The attempt to put the agent on the host was given up.")
            result = CallCancelled.__name__
            raise
        finally:
            entry.at_rest.set()
            self._deps.metrics.rollout_finished(entry.name, result, time.monotonic() - started)
            self._tell_others(entry)

    async def _install(self, entry: HostEntry, spec: HyperVHostSpec, bundle: AgentBundle, before: Rollout) -> Rollout:
        pinned = entry.status

        def check(found: HostIdFacts) -> None:
            change = host_status.identity_change(pinned, found)
            if change:
                raise WrongHost(change)

        def put(endpoint: HostEndpoint, job: InventoryJob, context: TaskContext) -> InventoryReport:
            return self._deps.agent.install(endpoint, bundle, job, check, context)

        where = {"host": entry.name, "agent": bundle.name}
        try:
            report, begun_at = await self._looks.call(entry, spec, self._call(entry, spec, put))
        except CallCancelled:
            raise
        except AgentFilesInUse as error:
            return before.put_off(error.message, self._again(before.failures + 1))
        except RolloutFailed as error:
            log.warning("%s", error, extra=where)
            if error.was_there and before.active == before.desired and not before.failures:
                # It has worked there: what ails the host now is no matter of the rollout's, and no other host has to wait.
                return before.put_off(error.message, self._again(1))
            await self._deps.events.emit(entry.ref, EventReason.AGENT_ROLLOUT_FAILED.value, error.message, warning=True)
            return before.failed(error.message, self._again(before.failures + 1))
        except AgentMissing as error:
            return before.put_off(error.message, self._again(1), needs_person=True)
        except LogonPending as error:
            return before.put_off(error.message, self._again(1))
        except HostError as error:
            entry.error = error
            return before.put_off(error.message, self._again(1))
        self._looks.seen(entry, report, begun_at)
        entry.read_at = self._deps.clock.now()
        text = f"Agent {bundle.version} ({bundle.name}) is on the host and answers."
        log.info("%s", text, extra=where)
        await self._deps.events.emit(entry.ref, EventReason.AGENT_INSTALLED.value, text)
        return before.ready()

    async def prune(self, entry: HostEntry, spec: HyperVHostSpec) -> None:
        """Delete versions on the host that nothing uses; a failure is logged and tried again later."""
        bundle, now = self._deps.bundle, self._deps.clock.now()
        if bundle is None or entry.rollout is None or entry.report is None or not entry.rollout.is_ready:
            return
        found = set(entry.report.facts.agent.versions)
        if found <= {entry.rollout.name} or (entry.pruned_at and now < entry.pruned_at + _PRUNE_EVERY):
            return
        keep = rollout.to_keep(self._in_use(entry), entry.rollout)
        if found <= set(keep):
            return
        entry.pruned_at = now
        where = {"host": entry.name}

        def prune(endpoint: HostEndpoint, _: InventoryJob, context: TaskContext) -> tuple[str, ...]:
            return self._deps.agent.prune(endpoint, bundle, keep, context)

        try:
            gone, _ = await self._looks.call(entry, spec, self._call(entry, spec, prune))
        except CallCancelled:
            raise
        except HostError as error:
            log.warning("Old versions of the agent were not deleted: %s", error, extra=where)
        else:
            log.info("Old versions of the agent were deleted: %s", ", ".join(gone) or "none", extra=where)

    @staticmethod
    def _call(
        entry: HostEntry, spec: HyperVHostSpec, make: Callable[[HostEndpoint, InventoryJob, TaskContext], T]
    ) -> HostCall[T]:
        return HostCall(f"rollout:{entry.ref.uid}", ROLLOUT, spec.paths.agent, make)

    def wake_waiting(self, entry: HostEntry) -> None:
        """Have the other hosts find out whether it is their turn: this one stands otherwise now, or is gone."""
        for other in self._cache.hosts.values():
            if other is not entry and other.rollout and not other.rollout.is_ready:
                other.wake.set()

    def _in_use(self, entry: HostEntry) -> list[str | None]:
        names = {entry.name, *(peer.name for peer in self._cache.cluster_of(entry.name))}
        return [
            version_in_use(machine.status, held=machine.active_task is not None)
            for machine in self._cache.machines_on(*names)
        ]

    def _candidates(self) -> list[Candidate]:
        return [
            Candidate(
                name=entry.name,
                phase=known.standing,
                cordoned=not isinstance(entry.spec, str) and entry.spec.cordoned,
                usable=self._usable(entry),
            )
            for entry in self._cache.hosts.values()
            if (known := self._known(entry)) is not None
        ]

    def _tell_others(self, entry: HostEntry) -> None:
        """Whose turn it is may have changed."""
        now = entry.rollout
        standing = (now.standing, now.phase, self._usable(entry)) if now else None
        if standing == entry.rollout_told:
            return
        entry.rollout_told = standing
        self.wake_waiting(entry)

    def _usable(self, entry: HostEntry) -> bool:
        """Nothing is known that would keep the version from being put on the host now."""
        known = entry.rollout
        put_off = known is not None and known.retry_at is not None and self._deps.clock.now() < known.retry_at
        mended = known is None or not known.needs_person
        return mended and not put_off and not isinstance(entry.spec, str) and _answers(entry)

    def _again(self, failed: int) -> datetime:
        settings = self._deps.settings
        base, limit = timedelta(seconds=settings.retry_base_seconds), timedelta(seconds=settings.retry_limit_seconds)
        return self._deps.clock.now() + failures.pause_after(failed, base, limit)


async def ensure_host_setup(entry: HostEntry | None, host: HostView, version: str | None) -> str:
    """Wait until nobody changes the version's files on the host, and return the folder to launch from.

    Awaited before every launch: it costs nothing where the version is in place.
    """
    if entry and entry.rollout and version == entry.rollout.name:
        await entry.at_rest.wait()
    return version_folder(host.spec.paths.agent, version)


def _answers(entry: HostEntry) -> bool:
    """The host can be worked with, and is the one it should be, as far as is known."""
    identity = entry.problem is not None and entry.problem.reason is Reason.HOST_IDENTITY_CHANGED
    return not identity and (entry.error is None or isinstance(entry.error, AgentMissing | ProtocolViolation))
