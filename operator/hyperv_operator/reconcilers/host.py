"""One HyperVHost's pass: look at it, bring the agent there, report, publish, wake the machines that it concerns."""

from __future__ import annotations

import logging
import time
from datetime import datetime, timedelta

from hyperv_operator.api.host import HyperVHostSpec, HyperVHostStatus
from hyperv_operator.api.names import EventReason, HostCondition, MachineCondition
from hyperv_operator.core import host_status, placeholders
from hyperv_operator.core.placeholders import InProgress
from hyperv_operator.errors import CallCancelled, ClusterError, ObjectGone, WriteConflict
from hyperv_operator.reconcilers.cache import Book, HostRecord, MachineRecord
from hyperv_operator.reconcilers.dependencies import World
from hyperv_operator.reconcilers.inventory_reader import HostLook
from hyperv_operator.reconcilers.metadata import metadata, was_launched
from hyperv_operator.reconcilers.rollouts import Rollouts
from hyperv_operator.reconcilers.snapshot_builder import UNASKED

log = logging.getLogger(__name__)

PUBLISH_EVERY = timedelta(seconds=5)
"""An inventory object is written at most this often."""
RETIRE_EVERY = timedelta(seconds=5)
"""A deleted host is looked at this often for whether a machine still needs it."""
_STALE_INTERVALS = 3
_CONFLICTS = 4


