"""The bounded executor: the tasks it takes, and what a task reports while it runs."""

from __future__ import annotations

from asyncio import Future
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from enum import Enum
from typing import Generic, Protocol, TypeVar

from hyperv_operator.protocol.records import StepRecord

T = TypeVar("T")


class LogStream(Enum):
    """The PowerShell stream that a line came from."""

    OUTPUT = "output"
    ERROR = "error"
    WARNING = "warning"
    VERBOSE = "verbose"
    DEBUG = "debug"
    INFORMATION = "information"
    PROGRESS = "progress"


@dataclass(frozen=True)
class LogLine:
    """One decoded line of agent output that is not a record."""

    stream: LogStream
    text: str


@dataclass(frozen=True)
class LoggedOn:
    """A session was opened, so the host has just accepted the credentials."""


AgentReport = StepRecord | LogLine | LoggedOn


class TaskContext(Protocol):
    """The executor, as a task's blocking function sees it. Every method may be called from the worker's thread."""

    def remaining(self) -> float:
        """Return the seconds left until the task's deadline; never negative."""
        ...

    def is_cancelled(self) -> bool:
        """Return whether the function should stop and raise `CallCancelled`."""
        ...

    def report(self, report: AgentReport) -> None:
        """Pass a report to the event loop; returns at once."""
        ...


class TaskHeld(ValueError):
    """The executor holds a task with this key already."""


class Lane(Enum):
    """Short calls and long runs have separate queues and separate workers."""

    FAST = "fast"
    JOB = "job"


@dataclass(frozen=True)
class RemoteTask(Generic[T]):
    """A blocking function to run in a thread once its lane has a free worker and its host a free slot.

    An exception of the function may have an attribute `host_answered`: True if the host answered, even with a refusal; False if
    it did not; None if that is unknown. The circuit breaker of the host depends on it.
    """

    key: str
    """The executor holds at most one task per key."""
    host: str
    lane: Lane
    category: str
    """provision, remove, update, inventory, preflight or rollout: a metrics label, and selects the deadline. The deadline counts from the
    start of the function, not from the submission."""
    prepare: Callable[[], Awaitable[Callable[[TaskContext], T]]]
    """Awaited on the event loop when the task leaves the queue and returns the blocking function, so that secrets are read and
    the claim is written as late as possible. If it raises, that is the task's result and no thread is used."""
    on_report: Callable[[AgentReport], None] | None = None
    """Called on the event loop, in order, before the task's future is done."""
    on_start: Callable[[], None] | None = None
    """Called on the event loop when the blocking function starts."""
    probe: bool = False
    """Probes pass an open circuit breaker. They are short and have a schedule of their own."""
    share: str = ""
    """The namespace that the task is for. Namespaces take turns within a host, whatever the number of their tasks."""
    urgent: bool = False
    """Whether the task goes before the others of its share, and the share before those without an urgent task in this round."""


class RemoteTasks(Protocol):
    """The bounded executor, as the reconcilers see it."""

    def submit(self, task: RemoteTask[T]) -> Future[T]:
        """Queue a task and return its future at once; `TaskHeld` if the executor already holds a task with this key.

        While the host's circuit breaker is open, the future fails with `CircuitOpen` at once.
        """
        ...

    def cancel(self, key: str) -> None:
        """Drop a queued task, or ask a running one to stop; its future fails with `CallCancelled`."""
        ...

    def set_slots(self, host: str, slots: int) -> None:
        """Set how many job-lane tasks may run on a host at a time."""
        ...

    def forget_host(self, host: str) -> None:
        """Cancel a removed host's tasks and drop its slots and circuit breaker."""
        ...
