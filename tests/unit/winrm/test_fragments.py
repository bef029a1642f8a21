"""Fragments of PSRP objects: reassembled in order, bounded in number and size."""

from __future__ import annotations

import random
import struct
import time

import pytest

from hyperv_operator.winrm.allowance import AnswerRefused
from hyperv_operator.winrm.fragments import MAX_OBJECT, MAX_OPEN, Reassembly


def _fragment(object_id: int, number: int, data: bytes, *, start: bool = False, end: bool = False) -> bytes:
    return struct.pack(">QQBI", object_id, number, start | end << 1, len(data)) + data


def _whole(object_id: int, data: bytes) -> bytes:
    return _fragment(object_id, 0, data, start=True, end=True)


def _in_pieces(object_id: int, data: bytes, size: int) -> list[bytes]:
    pieces = [data[at : at + size] for at in range(0, len(data), size)]
    last = len(pieces) - 1
    return [_fragment(object_id, n, piece, start=n == 0, end=n == last) for n, piece in enumerate(pieces)]


@pytest.mark.parametrize("size", [1, 2, 7, 1_000])
def test_an_object_is_the_same_however_it_is_cut(size: int) -> None:
    data = random.Random(size).randbytes(300)
    reassembly = Reassembly()
    assert [found for piece in _in_pieces(1, data, size) for found in reassembly.feed(piece)] == [data]
    assert reassembly.feed(b"".join([*_in_pieces(2, data, size), _whole(3, b"x")])) == [data, b"x"]


def test_objects_may_be_interleaved() -> None:
    first, second = _in_pieces(1, b"ab", 1), _in_pieces(2, b"cd", 1)
    assert Reassembly().feed(first[0] + second[0] + second[1] + first[1]) == [b"cd", b"ab"]


def test_an_object_may_be_empty() -> None:
    assert Reassembly().feed(_whole(1, b"")) == [b""]
    assert Reassembly().feed(b"") == []


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (_whole(1, b"abc")[:20], "without its header"),
        (_whole(1, b"abc")[:-1], "shorter than it says"),
        (_whole(1, b"a") + b"\x00", "without its header"),
        (_fragment(1, 1, b"a", start=True), "out of order"),
        (_fragment(1, 0, b"a"), "out of order"),
        (_fragment(1, 0, b"a", start=True) + _fragment(1, 2, b"b", end=True), "out of order"),
        (_fragment(1, 0, b"a", start=True) + _fragment(1, 0, b"b", start=True), "out of order"),
        (_fragment(1, 0, b"a", start=True) + _fragment(1, 1, b"b", start=True, end=True), "out of order"),
    ],
)
def test_fragments_that_do_not_fit_together_are_refused(data: bytes, problem: str) -> None:
    with pytest.raises(AnswerRefused, match=problem):
        Reassembly().feed(data)


def test_the_number_of_unfinished_objects_is_bounded() -> None:
    reassembly = Reassembly()
    begun = b"".join(_fragment(number, 0, b"a", start=True) for number in range(MAX_OPEN))
    assert reassembly.feed(begun) == []
    assert reassembly.feed(_fragment(0, 1, b"b", end=True)) == [b"ab"]
    assert reassembly.feed(_fragment(100, 0, b"a", start=True)) == []
    with pytest.raises(AnswerRefused, match=f"more than {MAX_OPEN} objects at once"):
        reassembly.feed(_fragment(101, 0, b"a", start=True))


def test_an_object_that_is_too_large_is_dropped_and_the_next_is_read() -> None:
    reassembly = Reassembly()
    assert reassembly.feed(_whole(1, b"x" * MAX_OBJECT)) == [b"x" * MAX_OBJECT]
    half = MAX_OBJECT // 2
    assert reassembly.feed(_fragment(2, 0, b"x" * half, start=True) + _fragment(2, 1, b"x" * half)) == []
    assert reassembly.feed(_fragment(2, 2, b"x")) == []
    assert reassembly.feed(_fragment(2, 3, b"x", end=True) + _whole(3, b"y")) == [None, b"y"]


def test_tiny_fragments_take_time_in_proportion() -> None:
    data = b"".join(_in_pieces(1, b"x" * 20_000, 1))
    began = time.process_time()
    assert Reassembly().feed(data) == [b"x" * 20_000]
    assert time.process_time() - began < 0.5
