"""Places: who holds a VM name, what a namespace has on a host, and which VMs have lost their machine."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import pytest

from hyperv_operator.api.machine import Claim
from hyperv_operator.core.usage import Size, Usage
from hyperv_operator.protocol.inventory import Gaps, JournalFacts, VmFacts
from hyperv_operator.reconcilers.cache import Cache
from hyperv_operator.reconcilers.entries import HostEntry, MachineEntry, Poll
from hyperv_operator.reconcilers.resources import HostResource, MachineResource
from unit.core.samples import HOST, NOW, REPORT, RUN, SECOND, SPEC, journal, vm

CLAIM = Claim(run_id=RUN, attempt=1, operator="me").model_dump(mode="json", by_alias=True, exclude_none=True)
OURS, THEIRS = "c0ffee00-0000-4000-8000-000000000001", "c0ffee00-0000-4000-8000-000000000002"
MINUTE = timedelta(minutes=1)


def _cache(*hosts: str, cluster: str | None = None, **spec: Any) -> Cache:
    cache = Cache()
    cache.places.cluster_uid = OURS
    for name in hosts or ("a",):
        raw = HOST.spec.model_dump(mode="json", by_alias=True, exclude_none=True)
        body: dict[str, Any] = {
            "metadata": {"name": name, "uid": f"host-{name}"},
            "spec": {**raw, "failoverCluster": cluster, **spec},
        }
        cache.hosts[name] = entry = HostEntry(HostResource.parse(body))
        entry.poll = Poll(REPORT.model_copy(update={"vms": (), "journals": ()}), NOW, attempted=True)
    return cache


def _shows(cache: Cache, host: str, *found: VmFacts | JournalFacts, seconds: int = 1) -> None:
    """The host's next inventory reports these VMs and journals."""
    vms = tuple(one for one in found if isinstance(one, VmFacts))
    journals = tuple(one for one in found if isinstance(one, JournalFacts))
    report = REPORT.model_copy(update={"vms": vms, "journals": journals})
    cache.hosts[host].poll = Poll(report, NOW + seconds * SECOND, attempted=True)


def _resource(
    uid: str, namespace: str = "team", host: str = "a", *, age: int = 0, status: Any = None, **fields: Any
) -> MachineResource:
    spec = SPEC.model_dump(mode="json", by_alias=True, exclude_none=True)
    created = (NOW - age * SECOND).isoformat()
    meta: dict[str, Any] = {
        "name": f"m-{uid}",
        "namespace": namespace,
        "uid": uid,
        "creationTimestamp": created,
        "generation": 1,
    }
    fields = {**spec["fields"], "vm_name": "web", **fields}
    return MachineResource.parse(
        {"metadata": meta, "spec": {**spec, "targetHost": host, "fields": fields}, "status": status or {}}
    )


def _add(cache: Cache, uid: str, *where: str, contends: bool = True, **options: Any) -> MachineEntry:
    entry = cache.add(MachineEntry(_resource(uid, *where, **options)))
    entry.judge(contends=contends)
    return entry


def _rival(cache: Cache, entry: MachineEntry) -> str | None:
    found = cache.rival(entry.resource, entry)
    return found.uid if found else None


def _launched(name: str | None = None, **status: Any) -> dict[str, Any]:
    origin = {
        "schemaVersion": 1,
        "fields": {"vm_name": f'"{name}"'},
        "machinesFolder": "D:\\V",
        "hostId": {"smbiosUuid": "s", "machineGuid": "m"},
    }
    return {"claim": CLAIM, **({"origin": origin} if name else {}), **status}


# --- names -----------------------------------------------------------------------------------------------------------


