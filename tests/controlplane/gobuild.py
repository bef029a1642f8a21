"""`go build` and `go install`, independent of the user's Go settings."""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from controlplane.toolchain import GO_MODULE, find_or_install

REPORT_EVERY = 60.0
STAMP = "k8s.io/component-base/version"


class BuildFailed(Exception):
    """A build failed; the message ends with the output of go."""


def go_build(package: str, version: str, binary: Path, report: Callable[[str], None]) -> None:
    """Build one package of the module in `gomodule/`, stamped with `version`, because kubectl rejects an unstamped binary."""
    major, minor, _ = version.removeprefix("v").split(".", 2)
    stamps = {"gitVersion": version, "gitMajor": major, "gitMinor": minor}
    flags = " ".join(("-s -w", *(f"-X {STAMP}.{name}={value}" for name, value in stamps.items())))
    command = ["build", "-trimpath", "-buildvcs=false", "-ldflags", flags, "-o", str(binary), package]
    _go(command, {"GOFLAGS": "-mod=readonly"}, package, report)


def go_install(
    package: str, binary: Path, report: Callable[[str], None], *, tags: str = "", toolchain: str = "local"
) -> None:
    """Build a `package@version` outside any module, with the dependencies of its own go.mod.

    A `toolchain` of "auto" lets go download the newer release of itself that the go.mod may require, from the module proxy.
    """
    report(f"building {package}; takes some minutes, once per user")
    with tempfile.TemporaryDirectory(dir=binary.parent) as folder:
        settings = {"GOFLAGS": "-mod=mod", "GOBIN": folder, "GOTOOLCHAIN": toolchain}
        _go(["install", "-trimpath", "-tags", tags, package], settings, package, report)
        (built,) = Path(folder).iterdir()
        built.rename(binary)


def _go(arguments: Sequence[str], settings: dict[str, str], what: str, report: Callable[[str], None]) -> None:
    """Run go to completion at low priority, and report every minute."""
    go = find_or_install(report)
    fixed = {"CGO_ENABLED": "0", "GOTOOLCHAIN": "local", "GOWORK": "off", "GO111MODULE": "on"}
    ignored = {"GOOS", "GOARCH", "GOROOT", "GOBIN"}
    environment = {name: value for name, value in os.environ.items() if name not in ignored} | fixed | settings
    building = subprocess.Popen(
        ["nice", "-n", "10", str(go), *arguments],
        cwd=GO_MODULE,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    minutes = 0
    try:
        while True:
            try:
                _, stderr = building.communicate(timeout=REPORT_EVERY)
                break
            except subprocess.TimeoutExpired:
                minutes += 1
                report(f"still building {what} ({minutes} min)")
    finally:
        if building.poll() is None:
            building.kill()
            building.wait()
    if building.returncode != 0:
        raise BuildFailed(f"go {arguments[0]} of {what} exited with {building.returncode}: {stderr[-2000:]}")
