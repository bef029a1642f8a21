"""The cache of machines: by UID and by host, whichever way one goes."""

from __future__ import annotations

from hyperv_operator.reconcilers.cache import Cache
from hyperv_operator.reconcilers.entries import MachineEntry
from hyperv_operator.reconcilers.resources import MachineResource


def _entry(uid: str, host: str) -> MachineEntry:
    return MachineEntry(MachineResource.parse({"metadata": {"uid": uid}, "spec": {"targetHost": host}}))


def test_a_machine_is_found_by_uid_and_by_host_until_it_is_dropped() -> None:
    cache = Cache()
    first, second, third = (cache.add(_entry(uid, host)) for uid, host in (("1", "a"), ("2", "a"), ("3", "b")))
    assert cache.machine("2") is second
    assert list(cache.machines_on("a")) == [first, second]
    assert list(cache.machines_on("b", "a", "c")) == [third, first, second]
    cache.drop(second)
    assert cache.machine("2") is None
    assert list(cache.machines_on("a")) == [first]


def test_dropping_twice_does_no_harm_and_leaves_no_empty_host_behind() -> None:
    cache = Cache()
    only = cache.add(_entry("1", "a"))
    cache.drop(only)
    cache.drop(only)
    assert list(cache.machines_on("a")) == []
    assert cache._by_host == {}


def test_a_host_is_polled_sooner_only_for_its_own_machines() -> None:
    cache = Cache()
    entry = cache.add(_entry("1", "a"))
    assert cache.await_inventory(entry, wanted=True)
    assert not cache.await_inventory(entry, wanted=True)
    cache.add(_entry("2", "b"))
    assert cache.must_poll_soon("a")
    assert not cache.must_poll_soon("b")
    assert not cache.await_inventory(entry, wanted=False)
    assert not cache.must_poll_soon("a")
    assert cache.await_inventory(entry, wanted=True)
    cache.drop(entry)
    assert not cache.must_poll_soon("a")
