"""Build the bundle that the operator rolls out to hosts: `python tools/agent.py [--output DIR] [--without-isos] [--script]`.

The bundle has two parts: `files/`, the content of a version's folder on a host, and `rollout.ps1`, the text that brings it
there. Beside them lies `first-contact.ps1`, which a person runs on a host by hand. The same checkout gives the same bytes,
wherever and whenever they are built: a version is known by its digest.

A version holds the entry and step scripts as they are in agent/host, and one file with all functions of agent/host/lib: a
host reads a few files for a launch instead of one for each function.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
FUNCTIONS = "Functions.ps1"
"""The file of a version that holds all functions; the entry scripts load it."""
_MANIFEST = "agent-manifest.json"
FIRST_CONTACT = "first-contact.ps1"
"""What somebody with a real host runs there (docs/guides/first-contact.md)."""
_ENTRY = "Invoke-HvoRollout"
_FIRST_CONTACT_ENTRY = "Invoke-HvoFirstContact"
_HELP = re.compile(r"^[ ]*<#.*?#>\n", re.DOTALL | re.MULTILINE)
_NAME = re.compile(r"\b[A-Z][A-Za-z]+-Hvo\w+")


class BundleError(Exception):
    """The bundle cannot be built. The message has the cause and the remedy."""


def build(folder: Path, root: Path = ROOT, *, with_isos: bool = True) -> str:
    """Write the bundle into a folder, in place of one that is there; return the digest of its files."""
    files = folder / "files"
    if files.exists():
        shutil.rmtree(files)
    contents = scripts(root)
    if with_isos:
        # Imported here: the scripts and the text are built without the libraries that make ISOs.
        import isos

        contents |= {f"isos/{family}.iso": isos.build(kind) for family, kind in isos.kinds(root).items()}
    for name, content in contents.items():
        path = files / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    (folder / "rollout.ps1").write_bytes(script(root).encode("ascii"))
    (folder / FIRST_CONTACT).write_bytes(first_contact(root).encode("ascii"))
    return digest(files)


def scripts(root: Path = ROOT) -> dict[str, bytes]:
    """Return a version's files but the ISOs, by their path in its folder."""
    host = root / "agent" / "host"
    found = {path.relative_to(host).as_posix(): path.read_bytes() for path in _scripts(host)}
    contents = {name: content for name, content in found.items() if not name.startswith("lib/")}
    library = _functions(host / "lib")
    contents[FUNCTIONS] = "".join(library[name] for name in sorted(library)).encode("ascii")
    contents[_MANIFEST] = (host / _MANIFEST).read_bytes()
    return contents


def digest(files: Path) -> str:
    """Return the digest of a version's folder, as defined in docs/reference/agent-protocol.md."""
    lines = sorted(
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.relative_to(files).as_posix()}\n"
        for path in files.rglob("*")
        if path.is_file()
    )
    return "sha256:" + hashlib.sha256("".join(lines).encode()).hexdigest()


def script(root: Path = ROOT) -> str:
    """Return `rollout.ps1`: the functions that a rollout needs, and the line that starts it."""
    return f"{_needed(root, 'rollout', _ENTRY)}$input | {_ENTRY}\n"


def first_contact(root: Path = ROOT) -> str:
    """Return `first-contact.ps1`, which a person runs on a host: its functions, and the line that starts it."""
    return f"{_needed(root, 'first-contact', _FIRST_CONTACT_ENTRY)}{_FIRST_CONTACT_ENTRY} @args\n"


def _needed(root: Path, part: str, entry: str) -> str:
    """Return a function of a part of the agent, and the functions of that part and of the library that it calls."""
    known = _functions(root / "agent" / "host" / "lib") | _functions(root / "agent" / part)
    needed: set[str] = set()
    left = {entry}
    while left:
        name = left.pop()
        if name not in known:
            raise BundleError(f"There is no function {name} in agent/{part} or agent/host/lib. Correct its name.")
        needed.add(name)
        left |= set(_NAME.findall(known[name])) - needed
    return "".join(known[name] for name in sorted(needed))


def _functions(folder: Path) -> dict[str, str]:
    """Return the functions below a folder by name, without their help."""
    return {path.stem: _HELP.sub("", path.read_text(encoding="ascii")) for path in _scripts(folder)}


def _scripts(folder: Path) -> list[Path]:
    """Return the scripts in a folder and its subfolders, sorted."""
    return sorted(folder.rglob("*.ps1"), key=lambda path: path.as_posix())


def main(arguments: list[str] | None = None) -> int:
    """Build the bundle, or print the text of its script alone; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--output", type=Path, default=ROOT / "dist" / "agent", help="folder for the bundle")
    parser.add_argument("--without-isos", action="store_true", help="leave the provisioning ISOs out, as tests do")
    parser.add_argument("--script", action="store_true", help="print rollout.ps1 and build nothing")
    options = parser.parse_args(arguments)
    try:
        if options.script:
            sys.stdout.write(script())
        else:
            print(f"{build(options.output, with_isos=not options.without_isos)}  {options.output}")
    except BundleError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
