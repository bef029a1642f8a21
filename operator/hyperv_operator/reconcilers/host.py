"""The reconcile loop of one HyperVHost: poll its inventory, roll out the agent, write status, wake the machines it concerns."""

from __future__ import annotations

import logging
import time
from datetime import datetime, timedelta
from typing import Final

from hyperv_operator.api.host import HyperVHostSpec
from hyperv_operator.api.inventory import HyperVHostInventoryStatus
from hyperv_operator.border.fitting import fit
from hyperv_operator.core import events, host_status, placeholders
from hyperv_operator.core.placeholders import InProgress
from hyperv_operator.errors import CallCancelled, ClusterError, WriteConflict, WriteRefused
from hyperv_operator.reconcilers import ownership, status_writer
from hyperv_operator.reconcilers.cache import Cache
from hyperv_operator.reconcilers.dependencies import Dependencies
from hyperv_operator.reconcilers.entries import NEVER_POLLED, HostEntry, MachineEntry
from hyperv_operator.reconcilers.inventory_reader import InventoryReader
from hyperv_operator.reconcilers.orphans import Orphans
from hyperv_operator.reconcilers.preflights import Preflights
from hyperv_operator.reconcilers.redacted import redacted_status
from hyperv_operator.reconcilers.resources import HostResource, MachineResource
from hyperv_operator.reconcilers.rollouts import Rollouts
from hyperv_operator.reconcilers.tenure import READ_INTERVAL, Tenure

log = logging.getLogger(__name__)

PUBLISH_INTERVAL: Final = timedelta(seconds=5)
"""A HyperVHostInventory is written at most this often."""
RETIRE_INTERVAL: Final = timedelta(seconds=5)
"""How often a deleted host checks whether a machine still needs it."""
_CANCELLED_PAUSE: Final = timedelta(seconds=5)
_IDLE: Final = timedelta(hours=1)
_STALE_INTERVALS: Final = 3
"""An inventory is stale after this many poll intervals."""
_WRITE_ATTEMPTS: Final = 4


