"""Writing a machine's status: status first, if it has changed, and only then Events and metrics."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hyperv_operator.api.common import Transition
from hyperv_operator.api.machine import HyperVMachineStatus
from hyperv_operator.core import events
from hyperv_operator.core.events import StatusEvent
from hyperv_operator.core.transitions import extended
from hyperv_operator.ports import ObjectRef
from hyperv_operator.reconcilers.cache import HostEntry, MachineEntry
from hyperv_operator.reconcilers.dependencies import Dependencies
from hyperv_operator.reconcilers.resources import MachineResource


async def write(deps: Dependencies, entry: MachineEntry, old: HyperVMachineStatus, new: HyperVMachineStatus) -> None:
    """Write the status, with its transitions, over the version that was gathered, and emit an Event for each transition.

    Raises `WriteConflict` if the object was written in between, `ObjectGone` if it is gone.
    """
    if new != old:
        found = redacted(deps, events.between(old, new))
        new = new.model_copy(update={"transitions": transitions(deps, entry, found)})
        version, entry.written = entry.resource.meta.resource_version, new
        body = await deps.objects.write_status(entry.ref, version, new.to_json())
        entry.observe(MachineResource.parse(body))
        await emit(deps, entry.ref, found)
    conditions = {condition.type: (condition.status, condition.reason) for condition in new.conditions}
    deps.metrics.machine_conditions(entry.uid, entry.target_host or "", conditions)


def redacted(deps: Dependencies, found: Sequence[StatusEvent]) -> tuple[StatusEvent, ...]:
    """Return Events without secrets: their messages go into the status."""
    return tuple(replace(one, message=deps.redaction.clean(one.message)) for one in found)


def transitions(
    deps: Dependencies, entry: MachineEntry | HostEntry, found: Sequence[StatusEvent]
) -> tuple[Transition, ...]:
    """Return the transitions of an object after these Events, which are redacted."""
    return extended(entry.resource.status.transitions, found, deps.clock.now(), entry.last_sequence)


async def emit(deps: Dependencies, ref: ObjectRef, found: Sequence[StatusEvent]) -> None:
    """Emit the Events of a status that was written, and have its new transitions sent."""
    if found and deps.notifications is not None:
        deps.notifications.changed(ref)
    for event in found:
        await deps.events.emit(ref, event.reason.value, event.message, warning=event.warning)
