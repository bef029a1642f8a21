"""Run a command to its end: its output as text, or an error that tells what it printed."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence


class CommandFailed(Exception):
    """A command ended with an error; the message carries what it wrote to stderr."""

    def __init__(self, command: Sequence[str], returncode: int, stdout: str, stderr: str) -> None:
        super().__init__(f"{' '.join(command)} ended with {returncode}: {stderr.strip() or stdout.strip()}")
        self.command = tuple(command)
        self.returncode = returncode
        self.stdout = stdout
        self.stderr = stderr


def run(
    command: Sequence[str],
    *,
    environment: Mapping[str, str] | None = None,
    stdin: str | None = None,
    within: float = 60.0,
) -> str:
    """Return the command's stdout; raise CommandFailed when it ends with an error.

    Without `stdin` it reads from an empty file, never from the terminal. After `within` seconds it is killed and
    subprocess.TimeoutExpired is raised.
    """
    done = subprocess.run(
        command, env=environment, input=stdin or "", capture_output=True, text=True, timeout=within, check=False
    )
    if done.returncode != 0:
        raise CommandFailed(command, done.returncode, done.stdout, done.stderr)
    return done.stdout
