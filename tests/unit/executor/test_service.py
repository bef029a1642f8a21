"""The bounded executor: lanes, slots, cancellation, held-back hosts, and failures that stay where they happen."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest

from executor.tasks import DEADLINES, Function, Gate, nothing, service, task, until_cancelled
from hyperv_operator.errors import AuthenticationFailed, CallCancelled, CallTimeout, CircuitOpen, HostUnreachable
from hyperv_operator.executor.scaling import Bounds, Pace, Sample
from hyperv_operator.ports import Lane, LogLine, LogStream, RemoteTask, TaskContext, TaskState


def _silent(_: TaskContext) -> None:
    raise HostUnreachable("h does not answer.")


async def test_a_hosts_slots_bound_its_tasks_and_no_other_hosts() -> None:
    tasks, gate = service(), Gate()
    tasks.set_slots("slow", 2)
    slow = [tasks.submit(task(f"s{number}", gate, host="slow")) for number in range(4)]
    assert await tasks.submit(task("other", lambda _: "done", host="quick")) == "done"
    assert [tasks.state(f"s{number}") for number in (1, 2)] == [TaskState.RUNNING, TaskState.QUEUED]
    gate.open()
    await asyncio.gather(*slow)
    assert gate.peak <= 2


async def test_a_host_with_all_the_slots_there_are_leaves_a_place_for_the_others() -> None:
    tasks, gate = service(), Gate()
    tasks.set_slots("greedy", 20)
    held = [tasks.submit(task(f"g{number}", gate, host="greedy")) for number in range(20)]
    assert await tasks.submit(task("other", lambda _: "done", host="quick")) == "done"
    gate.open()
    await asyncio.gather(*held)
    assert gate.peak <= 3


async def test_the_lanes_do_not_wait_for_each_other() -> None:
    tasks, gate = service(job=Bounds(1, 1)), Gate()
    held = tasks.submit(task("job", gate))
    assert await tasks.submit(task("fast", lambda _: "done", lane=Lane.FAST)) == "done"
    gate.open()
    await held


async def test_while_the_processor_is_busy_a_backlog_brings_no_workers_but_each_other_host_gets_one() -> None:
    tasks, gate = service(job=Bounds(1, 16), sampler=lambda: Sample(cpu=1.0, memory=0.1), sample_every=0.0), Gate()
    tasks.set_slots("a", 20)
    held = [tasks.submit(task(f"a{number}", gate, host="a")) for number in range(20)]
    assert tasks.get_metrics().lanes["job"].workers == 1
    held += [tasks.submit(task(f"{host}1", gate, host=host)) for host in "bc"]
    assert [tasks.state(f"{host}1") for host in "bc"] == [TaskState.RUNNING] * 2
    # A place made for another host may fall to the first at its turn: one for each, not more.
    assert tasks.get_metrics().lanes["job"].workers <= 5
    gate.open()
    await asyncio.gather(*held)


async def test_workers_come_by_themselves_while_a_backlog_waits() -> None:
    tasks, gate = service(job=Bounds(1, 8), sample_every=0.01, pace=Pace(up_seconds=0.0)), Gate()
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


async def test_a_failure_is_its_own_tasks_result_alone() -> None:
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
async def test_what_would_end_a_program_or_a_loop_is_a_failure_like_another(error: type[BaseException]) -> None:
    def fail(_: TaskContext) -> None:
        raise error

    tasks = service()
    with pytest.raises(RuntimeError, match=error.__name__):
        await tasks.submit(task("a", fail))
    assert await tasks.submit(task("a", lambda _: 1)) == 1


async def test_what_prepare_raises_is_the_result_and_no_thread_runs() -> None:
    async def prepare() -> Function:
        raise KeyError("no")

    before = threading.active_count()
    with pytest.raises(KeyError):
        await service().submit(RemoteTask("a", "h", Lane.JOB, "long", prepare))
    assert threading.active_count() == before


async def test_a_preparation_that_hangs_has_a_deadline_too() -> None:
    async def prepare() -> Function:
        await asyncio.Event().wait()
        return nothing

    tasks = service(preparation=0.05)
    with pytest.raises(CallTimeout, match="nothing was called") as caught:
        await tasks.submit(RemoteTask("a", "h", Lane.JOB, "long", prepare))
    assert not caught.value.effect_unknown
    assert await tasks.submit(task("b", lambda _: "next")) == "next"


async def test_a_call_knows_the_deadline_of_its_category() -> None:
    tasks = service()
    left = [await tasks.submit(task("a", lambda context: context.remaining(), category=name)) for name in DEADLINES]
    assert 25 < left[0] <= 30
    assert 0 <= left[1] <= 0.05
    with pytest.raises(ValueError, match="no deadline"):
        await tasks.submit(task("a", nothing, category="other"))


async def test_a_queued_task_is_dropped_and_a_running_one_is_asked_to_stop() -> None:
    tasks, began = service(), asyncio.Event()
    running = tasks.submit(task("a", until_cancelled, on_start=began.set))
    queued = tasks.submit(task("b", until_cancelled))
    await began.wait()
    tasks.cancel("b")
    tasks.cancel("a")
    for future in (queued, running):
        with pytest.raises(CallCancelled):
            await future


async def test_a_future_that_nobody_awaits_any_more_cancels_its_task() -> None:
    tasks, began = service(), asyncio.Event()
    running = tasks.submit(task("a", until_cancelled, on_start=began.set))
    queued = tasks.submit(task("b", nothing))
    await began.wait()
    queued.cancel()
    running.cancel()
    assert await tasks.submit(task("c", lambda _: "next")) == "next"
    assert {one.result: one.count for one in tasks.get_metrics().tallies} == {"CallCancelled": 2, "ok": 1}


async def test_reports_come_in_order_and_before_the_result() -> None:
    seen: list[str] = []

    def call(context: TaskContext) -> int:
        for number in range(50):
            context.report(LogLine(LogStream.OUTPUT, str(number)))
        return len(seen)

    await service().submit(task("a", call, on_report=lambda report: seen.append(getattr(report, "text", ""))))
    assert seen == [str(number) for number in range(50)]


async def test_one_key_is_held_once() -> None:
    tasks, gate = service(), Gate()
    first = tasks.submit(task("a", gate))
    with pytest.raises(ValueError, match="held"):
        await tasks.submit(task("a", nothing))
    gate.open()
    await first


# --- hosts that do not answer ----------------------------------------------------------------------------------------


async def _fail(tasks: Any, times: int, **more: Any) -> None:
    for _ in range(times):
        with pytest.raises(HostUnreachable, match="does not answer"):
            await tasks.submit(task("x", _silent, **more))


async def test_a_host_that_does_not_answer_is_held_back_and_an_answered_probe_ends_that() -> None:
    tasks = service()
    await _fail(tasks, 3)
    with pytest.raises(CircuitOpen, match=r"h does not answer\. The last 3 calls had no answer"):
        await tasks.submit(task("a", nothing))
    assert await tasks.submit(task("b", lambda _: "other", host="other")) == "other"
    await _fail(tasks, 1, probe=True, lane=Lane.FAST)
    with pytest.raises(CircuitOpen):
        await tasks.submit(task("a", nothing))
    assert await tasks.submit(task("p", lambda _: "there", probe=True, lane=Lane.FAST)) == "there"
    assert await tasks.submit(task("a", lambda _: "done")) == "done"
    assert tasks.get_metrics().refused == {"h": 2}


async def test_a_refusal_is_an_answer_and_is_never_retried() -> None:
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


async def test_what_waits_is_refused_when_the_breaker_opens_and_what_runs_is_not_cut() -> None:
    tasks, gate = service(), Gate()
    tasks.set_slots("h", 2)
    running = tasks.submit(task("running", gate))
    failing = [tasks.submit(task(f"f{number}", _silent)) for number in range(3)]
    waiting = tasks.submit(task("waiting", nothing))
    probe = tasks.submit(task("probe", _silent, probe=True))
    ends = await asyncio.gather(*failing, waiting, probe, return_exceptions=True)
    assert [type(end) for end in ends] == [*[HostUnreachable] * 3, CircuitOpen, HostUnreachable]
    assert tasks.state("running") is TaskState.RUNNING
    gate.open()
    assert await running == "through"
    assert await tasks.submit(task("next", lambda _: "done")) == "done"


async def test_a_running_call_that_reports_shows_that_the_host_is_there() -> None:
    tasks, gate, heard = service(), Gate(), asyncio.Event()
    tasks.set_slots("h", 2)

    def call(context: TaskContext) -> None:
        gate(context)
        context.report(LogLine(LogStream.OUTPUT, "x"))
        until_cancelled(context)

    running = tasks.submit(task("running", call, on_report=lambda _: heard.set()))
    await _fail(tasks, 3)
    gate.open()
    await heard.wait()
    assert await tasks.submit(task("a", lambda _: "done")) == "done"
    tasks.cancel("running")
    with pytest.raises(CallCancelled):
        await running


async def test_a_removed_host_leaves_no_breaker() -> None:
    tasks = service()
    await _fail(tasks, 3)
    tasks.forget_host("h")
    assert tasks.get_metrics().breakers == {}
    assert await tasks.submit(task("a", lambda _: "done")) == "done"
