from __future__ import annotations

import gc

import pytest

from hyperv_operator.telemetry.garbage import FULL_INTERVAL_SECONDS, LONG_SECONDS, Survivors, short_collections

_DAY = 86_400.0


class _Collector:
    def __init__(self) -> None:
        self.now = 1_000.0
        self.calls: list[str] = []
        self.survivors = Survivors(
            freeze=lambda: self.calls.append("freeze"),
            unfreeze=lambda: self.calls.append("unfreeze"),
            clock=lambda: self.now,
        )

    def collect(self, seconds: float, generation: int = 2) -> None:
        self.survivors("start", {"generation": generation})
        self.now += seconds
        self.survivors("stop", {"generation": generation, "collected": 0, "uncollectable": 0})


@pytest.fixture
def collector() -> _Collector:
    return _Collector()


@pytest.mark.parametrize(("seconds", "calls"), [(0.0, []), (0.0201, ["freeze"]), (3.0, ["freeze"])])
def test_what_survives_a_long_full_collection_is_set_aside(
    collector: _Collector, seconds: float, calls: list[str]
) -> None:
    collector.collect(seconds)
    assert collector.calls == calls


def test_a_collection_of_exactly_the_limit_is_not_long(collector: _Collector) -> None:
    collector.now = 0.0
    collector.collect(LONG_SECONDS)
    assert LONG_SECONDS == 0.02
    assert collector.calls == []


@pytest.mark.parametrize("generation", [0, 1])
def test_survivors_of_a_young_collection_are_not_set_aside(collector: _Collector, generation: int) -> None:
    collector.collect(1.0, generation)
    assert collector.calls == []


def test_all_objects_are_visited_once_a_day(collector: _Collector) -> None:
    assert FULL_INTERVAL_SECONDS == _DAY
    collector.now += _DAY - 1
    collector.collect(0.0)
    assert collector.calls == []
    collector.now += 1
    collector.collect(0.0)
    collector.collect(0.0)
    assert collector.calls == ["unfreeze"]
    collector.now += _DAY
    collector.collect(1.0)
    assert collector.calls == ["unfreeze", "unfreeze", "freeze"]


def test_the_end_of_a_collection_that_began_before_is_ignored(collector: _Collector) -> None:
    collector.survivors("stop", {"generation": 2})
    assert collector.calls == []


def test_a_young_collection_leaves_the_day_alone(collector: _Collector) -> None:
    collector.now += _DAY
    collector.collect(0.0, 1)
    assert collector.calls == []


def test_collections_are_watched_only_inside() -> None:
    before = list(gc.callbacks)
    with short_collections():
        assert len(gc.callbacks) == len(before) + 1
        gc.collect()
        gc.freeze()
    assert gc.callbacks == before
    assert gc.get_freeze_count() == 0
