"""Build the bundle that the operator rolls out to hosts: `python tools/agent.py [--output DIR] [--script]`.

The bundle has two parts: `files/`, the contents of a version's folder on a host, and `rollout.ps1`, the script that installs
them. The build is reproducible, as a version is identified by its digest.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
_ENTRY = "Invoke-HvoRollout"
_HELP = re.compile(r"^[ ]*<#.*?#>\n", re.DOTALL | re.MULTILINE)
_NAME = re.compile(r"\b[A-Z][A-Za-z]+-Hvo\w+")


class BundleError(Exception):
    """The bundle cannot be built. The message has the cause and the remedy."""


def build(folder: Path, root: Path = ROOT) -> str:
    """Write the bundle to a folder, replacing an existing one, and return the digest of its files."""
    # Printing the script alone does not need the libraries that build ISOs.
    import isos

    files = folder / "files"
    if files.exists():
        shutil.rmtree(files)
    host = root / "agent" / "host"
    contents = {path.relative_to(host).as_posix(): path.read_bytes() for path in _scripts(host)}
    contents["agent-manifest.json"] = (host / "agent-manifest.json").read_bytes()
    contents |= {f"isos/{family}.iso": isos.build(kind) for family, kind in isos.kinds(root).items()}
    for name, content in contents.items():
        path = files / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    (folder / "rollout.ps1").write_bytes(script(root).encode("ascii"))
    return digest(files)


def digest(files: Path) -> str:
    """Return the digest of a version's folder, as defined in docs/reference/agent-protocol.md."""
    lines = sorted(
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(files).as_posix()}\n"
        for path in files.rglob("*")
        if path.is_file()
    )
    return "sha256:" + hashlib.sha256("".join(lines).encode()).hexdigest()


def script(root: Path = ROOT) -> str:
    """Return `rollout.ps1`: the functions that a rollout calls, and the line that starts it."""
    known = {path.stem: path for part in ("host/lib", "rollout") for path in _scripts(root / "agent" / part)}
    needed: dict[str, str] = {}
    left = [_ENTRY]
    while left:
        name = left.pop()
        if name in needed:
            continue
        if name not in known:
            raise BundleError(
                f"There is no function {name} in agent/rollout or agent/host/lib; is its name written right?"
            )
        needed[name] = _HELP.sub("", known[name].read_text(encoding="ascii"))
        left += set(_NAME.findall(needed[name])) - {name}
    functions = [needed[name] for name in sorted(needed)]
    return "".join([*functions, f"$input | {_ENTRY}\n"])


def _scripts(folder: Path) -> list[Path]:
    """Return the scripts in a folder and its subfolders, sorted."""
    return sorted(folder.rglob("*.ps1"), key=lambda path: path.as_posix())


def main(arguments: list[str] | None = None) -> int:
    """Build the bundle, or print the rollout script, and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--output", type=Path, default=ROOT / "dist" / "agent", help="folder for the bundle")
    parser.add_argument("--script", action="store_true", help="print rollout.ps1 and build nothing")
    options = parser.parse_args(arguments)
    try:
        if options.script:
            sys.stdout.write(script())
        else:
            print(f"{build(options.output)}  {options.output}")
    except BundleError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
