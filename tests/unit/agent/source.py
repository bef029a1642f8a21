"""The agent's scripts as syntax trees: what tree-sitter makes of them, with the questions that the tests ask."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import tree_sitter_powershell
from tree_sitter import Language, Node, Parser

AGENT = Path(__file__).resolve().parents[3] / "agent"
HOST = AGENT / "host"
ROLLOUT = AGENT / "rollout"
FIRST_CONTACT = AGENT / "first-contact"

_TEXT_NODES = frozenset({"comment", "verbatim_string_characters", "verbatim_here_string_characters"})
_SINCE_POWERSHELL_7 = {
    r"\?\?": "?? (null coalescing)",
    r"\?\.": "?. (null conditional)",
    r"\}\?\[": "?[ (null conditional)",
    r"&&": "&& (pipeline chain)",
    r"\|\|": "|| (pipeline chain)",
    r"\s\?\s[^{]": "?: (ternary)",
    r"(?i)-parallel\b": "-Parallel",
    r"(?im)^\s*clean\s*\{": "a clean block",
    r"(?i)-ashashtable\b": "ConvertFrom-Json -AsHashtable",
    r"(?i)convertfrom-json[^|;\n]*\s-depth\b": "ConvertFrom-Json -Depth",
    r"(?i)utf8nobom": "-Encoding utf8NoBOM",
    r"(?i)\$is(windows|linux|macos|coreclr)\b": "$IsWindows and its like",
    r"(?i)\bget-error\b|\bjoin-string\b|-asbytestream\b|-nonewline:": "a command of PowerShell 7",
}

# Commands that both PowerShells have everywhere.
COMMON = frozenset(
    {
        "Add-Member", "Add-Type", "Compare-Object", "ConvertFrom-Json", "ConvertTo-Json", "ForEach-Object", "Get-Command", "Get-Item",
        "Get-Module", "Import-Module", "Join-Path", "Select-Object", "Set-Alias", "Set-StrictMode", "Sort-Object",
        "Start-Sleep", "Where-Object", "Write-Information",
    }
)  # fmt: skip

_MULTIPLIER = re.compile(rb"(?<=\d)(KB|MB|GB|TB|PB)\b")


def sources() -> list[Path]:
    """Return everything of the agent, the guests and the endpoint that PowerShell reads, data files included."""
    kinds = {".ps1", ".psm1", ".psd1", ".psrc", ".pssc"}
    return sorted(path for path in AGENT.rglob("*.ps*") if path.suffix in kinds)


def scripts(folder: Path = AGENT) -> list[Path]:
    """Return the scripts and modules of a folder and those below it."""
    return sorted(path for path in folder.rglob("*.ps*1") if path.suffix in {".ps1", ".psm1"})


def name_of(path: Path) -> str:
    """Return a script's path in the agent's folder."""
    return path.relative_to(AGENT).as_posix()


@cache
def parse(path: Path) -> Node:
    """Return the root of a script's syntax tree."""
    return parse_text(path.read_bytes())


def parse_text(text: bytes) -> Node:
    """Return the root of a text's syntax tree."""
    # The grammar knows 1kb and not 1KB, which are the same to PowerShell.
    small = _MULTIPLIER.sub(lambda match: match[0].lower(), text.removeprefix(b"\xef\xbb\xbf"))
    return Parser(Language(tree_sitter_powershell.language())).parse(small).root_node


def walk(node: Node) -> Iterator[Node]:
    """Return a node and everything below it."""
    yield node
    for child in node.children:
        yield from walk(child)


@cache
def _by_kind(root: Node) -> dict[str, list[Node]]:
    found: dict[str, list[Node]] = {}
    for node in walk(root):
        found.setdefault(node.type, []).append(node)
    return found


def nodes(node: Node, kind: str) -> list[Node]:
    """Return the nodes of a kind in a node and below it."""
    return _by_kind(node).get(kind, [])


def text_of(node: Node) -> str:
    """Return a node's text."""
    return (node.text or b"").decode()


def functions(path: Path) -> dict[str, Node]:
    """Return the functions of a script by name."""
    found = {}
    for node in nodes(parse(path), "function_statement"):
        name = next(text_of(child) for child in node.children if child.type == "function_name")
        found[name] = node
    return found


def code_of(root: Node) -> str:
    """Return a script's text with its comments and quoted strings blanked out."""
    text = bytearray(root.text or b"")
    for node in walk(root):
        if node.type in _TEXT_NODES:
            for index in range(node.start_byte, node.end_byte):
                if text[index] != ord("\n"):
                    text[index] = ord(" ")
    return text.decode()


@cache
def commands(root: Node) -> list[list[str]]:
    """Return every command with its arguments as texts: `['Get-VM', '-Id', '$id']`."""
    found = []
    for node in nodes(root, "command"):
        name = next((child for child in node.children if child.type == "command_name"), None)
        if name is None:
            continue
        elements = next((child for child in node.children if child.type == "command_elements"), None)
        children = elements.children if elements else []
        parts = [text_of(child) for child in children if child.type not in ("command_argument_sep", "redirection")]
        found.append([text_of(name), *(part for part in parts if part.strip())])
    return found


def problems_of_51(text: bytes) -> list[str]:
    """Return what Windows PowerShell 5.1 does not understand in a script."""
    root = parse_text(text)
    code = code_of(root)
    found = [what for pattern, what in _SINCE_POWERSHELL_7.items() if re.search(pattern, code)]
    found += ["Join-Path with three paths" for one in commands(root) if one[0] == "Join-Path" and len(one) > 3]
    return found


def windows_commands() -> set[str]:
    """Return the Windows-only commands that the fake stands in for, as its list has them."""
    return set(re.findall(r"`([A-Z]\w+-\w+|[a-z]+\.exe)`", (AGENT / "tests/FakeHyperV/CMDLETS.md").read_text()))
