"""A mutant's tests run in a process of their own, which may fail in any way without ending the campaign."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[3]
_TRIAL = """
import sys
from hypothesis import settings
from mutants.forks import run_forked
from mutants.generation import ROOT, Module
from mutants.trial import Trial, run

settings.register_profile("mutants")
path = ROOT / "operator/hyperv_operator/core/retry.py"
module = Module("core.retry", path, path.read_text(encoding="utf-8"))
trial = Trial(module, module.source + sys.argv[1], [["tests/unit/core/test_retry.py::" + sys.argv[2]]], 60)
((_, result),) = run_forked(run, [trial], jobs=1, wall_seconds=120.0)
print(result if isinstance(result, Exception) else result[0])
"""


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        ("", "survived"),
        ("def pause_after(*_, **__):\n    return None\n", "killed"),
        ("def pause_after(*_, **__):\n    hoard = []\n    while True:\n        hoard.append(bytes(1024))\n", "killed"),
        ("raise ImportError\n", "invalid"),
    ],
    ids=["none", "wrong", "takes-all-memory", "no-import"],
)
def test_a_fault_has_its_outcome(fault: str, outcome: str) -> None:
    found = subprocess.run(
        [sys.executable, "-c", _TRIAL, fault, "test_a_cap_of_years_is_reached_after_thirty_doublings"],
        cwd=_ROOT, env={"PYTHONPATH": "operator:tests:tools", "PATH": ""}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert found.stdout.strip() == outcome, found.stderr
