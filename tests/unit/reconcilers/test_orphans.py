"""Orphans: a marked VM is one only if its machine was looked for and not found."""

from __future__ import annotations

from typing import Any

from hyperv_operator.api.names import MACHINE_KIND
from hyperv_operator.errors import AccessForbidden
from hyperv_operator.protocol.inventory import VmFacts
from hyperv_operator.reconcilers.entries import HostEntry, Poll
from hyperv_operator.reconcilers.orphans import Orphans
from unit.core.samples import HOST, NOW, REPORT, vm
from unit.reconcilers.apiserver import ApiServer, Process, host_body, machine_body

OURS = "c0ffee00-0000-4000-8000-000000000001"


def _mark(uid: str, machine: str | None = "team/gone", **changes: Any) -> VmFacts:
    return vm(machine_uid=uid, cluster_uid=OURS, machine=machine, name=f"vm-{uid}", **changes)


def _host(process: Process, *vms: VmFacts) -> HostEntry:
    process.cache.places.cluster_uid = OURS
    entry = process.host()
    entry.poll = Poll(REPORT.model_copy(update={"vms": vms}), NOW, attempted=True)
    return entry


def _count(process: Process) -> float | None:
    return process.metrics.registry.get_sample_value("hyperv_operator_orphans", {"host": HOST.name})


async def test_a_marked_vm_without_a_machine_is_an_orphan_in_words_and_in_a_number() -> None:
    process = Process(ApiServer(host_body()))
    entry = _host(process, _mark("1"), _mark("2", None), vm(machine_uid=None))
    orphans = Orphans(process.deps, process.cache)
    await orphans.look_for(entry)
    assert entry.orphans == ("vm-1 (team/gone, UID 1)", "vm-2 (machine, UID 2)")
    assert _count(process) == 2
    assert process.server.calls == ["get"]
    await orphans.look_for(entry)
    assert process.server.calls == ["get"], "a UID never comes back"
    process.metrics.host_gone(HOST.name)
    assert _count(process) is None


async def test_a_machine_that_exists_has_no_orphan_although_the_watch_has_not_shown_it() -> None:
    process = Process(ApiServer(host_body(), machine_body(name="late", uid="1")))
    entry = _host(process, _mark("1", "team/late"), _mark("2", "team/late"))
    await Orphans(process.deps, process.cache).look_for(entry)
    assert entry.orphans == ("vm-2 (team/late, UID 2)",), "another machine of that name has another UID"
    assert (MACHINE_KIND, "late") in process.server.bodies


async def test_nothing_is_an_orphan_before_all_machines_are_known() -> None:
    process = Process(ApiServer(host_body()))
    entry = _host(process, _mark("1"))
    process.cache.await_lists([None])
    orphans = Orphans(process.deps, process.cache)
    await orphans.look_for(entry)
    assert entry.orphans is None
    process.cache.listed(None)
    process.server.fails["get"].append(AccessForbidden("403"))
    await orphans.look_for(entry)
    assert entry.orphans is None, "it could not be looked for"
    await orphans.look_for(entry)
    assert entry.orphans == ("vm-1 (team/gone, UID 1)",)


async def test_an_unread_inventory_shows_nothing() -> None:
    process = Process(ApiServer(host_body()))
    entry = _host(process)
    entry.poll = Poll()
    await Orphans(process.deps, process.cache).look_for(entry)
    assert entry.orphans is None


async def test_a_namespace_that_is_not_watched_is_not_judged() -> None:
    process = Process(ApiServer(host_body()))
    entry = _host(process, _mark("1"), _mark("2", "other/gone"), _mark("3", None))
    orphans = Orphans(process.deps, process.cache)
    process.deps.settings.__dict__["watch_namespaces"] = ("team",)
    await orphans.look_for(entry)
    assert entry.orphans == ("vm-1 (team/gone, UID 1)",)


async def test_many_machines_are_looked_for_a_few_at_a_time() -> None:
    process = Process(ApiServer(host_body()))
    entry = _host(process, *(_mark(str(number)) for number in range(45)))
    orphans, found = Orphans(process.deps, process.cache), []
    for _ in range(4):
        await orphans.look_for(entry)
        found.append(len(entry.orphans or ()))
    assert found == [20, 40, 45, 45]
    assert process.server.calls.count("get") == 45
    orphans.forget(HOST.name)
    await orphans.look_for(entry)
    assert process.server.calls.count("get") == 65
