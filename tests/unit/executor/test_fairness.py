"""Fair scheduling: hosts take turns within their slots, and no host's backlog delays another host."""

from __future__ import annotations

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from hyperv_operator.executor.fairness import FairQueue

HOSTS = ("a", "b", "c", "d")


def _queue(slots: int = 1, max_slots: int = 100) -> FairQueue[str]:
    return FairQueue(slots=slots, max_slots=max_slots)


def _drained(queue: FairQueue[str]) -> list[str]:
    taken = []
    while entry := queue.take():
        taken.append(entry)
    return taken


def test_hosts_take_turns_and_the_tasks_of_a_host_stay_in_order() -> None:
    queue = _queue(slots=9)
    for key in ("a1", "a2", "a3", "b1", "c1", "b2"):
        queue.add(key[0], key, key)
    assert _drained(queue) == ["a1", "b1", "c1", "a2", "b2", "a3"]


def test_a_host_without_a_free_slot_is_skipped() -> None:
    queue = _queue()
    for key in ("a1", "a2", "b1"):
        queue.add(key[0], key, key)
    assert _drained(queue) == ["a1", "b1"]
    assert (queue.depth, queue.ready) == (1, 0)
    queue.release("a")
    assert (queue.ready, queue.starved) == (1, 1)
    assert _drained(queue) == ["a2"]


def test_a_change_of_slots_takes_effect_at_once_within_the_lanes_cap() -> None:
    queue = _queue(max_slots=3)
    for number in range(5):
        queue.add("a", f"a{number}", f"a{number}")
    assert queue.ready == 1
    assert queue.set_slots("a", 2)
    assert not queue.set_slots("a", 2)
    assert queue.ready == 2
    queue.set_slots("a", 20)
    assert (queue.ready, queue.slots("a")) == (3, 3)
    queue.forget("a")
    assert queue.ready == 1


def test_a_removed_task_is_not_taken() -> None:
    queue = _queue(slots=9)
    for key in ("a1", "a2"):
        queue.add("a", key, key)
    queue.remove("a", "a1")
    assert queue.queued_on("a") == ("a2",)
    assert _drained(queue) == ["a2"]
    assert queue.by_host() == {"a": (0, 1)}


class Fairness(RuleBasedStateMachine):
    """Property: before a ready host starts a task, every other host starts at most one."""

    def __init__(self) -> None:
        super().__init__()
        self.queue = _queue()
        self.slots = dict.fromkeys(HOSTS, 1)
        self.queued: dict[str, list[str]] = {host: [] for host in HOSTS}
        self.running: Counter[str] = Counter()
        self.overtaken: dict[str, Counter[str]] = {host: Counter() for host in HOSTS}
        self.number = 0

    def _could(self, host: str) -> int:
        return max(0, min(len(self.queued[host]), self.slots[host] - self.running[host]))

    @rule(host=st.sampled_from(HOSTS), count=st.integers(1, 20))
    def add(self, host: str, count: int) -> None:
        for _ in range(count):
            self.number += 1
            self.queued[host].append(f"{host}{self.number}")
            self.queue.add(host, self.queued[host][-1], self.queued[host][-1])

    @rule(host=st.sampled_from(HOSTS), slots=st.integers(1, 4))
    def set_slots(self, host: str, slots: int) -> None:
        self.slots[host] = slots
        self.queue.set_slots(host, slots)

    @rule()
    def take(self) -> None:
        could = {host for host in HOSTS if self._could(host)}
        entry = self.queue.take()
        assert (entry is None) == (not could)
        if entry is None:
            return
        host = entry[0]
        assert self._could(host)
        assert self.queued[host].pop(0) == entry
        self.running[host] += 1
        self.overtaken[host].clear()
        for other in could - {host}:
            self.overtaken[other][host] += 1
            assert self.overtaken[other][host] <= 1

    @precondition(lambda self: self.running.total())
    @rule(data=st.data())
    def release(self, data: st.DataObject) -> None:
        host = data.draw(st.sampled_from(sorted(self.running.elements())))
        self.running[host] -= 1
        self.queue.release(host)

    @precondition(lambda self: any(self.queued.values()))
    @rule(data=st.data())
    def remove(self, data: st.DataObject) -> None:
        key = data.draw(st.sampled_from([key for keys in self.queued.values() for key in keys]))
        self.queued[key[0]].remove(key)
        self.queue.remove(key[0], key)

    @invariant()
    def counters_match_the_model(self) -> None:
        could = {host: self._could(host) for host in HOSTS}
        assert self.queue.ready == sum(could.values())
        assert self.queue.depth == sum(map(len, self.queued.values()))
        assert self.queue.starved == sum(1 for host, count in could.items() if count and not self.running[host])
        for host, count in could.items():
            if not count:
                self.overtaken[host].clear()


TestFairness = Fairness.TestCase
TestFairness.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)


@given(backlog=st.integers(1, 300), others=st.integers(1, 8), slots=st.integers(1, 4))
@settings(max_examples=30, deadline=None)
def test_every_host_starts_a_task_within_one_round_whatever_the_backlog_of_another(
    backlog: int, others: int, slots: int
) -> None:
    queue = _queue(slots=slots)
    for number in range(backlog):
        queue.add("busy", f"busy{number}", "busy")
    for number in range(others):
        queue.add(f"h{number}", f"h{number}", f"h{number}")
    first = [queue.take() for _ in range(others + 1)]
    assert sorted(map(str, first)) == sorted(["busy", *(f"h{number}" for number in range(others))])
