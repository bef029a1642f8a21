"""A launch that a host did not answer, or that was not even tried: what the next pass and the host get to know."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest

from hyperv_operator.core.actions import JobKind, Launch
from hyperv_operator.errors import (
    CallTimeout,
    HostError,
    HostHeldBack,
    HostUnreachable,
    LogonAwaited,
    LogonHeldBack,
    LogonRefused,
)
from hyperv_operator.ports import JsonObject, ObjectRef
from hyperv_operator.reconcilers.cache import Book, HostRecord, MachineRecord
from hyperv_operator.reconcilers.dependencies import World
from hyperv_operator.reconcilers.launch_observer import Follower
from hyperv_operator.reconcilers.machine import MachineReconciler
from hyperv_operator.telemetry.metrics import PrometheusMetrics

NOW = datetime(2026, 1, 1, tzinfo=UTC)
BODY: JsonObject = {"metadata": {"name": "m", "uid": "u", "generation": 1}, "spec": {"targetHost": "h"}}


def _world() -> World:
    clock = SimpleNamespace(now=lambda: NOW)
    return cast("World", SimpleNamespace(clock=clock, metrics=PrometheusMetrics()))


async def _ended(error: Exception) -> asyncio.Future[Any]:
    future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
    future.set_exception(error)
    return future


@pytest.mark.parametrize(
    ("error", "failures"),
    [
        (HostUnreachable("x"), 1),
        (HostHeldBack("x"), 0),
        (LogonRefused("x"), 1),
        (LogonHeldBack("x"), 0),
        (LogonAwaited("x"), 0),
    ],
)
async def test_a_launch_that_was_held_back_does_not_make_the_machine_wait_longer(
    error: HostError, failures: int
) -> None:
    record = MachineRecord(ObjectRef("HyperVMachine", "m", "n", "u"), BODY)
    follower = Follower(_world(), record, Launch(JobKind.PROVISION, run_id=None, attempt=1), lambda *_: None)
    follower.on_done(await _ended(error))
    assert record.failures == failures
    assert record.last
    assert record.last.error is error
    assert record.wake.is_set()


@pytest.mark.parametrize(
    ("error", "doubted"),
    [
        (HostUnreachable("x"), True),
        (HostHeldBack("x"), True),
        (LogonRefused("x"), True),
        (LogonAwaited("x"), True),
        (CallTimeout("x"), False),
    ],
)
async def test_a_host_that_did_not_answer_a_launch_is_looked_at_now(error: Exception, *, doubted: bool) -> None:
    book = Book()
    host = book.hosts["h"] = HostRecord(ObjectRef("HyperVHost", "h"), BODY, read_at=NOW)
    MachineReconciler(_world(), book)._doubt("h", await _ended(error))
    assert (host.read_at is None, host.wake.is_set()) == (doubted, doubted)
