"""Fair scheduling: one queue per host, served round-robin; within a host, namespaces take turns.

Once a host has a queued task and a free slot, every other host starts at most one task before it, however long its own queue.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from typing import Generic, TypeVar

from hyperv_operator.executor.turns import Turns

E = TypeVar("E")


class FairQueue(Generic[E]):
    """A lane's queued tasks. `max_slots` caps the slots of every host."""

    def __init__(self, *, slots: int, max_slots: int) -> None:
        self._default = slots
        self._max_slots = max_slots
        self._slots: dict[str, int] = {}
        self._running: dict[str, int] = {}
        self._queues: dict[str, Turns[E]] = {}
        # Hosts with a queued task and a free slot, in round-robin order, and how many tasks each could start.
        self._ready_hosts: OrderedDict[str, int] = OrderedDict()
        self._starved: set[str] = set()
        self.depth = 0
        """Queued tasks."""
        self.ready = 0
        """Queued tasks whose host has a free slot for them."""

    @property
    def starved(self) -> int:
        """Number of hosts that have a ready task and no running one."""
        return len(self._starved)

    def set_slots(self, host: str, slots: int) -> bool:
        """Set how many tasks of a host may run at a time; return whether that changed."""
        if self._slots.get(host) == slots:
            return False
        self._slots[host] = slots
        self._refresh(host)
        return True

    def forget(self, host: str) -> None:
        """Reset a host's slots to the default. Its tasks stay."""
        self._slots.pop(host, None)
        self._refresh(host)

    def slots(self, host: str) -> int:
        """Return how many tasks of a host may run at a time."""
        return min(self._slots.get(host, self._default), self._max_slots)

    def add(self, host: str, key: str, entry: E, *, share: str = "", urgent: bool = False) -> None:
        """Append a task to its host's queue. The tasks of a host take turns by share; the urgent ones of a share come first."""
        self._queues.setdefault(host, Turns()).add(key, entry, share, urgent=urgent)
        self.depth += 1
        self._refresh(host)

    def remove(self, host: str, key: str) -> None:
        """Remove a queued task."""
        self._queues[host].remove(key)
        self.depth -= 1
        self._refresh(host)

    def take(self) -> E | None:
        """Remove and return the next task, and occupy a slot of its host; None if no task is ready."""
        host = next(iter(self._ready_hosts), None)
        if host is None:
            return None
        entry = self._queues[host].take()
        self.depth -= 1
        self._running[host] = self._running.get(host, 0) + 1
        self._ready_hosts.move_to_end(host)
        self._refresh(host)
        return entry

    def release(self, host: str) -> None:
        """Free a slot of the host, whose task has ended."""
        running = self._running[host] - 1
        if running:
            self._running[host] = running
        else:
            del self._running[host]
        self._refresh(host)

    def queued_on(self, host: str) -> tuple[E, ...]:
        """Return a host's queued tasks."""
        return tuple(self._queues.get(host, ()))

    def by_host(self) -> Mapping[str, tuple[int, int]]:
        """Return the numbers of queued and running tasks of each host that has any."""
        hosts = sorted(self._queues.keys() | self._running.keys())
        return {host: (len(self._queues.get(host, ())), self._running.get(host, 0)) for host in hosts}

    def _refresh(self, host: str) -> None:
        """Recompute whether the host is ready or starved, after a change of its queue or slots."""
        queue, running = self._queues.get(host), self._running.get(host, 0)
        if queue is not None and not queue:
            del self._queues[host]
        before = self._ready_hosts.get(host, 0)
        now = max(0, min(len(queue or ()), self.slots(host) - running))
        self.ready += now - before
        if now:
            # Assigning to an existing key keeps the host's position in the round-robin order.
            self._ready_hosts[host] = now
        elif before:
            del self._ready_hosts[host]
        if now and not running:
            self._starved.add(host)
        else:
            self._starved.discard(host)
