"""The scripts of the Windows guest: what the builder makes of them, and the other files of the ISO."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from xml.etree import ElementTree as ET

import isos
import pytest

from unit.agent.source import (
    AGENT,
    commands,
    functions,
    name_of,
    nodes,
    parse,
    parse_text,
    problems_of_51,
    scripts,
    text_of,
)

GUEST = AGENT / "guest" / "windows"
ISO = GUEST / "iso"
LIBRARY = scripts(GUEST / "lib")
ENTRIES = ("Start-HvoGuest.ps1", "bootstrap/Start-HvoBootstrap.ps1", "prepare/Prepare-WindowsImage.ps1")
BUILT = {path.as_posix(): content for path, content in isos.kinds()["windows"].files().items()}


def _defined(script: bytes) -> list[str]:
    """Return the names of the functions that a script defines, in order."""
    statements = nodes(parse_text(script), "function_statement")
    return [text_of(child) for one in statements for child in one.children if child.type == "function_name"]


@pytest.mark.parametrize("path", LIBRARY, ids=name_of)
def test_a_function_is_alone_in_a_file_of_its_name_in_a_folder_of_its_topic(path: Path) -> None:
    assert list(functions(path)) == [path.stem]
    top = [child for child in parse(path).children if child.type == "statement_list"]
    assert [child.type for child in top[0].children] == ["function_statement"]
    assert path.parent.parent == GUEST / "lib"


@pytest.mark.parametrize("path", [*LIBRARY, *(ISO / name for name in ENTRIES)], ids=name_of)
def test_scripts_run_on_windows_powershell(path: Path) -> None:
    assert problems_of_51(path.read_bytes()) == []


@pytest.mark.parametrize("name", ENTRIES)
def test_a_built_script_has_the_functions_that_it_calls_and_no_others(name: str) -> None:
    text = BUILT[name]
    assert text.isascii()
    root = parse_text(text)
    assert not root.has_error
    called = {one[0] for one in commands(root) if "-Hvo" in one[0]}
    assert _defined(text) == sorted(called)
    assert ".SYNOPSIS" not in text.decode().split("#region functions", 1)[1]


def test_every_function_is_in_a_built_script() -> None:
    assert {path.stem for path in LIBRARY} == {one for name in ENTRIES for one in _defined(BUILT[name])}


def test_a_boot_reads_one_script_of_the_image_and_one_of_the_disc() -> None:
    assert [name for name in BUILT if name.startswith("bootstrap/")] == ["bootstrap/Start-HvoBootstrap.ps1"]
    assert Counter(Path(name).suffix for name in BUILT)[".ps1"] == len(ENTRIES) + 1, "and cloudbase-init's own"


def _kind(folder: Path, entry: str, **library: str) -> isos.Kind:
    """Return an ISO of one script and a library, whose keys are `topic__Name`."""
    (folder / "iso").mkdir()
    (folder / "iso" / "Start.ps1").write_bytes(entry.encode())
    for name, text in library.items():
        topic, _, function = name.partition("__")
        path = folder / "lib" / topic / f"{function.replace('_', '-')}.ps1"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode())
    return isos.Kind("X", folder / "iso", frozenset({".ps1"}), library=folder / "lib")


_ENTRY = "<#\n.SYNOPSIS\n    Get-HvoHelp\n#>\n#region functions\n#endregion\nGet-HvoA\n"


def test_the_builder_takes_what_is_called_and_leaves_help_out(tmp_path: Path) -> None:
    kind = _kind(
        tmp_path,
        _ENTRY,
        one__Get_HvoA="function Get-HvoA {\n    <#\n    .SYNOPSIS\n        Get-HvoC\n    #>\n    Get-HvoB\n}\n",
        two__Get_HvoB="function Get-HvoB {\n    Get-HvoA\n    & 'Start-HvoOther.ps1'\n}\n",
        two__Get_HvoC="function Get-HvoC { }\n",
    )
    head = _ENTRY.partition("#region")[0]
    assert kind.files()[Path("Start.ps1")].decode() == (
        f"{head}#region functions, from agent/guest/windows/lib\n"
        "function Get-HvoA {\n    Get-HvoB\n}\n\nfunction Get-HvoB {\n    Get-HvoA\n    & 'Start-HvoOther.ps1'\n}\n"
        "#endregion\nGet-HvoA\n"
    )


def test_line_ends_of_a_checkout_on_windows_do_not_matter(tmp_path: Path) -> None:
    function = "function Get-HvoA {\n    1\n}\n"
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    plain = _kind(tmp_path / "a", _ENTRY, one__Get_HvoA=function)
    windows = _kind(tmp_path / "b", _ENTRY.replace("\n", "\r\n"), one__Get_HvoA=function.replace("\n", "\r\n"))
    assert windows.files() == plain.files()


@pytest.mark.parametrize(
    ("library", "message"),
    [
        ({}, "No file of the library defines the function Get-HvoA"),
        ({"one__Get_HvoA": "", "two__Get_HvoA": ""}, "Two files below .* are called Get-HvoA.ps1"),
        ({"one__Get_HvoA": "# \u00e9\n"}, "Get-HvoA.ps1 is not ASCII"),
    ],
)
def test_what_cannot_be_built_is_an_error_that_names_the_file(
    tmp_path: Path, library: dict[str, str], message: str
) -> None:
    with pytest.raises(isos.IsoError, match=message):
        _kind(tmp_path, _ENTRY, **library).files()


def test_the_files_can_be_written_to_a_folder(tmp_path: Path) -> None:
    assert isos.main(["--files", "--output", str(tmp_path), "windows"]) == 0
    written = {
        (Path(folder) / name).relative_to(tmp_path / "windows").as_posix(): (Path(folder) / name).read_bytes()
        for folder, _, names in os.walk(tmp_path)
        for name in names
    }
    assert written == BUILT


def test_names_on_the_iso_fit_its_file_system() -> None:
    assert "hvo-guest.json" in BUILT
    for path in map(Path, BUILT):
        assert path.suffix in {".ps1", ".xml", ".conf", ".json"}, path
        assert all(len(part) <= 64 for part in path.parts), path
        assert len(path.parts) <= 7, path
    assert len({name.lower() for name in BUILT}) == len(BUILT)


@pytest.mark.parametrize("name", ["task.xml", "unattend.xml"])
def test_the_xml_is_well_formed(name: str) -> None:
    root = ET.fromstring(BUILT[f"prepare/{name}"].decode())
    assert root.tag.endswith(("}Task", "}unattend"))
