"""A process that outlives its parent by a moment: it ends the servers the parent left and removes their folder.

Run as a script, with the folder as its argument; it imports nothing of this package. Its stdin is a pipe from the
parent, on which it is told of servers: "+<pid>" when one has started, "-<pid>" when one has ended. When the pipe
closes, the parent has finished or died, by whatever: then what is left goes. A parent-death signal (PR_SET_PDEATHSIG)
would not do: it is sent when the *thread* ends that started the server, it leaves the folder, and only Linux has it.
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

ENDED_WITHIN: Final = 10.0


class Watched:
    """One server, held in a way (a pidfd) that cannot mean another process that got the same number later."""

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
        deadline = time.monotonic() + ENDED_WITHIN
        while self._runs() and time.monotonic() < deadline:
            threading.Event().wait(0.02)

    def release(self) -> None:
        if self._handle is not None:
            os.close(self._handle)

    def _runs(self) -> bool:
        """Signal 0 asks whether it exists; once its parent is dead, nobody delays its going by not waiting for it."""
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
            except ProcessLookupError:  # it ended at once; its starter has seen it too
                continue
        elif pid in watched:
            watched.pop(pid).release()
    for server in watched.values():
        server.kill()
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
