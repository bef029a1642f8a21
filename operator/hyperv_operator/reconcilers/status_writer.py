"""Writing statuses: fitted to their bounds, first the status, if it has changed, and only then Events and metrics.

A status that the API server refuses stops nothing: a smaller one is written, and the refusal is reported.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final, TypeVar

from hyperv_operator.api.common import Status, Transition
from hyperv_operator.api.machine import HyperVMachineStatus
from hyperv_operator.api.names import EventReason
from hyperv_operator.border.fitting import fit
from hyperv_operator.border.text import Clean
from hyperv_operator.core import events
from hyperv_operator.core.events import StatusEvent
from hyperv_operator.core.smaller_status import smaller
from hyperv_operator.core.transitions import extended
from hyperv_operator.errors import WriteRefused
from hyperv_operator.ports import JsonObject, ObjectRef
from hyperv_operator.reconcilers.dependencies import Dependencies
from hyperv_operator.reconcilers.entries import HostEntry, MachineEntry
from hyperv_operator.reconcilers.redacted import redacted_status
from hyperv_operator.reconcilers.resources import MachineResource

log = logging.getLogger(__name__)

VERBATIM: Final = frozenset({"origin"})
"""What a machine was made with is compared with its spec, so it is written as the spec has it."""

_NO_TIME: Final = datetime(1970, 1, 1, tzinfo=UTC)

Problems = tuple[Clean, ...]
StatusT = TypeVar("StatusT", bound=Status)


async def write(deps: Dependencies, entry: MachineEntry, old: HyperVMachineStatus, new: HyperVMachineStatus) -> bool:
    """Write the status, with its transitions, over the version that was gathered, and emit an Event for each transition.

    Return False if the API server refuses it, and every smaller one. Raises `WriteConflict` if the object was written in
    between, `ObjectGone` if it is gone.
    """
    accepted, wrong = True, Problems()
    if new != old:
        new, wrong = fitted(old, redacted_status(new, lambda text: deps.redaction.clean(text, entry.uid)))
    if new != old:
        accepted = await _write(deps, entry, old, new, wrong)
    conditions = {condition.type: (condition.status, condition.reason) for condition in new.conditions}
    deps.metrics.machine_conditions(entry.uid, entry.target_host or "", conditions)
    return accepted


async def _write(
    deps: Dependencies, entry: MachineEntry, old: HyperVMachineStatus, new: HyperVMachineStatus, wrong: Problems
) -> bool:
    if is_refused(entry, new):
        return False
    found = redacted(deps, events.between(old, new))
    body = await put(deps, entry, old, new, transitions(deps, entry, found), wrong)
    if body is None:
        return False
    entry.observe(MachineResource.parse(body))
    await emit(deps, entry.ref, found)
    return True


def fitted(old: StatusT, new: StatusT) -> tuple[StatusT, Problems]:
    """Return the status within the bounds of its model, and what was cut or left out for that."""
    reading = fit(new, VERBATIM)
    return reading.item or smaller(old, new)[-1], reading.problems


async def put(
    deps: Dependencies,
    entry: MachineEntry | HostEntry,
    old: StatusT,
    new: StatusT,
    changes: tuple[Transition, ...],
    wrong: Problems,
) -> JsonObject | None:
    """Write a fitted status with its transitions, or else a smaller one; return the object, or None if each of them is refused.

    `wrong` is what was cut or left out of the status, which is reported now that it is written.
    """
    full, more = fitted(old, new.model_copy(update={"transitions": changes}))
    for problem in (*wrong, *more):
        log.warning("A part of the status was cut or left out: %s", problem, extra=_fields(entry.ref))
        deps.metrics.status_problem(entry.ref.kind, "cut")
    version, entry.refused = entry.resource.meta.resource_version, None
    for candidate in (full, *smaller(old, full)):
        entry.written = candidate  # type: ignore[assignment] # the status is of the entry's kind
        try:
            body = await deps.objects.write_status(entry.ref, version, candidate.to_json())
        except WriteRefused as error:
            if entry.refused is None and error.message != entry.refusal:
                await report_refusal(deps, entry.ref, error)
                entry.refusal = error.message
            entry.refused = _untimed(new)  # type: ignore[assignment]
        else:
            entry.refusal = entry.refusal if entry.refused else None
            return body
    return None


def is_refused(entry: MachineEntry | HostEntry, new: StatusT) -> bool:
    """Return whether the API server has refused this status the last time, as it is or at another time."""
    return entry.refused is not None and entry.refused == _untimed(new)


def _untimed(status: StatusT) -> StatusT:
    """Return the status without the times of its conditions: a condition that was never written gets a new one in each pass."""
    return status.model_copy(
        update={
            "conditions": tuple(one.model_copy(update={"last_transition_time": _NO_TIME}) for one in status.conditions)
        }
    )


async def report_refusal(deps: Dependencies, ref: ObjectRef, error: WriteRefused) -> None:
    """Report that the API server refuses what was written: in the log, as a metric, and as an Event."""
    log.error("%s", error, extra=_fields(ref))
    deps.metrics.status_problem(ref.kind, "refused")
    text = f"{error.message} Check that the resource definitions in the cluster are those of the operator's version."
    await deps.events.emit(ref, EventReason.STATUS_REFUSED.value, text, warning=True)


def _fields(ref: ObjectRef) -> dict[str, object]:
    return {"object": f"{ref.kind} {f'{ref.namespace}/' if ref.namespace else ''}{ref.name}"}


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
