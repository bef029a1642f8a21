"""A watchdog process that outlives its parent: it kills the servers that the parent left running and removes their folder.

Run as a script with the folder as its argument; it imports nothing from this package. The parent writes a line to its stdin for
every server: "+<pid>" when one has started, "-<pid>" when one has ended. When the pipe closes, the parent has exited or died, and
the remaining servers are killed. A parent-death signal (PR_SET_PDEATHSIG) would not be enough: it is sent when the *thread* that
started the server ends, it does not remove the folder, and only Linux has it.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Final

KILL_TIMEOUT: Final = 10.0


class Watched:
    """One server, identified by a pidfd on Linux, so that a reused PID is never mistaken for it."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._handle = os.pidfd_open(pid) if sys.platform == "linux" else None

    def kill(self) -> None:
        try:
            if sys.platform == "linux" and self._handle is not None:
                signal.pidfd_send_signal(self._handle, signal.SIGKILL)
            else:
                os.kill(self._pid, signal.SIGKILL)
        except ProcessLookupError:
            return
        deadline = time.monotonic() + KILL_TIMEOUT
        while self._runs() and time.monotonic() < deadline:
            threading.Event().wait(0.02)

    def release(self) -> None:
        if self._handle is not None:
            os.close(self._handle)

    def _runs(self) -> bool:
        """Return whether the process exists. Once its parent is dead, init reaps it without delay."""
        try:
            os.kill(self._pid, 0)
        except ProcessLookupError:
            return False
        return True


def main(folder: Path) -> None:
    watched: dict[int, Watched] = {}
    for line in sys.stdin:
        pid = int(line[1:])
        if line.startswith("+"):
            try:
                watched[pid] = Watched(pid)
            except ProcessLookupError:  # it has already ended, which the parent notices too
                continue
        elif pid in watched:
            watched.pop(pid).release()
    for server in watched.values():
        server.kill()
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
