"""The entries of one run, bounded in number and size.

Lines are dropped first: the beginnings and ends of steps and the outcomes of launches outlive them, so that a late reader still
sees the whole course of a run.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from heapq import merge
from itertools import takewhile
from operator import attrgetter
from typing import Final

from hyperv_operator.livelogs.entries import Entry
from hyperv_operator.ports import LogSource

ENTRY_OVERHEAD: Final = 512
"""Bytes of memory that an entry takes besides its text, about."""
MAX_MILESTONES: Final = 500
"""Milestones that a run keeps; the oldest are dropped."""


@dataclass(frozen=True)
class RunLimits:
    """What the buffer of one run holds at most."""

    lines: int
    size: int
    """Bytes of the lines' text."""


def _size(entry: Entry) -> int:
    return len(entry.text.encode())


class RunBuffer:
    """One run's entries. `source` is that of the newest launch."""

    def __init__(self, source: LogSource, limits: RunLimits) -> None:
        self.source = source
        self.first = 0
        """Sequence of the first entry that the run ever had."""
        self.last = 0
        """Sequence of the newest entry."""
        self.dropped_through = 0
        """Sequence of the newest entry that was dropped."""
        self.completed = False
        """Whether the last launch ended with the outcome `completed`."""
        self.active = True
        """Whether the last launch has not ended."""
        self.memory = 0
        """Bytes that the entries take, about."""
        self._limits = limits
        self._lines: deque[Entry] = deque()
        self._milestones: deque[Entry] = deque()
        self._size = 0

    def add(self, entry: Entry, *, milestone: bool) -> None:
        """Append an entry, and drop the oldest ones that exceed the limits."""
        self.first = self.first or entry.sequence
        self.last = entry.sequence
        size = _size(entry)
        self.memory += size + ENTRY_OVERHEAD
        if milestone:
            self._milestones.append(entry)
            if len(self._milestones) > MAX_MILESTONES:
                self._forget(self._milestones.popleft())
            return
        self._lines.append(entry)
        self._size += size
        while len(self._lines) > self._limits.lines or self._size > self._limits.size:
            oldest = self._lines.popleft()
            self._size -= _size(oldest)
            self._forget(oldest)

    def _forget(self, entry: Entry) -> None:
        self.memory -= _size(entry) + ENTRY_OVERHEAD
        self.dropped_through = max(self.dropped_through, entry.sequence)

    def after(self, sequence: int) -> Iterator[Entry]:
        """Yield the entries after a sequence, oldest first."""
        newer = [_tail(entries, sequence) for entries in (self._lines, self._milestones)]
        return merge(*newer, key=attrgetter("sequence"))


def _tail(entries: deque[Entry], sequence: int) -> list[Entry]:
    """Return the entries after a sequence; reads only those."""
    newer = list(takewhile(lambda entry: entry.sequence > sequence, reversed(entries)))
    newer.reverse()
    return newer
