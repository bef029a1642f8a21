"""Get-HostPreflight.ps1: what the host lacks to run machines."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from hostsim.script import Streams, outcome
from hostsim.world import GIB, World, timestamp

Rewrite = Callable[[list[str]], list[str]]
_HEALTHY = (
    ("LanguageMode", "", "FullLanguage", "FullLanguage"),
    ("PowerShellVersion", "", "5.1.20348.2849", "5.1 or later"),
    ("ExecutionPolicy", "", "RemoteSigned (scope LocalMachine)", "RemoteSigned, Unrestricted or Bypass"),
    ("HyperVModule", "", "Hyper-V 2.0.0.0", "Hyper-V's PowerShell module"),
    ("ManagementService", "", "Running, start mode Auto", "Running, started automatically"),
    ("WinRMListener", "", "HTTPS on port 5986", "a listener for HTTPS"),
    ("WinRMQuota", "MaxShellsPerUser", "30", "at least 8"),
    ("WinRMQuota", "MaxMemoryPerShellMB", "1024", "at least 1024"),
)
"""Rows of a host that lacks nothing: id, subject, observed, expected."""


def write(world: World, job: dict[str, Any], streams: Streams, rewrite: Rewrite | None = None) -> None:
    """Write the host's preflight, as rewritten by a fault."""
    lines = [{"type": "preflight", "at": timestamp()}, *_rows(world, job)]
    written = [*(json.dumps(line, separators=(",", ":")) for line in lines), outcome("completed", "Preflight", "")]
    for text in rewrite(written) if rewrite else written:
        streams.output(text)


def _rows(world: World, job: dict[str, Any]) -> Iterator[dict[str, str]]:
    for name, subject, observed, expected in _HEALTHY:
        yield row(name, "ok", observed, expected, subject)
    paths = job["host"]["paths"]
    for name, path in (("AgentFolder", "agent"), ("ImageFolder", "images"), ("MachineFolder", "machines")):
        yield row(name, "ok", "owner Administrators, changed by nobody else", "a folder", paths[path])
    free = world.memory_free()
    yield row("FreeMemory", "ok" if free >= 2 * GIB else "warning", f"{free / GIB:.1f} GB", "at least 2.0 GB")
    for image in sorted(world.images):
        yield row("Image", "ok", "VHDX, Dynamic, 64.0 GB", "a .vhdx without a parent", f"{image}.vhdx")
    switch = str(job["host"]["virtual_switch"])
    others = f"there is none of this name; the host has: {', '.join(world.switches)}"
    if not world.switches:
        others = "the host has no virtual switch"
    state, observed = ("ok", "External") if switch in world.switches else ("blocking", others)
    yield row("VirtualSwitch", state, observed, "a virtual switch of this name, of the type External", switch)
    cluster, found = job["host"]["failover_cluster"], world.failover_cluster
    observed = f"a node of {found}" if found else "the failover clustering feature is not installed"
    yield row("FailoverCluster", "ok" if cluster == found else "warning", observed, "", cluster or "")


def row(name: str, state: str, observed: str, expected: str = "", subject: str = "") -> dict[str, str]:
    """Return a row in the agent's format."""
    return {
        "type": "row", "id": name, "subject": subject, "state": state, "observed": observed, "expected": expected,
    }  # fmt: skip
