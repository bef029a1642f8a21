"""The system's files and commands, as the steps use them: they look, change if need be, and can be killed anywhere."""

import os
import shutil
import subprocess
import threading
from typing import Callable, List, NamedTuple, Optional

from hvo_guest.codes import StepFailed

_TIMEOUT = 120
"""Seconds that a command may take."""

User = NamedTuple("User", [("name", str), ("uid", int), ("gid", int), ("home", str)])


class System:
    """The system whose files lie below `root` (`/`, unless it is mounted or imitated elsewhere)."""

    def __init__(self, root: str, pause: float, stop: threading.Event) -> None:
        self.root = root
        self.pause = pause
        self.stop = stop

    def path(self, name: str) -> str:
        """Return where the system's file `name`, an absolute path, lies."""
        return os.path.join(self.root, name.lstrip("/"))

    def exists(self, name: str) -> bool:
        """Tell whether the system has that file or folder."""
        return os.path.exists(self.path(name))

    def read(self, name: str) -> Optional[str]:
        """Return a file's text, or None if it is not there."""
        try:
            with open(self.path(name), encoding="utf-8", errors="surrogateescape") as file:
                return file.read()
        except (FileNotFoundError, NotADirectoryError):
            return None

    def write(self, name: str, text: str, mode: int, accept: Optional[Callable[[str], None]] = None) -> bool:
        """Make a file what it shall be, at once or not at all; `accept` may refuse the new one. Tell if it was changed."""
        if self.read(name) == text and os.stat(self.path(name)).st_mode & 0o777 == mode:
            return False
        path = self.path(name)
        # A name that begins with a dot is read by none of those whose folders these are.
        beside = os.path.join(os.path.dirname(path), ".%s.hvo" % os.path.basename(path))
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, mode)
        with open(descriptor, "w", encoding="utf-8", errors="surrogateescape") as file:
            os.fchmod(descriptor, mode)
            file.write(text)
            file.flush()
            os.fsync(descriptor)
        try:
            if accept:
                accept(beside)
        except StepFailed:
            os.unlink(beside)
            raise
        os.replace(beside, path)
        sync_folder(os.path.dirname(path))
        return True

    def remove(self, name: str) -> bool:
        """Remove a file; tell if it was there."""
        return remove(self.path(name))

    def has(self, command: str) -> bool:
        """Tell whether that command is installed."""
        return shutil.which(command) is not None

    def run(self, command: List[str], stdin: str = "", failure: str = "CommandFailed") -> str:
        """Run a command and return what it printed, or raise `StepFailed`; secrets go to its standard input alone.

        What it printed to its error stream is thrown away: it may echo its input.
        """
        told, output = self.try_run(command, stdin)
        if told != 0:
            raise StepFailed(failure)
        return output

    def try_run(self, command: List[str], stdin: str = "") -> "tuple[int, str]":
        """Run a command and return its exit code and what it printed."""
        try:
            done = subprocess.run(
                command,
                input=stdin.encode("utf-8"),
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                timeout=_TIMEOUT,
                env=dict(os.environ, LC_ALL="C"),
                check=False,
            )
        except FileNotFoundError:
            raise StepFailed("CommandMissing") from None
        except subprocess.TimeoutExpired:
            raise StepFailed("CommandTimedOut") from None
        return done.returncode, done.stdout.decode("utf-8", "replace")

    def user(self, name: str) -> Optional[User]:
        """Return an account, wherever it is defined, or None."""
        told, line = self.try_run(["getent", "passwd", name])
        parts = line.strip().split(":")
        if told != 0 or len(parts) < 7:
            return None
        return User(parts[0], int(parts[2]), int(parts[3]), parts[5])

    def wait(self) -> None:
        """Wait a little for the system to do what it was told."""
        self.stop.wait(self.pause)


def remove(path: str) -> bool:
    """Remove a file for good; tell if it was there."""
    try:
        os.unlink(path)
    except (FileNotFoundError, NotADirectoryError):
        return False
    sync_folder(os.path.dirname(path))
    return True


def sync_folder(path: str) -> None:
    """Make what was renamed or removed in a folder outlast a power failure."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
