"""Writing a machine's status: status first, if it has changed, and only then Events and metrics."""

from __future__ import annotations

from hyperv_operator.api.machine import HyperVMachineStatus
from hyperv_operator.core import events
from hyperv_operator.reconcilers.cache import MachineEntry
from hyperv_operator.reconcilers.dependencies import Dependencies
from hyperv_operator.reconcilers.resources import MachineResource


async def write(deps: Dependencies, entry: MachineEntry, old: HyperVMachineStatus, new: HyperVMachineStatus) -> None:
    """Write the status over the version that was gathered, and emit an Event for each transition.

    Raises `WriteConflict` if the object was written in between, `ObjectGone` if it is gone.
    """
    if new != old:
        version, entry.written = entry.resource.meta.resource_version, new
        body = await deps.objects.write_status(entry.ref, version, new.to_json())
        entry.observe(MachineResource.parse(body))
        for event in events.between(old, new):
            await deps.events.emit(entry.ref, event.reason.value, event.message, warning=event.warning)
    conditions = {condition.type: (condition.status, condition.reason) for condition in new.conditions}
    deps.metrics.machine_conditions(entry.uid, entry.target_host or "", conditions)
