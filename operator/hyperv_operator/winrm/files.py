"""Secrets that libraries take as files alone."""

from __future__ import annotations

import os
from pathlib import Path


def private_file(folder: Path, name: str, content: bytes) -> str:
    """Write a file that only this process's user can read, and return its path."""
    path = folder / name
    descriptor = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
    return str(path)
