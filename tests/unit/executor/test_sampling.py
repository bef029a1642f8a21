"""The container's limits from both versions of control groups, and the use as shares of them."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from hyperv_operator.executor.sampling import Limits, ResourceSampler, read_limits

MIB = 1024**2
NO_LIMIT = 9_223_372_036_854_771_712
V2 = "0::/\n"
V1 = "4:memory:/pods/one\n2:cpu,cpuacct:/pods/one\n0::/\n"


@pytest.mark.parametrize(
    ("case", "files", "limits"),
    [
        ("no control groups", {}, Limits()),
        (
            "version 2, in a container",
            {
                "proc/self/cgroup": V2,
                "sys/fs/cgroup/cpu.max": "50000 100000\n",
                "sys/fs/cgroup/memory.max": f"{512 * MIB}\n",
                "sys/fs/cgroup/memory.current": f"{300 * MIB}\n",
                "sys/fs/cgroup/memory.stat": f"anon 1\ninactive_file {100 * MIB}\nactive_file 7\n",
            },
            Limits(0.5, 512 * MIB, 200 * MIB),
        ),
        (
            "version 2 without limits",
            {
                "proc/self/cgroup": V2,
                "sys/fs/cgroup/cpu.max": "max 100000\n",
                "sys/fs/cgroup/memory.max": "max\n",
                "sys/fs/cgroup/memory.current": "5\n",
            },
            Limits(),
        ),
        (
            "version 2, where the tightest of the nested groups counts",
            {
                "proc/self/cgroup": "0::/pod/box\n",
                "sys/fs/cgroup/pod/cpu.max": "25000 100000\n",
                "sys/fs/cgroup/pod/box/cpu.max": "200000 100000\n",
                "sys/fs/cgroup/pod/memory.max": f"{256 * MIB}\n",
                "sys/fs/cgroup/pod/memory.current": f"{20 * MIB}\n",
                "sys/fs/cgroup/pod/box/memory.max": f"{512 * MIB}\n",
                "sys/fs/cgroup/pod/box/memory.current": f"{10 * MIB}\n",
            },
            Limits(0.25, 256 * MIB, 20 * MIB),
        ),
        (
            "version 1, in a container where the node's path does not exist",
            {
                "proc/self/cgroup": V1,
                "sys/fs/cgroup/cpu/cpu.cfs_quota_us": "150000\n",
                "sys/fs/cgroup/cpu/cpu.cfs_period_us": "100000\n",
                "sys/fs/cgroup/memory/memory.limit_in_bytes": f"{512 * MIB}\n",
                "sys/fs/cgroup/memory/memory.usage_in_bytes": f"{300 * MIB}\n",
                "sys/fs/cgroup/memory/memory.stat": f"inactive_file 1\ntotal_inactive_file {50 * MIB}\n",
            },
            Limits(1.5, 512 * MIB, 250 * MIB),
        ),
        (
            "version 1 without limits",
            {
                "proc/self/cgroup": V1,
                "sys/fs/cgroup/cpu/pods/one/cpu.cfs_quota_us": "-1\n",
                "sys/fs/cgroup/cpu/pods/one/cpu.cfs_period_us": "100000\n",
                "sys/fs/cgroup/memory/pods/one/memory.limit_in_bytes": f"{NO_LIMIT}\n",
                "sys/fs/cgroup/memory/pods/one/memory.usage_in_bytes": "5\n",
            },
            Limits(),
        ),
        (
            "unreadable values",
            {
                "proc/self/cgroup": "x\n0::/\n",
                "sys/fs/cgroup/cpu.max": "a b\n",
                "sys/fs/cgroup/memory.max": "\n",
            },
            Limits(),
        ),
    ],
)
def test_read_limits(case: str, files: dict[str, str], limits: Limits, tmp_path: Path) -> None:
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    assert read_limits(tmp_path) == limits, case


@pytest.mark.parametrize(("cpus", "share"), [(None, 0.25), (8.0, 0.25), (0.5, 0.5)])
def test_cpu_use_is_a_share_of_the_limit_or_of_one_cpu(cpus: float | None, share: float) -> None:
    clock, used = iter((10.0, 12.0, 13.0, 13.0)), iter((1.0, 1.5, 1.5, 1.6))
    sampler = ResourceSampler(lambda: Limits(cpus=cpus), lambda: next(clock), lambda: next(used))
    assert [sampler().cpu for _ in range(3)] == [share, 0.0, 0.0]


def test_cpu_use_of_this_process_is_measured() -> None:
    clock = iter((0.0, 1.0))
    sampler = ResourceSampler(monotonic=lambda: next(clock))
    ends = time.process_time() + 0.06
    while time.process_time() < ends:
        pass
    assert sampler().cpu > 0


def test_memory_use_is_a_share_of_the_limit_or_of_the_machine() -> None:
    assert ResourceSampler(lambda: Limits(memory_bytes=100 * MIB, memory_used_bytes=90 * MIB))().memory == 0.9
    own = ResourceSampler(lambda: Limits(memory_bytes=1024 * MIB))().memory
    assert 0 < own < 1
    assert 0 < ResourceSampler(Limits)().memory < 1
