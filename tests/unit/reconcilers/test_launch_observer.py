"""A launch that a host did not answer, or that was not even tried: what the next pass and the host get to know."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import pytest

from hyperv_operator.core.actions import Launch, Remove
from hyperv_operator.errors import (
    CallTimeout,
    CircuitOpen,
    HostError,
    HostUnreachable,
    LogonPending,
    LogonRefused,
    LogonSuspended,
)
from hyperv_operator.ports import JsonObject
from hyperv_operator.protocol.records import AgentCode, Outcome, OutcomeKind
from hyperv_operator.reconcilers.cache import Cache
from hyperv_operator.reconcilers.dependencies import Dependencies
from hyperv_operator.reconcilers.entries import HostEntry, MachineEntry, Poll
from hyperv_operator.reconcilers.launch_observer import LaunchObserver
from hyperv_operator.reconcilers.launcher import Launcher
from hyperv_operator.reconcilers.resources import HostResource, MachineResource
from hyperv_operator.telemetry.metrics import PrometheusMetrics
from hyperv_operator.telemetry.redaction import Redactor
from unit.core.samples import HOST, failed, pending

NOW = datetime(2026, 1, 1, tzinfo=UTC)
BODY: JsonObject = {"metadata": {"name": "m", "uid": "u", "generation": 1}, "spec": {"targetHost": "h"}}


def _deps() -> Dependencies:
    clock = SimpleNamespace(now=lambda: NOW)
    return cast(
        "Dependencies", SimpleNamespace(clock=clock, metrics=PrometheusMetrics(), logs=None, redaction=Redactor())
    )


async def _result(outcome: Outcome) -> asyncio.Future[Any]:
    future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
    future.set_result(outcome)
    return future


@pytest.mark.parametrize(
    ("outcome", "waits"),
    [
        (pending("WaitingForGuestKey"), 3),
        (pending("WaitingForGuest"), 3),
        (pending("HostBusy"), 0),
        (failed(AgentCode.COPY_FAILED), 0),
        (Outcome(outcome=OutcomeKind.COMPLETED), 0),
    ],
)
async def test_launches_that_end_with_waiting_for_the_guest_are_counted(outcome: Outcome, waits: int) -> None:
    entry = MachineEntry(MachineResource.parse(BODY))
    entry.execution.waits = 2
    observer = LaunchObserver(_deps(), entry, Launch(HOST, attempt=1, work=Remove()), lambda *_: None)
    observer.on_done(await _result(outcome))
    assert entry.execution.waits == waits


async def test_a_call_that_fails_leaves_the_count_of_waiting_launches() -> None:
    entry = MachineEntry(MachineResource.parse(BODY))
    entry.execution.waits = 2
    observer = LaunchObserver(_deps(), entry, Launch(HOST, attempt=1, work=Remove()), lambda *_: None)
    observer.on_done(await _ended(HostUnreachable("x")))
    assert entry.execution.waits == 2


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
async def test_a_launch_that_was_not_attempted_does_not_lengthen_the_pause(error: HostError, failures: int) -> None:
    entry = MachineEntry(MachineResource.parse(BODY))
    observer = LaunchObserver(_deps(), entry, Launch(HOST, attempt=1, work=Remove()), lambda *_: None)
    observer.on_done(await _ended(error))
    assert entry.execution.failures == failures
    assert entry.execution.last
    assert entry.execution.last.error is error
    assert entry.wake.is_set()


@pytest.mark.parametrize(
    ("error", "polled"),
    [
        (HostUnreachable("x"), True),
        (CircuitOpen("x"), True),
        (LogonRefused("x"), True),
        (LogonPending("x"), True),
        (CallTimeout("x"), False),
    ],
)
async def test_a_host_that_did_not_answer_a_launch_is_polled_immediately(error: Exception, *, polled: bool) -> None:
    cache = Cache()
    host = cache.hosts["h"] = HostEntry(HostResource.parse(BODY), poll=Poll(ended_at=NOW))
    Launcher(_deps(), cache, lambda *_: None)._poll_if_unreachable("h", await _ended(error))
    assert (host.poll.ended_at is None, host.wake.is_set()) == (polled, polled)
