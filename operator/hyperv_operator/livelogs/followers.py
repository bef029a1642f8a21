"""How many requests may follow logs at the same time, all together and of one user."""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Final

from hyperv_operator.livelogs.statuses import StatusError

_RETRY_SECONDS: Final = 30


class Followers:
    """Counts requests that follow."""

    def __init__(self, limit: int, per_user: int, counted: Callable[[int], None]) -> None:
        self._limit = limit
        self._per_user = per_user
        self._counted = counted
        """Takes their number after each change."""
        self._users: Counter[str] = Counter()

    @contextlib.contextmanager
    def admitted(self, user: str) -> Iterator[None]:
        """Count one more during the block; `StatusError` 429 if that is too many."""
        if self._users[user] >= self._per_user:
            raise StatusError(
                429,
                f"You follow {self._per_user} logs already, the maximum of one user. Close some of them.",
                retry_after=_RETRY_SECONDS,
            )
        if self._users.total() >= self._limit:
            raise StatusError(
                429,
                f"{self._limit} logs are followed already, the maximum (HVO_LOG_FOLLOWERS_MAX). Try again later.",
                retry_after=_RETRY_SECONDS,
            )
        self._users[user] += 1
        self._counted(self._users.total())
        try:
            yield
        finally:
            self._users[user] -= 1
            self._users += Counter()
            self._counted(self._users.total())
