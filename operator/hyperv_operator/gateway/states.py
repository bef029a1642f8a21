"""What jobs and hosts have in common: conditions, readiness and transitions, from a resource as the API server gives it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from pydantic import ValidationError

from hyperv_operator.api.catalogue import CATALOGUE
from hyperv_operator.api.common import Condition as ApiCondition
from hyperv_operator.api.common import Status
from hyperv_operator.api.names import Reason
from hyperv_operator.gateway.models import Condition, Readiness, Remedy, Transition

_UNSEEN: Final = Readiness(
    status="Unknown", reason="Pending", message="The operator has not looked at it yet.", at=None
)


def readiness(status: Status) -> Readiness:
    """Return the Ready condition."""
    ready = status.condition("Ready")
    if ready is None:
        return _UNSEEN
    return Readiness(status=ready.status, reason=ready.reason, message=ready.message, at=ready.last_transition_time)


def conditions(found: Iterable[ApiCondition]) -> list[Condition]:
    """Return all conditions."""
    return [Condition.model_validate(one, from_attributes=True) for one in found]


def transitions(status: object) -> list[Transition]:
    """Return the transitions in a status, newest first; one that cannot be read is left out."""
    return list(_readable(status.get("transitions") if isinstance(status, Mapping) else None))


def _readable(raw: object) -> Iterator[Transition]:
    for one in raw if isinstance(raw, list) else ():
        try:
            yield Transition.model_validate(one)
        except ValidationError:
            continue


def remedy(ready: Readiness, docs_url: str) -> Remedy | None:
    """Return what to do about the reason of a Ready condition; None if nobody has to do anything."""
    if ready.reason not in set(Reason):
        return None
    entry = CATALOGUE.get(Reason(ready.reason))
    if entry is None or not entry.remedy:
        return None
    return Remedy(summary=entry.remedy, docs=f"{docs_url}/reference/conditions.md#{ready.reason}")


def part(body: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """Return the metadata, spec or status of a resource; empty if there is none."""
    found = body.get(name)
    return found if isinstance(found, Mapping) else {}
