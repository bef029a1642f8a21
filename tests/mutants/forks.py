"""Run a function in forked processes, several at a time."""

from __future__ import annotations

import os
import pickle
import select
import signal
import time
import traceback
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Generic, TypeVar

Task = TypeVar("Task")
Result = TypeVar("Result")


class ForkError(Exception):
    """A process ended without a result."""

    def __init__(self, text: str, *, timed_out: bool = False) -> None:
        super().__init__(text)
        self.timed_out = timed_out


@dataclass
class _Fork(Generic[Task]):
    task: Task
    pid: int
    deadline: float
    received: bytes = b""
    expired: bool = False


def run_forked(
    function: Callable[[Task], Result], tasks: Iterable[Task], *, jobs: int, wall_seconds: float
) -> Iterator[tuple[Task, Result | ForkError]]:
    """Yield each task with its result, in the order in which they end. Results must be picklable.

    A process that outlives `wall_seconds`, or its CPU limit, is killed and yields a ForkError.
    """
    pending = iter(tasks)
    running: dict[int, _Fork[Task]] = {}
    try:
        while True:
            while len(running) < jobs and (task := next(pending, None)) is not None:
                reader, fork = _start(function, task, wall_seconds)
                running[reader] = fork
            if not running:
                return
            for reader in select.select(list(running), [], [], 1.0)[0]:
                chunk = os.read(reader, 65536)
                if chunk:
                    running[reader].received += chunk
                    continue
                os.close(reader)
                fork = running.pop(reader)
                yield fork.task, _result(fork)
            for fork in running.values():
                if time.monotonic() > fork.deadline and not fork.expired:
                    fork.expired = True
                    os.killpg(fork.pid, signal.SIGKILL)
    finally:
        for fork in running.values():
            os.killpg(fork.pid, signal.SIGKILL)
            os.waitpid(fork.pid, 0)


def _start(function: Callable[[Task], Result], task: Task, wall_seconds: float) -> tuple[int, _Fork[Task]]:
    reader, writer = os.pipe()
    pid = os.fork()
    if pid:
        os.close(writer)
        return reader, _Fork(task, pid, time.monotonic() + wall_seconds)
    try:
        os.setpgid(0, 0)
        os.close(reader)
        try:
            answer: object = function(task)
        except BaseException:  # noqa: BLE001 - the parent raises or records it
            answer = ForkError(traceback.format_exc())
        with os.fdopen(writer, "wb") as out:
            pickle.dump(answer, out)
    finally:
        # Neither atexit nor finally clauses of the parent's frames may run in the child.
        os._exit(0)


def _result(fork: _Fork[Task]) -> Result | ForkError:
    status = os.waitpid(fork.pid, 0)[1]
    if fork.received:
        answer: Result = pickle.loads(fork.received)  # our own child wrote it
        return answer
    stopped = os.WTERMSIG(status) if os.WIFSIGNALED(status) else None
    timed_out = fork.expired or stopped in {signal.SIGXCPU, signal.SIGKILL}
    return ForkError(f"The process ended with status {status} and no result.", timed_out=timed_out)
