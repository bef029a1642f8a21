"""CPU and memory use as shares of the container's limits.

The limits come from the process's control groups (version 2 or 1) and are read for every sample, because a pod can be resized.
Without control groups they are the machine's.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil

from hyperv_operator.executor.scaling import Sample

_UNLIMITED = 1 << 60
"""Control groups of version 1 have the largest multiple of the page size in place of no limit."""
_INTERPRETER_CPUS = 1.0
"""The interpreter lock keeps Python on one CPU at a time."""


@dataclass(frozen=True)
class Limits:
    """The limits of the control groups; None means no limit."""

    cpus: float | None = None
    memory_bytes: int | None = None
    memory_used_bytes: int | None = None
    """Use of the group that limits memory, without the page cache that the kernel can reclaim at once, as the kubelet counts it."""


def read_limits(root: Path = Path("/")) -> Limits:
    """Read the limits of this process's control groups under `root`; an unreadable file means no limit."""
    cpus: list[float] = []
    memory: list[tuple[int, int | None]] = []
    for folder in _folders(root, "", "sys/fs/cgroup"):
        words = _words(folder / "cpu.max")
        if len(words) == 2 and words[0].isdigit() and int(words[1]) > 0:
            cpus.append(int(words[0]) / int(words[1]))
        _add_memory(memory, folder, "memory.max", "memory.current", "inactive_file")
    for folder in _folders(root, "cpu", "sys/fs/cgroup/cpu"):
        quota, period = _number(folder / "cpu.cfs_quota_us"), _number(folder / "cpu.cfs_period_us")
        if quota and quota > 0 and period:
            cpus.append(quota / period)
    for folder in _folders(root, "memory", "sys/fs/cgroup/memory"):
        _add_memory(memory, folder, "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")
    limit, used = min(memory, default=(None, None), key=lambda item: item[0] or 0)
    return Limits(min(cpus, default=None), limit, used)


def _folders(root: Path, controller: str, mount: str) -> Iterator[Path]:
    """Yield the folders of the process's group for a controller ("" for version 2) and of its ancestors, innermost first.

    In a container the path may be the node's, which does not exist there. Then only the mount itself is readable.
    """
    for line in _text(root / "proc/self/cgroup").splitlines():
        parts = line.split(":", 2)
        if len(parts) < 3:
            continue
        number, controllers, path = parts
        if controller in controllers.split(",") and (controller or number == "0"):
            top = root / mount
            own = top / path.strip("/")
            yield from (folder for folder in (own, *own.parents) if folder == top or top in folder.parents)
            return


def _add_memory(found: list[tuple[int, int | None]], folder: Path, limit: str, usage: str, droppable: str) -> None:
    allowed, used = _number(folder / limit), _number(folder / usage)
    if allowed is None or allowed >= _UNLIMITED:
        return
    for line in _text(folder / "memory.stat").splitlines() if used is not None else ():
        name, _, value = line.partition(" ")
        if name == droppable and value.isdigit():
            used = max(0, (used or 0) - int(value))
    found.append((allowed, used))


def _text(path: Path) -> str:
    with contextlib.suppress(OSError):
        return path.read_text(encoding="utf-8", errors="replace")
    return ""


def _words(path: Path) -> list[str]:
    return _text(path).split()


def _number(path: Path) -> int | None:
    words = _words(path)
    return int(words[0]) if words and words[0].lstrip("-").isdigit() else None


def _cpu_seconds() -> float:
    times = psutil.Process().cpu_times()
    return float(times.user + times.system)


class ResourceSampler:
    """Takes samples: CPU use since the previous sample, and current memory use."""

    def __init__(
        self,
        limits: Callable[[], Limits] = read_limits,
        monotonic: Callable[[], float] = time.monotonic,
        cpu_seconds: Callable[[], float] = _cpu_seconds,
    ) -> None:
        self._limits = limits
        self._monotonic = monotonic
        self._cpu_seconds = cpu_seconds
        self._at, self._used = monotonic(), cpu_seconds()

    def __call__(self) -> Sample:
        """Return a new sample."""
        limits = self._limits()
        now, used = self._monotonic(), self._cpu_seconds()
        elapsed, self._at = now - self._at, now
        spent, self._used = used - self._used, used
        cpus = min(limits.cpus or _INTERPRETER_CPUS, _INTERPRETER_CPUS)
        return Sample(cpu=max(0.0, spent / elapsed / cpus) if elapsed > 0 else 0.0, memory=_memory(limits))


def _memory(limits: Limits) -> float:
    machine = psutil.virtual_memory()
    if limits.memory_bytes and limits.memory_bytes < machine.total:
        used = limits.memory_used_bytes
        return float(psutil.Process().memory_info().rss if used is None else used) / limits.memory_bytes
    return float(1.0 - machine.available / machine.total)
