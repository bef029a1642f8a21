"""Mutants: what each operator of our own changes, what is left out, and that an identity survives other changes."""

from __future__ import annotations

from pathlib import Path

import pytest

from mutants.config import load_config
from mutants.generation import Module, changed_lines, find_mutants, mutated_source

CONFIG = load_config()


def _changes(source: str) -> list[str]:
    """Return what the changed lines become, for each mutant of a module."""
    module = Module("sample", Path("sample.py"), source)
    found = []
    for mutant in find_mutants(module, CONFIG):
        changed = mutated_source(module, mutant, CONFIG)
        if changed is not None:
            found.append(" ".join(changed_lines(source, changed)[1].split()))
    return found


@pytest.mark.parametrize(
    ("line", "becomes"),
    [
        ("x = a in b", ["x = a not in b"]),
        ("x = a not in b", ["x = a in b"]),
        ("x = [a for a in b if a or c]", ["x = [a for a in b if not (a or c)]", "x = [a for a in b if a and c]"]),
        ("x = any(b)", ["x = all(b)"]),
        ("x = max(b)", ["x = min(b)"]),
        ("x = a.min(b)", []),
        ("x = a < 2", ["x = a < 1", "x = a < 3", "x = a <= 2", "x = a >= 2"]),
        ("x = f(True)", ["x = f(False)"]),
        ("if a:\n    f()", ["if not a:"]),
        ("if not a:\n    f()", ["if a:"]),
        ("if a == b:\n    f()", ["if a != b:"]),
    ],
)
def test_a_line_is_changed_in_each_way_once(line: str, becomes: list[str]) -> None:
    assert sorted(_changes(line)) == sorted(becomes)


def test_each_case_of_a_match_is_disabled() -> None:
    source = "match a:\n    case B():\n        f()\n    case C() if c:\n        g()\n"
    assert _changes(source) == ["case B() if False:", "case C() if c and False:"]


@pytest.mark.parametrize(
    "source",
    [
        "def f(a: int | None) -> str | None:\n    return g()",
        "class A:\n    a: int | None",
        "@dataclass(frozen=True)\nclass A:\n    pass",
        "x = Field(description=f'{a or b}')",
        "if TYPE_CHECKING:\n    f()",
        '"""Text with 5 < 6."""',
    ],
)
def test_what_makes_no_rule_is_left_out(source: str) -> None:
    assert _changes(source) == []


def test_a_bound_in_an_annotation_is_changed() -> None:
    assert len(_changes("A = 0\nclass B:\n    a: Annotated[int, Field(ge=1)]")) == 4


def test_a_mutant_keeps_its_key_when_lines_and_definitions_are_added_above() -> None:
    body = "def f(a):\n    return a < b\n"
    keys = [
        [mutant.key for mutant in find_mutants(Module("m", Path("m.py"), source), CONFIG) if mutant.definition == "f"]
        for source in (body, f"x = a < b\n\n\ndef g(a):\n    return a < b\n\n\n{body}")
    ]
    assert keys[0] == keys[1]
    assert len(keys[0]) == 2
