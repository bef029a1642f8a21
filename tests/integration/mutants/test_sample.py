"""A sample of the mutants dies by the unit tests; `make mutants` tests all of them."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

_ROOT = Path(__file__).resolve().parents[3]
_SAMPLE = 40


@pytest.mark.timeout(600)
def test_the_unit_tests_notice_faults_in_the_pure_packages() -> None:
    """The seed is the date; the output names it, and MUTANTS_SEED sets it."""
    result = subprocess.run(
        [sys.executable, "-m", "mutants", "--sample", str(_SAMPLE)],
        cwd=_ROOT, env={**os.environ, "PYTHONPATH": "operator:tests:tools"}, check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert result.returncode == 0, result.stdout + result.stderr
    assert f"{_SAMPLE} of " in result.stdout
