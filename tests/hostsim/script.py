"""What a running script has at hand: its streams, and how it ends."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Protocol

from hostsim.world import timestamp


class Streams(Protocol):
    """A pipeline's streams."""

    def output(self, text: str) -> None:
        """Write an object to the output stream."""
        ...

    def record(self, text: str) -> None:
        """Write a record: an information record with the agent's tag."""
        ...

    def noise(self, stream: str, text: str) -> None:
        """Write a line to any other stream."""
        ...


class Failed(Exception):
    """The script ends with a failed outcome."""

    def __init__(self, code: str, message: str, *, retryable: bool = False, summary: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.retryable = retryable
        self.summary = summary


class Pending(Exception):
    """The script ends with a pending outcome."""

    def __init__(self, reason: str, message: str, key: dict[str, Any] | None = None) -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message
        self.key = key


def say_step(streams: Streams, step: str, state: str, message: str = "", percent: int | None = None) -> None:
    """Write one step record."""
    record: dict[str, Any] = {"type": "step", "step": step, "state": state}
    if percent is not None:
        record["percent"] = percent
    record |= {"message": message, "at": timestamp()}
    streams.record(json.dumps(record, separators=(",", ":")))


def outcome(kind: str, reason: str, message: str, **more: Any) -> str:
    """Return an outcome as the agent writes it."""
    base: dict[str, Any] = {
        "type": "outcome",
        "outcome": kind,
        "reason": reason,
        "code": None,
        "message": message,
        "retryable": False,
        "vm_id": None,
        "guest_key": None,
        "diagnosis": None,
    }
    return json.dumps({**base, **more}, separators=(",", ":"))


Hook = Callable[[str], Any]
"""Awaited at the start of every step, for the faults that strike there."""
