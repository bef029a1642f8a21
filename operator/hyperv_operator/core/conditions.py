"""Conditions: from what was decided to what is written, keeping the time of the last change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Literal

from hyperv_operator.api.common import Condition
from hyperv_operator.core.decision import ConditionValue

MAX_MESSAGE = 2_000


def status_word(value: bool | None) -> Literal["True", "False", "Unknown"]:  # noqa: FBT001 - a condition's value
    """Return a condition's status word."""
    return "Unknown" if value is None else "True" if value else "False"


def merge(
    old: Iterable[Condition], facts: Mapping[str, ConditionValue], order: Iterable[str], generation: int, now: datetime
) -> tuple[Condition, ...]:
    """Return the conditions in the given order; a type that no fact speaks of stays as it was.

    `lastTransitionTime` moves only with the status, as Kubernetes' conventions say.
    """
    before = {condition.type: condition for condition in old}
    merged = []
    for kind in order:
        fact, was = facts.get(kind), before.get(kind)
        if fact is None:
            if was is not None:
                merged.append(was)
            continue
        status = status_word(fact.value)
        changed = was is None or was.status != status
        merged.append(
            Condition(
                type=kind,
                status=status,
                reason=fact.reason.value,
                message=fact.message[:MAX_MESSAGE],
                last_transition_time=now if changed or was is None else was.last_transition_time,
                observed_generation=generation,
            )
        )
    return tuple(merged)
