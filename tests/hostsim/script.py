"""The interface of a running script: its launch, its streams and its endings."""

from __future__ import annotations

import asyncio
import base64
import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

from hostsim.world import timestamp


class ShellKilled(Exception):
    """The script's shell dies."""


@dataclass(frozen=True)
class Launch:
    """A script or command to run, with its input."""

    command: str
    """The script's text, or the name of a command."""
    script: str | None
    """Path of the script that the text starts; None for a command."""
    inputs: tuple[str, ...]
    """The pipeline's input: a job in base64, normally one string."""
    version: str = ""
    """The script's agent version; empty for the agent installed by hand."""

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
        """Whether the job may change the host."""
        return self.job["schema"]["id"] not in ("host-inventory", "host-preflight")


@dataclass(frozen=True)
class RolloutCall:
    """The script text of a rollout call and its input: a header and pieces of files."""

    text: str
    inputs: tuple[str, ...]

    @property
    def header(self) -> dict[str, Any]:
        """The header; empty if it is unreadable."""
        try:
            found = json.loads(self.inputs[0])
        except (ValueError, IndexError):
            return {}
        return found if isinstance(found, dict) else {}


class Streams(Protocol):
    """A pipeline's streams."""

    interrupted: asyncio.Event
    """Set when the client stops the pipeline."""
    last_output: str
    """The last object of the output stream; empty if there is none."""

    def output(self, text: str) -> None:
        """Write an object to the output stream."""
        ...

    def record(self, text: str) -> None:
        """Write a record, an information record with the agent's tag."""
        ...

    def noise(self, stream: str, text: str) -> None:
        """Write a line to any stream but output and error."""
        ...

    def error(self, message: str, error_id: str, type_name: str) -> None:
        """Write an error record; `type_name` is the type of its exception."""
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


def write_step(streams: Streams, step: str, state: str, message: str = "", percent: int | None = None) -> None:
    """Write one step record."""
    record: dict[str, Any] = {"type": "step", "step": step, "state": state}
    if percent is not None:
        record["percent"] = percent
    record |= {"message": message, "at": timestamp()}
    streams.record(json.dumps(record, separators=(",", ":")))


def outcome(kind: str, reason: str, message: str, **more: Any) -> str:
    """Return an outcome in the agent's format."""
    base: dict[str, Any] = {
        "type": "outcome",
        "outcome": kind,
        "reason": reason,
        "code": None,
        "message": message,
        "vm_id": None,
        "guest_key": None,
        "diagnosis": None,
        "finding": None,
    }
    return json.dumps({**base, **more}, separators=(",", ":"))
