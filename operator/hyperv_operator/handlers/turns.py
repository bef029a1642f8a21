"""Turns for passes: namespaces share the process, however many machines each has and however often these change."""

from __future__ import annotations

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator
from typing import Final

from hyperv_operator.core.shares import Shares

MOST: Final = 32
"""Passes at a time."""
OF_NAMESPACE: Final = 8
"""Passes of one namespace at a time: what it waits for at the API server occupies no other namespace's turn."""


class Turns:
    """Lets a bounded number of passes run. Those that wait are let in by turns of their namespaces."""

    def __init__(self, most: int = MOST, of_namespace: int = OF_NAMESPACE) -> None:
        self._most = most
        self._of_namespace = of_namespace
        self._running: Counter[str] = Counter()
        self._waiting = Shares[asyncio.Future[None]]()

    @contextlib.asynccontextmanager
    async def turn(self, namespace: str) -> AsyncIterator[None]:
        """Wait for a turn of this namespace, and keep it during the block."""
        await self._enter(namespace)
        try:
            yield
        finally:
            self._leave(namespace)

    async def _enter(self, namespace: str) -> None:
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.add(namespace, place)
        self._let_in()
        try:
            await place
        except asyncio.CancelledError:
            if place.cancelled():
                self._let_in()
            else:
                # Let in and cancelled at the same time.
                self._leave(namespace)
            raise

    def _leave(self, namespace: str) -> None:
        self._running[namespace] -= 1
        if not self._running[namespace]:
            del self._running[namespace]
        self._let_in()

    def _let_in(self) -> None:
        while self._running.total() < self._most:
            found = self._waiting.take(lambda namespace: self._running[namespace] < self._of_namespace)
            if found is None:
                return
            namespace, place = found
            if not place.cancelled():
                self._running[namespace] += 1
                place.set_result(None)
