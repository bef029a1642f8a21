"""Keeps Python's garbage collections short: the event loop does not turn while one runs.

A full collection visits every object, and a cache of 10,000 machines has millions. What has survived a long collection is
therefore set aside (`gc.freeze`) and not visited again; objects that nothing refers to are freed at once all the same, and
only cycles among those set aside stay. They are looked for once a day.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

LONG_SECONDS: Final = 0.02
FULL_INTERVAL_SECONDS: Final = 86_400.0
_OLDEST: Final = 2
"""The generation of a full collection."""


class Survivors:
    """Sets aside what survives a long full collection, and takes it back once a day. It is called at each collection."""

    def __init__(
        self,
        freeze: Callable[[], None] = gc.freeze,
        unfreeze: Callable[[], None] = gc.unfreeze,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._freeze, self._unfreeze, self._clock = freeze, unfreeze, clock
        self._began: float | None = None
        self._full_at = clock()

    def __call__(self, phase: str, details: Mapping[str, Any]) -> None:
        """Take note of a collection's `start` or `stop`, as entries of `gc.callbacks` do."""
        if details["generation"] < _OLDEST:
            return
        now = self._clock()
        if phase == "start":
            self._began = now
            if now - self._full_at >= FULL_INTERVAL_SECONDS:
                self._full_at = now
                self._unfreeze()
        elif self._began is not None:
            if now - self._began > LONG_SECONDS:
                self._freeze()
            self._began = None


@contextmanager
def short_collections() -> Iterator[None]:
    """Keep collections short while this lasts."""
    survivors = Survivors()
    gc.callbacks.append(survivors)
    try:
        yield
    finally:
        gc.callbacks.remove(survivors)
        gc.unfreeze()
