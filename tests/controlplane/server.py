"""Server processes: started until ready, stopped by their own process objects, guarded against the parent's death."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from controlplane.waiting import WaitTimedOut, wait_until

STOPPED_WITHIN = 20.0


class ServerFailed(Exception):
    """A server ended or did not become ready; the message ends with the last lines of its log."""


class Guard:
    """The process that ends what is left and removes the folder when this process has closed it, or has died."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", str(Path(__file__).with_name("guard.py")), str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            text=True,
            start_new_session=True,  # a Ctrl-C in the terminal is for the parent alone
        )

    def tell(self, sign: str, pid: int) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(f"{sign}{pid}\n")
        self._process.stdin.flush()

    def close(self) -> None:
        """Return when the folder is gone."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process.wait(STOPPED_WITHIN)


class Server:
    """One server program that can be started, stopped and killed any number of times."""

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
        """The process's id while it runs."""
        return self._process.pid if self.running and self._process is not None else None

    @property
    def running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def start(self, within: float = 60.0) -> None:
        """Return when the server answers; raise ServerFailed if it ends or `within` seconds pass."""
        if self.running:
            raise ServerFailed(f"{self.name} runs already")
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
        self._guard.tell("+", process.pid)
        try:
            wait_until(lambda: process.poll() is not None or self._ready(), what=f"{self.name} ready", within=within)
        except WaitTimedOut as error:
            self.kill()
            raise ServerFailed(f"{error}\n{self._last_lines()}") from error
        if process.poll() is not None:
            self._ended(process)
            raise ServerFailed(f"{self.name} ended with {process.returncode}\n{self._last_lines()}")

    def stop(self, within: float = STOPPED_WITHIN) -> bool:
        """Ask it to end and return when it has; after `within` seconds it is killed, and False is returned."""
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
        """End it as a power cut would: no goodbye to watches, no drained requests."""
        process = self._process
        if process is None:
            return
        process.kill()
        process.wait()
        self._ended(process)

    def _ended(self, process: subprocess.Popen[bytes]) -> None:
        self._process = None
        self._guard.tell("-", process.pid)

    def _last_lines(self, count: int = 20) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-count:])
