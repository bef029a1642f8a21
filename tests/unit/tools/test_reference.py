"""The reference pages are complete and valid Markdown."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import crd
import generate
import pytest
from reference import conditions, crds, fields, markdown
from reference.probes import PROBES, Probe, answer

from hyperv_operator.api.names import EventReason, Reason
from hyperv_operator.schema import reserved_names
from hyperv_operator.schema.loader import load_schema

ROOT = Path(__file__).resolve().parents[3]
SCHEMA = load_schema((ROOT / "Schemas" / "job-inputs.yaml").read_text(encoding="utf-8"))
DEFINITIONS = crd.definitions(SCHEMA)


# --- Markdown --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "shown"), [("a", "`a`"), ("a`b", "``a`b``"), ("`", "`` ` ``"), ("a``b`", "``` a``b` ```"), (8, "`8`")]
)
def test_code_survives_any_backticks(text: object, shown: str) -> None:
    assert markdown.code(text) == shown


def test_a_cell_holds_no_line_end_and_no_bare_bar() -> None:
    assert markdown.cell("a |\n b") == "a \\| b"


def test_a_row_that_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="2 cells under 1 headings: a"):
        markdown.table(("x",), [("a", "b")])


@pytest.mark.parametrize(
    ("low", "high", "shown"),
    [(1, 2, "1 to 2 m"), (None, 2, "at most 2 m"), (1, None, "at least 1 m"), (None, None, "")],
)
def test_limits_are_written_in_words(low: int | None, high: int | None, shown: str) -> None:
    assert markdown.span(low, high, " m") == shown


PAGES = {path.name: text for path, text in generate.files().items() if path.suffix == ".md"}


@pytest.mark.parametrize("name", PAGES)
def test_every_table_of_a_page_has_rows_of_one_width(name: str) -> None:
    width = 0
    for line in PAGES[name].splitlines():
        bars = len(re.findall(r"(?<!\\)\|", line)) if line.startswith("|") else 0
        assert bars == width or 0 in (bars, width), line
        width = bars


@pytest.mark.parametrize("name", PAGES)
def test_every_link_of_a_page_has_a_target(name: str) -> None:
    for page, anchor in re.findall(r"\]\(([a-z-]*(?:\.md)?)#([A-Za-z_-]+)\)", PAGES[name]):
        target = PAGES[page or name]
        assert f'<a id="{anchor}"></a>' in target or f"### `{anchor}`" in target, (page, anchor)
    for page in re.findall(r"\]\(([a-z-]+\.md)\)", PAGES[name]):
        assert page in PAGES


# --- fields ----------------------------------------------------------------------------------------------------------


def test_every_field_has_a_section_with_what_the_schema_says() -> None:
    page = fields.render(SCHEMA)
    for one in SCHEMA.fields:
        section = page.split(f"### `{one.id}`\n", 1)[1].split("\n#", 1)[0]
        assert one.description in section
        assert f"- Label: {one.label}\n" in section
        assert f"- Hint: {one.hint}\n" in section
        assert f"- Required: {'yes' if one.required else 'no'}\n" in section
        assert ("- Secret: yes" in section) == one.is_secret
        assert ("until provisioning begins" in section) == one.immutable


def test_an_example_and_a_default_are_shown_where_there_is_one() -> None:
    changed = tuple(one.model_copy(update={"example": 12 if one.id == "gb_ram" else None}) for one in SCHEMA.fields)
    page = fields.render(SCHEMA.model_copy(update={"fields": changed}))
    assert page.count("- Example: ") == 1
    assert "- Example: `12`" in page
    assert page.count("- Default: ") == sum(one.default is not None for one in SCHEMA.fields)


def test_every_parameter_set_is_listed_with_its_message() -> None:
    page = fields.render(SCHEMA)
    assert all(f"| `{one.id}` |" in page and one.message in page for one in SCHEMA.parameter_sets)


def _codes_of(tree: ast.AST) -> Iterator[str]:
    """Yield the possible second arguments of each FieldError in a function, but for those of a rule, which has its own code."""
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef):
            continue
        assigned: dict[str, list[ast.expr]] = {}
        for node in ast.walk(function):
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                assigned.setdefault(node.targets[0].id, []).append(node.value)
        for node in ast.walk(function):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "FieldError":
                code = node.args[1]
                if isinstance(code, ast.Attribute):
                    continue
                options = assigned[code.id] if isinstance(code, ast.Name) else [code]
                yield from (str(ast.literal_eval(option)) for option in options)


def test_every_code_of_the_validator_is_explained() -> None:
    found = {rule.code for rule in reserved_names.RULES}
    for path in (ROOT / "operator" / "hyperv_operator" / "schema").glob("*.py"):
        found |= set(_codes_of(ast.parse(path.read_text(encoding="utf-8"))))
    assert found == {probe.code for probe in PROBES}
    assert len(PROBES) == len(found)


def test_a_probe_with_another_result_is_an_error() -> None:
    with pytest.raises(LookupError, match=r"code range is answered with \['type'\]"):
        answer(SCHEMA, Probe("range", "", {"gb_ram": "8"}))


# --- conditions ------------------------------------------------------------------------------------------------------


def test_every_reason_has_one_row_and_every_event_another() -> None:
    page = conditions.render()
    for reason in Reason:
        assert page.count(f'<a id="{reason.value}"></a>') == 1
    table = page.split("## Events\n", 1)[1]
    for event in EventReason:
        assert len(re.findall(rf"^\| `{event.value}` \| (?:Normal|Warning) \|", table, re.MULTILINE)) == 1


def test_a_condition_type_names_the_reasons_it_can_have() -> None:
    page = conditions.render()
    (row,) = [line for line in page.splitlines() if line.startswith("| `AgentReady` |")]
    assert set(re.findall(r"\(#(\w+)\)", row)) == {
        "AsExpected",
        "WaitingForInventory",
        "AgentMissing",
        "AgentIncompatible",
        "AgentRolloutIncomplete",
        "AgentRolloutFailed",
        "ConstrainedLanguage",
        "ScriptsBlocked",
    }


# --- resource definitions --------------------------------------------------------------------------------------------


def _paths(node: dict[str, Any], path: str) -> Iterator[str]:
    for name, child in node.get("properties", {}).items():
        yield f"{path}{name}"
        yield from _paths(child, f"{path}{name}.")
    for part, suffix in (("items", "[]."), ("additionalProperties", ".<key>.")):
        if isinstance(node.get(part), dict):
            yield from _paths(node[part], path.removesuffix(".") + suffix)


@pytest.mark.parametrize("name", DEFINITIONS)
def test_every_property_and_every_rule_of_a_definition_is_on_its_page(name: str) -> None:
    page = crds.render(DEFINITIONS[name])
    root = DEFINITIONS[name]["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
    wanted = {path for path in _paths(root, "") if path.split(".")[0] not in ("apiVersion", "kind", "metadata")}
    assert set(re.findall(r"^\| `([a-z][^`]*)` \| ", page, re.MULTILINE)) == wanted
    for _, message, expression in crds.rules(root):
        assert message in page
        assert f"\n  {expression}\n" in page


@pytest.mark.parametrize(
    ("node", "kind", "limits"),
    [
        ({"type": "string", "format": "date-time", "maxLength": 64}, "time (RFC 3339)", ""),
        ({"type": "string", "enum": ["a", "b"]}, "string", "one of `a`, `b`"),
        ({"type": "integer", "minimum": 0, "maximum": 9}, "integer", "0 to 9"),
        (
            {
                "type": "array",
                "maxItems": 3,
                "items": {"type": "object", "properties": {}},
                "x-kubernetes-list-map-keys": ["uid"],
            },
            "list of object",
            "at most 3 items, one item for each `uid`",
        ),
        (
            {"type": "object", "maxProperties": 2, "additionalProperties": {"type": "string", "maxLength": 5}},
            "map to string",
            "at most 2 keys, each at most 5 characters",
        ),
    ],
)
def test_types_and_limits_are_written_in_words(node: dict[str, Any], kind: str, limits: str) -> None:
    assert crds.kind_of(node) == kind
    assert crds.limits(node) == limits


# --- generate --------------------------------------------------------------------------------------------------------


def test_check_lists_the_stale_files_and_writes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    fresh, stale = tmp_path / "fresh.md", tmp_path / "stale.md"
    fresh.write_text("as it should be")
    stale.write_text("old")
    monkeypatch.setattr(generate, "ROOT", tmp_path)
    monkeypatch.setattr(generate, "files", lambda: {fresh: "as it should be", stale: "new"})
    assert generate.main(["--check"]) == 1
    assert capsys.readouterr().err == "stale.md is stale: run `make generate`\n"
    assert stale.read_text() == "old"
    assert generate.main([]) == 0
    assert stale.read_text() == "new"
    assert generate.main(["--check"]) == 0
