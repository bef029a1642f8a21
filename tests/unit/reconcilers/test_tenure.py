"""Two releases of the chart and one host: who serves it, and when the other takes over."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from hyperv_operator.api.names import FINALIZER, HOST_KIND
from hyperv_operator.errors import ClusterError
from hyperv_operator.ports import CanaryLease
from hyperv_operator.reconcilers.entries import HostEntry
from unit.core.samples import HOST
from unit.reconcilers.apiserver import DELETING, ApiServer, Process, host_body, machine_body

HELD = {"finalizers": [FINALIZER]}
OWN, OTHER = "hyperv-system", "hyperv-other"
DURATION = 90.0


def _process(operator: str | None, life: Callable[[float], str | None]) -> tuple[Process, HostEntry]:
    """Return an operator and a host that names an operator; `life` is the version of its Lease at a time, None without one."""
    status = {"operator": operator} if operator else {}
    process = Process(ApiServer(machine_body(**HELD), {**host_body(**HELD), "status": status}))

    def lease(namespace: str) -> CanaryLease | None:
        assert namespace == OTHER
        version = life(process.deps.monotonic())
        return CanaryLease(version, DURATION) if version else None

    process.server.leases = lease
    return process, process.host()


def _alive(now: float) -> str:
    return str(int(now // 30))


def _named(process: Process) -> str | None:
    status = process.server.bodies[HOST_KIND, HOST.name]["status"]
    operator = status.get("operator")
    return operator if isinstance(operator, str) else None


@pytest.mark.parametrize("operator", [None, OWN])
async def test_a_host_of_nobody_or_of_the_own_release_is_served_at_once(operator: str | None) -> None:
    process, entry = _process(operator, _alive)
    entry.disturbed = True
    await process.hosts.step(entry)
    assert _named(process) == OWN
    assert "lease" not in process.server.calls


async def test_a_host_of_a_living_operator_is_left_alone_and_that_is_said_once() -> None:
    process, entry = _process(OTHER, _alive)
    machine = process.machine()
    for _ in range(100):
        await process.steps(entry, 60)
        await process.passes(machine, 0)
    assert process.server.writes == []
    assert process.tasks.submitted == []
    assert process.server.events == ["ServedByAnotherOperator"]
    gauge = process.metrics.registry.get_sample_value("hyperv_operator_host_served_elsewhere", {"host": HOST.name})
    assert gauge == 1
    assert process.server.calls.count("lease") <= 6_000 / 10 + 1, "one read for all hosts in ten seconds"


async def test_nothing_is_said_or_done_before_it_is_known_whether_the_other_lives() -> None:
    process, entry = _process(OTHER, lambda _: "1")
    await process.steps(entry, DURATION - 10)
    assert (process.server.events, process.server.writes) == ([], [])


@pytest.mark.parametrize(
    ("life", "after"),
    [
        (lambda _: None, 1),
        (lambda _: "1", DURATION + 10),
        (lambda now: _alive(min(now, 200)), 200 + DURATION + 10),
        (lambda now: _alive(now) if now < 200 else None, 211),
    ],
    ids=["never installed", "dead since before the start", "dies", "is uninstalled"],
)
async def test_a_host_of_a_dead_operator_is_taken_over(life: Callable[[float], str | None], after: float) -> None:
    process, entry = _process(OTHER, life)
    machine = process.machine()
    assert entry.readable_spec
    await process.steps(entry, after)
    assert _named(process) == OWN
    machine.wake.set()
    await process.passes(machine, 10)
    assert process.tasks.submitted


async def test_an_operator_that_comes_back_too_late_gives_way() -> None:
    process, entry = _process(OTHER, lambda _: None)
    await process.steps(entry, 1)
    assert _named(process) == OWN
    # The other one sees its host served by this one.
    assert entry.holder(OTHER) == OWN


async def test_an_unreadable_lease_is_no_dead_operator() -> None:
    process, entry = _process(OTHER, lambda _: None)
    process.server.fails["lease"].extend([ClusterError("500")] * 100)
    await process.steps(entry, 600)
    assert (_named(process), process.server.writes) == (OTHER, [])


async def test_a_machine_that_the_other_operator_releases_is_dropped_without_a_warning(
    caplog: pytest.LogCaptureFixture,
) -> None:
    process, _ = _process(OTHER, _alive)
    machine = process.machine()
    process.server.bodies.clear()
    machine.missing = True
    assert (await process.machines.reconcile(machine)).ended
    assert "somebody removed the finalizer" not in caplog.text


async def test_a_deleted_host_of_a_living_operator_is_left_to_it() -> None:
    process, entry = _process(OTHER, _alive)
    process.server.bodies[HOST_KIND, HOST.name]["metadata"] |= DELETING
    await process.steps(process.host(), 300)
    assert process.server.writes == []
    del process.server.bodies[HOST_KIND, HOST.name]
    entry.missing = True
    assert await process.hosts.step(entry) is None
