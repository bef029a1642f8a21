"""RemoteTaskService: lanes, slots, cancellation, circuit breakers and the isolation of failures."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest

from executor.tasks import DEADLINES, Function, Gate, nothing, service, task, until_cancelled
from hyperv_operator.errors import AuthenticationFailed, CallCancelled, CallTimeout, CircuitOpen, HostUnreachable
from hyperv_operator.executor.scaling import Bounds, Pace, Sample
from hyperv_operator.executor.scheduled_task import TaskState
from hyperv_operator.ports import Lane, LogLine, LogStream, RemoteTask, TaskContext


def _unreachable(_: TaskContext) -> None:
    raise HostUnreachable("h does not answer.")


async def test_slots_limit_the_running_tasks_of_their_host_only() -> None:
    tasks, gate = service(), Gate()
    tasks.set_slots("slow", 2)
    slow = [tasks.submit(task(f"s{number}", gate, host="slow")) for number in range(4)]
    assert await tasks.submit(task("other", lambda _: "done", host="quick")) == "done"
    assert [tasks.state(f"s{number}") for number in (1, 2)] == [TaskState.RUNNING, TaskState.QUEUED]
    gate.open()
    await asyncio.gather(*slow)
    assert gate.peak <= 2


async def test_a_host_cannot_occupy_every_worker_of_a_lane() -> None:
    tasks, gate = service(), Gate()
    tasks.set_slots("greedy", 20)
    held = [tasks.submit(task(f"g{number}", gate, host="greedy")) for number in range(20)]
    assert await tasks.submit(task("other", lambda _: "done", host="quick")) == "done"
    gate.open()
    await asyncio.gather(*held)
    assert gate.peak <= 3


async def test_lanes_are_independent() -> None:
    tasks, gate = service(job=Bounds(1, 1)), Gate()
    held = tasks.submit(task("job", gate))
    assert await tasks.submit(task("fast", lambda _: "done", lane=Lane.FAST)) == "done"
    gate.open()
    await held


async def test_with_a_busy_cpu_a_backlog_adds_no_workers_but_every_other_host_gets_one() -> None:
    tasks, gate = service(job=Bounds(1, 16), sampler=lambda: Sample(cpu=1.0, memory=0.1), sample_interval=0.0), Gate()
    tasks.set_slots("a", 20)
    held = [tasks.submit(task(f"a{number}", gate, host="a")) for number in range(20)]
    assert tasks.get_metrics().lanes["job"].workers == 1
    held += [tasks.submit(task(f"{host}1", gate, host=host)) for host in "bc"]
    assert [tasks.state(f"{host}1") for host in "bc"] == [TaskState.RUNNING] * 2
    # Round-robin may give the worker added for another host to the first one: at most one per added host.
    assert tasks.get_metrics().lanes["job"].workers <= 5
    gate.open()
    await asyncio.gather(*held)


async def test_the_worker_limit_grows_while_tasks_are_queued() -> None:
    tasks, gate = service(job=Bounds(1, 8), sample_interval=0.01, pace=Pace(up_seconds=0.0)), Gate()
    tasks.set_slots("a", 20)
    began: list[int] = []
    seventh = asyncio.Event()

    def on_start() -> None:
        began.append(1)
        if len(began) == 7:
            seventh.set()

    held = [tasks.submit(task(f"a{number}", gate, host="a", on_start=on_start)) for number in range(20)]
    await asyncio.wait_for(seventh.wait(), 20)
    assert tasks.get_metrics().lanes["job"].hosts["a"].running == 7
    gate.open()
    await asyncio.gather(*held)


async def test_a_failure_does_not_affect_other_tasks() -> None:
    tasks = service()

    def fail(_: TaskContext) -> None:
        raise ZeroDivisionError

    tasks.set_slots("h", 2)
    failing, fine = tasks.submit(task("a", fail)), tasks.submit(task("b", lambda _: 1))
    assert await fine == 1
    with pytest.raises(ZeroDivisionError):
        await failing
    assert tasks.state("a") is None


@pytest.mark.parametrize("error", [StopIteration, SystemExit, KeyboardInterrupt, GeneratorExit])
async def test_an_exception_that_would_end_the_process_or_loop_is_an_ordinary_failure(
    error: type[BaseException],
) -> None:
    def fail(_: TaskContext) -> None:
        raise error

    tasks = service()
    with pytest.raises(RuntimeError, match=error.__name__):
        await tasks.submit(task("a", fail))
    assert await tasks.submit(task("a", lambda _: 1)) == 1


async def test_an_exception_in_prepare_is_the_result_and_no_thread_runs() -> None:
    async def prepare() -> Function:
        raise KeyError("no")

    before = threading.active_count()
    with pytest.raises(KeyError):
        await service().submit(RemoteTask("a", "h", Lane.JOB, "long", prepare))
    assert threading.active_count() == before


async def test_a_hanging_preparation_times_out() -> None:
    async def prepare() -> Function:
        await asyncio.Event().wait()
        return nothing

    tasks = service(preparation_timeout=0.05)
    with pytest.raises(CallTimeout, match="call was not made") as caught:
        await tasks.submit(RemoteTask("a", "h", Lane.JOB, "long", prepare))
    assert not caught.value.effect_unknown
    assert await tasks.submit(task("b", lambda _: "next")) == "next"


async def test_a_task_has_the_deadline_of_its_category() -> None:
    tasks = service()
    left = [await tasks.submit(task("a", lambda context: context.remaining(), category=name)) for name in DEADLINES]
    assert 25 < left[0] <= 30
    assert 0 <= left[1] <= 0.05
    with pytest.raises(ValueError, match="no deadline"):
        await tasks.submit(task("a", nothing, category="other"))


async def test_cancelling_drops_a_queued_task_and_stops_a_running_one() -> None:
    tasks, began = service(), asyncio.Event()
    running = tasks.submit(task("a", until_cancelled, on_start=began.set))
    queued = tasks.submit(task("b", until_cancelled))
    await began.wait()
    tasks.cancel("b")
    tasks.cancel("a")
    for future in (queued, running):
        with pytest.raises(CallCancelled):
            await future


async def test_cancelling_a_future_cancels_its_task() -> None:
    tasks, began = service(), asyncio.Event()
    running = tasks.submit(task("a", until_cancelled, on_start=began.set))
    queued = tasks.submit(task("b", nothing))
    await began.wait()
    queued.cancel()
    running.cancel()
    assert await tasks.submit(task("c", lambda _: "next")) == "next"
    assert {one.result: one.count for one in tasks.get_metrics().tallies} == {"CallCancelled": 2, "ok": 1}


async def test_reports_arrive_in_order_and_before_the_result() -> None:
    seen: list[str] = []

    def call(context: TaskContext) -> int:
        for number in range(50):
            context.report(LogLine(LogStream.OUTPUT, str(number)))
        return len(seen)

    await service().submit(task("a", call, on_report=lambda report: seen.append(getattr(report, "text", ""))))
    assert seen == [str(number) for number in range(50)]


async def test_a_key_that_is_already_held_is_rejected() -> None:
    tasks, gate = service(), Gate()
    first = tasks.submit(task("a", gate))
    with pytest.raises(ValueError, match="held"):
        await tasks.submit(task("a", nothing))
    gate.open()
    await first


# --- circuit breakers ------------------------------------------------------------------------------------------------


async def _fail(tasks: Any, times: int, **more: Any) -> None:
    for _ in range(times):
        with pytest.raises(HostUnreachable, match="does not answer"):
            await tasks.submit(task("x", _unreachable, **more))


async def test_consecutive_failures_open_the_breaker_and_a_successful_probe_closes_it() -> None:
    tasks = service()
    await _fail(tasks, 3)
    with pytest.raises(CircuitOpen, match=r"h does not answer\. The last 3 calls to the host got no answer"):
        await tasks.submit(task("a", nothing))
    assert await tasks.submit(task("b", lambda _: "other", host="other")) == "other"
    await _fail(tasks, 1, probe=True, lane=Lane.FAST)
    with pytest.raises(CircuitOpen):
        await tasks.submit(task("a", nothing))
    assert await tasks.submit(task("p", lambda _: "there", probe=True, lane=Lane.FAST)) == "there"
    assert await tasks.submit(task("a", lambda _: "done")) == "done"
    assert tasks.get_metrics().refused == {"h": 2}


async def test_a_refused_logon_counts_as_an_answer_and_is_never_retried() -> None:
    tasks, offered = service(), []
    await _fail(tasks, 3)

    def refused(_: TaskContext) -> None:
        offered.append(1)
        raise AuthenticationFailed("h refused the credentials.")

    for _ in range(4):
        with pytest.raises(AuthenticationFailed):
            await tasks.submit(task("p", refused, probe=True))
    assert len(offered) == 4
    assert tasks.get_metrics().breakers == {}


async def test_an_opening_breaker_refuses_queued_tasks_and_spares_running_ones() -> None:
    tasks, gate = service(), Gate()
    tasks.set_slots("h", 2)
    running = tasks.submit(task("running", gate))
    failing = [tasks.submit(task(f"f{number}", _unreachable)) for number in range(3)]
    waiting = tasks.submit(task("waiting", nothing))
    probe = tasks.submit(task("probe", _unreachable, probe=True))
    ends = await asyncio.gather(*failing, waiting, probe, return_exceptions=True)
    assert [type(end) for end in ends] == [*[HostUnreachable] * 3, CircuitOpen, HostUnreachable]
    assert tasks.state("running") is TaskState.RUNNING
    gate.open()
    assert await running == "through"
    assert await tasks.submit(task("next", lambda _: "done")) == "done"


async def test_a_report_of_a_running_task_closes_the_breaker() -> None:
    tasks, gate, reported = service(), Gate(), asyncio.Event()
    tasks.set_slots("h", 2)

    def call(context: TaskContext) -> None:
        gate(context)
        context.report(LogLine(LogStream.OUTPUT, "x"))
        until_cancelled(context)

    running = tasks.submit(task("running", call, on_report=lambda _: reported.set()))
    await _fail(tasks, 3)
    gate.open()
    await reported.wait()
    assert await tasks.submit(task("a", lambda _: "done")) == "done"
    tasks.cancel("running")
    with pytest.raises(CallCancelled):
        await running


async def test_forgetting_a_host_drops_its_breaker() -> None:
    tasks = service()
    await _fail(tasks, 3)
    tasks.forget_host("h")
    assert tasks.get_metrics().breakers == {}
    assert await tasks.submit(task("a", lambda _: "done")) == "done"
