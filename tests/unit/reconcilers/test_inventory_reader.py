"""A poll of a host whose previous poll has not ended, or was cancelled because the host was deleted."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from hyperv_operator.api.names import FINALIZER
from hyperv_operator.errors import CallCancelled
from hyperv_operator.ports import RemoteTask, TaskHeld
from unit.reconcilers.apiserver import ApiServer, Process, host_body


@pytest.mark.parametrize("cause", [TaskHeld("held"), CallCancelled("cancelled")])
async def test_a_poll_that_is_not_made_is_no_error_of_the_host(
    cause: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    process = Process(ApiServer(host_body(finalizers=[FINALIZER])))

    def submit(_: RemoteTask[Any]) -> asyncio.Future[Any]:
        if isinstance(cause, TaskHeld):
            raise cause
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        future.set_exception(cause)
        return future

    monkeypatch.setattr(process.tasks, "submit", submit)
    entry = process.host()
    entry.poll.ended_at = None
    due = await process.hosts.step(entry)
    assert due
    assert due > process.now
    assert entry.poll.error is None
    assert entry.errors.failures == 0


async def test_the_calls_of_a_deleted_host_are_cancelled() -> None:
    process = Process(ApiServer(host_body()))
    process.hosts.cancel(process.host())
    assert process.tasks.cancelled == ["inventory:h", "rollout:h"]
