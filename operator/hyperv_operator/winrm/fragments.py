"""Reassembly of PSRP objects from the fragments that a host sends ([MS-PSRP] 2.2.4), with bounds and in linear time."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from typing import Final

from hyperv_operator.winrm.allowance import AnswerRefused

MAX_OPEN: Final = 16
"""Objects that have begun and not ended; hosts send one after another."""
MAX_OBJECT: Final = 1_048_576
"""Bytes of one object."""
_HEADER: Final = struct.Struct(">QQBI")
_START, _END = 1, 2


@dataclass
class _Partial:
    next_number: int = 0
    data: bytearray = field(default_factory=bytearray)
    is_too_large: bool = False


class Reassembly:
    """The unfinished objects of one session."""

    def __init__(self) -> None:
        self._open: dict[int, _Partial] = {}

    def feed(self, data: bytes) -> list[bytes | None]:
        """Add whole fragments and return the objects that they complete; None for one of more than `MAX_OBJECT` bytes.

        Raises `AnswerRefused` if fragments are cut off or out of order, or if too many objects are unfinished.
        """
        found: list[bytes | None] = []
        view, position = memoryview(data), 0
        while position < len(view):
            if position + _HEADER.size > len(view):
                raise AnswerRefused("sent a fragment of an object without its header.")
            object_id, number, marks, length = _HEADER.unpack_from(view, position)
            begin = position + _HEADER.size
            position = begin + length
            if position > len(view):
                raise AnswerRefused("sent a fragment of an object that is shorter than it says.")
            one = self._partial(object_id, number, starts=bool(marks & _START))
            _append(one, view[begin:position])
            if marks & _END:
                del self._open[object_id]
                found.append(None if one.is_too_large else bytes(one.data))
        return found

    def _partial(self, object_id: int, number: int, *, starts: bool) -> _Partial:
        one = self._open.get(object_id)
        if one is None:
            if len(self._open) >= MAX_OPEN:
                raise AnswerRefused(f"sent fragments of more than {MAX_OPEN} objects at once.")
            one = self._open[object_id] = _Partial()
        if number != one.next_number or starts != (number == 0):
            raise AnswerRefused("sent the fragments of an object out of order.")
        one.next_number += 1
        return one


def _append(one: _Partial, piece: memoryview) -> None:
    one.is_too_large = one.is_too_large or len(one.data) + len(piece) > MAX_OBJECT
    if one.is_too_large:
        one.data.clear()
    else:
        one.data += piece
