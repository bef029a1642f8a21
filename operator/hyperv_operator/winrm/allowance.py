"""What a host may still send, and for how long: the bounds of one response and of one call.

A host is foreign: it may send without end, or one byte at a time. The bounds hold for every byte that is read, before any logon too.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

MAX_ENVELOPE_BYTES: Final = 512_000
"""The size of an envelope that hosts are asked not to exceed: WinRM's default (MaxEnvelopeSizekb)."""
HEAD_BYTES: Final = 128 * 1024
"""Status line and headers, and what is read ahead with them."""
OUTPUT_BYTES: Final = MAX_ENVELOPE_BYTES + 64 * 1024
"""A body that may carry output or a list: an envelope, its encryption, and chunk headers."""
ANSWER_BYTES: Final = 64 * 1024
"""Every other body."""
CALL_BYTES: Final = 256 * 1024 * 1024
"""All responses of one call."""
RESPONSE_SECONDS: Final = 60.0
"""From the end of a request to the last byte of its response; and as long for sending the request."""
MAX_RESPONSES: Final = 10
"""Responses to one request: a logon takes up to four, and each may be tried twice."""


class AnswerRefused(Exception):
    """A host's answer is not taken. The text completes a sentence that begins with the host: "sent more than …"."""

    def __init__(self, what: str, remedy: str = "") -> None:
        super().__init__(what)
        self.remedy = remedy


class AnswerTooSlow(Exception):
    """A host did not finish an exchange within `RESPONSE_SECONDS`."""


class DeadlinePassed(Exception):
    """The call's deadline passed during an exchange with the host."""


class Allowance:
    """The bounds of a connection's current response and call. Times are seconds of the given monotonic clock."""

    def __init__(self, clock: Callable[[], float], idle_seconds: float) -> None:
        self._clock = clock
        self.idle_seconds = idle_seconds
        """How long one read or write may wait."""
        self._call_ends = math.inf
        self._call_bytes = CALL_BYTES
        self._exchange_ends = math.inf
        self._bytes = HEAD_BYTES
        self._limit = HEAD_BYTES
        self._body_bytes = ANSWER_BYTES
        self._responses = 0

    def begin_call(self, seconds: float) -> None:
        """Begin a call that ends after so many seconds."""
        self._call_ends = self._clock() + seconds
        self._call_bytes = CALL_BYTES

    def begin_request(self, body_bytes: int) -> None:
        """Begin a request whose response may have a body of this size."""
        self._responses = 0
        self._body_bytes = body_bytes

    def begin_response(self) -> None:
        """Count one more response; raises `AnswerRefused` if the request had too many."""
        self._responses += 1
        if self._responses > MAX_RESPONSES:
            raise AnswerRefused(f"answered one request with more than {MAX_RESPONSES} steps of a logon.")

    def begin_exchange(self) -> None:
        """Begin to connect, to send a request or to read a response, which gets `RESPONSE_SECONDS`."""
        self._exchange_ends = self._clock() + RESPONSE_SECONDS
        self._bytes = self._limit = HEAD_BYTES

    def begin_body(self) -> None:
        """Begin the body, after the headers."""
        self._bytes = self._limit = self._body_bytes

    def seconds(self) -> float:
        """Return how long the next read or write may take; raises `DeadlinePassed` and `AnswerTooSlow`."""
        now = self._clock()
        if now >= self._call_ends:
            raise DeadlinePassed
        if now >= self._exchange_ends:
            raise AnswerTooSlow
        return min(self.idle_seconds, self._call_ends - now, self._exchange_ends - now)

    def take(self, count: int) -> None:
        """Count bytes that were read; raises `AnswerRefused` if they are too many."""
        self._bytes -= count
        self._call_bytes -= count
        if self._bytes < 0:
            part = "headers" if self._limit == HEAD_BYTES else "a response"
            raise AnswerRefused(f"sent {part} of more than {self._limit:,} bytes.")
        if self._call_bytes < 0:
            raise AnswerRefused(f"sent more than {CALL_BYTES:,} bytes during one call.")
