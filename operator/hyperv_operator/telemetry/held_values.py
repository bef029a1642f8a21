"""Search for many known values at once. The time for a text hardly depends on the number of values.

Every occurrence of a form of 7 bytes or more contains 4 bytes that begin at a multiple of 4 in the text, within its first 7 bytes. So one
pass over the text's aligned blocks of 4 bytes, which Python makes without a loop of its own, shows that nothing is there. Only where such
a block is known are the first 7 bytes, and then the whole, compared. Values come and go at every launch, which costs here a few entries of
tables; automata would have to be built again.
"""

from __future__ import annotations

import re
import sys
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Final

Span = tuple[int, int]

_BLOCK: Final = 4
_HEAD: Final = 7
_LENGTHS: Final = 64
_CUT_FORMS: Final = 256
"""Lengths and forms with one head that are compared, and below how often in one text. Beyond that everything is masked."""
_MISSES: Final = 256
_LINE_END: Final = re.compile(rb"\r?\n[ \t]*+")


class HeldValues:
    """A counted set of forms, in bytes."""

    def __init__(self) -> None:
        self._holders: Counter[bytes] = Counter()
        self._forms: dict[bytes, dict[int, set[bytes]]] = {}
        """By head, which is the whole of a form that is shorter than that, and by length."""
        self._long: Counter[int] = Counter()
        self._short: Counter[int] = Counter()
        """Blocks of 4 bytes that occur at one of the first four places of a long form, and at the first one of a short form."""
        self._starts: Counter[bytes] = Counter()
        """First 4, 5 and 6 bytes, for a text that ends within a form."""

    def __bool__(self) -> bool:
        return bool(self._holders)

    def add(self, forms: Iterable[bytes]) -> None:
        """Add forms, each of at least 4 bytes."""
        for form in forms:
            self._holders[form] += 1
            if self._holders[form] == 1:
                self._forms.setdefault(form[:_HEAD], {}).setdefault(len(form), set()).add(form)
                self._count(form, 1)

    def remove(self, forms: Iterable[bytes]) -> None:
        """Remove forms that were added as often as they were added."""
        for form in forms:
            self._holders[form] -= 1
            if not self._holders[form]:
                del self._holders[form]
                lengths = self._forms[form[:_HEAD]]
                lengths[len(form)].discard(form)
                if not lengths[len(form)]:
                    del lengths[len(form)]
                if not lengths:
                    del self._forms[form[:_HEAD]]
                self._count(form, -1)

    def _count(self, form: bytes, step: int) -> None:
        is_long = len(form) >= _HEAD
        for place in range(_BLOCK if is_long else 1):
            _add(
                self._long if is_long else self._short,
                int.from_bytes(form[place : place + _BLOCK], sys.byteorder),
                step,
            )
        for length in range(_BLOCK, min(_HEAD, len(form))):
            _add(self._starts, form[:length], step)

    def spans(self, data: bytes) -> list[Span]:
        """Return where forms are in UTF-8 text, also those that a line end divides: sorted, without overlaps."""
        found = list(self._found(data, cut=True))
        if b"\n" in data:
            for joint in (b"", b" "):
                found += self._across_lines(data, joint)
        return merged(found)

    def _across_lines(self, data: bytes, joint: bytes) -> Iterator[Span]:
        folded = _LINE_END.sub(joint, data)
        spans = list(self._found(folded, cut=False))
        if not spans:
            return
        places, origins, removed = [0], [0], 0
        for match in _LINE_END.finditer(data):
            removed += match.end() - match.start() - len(joint)
            origins.append(match.end())
            places.append(match.end() - removed)
        for start, end in spans:
            first, last = bisect_right(places, start) - 1, bisect_right(places, end - 1) - 1
            yield start - places[first] + origins[first], end - places[last] + origins[last]

    def _found(self, data: bytes, *, cut: bool) -> Iterator[Span]:
        for shift in range(_BLOCK if self._short else 1):
            usable = (len(data) - shift) // _BLOCK * _BLOCK
            blocks = memoryview(data)[shift : shift + usable].cast("I")
            if shift == 0 and not self._long.keys().isdisjoint(blocks):
                yield from self._long_at(data, [at * _BLOCK for at, block in enumerate(blocks) if block in self._long])
            if self._short and not self._short.keys().isdisjoint(blocks):
                places = (at * _BLOCK + shift for at, block in enumerate(blocks) if block in self._short)
                yield from (span for at in places for span in self._short_at(data, at))
        if cut and (start := self._cut(data)) is not None:
            yield start, len(data)

    def _long_at(self, data: bytes, places: Iterable[int]) -> Iterator[Span]:
        done = misses = 0
        for place in places:
            for at in range(max(place - _BLOCK + 1, done), place + 1):
                lengths = self._forms.get(data[at : at + _HEAD])
                if lengths is None:
                    continue
                if end := _end(data, at, lengths):
                    yield at, end
                    done = at + 1
                elif (misses := misses + 1) > _MISSES:
                    # A text that repeats the beginning of a value is made to take time.
                    yield at, len(data)
                    return

    def _short_at(self, data: bytes, at: int) -> Iterator[Span]:
        for length in range(_BLOCK, _HEAD):
            if data[at : at + length] in self._holders and at + length <= len(data):
                yield at, at + length

    def _cut(self, data: bytes) -> int | None:
        """Return where a form begins that goes on after the end of the text."""
        for length in range(_HEAD - 1, _BLOCK - 1, -1):
            if len(data) >= length and data[-length:] in self._starts:
                return len(data) - length
        return None


def merged(spans: Iterable[Span]) -> list[Span]:
    """Return spans sorted and with those that overlap or touch as one."""
    result: list[Span] = []
    for start, end in sorted(spans):
        if result and start <= result[-1][1]:
            result[-1] = result[-1][0], max(result[-1][1], end)
        else:
            result.append((start, end))
    return result


def _add(counter: Counter[int] | Counter[bytes], key: int | bytes, step: int) -> None:
    counter[key] += step  # type: ignore[index]
    if not counter[key]:  # type: ignore[index]
        del counter[key]


def _end(data: bytes, at: int, lengths: dict[int, set[bytes]]) -> int | None:
    """Return where the longest form that begins here ends: at the end of the text if it goes on after it."""
    longest = max(lengths)
    if len(lengths) > _LENGTHS:
        return _whole_character(data, at + longest)
    left = len(data) - at
    if longest > left:
        rest = data[at:]
        going_on = [form for length, forms in lengths.items() if length > left for form in forms]
        if len(going_on) > _CUT_FORMS or any(form.startswith(rest) for form in going_on):
            return len(data)
    return next(
        (at + length for length in sorted(lengths, reverse=True) if data[at : at + length] in lengths[length]), None
    )


def _whole_character(data: bytes, end: int) -> int:
    while end < len(data) and data[end] & 0xC0 == 0x80:
        end += 1
    return min(end, len(data))
