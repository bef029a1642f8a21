"""Run the guest and kill it before its nth change to the system: `kill_at.py N GUEST ARGUMENTS`."""

import os
import runpy
import signal
import sys
from typing import Any

_CHANGES = {"os.rename", "os.remove", "os.mkdir", "os.chown", "os.truncate"}
_READING = {"getent", "ip", "uname", "sudo"}
_left = int(sys.argv[1])


def _changes(event: str, arguments: tuple[Any, ...]) -> bool:
    if event == "open":
        # Files are written under a temporary name. The write to a pool comes just before its truncation.
        return str(arguments[0]).endswith(".hvo")
    if event == "subprocess.Popen":
        return arguments[0] not in _READING
    return event in _CHANGES


def _watch(event: str, arguments: tuple[Any, ...]) -> None:
    global _left  # noqa: PLW0603 - an audit hook has no other state
    if _changes(event, arguments):
        _left -= 1
        if _left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


sys.addaudithook(_watch)
sys.argv = sys.argv[2:]
runpy.run_path(sys.argv[0], run_name="__main__")
