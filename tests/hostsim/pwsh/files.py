"""The files of a real folder as a mapping."""

from __future__ import annotations

import os
from collections.abc import Iterator, MutableMapping
from pathlib import Path

from typing_extensions import override


class FolderFiles(MutableMapping[str, bytes]):
    """Content by path below the folder, with `/`; what a link leads to is not among them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @override
    def __getitem__(self, path: str) -> bytes:
        try:
            return (self._folder / path).read_bytes()
        except OSError:
            raise KeyError(path) from None

    @override
    def __setitem__(self, path: str, content: bytes) -> None:
        where = self._folder / path
        where.parent.mkdir(parents=True, exist_ok=True)
        where.write_bytes(content)

    @override
    def __delitem__(self, path: str) -> None:
        try:
            (self._folder / path).unlink()
        except FileNotFoundError:
            raise KeyError(path) from None

    @override
    def __iter__(self) -> Iterator[str]:
        for folder, _, names in os.walk(self._folder):
            found = (Path(folder) / name for name in names)
            yield from sorted(path.relative_to(self._folder).as_posix() for path in found if not path.is_symlink())

    @override
    def __len__(self) -> int:
        return sum(1 for _ in self)
