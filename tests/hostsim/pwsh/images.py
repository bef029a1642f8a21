"""The golden images of a host whose scripts really copy them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, MutableMapping
from pathlib import Path

from typing_extensions import override

from hostsim import vhdx

_SCALE = 1024
"""An image's file is so many times smaller than what it stands for."""


class Images(MutableMapping[str, int]):
    """The golden images: real virtual disks of 5 MiB and more, of which a MiB stands for a GiB."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._seen: dict[str, tuple[int, str]] = {}

    @override
    def __getitem__(self, name: str) -> int:
        try:
            return self._path(name).stat().st_size * _SCALE
        except FileNotFoundError:
            raise KeyError(name) from None

    @override
    def __setitem__(self, name: str, size: int) -> None:
        path = self._path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        vhdx.write(path, length=size // _SCALE)
        self._seen[name] = self._fingerprint(name)

    @override
    def __delitem__(self, name: str) -> None:
        self._path(name).unlink()
        del self._seen[name]

    @override
    def __iter__(self) -> Iterator[str]:
        return iter(sorted(path.stem for path in self._folder.glob("*.vhdx")))

    @override
    def __len__(self) -> int:
        return len(list(self._folder.glob("*.vhdx")))

    def changed(self) -> list[str]:
        """Return the names of those that are not what they were."""
        return [name for name in self._seen if name not in self or self._fingerprint(name) != self._seen[name]]

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.vhdx"

    def _fingerprint(self, name: str) -> tuple[int, str]:
        path = self._path(name)
        return path.stat().st_mtime_ns, hashlib.sha256(path.read_bytes()).hexdigest()
