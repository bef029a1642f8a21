"""The log of runs: what the reconcilers add to it while an agent runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from hyperv_operator.ports.tasks import LogLine
from hyperv_operator.protocol.records import Outcome, StepRecord


@dataclass(frozen=True)
class LogSource:
    """The launch that an entry of the log comes from."""

    namespace: str
    name: str
    uid: str
    """UID of the machine, which identifies it; namespace and name are for people."""
    host: str
    run: str
    attempt: int
    kind: str
    """provision, update or remove."""


class RunLogs(Protocol):
    """Keeps the newest runs' output for readers. Every method returns at once and never fails."""

    def line(self, source: LogSource, line: LogLine) -> None:
        """Add a line that the agent printed."""
        ...

    def step(self, source: LogSource, record: StepRecord) -> None:
        """Add a change of a step."""
        ...

    def ended(self, source: LogSource, outcome: Outcome | None, error: Exception | None) -> None:
        """Add how the launch ended: the agent's outcome, or the error of the call."""
        ...

    def machine_gone(self, uid: str) -> None:
        """Note that a machine does not exist any more: its log is kept for some minutes only."""
        ...
