"""Pauses after failures of the Kubernetes API: exponential, with jitter, for each object on its own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from hyperv_operator.errors import ClusterError

BASE: Final = timedelta(seconds=1)
LIMIT: Final = timedelta(minutes=5)

Draw = Callable[[], float]
"""Returns a random number from 0 up to 1; it spreads the retries of many objects over time."""


class ErrorPause:
    """How long one object is left alone after failures of the Kubernetes API."""

    def __init__(self) -> None:
        self.failures = 0
        """Failures in a row."""
        self.until: datetime | None = None
        """The end of the last pause."""

    def failed(self, now: datetime, error: Exception, draw: Draw) -> datetime:
        """Count a failure; return when to try again: at the earliest when the API server asks for it."""
        self.failures += 1
        longest = min(BASE * 2 ** min(self.failures - 1, 30), LIMIT)
        asked = error.retry_after if isinstance(error, ClusterError) else None
        self.until = now + max(longest * (0.5 + draw() / 2), timedelta(seconds=asked or 0))
        return self.until

    def active(self, now: datetime) -> datetime | None:
        """Return the end of the current pause; None if there is none."""
        return self.until if self.until and now < self.until else None

    def clear(self) -> None:
        """End the pause: something succeeded, or a person has changed something."""
        self.failures, self.until = 0, None
