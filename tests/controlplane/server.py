"""Server processes: start and wait until ready, stop, kill; a watchdog kills them if this process dies."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from controlplane.waiting import WaitTimedOut, wait_until

STOPPED_WITHIN = 20.0


class ServerFailed(Exception):
    """A server exited or did not become ready; the message ends with the last lines of its log."""


class Guard:
    """The watchdog process, which kills remaining servers and removes the folder once this process has closed it or died."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", str(Path(__file__).with_name("guard.py")), str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            text=True,
            start_new_session=True,  # a Ctrl-C in the terminal must reach only the parent
        )

    def notify(self, sign: str, pid: int) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{sign}{pid}\n")
        self._process.stdin.flush()

    def close(self) -> None:
        """Close the pipe and wait until the folder is removed."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process.wait(STOPPED_WITHIN)


class Server:
    """One server that can be started, stopped and killed any number of times."""

    def __init__(self, command: Sequence[str], folder: Path, guard: Guard, ready: Callable[[], bool]) -> None:
        self.name = Path(command[0]).name
        self.log = folder / f"{self.name}.log"
        self._command = tuple(command)
        self._folder = folder
        self._guard = guard
        self._ready = ready
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int | None:
        """The process id; None if the server is not running."""
        return self._process.pid if self.running and self._process is not None else None

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self, within: float = 60.0) -> None:
        """Start the server and wait until it is ready; raise ServerFailed if it exits or `within` seconds pass."""
        if self.running:
            raise ServerFailed(f"{self.name} is already running")
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                self._command,
                cwd=self._folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        self._process = process
        self._guard.notify("+", process.pid)
        try:
            wait_until(lambda: process.poll() is not None or self._ready(), what=f"{self.name} ready", within=within)
        except WaitTimedOut as error:
            self.kill()
            raise ServerFailed(f"{error}\n{self._last_lines()}") from error
        if process.poll() is not None:
            self._ended(process)
            raise ServerFailed(f"{self.name} exited with {process.returncode}\n{self._last_lines()}")

    def stop(self, within: float = STOPPED_WITHIN) -> bool:
        """Terminate the server and wait for it; after `within` seconds kill it and return False."""
        process = self._process
        if process is None:
            return True
        process.terminate()
        try:
            process.wait(within)
        except subprocess.TimeoutExpired:
            self.kill()
            return False
        self._ended(process)
        return True

    def kill(self) -> None:
        """Kill the server without a graceful shutdown, like a power cut."""
        process = self._process
        if process is None:
            return
        process.kill()
        process.wait()
        self._ended(process)

    def _ended(self, process: subprocess.Popen[bytes]) -> None:
        self._process = None
        self._guard.notify("-", process.pid)

    def _last_lines(self, count: int = 20) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-count:])
