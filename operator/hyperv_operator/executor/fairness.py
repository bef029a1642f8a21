"""Who starts next: one queue a host, and the hosts by turns.

From the moment a host has a task and a free slot, every other host starts at most one task before it, however many it has
waiting.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from typing import Generic, TypeVar

E = TypeVar("E")


class FairQueue(Generic[E]):
    """What waits for a lane's workers. `max_slots` bounds the slots of every host, whatever is set for it."""

    def __init__(self, *, slots: int, max_slots: int) -> None:
        self._default = slots
        self._max_slots = max_slots
        self._slots: dict[str, int] = {}
        self._busy: dict[str, int] = {}
        self._waiting: dict[str, OrderedDict[str, E]] = {}
        # Hosts that can start something, in the order of their turns, and how much each could start.
        self._turns: OrderedDict[str, int] = OrderedDict()
        self._starved: set[str] = set()
        self.depth = 0
        """Tasks that wait."""
        self.ready = 0
        """Tasks that a free slot of their host would let start now."""

    @property
    def starved(self) -> int:
        """Hosts that could start something and have nothing running."""
        return len(self._starved)

    def set_slots(self, host: str, slots: int) -> bool:
        """Set how many tasks of a host may run at a time; tell whether that changed."""
        if self._slots.get(host) == slots:
            return False
        self._slots[host] = slots
        self._refresh(host)
        return True

    def forget(self, host: str) -> None:
        """Drop what was set for a host; what waits or runs stays."""
        self._slots.pop(host, None)
        self._refresh(host)

    def slots(self, host: str) -> int:
        """Return how many tasks of a host may run at a time."""
        return min(self._slots.get(host, self._default), self._max_slots)

    def add(self, host: str, key: str, entry: E) -> None:
        """Put a task at the end of its host's queue."""
        self._waiting.setdefault(host, OrderedDict())[key] = entry
        self.depth += 1
        self._refresh(host)

    def remove(self, host: str, key: str) -> None:
        """Take a waiting task out."""
        del self._waiting[host][key]
        self.depth -= 1
        self._refresh(host)

    def take(self) -> E | None:
        """Return the next task and count it as running; None if no host can start anything."""
        host = next(iter(self._turns), None)
        if host is None:
            return None
        _, entry = self._waiting[host].popitem(last=False)
        self.depth -= 1
        self._busy[host] = self._busy.get(host, 0) + 1
        self._turns.move_to_end(host)
        self._refresh(host)
        return entry

    def release(self, host: str) -> None:
        """A running task of the host has ended."""
        left = self._busy[host] - 1
        if left:
            self._busy[host] = left
        else:
            del self._busy[host]
        self._refresh(host)

    def waiting(self) -> Iterator[E]:
        """Yield what waits, host by host."""
        for queue in self._waiting.values():
            yield from queue.values()

    def waiting_on(self, host: str) -> tuple[E, ...]:
        """Return what waits for a host, oldest first."""
        return tuple(self._waiting.get(host, {}).values())

    def by_host(self) -> Mapping[str, tuple[int, int]]:
        """Return for each host that has any: how many tasks wait, and how many run."""
        hosts = sorted(self._waiting.keys() | self._busy.keys())
        return {host: (len(self._waiting.get(host, ())), self._busy.get(host, 0)) for host in hosts}

    def _refresh(self, host: str) -> None:
        """Bring the host's place among the turns in line with its queue and its slots."""
        queue, busy = self._waiting.get(host), self._busy.get(host, 0)
        if queue is not None and not queue:
            del self._waiting[host]
        before = self._turns.get(host, 0)
        now = max(0, min(len(queue or ()), self.slots(host) - busy))
        self.ready += now - before
        if now:
            # A host that is among the turns already keeps its place there.
            self._turns[host] = now
        elif before:
            del self._turns[host]
        if now and not busy:
            self._starved.add(host)
        else:
            self._starved.discard(host)
