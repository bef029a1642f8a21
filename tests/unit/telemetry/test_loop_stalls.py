"""The CPU time for which the event loop does not turn is measured, shown and logged."""

from __future__ import annotations

import asyncio
import logging
import time

import pytest
from prometheus_client import generate_latest

from hyperv_operator.telemetry.loop_stalls import LoopStalls, TimedSelector, timed_loop
from hyperv_operator.telemetry.metrics import PrometheusMetrics


def _shown(metrics: PrometheusMetrics) -> float:
    lines = generate_latest(metrics.registry).decode().splitlines()
    (line,) = (line for line in lines if line.startswith("hyperv_operator_event_loop_cpu_stall_seconds "))
    return float(line.split()[1])


def _run(work: object, selector: TimedSelector) -> None:
    with asyncio.Runner(loop_factory=lambda: timed_loop(selector)) as runner:
        runner.run(work)  # type: ignore[arg-type]


def test_a_turn_that_computes_is_measured_and_one_that_waits_is_not() -> None:
    turns: list[float] = []

    async def work() -> None:
        await asyncio.sleep(0.2)
        end = time.thread_time() + 0.12
        while time.thread_time() < end:
            pass
        await asyncio.sleep(0)

    selector = TimedSelector()
    selector.on_turn = turns.append
    _run(work(), selector)
    turns.sort()
    assert 0.12 <= turns[-1] < 0.2
    assert turns[-2] < 0.1


def test_the_time_of_a_turn_is_that_between_two_waits() -> None:
    times = iter((1.0, 1.5, 9.0, 9.25, 20.0))
    selector, turns = TimedSelector(lambda: next(times)), list[float]()
    selector.on_turn = turns.append
    for _ in range(3):
        selector.select(0)
    selector.close()
    assert turns == [0.5, 0.25]


def test_the_metric_is_the_longest_turn_since_the_last_scrape() -> None:
    metrics = PrometheusMetrics()
    stalls = LoopStalls(metrics)
    for seconds in (0.01, 0.05, 0.02):
        stalls.turned(seconds)
    assert _shown(metrics) == 0.05
    assert _shown(metrics) == 0.0


def test_long_turns_are_logged_once_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    now = [1_000.0]
    stalls = LoopStalls(PrometheusMetrics(), lambda: now[0])
    for seconds, wait in ((0.0999, 0), (0.1, 0), (0.5, 59.9), (0.2, 0), (0.3, 0.1), (0.4, 60)):
        now[0] += wait
        stalls.turned(seconds)
    assert [(record.levelno, record.getMessage()) for record in caplog.records] == [
        (logging.WARNING, "The event loop did not turn for 100 ms of CPU time."),
        (
            logging.WARNING,
            "The event loop did not turn for 300 ms of CPU time. 2 others were not logged since the last warning.",
        ),
        (logging.WARNING, "The event loop did not turn for 400 ms of CPU time."),
    ]
