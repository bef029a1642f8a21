"""PowerShell, for tests that need the real one."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Mapping
from functools import cache

import pytest

PWSH = shutil.which("pwsh")
needs_pwsh = pytest.mark.skipif(PWSH is None, reason="pwsh is not on PATH")
"""Skips a test if PowerShell 7 is not installed."""


@cache
def version() -> tuple[int, int]:
    """Return the version of the PowerShell on PATH."""
    major, minor = run('"$($PSVersionTable.PSVersion.Major) $($PSVersionTable.PSVersion.Minor)"').stdout.split()
    return int(major), int(minor)


def run(
    script: str, *, stdin: str = "", seconds: float = 120, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a script in a new PowerShell process."""
    assert PWSH
    return subprocess.run(
        [PWSH, "-NoProfile", "-NonInteractive", "-Command", script],
        input=stdin,
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
        env=environment,
    )
