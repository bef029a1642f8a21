"""Observing a launch while it runs: its step records, its log lines, and how it ends."""

from __future__ import annotations

import logging
import random
from asyncio import Future
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Final

from hyperv_operator.api.machine import Applied
from hyperv_operator.api.names import EventReason
from hyperv_operator.core import failures
from hyperv_operator.core.actions import Launch, Update
from hyperv_operator.core.snapshot import LaunchResult
from hyperv_operator.errors import CallCancelled, ClusterError, HostError, OperatorError, ProtocolViolation
from hyperv_operator.ports import AgentReport, LoggedOn, LogLine, LogSource
from hyperv_operator.protocol.job import JobKind
from hyperv_operator.protocol.records import Outcome, OutcomeKind, PendingReason, RemovalFinding, StepRecord, StepState
from hyperv_operator.reconcilers import ownership
from hyperv_operator.reconcilers.dependencies import Dependencies
from hyperv_operator.reconcilers.entries import MachineEntry
from hyperv_operator.reconcilers.redacted import RunLines, redact_error, redacted_outcome

log = logging.getLogger(__name__)

LONG_STEP: Final = timedelta(seconds=10)
"""A step that took at least this long is an Event of its own."""


class LaunchOutdated(OperatorError):
    """The launch that was decided is not what a fresh snapshot calls for; the next pass decides again."""