class HostReconciler:
    """Runs passes of hosts. One host's passes never overlap."""

    def __init__(self, world: World, book: Book) -> None:
        self._world = world
        self._book = book
        self._looks = HostLook(world, book)
        self._rollouts = Rollouts(world, book, self._looks)

    async def reconcile(self, record: HostRecord) -> datetime:
        """Make one pass and return when the next is due. Failures are reported, never raised."""
        async with record.lock:
            return await self._pass(record)

    async def retire(self, record: HostRecord) -> datetime | None:
        """Make a pass of a deleted host; return when the next is due, or None if no machine needs the host any more.

        Without the host what a machine has there could not be removed.
        """
        try:
            record.held_by = await self._machines_there(record)
        except ClusterError as error:
            log.warning("%s", error, extra={"host": record.name})
            return self._world.clock.now() + RETIRE_EVERY
        if not record.held_by:
            return None
        return min(await self.reconcile(record), self._world.clock.now() + RETIRE_EVERY)

    async def _machines_there(self, record: HostRecord) -> tuple[str, ...]:
        """Return the machines that may have something on the host: those that were ever launched."""
        bodies = await self._world.objects.list_machines(record.name)
        return tuple(sorted(f"{metadata(one).namespace}/{metadata(one).name}" for one in bodies if was_launched(one)))

    async def _pass(self, record: HostRecord) -> datetime:
        started, result = time.monotonic(), "waited"
        try:
            record.wake.clear()
            spec = record.spec
            if isinstance(spec, str):
                record.attempted, record.rollout = True, None
                await self._tell(record)
                due = self._world.clock.now() + timedelta(hours=1)
            else:
                self._world.tasks.set_slots(record.name, spec.max_concurrent_runs)
                result = "acted" if await self._work(record, spec) else "waited"
                due = min(self._due(record, spec), await self._publish(record))
        except (ObjectGone, CallCancelled):
            due = self._world.clock.now() + PUBLISH_EVERY
        except ClusterError as error:
            result, due = "error", self._world.clock.now() + PUBLISH_EVERY
            log.warning("%s", error, extra={"host": record.name})
        except Exception:
            result, due = "error", self._world.clock.now() + PUBLISH_EVERY
            log.exception("A pass failed in a way nobody foresaw", extra={"host": record.name})
        self._world.metrics.reconciled("HyperVHost", result, time.monotonic() - started)
        return due

    def forget(self, record: HostRecord) -> None:
        """A host's resource is gone: nothing of it is kept, and its machines find out."""
        self._world.tasks.forget_host(record.name)
        self._world.metrics.host_gone(record.name)
        if self._book.hosts.get(record.name) is record:
            del self._book.hosts[record.name]
        self._rollouts.wake_waiting(record)
        self._book.wake_machines_on(record.name)

    # --- working -----------------------------------------------------------------------------------------------------

    async def _work(self, record: HostRecord, spec: HyperVHostSpec) -> bool:
        """Look at the host and bring the agent there, each if it is due; tell whether anything was done."""
        self._rollouts.settle(record)
        looked = self._looks.due(record, spec) <= self._world.clock.now()
        if looked:
            if not await self._looks.look(record, spec):
                return False
            self._rollouts.settle(record)
            record.problem = host_status.problem(self._snapshot(record))
        before = record.rollout
        if self._rollouts.begin(record):
            await self._tell(record)
            await self._rollouts.install(record, spec)
        if not looked and record.rollout == before and record.held_by == record.held_told:
            return False
        await self._tell(record)
        await self._rollouts.prune(record, spec)
        return True

    def _due(self, record: HostRecord, spec: HyperVHostSpec) -> datetime:
        due, again = self._looks.due(record, spec), self._rollouts.due(record)
        return min(due, again) if again else due

    # --- telling -----------------------------------------------------------------------------------------------------

    def _snapshot(self, record: HostRecord) -> host_status.HostSnapshot:
        spec = record.spec
        interval = 60 if isinstance(spec, str) else spec.inventory_interval_seconds
        return host_status.HostSnapshot(
            name=record.name,
            generation=metadata(record.body).generation,
            status=record.status,
            spec_error=spec if isinstance(spec, str) else None,
            schema_version=self._world.schema.version,
            report=record.report,
            begun_at=record.begun_at,
            error=record.error,
            same_identity=self._twin(record),
            stale_after=timedelta(seconds=interval * _STALE_INTERVALS),
            logon_failures=record.logon_failures,
            rollout=record.rollout,
            held_by=record.held_by,
            offered=self._world.bundle if record.rollout is None else None,
        )

    def _twin(self, record: HostRecord) -> str | None:
        """Return the name of another HyperVHost that is answered by the same machine."""
        if record.report is None:
            return None
        own = record.report.facts.host_id
        return next(
            (
                other.name
                for other in self._book.hosts.values()
                if other is not record and other.report and other.report.facts.host_id == own
            ),
            None,
        )

    async def _tell(self, record: HostRecord) -> None:
        record.problem = host_status.problem(self._snapshot(record))
        await self._report(record)
        record.held_told = record.held_by
        self._tell_machines(record)

    async def _report(self, record: HostRecord) -> None:
        """Write the host's status if it changed, then tell."""
        for left in range(_CONFLICTS, 0, -1):
            snapshot = self._snapshot(record)
            status = host_status.compose(snapshot, self._world.clock.now())
            if status == snapshot.status:
                break
            version = metadata(record.body).resource_version
            try:
                body = await self._world.objects.write_status(record.ref, version, status.to_json())
            except WriteConflict:
                if left == 1:
                    raise
                record.observe(await self._world.objects.get(record.ref))
                continue
            record.observe(body)
            await self._announce(record, snapshot.status, status)
            break
        conditions = {condition.type: (condition.status, condition.reason) for condition in status.conditions}
        self._world.metrics.host_conditions(record.name, conditions)

    async def _announce(self, record: HostRecord, old: HyperVHostStatus, new: HyperVHostStatus) -> None:
        before, after = old.condition(HostCondition.READY), new.condition(HostCondition.READY)
        if after is None or (before and (before.status, before.reason) == (after.status, after.reason)):
            return
        if after.status == "True":
            await self._world.events.emit(record.ref, EventReason.HOST_REACHABLE.value, after.message)
        elif after.status == "False":
            text = f"{after.reason}: {after.message}"
            await self._world.events.emit(record.ref, EventReason.HOST_PROBLEM.value, text, warning=True)

    def _tell_machines(self, record: HostRecord) -> None:
        """Wake each machine for which this look shows something new, or that was waiting for a look."""
        view = record.view(UNASKED)
        names = {record.name, *(peer.name for peer in self._book.cluster_of(record.name))}
        images = record.report.images if record.report else ()
        agent = record.report.facts.agent if record.report else None
        for machine in self._book.machines_on(*names):
            own = view and (view.vms_of(machine.uid), view.journal_of(machine.uid))
            # The spec too: what waits for an uncordoned host or for its failover cluster has no deadline of its own.
            seen = (record.problem, images, agent, record.rollout, view and view.spec, view and view.deleting, own)
            if machine.views.get(record.name) != seen or machine.awaits_guest:
                machine.views[record.name] = seen
                machine.wake.set()

    async def _publish(self, record: HostRecord) -> datetime:
        """Write the inventory object if it changed; return when to look whether it has to be written again."""
        now = self._world.clock.now()
        idle = now + timedelta(hours=1)
        # Every step of every machine leads here: what may not be written yet is not even compared.
        if record.inventory_written_at and now < record.inventory_written_at + PUBLISH_EVERY:
            return record.inventory_written_at + PUBLISH_EVERY
        machines = [in_progress(machine) for machine in self._book.machines_on(record.name)]
        status = placeholders.compose(record.report, machines, record.begun_at)
        if not record.attempted or not placeholders.differs(record.inventory, status):
            return idle
        await self._world.objects.write_inventory(record.ref, status.to_json())
        record.inventory, record.inventory_written_at = status, now
        return idle


def in_progress(machine: MachineRecord) -> InProgress:
    """Return a machine as the placeholders show it: with a phase while it is being provisioned."""
    status = machine.status
    configured = status.condition(MachineCondition.GUEST_CONFIGURED)
    resolved = (configured is not None and configured.status == "True") or metadata(machine.body).deleting
    under_way = machine.holding is not None or status.claim is not None
    return InProgress(
        uid=machine.uid,
        namespace=machine.ref.namespace or "",
        name=machine.ref.name,
        vm_name=machine.vm_name or "",
        phase=machine.phase if under_way and not resolved else "",
    )
