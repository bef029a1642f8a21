"""Run the guest and kill it just before its nth change to the system: `kill_at.py N GUEST ARGUMENTS`."""

import os
import runpy
import signal
import sys
from typing import Any

_CHANGES = {"os.rename", "os.remove", "os.mkdir", "os.chmod", "os.chown", "os.truncate", "subprocess.Popen"}
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT
_left = int(sys.argv[1])


def _changes(event: str, arguments: tuple[Any, ...]) -> bool:
    if event == "open":
        # A pool is opened to look whether it has to be changed; the change is its truncation, just after the write.
        path, _, flags = arguments
        return bool(flags & _WRITING) and not str(path).rpartition("/")[2].startswith(".kvp_pool")
    return event in _CHANGES


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    global _left  # noqa: PLW0603 - a hook has no other memory
    if _changes(event, arguments):
        _left -= 1
        if _left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


sys.addaudithook(_watch)
sys.argv = sys.argv[2:]
runpy.run_path(sys.argv[0], run_name="__main__")
