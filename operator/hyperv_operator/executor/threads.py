"""A thread pool whose threads can be abandoned: a thread cannot be killed, so one that hangs is replaced.

The threads are daemons, so that a hanging one does not keep the process from exiting.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from queue import SimpleQueue

Work = Callable[[], None]
"""Must not raise."""


class Worker:
    """A thread that does one piece of work at a time."""

    def __init__(self) -> None:
        self._work: SimpleQueue[tuple[str, Work] | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="worker", daemon=True)
        self._thread.start()

    def submit(self, name: str, work: Work) -> None:
        """Do this work in the thread, which has this name meanwhile."""
        self._work.put((name, work))

    def stop(self) -> None:
        """End the thread once its current work is done."""
        self._work.put(None)

    def _run(self) -> None:
        while item := self._work.get():
            self._thread.name, work = item
            del item
            work()
            # The work refers to its result and, in its closure, to credentials: an idle thread must not keep them alive.
            del work
            self._thread.name = "worker"


class ThreadPool:
    """The threads of one lane. Used on the event loop only."""

    def __init__(self) -> None:
        self._idle: list[Worker] = []
        self._busy = 0
        self.hanging: set[Worker] = set()
        """Abandoned threads whose work has not returned yet."""

    def acquire(self) -> Worker:
        """Return an idle thread, or a new one."""
        worker = self._idle.pop() if self._idle else Worker()
        self._busy += 1
        return worker

    def release(self, worker: Worker) -> None:
        """Return a thread whose work is done to the pool."""
        self._busy -= 1
        self._idle.append(worker)

    def abandon(self, worker: Worker) -> None:
        """Remove a hanging thread from the pool; it ends by itself if its work ever returns."""
        self._busy -= 1
        self.hanging.add(worker)
        worker.stop()

    def forget(self, worker: Worker) -> None:
        """Stop counting an abandoned thread as hanging, because its work has returned after all."""
        self.hanging.discard(worker)

    def trim(self, max_threads: int) -> None:
        """Stop idle threads while the pool has more than `max_threads` threads, busy ones included."""
        while self._idle and len(self._idle) + self._busy > max_threads:
            self._idle.pop().stop()