def test_the_oldest_of_those_that_could_be_launched_comes_first_whatever_the_case_of_the_name() -> None:
    cache = _cache()
    victim = _add(cache, "v")
    assert _rival(cache, victim) is None
    _add(cache, "1", "other", age=5, contends=False)
    assert _rival(cache, victim) is None, "a machine that cannot start holds nothing"
    _add(cache, "2", "other", age=1, vm_name="WEB")
    _add(cache, "3", "other", age=3)
    assert _rival(cache, victim) == "3"
    _add(cache, "4", "other", age=9, vm_name="api")
    _add(cache, "5", "other", "b", age=9)
    assert _rival(cache, victim) == "3"


def test_a_launched_machine_holds_the_name_that_it_was_launched_with() -> None:
    cache = _cache()
    victim = _add(cache, "v", age=9)
    renamed = _add(cache, "1", "other", status=_launched("old"), vm_name="web")
    assert _rival(cache, victim) is None
    old = _add(cache, "w", age=9, vm_name="old")
    assert _rival(cache, old) == "1"
    assert _rival(cache, renamed) == "w", "it asks for its own name, the old one"
    found = cache.rival(old.resource, old)
    assert found
    assert (found.has_claim, found.has_vm, found.same_namespace, found.name) == (True, False, False, "m-1")


def test_a_vm_that_carries_the_mark_holds_the_name_although_the_status_was_lost() -> None:
    cache = _cache()
    victim, other = _add(cache, "v", age=9), _add(cache, "1", "other", contends=False)
    _shows(cache, "a", vm(machine_uid="1"))
    assert _rival(cache, victim) == "1"
    assert cache.usage(victim.resource, victim) == Usage()
    assert cache.usage(_resource("n", "other"), None) == Usage(1, 1, 1)
    _shows(cache, "a", seconds=2)
    assert _rival(cache, victim) is None
    assert _rival(cache, other) == "v"


def test_a_cluster_has_one_name_and_a_machine_on_a_closed_node_does_not_hold_it() -> None:
    cache = _cache("a", "b", cluster="c")
    victim = _add(cache, "v")
    squatter = _add(cache, "1", "other", "b", age=5)
    assert _rival(cache, victim) == "1"
    cache.hosts["b"].poll = Poll(attempted=True)
    assert _rival(cache, victim) is None, "without an inventory nothing is launched there"
    squatter.observe(_resource("1", "other", "b", age=5, status=_launched()))
    assert _rival(cache, victim) == "1", "a launched machine holds it, whatever its host does"


def test_an_edited_machine_holds_nothing_until_it_is_judged_again() -> None:
    cache = _cache()
    victim, older = _add(cache, "v"), _add(cache, "1", "other", age=5)
    edited = older.resource.meta.__class__(**{**older.resource.meta.__dict__, "generation": 2})
    older.observe(older.resource.__class__(**{**older.resource.__dict__, "meta": edited}))
    assert _rival(cache, victim) is None
    older.judge(contends=True)
    assert _rival(cache, victim) == "1"


def test_the_next_machine_is_woken_when_a_name_becomes_free() -> None:
    cache = _cache()
    first, second, third = (_add(cache, uid, age=age) for uid, age in (("1", 9), ("2", 5), ("3", 1)))
    for entry in (first, second, third):
        entry.wake.clear()
    first.judge(contends=False)
    assert (second.wake.is_set(), third.wake.is_set()) == (True, False)
    second.wake.clear()
    cache.drop(second)
    assert third.wake.is_set()
    assert _rival(cache, first) == "3"


def test_the_names_of_ten_thousand_machines_cost_a_pass_nothing() -> None:
    cache = _cache()
    victim = _add(cache, "v")
    for number in range(10_000):
        _add(cache, f"u{number:05}", "hostile", age=9, contends=number % 2 == 0)
    started = time.process_time()
    for _ in range(1_000):
        assert _rival(cache, victim) == "u00000"
        cache.usage(victim.resource, victim)
    assert time.process_time() - started < 1.0, "a pass would take over a millisecond"


# --- what a namespace has --------------------------------------------------------------------------------------------