class HostReconciler:
    """Runs the passes of hosts. The passes of one host never overlap."""

    def __init__(self, deps: Dependencies, cache: Cache) -> None:
        self._deps = deps
        self._cache = cache
        self._inventories = InventoryReader(deps, cache)
        self._tenure = Tenure(deps, cache)
        self._rollouts = Rollouts(deps, cache, self._inventories)
        self._orphans = Orphans(deps, cache)
        self._preflights = Preflights(deps, self._inventories)

    async def step(self, entry: HostEntry) -> datetime | None:
        """Run one pass; return when the next is due, or None once the host is released or gone. Failures are never raised.

        A deleted host stays until no machine needs it, because what its machines have there is removed through it.
        """
        paused = entry.errors.active(self._deps.clock.now())
        if paused:
            entry.wake.clear()
            return paused
        try:
            if await ownership.is_gone(self._deps.objects, entry):
                self.forget(entry)
                return None
            if await self._tenure.is_elsewhere(entry):
                return self._deps.clock.now() + READ_INTERVAL
            if not await ownership.hold(self._deps.objects, entry):
                self.forget(entry)
                return None
            if not entry.resource.meta.deleting:
                return await self.reconcile(entry)
            entry.kept_for = await self._launched_machines(entry)
            if entry.kept_for:
                return min(await self.reconcile(entry), self._deps.clock.now() + RETIRE_INTERVAL)
            await self._deps.objects.set_finalizer(entry.ref, present=False)
        except ClusterError as error:
            log.warning("%s", error, extra={"host": entry.name})
            return ownership.pause(self._deps, entry, error)
        self.forget(entry)
        return None

    async def reconcile(self, entry: HostEntry) -> datetime:
        """Run one pass and return when the next is due. Failures are reported, never raised."""
        async with entry.lock:
            return await self._pass(entry)

    def cancel(self, entry: HostEntry) -> None:
        """Cancel the calls that a pass of a host waits for: the host was deleted, and its loop decides what comes next."""
        self._inventories.cancel(entry)
        self._preflights.cancel(entry)

    async def _launched_machines(self, entry: HostEntry) -> tuple[str, ...]:
        """Return the machines (namespace/name) that may have something on the host, also by a move of their failover cluster."""
        found = []
        for name in self._cache.nodes_of(entry.name):
            async for body in self._deps.objects.machines_on(name):
                machine = MachineResource.parse(body)
                if machine.may_be_on(entry.name):
                    found.append(f"{machine.meta.namespace}/{machine.meta.name}")
        return tuple(sorted(found))

    async def _pass(self, entry: HostEntry) -> datetime:
        started, result = time.monotonic(), "waited"
        try:
            entry.wake.clear()
            spec = entry.spec
            if isinstance(spec, str):
                entry.poll.attempted, entry.rollout = True, None
                await self._report(entry)
                due = self._deps.clock.now() + _IDLE
            else:
                self._deps.tasks.set_slots(entry.name, spec.max_concurrent_runs)
                result = "acted" if await self._work(entry, spec) else "waited"
                due = min(self._due(entry, spec), await self._publish(entry))
            entry.errors.clear()
        except CallCancelled:
            due = self._deps.clock.now() + _CANCELLED_PAUSE
        except ClusterError as error:
            result, due = "error", ownership.pause(self._deps, entry, error)
            log.warning("%s", error, extra={"host": entry.name})
        except Exception as error:
            result, due = "error", ownership.pause(self._deps, entry, error)
            log.exception("A pass failed unexpectedly", extra={"host": entry.name})
        self._deps.metrics.reconciled("HyperVHost", result, time.monotonic() - started)
        return due

    def forget(self, entry: HostEntry) -> None:
        """Drop everything about a host that is released or gone, and wake its machines."""
        self._preflights.cancel(entry)
        # Not if there is another host of this name by now.
        if self._cache.hosts.get(entry.name) in (entry, None):
            self._cache.hosts.pop(entry.name, None)
            self._deps.tasks.forget_host(entry.name)
            self._deps.metrics.host_gone(entry.name)
            self._cache.places.forget_host(entry.name)
            self._orphans.forget(entry.name)
        self._rollouts.wake_waiting(entry)
        self._cache.wake_machines_on(entry.name)

    # --- polling and rollout -----------------------------------------------------------------------------------------

    async def _work(self, entry: HostEntry, spec: HyperVHostSpec) -> bool:
        """Poll the inventory and roll out the agent, each if it is due; return whether anything was done."""
        self._rollouts.update(entry)
        self._preflights.restore(entry)
        polled = self._inventories.due(entry, spec) <= self._deps.clock.now()
        if polled:
            if not await self._inventories.poll(entry, spec):
                return False
            self._rollouts.update(entry)
            entry.problem = host_status.problem(self._snapshot(entry))
            await self._orphans.look_for(entry)
        before = entry.rollout
        if self._rollouts.begin(entry):
            await self._report(entry)
            await self._rollouts.install(entry, spec)
        self._preflights.begin(entry, spec)
        unchanged = entry.rollout == before and entry.kept_for == entry.kept_for_written and not entry.disturbed
        unchanged = unchanged and entry.preflight == entry.preflight_written
        if not polled and unchanged:
            return False
        await self._report(entry)
        await self._rollouts.prune(entry, spec)
        return True

    def _due(self, entry: HostEntry, spec: HyperVHostSpec) -> datetime:
        due = (self._inventories.due(entry, spec), self._rollouts.due(entry), self._preflights.due(entry))
        return min(at for at in due if at)

    # --- reporting ---------------------------------------------------------------------------------------------------

    def _snapshot(self, entry: HostEntry) -> host_status.HostSnapshot:
        spec = entry.spec
        interval = 60 if isinstance(spec, str) else spec.inventory_interval_seconds
        return host_status.HostSnapshot(
            name=entry.name,
            generation=entry.resource.meta.generation,
            status=entry.resource.status,
            spec_error=spec if isinstance(spec, str) else None,
            schema_version=self._deps.schema.version,
            report=entry.poll.report,
            begun_at=entry.poll.begun_at,
            error=entry.poll.error,
            same_identity=self._twin(entry),
            stale_after=timedelta(seconds=interval * _STALE_INTERVALS),
            logon_failures=entry.logon_failures,
            rollout=entry.rollout,
            kept_for=entry.kept_for,
            orphans=entry.orphans,
            preflight=entry.shown_preflight,
            offered=self._deps.bundle if entry.rollout is None else None,
        )

    def _twin(self, entry: HostEntry) -> str | None:
        """Return the name of the HyperVHost that keeps this one's identity: that one goes on, and what it has can be deleted."""
        if entry.poll.report is None:
            return None
        others = (other for other in self._cache.hosts.values() if other is not entry)
        return host_status.same_machine(_claim_of(entry), map(_claim_of, others))

    async def _report(self, entry: HostEntry) -> None:
        entry.problem = host_status.problem(self._snapshot(entry))
        await self._write_status(entry)
        entry.kept_for_written, entry.disturbed = entry.kept_for, False
        entry.preflight_written = entry.preflight
        self._wake_machines(entry)

    async def _write_status(self, entry: HostEntry) -> None:
        """Write the host's status and its transitions if it has changed, then emit Events and set metrics."""
        own = self._deps.settings.operator_namespace
        for left in range(_WRITE_ATTEMPTS, 0, -1):
            snapshot = self._snapshot(entry)
            if entry.holder(own):
                # It was faster: the next pass leaves the host to it.
                return
            status = host_status.compose(snapshot, self._deps.clock.now()).model_copy(update={"operator": own})
            wrong = status_writer.Problems()
            if status != snapshot.status:
                status = redacted_status(status, lambda text: self._deps.redaction.clean(text, entry.ref.uid))
                status, wrong = status_writer.fitted(snapshot.status, status)
            if status == snapshot.status or status_writer.is_refused(entry, status):
                break
            found = status_writer.redacted(self._deps, events.between_hosts(snapshot.status, status))
            changes = status_writer.transitions(self._deps, entry, found)
            try:
                body = await status_writer.put(self._deps, entry, snapshot.status, status, changes, wrong)
            except WriteConflict:
                if left == 1:
                    raise
                entry.observe(HostResource.parse(await self._deps.objects.get(entry.ref)))
                continue
            if body is None:
                break
            entry.observe(HostResource.parse(body))
            entry.taking_over = None
            await status_writer.emit(self._deps, entry.ref, found)
            break
        conditions = {condition.type: (condition.status, condition.reason) for condition in status.conditions}
        self._deps.metrics.host_conditions(entry.name, conditions)

    def _wake_machines(self, entry: HostEntry) -> None:
        """Wake each machine for which this pass shows something new, or that waits for an inventory."""
        view, report = entry.view(NEVER_POLLED), entry.poll.report
        facts = report and (report.images, report.facts.agent, report.gaps)
        # The spec too: a machine that waits for an uncordoned host or for the failover cluster has no deadline.
        shown = (entry.problem, facts, entry.rollout, view and (view.spec, view.deleting, view.is_blocked))
        if shown != entry.shown:
            # What all of its machines see is compared once, however many there are.
            entry.shown, entry.shown_number = shown, entry.shown_number + 1
        for machine in self._cache.machines_on(*self._cache.nodes_of(entry.name)):
            seen = (
                entry.ref.uid,
                entry.shown_number,
                view and (view.vms_of(machine.uid), view.journal_of(machine.uid)),
            )
            if machine.seen.get(entry.name) != seen or machine.poll_soon:
                machine.seen[entry.name] = seen
                machine.wake.set()

    async def _publish(self, entry: HostEntry) -> datetime:
        """Write the HyperVHostInventory if it has changed; return when to check again."""
        now = self._deps.clock.now()
        # Every step of every machine leads here. Within the interval the statuses are not even composed.
        if entry.inventory_checked_at and now < entry.inventory_checked_at + PUBLISH_INTERVAL:
            return entry.inventory_checked_at + PUBLISH_INTERVAL
        entry.inventory_checked_at = now
        marked = {vm.machine_uid for vm in entry.poll.report.vms} if entry.poll.report else set()
        machines = [
            in_progress(machine)
            for machine in self._cache.machines_on(entry.name)
            if machine.is_under_way or machine.uid in marked
        ]
        status = placeholders.compose(entry.poll.report, machines, entry.poll.begun_at)
        if not entry.poll.attempted or not placeholders.differs(entry.inventory, status):
            return now + _IDLE
        fitted = fit(status).item or HyperVHostInventoryStatus(observed_at=status.observed_at, truncated=True)
        try:
            await self._deps.objects.write_inventory(entry.ref, fitted.to_json())
        except WriteRefused as error:
            # It is for people and tools: the host goes on without it, until there is another one to write.
            await status_writer.report_refusal(self._deps, entry.ref, error)
        entry.inventory = status
        return now + _IDLE


def _claim_of(entry: HostEntry) -> host_status.IdentityClaim:
    meta = entry.resource.meta
    return host_status.IdentityClaim(
        entry.name, entry.identity, entry.resource.status.host_id is not None, meta.precedence
    )


def in_progress(machine: MachineEntry) -> InProgress:
    """Return a machine as the placeholders show it: with a phase while it is being provisioned."""
    resource, status = machine.resource, machine.resource.status
    resolved = status.is_guest_configured or resource.meta.deleting
    return InProgress(
        uid=machine.uid,
        namespace=resource.meta.namespace or "",
        name=resource.meta.name,
        vm_name=resource.vm_name or "",
        phase=machine.phase if machine.is_under_way and not resolved else "",
    )
