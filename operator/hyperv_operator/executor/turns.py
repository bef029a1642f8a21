"""The queued tasks of one host, by turns of the namespaces that they are for.

In a round every namespace with a task has one turn. Those whose next task is urgent have theirs first: a removal does not wait for
other namespaces' images to be copied, and no number of urgent tasks takes the others' turns away.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Generic, TypeVar

E = TypeVar("E")


@dataclass
class _Share(Generic[E]):
    """One namespace's tasks, the oldest first."""

    urgent: OrderedDict[str, E] = field(default_factory=OrderedDict)
    ordinary: OrderedDict[str, E] = field(default_factory=OrderedDict)


class Turns(Generic[E]):
    """A host's queued tasks."""

    def __init__(self) -> None:
        self._shares: OrderedDict[str, _Share[E]] = OrderedDict()
        """In the order of their turns."""
        self._served: set[str] = set()
        """The namespaces that have had their turn in this round."""
        self._share_of: dict[str, str] = {}

    def __len__(self) -> int:
        """Return the number of queued tasks."""
        return len(self._share_of)

    def __iter__(self) -> Iterator[E]:
        """Iterate over the queued tasks."""
        for share in self._shares.values():
            yield from share.urgent.values()
            yield from share.ordinary.values()

    def add(self, key: str, entry: E, share: str, *, urgent: bool) -> None:
        """Append a task to a namespace's tasks."""
        found = self._shares.setdefault(share, _Share())
        (found.urgent if urgent else found.ordinary)[key] = entry
        self._share_of[key] = share

    def remove(self, key: str) -> E:
        """Remove and return a task; `KeyError` if it is not queued."""
        name = self._share_of.pop(key)
        share = self._shares[name]
        tasks = share.urgent if key in share.urgent else share.ordinary
        entry = tasks.pop(key)
        if not share.urgent and not share.ordinary:
            del self._shares[name]
        return entry

    def take(self) -> E:
        """Remove and return the next task; there must be one."""
        waiting = [name for name in self._shares if name not in self._served]
        if not waiting:
            self._served.clear()
            waiting = list(self._shares)
        name = next((one for one in waiting if self._shares[one].urgent), waiting[0])
        self._served.add(name)
        share = self._shares[name]
        self._shares.move_to_end(name)
        return self.remove(next(iter(share.urgent or share.ordinary)))
