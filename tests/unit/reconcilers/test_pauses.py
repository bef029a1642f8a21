"""Pauses after failures of the Kubernetes API: work stays in proportion, and a person does not wait for it."""

from __future__ import annotations

import copy
from datetime import timedelta

import pytest

from hyperv_operator.api.names import FINALIZER, MACHINE_KIND
from hyperv_operator.errors import AccessForbidden, ClusterError, WriteConflict
from hyperv_operator.reconcilers.launch_observer import LaunchOutdated
from hyperv_operator.reconcilers.pauses import LIMIT, ErrorPause
from hyperv_operator.reconcilers.resources import MachineResource
from unit.reconcilers.apiserver import NAME, START, ApiServer, Process, host_body, machine_body

HELD = {"finalizers": [FINALIZER]}
SECOND = timedelta(seconds=1)


def test_a_pause_doubles_up_to_five_minutes() -> None:
    pause = ErrorPause()
    lengths = [(pause.failed(START, ClusterError("500"), lambda: 1.0) - START) / SECOND for _ in range(12)]
    assert lengths == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300]


@pytest.mark.parametrize(("drawn", "seconds"), [(0.0, 4), (0.5, 6), (1.0, 8)])
def test_half_of_a_pause_is_drawn_at_random(drawn: float, seconds: float) -> None:
    pause = ErrorPause()
    pause.failures = 3
    assert pause.failed(START, ClusterError("500"), lambda: drawn) == START + seconds * SECOND


@pytest.mark.parametrize(("asked", "seconds"), [(None, 1), (0.0, 1), (30.0, 30), (900.0, 900)])
def test_the_api_server_may_ask_for_more(asked: float | None, seconds: float) -> None:
    until = ErrorPause().failed(START, ClusterError("429", retry_after=asked), lambda: 1.0)
    assert until == START + seconds * SECOND


def test_a_pause_that_has_failed_for_years_is_still_bounded() -> None:
    pause = ErrorPause()
    pause.failures = 1_000_000
    assert pause.failed(START, ValueError(), lambda: 1.0) == START + LIMIT


def test_a_pause_ends_with_its_time_and_with_a_success() -> None:
    pause = ErrorPause()
    until = pause.failed(START, ClusterError("500"), lambda: 1.0)
    assert (pause.active(START), pause.active(until)) == (until, None)
    pause.clear()
    assert (pause.failures, pause.active(START)) == (0, None)


@pytest.mark.parametrize(
    "refusal", [ClusterError("500"), AccessForbidden("403"), WriteConflict("409"), ClusterError("429")], ids=str
)
async def test_a_claim_that_cannot_be_written_is_tried_a_few_times_a_minute(refusal: Exception) -> None:
    process = Process(ApiServer(machine_body(**HELD), host_body()))
    process.host()
    process.server.fails["status"].extend([refusal] * 1_000)
    await process.passes(process.machine(), 60)
    assert 3 <= len(process.tasks.submitted) <= 8
    assert process.server.writes == []


async def test_a_claim_that_was_written_ends_the_pause() -> None:
    process = Process(ApiServer(machine_body(**HELD), host_body()))
    process.host()
    process.server.fails["get"].extend([ClusterError("500")] * 3)
    entry = process.machine()
    await process.passes(entry, 30)
    assert process.tasks.prepared
    assert entry.errors.failures == 0


async def test_a_launch_that_is_outdated_again_and_again_is_not_decided_in_a_loop(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def outdated(*_: object) -> None:
        raise LaunchOutdated("Something else is called for.")

    process = Process(ApiServer(machine_body(**HELD), host_body()))
    process.host()
    monkeypatch.setattr(process.machines._launcher, "_decided", outdated)
    await process.passes(process.machine(), 60)
    assert 3 <= len(process.tasks.submitted) <= 8


async def test_an_edit_by_a_person_ends_the_pause() -> None:
    process = Process(ApiServer(machine_body(**HELD), host_body()))
    process.host()
    process.server.fails["labels"].extend([ClusterError("500")] * 9)
    entry = process.machine()
    await process.passes(entry, 100)
    assert entry.errors.active(process.now)
    body = copy.deepcopy(process.server.bodies[MACHINE_KIND, NAME])
    body["metadata"] |= {"generation": 2, "resourceVersion": "900"}
    assert entry.observe(MachineResource.parse(body))
    assert not entry.errors.active(process.now)


async def test_waking_a_machine_in_its_pause_makes_no_request() -> None:
    process = Process(ApiServer(machine_body(**HELD), host_body()))
    process.server.fails["labels"].append(ClusterError("429", retry_after=60))
    process.host()
    entry = process.machine()
    await process.machines.reconcile(entry)
    calls = len(process.server.calls)
    for _ in range(50):
        entry.wake.set()
        result = await process.machines.reconcile(entry)
        assert result.until == START + 60 * SECOND
    assert len(process.server.calls) == calls


async def test_a_host_leaves_a_failing_api_server_alone_too() -> None:
    process = Process(ApiServer(host_body(**HELD)))
    process.server.fails["status"].extend([ClusterError("500")] * 1_000)
    entry = process.host()
    entry.disturbed = True
    await process.steps(entry, 59)
    assert 3 <= process.server.calls.count("status") <= 8
