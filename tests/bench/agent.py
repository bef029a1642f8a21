"""Benchmark of a launch of the agent on a host: the shipped layout beside one with a file for each function.

Both run the same launches in one PowerShell over the fake Hyper-V. The layout before is that of the sources: each function in a file of
its own, with its help, and the digest computed by calls of functions for each file.
"""

from __future__ import annotations

import json
import resource
import shutil
import tempfile
import time
from pathlib import Path

import agent

from powershell import PWSH
from powershell import run as run_script

LIMITS = {
    "functions in a new process": 0.8,
    "functions": 0.5,
    "digest": 0.3,
    "launch with nothing to do": 0.9,
    "inventory of 50 VMs": 0.9,
}
"""Maximum processor time of the shipped layout by work, as a part of that before. The last two include the fake's own time."""
ROUNDS = 3
_HERE = Path(__file__).parent
_LOADER = """\
foreach ($file in [System.IO.Directory]::GetFiles((Join-Path $PSScriptRoot 'functions'), '*.ps1')) { . $file }
"""


def run() -> bool:
    """Print the results; return whether they are within the limits."""
    if PWSH is None:
        print("agent: PowerShell 7 (pwsh) is not on PATH; without it there is nothing to measure.")
        return False
    began = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        before, after = layouts(Path(folder))
        new = _in_new_processes({"before": before, "after": after})
        done = run_script(
            f"& '{_HERE / 'agent.ps1'}' -Before '{before}' -After '{after}' -Rounds {ROUNDS}", seconds=1_800
        )
    lines = [line for line in done.stdout.splitlines() if line.startswith("RESULT ")]
    if not lines:
        print(f"agent: PowerShell failed. {done.stdout[-500:]} {done.stderr[-2_000:]}")
        return False
    found: dict[str, dict[str, float]] = {
        "functions in a new process": new,
        **json.loads(lines[-1].removeprefix("RESULT ")),
    }
    ratios = {name: took["after"] / took["before"] for name, took in found.items()}
    shown = "; ".join(
        f"{name} {found[name]['before']:.1f} ms before, {found[name]['after']:.1f} ms after, {ratio:.2f} (at most {LIMITS[name]:g})"
        for name, ratio in ratios.items()
    )
    print(f"agent: {shown}; {time.monotonic() - began:.0f} s in all")
    return all(ratio <= LIMITS[name] for name, ratio in ratios.items())


def _in_new_processes(folders: dict[str, Path]) -> dict[str, float]:
    """Return the milliseconds of processor time in which a new PowerShell loads the functions of each layout, apart from its start."""
    scripts = {name: f". '{folder / agent.FUNCTIONS}'" for name, folder in folders.items()} | {"start": "$null"}
    best = dict.fromkeys(scripts, float("inf"))
    for _ in range(ROUNDS):
        for name, script in scripts.items():
            earlier = resource.getrusage(resource.RUSAGE_CHILDREN)
            run_script(script)
            later = resource.getrusage(resource.RUSAGE_CHILDREN)
            took = later.ru_utime + later.ru_stime - earlier.ru_utime - earlier.ru_stime
            best[name] = min(best[name], took * 1_000)
    return {name: max(0.0, best[name] - best["start"]) for name in folders}


def layouts(folder: Path) -> tuple[Path, Path]:
    """Write both layouts into a folder; return the paths of the one before and of the shipped one."""
    agent.build(folder / "bundle")
    after, before = folder / "bundle" / "files", folder / "before"
    shutil.copytree(after, before)
    (before / agent.FUNCTIONS).write_text(_LOADER, encoding="ascii")
    functions = before / "functions"
    functions.mkdir()
    for path in [*(agent.ROOT / "agent" / "host" / "lib").rglob("*.ps1"), *(_HERE / "unmerged").glob("*.ps1")]:
        shutil.copy(path, functions / path.name)
    return before, after