def test_machines_with_a_claim_count_with_what_they_have() -> None:
    cache = _cache()
    _add(cache, "1", status=_launched(applied={"cpuCores": 4, "gbRam": 8}), cpu_cores=64, gb_ram=512)
    _add(cache, "2", status=_launched(), vm_name="b", cpu_cores=2, gb_ram=3)
    _add(cache, "3", vm_name="c", cpu_cores=9)
    _add(cache, "4", "other", status=_launched(), vm_name="d")
    own = _add(cache, "5", status=_launched(), vm_name="e", cpu_cores=7)
    assert cache.usage(own.resource, own) == Usage(2, 6, 11)
    assert cache.usage(_resource("n"), None) == Usage(3, 13, 12)
    assert cache.usage(_resource("n", "team", "b"), None) == Usage()


@pytest.mark.parametrize(
    ("run", "counted"),
    [
        ({"kind": "update", "finishedAt": None}, Size(8, 16)),
        ({"kind": "update", "finishedAt": "2026-01-01T00:00:00Z"}, Size(2, 2)),
        ({"kind": "provision", "finishedAt": None}, Size(2, 2)),
    ],
)
def test_what_an_update_is_about_to_add_counts_already(run: dict[str, Any], counted: Size) -> None:
    cache = _cache()
    run = {key: value for key, value in {"id": RUN, "attempt": 1, **run}.items() if value}
    _add(cache, "1", status=_launched(applied={"cpuCores": 2, "gbRam": 2}, run=run), cpu_cores=8, gb_ram=16)
    assert cache.usage(_resource("n"), None) == Usage().plus(counted)


def test_a_vm_that_is_larger_than_its_resource_says_counts_as_it_is() -> None:
    cache = _cache()
    _add(cache, "1", status=_launched(applied={"cpuCores": 2, "gbRam": 2}))
    _shows(cache, "a", vm(machine_uid="1", cpu_cores=16, memory_bytes=5 * 1024**3 + 1))
    assert cache.usage(_resource("n"), None) == Usage(1, 16, 6)


def test_a_claim_that_is_being_written_takes_its_place_at_once() -> None:
    cache = _cache()
    entry, other = _add(cache, "1", cpu_cores=3), _add(cache, "2", age=5)
    assert _rival(cache, entry) == "2"
    entry.claim(under_way=True)
    assert cache.usage(other.resource, other) == Usage(1, 3, 1)
    assert _rival(cache, other) == "1"
    entry.claim(under_way=False)
    assert cache.usage(other.resource, other) == Usage()


# --- machines that are gone ------------------------------------------------------------------------------------------


def _mark(uid: str, cluster: str | None = OURS, namespace: str | None = "team", **changes: Any) -> VmFacts:
    mark = {"machine_uid": uid, "cluster_uid": cluster, "machine": namespace and f"{namespace}/m-{uid}"}
    return vm(**mark, **changes)


def test_a_vm_without_a_machine_counts_for_the_namespace_in_its_mark() -> None:
    cache = _cache()
    _shows(
        cache, "a", _mark("1"), _mark("2", THEIRS), _mark("3", None), _mark("4", namespace=None), vm(machine_uid=None)
    )
    assert cache.usage(_resource("n"), None) == Usage(1, 1, 1)
    assert [orphan.vm.machine_uid for orphan in cache.places.orphans(cache.hosts["a"])] == ["1", "4"]
    _add(cache, "1", vm_name="x")
    assert [orphan.vm.machine_uid for orphan in cache.places.orphans(cache.hosts["a"])] == ["4"]
    assert cache.usage(_resource("n"), None) == Usage(1, 1, 1), "once, as its machine"


