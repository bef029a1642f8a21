"""Following a launch while it runs: its entries and lines, and how it ends."""

from __future__ import annotations

import logging
from asyncio import Future
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from hyperv_operator.api.names import EventReason
from hyperv_operator.core.actions import JobKind, Launch
from hyperv_operator.core.snapshot import LaunchResult
from hyperv_operator.errors import CallCancelled, HostError, OperatorError, ProtocolViolation
from hyperv_operator.ports import AgentReport, LoggedOn, LogLine
from hyperv_operator.protocol.records import Outcome, OutcomeKind, PendingReason, StepRecord, StepState
from hyperv_operator.reconcilers.cache import MachineEntry
from hyperv_operator.reconcilers.dependencies import Dependencies
from hyperv_operator.reconcilers.metadata import metadata

log = logging.getLogger(__name__)

LONG_STEP = timedelta(seconds=10)
"""A step that took longer is worth an Event of its own."""


class Outdated(OperatorError):
    """The launch that was decided is not what a fresh look calls for; the next pass decides anew."""


class LaunchObserver:
    """Keeps one machine's entry up to date while the executor works on a launch of it."""

    def __init__(self, deps: Dependencies, entry: MachineEntry, launch: Launch, later: Callable[..., None]) -> None:
        self._deps = deps
        self._record = entry
        self._launch = launch
        self._later = later
        """Runs a coroutine function with its arguments in the background."""

    def on_report(self, report: AgentReport) -> None:
        """Take over one entry, or log one line."""
        if isinstance(report, LoggedOn):
            return
        entry = self._record
        where = self._where()
        if isinstance(report, LogLine):
            log.info("%s", report.text, extra={**where, "stream": report.stream.value})
            return
        extra = {**where, "step": report.step.value, "state": report.state.value, "percent": report.percent}
        log.info("%s", report.message or f"{report.step} {report.state}", extra=extra)
        if entry.active_task is None:
            return
        if entry.active_task.step != report.step.value or report.state is StepState.STARTED:
            entry.step_since = self._deps.clock.now()
        entry.active_task = replace(entry.active_task, step=report.step.value, percent=report.percent)
        if report.state not in (StepState.STARTED, StepState.PROGRESS):
            self._step_ended(report)

    def _step_ended(self, report: StepRecord) -> None:
        entry, now = self._record, self._deps.clock.now()
        took = now - (entry.step_since or now)
        self._deps.metrics.step_finished(report.step.value, report.state.value, took.total_seconds())
        if took >= LONG_STEP and report.state is StepState.COMPLETED:
            text = f"Step {report.step} took {took.total_seconds():.0f} s."
            self._later(self._deps.events.emit, entry.ref, EventReason.STEP_COMPLETED.value, text)

    def _where(self) -> dict[str, object]:
        entry = self._record
        return {
            "machine": f"{entry.ref.namespace}/{entry.ref.name}",
            "uid": entry.uid,
            "host": entry.target_host,
            "run": entry.start.run_id if entry.start else self._launch.run_id,
            "attempt": self._launch.attempt,
        }

    def on_done(self, future: Future[Outcome]) -> None:
        """Turn the launch's end into a fact for the next pass, and wake it."""
        entry, start = self._record, self._record.start
        step = entry.active_task.step if entry.active_task else None
        entry.active_task = entry.start = None
        error: BaseException | None = CallCancelled("The launch was given up.")
        outcome: Outcome | None = None
        if not future.cancelled():
            error = future.exception()
            outcome = future.result() if error is None else None
        if error is not None and not isinstance(error, OperatorError):
            log.error("A launch failed unexpectedly", exc_info=error, extra=self._where())
            error = ProtocolViolation(f"The launch failed in a way nobody foresaw ({type(error).__name__}).")
        never_began = start is None and (isinstance(error, CallCancelled) or not isinstance(error, HostError))
        if outcome is None and never_began:
            log.info("%s", error, extra=self._where())
            entry.wake.set()
            return
        now = self._deps.clock.now()
        entry.last = LaunchResult(
            kind=self._launch.kind,
            run_id=start.run_id if start else self._launch.run_id or entry.uid,
            attempt=self._launch.attempt if start is None else start.attempt,
            generation=metadata(entry.body).generation if start is None else start.generation,
            started_at=start.started_at if start else now,
            finished_at=now,
            outcome=outcome,
            error=error if isinstance(error, HostError) else None,
            step=step,
            os_family=entry.os_family,
        )
        self._count(entry.last)
        entry.wake.set()

    def _count(self, last: LaunchResult) -> None:
        entry, outcome = self._record, last.outcome
        word = outcome.outcome.value if outcome else type(last.error).__name__
        seconds = (last.finished_at - last.started_at).total_seconds()
        self._deps.metrics.run_finished(entry.target_host or "", last.kind.value, word, seconds)
        text = outcome.message if outcome else str(last.error)
        log.info("Launch ended: %s. %s", word, text, extra={**self._where(), "run": last.run_id})
        if last.error and not last.error.tried:
            # The machine does not have to wait longer for what was not even tried.
            return
        if outcome is None or outcome.outcome is OutcomeKind.FAILED:
            entry.failures += 1
        elif outcome.pending_reason is not PendingReason.HOST_BUSY:
            entry.failures = 0
        if last.kind is JobKind.REMOVE and outcome and outcome.outcome is OutcomeKind.COMPLETED:
            entry.removed = True
