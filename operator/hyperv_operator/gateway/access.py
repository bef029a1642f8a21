"""The access log: one line of JSON for each request, without tokens, query values or bodies."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TextIO

Now = Callable[[], datetime]


def _now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - what a log line is stamped with


@dataclass(frozen=True)
class Access:
    """What is logged of a request."""

    id: str
    method: str
    path: str
    route: str
    status: int
    """101 for a websocket, 499 for a client that has gone before the answer."""
    seconds: float
    bytes: int
    address: str
    caller: str
    """The beginning of the token's hash: enough to find the requests of one caller, and no way back to the token."""


class AccessLog:
    """Writes the lines."""

    def __init__(self, clean: Callable[[str], str], output: TextIO | None = None, now: Now = _now) -> None:
        self._clean = clean
        self._output = output
        self._now = now

    def write(self, access: Access) -> None:
        """Write the line of a request."""
        line = {
            "time": self._now().isoformat(timespec="milliseconds"),
            "level": "info",
            "logger": "access",
            "request": access.id,
            "method": access.method,
            "path": self._clean(access.path),
            "route": access.route,
            "status": access.status,
            "seconds": round(access.seconds, 4),
            "bytes": access.bytes,
            "address": access.address,
            "caller": access.caller,
        }
        print(json.dumps(line), file=self._output or sys.stdout, flush=True)
