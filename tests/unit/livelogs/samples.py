"""Logs for the tests of live logs: a store with a clock that is set, and launches to write about."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hyperv_operator.livelogs.buffers import RunLimits
from hyperv_operator.livelogs.entries import Entry
from hyperv_operator.livelogs.store import LogStore, StoreLimits
from hyperv_operator.ports import LogLine, LogSource, LogStream
from hyperv_operator.protocol.records import Outcome, OutcomeKind, Step, StepRecord, StepState
from hyperv_operator.telemetry.metrics import PrometheusMetrics
from hyperv_operator.telemetry.redaction import Redactor

UID = "aaaaaaaa-8f0b-4a3e-9b86-0d6f6a7a1c11"
SOURCE = LogSource(namespace="team", name="web", uid=UID, host="h1", run="run-1", attempt=1, kind="provision")
OTHER = replace(SOURCE, name="db", uid="other", run="run-9")
ROOMY = StoreLimits(RunLimits(lines=1_000, size=100_000), runs=3, memory=100_000_000)


class Clock:
    """A clock that a test moves on."""

    def __init__(self) -> None:
        self.time = datetime(2026, 1, 1, 12, tzinfo=UTC)

    def now(self) -> datetime:
        """Return the time."""
        return self.time

    def pass_seconds(self, seconds: float) -> None:
        """Move on."""
        self.time += timedelta(seconds=seconds)


def store(limits: StoreLimits = ROOMY, clock: Clock | None = None, redactor: Redactor | None = None) -> LogStore:
    """Return an empty store."""
    return LogStore(clock or Clock(), redactor or Redactor(), PrometheusMetrics(), limits)


def run(number: int, source: LogSource = SOURCE) -> LogSource:
    """Return a launch of another run of the machine."""
    return replace(source, run=f"run-{number}")


def say(logs: LogStore, *texts: str, source: LogSource = SOURCE) -> None:
    """Add lines."""
    for text in texts:
        logs.line(source, LogLine(LogStream.INFORMATION, text))


def step(logs: LogStore, state: StepState, source: LogSource = SOURCE, **more: Any) -> None:
    """Add a change of the step CopyImage."""
    logs.step(source, StepRecord(step=Step.COPY_IMAGE, state=state, **more))


def end(logs: LogStore, kind: OutcomeKind = OutcomeKind.COMPLETED, source: LogSource = SOURCE, **more: Any) -> None:
    """End a launch."""
    logs.ended(source, Outcome(outcome=kind, **more), None)


def texts(entries: Iterable[Entry]) -> list[str]:
    """Return what entries say, notices by their reason."""
    return [str(one.body["reason"]) if one.type == "notice" else one.text for one in entries]
