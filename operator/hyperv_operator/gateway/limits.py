"""Limits on callers: requests in a minute, and open streams."""

from __future__ import annotations

import contextlib
import math
import time
from collections import Counter
from collections.abc import Iterator
from typing import Final

from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import FixedWindowRateLimiter

from hyperv_operator.gateway.problems import Problem

_STATUS: Final = 429


class RateLimits:
    """Counts the requests of each token and each address. Every gateway counts for itself."""

    def __init__(self, per_token: int, per_address: int) -> None:
        self._limiter = FixedWindowRateLimiter(MemoryStorage())
        self._token = RateLimitItemPerMinute(per_token)
        self._address = RateLimitItemPerMinute(per_address)

    def refusal(self, token_hash: str | None, address: str) -> tuple[str, int] | None:
        """Count a request; return what is exceeded, `token` or `address`, and the seconds until the next is allowed."""
        if not self._limiter.hit(self._address, "address", address):
            return "address", self._wait(self._address, "address", address)
        if token_hash is not None and not self._limiter.hit(self._token, "token", token_hash):
            return "token", self._wait(self._token, "token", token_hash)
        return None

    def _wait(self, item: RateLimitItemPerMinute, *identifiers: str) -> int:
        reset = self._limiter.get_window_stats(item, *identifiers).reset_time
        return max(1, math.ceil(reset - time.time()))


def too_many_requests(what: str, seconds: int) -> Problem:
    """Return the problem of a caller that sends too many requests."""
    text = f"This {what} has sent too many requests in this minute. Try again in {seconds} s, and send fewer."
    return Problem("too-many-requests", _STATUS, text, headers={"Retry-After": str(seconds)})


class NoSlot(Exception):
    """Too many streams are open."""


class Slots:
    """Counts the open streams, in all and of each token."""

    def __init__(self, in_all: int, per_token: int) -> None:
        self._in_all = in_all
        self._per_token = per_token
        self._open: Counter[str] = Counter()

    @contextlib.contextmanager
    def taken(self, token_hash: str) -> Iterator[None]:
        """Hold a slot during the block; `NoSlot` if there is none."""
        if self._open.total() >= self._in_all:
            raise NoSlot("The gateway has no room for further streams. Try again later.")
        if self._open[token_hash] >= self._per_token:
            raise NoSlot(f"This token has {self._per_token} open streams, which is the limit. Close one of them.")
        self._open[token_hash] += 1
        try:
            yield
        finally:
            self._open[token_hash] -= 1
            self._open += Counter()


def too_many_streams(error: NoSlot) -> Problem:
    """Return the problem of a caller that opens too many streams."""
    return Problem("too-many-streams", _STATUS, str(error), headers={"Retry-After": "30"})
