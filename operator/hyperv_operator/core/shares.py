"""A queue that namespaces share: each has one item taken in turn, however many others have."""

from __future__ import annotations

from collections import OrderedDict, deque
from collections.abc import Callable
from typing import Generic, TypeVar

E = TypeVar("E")


def _any(_: str) -> bool:
    return True


class Shares(Generic[E]):
    """Items by namespace, the oldest of each first."""

    def __init__(self) -> None:
        self._items: OrderedDict[str, deque[E]] = OrderedDict()
        """In the order of the namespaces' turns."""
        self._count = 0

    def __len__(self) -> int:
        """Return the number of items."""
        return self._count

    def add(self, namespace: str, item: E) -> None:
        """Append an item to a namespace's items."""
        self._items.setdefault(namespace, deque()).append(item)
        self._count += 1

    def take(self, may: Callable[[str], bool] = _any) -> tuple[str, E] | None:
        """Remove and return the oldest item of the first namespace that may have a turn; None if there is none."""
        namespace = next((one for one in self._items if may(one)), None)
        if namespace is None:
            return None
        self._items.move_to_end(namespace)
        return namespace, self._take(namespace)

    def drop(self) -> None:
        """Remove the oldest item of the namespace that has most; there must be one."""
        self._take(max(self._items, key=lambda one: len(self._items[one])))

    def _take(self, namespace: str) -> E:
        items = self._items[namespace]
        item = items.popleft()
        if not items:
            del self._items[namespace]
        self._count -= 1
        return item