@pytest.mark.parametrize("mark", [_mark("1"), vm(machine_uid="1")], ids=["with a namespace", "of an older agent"])
def test_what_a_machine_leaves_goes_on_to_count(mark: VmFacts) -> None:
    cache = _cache()
    entry = _add(cache, "1", status=_launched(), cpu_cores=4)
    entry.may_leave = True
    cache.drop(entry, NOW + MINUTE)
    assert cache.usage(_resource("n"), None) == Usage(1, 4, 1), "no inventory has shown yet whether its VM stays"
    assert cache.places.orphans(cache.hosts["a"]) == ()
    _shows(cache, "a", mark, seconds=61)
    assert cache.usage(_resource("n"), None) == Usage(1, 1, 1)
    assert [orphan.namespace for orphan in cache.places.orphans(cache.hosts["a"])] == ["team"]
    _shows(cache, "a", mark, journal(machine_uid="1", locked=True), seconds=62)
    assert cache.usage(_resource("n"), None) == Usage(1, 1, 1), "once"
    _shows(cache, "a", journal(machine_uid="1", locked=True), seconds=62)
    assert cache.usage(_resource("n"), None) == Usage(1, 4, 1), "a launch still runs"
    report = cache.hosts["a"].poll.report
    assert report
    lost = report.model_copy(update={"journals": (), "gaps": Gaps(any_vm=True)})
    cache.hosts["a"].poll = Poll(lost, NOW + 2 * MINUTE, attempted=True)
    assert cache.usage(_resource("n"), None) == Usage(1, 4, 1), "its line may be the one that was lost"
    _shows(cache, "a", journal(machine_uid="1"), seconds=130)
    assert cache.usage(_resource("n"), None) == Usage()
    assert cache.places._departed == {}


def test_a_machine_that_was_removed_frees_its_place_before_the_next_inventory() -> None:
    cache = _cache()
    entry = _add(cache, "1", status=_launched())
    _shows(cache, "a", _mark("1"))
    assert cache.usage(_resource("n"), None) == Usage(1, 1, 1)
    cache.drop(entry, NOW + MINUTE)
    assert cache.usage(_resource("n"), None) == Usage()
    assert cache.places.orphans(cache.hosts["a"]) == (), "that inventory is older than the removal"
    _shows(cache, "a", _mark("1"), seconds=61)
    assert len(cache.places.orphans(cache.hosts["a"])) == 1


def test_what_a_host_has_shown_is_forgotten_with_it() -> None:
    cache = _cache()
    entry = _add(cache, "1", status=_launched())
    entry.may_leave = True
    cache.drop(entry, NOW + MINUTE)
    _shows(cache, "a", _mark("2"))
    assert cache.usage(_resource("n"), None).machines == 2
    cache.places.forget_host("a")
    cache.hosts["a"].poll = Poll()
    assert cache.usage(_resource("n"), None) == Usage()


def test_the_oldest_machine_that_waits_for_the_quota_is_woken() -> None:
    cache = _cache()
    gone = _add(cache, "0", status=_launched(), vm_name="z")
    waiting = [_add(cache, uid, age=age, vm_name=uid) for uid, age in (("1", 1), ("2", 9), ("3", 5))]
    for entry, phase in zip(waiting, ("MachineQuotaExceeded", "Paused", "SizeQuotaExceeded"), strict=True):
        entry.phase = phase
        entry.wake.clear()
    cache.drop(gone)
    cache.wake_waiting(gone)
    assert [entry.wake.is_set() for entry in waiting] == [False, False, True]


# --- the first lists -------------------------------------------------------------------------------------------------


def test_the_cache_is_complete_once_every_namespace_was_listed() -> None:
    cache = Cache()
    cache.await_lists(("x", "y"))
    entry = cache.add(MachineEntry(_resource("1")))
    found = []
    for namespace in ("x", "x", "y"):
        found.append((cache.is_complete, entry.wake.is_set()))
        cache.listed(namespace)
    assert found == [(False, False)] * 3
    assert cache.is_complete
    assert entry.wake.is_set()


def test_the_nodes_of_a_cluster_share_the_lock_of_their_places() -> None:
    clustered, alone = _cache("a", "b", cluster="c"), _cache("a", "b")
    assert clustered.place_lock("a") is clustered.place_lock("b")
    assert alone.place_lock("a") is not alone.place_lock("b")
    assert alone.place_lock("a") is alone.place_lock("a")
