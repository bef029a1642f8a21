"""Build the provisioning ISOs, `linux.iso` and `windows.iso`: `python tools/isos.py [--output DIR] [linux] [windows]`.

The same sources give the same bytes on every machine and at every time, so the checksum of an ISO on a host says which
version it belongs to. `--files` writes what an ISO contains to a folder instead, and needs only the standard library.
"""

from __future__ import annotations

import argparse
import hashlib
import io
import os
import re
import sys
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
_EPOCH = 1_767_225_600
"""Seconds: 2026-01-01, the time of everything on an ISO unless SOURCE_DATE_EPOCH says otherwise."""
_FUNCTIONS = "#region functions\n#endregion\n"
"""Where a script gets the functions that it calls."""
_HELP = re.compile(r"^[ ]*<#.*?#>\n", re.DOTALL | re.MULTILINE)
_NAME = re.compile(r"\b[A-Z][A-Za-z]+-Hvo\w+\b(?!\.ps1)")
"""A function that is called, and not a script that is named."""


class IsoError(Exception):
    """An ISO cannot be built. The message says why and what to do."""


@dataclass(frozen=True)
class Kind:
    """The sources of an ISO: its label, its folder and which files of that folder belong to it.

    `library` is the folder with the PowerShell functions for its scripts, one function a file; None if it has none.
    """

    label: str
    folder: Path
    suffixes: frozenset[str]
    names: frozenset[str] = frozenset()
    library: Path | None = None

    def files(self) -> dict[Path, bytes]:
        """Return what the ISO contains, by relative path, in a stable order."""
        found = [
            path.relative_to(self.folder)
            for path in self.folder.rglob("*")
            if path.is_file() and (path.suffix in self.suffixes or path.name in self.names)
        ]
        if not found:
            raise IsoError(f"There is nothing for the ISO {self.label} in {self.folder}; is the checkout complete?")
        known = _functions(self.library) if self.library else {}
        return {path: self._content(path, known) for path in sorted(found, key=Path.as_posix)}

    def _content(self, path: Path, known: Mapping[str, str]) -> bytes:
        content = (self.folder / path).read_bytes()
        if path.suffix != ".ps1" or self.library is None:
            return content
        if _FUNCTIONS.encode() not in content.replace(b"\r\n", b"\n"):
            return content
        return script(_text(self.folder / path), known).encode("ascii")


def script(entry: str, known: Mapping[str, str]) -> str:
    """Return a script with every function that it calls, directly or not, sorted by name and without their help."""
    needed: dict[str, str] = {}
    left = _NAME.findall(_HELP.sub("", entry))
    while left:
        name = left.pop()
        if name in needed:
            continue
        if name not in known:
            raise IsoError(f"No file of the library defines the function {name}; check its name in the scripts.")
        needed[name] = _HELP.sub("", known[name])
        left += _NAME.findall(needed[name])
    functions = "\n".join(needed[name] for name in sorted(needed))
    return entry.replace(_FUNCTIONS, f"#region functions, from agent/guest/windows/lib\n{functions}#endregion\n")


def _functions(library: Path) -> dict[str, str]:
    """Return the text of each function by name."""
    found: dict[str, str] = {}
    for path in sorted(library.rglob("*.ps1"), key=Path.as_posix):
        if path.stem in found:
            raise IsoError(f"Two files below {library} are called {path.name}; a function has one file.")
        found[path.stem] = _text(path)
    return found


def _text(path: Path) -> str:
    """Return a script with line feeds as line ends, which a checkout on Windows may have changed."""
    try:
        return path.read_text(encoding="ascii")
    except UnicodeDecodeError:
        # Windows PowerShell reads a script without byte order mark in the code page of the system.
        raise IsoError(f"{path} is not ASCII; replace the other characters by escapes.") from None


def kinds(root: Path = ROOT) -> dict[str, Kind]:
    """Return the ISOs by operating system family, which is also the file name without `.iso`."""
    guests = root / "agent" / "guest"
    return {
        # The NoCloud data source of cloud-init looks for a volume of this name. The guest ships as a package and not as a
        # zipapp: start.sh copies one folder either way, and an administrator can read the files in the VM.
        "linux": Kind(
            "CIDATA",
            guests / "linux" / "iso",
            frozenset({".py", ".sh", ".service"}),
            frozenset({"meta-data", "user-data"}),
        ),
        "windows": Kind(
            "HVOWIN",
            guests / "windows" / "iso",
            frozenset({".ps1", ".psm1", ".xml", ".conf", ".json"}),
            library=guests / "windows" / "lib",
        ),
    }


def build(kind: Kind, epoch: int = _EPOCH) -> bytes:
    """Return the ISO: ISO 9660 with Rock Ridge for Linux and Joliet for Windows, both with the original file names."""
    import pycdlib

    files = kind.files()
    folders = _folders(files)
    with _clock_at(epoch):
        iso = pycdlib.PyCdlib()
        iso.new(interchange_level=3, vol_ident=kind.label, rock_ridge="1.09", joliet=3)
        try:
            for number, path in enumerate(folders):
                iso.add_directory(
                    _plain_parent(path, folders) + f"D{number:07d}",
                    rr_name=path.name,
                    joliet_path=f"/{path.as_posix()}",
                    file_mode=0o040555,
                )
            for number, (path, content) in enumerate(files.items()):
                iso.add_fp(
                    io.BytesIO(content),
                    len(content),
                    _plain_parent(path, folders) + f"F{number:07d}.;1",
                    rr_name=path.name,
                    joliet_path=f"/{path.as_posix()}",
                    file_mode=0o100444,
                )
            target = io.BytesIO()
            iso.write_fp(target)
        finally:
            iso.close()
    return target.getvalue()


def _folders(files: Iterable[Path]) -> list[Path]:
    found = {parent for path in files for parent in path.parents if parent != Path()}
    return sorted(found, key=Path.as_posix)


def _plain_parent(path: Path, folders: list[Path]) -> str:
    """Return the folder of a file in plain ISO 9660. Its names are numbers, because no reader uses them."""
    parents = [parent for parent in reversed(path.parents) if parent != Path()]
    return "/" + "".join(f"D{folders.index(parent):07d}/" for parent in parents)


@contextmanager
def _clock_at(epoch: int) -> Iterator[None]:
    """Fix the clock and the time zone, which pycdlib reads from the process, to one moment in UTC."""
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
    """Build the ISOs that the arguments name; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, default=ROOT / "dist" / "isos", help="folder for the ISOs")
    parser.add_argument("--files", action="store_true", help="write the files of each ISO to a folder, not the ISO")
    parser.add_argument("family", nargs="*", help=f"any of {', '.join(kinds())}; all if none is named")
    options = parser.parse_args(arguments)
    if unknown := set(options.family) - kinds().keys():
        parser.error(f"there is no ISO for {', '.join(sorted(unknown))}")
    try:
        for family in options.family or kinds():
            if options.files:
                _write_files(kinds()[family], options.output / family)
            else:
                _write_iso(kinds()[family], options.output / f"{family}.iso")
    except IsoError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _write_files(kind: Kind, folder: Path) -> None:
    for path, content in kind.files().items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)


def _write_iso(kind: Kind, path: Path) -> None:
    content = build(kind, int(os.environ.get("SOURCE_DATE_EPOCH") or _EPOCH))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    print(f"{hashlib.sha256(content).hexdigest()}  {path}")


if __name__ == "__main__":
    sys.exit(main())
