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
    AgentMissing,
    CallCancelled,
    HostError,
    LogonAwaited,
    ProtocolViolation,
    RolloutFailed,
    RolloutHeldUp,
    WrongHost,
)
from hyperv_operator.ports import CallContext, HostEndpoint, T
from hyperv_operator.protocol.bundle import AgentBundle, version_folder
from hyperv_operator.protocol.inventory import HostIdFacts, InventoryReport
from hyperv_operator.protocol.job import InventoryJob
from hyperv_operator.reconcilers.cache import Book, HostRecord
from hyperv_operator.reconcilers.dependencies import World
from hyperv_operator.reconcilers.inventory_reader import HostCall, HostLook

log = logging.getLogger(__name__)

ROLLOUT = "rollout"
"""The category of the calls."""
_PRUNE_EVERY = timedelta(minutes=1)


class Rollouts:
    """The rollout of one version to all hosts."""

    def __init__(self, world: World, book: Book, looks: HostLook) -> None:
        self._world = world
        self._book = book
        self._looks = looks

    def settle(self, record: HostRecord) -> None:
        """Bring the host's rollout in line with its spec and with what the last look has shown."""
        before = self._known(record)
        if before is None or not record.attempted:
            return
        if record.error is None and record.report:
            record.rollout = before.answered(record.report.facts.agent.digest)
        elif before.is_ready and isinstance(record.error, AgentMissing | ProtocolViolation):
            record.rollout = before.damaged()
        self._tell_others(record)

    def _known(self, record: HostRecord) -> Rollout | None:
        """Return how the rollout to a host stands: at first what its status says; None where there is none."""
        bundle, spec = self._world.bundle, record.spec
        if bundle is None or isinstance(spec, str) or spec.connection.configuration_name != FULL_LANGUAGE:
            record.rollout = None
        elif record.rollout is None:
            record.rollout = rollout.begin(bundle.digest, bundle.version, record.status.agent)
        return record.rollout

    def due(self, record: HostRecord) -> datetime | None:
        """Return when an attempt that came to nothing is to be made again; None if something else is waited for."""
        again = record.rollout.retry_at if record.rollout and not record.rollout.is_ready else None
        return again if again and again > self._world.clock.now() else None

    def begin(self, record: HostRecord) -> bool:
        """Tell whether the version is to be put on the host now; the host counts as being worked on from then on."""
        before = record.rollout
        if before is None or before.is_ready or not record.attempted or not _answers(record):
            return False
        now = self._world.clock.now()
        if before.retry_at and now < before.retry_at:
            return False
        refusal = rollout.refusal(record.name, self._candidates(), self._world.settings.rollout_hosts)
        if refusal:
            if before.phase is not RolloutPhase.FAILED:
                record.rollout = before.waiting(refusal)
            return False
        record.rollout = before.installing()
        return True

    async def install(self, record: HostRecord, spec: HyperVHostSpec) -> None:
        """Put the version on the host and have it answer; what comes of it is kept in the record."""
        bundle, before = self._world.bundle, record.rollout
        assert bundle is not None
        assert before is not None
        started, result = time.monotonic(), "ok"
        record.at_rest.clear()
        try:
            record.rollout = await self._install(record, spec, bundle, before)
            result = record.rollout.phase.value if not record.rollout.is_ready else "ok"
        except BaseException:
            record.rollout = before.waiting("The attempt to put the agent on the host was given up.")
            result = CallCancelled.__name__
            raise
        finally:
            record.at_rest.set()
            self._world.metrics.rollout_finished(record.name, result, time.monotonic() - started)
            self._tell_others(record)

    async def _install(self, record: HostRecord, spec: HyperVHostSpec, bundle: AgentBundle, before: Rollout) -> Rollout:
        pinned = record.status

        def check(found: HostIdFacts) -> None:
            change = host_status.identity_change(pinned, found)
            if change:
                raise WrongHost(change)

        def put(endpoint: HostEndpoint, job: InventoryJob, context: CallContext) -> InventoryReport:
            return self._world.agent.install(endpoint, bundle, job, check, context)

        where = {"host": record.name, "agent": bundle.name}
        try:
            report, begun_at = await self._looks.call(record, spec, self._call(record, spec, put))
        except CallCancelled:
            raise
        except RolloutHeldUp as error:
            return before.put_off(error.message, self._again(before.failures + 1))
        except RolloutFailed as error:
            log.warning("%s", error, extra=where)
            if error.was_there and before.active == before.desired and not before.failures:
                # It has worked there: what ails the host now is no matter of the rollout's, and no other host has to wait.
                return before.put_off(error.message, self._again(1))
            await self._world.events.emit(
                record.ref, EventReason.AGENT_ROLLOUT_FAILED.value, error.message, warning=True
            )
            return before.failed(error.message, self._again(before.failures + 1))
        except AgentMissing as error:
            return before.put_off(error.message, self._again(1), needs_person=True)
        except LogonAwaited as error:
            return before.put_off(error.message, self._again(1))
        except HostError as error:
            record.error = error
            return before.put_off(error.message, self._again(1))
        self._looks.seen(record, report, begun_at)
        record.read_at = self._world.clock.now()
        text = f"Agent {bundle.version} ({bundle.name}) is on the host and answers."
        log.info("%s", text, extra=where)
        await self._world.events.emit(record.ref, EventReason.AGENT_INSTALLED.value, text)
        return before.ready()

    async def prune(self, record: HostRecord, spec: HyperVHostSpec) -> None:
        """Delete versions on the host that nothing uses; a failure is logged and tried again later."""
        bundle, now = self._world.bundle, self._world.clock.now()
        if bundle is None or record.rollout is None or record.report is None or not record.rollout.is_ready:
            return
        found = set(record.report.facts.agent.versions)
        if found <= {record.rollout.name} or (record.pruned_at and now < record.pruned_at + _PRUNE_EVERY):
            return
        keep = rollout.to_keep(self._in_use(record), record.rollout)
        if found <= set(keep):
            return
        record.pruned_at = now
        where = {"host": record.name}

        def prune(endpoint: HostEndpoint, _: InventoryJob, context: CallContext) -> tuple[str, ...]:
            return self._world.agent.prune(endpoint, bundle, keep, context)

        try:
            gone, _ = await self._looks.call(record, spec, self._call(record, spec, prune))
        except CallCancelled:
            raise
        except HostError as error:
            log.warning("Old versions of the agent were not deleted: %s", error, extra=where)
        else:
            log.info("Old versions of the agent were deleted: %s", ", ".join(gone) or "none", extra=where)

    @staticmethod
    def _call(
        record: HostRecord, spec: HyperVHostSpec, make: Callable[[HostEndpoint, InventoryJob, CallContext], T]
    ) -> HostCall[T]:
        return HostCall(f"rollout:{record.ref.uid}", ROLLOUT, spec.paths.agent, make)

    def wake_waiting(self, record: HostRecord) -> None:
        """Have the other hosts find out whether it is their turn: this one stands otherwise now, or is gone."""
        for other in self._book.hosts.values():
            if other is not record and other.rollout and not other.rollout.is_ready:
                other.wake.set()

    def _in_use(self, record: HostRecord) -> list[str | None]:
        names = {record.name, *(peer.name for peer in self._book.cluster_of(record.name))}
        return [
            version_in_use(machine.status, held=machine.holding is not None)
            for machine in self._book.machines_on(*names)
        ]

    def _candidates(self) -> list[Candidate]:
        return [
            Candidate(
                name=record.name,
                phase=known.standing,
                cordoned=not isinstance(record.spec, str) and record.spec.cordoned,
                usable=self._usable(record),
            )
            for record in self._book.hosts.values()
            if (known := self._known(record)) is not None
        ]

    def _tell_others(self, record: HostRecord) -> None:
        """Whose turn it is may have changed."""
        now = record.rollout
        standing = (now.standing, now.phase, self._usable(record)) if now else None
        if standing == record.rollout_told:
            return
        record.rollout_told = standing
        self.wake_waiting(record)

    def _usable(self, record: HostRecord) -> bool:
        """Nothing is known that would keep the version from being put on the host now."""
        known = record.rollout
        put_off = known is not None and known.retry_at is not None and self._world.clock.now() < known.retry_at
        mended = known is None or not known.needs_person
        return mended and not put_off and not isinstance(record.spec, str) and _answers(record)

    def _again(self, failed: int) -> datetime:
        settings = self._world.settings
        base, limit = timedelta(seconds=settings.retry_base_seconds), timedelta(seconds=settings.retry_limit_seconds)
        return self._world.clock.now() + failures.pause_after(failed, base, limit)


async def ensure_host_setup(record: HostRecord | None, host: HostView, version: str | None) -> str:
    """Wait until nobody changes the version's files on the host, and return the folder to launch from.

    Awaited before every launch: it costs nothing where the version is in place.
    """
    if record and record.rollout and version == record.rollout.name:
        await record.at_rest.wait()
    return version_folder(host.spec.paths.agent, version)


def _answers(record: HostRecord) -> bool:
    """The host can be worked with, and is the one it should be, as far as is known."""
    identity = record.problem is not None and record.problem.reason is Reason.HOST_IDENTITY_CHANGED
    return not identity and (record.error is None or isinstance(record.error, AgentMissing | ProtocolViolation))
