"""Pools with any number of records, with a key twice, and with half a record at the end."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from hvo_guest.kvp import RECORD, Pools


def _record(key: str, value: str) -> bytes:
    # The daemon does not clear a record before it copies a value, so the bytes after the NUL are arbitrary.
    return key.encode().ljust(512, b"\0") + (value.encode() + b"\0").ljust(2_048, b"\xff")


def _pools(folder: Path, *pairs: tuple[str, str], tail: bytes = b"") -> tuple[Pools, Path]:
    file = folder / ".kvp_pool_1"
    file.write_bytes(b"".join(_record(*pair) for pair in pairs) + tail)
    return Pools(str(folder), threading.Event(), 1.0), file


def _content(file: Path) -> list[tuple[str, str]]:
    """Return the pairs in their order, as the daemon would enumerate them."""
    content = file.read_bytes()
    assert len(content) % RECORD == 0
    records = [content[at : at + RECORD] for at in range(0, len(content), RECORD)]
    return [(one[:512].split(b"\0")[0].decode(), one[512:].split(b"\0")[0].decode()) for one in records]


def _any(_: str) -> bool:
    return True


MANY = [(f"other-{number}", str(number)) for number in range(2_500)]


def test_a_pool_of_more_than_1024_records_is_read_and_changed_whole(tmp_path: Path) -> None:
    pools, file = _pools(tmp_path, *MANY, ("VirtualMachineId", "x"), ("Ready", "1"))
    assert pools.read(1, "VirtualMachineId".__eq__) == {"VirtualMachineId": "x"}
    pools.change(1, State="2", Ready=None)
    assert _content(file) == [*MANY, ("VirtualMachineId", "x"), ("State", "2")]


@pytest.mark.parametrize("pairs", [[("a", "1"), ("a", "2")], [("a", "1"), ("b", "3"), ("a", "2")]])
def test_of_a_key_that_is_there_twice_the_first_counts_as_for_the_daemon(
    tmp_path: Path, pairs: list[tuple[str, str]]
) -> None:
    pools, _ = _pools(tmp_path, *pairs)
    assert pools.read(1, _any)["a"] == "1"


@pytest.mark.parametrize(("value", "left"), [("9", [("a", "9"), ("b", "3")]), (None, [("b", "3")])])
def test_a_key_that_is_there_twice_is_set_and_removed_everywhere(
    tmp_path: Path, value: str | None, left: list[tuple[str, str]]
) -> None:
    pools, file = _pools(tmp_path, ("a", "1"), ("b", "3"), ("a", "2"))
    pools.change(1, a=value)
    assert _content(file) == left


def test_half_a_record_at_the_end_is_dropped(tmp_path: Path) -> None:
    pools, file = _pools(tmp_path, ("a", "1"), tail=b"b\0\0")
    assert pools.read(1, _any) == {"a": "1"}
    pools.change(1, b="2")
    assert _content(file) == [("a", "1"), ("b", "2")]


def test_records_that_are_not_text_are_kept_and_not_read(tmp_path: Path) -> None:
    pools, file = _pools(tmp_path, ("a", "1"), tail=b"\xff\xfe".ljust(RECORD, b"\0"))
    assert pools.read(1, _any) == {"a": "1"}
    pools.change(1, a="2")
    assert file.read_bytes()[RECORD : RECORD + 2] == b"\xff\xfe"


def test_a_pool_without_changes_is_not_written(tmp_path: Path) -> None:
    pools, file = _pools(tmp_path)
    pools.change(1, a="1")
    before = file.stat()
    pools.change(1, a="1", gone=None)
    assert file.stat() == before
