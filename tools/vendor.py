"""Vendor the console's libraries: `python tools/vendor.py` writes them, `--check` compares them with their pinned hashes, offline.

The files are the packages' own ES modules. Only the bare name in an import becomes a path, because a browser resolves bare names by
an import map alone, which would be an inline script.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from dataclasses import dataclass
from pathlib import Path

import npmpackage

FOLDER = Path(__file__).resolve().parents[1] / "operator" / "hyperv_operator" / "gateway" / "console" / "vendor"

PREACT = npmpackage.Package(
    "preact",
    "11.2.0",
    "sha512-/HfHI/7N84e6GrWBJ3J280z3mLaRJiDcSvj/A+y/4AbLnND/1UlGHe1sR6oYuTGwId0nP7dqDU9OnLxMPZ7xBg==",
)
HTM = npmpackage.Package(
    "htm",
    "3.1.1",
    "sha512-983Vyg8NwUE7JkZ6NmOqpCZ+sh1bKv2iYTlUkzlWmA5JD2acKoxd4KVxbMmxX/85mtfdnDmTFoNKcg5DGAvxNQ==",
)


@dataclass(frozen=True)
class Vendored:
    """One file of a package, its name here, and the SHA-256 of what is written."""

    package: npmpackage.Package
    source: str
    target: str
    sha256: str


FILES = (
    Vendored(
        PREACT, "dist/preact.mjs", "preact.js", "225d7a773766e6fb2cfcc45274fe41d2059f5782f3f2c4569aa5132a2d3a2902"
    ),
    Vendored(
        PREACT, "hooks/dist/hooks.mjs", "hooks.js", "5c65ab263688d0805862fd0807c779af02c2799c44fda0873dfcb870d0da70a0"
    ),
    Vendored(
        PREACT, "LICENSE", "LICENSE-preact.txt", "1fe6958409c8c257a70c587a18b6f7f412b179b456630790d30b2ec9a8e4b7d4"
    ),
    Vendored(HTM, "dist/htm.module.js", "htm.js", "ab33dd3f38059b9be4d5f5350128eefb2356639c4e0bbe9d9e8b3ba75847e9e4"),
    Vendored(HTM, "LICENSE", "LICENSE-htm.txt", "740725f7252e750af735d0028cc534970772f513331e9f68150fede8fb3ce00f"),
)


def vendored(content: bytes, name: str) -> bytes:
    """Return a file as it is vendored: imports by path, no pointer to a source map that is not there."""
    if not name.endswith(".js"):
        return content
    text = content.decode().replace('from"preact"', 'from"./preact.js"')
    lines = [line for line in text.splitlines() if not line.startswith("//# sourceMappingURL=")]
    return ("\n".join(lines).rstrip() + "\n").encode()


def differing(folder: Path) -> list[str]:
    """Return a sentence for each file in the folder that is not the pinned one."""
    pinned = {one.target: one for one in FILES}
    extra = [f"{path.name} is in no package" for path in sorted(folder.glob("*")) if path.name not in pinned]
    return extra + [
        f"{name} is not the file of {one.package.name} {one.package.version}"
        for name, one in pinned.items()
        if not (folder / name).is_file() or hashlib.sha256((folder / name).read_bytes()).hexdigest() != one.sha256
    ]


def write(folder: Path) -> None:
    """Fetch the packages and write their files."""
    folder.mkdir(parents=True, exist_ok=True)
    for package in dict.fromkeys(one.package for one in FILES):
        wanted = {one.source: one for one in FILES if one.package == package}
        for source, content in npmpackage.read_files(package, wanted).items():
            (folder / wanted[source].target).write_bytes(vendored(content, wanted[source].target))


def main() -> int:
    """Write or check; return the exit code."""
    parser = argparse.ArgumentParser(prog="tools/vendor.py", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; fail if a file is not the pinned one")
    if not parser.parse_args().check:
        write(FOLDER)
    problems = differing(FOLDER)
    for problem in problems:
        print(f"{problem}; run tools/vendor.py, and pin the hash in it if you want a new version", file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
