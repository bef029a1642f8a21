"""All runs' logs: by machine, bounded together, with a signal for those who follow them."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pydantic import JsonValue

from hyperv_operator.livelogs.buffers import RunBuffer, RunLimits
from hyperv_operator.livelogs.entries import Entry, Notice, cleaned
from hyperv_operator.ports import Clock, LogLine, LogSource, Metrics, Redaction
from hyperv_operator.protocol.records import Outcome, OutcomeKind, StepRecord, StepState

GONE_MACHINES_KEPT = timedelta(minutes=10)
"""How long the log of a machine that is gone can be read."""


@dataclass(frozen=True)
class StoreLimits:
    """What the store holds at most."""

    run: RunLimits
    runs: int
    """Runs of each machine; the oldest are dropped."""
    memory: int
    """Bytes of all runs together, about."""


@dataclass
class MachineLog:
    """The newest runs of one machine, oldest first."""

    namespace: str
    name: str
    runs: dict[str, RunBuffer] = field(default_factory=dict)
    dropped_through: int = 0
    """Sequence of the newest entry of a run that was dropped."""


class LogStore:
    """Implements `ports.RunLogs`. Identifies machines by UID only. Used on the event loop."""

    def __init__(self, clock: Clock, redaction: Redaction, metrics: Metrics, limits: StoreLimits) -> None:
        self.epoch = secrets.token_hex(4)
        """Differs in every process: sequences are comparable only within it."""
        self.memory = 0
        """Bytes that all runs take, about."""
        self.machines: dict[str, MachineLog] = {}
        self._clock = clock
        self._redaction = redaction
        self._metrics = metrics
        self._limits = limits
        self._sequence = 0
        self._gone: dict[str, datetime] = {}
        """When machines went, by UID."""
        self._by_host: dict[str, set[RunBuffer]] = {}
        self._watched: dict[str, set[asyncio.Event]] = {}

    def line(self, source: LogSource, line: LogLine) -> None:
        """Add a line that the agent printed."""
        self._add(source, "line", {"stream": line.stream.value}, line.text)

    def step(self, source: LogSource, record: StepRecord) -> None:
        """Add a change of a step. Progress is dropped as early as lines are."""
        body: dict[str, JsonValue] = {"step": record.step.value, "state": record.state.value}
        if record.percent is not None:
            body["percent"] = record.percent
        self._add(source, "step", body, record.message, milestone=record.state is not StepState.PROGRESS)

    def ended(self, source: LogSource, outcome: Outcome | None, error: Exception | None) -> None:
        """Add how the launch ended: the agent's outcome, or the error of the call as a failure."""
        if outcome:
            code = outcome.code.value if outcome.code else ""
            body: dict[str, JsonValue] = {"outcome": outcome.outcome.value, "code": code, "reason": outcome.reason}
            text: str = outcome.message
        else:
            body = {"outcome": OutcomeKind.FAILED.value, "code": type(error).__name__, "reason": ""}
            text = str(error)
        buffer = self._add(source, "outcome", body, text, milestone=True)
        buffer.active = False
        buffer.completed = outcome is not None and outcome.outcome is OutcomeKind.COMPLETED

    def machine_gone(self, uid: str) -> None:
        """Keep the log of a machine that is gone for some minutes, and let its followers end."""
        self._gone[uid] = self._clock.now()
        self._wake(uid)

    def is_gone(self, uid: str) -> bool:
        """Return whether a machine went in the last minutes."""
        return uid in self._gone

    def find_gone(self, namespace: str, name: str, uid: str | None) -> str | None:
        """Return the UID of a machine that had this name and is gone, the newest one unless `uid` names it."""
        found = [
            (gone_at, key)
            for key, gone_at in self._gone.items()
            if (machine := self.machines.get(key))
            and (machine.namespace, machine.name) == (namespace, name)
            and uid in (None, key)
        ]
        return max(found)[1] if found else None

    def runs_on(self, host: str) -> Iterator[RunBuffer]:
        """Yield the runs whose newest launch was on a host."""
        yield from self._by_host.get(host, ())

    def notice(self, reason: Notice, text: str, sequence: int) -> Entry:
        """Return a notice for one reader; a request with its id as `after` goes on where the reader stopped."""
        return Entry(self._id(sequence), sequence, self._clock.now(), "notice", {"reason": reason.value, "text": text})

    def now(self) -> datetime:
        """Return the time on the clock of the entries."""
        return self._clock.now()

    @contextlib.contextmanager
    def watching(self, key: str) -> Iterator[asyncio.Event]:
        """Provide an event that is set whenever a machine (UID) or a host (`host/<name>`) has something new."""
        event = asyncio.Event()
        self._watched.setdefault(key, set()).add(event)
        try:
            yield event
        finally:
            watchers = self._watched[key]
            watchers.discard(event)
            if not watchers:
                del self._watched[key]

    def wake_all(self) -> None:
        """Let every follower look again."""
        for key in tuple(self._watched):
            self._wake(key)

    def forget_gone(self) -> None:
        """Drop the logs of machines that have been gone for long enough."""
        limit = self._clock.now() - GONE_MACHINES_KEPT
        for uid in [uid for uid, gone_at in self._gone.items() if gone_at <= limit]:
            del self._gone[uid]
            if machine := self.machines.pop(uid, None):
                for run_id in tuple(machine.runs):
                    self._drop(machine, run_id)

    def _id(self, sequence: int) -> str:
        return f"{self.epoch}-{sequence:08d}"

    def _add(
        self, source: LogSource, kind: str, body: dict[str, JsonValue], text: str, *, milestone: bool = False
    ) -> RunBuffer:
        self._sequence += 1
        # Secrets go first, because cutting or replacing characters could hide one from the redaction.
        body["text"] = cleaned(self._redaction.clean(text))
        buffer = self._buffer(source)
        entry = Entry(self._id(self._sequence), self._sequence, self._clock.now(), kind, body, buffer.source)
        before = buffer.memory
        buffer.add(entry, milestone=milestone)
        self.memory += buffer.memory - before
        while self.memory > self._limits.memory and self._drop_oldest(buffer):
            pass
        self._metrics.log_memory(self.memory)
        self._wake(source.uid)
        self._wake(f"host/{source.host}")
        return buffer

    def _buffer(self, source: LogSource) -> RunBuffer:
        machine = self.machines.get(source.uid)
        if machine is None:
            self.forget_gone()
            machine = self.machines[source.uid] = MachineLog(source.namespace, source.name)
        buffer = machine.runs.get(source.run)
        if buffer is None:
            buffer = machine.runs[source.run] = RunBuffer(source, self._limits.run)
            self._by_host.setdefault(source.host, set()).add(buffer)
            while len(machine.runs) > self._limits.runs:
                self._drop(machine, next(iter(machine.runs)))
        if source != buffer.source:  # otherwise all entries of a launch share one object
            self._leave_host(buffer)
            self._by_host.setdefault(source.host, set()).add(buffer)
            buffer.source = source
        buffer.active = True
        return buffer

    def _drop_oldest(self, writing: RunBuffer) -> bool:
        """Drop the run that is missed least of the namespace whose runs take most: nobody's logs go because another's are many.

        That is one of a machine that is gone, else one that has ended, and the oldest of them.
        """
        taken: Counter[str] = Counter()
        for machine in self.machines.values():
            taken[machine.namespace] += sum(run.memory for run in machine.runs.values())
        found = [
            (-taken[machine.namespace], uid not in self._gone, run.active, run.last, run_id, machine)
            for uid, machine in self.machines.items()
            for run_id, run in machine.runs.items()
            if run is not writing
        ]
        if not found:
            return False
        *_, run_id, machine = min(found, key=lambda one: one[:4])
        self._drop(machine, run_id)
        return True

    def _drop(self, machine: MachineLog, run_id: str) -> None:
        buffer = machine.runs.pop(run_id)
        machine.dropped_through = max(machine.dropped_through, buffer.last)
        self.memory -= buffer.memory
        self._leave_host(buffer)

    def _leave_host(self, buffer: RunBuffer) -> None:
        others = self._by_host[buffer.source.host]
        others.discard(buffer)
        if not others:
            del self._by_host[buffer.source.host]

    def _wake(self, key: str) -> None:
        for event in self._watched.get(key, ()):
            event.set()
