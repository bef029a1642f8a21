"""Telling what a pass found: status first, if it changed; only then Events and metrics."""

from __future__ import annotations

from hyperv_operator.api.machine import HyperVMachineStatus
from hyperv_operator.core import events
from hyperv_operator.reconcilers.cache import MachineEntry
from hyperv_operator.reconcilers.dependencies import Dependencies
from hyperv_operator.reconcilers.metadata import metadata


async def write(deps: Dependencies, entry: MachineEntry, old: HyperVMachineStatus, new: HyperVMachineStatus) -> None:
    """Write a machine's status over the version that was gathered, and announce what has changed.

    Raises `WriteConflict` if somebody wrote the object in between, `ObjectGone` if it is gone.
    """
    if new != old:
        version = metadata(entry.body).resource_version
        entry.observe(await deps.objects.write_status(entry.ref, version, new.to_json()))
        for announcement in events.announce(old, new):
            await deps.events.emit(
                entry.ref, announcement.reason.value, announcement.message, warning=announcement.warning
            )
    conditions = {condition.type: (condition.status, condition.reason) for condition in new.conditions}
    deps.metrics.machine_conditions(entry.uid, entry.target_host or "", conditions)