class LaunchObserver:
    """Keeps a machine's entry up to date while the executor runs a launch for it."""

    def __init__(
        self, deps: Dependencies, entry: MachineEntry, launch: Launch, in_background: Callable[..., None]
    ) -> None:
        self._deps = deps
        self._entry = entry
        self._launch = launch
        self._in_background = in_background
        """Runs a coroutine function with its arguments in the background."""
        self._lines = RunLines(deps.redaction)

    def on_report(self, report: AgentReport) -> None:
        """Store a step record, or log a line."""
        match report:
            case LoggedOn():
                return
            case LogLine(text=raw, stream=stream):
                text = self._lines.clean(stream.value, raw)
                if text is None:
                    return
                log.info("%s", text, extra={**self._fields(), "stream": stream.value})
                if (logs := self._deps.logs) and (source := self._source()):
                    logs.line(source, LogLine(stream, text))
            case StepRecord():
                self._on_step(report)

    def _on_step(self, record: StepRecord) -> None:
        extra = {**self._fields(), "step": record.step.value, "state": record.state.value, "percent": record.percent}
        log.info("%s", record.message or f"{record.step} {record.state}", extra=extra)
        if (logs := self._deps.logs) and (source := self._source()):
            logs.step(source, record)
        execution = self._entry.execution
        task = execution.active_task
        if task is None:
            return
        if task.step != record.step.value or record.state is StepState.STARTED:
            execution.step_since = self._deps.clock.now()
        execution.active_task = replace(task, step=record.step.value, percent=record.percent)
        if record.state not in (StepState.STARTED, StepState.PROGRESS):
            self._on_step_end(record)

    def _on_step_end(self, record: StepRecord) -> None:
        entry, now = self._entry, self._deps.clock.now()
        took = now - (entry.execution.step_since or now)
        self._deps.metrics.step_finished(record.step.value, record.state.value, took.total_seconds())
        if took >= LONG_STEP and record.state is StepState.COMPLETED:
            text = f"Step {record.step} took {took.total_seconds():.0f} s."
            self._in_background(self._deps.events.emit, entry.ref, EventReason.STEP_COMPLETED.value, text)

    def _fields(self) -> dict[str, object]:
        entry, start = self._entry, self._entry.execution.start
        return {
            "machine": f"{entry.ref.namespace}/{entry.ref.name}",
            "uid": entry.uid,
            "host": entry.target_host,
            "run": start.run_id if start else self._launch.run_id,
            "attempt": self._launch.attempt,
        }

    def _source(self) -> LogSource | None:
        """Return where an entry of the log comes from; None before the launch belongs to a run."""
        entry, start = self._entry, self._entry.execution.start
        run = start.run_id if start else self._launch.run_id
        if run is None:
            return None
        launch = start.launch if start else self._launch
        return LogSource(
            namespace=entry.ref.namespace or "",
            name=entry.ref.name,
            uid=entry.uid,
            host=launch.host.name,
            run=run,
            attempt=launch.attempt,
            kind=launch.kind.value,
        )

    def on_done(self, future: Future[Outcome]) -> None:
        """Store how the launch ended, and wake the machine."""
        entry, execution = self._entry, self._entry.execution
        start, task, source = execution.start, execution.active_task, self._source()
        execution.active_task = execution.start = None
        outcome, error = self._result(future)
        if error is not None and not isinstance(error, OperatorError):
            log.error("A launch failed unexpectedly", exc_info=error, extra=self._fields())
            error = ProtocolViolation(f"The launch failed unexpectedly ({type(error).__name__}).")
        begun = start is not None or (isinstance(error, HostError) and not isinstance(error, CallCancelled))
        if outcome is None and not begun:
            log.info("%s", error, extra=self._fields())
            self._pause_after(error)
            entry.wake.set()
            return
        if (logs := self._deps.logs) and source:
            logs.ended(source, outcome, _for_owner(error) if isinstance(error, OperatorError) else None)
        now = self._deps.clock.now()
        execution.last = LaunchResult(
            kind=self._launch.kind,
            run_id=start.run_id if start else self._launch.run_id or entry.uid,
            attempt=start.launch.attempt if start else self._launch.attempt,
            generation=start.generation if start else entry.resource.meta.generation,
            started_at=start.started_at if start else now,
            finished_at=now,
            outcome=outcome,
            error=error if isinstance(error, HostError) else None,
            step=task.step if task else None,
            os_family=execution.os_family,
            host=start.launch.host.name if start else None,
            applied=_applied(self._launch, outcome),
            jitter=random.random(),  # noqa: S311 - it spreads retries over time
        )
        self._count(execution.last)
        entry.wake.set()

    def _result(self, future: Future[Outcome]) -> tuple[Outcome | None, BaseException | None]:
        """Return how the launch ended, redacted while its secrets are still held."""
        if future.cancelled():
            return None, CallCancelled("The launch was given up.")
        clean = self._deps.redaction.clean
        error = future.exception()
        if isinstance(error, HostError):
            redact_error(error, clean)
        return (None, error) if error else (redacted_outcome(future.result(), clean), None)

    def _pause_after(self, error: BaseException | None) -> None:
        """Leave the machine alone for a while if its launch could not be claimed; a first outdated launch costs nothing."""
        entry = self._entry
        if isinstance(error, LaunchOutdated) and not entry.errors.failures:
            entry.errors.failures = 1
        elif isinstance(error, ClusterError | LaunchOutdated):
            ownership.pause(self._deps, entry, error)

    def _count(self, last: LaunchResult) -> None:
        entry, execution, outcome = self._entry, self._entry.execution, last.outcome
        word = outcome.outcome.value if outcome else type(last.error).__name__
        seconds = (last.finished_at - last.started_at).total_seconds()
        self._deps.metrics.run_finished(entry.target_host or "", last.kind.value, word, seconds)
        text = outcome.message if outcome else str(last.error)
        log.info("Launch ended: %s. %s", word, text, extra={**self._fields(), "run": last.run_id})
        if last.error and not last.error.tried:
            # Nothing was attempted: the pause before the next attempt stays as it was.
            return
        if outcome is not None:
            execution.waits = execution.waits + 1 if outcome.waits_for_guest else 0
        if outcome is None or outcome.outcome is OutcomeKind.FAILED:
            execution.failures += 1
        elif outcome.pending_reason is not PendingReason.HOST_BUSY:
            execution.failures = 0
        if last.kind is JobKind.REMOVE:
            done = outcome is not None and outcome.outcome is OutcomeKind.COMPLETED
            execution.removal = (outcome.finding or RemovalFinding.NO_VM_FOUND) if outcome and done else None


def _for_owner(error: OperatorError) -> OperatorError:
    """Return the error of a call as the owner of the machine may read it in the run's log: of the same kind, naming nothing."""
    return type(error)(failures.explain_to_owner_of_machine(error)) if isinstance(error, HostError) else error


def _applied(launch: Launch, outcome: Outcome | None) -> Applied | None:
    """Return what a completed update has set."""
    if outcome is None or outcome.outcome is not OutcomeKind.COMPLETED or not isinstance(launch.work, Update):
        return None
    desired = launch.work.desired
    return Applied(cpu_cores=desired.cpu_cores, gb_ram=desired.gb_ram, power_state=desired.power_state)
