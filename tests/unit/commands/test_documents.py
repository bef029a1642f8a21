"""Input and output of `validate`: files, folders, standard input, lists, JSON, and other content."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from unit.commands.samples import ROOT, Check, Run, dump, host, machine

BROKEN = dump(machine(gb_ram=0))


@pytest.mark.parametrize("path", sorted((ROOT / "docs" / "examples").rglob("*.yaml")), ids=lambda path: path.name)
def test_every_example_of_the_documentation_is_valid(run: Run, path: Path) -> None:
    outcome = run("validate", str(path), "--strict")
    assert (outcome.code, outcome.out) == (0, "")


def test_folders_are_read_recursively_and_each_file_once(run: Run, tmp_path: Path) -> None:
    for name in ("b/c/x.yml", "a.yaml", "b/y.json", "b/z.txt", ".git/w.yaml", ".hidden.yaml"):
        path = tmp_path / "in" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(machine(gb_ram=0)) if name.endswith("json") else BROKEN)
    outcome = run("validate", "-f", "in", "-f", "in/a.yaml", "in", "-o", "json")
    assert [one["file"] for one in outcome.findings if one["code"] == "range"] == [
        "in/a.yaml",
        "in/b/y.json",
        "in/b/c/x.yml",
    ]
    assert json.loads(outcome.out)["summary"]["files"] == 3


def test_standard_input_may_be_yaml_or_json(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    indented = json.dumps(machine(gb_ram=0), indent="\t")
    for text, line in ((BROKEN, 12), (indented, 14)):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(text.encode())))
        outcome = run("validate", "-f", "-")
        assert outcome.code == 1
        assert outcome.out.startswith(f"stdin:{line}: spec.fields.gb_ram: ")


def test_each_item_of_a_list_is_checked(check: Check) -> None:
    items = [machine("a-1", gb_ram=0), {"apiVersion": "v1", "kind": "Secret"}, host(), machine("a-2", cpu_cores=0)]
    for kind in ("List", "HyperVMachineList"):
        outcome = check(dump({"apiVersion": "v1", "kind": kind, "items": items}))
        assert [(one["name"], one["field"]) for one in outcome.findings] == [
            ("a-1", "spec.fields.gb_ram"),
            ("a-2", "spec.fields.cpu_cores"),
        ]
        assert json.loads(outcome.out)["summary"] == {
            "files": 1,
            "objects": 3,
            "skipped": 1,
            "errors": 2,
            "warnings": 0,
        }


def test_a_list_that_contains_itself_is_skipped(check: Check) -> None:
    outcome = check("apiVersion: v1\nkind: List\nitems:\n- &list {kind: List, apiVersion: v1, items: [*list]}\n")
    assert outcome.code == 0
    assert json.loads(outcome.out)["summary"]["skipped"] == 1


def test_a_finding_has_the_index_of_its_document(check: Check) -> None:
    outcome = check(f"---\n# nothing\n---\n{dump(machine('a-1'))}---\n{dump(machine('a-2', gb_ram=0))}")
    (finding,) = outcome.findings
    text = (Path("0.yaml")).read_text().splitlines()
    assert finding["document"] == 2
    assert text[finding["line"] - 1].strip() == "gb_ram: 0"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "# nothing\n",
        "just: values\n",
        "- 1\n- 2\n",
        "text",
        "apiVersion: apps/v1\nkind: Deployment\nspec: {template: !x 1}\n",
        "on: push\njobs: {a: {run: 'echo ${{ x }}'}}\n",
        "apiVersion: hyperv-operator.io/v1alpha1\nkind: HyperVHostInventory\nmetadata: {name: x}\n",
    ],
)
def test_other_documents_are_skipped(check: Check, text: str) -> None:
    outcome = check(text)
    assert (outcome.code, outcome.findings) == (0, [])


@pytest.mark.parametrize(
    ("content", "line", "code"),
    [
        (b"a: [1\nb: 2\n", 2, "syntax"),
        (b"a: b: c\n", 1, "syntax"),
        (b"a: 1\n\tb: 2\n", 2, "syntax"),
        (b"a: 1\n{{- if .Values.x }}\nb: 2\n{{- end }}\n", 2, "template"),
        (b'{{ include "x" . }}\n', 1, "template"),
        (b"a: \xff\xfe\n", 1, "encoding"),
        (b"a: \x01\n", 1, "encoding"),
        (b"a: " + b"[" * 100_000, 1, "too_large"),
        (b"a: " + b"[" * 100_000 + b"]" * 100_000, 1, "too_large"),
    ],
)
def test_content_that_cannot_be_read_is_a_finding_with_a_line(
    run: Run, tmp_path: Path, content: bytes, line: int, code: str
) -> None:
    (tmp_path / "a.yaml").write_bytes(content)
    outcome = run("validate", "a.yaml", "-o", "json")
    assert outcome.code == 1
    assert [(found_line, found_code) for found_line, _, found_code in outcome.reported] == [(line, code)]


def test_documents_before_a_syntax_error_are_checked(check: Check) -> None:
    assert [code for _, _, code in check(f"{BROKEN}---\na: [\n").reported] == ["range", "syntax"]


def test_a_syntax_error_in_json_is_reported_as_json(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text('{"a": 1,\n "b": nonsense}')
    outcome = run("validate", "a.json")
    assert outcome.out == "a.json:2: this is no JSON: expecting value. Correct the file.\n"


def test_json_may_have_tabs_and_surrogate_pairs(run: Run, tmp_path: Path) -> None:
    body = machine()
    body["metadata"]["annotations"] = {"note": "\U0001f600 a/b"}
    (tmp_path / "a.json").write_text(json.dumps(body, indent="\t").replace("/", "\\/"))
    assert run("validate", "a.json").code == 0


def _bomb() -> str:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{index}: &a{index} [{', '.join([f'*a{index - 1}'] * 10)}]" for index in range(1, 12)]
    return "".join(f"    {line}\n" for line in lines)


@pytest.mark.parametrize(
    ("more", "code"),
    [
        (_bomb(), "too_large"),
        ("    a0: &a0\n      b: *a0\n", "cycle"),
        ("    a0: &a0\n      <<: *a0\n      b: [*a0]\n", "cycle"),
    ],
)
def test_endless_aliases_are_refused(check: Check, more: str, code: str) -> None:
    outcome = check(dump(machine()).replace("  fields:\n", f"  fields:\n{more}"))
    assert code in [found for _, _, found in outcome.reported]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("validate",), "validate needs files"),
        (("validate", "nowhere.yaml"), "nowhere.yaml cannot be read"),
        (("validate", "-o", "xml", "x"), "invalid choice"),
        (("validate", "--schema", "nowhere.yaml", "."), "nowhere.yaml cannot be read"),
        (("validate", "--schema", "a.yaml", "."), "a.yaml cannot be used"),
        (("validate", "--host-manifests", "nowhere", "."), "nowhere cannot be read"),
        (("frobnicate",), "invalid choice"),
        (("schema",), "ACTION"),
        (("schema", "lint", "nowhere.yaml"), "nowhere.yaml cannot be read"),
    ],
)
def test_a_check_that_cannot_run_has_exit_code_2(run: Run, tmp_path: Path, arguments: Any, said: str) -> None:
    (tmp_path / "a.yaml").write_text("version: 1\n")
    outcome = run(*arguments)
    assert (outcome.code, outcome.out) == (2, "")
    assert said in outcome.err


def test_findings_go_to_stdout_and_the_summary_to_stderr(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(BROKEN)
    outcome = run("validate", "a.yaml")
    assert outcome.out == "a.yaml:12: spec.fields.gb_ram: gb_ram must be from 1 to 12288.\n"
    assert outcome.err == "1 error, 0 warnings in 1 object of 1 file; 0 other documents skipped.\n"


def test_a_key_cannot_forge_output_lines(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(dump({**machine(), "x\n::error::\x1b[31m": 1}))
    for form in ("text", "github"):
        outcome = run("validate", "a.yaml", "-o", form)
        assert len(outcome.out.splitlines()) == 1
        assert "\x1b" not in outcome.out or form == "github"


def test_annotations_are_escaped(run: Run, tmp_path: Path) -> None:
    name = "a,b:c%.yaml"
    (tmp_path / name).write_text(BROKEN)
    outcome = run("validate", name, "-o", "github")
    assert outcome.out == (
        "::error file=a%2Cb%3Ac%25.yaml,line=12,col=5,title=spec.fields.gb_ram::"
        "spec.fields.gb_ram: gb_ram must be from 1 to 12288.\n"
    )
