"""No background task ends unnoticed, and no loop of an object vanishes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, cast

import pytest

from hyperv_operator.errors import TaskEnded
from hyperv_operator.handlers import loops
from hyperv_operator.handlers.loops import Loops
from hyperv_operator.handlers.supervisor import Supervisor
from hyperv_operator.ports import Metrics


class _Metrics:
    def __init__(self) -> None:
        self.failed: list[str] = []

    def loop_failed(self, kind: str) -> None:
        self.failed.append(kind)


async def _forever() -> None:
    await asyncio.Event().wait()


async def _returns() -> None:
    await asyncio.sleep(0)


async def _raises() -> None:
    await asyncio.sleep(0)
    raise ZeroDivisionError("the cause")


async def _is_cancelled() -> None:
    raise asyncio.CancelledError


@pytest.mark.parametrize("task", [_returns, _raises, _is_cancelled])
async def test_a_background_task_that_ends_ends_the_operator(
    task: Callable[[], Any], caplog: pytest.LogCaptureFixture
) -> None:
    supervisor = Supervisor()
    supervisor.start("steady", _forever())
    supervisor.start("canary", task())
    async with asyncio.timeout(5):
        with pytest.raises(TaskEnded, match="The background task canary has ended unexpectedly"):
            await supervisor.run_until(asyncio.Event())
        await supervisor.close()
    assert "'canary' has ended" in caplog.text
    assert ("the cause" in caplog.text) is (task is _raises)


async def test_a_request_to_stop_ends_the_operator_without_an_error() -> None:
    supervisor, stop = Supervisor(), asyncio.Event()
    supervisor.start("steady", _forever())
    stop.set()
    async with asyncio.timeout(5):
        await supervisor.run_until(stop)
        await supervisor.close()


async def test_a_loop_that_fails_is_counted_and_starts_again(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(loops, "_MIN_PAUSE", 0.001)
    metrics, runs, settled = _Metrics(), list[int](), asyncio.Event()
    own = Loops("HyperVMachine", cast("Metrics", metrics))

    async def loop() -> None:
        runs.append(1)
        if len(runs) < 4:
            raise ZeroDivisionError
        settled.set()
        await _forever()

    own.start("u1", loop)
    async with asyncio.timeout(5):
        await settled.wait()
        await own.close()
    assert metrics.failed == ["HyperVMachine"] * 3
    assert "The loop of HyperVMachine u1 failed" in caplog.text


async def test_an_object_has_one_loop_at_a_time_and_may_have_another_once_it_ended() -> None:
    own, running = Loops("HyperVHost", cast("Metrics", _Metrics())), list[str]()

    async def first() -> None:
        running.append("first")
        await asyncio.sleep(0)

    async def second() -> None:
        running.append("second")

    own.start("u1", first)
    own.start("u1", second)
    (task,) = own._tasks.values()
    task.add_done_callback(lambda _: running.append("ended"))
    await task
    assert running[0] == "first"
    own.start("u1", second)
    await asyncio.gather(*own._tasks.values())
    assert running == ["first", "ended", "second"]
    await own.close()
