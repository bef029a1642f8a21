"""The table of YAML that readers disagree on is what kubectl does. No server is needed: `--local` reads and prints."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
from pydantic import JsonValue

from controlplane.binaries import find_kubectl
from yamldialect import COLLECTIONS, REFUSED, SCALARS

_MANIFEST = "apiVersion: v1\nkind: Example\nmetadata: {{name: x}}\nspec:\n  value: {}\n"


@pytest.fixture(scope="module")
def kubectl() -> Path:
    return find_kubectl(print)


def _read(kubectl: Path, text: str) -> JsonValue:
    command = [str(kubectl), "label", "--local", "-f", "-", "a=b", "-o", "json"]
    answer = subprocess.run(command, input=_MANIFEST.format(text), capture_output=True, text=True, check=False)
    if answer.returncode:
        raise ValueError(answer.stderr)
    found: JsonValue = json.loads(answer.stdout)["spec"]["value"]
    return found


def _wire(value: JsonValue) -> str:
    """Return JSON in which 8 and 8.0 differ, unless a double holds more digits than were written."""
    return json.dumps(value, sort_keys=True)


@pytest.mark.parametrize(("text", "value"), [*SCALARS, *COLLECTIONS], ids=str)
def test_kubectl_reads_this_value(kubectl: Path, text: str, value: JsonValue) -> None:
    found = _read(kubectl, text)
    if isinstance(value, float) and not isinstance(found, bool):
        # kubectl prints a large double as an integer.
        assert isinstance(found, int | float)
        assert float(found) == value
    else:
        assert _wire(found) == _wire(value)


@pytest.mark.parametrize("text", [text for text, _ in REFUSED])
def test_kubectl_refuses_this(kubectl: Path, text: str) -> None:
    with pytest.raises(ValueError, match="error converting YAML to JSON"):
        _read(kubectl, text)
