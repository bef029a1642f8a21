"""Telling what a pass found: status first, if it changed; only then Events and metrics."""

from __future__ import annotations

from hyperv_operator.api.machine import HyperVMachineStatus
from hyperv_operator.core import events
from hyperv_operator.reconcilers.cache import MachineRecord
from hyperv_operator.reconcilers.dependencies import World
from hyperv_operator.reconcilers.metadata import metadata


async def write(world: World, record: MachineRecord, old: HyperVMachineStatus, new: HyperVMachineStatus) -> None:
    """Write a machine's status over the version that was gathered, and announce what has changed.

    Raises `WriteConflict` if somebody wrote the object in between, `ObjectGone` if it is gone.
    """
    if new != old:
        version = metadata(record.body).resource_version
        record.observe(await world.objects.write_status(record.ref, version, new.to_json()))
        record.written_at = world.clock.now()
        for announcement in events.announce(old, new):
            await world.events.emit(
                record.ref, announcement.reason.value, announcement.message, warning=announcement.warning
            )
    conditions = {condition.type: (condition.status, condition.reason) for condition in new.conditions}
    world.metrics.machine_conditions(record.uid, record.target_host or "", conditions)
