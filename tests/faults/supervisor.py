"""Keeps an operator running, like the kubelet: whoever ends is started again, under the same identity."""

from __future__ import annotations

import os
import re
import select
import threading
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Self

from faults.nursery import OperatorProcess

_RESTART_MILLISECONDS = 300


class Supervisor:
    """One operator at a time, as a context manager; it is killed at the end."""

    def __init__(self, start: Callable[[], OperatorProcess], log: Path) -> None:
        self.log = log
        self.kills = 0
        """How often `kill` was called."""
        self.exits = 0
        """How often the operator ended by itself."""
        self._start = start
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._log_offset = 0
        """Where the log of the current operator begins, in bytes."""
        self._killed = False
        self._process: OperatorProcess | None = None
        self._wake_reader, self._wake_writer = os.pipe()
        self._thread = threading.Thread(target=self._supervise, name="supervisor", daemon=True)

    def __enter__(self) -> Self:
        self.log.touch()
        self._start_next()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._stopping.set()
            if self._process:
                self._process.kill()
        os.write(self._wake_writer, b"x")
        self._thread.join(20)
        os.close(self._wake_reader)
        os.close(self._wake_writer)

    def kill(self) -> None:
        """Kill the operator with SIGKILL; the next one starts at once. Callable from every thread."""
        with self._lock:
            if self._process and not self._stopping.is_set():
                self._killed = True
                self.kills += 1
                self._process.kill()

    def readiness(self) -> str:
        """Return the answer of /readyz, or why there is none."""
        with self.log.open(errors="replace") as log:
            log.seek(self._log_offset)
            ports = re.findall(r"probes on port (\d+)", log.read())
        if not ports:
            return "the operator serves no probes yet"
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{ports[-1]}/readyz", timeout=2) as answer:
                return f"{answer.status}"
        except urllib.error.HTTPError as error:
            with error:
                return f"{error.code} {error.read().decode().strip()}"
        except OSError as error:
            return repr(error)

    def _supervise(self) -> None:
        while True:
            process = self._process
            assert process is not None
            # Either the operator has ended, or everything shall.
            poll = select.poll()
            poll.register(process.descriptor, select.POLLIN)
            poll.register(self._wake_reader, select.POLLIN)
            ready = {descriptor for descriptor, _ in poll.poll()}
            if process.descriptor not in ready:
                poll.unregister(self._wake_reader)
                poll.poll(10_000)
            with self._lock:
                process.close()
                self._process = None
                if self._stopping.is_set():
                    return
                ended_itself, self._killed = not self._killed, False
                self.exits += ended_itself
            if ended_itself:
                # A pause, unless the end comes first.
                poll = select.poll()
                poll.register(self._wake_reader, select.POLLIN)
                poll.poll(_RESTART_MILLISECONDS)
            with self._lock:
                if self._stopping.is_set():
                    return
                self._start_next()

    def _start_next(self) -> None:
        self._log_offset = self.log.stat().st_size
        self._process = self._start()
