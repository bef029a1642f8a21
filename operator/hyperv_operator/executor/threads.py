"""Threads that are used again. One that hangs cannot be killed: it is left to itself and ends when its call does.

They are daemons, so that a call that never returns does not hold up the end of the process.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from queue import SimpleQueue

Job = Callable[[], None]
"""Must not raise."""


class Worker:
    """One thread that runs one job at a time."""

    def __init__(self) -> None:
        self._jobs: SimpleQueue[tuple[str, Job] | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._live, name="worker", daemon=True)
        self._thread.start()

    def hand(self, name: str, job: Job) -> None:
        """Have a job run; the thread bears its name meanwhile."""
        self._jobs.put((name, job))

    def retire(self) -> None:
        """End the thread after what it is doing."""
        self._jobs.put(None)

    def _live(self) -> None:
        while item := self._jobs.get():
            self._thread.name, job = item
            del item
            job()
            # A job holds what its call returned and, in its closure, credentials: nothing of it is kept while idle.
            del job
            self._thread.name = "worker"


class ThreadPool:
    """The threads of one lane. Used on the event loop alone."""

    def __init__(self) -> None:
        self._idle: list[Worker] = []
        self._lent = 0
        self.hanging: set[Worker] = set()
        """Threads whose calls were given up and have not returned yet."""

    def lend(self) -> Worker:
        """Return a free thread, a new one if there is none."""
        worker = self._idle.pop() if self._idle else Worker()
        self._lent += 1
        return worker

    def take_back(self, worker: Worker) -> None:
        """A thread has done its job."""
        self._lent -= 1
        self._idle.append(worker)

    def abandon(self, worker: Worker) -> None:
        """A thread hangs: it ends by itself if its call ever returns."""
        self._lent -= 1
        self.hanging.add(worker)
        worker.retire()

    def returned(self, worker: Worker) -> None:
        """The call of a thread that was given up has returned after all."""
        self.hanging.discard(worker)

    def keep(self, count: int) -> None:
        """End idle threads as long as there are more than so many, those at work included."""
        while self._idle and len(self._idle) + self._lent > count:
            self._idle.pop().retire()
