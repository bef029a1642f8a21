"""The book of machines: by UID and by host, whichever way one goes."""

from __future__ import annotations

from hyperv_operator.ports import ObjectRef
from hyperv_operator.reconcilers.cache import Book, MachineRecord


def _record(uid: str, host: str) -> MachineRecord:
    return MachineRecord(ObjectRef("HyperVMachine", uid, "team", uid), {"spec": {"targetHost": host}})


def test_a_machine_is_found_by_uid_and_by_host_until_it_is_dropped() -> None:
    book = Book()
    first, second, third = (book.add(_record(uid, host)) for uid, host in (("1", "a"), ("2", "a"), ("3", "b")))
    assert book.machine("2") is second
    assert list(book.machines_on("a")) == [first, second]
    assert list(book.machines_on("b", "a", "c")) == [third, first, second]
    book.drop(second)
    assert book.machine("2") is None
    assert list(book.machines_on("a")) == [first]


def test_dropping_twice_does_no_harm_and_leaves_no_empty_host_behind() -> None:
    book = Book()
    only = book.add(_record("1", "a"))
    book.drop(only)
    book.drop(only)
    assert list(book.machines_on("a")) == []
    assert book._by_host == {}


def test_a_host_is_looked_at_more_often_only_for_its_own_machines() -> None:
    book = Book()
    book.add(_record("1", "a")).awaits_guest = True
    book.add(_record("2", "b"))
    assert book.awaits_guest("a")
    assert not book.awaits_guest("b")
