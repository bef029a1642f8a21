"""Run a command to completion and return its output."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence


class CommandFailed(Exception):
    """A command failed; the message includes its stderr."""

    def __init__(self, command: Sequence[str], returncode: int, stdout: str, stderr: str) -> None:
        super().__init__(f"{' '.join(command)} exited with {returncode}: {stderr.strip() or stdout.strip()}")
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
    """Return the command's stdout; raise CommandFailed if it fails.

    Without `stdin`, standard input is empty. After `within` seconds it is killed and
    subprocess.TimeoutExpired is raised.
    """
    done = subprocess.run(
        command, env=environment, input=stdin or "", capture_output=True, text=True, timeout=within, check=False
    )
    if done.returncode != 0:
        raise CommandFailed(command, done.returncode, done.stdout, done.stderr)
    return done.stdout
