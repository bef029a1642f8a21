"""Files and commands of the system. Every change is atomic, so a step can be killed anywhere and repeated."""

import os
import shutil
import subprocess
import threading
from typing import Callable, List, NamedTuple, Optional

from hvo_guest.codes import StepFailed

MARK = "# Written by hyperv-operator's guest.\n"
"""How the files of the guest begin."""
_TIMEOUT = 120
"""Timeout of a command, in seconds."""

User = NamedTuple("User", [("name", str), ("uid", int), ("gid", int), ("home", str), ("shell", str)])


class System:
    """The system with the files below `root`, which is `/` unless the system is mounted or simulated elsewhere."""

    def __init__(self, root: str, pause: float, stop: threading.Event) -> None:
        self.root = root
        self.pause = pause
        self.stop = stop

    def path(self, name: str) -> str:
        """Return the real path of `name`, an absolute path in the system."""
        return os.path.join(self.root, name.lstrip("/"))

    def exists(self, name: str) -> bool:
        """Return whether the file or folder exists."""
        return os.path.exists(self.path(name))

    def read(self, name: str) -> Optional[str]:
        """Return the text of a file, or None if it does not exist."""
        try:
            with open(self.path(name), encoding="utf-8", errors="surrogateescape") as file:
                return file.read()
        except (FileNotFoundError, NotADirectoryError):
            return None

    def write(self, name: str, text: str, mode: int, accept: Optional[Callable[[str], None]] = None) -> bool:
        """Write a file atomically and return whether it changed. `accept` may raise StepFailed for the temporary file."""
        if self.read(name) == text and os.stat(self.path(name)).st_mode & 0o777 == mode:
            return False
        path = self.path(name)
        # The services that read these folders ignore names that begin with a dot.
        temporary = os.path.join(os.path.dirname(path), ".%s.hvo" % os.path.basename(path))
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, mode)
        with open(descriptor, "w", encoding="utf-8", errors="surrogateescape") as file:
            os.fchmod(descriptor, mode)
            file.write(text)
            file.flush()
            os.fsync(descriptor)
        try:
            if accept:
                accept(temporary)
        except StepFailed:
            os.unlink(temporary)
            raise
        os.replace(temporary, path)
        sync_folder(os.path.dirname(path))
        return True

    def mode(self, name: str) -> int:
        """Return the permissions of a file, or 0644 if it does not exist."""
        try:
            return os.stat(self.path(name)).st_mode & 0o777
        except FileNotFoundError:
            return 0o644

    def make_folder(self, name: str) -> None:
        """Create a folder, with its parents, unless it exists."""
        os.makedirs(self.path(name), exist_ok=True)

    def remove(self, name: str) -> bool:
        """Delete a file and return whether it existed."""
        return remove(self.path(name))

    def has(self, command: str) -> bool:
        """Return whether a command is installed."""
        return shutil.which(command) is not None

    def run(self, command: List[str], stdin: str = "", failure: str = "CommandFailed") -> str:
        """Run a command and return its output; raise `StepFailed` if it fails. Pass secrets only by its standard input.

        Its error stream is discarded, because it may repeat the input.
        """
        exit_code, output = self.try_run(command, stdin)
        if exit_code != 0:
            raise StepFailed(failure)
        return output

    def try_run(self, command: List[str], stdin: str = "") -> "tuple[int, str]":
        """Run a command and return its exit code and its output."""
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
        """Return an account from any of the system's account databases, or None."""
        exit_code, line = self.try_run(["getent", "passwd", name])
        parts = line.strip().split(":")
        if exit_code != 0 or len(parts) < 7:
            return None
        return User(parts[0], int(parts[2]), int(parts[3]), parts[5], parts[6])

    def wait(self) -> None:
        """Wait for the pause, or until the guest is stopped."""
        self.stop.wait(self.pause)


def remove(path: str) -> bool:
    """Delete a file durably and return whether it existed."""
    try:
        os.unlink(path)
    except (FileNotFoundError, NotADirectoryError):
        return False
    sync_folder(os.path.dirname(path))
    return True


def sync_folder(path: str) -> None:
    """Flush a folder to disk, so that renamed and deleted files survive a power failure."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
