"""The PowerShell of the Windows guest and of the endpoint parses, wherever PowerShell itself is missing too."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
import tree_sitter_powershell
from tree_sitter import Language, Parser

AGENT = Path(__file__).parents[3] / "agent"
ISO = AGENT / "guest" / "windows" / "iso"
SUFFIXES = {".ps1", ".psm1", ".psd1", ".psrc", ".pssc"}
FOLDERS = ("guest/windows", "jea", "tests/guest-windows", "tests/jea")
SCRIPTS = sorted(
    path.relative_to(AGENT).as_posix()
    for folder in FOLDERS
    for path in (AGENT / folder).rglob("*")
    if path.suffix in SUFFIXES
)


def errors(source: bytes) -> list[int]:
    """Return the lines on which the source does not parse."""
    tree = Parser(Language(tree_sitter_powershell.language())).parse(source)
    found, waiting = list[int](), [tree.root_node]
    while waiting:
        node = waiting.pop()
        if node.is_error or node.is_missing:
            found.append(node.start_point[0] + 1)
        waiting.extend(node.children)
    return sorted(found)


def test_a_syntax_error_is_found() -> None:
    assert errors(b"function Get-A {\n    if ($true) {\n}\n")


@pytest.mark.parametrize("name", SCRIPTS)
def test_the_script_parses(name: str) -> None:
    source = (AGENT / name).read_bytes()
    assert errors(source) == []
    assert source.isascii()


def test_names_on_the_iso_fit_its_file_system() -> None:
    files = [path.relative_to(ISO) for path in ISO.rglob("*") if path.is_file()]
    assert Path("hvo-guest.json") in files
    for path in files:
        assert path.suffix in {".ps1", ".xml", ".conf", ".json"}, path
        assert all(len(part) <= 64 for part in path.parts), path
        assert len(path.parts) <= 7, path
    assert len({str(path).lower() for path in files}) == len(files)


@pytest.mark.parametrize("name", ["task.xml", "unattend.xml"])
def test_the_xml_is_well_formed(name: str) -> None:
    root = ET.fromstring((ISO / "prepare" / name).read_text())
    assert root.tag.endswith(("}Task", "}unattend"))
