"""What a running script has at hand: its streams, and how it ends."""

from __future__ import annotations

import asyncio
import base64
import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

from hostsim.world import timestamp


class ShellKilled(Exception):
    """The shell that the script runs in dies."""


@dataclass(frozen=True)
class Launch:
    """What a pipeline was told to run, and what it was given."""

    command: str
    """The script's text, or the name of a command."""
    script: str | None
    """The path of the script that the text starts; None for a command."""
    inputs: tuple[str, ...]
    """What was piped in: a job in base64, as a rule in one string."""
    version: str = ""
    """The version of the agent that the script belongs to; empty for one that was installed by hand."""

    @cached_property
    def job(self) -> dict[str, Any]:
        """The job."""
        job: dict[str, Any] = json.loads(base64.b64decode("".join(self.inputs)))
        return job

    @property
    def vm_name(self) -> str:
        """The name of the machine's VM, empty for an inventory."""
        about = self.job.get("fields") or self.job.get("machine") or {}
        return str(about.get("vm_name") or "")

    @property
    def changes_host(self) -> bool:
        """Whether it is more than a look."""
        return bool(self.job["schema"]["id"] != "host-inventory")


@dataclass(frozen=True)
class RolloutCall:
    """A script text, and the strings that it was given: a header, and pieces of files."""

    text: str
    inputs: tuple[str, ...]

    @property
    def header(self) -> dict[str, Any]:
        """The header, empty if it cannot be read."""
        try:
            found = json.loads(self.inputs[0])
        except (ValueError, IndexError):
            return {}
        return found if isinstance(found, dict) else {}


class Streams(Protocol):
    """A pipeline's streams."""

    interrupted: asyncio.Event
    """Set when the client presses Ctrl-C."""
    last_output: str
    """The last object of the output stream; empty while there is none."""

    def output(self, text: str) -> None:
        """Write an object to the output stream."""
        ...

    def record(self, text: str) -> None:
        """Write a record: an information record with the agent's tag."""
        ...

    def noise(self, stream: str, text: str) -> None:
        """Write a line to any other stream but that of errors."""
        ...

    def error(self, message: str, error_id: str, type_name: str) -> None:
        """Write an error record; `type_name` is that of its exception."""
        ...


class Failed(Exception):
    """The script ends with a failed outcome."""

    def __init__(self, code: str, message: str, *, summary: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
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
        "vm_id": None,
        "guest_key": None,
        "diagnosis": None,
    }
    return json.dumps({**base, **more}, separators=(",", ":"))
