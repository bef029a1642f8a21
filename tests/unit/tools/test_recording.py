"""The picture of the demo shows what was printed, when it was printed."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
import recording
from recording import Line

_TEXT = "{http://www.w3.org/2000/svg}text"
_SAMPLE = [
    Line(0.0, "building etcd"),
    Line(30.0, "=== the operator starts"),
    Line(31.0, "hyperv01   True"),
    Line(32.0, "=== kubectl apply -f <file>"),
    Line(32.5, 'The HyperVMachine "a" is invalid: a & b'),
    Line(33.0, ""),
    Line(33.0, "=== kubectl get hypervmachine --watch"),
    Line(90.0, "a   True   Ready"),
    Line(91.0, "x" * 250),
    Line(91.0, ""),
    Line(91.0, "=== done"),
]


def _texts(picture: str) -> list[ET.Element]:
    return list(ET.fromstring(picture).iter(_TEXT))


def test_only_the_parts_that_are_shown_are_drawn_and_long_lines_are_folded() -> None:
    texts = [one.text for one in _texts(recording.render(_SAMPLE))]
    assert texts == [
        "=== kubectl apply -f <file>",
        'The HyperVMachine "a" is invalid: a & b',
        "=== kubectl get hypervmachine --watch",
        "a   True   Ready",
        "x" * 112,
        "x" * 112,
        "x" * 26,
    ]


def test_lines_appear_in_the_order_and_at_the_pace_of_the_recording_but_without_long_silences() -> None:
    delays = [one.attrib["style"] for one in _texts(recording.render(_SAMPLE))]
    assert delays[:4] == [f"animation-delay:{at}s" for at in ("1.00", "1.50", "2.00", "3.20")]


def test_titles_refusals_and_readiness_are_marked() -> None:
    marks = [one.get("class") for one in _texts(recording.render(_SAMPLE))]
    assert marks == ["title", "bad", "title", "good", None, None, None]


def test_a_recording_without_any_such_part_is_refused() -> None:
    with pytest.raises(ValueError, match="kubectl apply"):
        recording.render([Line(0.0, "nothing")])


def test_a_recording_that_was_saved_is_drawn_without_running_anything(tmp_path: Path) -> None:
    saved, picture = tmp_path / "recording.json", tmp_path / "images" / "demo.svg"
    saved.write_text(json.dumps([{"at": line.at, "text": line.text} for line in _SAMPLE]))
    assert recording.main(["--from", str(saved), "--output", str(picture)]) == 0
    assert picture.read_text() == recording.render(_SAMPLE)


def test_the_picture_in_the_docs_is_one_of_the_demo() -> None:
    texts = [one.text or "" for one in _texts(recording.IMAGE.read_text(encoding="utf-8"))]
    assert texts[0].startswith("=== kubectl apply")
    assert any(text.split()[1:3] == ["True", "Ready"] for text in texts)
    assert texts[-1] == "VMs on the host: 0, machine folders: 0"
