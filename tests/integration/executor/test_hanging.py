"""Hanging tasks: abandoned, counted and replaced up to a limit. Stopping the executor in order."""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

import pytest

from controlplane.waiting import wait_until_async
from executor.tasks import Function, Gate, nothing, service, task, until_cancelled
from hyperv_operator.errors import CallCancelled, CallTimeout
from hyperv_operator.executor.scaling import Bounds
from hyperv_operator.executor.scheduled_task import TaskState
from hyperv_operator.ports import Lane, RemoteTask
from hyperv_operator.telemetry.metrics import PrometheusMetrics

T = TypeVar("T")
pytestmark = pytest.mark.timeout(60)


def _value(metrics: PrometheusMetrics, name: str, **labels: str) -> float | None:
    return metrics.registry.get_sample_value(f"hyperv_operator_{name}", labels)


async def _until(probe: Callable[[], T], satisfied: Callable[[T], bool], what: str) -> None:
    async def ask() -> T:
        return probe()

    await wait_until_async(ask, satisfied, what=what, within=20)


async def _hang(tasks: Any, gate: Gate, count: int, lane: Lane = Lane.JOB) -> None:
    for number in range(count):
        with pytest.raises(CallTimeout, match="abandoned") as caught:
            await tasks.submit(task("z", gate, host=f"z{number}", category="short", lane=lane))
        assert caught.value.effect_unknown


async def test_a_hanging_task_is_abandoned_and_counted_and_its_worker_replaced() -> None:
    metrics, gate = PrometheusMetrics(), Gate()
    tasks = service(metrics, job=Bounds(1, 1))
    await _hang(tasks, gate, 2)
    assert await tasks.submit(task("b", lambda _: "next")) == "next"
    assert gate.inside == 2
    assert _value(metrics, "hanging_calls", lane="job") == 2
    assert _value(metrics, "hanging_calls_alarm", lane="job") == 0
    gate.open()
    await _until(lambda: _value(metrics, "hanging_calls", lane="job"), lambda count: count == 0, "the calls to return")
    assert tasks.exhausted() is None


async def test_the_hanging_limit_raises_the_alarm_and_stops_replacement_until_calls_return(
    caplog: pytest.LogCaptureFixture,
) -> None:
    metrics, gate = PrometheusMetrics(), Gate()
    tasks = service(metrics, fast=Bounds(1, 1), hanging_limit=2)
    await _hang(tasks, gate, 1, Lane.FAST)
    assert _value(metrics, "hanging_calls_alarm", lane="fast") == 0
    with caplog.at_level(logging.ERROR):
        await _hang(tasks, gate, 2, Lane.FAST)
    assert "not replaced" in caplog.text
    assert _value(metrics, "hanging_calls_alarm", lane="fast") == 1
    waiting = tasks.submit(task("w", lambda _: "at last", lane=Lane.FAST, host="other"))
    assert tasks.state("w") is TaskState.QUEUED
    assert "lane fast has no worker left: 3 calls hang" in str(tasks.exhausted())
    assert await tasks.submit(task("j", lambda _: "the other lane")) == "the other lane"
    gate.open()
    assert await waiting == "at last"


async def test_hanging_tasks_open_the_breaker_of_their_host() -> None:
    tasks, gate = service(), Gate()
    for _ in range(3):
        with pytest.raises(CallTimeout):
            await tasks.submit(task("z", gate, category="short"))
    assert tasks.get_metrics().breakers["h"].state == "open"
    gate.open()


async def test_a_task_that_returns_at_its_deadline_is_not_abandoned() -> None:
    def keeps(context: Any) -> str:
        pause = threading.Event()
        while context.remaining() > 0:
            pause.wait(0.005)
        return "in time"

    tasks = service(deadline_grace=30.0)
    assert await tasks.submit(task("a", keeps, category="short")) == "in time"
    assert tasks.get_metrics().lanes["job"].hanging == 0


