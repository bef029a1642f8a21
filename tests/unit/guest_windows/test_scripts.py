"""What lies on the ISO beside the scripts, whose syntax is tested with the agent's."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

AGENT = Path(__file__).parents[3] / "agent"
ISO = AGENT / "guest" / "windows" / "iso"


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
