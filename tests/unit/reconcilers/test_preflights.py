"""Preflights in the hosts' own passes: when they are made, what becomes of their results, and that nothing waits for them."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from typing_extensions import override

from executor.tasks import service
from hyperv_operator.api.host import HyperVHostStatus
from hyperv_operator.errors import AgentMissing, HostUnreachable, ProtocolViolation
from hyperv_operator.executor.scaling import Bounds
from hyperv_operator.ports import HostEndpoint, TaskContext
from hyperv_operator.protocol.job import PreflightJob
from hyperv_operator.protocol.preflight import PreflightReport, RowFacts
from hyperv_operator.reconcilers.entries import HostEntry
from hyperv_operator.reconcilers.resources import HostResource
from hyperv_operator.settings import Settings
from unit.reconcilers import fleet
from unit.reconcilers.fleet import Cluster, Fleet, Hosts

HOUR = timedelta(hours=1)


def row(state: str, name: str = "VirtualSwitch") -> RowFacts:
    return RowFacts.model_validate({"id": name, "state": state, "subject": "External", "observed": "there is none"})


class _Checked(Hosts):
    """One host with its rows, and the jobs of its preflights."""

    def __init__(self) -> None:
        super().__init__()
        self.take["a"] = {"1"}
        self.rows: tuple[RowFacts, ...] = (row("ok"),)
        self.error: Exception | None = None
        self.jobs: list[PreflightJob] = []
        self.two_asked = threading.Event()
        self.may_end = threading.Event()
        self.may_end.set()

    @override
    def read_preflight(self, endpoint: HostEndpoint, job: Any, context: TaskContext) -> PreflightReport:
        self.jobs.append(job)
        if len(self.jobs) == 2:
            self.two_asked.set()
        assert self.may_end.wait(20)
        if self.error:
            raise self.error
        return PreflightReport(rows=self.rows)


class _Site:
    def __init__(self, **settings: Any) -> None:
        self.cluster, self.host = Cluster("a"), _Checked()
        self.fleet = Fleet(self.cluster, self.host, settings=Settings(**settings))

    @property
    def entry(self) -> HostEntry:
        return self.fleet.cache.hosts["a"]

    @property
    def status(self) -> HyperVHostStatus:
        return HyperVHostStatus.parse(self.cluster.bodies["a"]["status"])

    @property
    def ready(self) -> tuple[str, str]:
        condition = self.status.condition("Ready")
        assert condition
        return condition.status, condition.reason

    async def settle(self) -> None:
        """Make passes until nothing is under way and nothing is left to do at this time."""
        async with asyncio.timeout(20):
            while True:
                due = await self.fleet.reconciler.reconcile(self.entry)
                running = self.fleet.reconciler._preflights._running
                if running:
                    await asyncio.wait(running.values())
                elif due > self.cluster.now and not self.entry.wake.is_set():
                    return

    async def after(self, passed: timedelta) -> None:
        self.cluster.now += passed
        await self.settle()


@pytest.fixture
async def site() -> AsyncIterator[_Site]:
    made = _Site()
    await made.settle()
    yield made
    await made.fleet.tasks.close(1)


async def test_a_host_is_checked_once_after_its_first_inventory_and_then_once_an_interval(site: _Site) -> None:
    assert len(site.host.jobs) == 1
    (job,) = site.host.jobs
    assert (job.schema_ref.id, job.max_concurrent_runs, job.host.virtual_switch) == ("host-preflight", 4, "External")
    found = site.status.preflight
    assert found
    assert found.counts.model_dump() == {"ok": 1, "warning": 0, "blocking": 0, "unknown": 1}
    assert site.ready == ("True", "Ready")
    for _ in range(5):
        await site.after(timedelta(minutes=10))
    assert len(site.host.jobs) == 1
    await site.after(timedelta(minutes=11))
    assert len(site.host.jobs) == 2


@pytest.mark.parametrize("what", ["generation", "agent"])
async def test_a_changed_spec_and_another_agent_are_checked_at_once(site: _Site, what: str) -> None:
    if what == "generation":
        site.cluster.bodies["a"]["metadata"]["generation"] = 2
        site.entry.observe(HostResource.parse(site.cluster.bodies["a"]))
    else:
        report = site.entry.poll.report
        assert report
        agent = report.facts.agent.model_copy(update={"digest": "sha256:other"})
        site.entry.poll.report = report.model_copy(update={"facts": report.facts.model_copy(update={"agent": agent})})
    await site.settle()
    assert len(site.host.jobs) == 2
    await site.settle()
    assert len(site.host.jobs) == 2


async def test_a_row_that_blocks_makes_the_host_not_ready_until_it_is_mended(site: _Site) -> None:
    site.host.rows = (row("blocking"),)
    await site.after(HOUR)
    assert site.ready == ("False", "PreflightFailed")
    assert not site.entry.takes_machines
    asked = len(site.host.jobs)
    # While something blocks, each inventory is followed by a preflight.
    await site.after(timedelta(minutes=1))
    assert len(site.host.jobs) == asked + 1
    site.host.rows = (row("ok"),)
    await site.after(timedelta(minutes=1))
    assert site.ready == ("True", "Ready")
    assert site.entry.takes_machines


async def test_a_preflight_that_finds_the_same_writes_nothing_within_the_interval(site: _Site) -> None:
    site.host.rows = (row("blocking"),)
    await site.after(HOUR)
    checked_at = site.status.preflight
    for _ in range(3):
        await site.after(timedelta(minutes=1))
    assert site.status.preflight == checked_at


async def test_an_agent_without_a_preflight_is_no_error(site: _Site) -> None:
    site.host.error = AgentMissing("There is none.")
    await site.after(HOUR)
    assert site.status.preflight is None
    assert site.ready == ("True", "Ready")
    await site.after(timedelta(minutes=30))
    assert len(site.host.jobs) == 2


@pytest.mark.parametrize("error", [HostUnreachable("gone"), ProtocolViolation("odd"), RuntimeError("a mistake")])
async def test_a_preflight_that_fails_changes_nothing_and_is_tried_again_soon(site: _Site, error: Exception) -> None:
    site.host.rows = (row("blocking"),)
    await site.after(HOUR)
    site.host.error = error
    await site.after(HOUR)
    assert site.ready == ("False", "PreflightFailed")
    site.host.error, site.host.rows = None, (row("ok"),)
    await site.after(timedelta(minutes=5))
    assert site.ready == ("True", "Ready")


async def test_a_restart_takes_over_what_status_says_and_checks_nothing_anew(site: _Site) -> None:
    site.host.rows = (row("warning", "Antivirus"),)
    await site.after(HOUR)
    asked, status = len(site.host.jobs), site.status
    site.fleet = Fleet(site.cluster, site.host)
    await site.settle()
    assert len(site.host.jobs) == asked
    assert site.entry.preflight == status.preflight
    assert site.status.preflight == status.preflight
    await site.fleet.tasks.close(1)


async def test_a_restart_does_not_forget_what_blocks(site: _Site) -> None:
    site.host.rows = (row("blocking"),)
    await site.after(HOUR)
    site.host.error = HostUnreachable("gone")
    site.fleet = Fleet(site.cluster, site.host)
    assert not site.entry.takes_machines
    await site.settle()
    assert site.ready == ("False", "PreflightFailed")
    await site.fleet.tasks.close(1)


async def test_inventories_do_not_wait_for_a_preflight(monkeypatch: pytest.MonkeyPatch) -> None:
    # With two workers, no host has two calls at a time.
    monkeypatch.setattr(fleet, "service", partial(service, fast=Bounds(3, 3)))
    site = _Site()
    await site.settle()
    site.host.may_end.clear()
    site.cluster.now += HOUR
    await site.fleet.reconciler.reconcile(site.entry)
    offered = len(site.host.offered)
    async with asyncio.timeout(10):
        for _ in range(3):
            site.cluster.now += timedelta(minutes=2)
            due = await site.fleet.reconciler.reconcile(site.entry)
            assert due > site.cluster.now
    assert len(site.host.offered) == offered + 3
    assert len(site.host.jobs) == 2
    site.host.may_end.set()
    await site.settle()
    await site.fleet.tasks.close(1)


async def test_preflights_leave_most_workers_to_inventories(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fleet, "service", partial(service, fast=Bounds(8, 8)))
    cluster, hosts = Cluster("a", "b", "c"), _Checked()
    hosts.take = {name: {"1"} for name in "abc"}
    hosts.may_end.clear()
    site = Fleet(cluster, hosts, settings=Settings(fast_workers_max=8))
    await site.look()
    await asyncio.to_thread(hosts.two_asked.wait, 10)
    assert len(hosts.jobs) == 2
    hosts.may_end.set()
    await asyncio.wait(site.reconciler._preflights._running.values())
    assert len(hosts.jobs) == 3
    await site.tasks.close(1)


async def test_a_deleted_host_is_not_checked_any_more(site: _Site) -> None:
    site.host.may_end.clear()
    site.cluster.now += HOUR
    await site.fleet.reconciler.reconcile(site.entry)
    running = dict(site.fleet.reconciler._preflights._running)
    assert running
    site.fleet.reconciler.cancel(site.entry)
    site.host.may_end.set()
    await asyncio.wait(running.values())
    assert all(task.cancelled() or task.done() for task in running.values())