async def test_a_task_that_ignores_its_cancellation_is_abandoned() -> None:
    tasks, gate, began = service(cancel_grace=0.05), Gate(), asyncio.Event()
    future = tasks.submit(task("a", gate, on_start=began.set))
    await began.wait()
    tasks.cancel("a")
    with pytest.raises(CallCancelled, match="abandoned") as caught:
        await future
    assert caught.value.effect_unknown
    assert await tasks.submit(task("a", lambda _: "again")) == "again"
    gate.open()


async def test_threads_are_reused_and_stopped_when_surplus() -> None:
    before, tasks = threading.active_count(), service()
    threads = {await tasks.submit(task("a", lambda _: threading.current_thread())) for _ in range(20)}
    assert len(threads) == 1
    many = (tasks.submit(task(f"a{n}", lambda _: threading.current_thread(), host=f"h{n}")) for n in range(100))
    assert len({*await asyncio.gather(*many), *threads}) <= 4
    await tasks.close(5)
    await _until(threading.active_count, lambda count: count <= before, "the threads to end")


# --- stopping --------------------------------------------------------------------------------------------------------


async def test_close_drops_queued_tasks_at_once_and_lets_running_ones_finish() -> None:
    tasks, gate, began = service(), Gate(), asyncio.Event()
    running = tasks.submit(task("running", gate, on_start=began.set))
    waiting = tasks.submit(task("waiting", nothing))
    await began.wait()
    closing = asyncio.create_task(tasks.close(30))
    with pytest.raises(CallCancelled, match="stopping"):
        await waiting
    with pytest.raises(CallCancelled, match="stopping"):
        await tasks.submit(task("late", nothing))
    assert not closing.done()
    assert not running.done()
    gate.open()
    assert await running == "through"
    await closing


async def test_drain_starts_no_task_and_stops_none() -> None:
    tasks, gate, began = service(), Gate(), asyncio.Event()
    running = tasks.submit(task("running", gate, on_start=began.set))
    await began.wait()
    waiting = tasks.submit(task("waiting", nothing))
    tasks.drain()
    later = tasks.submit(task("later", nothing, host="other"))
    gate.open()
    assert await running == "through"
    assert [tasks.state(key) for key in ("waiting", "later")] == [TaskState.QUEUED] * 2
    await tasks.close(5)
    for future in (waiting, later):
        with pytest.raises(CallCancelled, match="stopping"):
            await future


async def test_close_cancels_tasks_after_the_grace_period_and_abandons_those_that_ignore_it() -> None:
    tasks, gate = service(stop_grace=0.2), Gate()
    tasks.set_slots("h", 2)
    obedient, deaf = tasks.submit(task("obedient", until_cancelled)), tasks.submit(task("deaf", gate))
    await _until(lambda: gate.inside, lambda count: count == 1, "the call")
    began = time.monotonic()
    await tasks.close(0.1)
    assert time.monotonic() - began < 10
    for future, word in ((obedient, "stopped"), (deaf, "abandoned")):
        with pytest.raises(CallCancelled, match=word) as caught:
            await future
        assert caught.value.effect_unknown
    gate.open()


async def test_a_task_in_preparation_does_not_start_once_the_executor_closes() -> None:
    tasks, preparing, go_on, ran = service(), asyncio.Event(), asyncio.Event(), []

    async def prepare() -> Function:
        preparing.set()
        await go_on.wait()
        return lambda _: ran.append(1)

    future = tasks.submit(RemoteTask("a", "h", Lane.JOB, "long", prepare))
    await preparing.wait()
    closing = asyncio.create_task(tasks.close(30))
    await asyncio.sleep(0)
    go_on.set()
    with pytest.raises(CallCancelled):
        await future
    await closing
    assert ran == []


async def test_a_hanging_preparation_does_not_delay_close() -> None:
    async def prepare() -> Function:
        await asyncio.Event().wait()
        return nothing

    tasks = service()
    future = tasks.submit(RemoteTask("a", "h", Lane.JOB, "long", prepare))
    await tasks.close(0.05)
    with pytest.raises(CallCancelled):
        await future
