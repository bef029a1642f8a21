"""Build the provisioning ISOs, `linux.iso` and `windows.iso`: `python tools/isos.py [--output DIR] [linux] [windows]`.

The build is reproducible, so that the digest of an ISO on a host tells whether it is the one of this version.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pycdlib

ROOT = Path(__file__).resolve().parent.parent
_EPOCH = 1_767_225_600
"""Seconds since the epoch: 2026-01-01, the time of all files on an ISO unless SOURCE_DATE_EPOCH sets another."""


class IsoError(Exception):
    """An ISO cannot be built. The message has the cause and the remedy."""


@dataclass(frozen=True)
class Kind:
    """The contents of an ISO: the label that its reader looks for, and its files."""

    label: str
    folder: Path
    suffixes: frozenset[str]
    names: frozenset[str] = frozenset()

    def files(self) -> list[Path]:
        """Return the files relative to the folder, sorted."""
        found = [
            path.relative_to(self.folder)
            for path in self.folder.rglob("*")
            if path.is_file() and (path.suffix in self.suffixes or path.name in self.names)
        ]
        if not found:
            raise IsoError(f"There is nothing for the ISO {self.label} in {self.folder}; is the checkout complete?")
        return sorted(found, key=lambda path: path.as_posix())


def kinds(root: Path = ROOT) -> dict[str, Kind]:
    """Return the ISOs by OS family, which is their file name without `.iso`."""
    guests = root / "agent" / "guest"
    return {
        # cloud-init's NoCloud data source looks for a volume with this label.
        "linux": Kind(
            "CIDATA",
            guests / "linux" / "iso",
            frozenset({".py", ".sh", ".service"}),
            frozenset({"meta-data", "user-data"}),
        ),
        "windows": Kind("HVOWIN", guests / "windows" / "iso", frozenset({".ps1", ".psm1", ".xml", ".conf", ".json"})),
    }


def build(kind: Kind, epoch: int = _EPOCH) -> bytes:
    """Return the image: ISO 9660 with Rock Ridge for Linux and Joliet for Windows, which keep the names of the files."""
    with _clock_at(epoch):
        iso = pycdlib.PyCdlib()
        iso.new(interchange_level=3, vol_ident=kind.label, rock_ridge="1.09", joliet=3)
        try:
            for number, path in enumerate(_folders(kind.files())):
                iso.add_directory(
                    _plain_parent(path, kind) + f"D{number:07d}",
                    rr_name=path.name,
                    joliet_path=f"/{path.as_posix()}",
                    file_mode=0o040555,
                )
            for number, path in enumerate(kind.files()):
                content = (kind.folder / path).read_bytes()
                iso.add_fp(
                    io.BytesIO(content),
                    len(content),
                    _plain_parent(path, kind) + f"F{number:07d}.;1",
                    rr_name=path.name,
                    joliet_path=f"/{path.as_posix()}",
                    file_mode=0o100444,
                )
            target = io.BytesIO()
            iso.write_fp(target)
        finally:
            iso.close()
    return target.getvalue()


def _folders(files: list[Path]) -> list[Path]:
    found = {parent for path in files for parent in path.parents if parent != Path()}
    return sorted(found, key=lambda path: path.as_posix())


def _plain_parent(path: Path, kind: Kind) -> str:
    """Return the path of a file in plain ISO 9660. Nothing reads these names of 8 capitals, so they are numbers."""
    folders = _folders(kind.files())
    parents = [parent for parent in reversed(path.parents) if parent != Path()]
    return "/" + "".join(f"D{folders.index(parent):07d}/" for parent in parents)


@contextmanager
def _clock_at(epoch: int) -> Iterator[None]:
    """Make pycdlib, which reads the clock and the time zone, see a fixed time in UTC."""
    zone, clock = os.environ.get("TZ"), time.time
    os.environ["TZ"] = "UTC"
    time.tzset()
    time.time = lambda: float(epoch)
    try:
        yield
    finally:
        time.time = clock
        if zone is None:
            del os.environ["TZ"]
        else:
            os.environ["TZ"] = zone
        time.tzset()


def main(arguments: list[str] | None = None) -> int:
    """Build the requested ISOs and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, default=ROOT / "dist" / "isos", help="folder for the ISOs")
    parser.add_argument("family", nargs="*", help=f"{', '.join(kinds())}; all by default")
    options = parser.parse_args(arguments)
    if unknown := set(options.family) - kinds().keys():
        parser.error(f"there is no ISO for {', '.join(sorted(unknown))}")
    epoch = int(os.environ.get("SOURCE_DATE_EPOCH") or _EPOCH)
    try:
        for family in options.family or kinds():
            content = build(kinds()[family], epoch)
            options.output.mkdir(parents=True, exist_ok=True)
            path = options.output / f"{family}.iso"
            path.write_bytes(content)
            print(f"{hashlib.sha256(content).hexdigest()}  {path}")
    except IsoError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
