"""The tasks of one host: namespaces take turns, and in its turn a namespace's urgent tasks come first."""

from __future__ import annotations

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule

from hyperv_operator.executor.fairness import FairQueue
from hyperv_operator.executor.turns import Turns

SHARES = ("a", "b", "c")


def _turns(*keys: str) -> Turns[str]:
    """Return tasks whose share is the first letter of the key; those in capitals are urgent."""
    turns: Turns[str] = Turns()
    for key in keys:
        turns.add(key, key, key[0].lower(), urgent=key[0].isupper())
    return turns


def _drained(turns: Turns[str]) -> list[str]:
    return [turns.take() for _ in range(len(turns))]


def test_namespaces_take_turns_and_the_tasks_of_each_stay_in_order() -> None:
    assert _drained(_turns("a1", "a2", "a3", "b1", "c1", "b2")) == ["a1", "b1", "c1", "a2", "b2", "a3"]


def test_one_task_behind_forty_of_another_namespace_is_the_second() -> None:
    turns = _turns(*(f"a{number}" for number in range(40)), "b1")
    assert [turns.take(), turns.take()] == ["a0", "b1"]


def test_an_urgent_task_goes_before_its_own_namespaces_tasks_and_before_the_others_turns() -> None:
    assert _drained(_turns("a1", "a2", "b1", "B2", "B3")) == ["B2", "a1", "B3", "a2", "b1"]


def test_urgent_tasks_take_no_turn_away_from_others() -> None:
    assert _drained(_turns("A1", "A2", "A3", "b1", "b2", "c1")) == ["A1", "b1", "c1", "A2", "b2", "A3"]


def test_a_namespace_that_empties_its_tasks_and_adds_others_has_no_second_turn_in_the_round() -> None:
    turns = _turns("A1", "b1", "c1")
    assert turns.take() == "A1"
    turns.add("A2", "A2", "a", urgent=True)
    assert _drained(turns) == ["b1", "c1", "A2"]


def test_a_removed_task_is_gone_and_the_others_keep_their_order() -> None:
    turns = _turns("a1", "A2", "b1")
    assert turns.remove("A2") == "A2"
    assert (len(turns), list(turns)) == (2, ["a1", "b1"])
    assert turns.remove("a1") == "a1"
    assert _drained(turns) == ["b1"]


def test_the_tasks_are_listed_share_by_share() -> None:
    assert list(_turns("a1", "b1", "A2")) == ["A2", "a1", "b1"]


def test_the_queue_of_a_host_serves_its_namespaces_by_turns() -> None:
    queue: FairQueue[str] = FairQueue(slots=9, max_slots=9)
    for key in ("a1", "a2", "b1"):
        queue.add("host", key, key, share=key[0])
    queue.add("host", "b2", "b2", share="b", urgent=True)
    assert [queue.take() for _ in range(4)] == ["b2", "a1", "b1", "a2"]


class Fair(RuleBasedStateMachine):
    """Property: while a namespace has a task, every other one starts at most two before it, one of them at the end of a round."""

    def __init__(self) -> None:
        super().__init__()
        self.turns: Turns[str] = Turns()
        self.queued: dict[str, list[str]] = {share: [] for share in SHARES}
        self.overtaken: dict[str, Counter[str]] = {share: Counter() for share in SHARES}
        self.number = 0

    @rule(share=st.sampled_from(SHARES), urgent=st.booleans(), count=st.integers(1, 9))
    def add(self, share: str, count: int, *, urgent: bool) -> None:
        for _ in range(count):
            self.number += 1
            key = f"{share}{self.number}"
            self.queued[share].append(key)
            self.turns.add(key, key, share, urgent=urgent)

    @precondition(lambda self: len(self.turns) > 0)
    @rule()
    def take(self) -> None:
        key = self.turns.take()
        share = key[0]
        self.queued[share].remove(key)
        self.overtaken[share].clear()
        for other in SHARES:
            if other != share and self.queued[other]:
                self.overtaken[other][share] += 1
                assert self.overtaken[other][share] <= 2
            elif not self.queued[other]:
                self.overtaken[other].clear()
        assert len(self.turns) == sum(map(len, self.queued.values()))


TestFair = Fair.TestCase
TestFair.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)


@given(backlog=st.integers(1, 300), urgent=st.booleans())
@settings(max_examples=30, deadline=None)
def test_every_namespace_has_a_turn_in_the_first_round_whatever_anothers_backlog(backlog: int, *, urgent: bool) -> None:
    turns: Turns[str] = Turns()
    for number in range(backlog):
        turns.add(f"a{number}", "a", "a", urgent=urgent)
    for share in ("b", "c"):
        turns.add(share, share, share, urgent=False)
    assert sorted(turns.take() for _ in range(3)) == ["a", "b", "c"]
