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
from hyperv_operator.reconcilers.cache import Cache, HostEntry, MachineEntry
from hyperv_operator.reconcilers.dependencies import Dependencies
from hyperv_operator.reconcilers.inventory_reader import InventoryReader
from hyperv_operator.reconcilers.metadata import metadata, was_launched
from hyperv_operator.reconcilers.rollouts import Rollouts
from hyperv_operator.reconcilers.snapshot_builder import NEVER_POLLED

log = logging.getLogger(__name__)

PUBLISH_EVERY = timedelta(seconds=5)
"""An inventory object is written at most this often."""
RETIRE_EVERY = timedelta(seconds=5)
"""A deleted host is looked at this often for whether a machine still needs it."""
_STALE_INTERVALS = 3
_CONFLICTS = 4


class HostReconciler:
    """Runs passes of hosts. One host's passes never overlap."""

    def __init__(self, deps: Dependencies, cache: Cache) -> None:
        self._deps = deps
        self._cache = cache
        self._looks = InventoryReader(deps, cache)
        self._rollouts = Rollouts(deps, cache, self._looks)

    async def reconcile(self, entry: HostEntry) -> datetime:
        """Make one pass and return when the next is due. Failures are reported, never raised."""
        async with entry.lock:
            return await self._pass(entry)

    async def retire(self, entry: HostEntry) -> datetime | None:
        """Make a pass of a deleted host; return when the next is due, or None if no machine needs the host any more.

        Without the host what a machine has there could not be removed.
        """
        try:
            entry.held_by = await self._machines_there(entry)
        except ClusterError as error:
            log.warning("%s", error, extra={"host": entry.name})
            return self._deps.clock.now() + RETIRE_EVERY
        if not entry.held_by:
            return None
        return min(await self.reconcile(entry), self._deps.clock.now() + RETIRE_EVERY)

    async def _machines_there(self, entry: HostEntry) -> tuple[str, ...]:
        """Return the machines that may have something on the host: those that were ever launched."""
        bodies = await self._deps.objects.list_machines(entry.name)
        return tuple(sorted(f"{metadata(one).namespace}/{metadata(one).name}" for one in bodies if was_launched(one)))

    async def _pass(self, entry: HostEntry) -> datetime:
        started, result = time.monotonic(), "waited"
        try:
            entry.wake.clear()
            spec = entry.spec
            if isinstance(spec, str):
                entry.attempted, entry.rollout = True, None
                await self._tell(entry)
                due = self._deps.clock.now() + timedelta(hours=1)
            else:
                self._deps.tasks.set_slots(entry.name, spec.max_concurrent_runs)
                result = "acted" if await self._work(entry, spec) else "waited"
                due = min(self._due(entry, spec), await self._publish(entry))
        except (ObjectGone, CallCancelled):
            due = self._deps.clock.now() + PUBLISH_EVERY
        except ClusterError as error:
            result, due = "error", self._deps.clock.now() + PUBLISH_EVERY
            log.warning("%s", error, extra={"host": entry.name})
        except Exception:
            result, due = "error", self._deps.clock.now() + PUBLISH_EVERY
            log.exception("A pass failed in a way nobody foresaw", extra={"host": entry.name})
        self._deps.metrics.reconciled("HyperVHost", result, time.monotonic() - started)
        return due

    def forget(self, entry: HostEntry) -> None:
        """A host's resource is gone: nothing of it is kept, and its machines find out."""
        self._deps.tasks.forget_host(entry.name)
        self._deps.metrics.host_gone(entry.name)
        if self._cache.hosts.get(entry.name) is entry:
            del self._cache.hosts[entry.name]
        self._rollouts.wake_waiting(entry)
        self._cache.wake_machines_on(entry.name)

    # --- in_progress -----------------------------------------------------------------------------------------------------

    async def _work(self, entry: HostEntry, spec: HyperVHostSpec) -> bool:
        """Look at the host and bring the agent there, each if it is due; tell whether anything was done."""
        self._rollouts.settle(entry)
        looked = self._looks.due(entry, spec) <= self._deps.clock.now()
        if looked:
            if not await self._looks.look(entry, spec):
                return False
            self._rollouts.settle(entry)
            entry.problem = host_status.problem(self._snapshot(entry))
        before = entry.rollout
        if self._rollouts.begin(entry):
            await self._tell(entry)
            await self._rollouts.install(entry, spec)
        if not looked and entry.rollout == before and entry.held_by == entry.held_told:
            return False
        await self._tell(entry)
        await self._rollouts.prune(entry, spec)
        return True

    def _due(self, entry: HostEntry, spec: HyperVHostSpec) -> datetime:
        due, again = self._looks.due(entry, spec), self._rollouts.due(entry)
        return min(due, again) if again else due

    # --- telling -----------------------------------------------------------------------------------------------------

    def _snapshot(self, entry: HostEntry) -> host_status.HostSnapshot:
        spec = entry.spec
        interval = 60 if isinstance(spec, str) else spec.inventory_interval_seconds
        return host_status.HostSnapshot(
            name=entry.name,
            generation=metadata(entry.body).generation,
            status=entry.status,
            spec_error=spec if isinstance(spec, str) else None,
            schema_version=self._deps.schema.version,
            report=entry.report,
            begun_at=entry.begun_at,
            error=entry.error,
            same_identity=self._twin(entry),
            stale_after=timedelta(seconds=interval * _STALE_INTERVALS),
            logon_failures=entry.logon_failures,
            rollout=entry.rollout,
            held_by=entry.held_by,
            offered=self._deps.bundle if entry.rollout is None else None,
        )

    def _twin(self, entry: HostEntry) -> str | None:
        """Return the name of another HyperVHost that is answered by the same machine."""
        if entry.report is None:
            return None
        own = entry.report.facts.host_id
        return next(
            (
                other.name
                for other in self._cache.hosts.values()
                if other is not entry and other.report and other.report.facts.host_id == own
            ),
            None,
        )

    async def _tell(self, entry: HostEntry) -> None:
        entry.problem = host_status.problem(self._snapshot(entry))
        await self._report(entry)
        entry.held_told = entry.held_by
        self._tell_machines(entry)

    async def _report(self, entry: HostEntry) -> None:
        """Write the host's status if it changed, then tell."""
        for left in range(_CONFLICTS, 0, -1):
            snapshot = self._snapshot(entry)
            status = host_status.compose(snapshot, self._deps.clock.now())
            if status == snapshot.status:
                break
            version = metadata(entry.body).resource_version
            try:
                body = await self._deps.objects.write_status(entry.ref, version, status.to_json())
            except WriteConflict:
                if left == 1:
                    raise
                entry.observe(await self._deps.objects.get(entry.ref))
                continue
            entry.observe(body)
            await self._announce(entry, snapshot.status, status)
            break
        conditions = {condition.type: (condition.status, condition.reason) for condition in status.conditions}
        self._deps.metrics.host_conditions(entry.name, conditions)

    async def _announce(self, entry: HostEntry, old: HyperVHostStatus, new: HyperVHostStatus) -> None:
        before, after = old.condition(HostCondition.READY), new.condition(HostCondition.READY)
        if after is None or (before and (before.status, before.reason) == (after.status, after.reason)):
            return
        if after.status == "True":
            await self._deps.events.emit(entry.ref, EventReason.HOST_REACHABLE.value, after.message)
        elif after.status == "False":
            text = f"{after.reason}: {after.message}"
            await self._deps.events.emit(entry.ref, EventReason.HOST_PROBLEM.value, text, warning=True)

    def _tell_machines(self, entry: HostEntry) -> None:
        """Wake each machine for which this look shows something new, or that was waiting for a look."""
        view = entry.view(NEVER_POLLED)
        names = {entry.name, *(peer.name for peer in self._cache.cluster_of(entry.name))}
        images = entry.report.images if entry.report else ()
        agent = entry.report.facts.agent if entry.report else None
        for machine in self._cache.machines_on(*names):
            own = view and (view.vms_of(machine.uid), view.journal_of(machine.uid))
            # The spec too: what waits for an uncordoned host or for its failover cluster has no deadline of its own.
            seen = (entry.problem, images, agent, entry.rollout, view and view.spec, view and view.deleting, own)
            if machine.views.get(entry.name) != seen or machine.poll_soon:
                machine.views[entry.name] = seen
                machine.wake.set()

    async def _publish(self, entry: HostEntry) -> datetime:
        """Write the inventory object if it changed; return when to look whether it has to be written again."""
        now = self._deps.clock.now()
        idle = now + timedelta(hours=1)
        # Every step of every machine leads here: what may not be written yet is not even compared.
        if entry.inventory_written_at and now < entry.inventory_written_at + PUBLISH_EVERY:
            return entry.inventory_written_at + PUBLISH_EVERY
        machines = [in_progress(machine) for machine in self._cache.machines_on(entry.name)]
        status = placeholders.compose(entry.report, machines, entry.begun_at)
        if not entry.attempted or not placeholders.differs(entry.inventory, status):
            return idle
        await self._deps.objects.write_inventory(entry.ref, status.to_json())
        entry.inventory, entry.inventory_written_at = status, now
        return idle


def in_progress(machine: MachineEntry) -> InProgress:
    """Return a machine as the placeholders show it: with a phase while it is being provisioned."""
    status = machine.status
    configured = status.condition(MachineCondition.GUEST_CONFIGURED)
    resolved = (configured is not None and configured.status == "True") or metadata(machine.body).deleting
    under_way = machine.active_task is not None or status.claim is not None
    return InProgress(
        uid=machine.uid,
        namespace=machine.ref.namespace or "",
        name=machine.ref.name,
        vm_name=machine.vm_name or "",
        phase=machine.phase if under_way and not resolved else "",
    )
