"""Conditions: merged in order, and their transition time changes with the status alone."""

from __future__ import annotations

import pytest

from hyperv_operator.api.names import Reason
from hyperv_operator.core import conditions
from hyperv_operator.core.decision import ConditionValue
from unit.core.samples import NOW, SECOND, condition

LATER = NOW + SECOND


@pytest.mark.parametrize(("value", "word"), [(True, "True"), (False, "False"), (None, "Unknown")])
def test_a_value_is_a_condition_status_of_kubernetes(value: bool | None, word: str) -> None:
    assert conditions.status_word(value) == word


def test_conditions_come_in_order_and_those_without_a_new_value_stay() -> None:
    old = [condition("B", generation=3), condition("C", generation=3)]
    new = {"C": ConditionValue(False, Reason.INTERNAL, "x"), "A": ConditionValue(True, Reason.READY, "y")}
    merged = conditions.merge(old, new, ["A", "B", "C", "D"], 4, LATER)
    assert [one.type for one in merged] == ["A", "B", "C"]
    assert merged[1] == condition("B", generation=4), "clients ignore the conditions of an earlier generation"
    kept = conditions.merge(old, new, ["A", "B", "C", "D"], 4, LATER, keep_generations=True)
    assert (kept[0], kept[1], kept[2]) == (merged[0], old[0], merged[2])
    assert (merged[2].status, merged[2].reason, merged[2].message, merged[2].observed_generation) == (
        "False",
        "Internal",
        "x",
        4,
    )


@pytest.mark.parametrize(("value", "moved"), [(True, False), (False, True), (None, True)])
def test_the_transition_time_changes_with_the_status_alone(value: bool | None, *, moved: bool) -> None:
    (merged,) = conditions.merge([condition("A")], {"A": ConditionValue(value, Reason.QUEUED, "x")}, ["A"], 1, LATER)
    assert merged.last_transition_time == (LATER if moved else NOW)


def test_a_new_condition_begins_now_and_a_long_message_is_cut() -> None:
    value = ConditionValue(True, Reason.READY, "x" * 2_001)
    (merged,) = conditions.merge([], {"A": value}, ["A"], 1, LATER)
    assert merged.last_transition_time == LATER
    assert merged.message == "x" * 2_000
