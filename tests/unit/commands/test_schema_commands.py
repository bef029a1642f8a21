"""`schema lint` and `schema diff`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from unit.commands.samples import ROOT, Run

SCHEMA = str(ROOT / "Schemas" / "job-inputs.yaml")


def test_the_schema_of_the_project_is_valid(run: Run) -> None:
    assert (run("schema", "lint", SCHEMA).code, run("schema", "lint", SCHEMA).out) == (0, "")


def test_lint_prints_line_and_place(run: Run, tmp_path: Path, make_schema: Callable[[str, str], str]) -> None:
    text = make_schema("maximum: 12288", "maximum: many")
    (tmp_path / "s.yaml").write_text(text)
    line = next(index for index, one in enumerate(text.splitlines(), 1) if "many" in one)
    outcome = run("schema", "lint", "s.yaml")
    assert outcome.code == 1
    assert f"s.yaml:{line}: fields.gb_ram.validations.maximum: " in outcome.out
    (problem,) = json.loads(run("schema", "lint", "s.yaml", "-o", "json").out)["problems"]
    assert (problem["line"], problem["place"]) == (line, "fields.gb_ram.validations.maximum")


@pytest.mark.parametrize("text", ["a: [\n", "", "- 1\n", "a: \x01\n"])
def test_lint_reports_files_that_are_no_schema(run: Run, tmp_path: Path, text: str) -> None:
    (tmp_path / "s.yaml").write_text(text)
    outcome = run("schema", "lint", "s.yaml")
    assert outcome.code == 1
    assert outcome.out.startswith("s.yaml:")


@pytest.mark.parametrize(
    ("old", "new", "raised", "code"),
    [
        ("maximum: 12288", "maximum: 16384", False, 0),
        ("maximum: 12288", "maximum: 8192", False, 1),
        ("maximum: 12288", "maximum: 8192", True, 0),
        ("label: VLAN\n", "label: VLAN tag\n", False, 0),
    ],
)
def test_diff_fails_only_if_a_new_version_is_needed(
    run: Run, tmp_path: Path, make_schema: Callable[[str, str], str], old: str, new: str, raised: bool, code: int
) -> None:
    text = make_schema(old, new)
    (tmp_path / "new.yaml").write_text(text.replace("\nversion: 1\n", "\nversion: 2\n") if raised else text)
    outcome = run("schema", "diff", SCHEMA, "new.yaml", "-o", "json")
    document = json.loads(outcome.out)
    assert (outcome.code, document["needsNewVersion"]) == (code, code == 1)
    assert len(document["changes"]) == (2 if raised else 1)
    assert run("schema", "diff", SCHEMA, "new.yaml").code == code


def test_diff_gives_the_reason(run: Run, tmp_path: Path, make_schema: Callable[[str, str], str]) -> None:
    (tmp_path / "new.yaml").write_text(make_schema("maximum: 12288", "maximum: 8192"))
    outcome = run("schema", "diff", SCHEMA, "new.yaml")
    assert outcome.out == (
        "incompatible: fields.gb_ram.validations.maximum: 12288 -> 8192. Values that were allowed would be refused.\n"
    )
    assert "Raise `version` above 1" in outcome.err


def test_diff_of_a_broken_schema_is_exit_code_2(run: Run, tmp_path: Path) -> None:
    (tmp_path / "new.yaml").write_text("version: 1\n")
    outcome = run("schema", "diff", SCHEMA, "new.yaml")
    assert outcome.code == 2
    assert "new.yaml cannot be used" in outcome.err
