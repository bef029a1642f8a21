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
    CircuitOpen,
    HostError,
    HostUnreachable,
    LogonPending,
    LogonRefused,
    LogonSuspended,
)
from hyperv_operator.ports import JsonObject, ObjectRef
from hyperv_operator.reconcilers.cache import Cache, HostEntry, MachineEntry
from hyperv_operator.reconcilers.dependencies import Dependencies
from hyperv_operator.reconcilers.launch_observer import LaunchObserver
from hyperv_operator.reconcilers.machine import MachineReconciler
from hyperv_operator.telemetry.metrics import PrometheusMetrics

NOW = datetime(2026, 1, 1, tzinfo=UTC)
BODY: JsonObject = {"metadata": {"name": "m", "uid": "u", "generation": 1}, "spec": {"targetHost": "h"}}


def _deps() -> Dependencies:
    clock = SimpleNamespace(now=lambda: NOW)
    return cast("Dependencies", SimpleNamespace(clock=clock, metrics=PrometheusMetrics()))


async def _ended(error: Exception) -> asyncio.Future[Any]:
    future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
    future.set_exception(error)
    return future


@pytest.mark.parametrize(
    ("error", "failures"),
    [
        (HostUnreachable("x"), 1),
        (CircuitOpen("x"), 0),
        (LogonRefused("x"), 1),
        (LogonSuspended("x"), 0),
        (LogonPending("x"), 0),
    ],
)
async def test_a_launch_that_was_held_back_does_not_make_the_machine_wait_longer(
    error: HostError, failures: int
) -> None:
    entry = MachineEntry(ObjectRef("HyperVMachine", "m", "n", "u"), BODY)
    follower = LaunchObserver(_deps(), entry, Launch(JobKind.PROVISION, run_id=None, attempt=1), lambda *_: None)
    follower.on_done(await _ended(error))
    assert entry.failures == failures
    assert entry.last
    assert entry.last.error is error
    assert entry.wake.is_set()


@pytest.mark.parametrize(
    ("error", "doubted"),
    [
        (HostUnreachable("x"), True),
        (CircuitOpen("x"), True),
        (LogonRefused("x"), True),
        (LogonPending("x"), True),
        (CallTimeout("x"), False),
    ],
)
async def test_a_host_that_did_not_answer_a_launch_is_looked_at_now(error: Exception, *, doubted: bool) -> None:
    cache = Cache()
    host = cache.hosts["h"] = HostEntry(ObjectRef("HyperVHost", "h"), BODY, read_at=NOW)
    MachineReconciler(_deps(), cache)._doubt("h", await _ended(error))
    assert (host.read_at is None, host.wake.is_set()) == (doubted, doubted)
