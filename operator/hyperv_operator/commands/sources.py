"""The files that a command reads."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from hyperv_operator.errors import OperatorError

STDIN = "-"
_SUFFIXES = (".yaml", ".yml", ".json")


class SourceUnreadable(OperatorError):
    """A file or folder cannot be read."""


@dataclass(frozen=True)
class Source:
    """A file: its name in messages, and its bytes."""

    name: str
    content: bytes

    @property
    def is_json(self) -> bool:
        """Whether the name ends with `.json`."""
        return self.name.endswith(".json")

    def text(self) -> str:
        """Return the text; raises `UnicodeDecodeError` if it is not UTF-8."""
        return self.content.decode("utf-8-sig")


def read_sources(names: Iterable[str]) -> Iterator[Source]:
    """Read files, folders (recursively, without hidden files) and `-`, each file once; raises `SourceUnreadable`."""
    seen: set[Path] = set()
    for name in names:
        if name == STDIN:
            yield Source("stdin", sys.stdin.buffer.read())
            continue
        for path in _files(Path(name)):
            if path.resolve() not in seen:
                seen.add(path.resolve())
                # A name that is no UTF-8 could not be printed.
                yield Source(os.fsencode(path).decode("utf-8", "replace"), read_bytes(path))


def read_bytes(path: Path) -> bytes:
    """Read one file; raises `SourceUnreadable`."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise SourceUnreadable(
            f"{path} cannot be read: {error.strerror}. Correct the name or its permissions."
        ) from None


def _files(path: Path) -> Iterator[Path]:
    if not path.is_dir():
        yield path
        return

    def refuse(error: OSError) -> None:
        raise SourceUnreadable(f"{error.filename} cannot be listed: {error.strerror}. Correct its permissions.")

    for folder, folders, files in os.walk(path, onerror=refuse):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            if name.endswith(_SUFFIXES) and not name.startswith("."):
                yield Path(folder) / name
