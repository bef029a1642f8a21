"""The bounded executor: lanes, slots, cancellation, deadlines, and failures that stay where they happen."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from hyperv_operator.errors import CallCancelled, CallTimeout
from hyperv_operator.ports import CallContext, Lane, LogLine, LogStream, RemoteTask, TaskState
from hyperv_operator.remote.service import RemoteTaskService
from hyperv_operator.telemetry.metrics import PrometheusMetrics

Call = Callable[[CallContext], Any]


def _service(**options: Any) -> RemoteTaskService:
    return RemoteTaskService(PrometheusMetrics(), **{"job_workers": 4, "fast_workers": 2, **options})


def _task(
    key: str, call: Call, *, host: str = "h", lane: Lane = Lane.JOB, deadline: float = 30, **more: Any
) -> RemoteTask[Any]:
    async def prepare() -> Call:
        return call

    ready: Callable[[], Awaitable[Call]] = prepare
    return RemoteTask(key, host, lane, "test", deadline, ready, **more)


async def test_a_hosts_slots_bound_its_tasks_and_no_other_hosts() -> None:
    service, gate, running, peak = _service(), threading.Event(), [0], [0]
    lock = threading.Lock()

    def call(_: CallContext) -> None:
        with lock:
            running[0] += 1
            peak[0] = max(peak[0], running[0])
        gate.wait(10)
        with lock:
            running[0] -= 1

    service.set_slots("slow", 2)
    slow = [service.submit(_task(f"s{number}", call, host="slow")) for number in range(4)]
    assert await service.submit(_task("other", lambda _: "done", host="quick")) == "done"
    assert [service.state(f"s{number}") for number in (1, 2)] == [TaskState.RUNNING, TaskState.QUEUED]
    gate.set()
    await asyncio.gather(*slow)
    assert peak == [2]


async def test_a_failure_is_its_own_tasks_result_alone() -> None:
    service = _service()

    def fail(_: CallContext) -> None:
        raise ZeroDivisionError

    service.set_slots("h", 2)
    failing, fine = service.submit(_task("a", fail)), service.submit(_task("b", lambda _: 1))
    assert await fine == 1
    with pytest.raises(ZeroDivisionError):
        await failing
    assert service.state("a") is None


async def test_what_prepare_raises_is_the_result_and_no_thread_runs() -> None:
    async def prepare() -> Call:
        raise KeyError("no")

    with pytest.raises(KeyError):
        await _service().submit(RemoteTask("a", "h", Lane.JOB, "test", 5, prepare))


async def test_a_queued_task_is_dropped_and_a_running_one_is_asked_to_stop() -> None:
    service, began = _service(), asyncio.Event()

    def call(context: CallContext) -> None:
        pause = threading.Event()
        while not context.is_cancelled():
            pause.wait(0.01)
        raise CallCancelled("stopped")

    running = service.submit(_task("a", call, on_start=began.set))
    queued = service.submit(_task("b", call))
    await began.wait()
    service.cancel("b")
    service.cancel("a")
    for future in (queued, running):
        with pytest.raises(CallCancelled):
            await future


async def test_a_call_that_hangs_is_given_up_and_its_place_is_free_again() -> None:
    service, gate = _service(grace=0.05), threading.Event()
    hanging = service.submit(_task("a", lambda _: gate.wait(20), deadline=0.05))
    with pytest.raises(CallTimeout):
        await hanging
    assert await service.submit(_task("b", lambda _: "next")) == "next"
    gate.set()


async def test_reports_come_in_order_and_before_the_result() -> None:
    seen: list[str] = []

    def call(context: CallContext) -> int:
        for number in range(50):
            context.report(LogLine(LogStream.OUTPUT, str(number)))
        return len(seen)

    future = _service().submit(_task("a", call, on_report=lambda report: seen.append(report.text)))
    await future
    assert seen == [str(number) for number in range(50)]


async def test_one_key_is_held_once() -> None:
    service, gate = _service(), threading.Event()
    first = service.submit(_task("a", lambda _: gate.wait(10)))
    with pytest.raises(ValueError, match="held"):
        await service.submit(_task("a", lambda _: None))
    gate.set()
    await first
