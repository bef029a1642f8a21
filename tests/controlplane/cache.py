"""The per-user cache: every file is built once, even if several processes ask for it at the same time."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


def cache_root() -> Path:
    """Return the cache's folder, by the XDG base directory specification (a relative XDG_CACHE_HOME is ignored)."""
    named = Path(os.environ.get("XDG_CACHE_HOME", ""))
    return (named if named.is_absolute() else Path.home() / ".cache") / "hyperv-operator" / "controlplane"


@contextmanager
def locked(folder: Path, report: Callable[[str], None]) -> Iterator[None]:
    """Hold the folder's lock, across processes and threads; the kernel releases it if its holder dies."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            report(f"waiting for another process that is filling {folder}")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def cached_file(target: Path, make: Callable[[Path], None], report: Callable[[str], None]) -> Path:
    """Return `target`, made by `make(partial)` if it does not exist yet.

    `make` writes to a temporary path next to it, which is then renamed, so that an incomplete file never has the final name.
    """
    if target.exists():
        return target
    with locked(target.parent, report):
        if not target.exists():
            partial = target.with_name(f".{target.name}.partial")
            make(partial)
            partial.chmod(0o755)
            partial.rename(target)
    return target
