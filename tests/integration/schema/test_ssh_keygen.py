"""OpenSSH itself reads every key that the operator accepts."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

CORPUS: list[dict[str, Any]] = json.loads((Path(__file__).parents[2] / "submissions" / "ssh-keys.json").read_text())
KEYGEN = shutil.which("ssh-keygen")


@pytest.mark.skipif(KEYGEN is None, reason="ssh-keygen is not on PATH")
def test_openssh_reads_every_key_that_is_accepted() -> None:
    assert KEYGEN is not None
    lines = [line.strip() for case in CORPUS if case["valid"] for line in case["text"].split("\n")]
    keys = [line for line in lines if line and not line.startswith("#")]
    done = subprocess.run(
        [KEYGEN, "-lf", "-"], input="\n".join(keys) + "\n", capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == len(keys)
