"""What a watch delivers: which objects get a loop, which are woken, and which are looked for."""

from __future__ import annotations

import copy
from typing import Any, cast

import pytest

from hyperv_operator.api.inventory import HyperVHostInventoryStatus
from hyperv_operator.api.names import FINALIZER
from hyperv_operator.handlers.context import Context
from hyperv_operator.handlers.host import Hosts, Inventories
from hyperv_operator.handlers.loops import Loops
from hyperv_operator.handlers.machine import Machines
from hyperv_operator.ports import JsonObject
from hyperv_operator.reconcilers.cache import Cache
from unit.core.samples import HOST
from unit.reconcilers.apiserver import host_body, machine_body

DELETING = {"deletionTimestamp": "2026-01-01T00:00:00Z"}


class _Loops:
    def __init__(self) -> None:
        self.started: list[str] = []

    def start(self, uid: str, _: object) -> None:
        self.started.append(uid)


class _HostReconciler:
    def __init__(self) -> None:
        self.cancelled: list[str] = []

    def cancel(self, entry: Any) -> None:
        self.cancelled.append(entry.ref.uid)


class _Edge:
    def __init__(self) -> None:
        self.cache, self.loops, self.hosts_reconciler = Cache(), _Loops(), _HostReconciler()
        parts: Any = (None, self.cache, None, self.hosts_reconciler)
        context = Context(*parts)
        self.machines = Machines(context, cast("Loops", self.loops))
        self.hosts = Hosts(context, cast("Loops", self.loops))
        self.inventories = Inventories(context)


@pytest.fixture
def edge() -> _Edge:
    return _Edge()


def _newer(body: dict[str, Any], **metadata: Any) -> dict[str, Any]:
    changed = copy.deepcopy(body)
    version = str(int(body["metadata"]["resourceVersion"]) + 1)
    changed["metadata"] = {**changed["metadata"], "resourceVersion": version, **metadata}
    return changed


@pytest.mark.parametrize("metadata", [{}, {"finalizers": [FINALIZER]}, {"finalizers": [FINALIZER], **DELETING}])
def test_a_machine_that_a_list_or_a_watch_delivers_gets_one_loop(edge: _Edge, metadata: dict[str, Any]) -> None:
    body = machine_body(**metadata)
    edge.machines.changed(body)
    edge.machines.changed(body)
    edge.machines.listed(None, {"u1"})
    assert edge.loops.started == ["u1"]
    entry = edge.cache.machine("u1")
    assert entry
    assert not entry.wake.is_set(), "a resync wakes nobody for whom nothing has changed"


def test_what_is_being_deleted_without_the_finalizer_is_not_the_operators(edge: _Edge) -> None:
    edge.machines.changed(machine_body(**DELETING))
    edge.hosts.changed(host_body(**DELETING))
    assert edge.loops.started == []


@pytest.mark.parametrize(
    "change", [{"generation": 2}, DELETING, {"annotations": {"hyperv-operator.io/abandon": "x"}}, {"finalizers": ["x"]}]
)
def test_a_change_by_a_person_wakes_the_machine(edge: _Edge, change: dict[str, Any]) -> None:
    body = machine_body(finalizers=[FINALIZER])
    edge.machines.changed(body)
    edge.machines.changed(_newer(body, labels={"a": "b"}))
    entry = edge.cache.machine("u1")
    assert entry
    assert not entry.wake.is_set()
    edge.machines.changed(_newer(_newer(body), **change))
    assert entry.wake.is_set()


def test_an_older_version_changes_nothing(edge: _Edge) -> None:
    body = machine_body()
    edge.machines.changed(_newer(body, generation=2))
    edge.machines.changed(body)
    entry = edge.cache.machine("u1")
    assert entry
    assert (entry.resource.meta.generation, entry.wake.is_set()) == (2, False)


@pytest.mark.parametrize("created", [True, False])
def test_a_machine_knows_whether_it_was_watched_from_its_creation_on(edge: _Edge, *, created: bool) -> None:
    edge.machines.changed(machine_body(), created=created)
    entry = edge.cache.machine("u1")
    assert entry
    assert entry.seen_created is created


@pytest.mark.parametrize(
    ("namespace", "uids", "missing"),
    [(None, set(), True), ("team", set(), True), ("other", set(), False), (None, {"u1"}, False)],
)
def test_a_machine_that_a_list_of_its_namespace_lacks_is_looked_for(
    edge: _Edge, namespace: str | None, uids: set[str], *, missing: bool
) -> None:
    edge.machines.changed(machine_body())
    edge.machines.listed(namespace, uids)
    entry = edge.cache.machine("u1")
    assert entry
    assert (entry.missing, entry.wake.is_set()) == (missing, missing)


def test_a_deletion_event_makes_the_loop_look_for_the_machine(edge: _Edge) -> None:
    body = machine_body()
    edge.machines.changed(body)
    edge.machines.deleted(machine_body(uid="another"))
    entry = edge.cache.machine("u1")
    assert entry
    assert not entry.missing
    edge.machines.deleted(body)
    assert (entry.missing, entry.wake.is_set()) == (True, True)


def test_a_host_of_the_same_name_replaces_the_one_that_is_gone(edge: _Edge) -> None:
    edge.machines.changed(machine_body())
    edge.hosts.changed(host_body())
    old = edge.cache.hosts[HOST.name]
    edge.hosts.changed(host_body(uid="h2"))
    assert (old.missing, old.wake.is_set()) == (True, True)
    assert edge.cache.hosts[HOST.name].ref.uid == "h2"
    assert edge.loops.started == ["u1", "h", "h2"]
    machine = edge.cache.machine("u1")
    assert machine
    assert machine.wake.is_set(), "a machine that waits for its host looks again"


def test_a_host_that_is_deleted_does_not_wait_for_its_inventory(edge: _Edge) -> None:
    body = host_body(finalizers=[FINALIZER])
    edge.hosts.changed(body)
    edge.hosts.changed(_newer(body, **DELETING))
    edge.hosts.changed(_newer(_newer(body), **DELETING))
    assert edge.hosts_reconciler.cancelled == ["h"]


@pytest.mark.parametrize("how", ["listed", "deleted"])
def test_a_host_that_is_gone_is_looked_for(edge: _Edge, how: str) -> None:
    edge.hosts.changed(host_body())
    edge.hosts.listed(None, {"h"})
    entry = edge.cache.hosts[HOST.name]
    assert not entry.missing
    if how == "listed":
        edge.hosts.listed(None, set())
    else:
        edge.hosts.deleted(host_body())
    assert (entry.missing, entry.wake.is_set()) == (True, True)


@pytest.mark.parametrize("how", ["listed", "deleted"])
def test_an_inventory_that_somebody_deletes_is_written_again(edge: _Edge, how: str) -> None:
    inventory: JsonObject = {"metadata": {"name": HOST.name, "uid": "i"}}
    edge.hosts.changed(host_body())
    entry = edge.cache.hosts[HOST.name]
    edge.inventories.deleted(inventory)
    assert not entry.wake.is_set(), "it was never written"
    edge.inventories.changed(inventory)
    entry.inventory = HyperVHostInventoryStatus()
    edge.inventories.listed(None, {"i"})
    assert entry.inventory is not None
    if how == "listed":
        edge.inventories.listed(None, set())
    else:
        edge.inventories.deleted(inventory)
    assert (entry.inventory is None, entry.wake.is_set()) == (True, True)
