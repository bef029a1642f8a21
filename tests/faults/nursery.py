"""The nursery: a process that has imported the operator and forks it on request, which saves a second for each start.

A fork is the operator as `python -m hyperv_operator` runs it: a process of its own, with the environment of the request. The nursery
reads one JSON object a line from stdin, `{"environment": {...}, "log": "PATH"}`, and prints the process id. It kills the operators
that still run when its stdin ends. The kubeconfig is the same for all, because kubernetes_asyncio notes its path when it is imported.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Self


class Nursery:
    """The nursery of one process; a context manager."""

    def __init__(self, source: Path, kubeconfig: Path) -> None:
        self._source = source
        self._kubeconfig = kubeconfig
        self._process: subprocess.Popen[str] | None = None
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        paths = [str(self._source / folder) for folder in ("operator", "tests")]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "faults.nursery"],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(paths), "KUBECONFIG": str(self._kubeconfig)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(20)
        self._process.stdout.close()

    def start(self, environment: Mapping[str, str], log: Path) -> OperatorProcess:
        """Start an operator."""
        assert self._process is not None
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with self._lock:
            print(json.dumps({"environment": dict(environment), "log": str(log)}), file=self._process.stdin, flush=True)
            return OperatorProcess(int(self._process.stdout.readline()))


class OperatorProcess:
    """One operator. The descriptor refers to it even after another process has got its id."""

    def __init__(self, pid: int) -> None:
        self.descriptor = os.pidfd_open(pid)
        """Becomes readable when the process ends."""

    def kill(self) -> None:
        """Kill it with SIGKILL; does nothing if it has ended."""
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(self.descriptor, signal.SIGKILL)

    def close(self) -> None:
        """Release the descriptor."""
        os.close(self.descriptor)


def _fork(order: dict[str, object]) -> int:
    pid = os.fork()
    if pid:
        return pid
    code = 1
    try:
        code = _become_operator(order)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _become_operator(order: dict[str, object]) -> int:
    from hyperv_operator.__main__ import main

    os.setsid()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    output = os.open(str(order["log"]), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    nothing = os.open(os.devnull, os.O_RDONLY)
    for number, source in ((0, nothing), (1, output), (2, output)):
        os.dup2(source, number)
    environment = order["environment"]
    assert isinstance(environment, dict)
    kubeconfig = os.environ["KUBECONFIG"]
    os.environ.clear()
    os.environ.update(environment, KUBECONFIG=kubeconfig)
    random.seed()  # a fork would draw the same numbers as the one before
    return main([])


def _serve() -> None:
    import hyperv_operator.app  # noqa: F401 - the import is what the nursery is for

    assert threading.active_count() == 1, "a process with threads cannot be forked safely"
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel reaps the operators
    started: list[int] = []
    for line in sys.stdin:
        pid = _fork(json.loads(line))
        with contextlib.suppress(ProcessLookupError):
            started.append(os.pidfd_open(pid))
        print(pid, flush=True)
    for descriptor in started:
        with contextlib.suppress(ProcessLookupError):
            signal.pidfd_send_signal(descriptor, signal.SIGKILL)


if __name__ == "__main__":
    _serve()
