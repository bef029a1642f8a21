"""The files of ifupdown, /etc/network/interfaces and those that it includes: interfaces(5)."""

import glob
import os
import re
from fnmatch import fnmatch
from typing import Iterator, List, Set, Tuple

from hvo_guest.system import System

MAIN = "/etc/network/interfaces"
_FOLDER = "/etc/network"
_BEGINS = ("iface", "mapping", "auto", "source", "source-directory", "rename", "no-auto-down", "no-scripts", "template")
_IN_DIRECTORY = re.compile(r"[A-Za-z0-9_-]+\Z")
_OFF = "#hyperv-operator: "


def without_stanzas(text: str, interface: str) -> str:
    """Return a file in which the IPv4 stanzas of the interface are comments."""
    lines = []
    inside = False
    for line, words in _logical_lines(text):
        if words and not words[0].startswith("#") and (words[0] in _BEGINS or words[0].startswith("allow-")):
            inside = words[0] == "iface" and words[1:2] == [interface] and words[2:3] in ([], ["inet"])
        if inside and words and not words[0].startswith("#"):
            lines += [_OFF + part for part in line.split("\n")]
        else:
            lines.append(line)
    return "\n".join(lines) + ("\n" if text.endswith("\n") else "")


def files(system: System) -> List[str]:
    """Return the files that ifupdown reads, as far as they exist."""
    found: List[str] = []
    _collect(system, MAIN, found, set())
    return found


def is_included(system: System, file: str) -> bool:
    """Return whether ifupdown reads that file, or would if it existed."""
    for name in files(system):
        for keyword, pattern in _includes(system.read(name) or ""):
            if keyword == "source" and fnmatch(file, pattern):
                return True
            if keyword == "source-directory" and os.path.dirname(file) == pattern.rstrip("/"):
                return bool(_IN_DIRECTORY.match(os.path.basename(file)))
    return False


def _collect(system: System, name: str, found: List[str], seen: Set[str]) -> None:
    text = system.read(name) if name not in seen else None
    seen.add(name)
    if text is None:
        return
    found.append(name)
    for keyword, pattern in _includes(text):
        paths = glob.glob(system.path(os.path.join(pattern, "*") if keyword == "source-directory" else pattern))
        for path in sorted(paths):
            relative = "/" + os.path.relpath(path, system.root)
            if os.path.isfile(path) and (keyword == "source" or _IN_DIRECTORY.match(os.path.basename(path))):
                _collect(system, relative, found, seen)


def _includes(text: str) -> Iterator[Tuple[str, str]]:
    for _, words in _logical_lines(text):
        if words[:1] in (["source"], ["source-directory"]):
            for pattern in words[1:]:
                yield words[0], os.path.join(_FOLDER, pattern)


def _logical_lines(text: str) -> Iterator[Tuple[str, List[str]]]:
    """Yield lines with the lines that continue them, and their words."""
    pending: List[str] = []
    for line in text.splitlines():
        pending.append(line)
        if not line.endswith("\\"):
            yield "\n".join(pending), " ".join(part.rstrip("\\") for part in pending).split()
            pending = []
    if pending:
        yield "\n".join(pending), " ".join(part.rstrip("\\") for part in pending).split()
