"""Agent bundles for tests: built from this checkout, under any version."""

from __future__ import annotations

import json
import shutil
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import agent


@cache
def _own() -> Path:
    folder = Path(mkdtemp(prefix="hvo-bundle-"))
    agent.build(folder)
    return folder


def build(folder: Path, version: str | None = None) -> Path:
    """Build a bundle in a folder, with this version in its manifest if one is given; return the folder."""
    shutil.copytree(_own(), folder)
    if version is None:
        return folder
    manifest = folder / "files" / "agent-manifest.json"
    manifest.write_text(json.dumps({**json.loads(manifest.read_text()), "version": version}))
    return folder
