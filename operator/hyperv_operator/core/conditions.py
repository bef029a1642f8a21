"""Conditions: merge new values into the old list and keep the time of the last transition."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

from hyperv_operator.api.common import Condition, ConditionStatus
from hyperv_operator.core.decision import ConditionValue

MAX_MESSAGE: Final = 2_000
_STATUS: Final[Mapping[bool | None, ConditionStatus]] = {True: "True", False: "False", None: "Unknown"}


def status_word(value: bool | None) -> ConditionStatus:  # noqa: FBT001 - a condition's value
    """Return the status of a condition with this value."""
    return _STATUS[value]


def merge(
    old: Iterable[Condition],
    values: Mapping[str, ConditionValue],
    order: Iterable[str],
    generation: int,
    now: datetime,
    *,
    keep_generations: bool = False,
) -> tuple[Condition, ...]:
    """Return the conditions in the given order; a type without a new value keeps its old condition.

    Every condition carries the generation of the pass, since clients ignore older ones; with `keep_generations`, those without
    a new value keep theirs: the pass has not judged the spec. `lastTransitionTime` changes only with the status, as the
    Kubernetes API conventions require.
    """
    before = {condition.type: condition for condition in old}
    merged = []
    for kind in order:
        value, previous = values.get(kind), before.get(kind)
        if value is not None:
            merged.append(_condition(kind, value, previous, generation, now))
        elif previous is not None:
            merged.append(
                previous if keep_generations else previous.model_copy(update={"observed_generation": generation})
            )
    return tuple(merged)


def _condition(
    kind: str, value: ConditionValue, previous: Condition | None, generation: int, now: datetime
) -> Condition:
    status = status_word(value.value)
    same = previous is not None and previous.status == status
    return Condition(
        type=kind,
        status=status,
        reason=value.reason.value,
        message=value.message[:MAX_MESSAGE],
        last_transition_time=previous.last_transition_time if previous is not None and same else now,
        observed_generation=generation,
    )
