"""The dialect of the PowerShell that runs on the host, as agent/README.md describes it, held by the syntax trees."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tree_sitter import Node

from unit.agent.source import (
    AGENT,
    HOST,
    ROLLOUT,
    commands,
    functions,
    name_of,
    nodes,
    parse,
    parse_text,
    scripts,
    text_of,
)

JEA = AGENT / "jea"
ALL = [*scripts(HOST), *scripts(ROLLOUT), *[path for path in scripts(JEA) if path.suffix == ".ps1"]]
FUNCTIONS = [path for path in ALL if functions(path)]
ENTRIES = [path for path in sorted(HOST.glob("*.ps1")) if path not in FUNCTIONS]
"""They read $input, which a script with CmdletBinding does not have."""
WITH_PARAMETERS = [path for path in ALL if path not in ENTRIES]
OWN = {path.stem for path in FUNCTIONS}
POSITIONAL = {"ForEach-Object": 1, "Where-Object": 1, "Join-Path": 2, "Get-HvoProperty": 2}
"""Commands that take arguments by position, and how many."""
ONE_VALUE = ("ConvertTo-", "ConvertFrom-", "Format-", "Test-")
"""Verbs of functions whose only argument may be given by position."""


def help_of(path: Path) -> str:
    """Return the text of a script's first block comment."""
    found = re.search(r"<#.*?#>", path.read_text(encoding="ascii"), re.DOTALL)
    return found[0] if found else ""


def declaration(path: Path) -> str:
    """Return what stands between a script's help and its first statement: attributes and parameters."""
    (block,) = nodes(parse(path), "param_block")[:1]
    text = path.read_text(encoding="ascii")
    return text[: block.end_byte].rpartition("#>\n")[2]


def parameters(path: Path) -> list[Node]:
    """Return the parameters of a script or of its function, not those of script blocks in it."""
    (block,) = nodes(parse(path), "param_block")[:1]
    return [node for node in nodes(parse(path), "script_parameter") if node.end_byte <= block.end_byte]


def output_type(path: Path) -> str | None:
    """Return the declared type of what a function returns."""
    found = re.search(r"^ *\[OutputType\((?:\[([\w.]+(?:\[\])?)\]|'([\w.]+)')\)\]$", declaration(path), re.MULTILINE)
    return (found[1] or found[2]) if found else None


@pytest.mark.parametrize("path", WITH_PARAMETERS, ids=name_of)
def test_functions_and_steps_declare_binding_and_parameters(path: Path) -> None:
    assert re.match(r" *\[CmdletBinding\([^\n]*\)\]\n", declaration(path))
    names = [text_of(next(child for child in node.children if child.type == "variable")) for node in parameters(path)]
    lines = [line.strip() for line in declaration(path).splitlines()]
    for node, name in zip(parameters(path), names, strict=True):
        assert text_of(node).startswith("[Parameter("), name
        assert nodes(node, "type_literal"), f"{name} has no type"
        ends = [line for line in lines if re.search(rf"{re.escape(name)}( = .+)?,?$", line)]
        assert len(ends) == 1, f"{name} shares its line"


@pytest.mark.parametrize("path", ALL, ids=name_of)
def test_help_is_indented_below_its_keywords(path: Path) -> None:
    lines = help_of(path).splitlines()[1:-1]
    depth = min(len(line) - len(line.lstrip()) for line in lines if line.strip())
    assert lines[0].strip() == ".SYNOPSIS"
    for line in lines:
        keyword = re.fullmatch(r"\s*\.[A-Z]+( \w+)?", line)
        indent = len(line) - len(line.lstrip())
        assert indent == depth if keyword else not line.strip() or indent >= depth + 4, line


@pytest.mark.parametrize("path", WITH_PARAMETERS, ids=name_of)
def test_what_is_returned_is_declared_where_it_is_described(path: Path) -> None:
    assert (output_type(path) is not None) == (".OUTPUTS" in help_of(path))


@pytest.mark.parametrize("path", FUNCTIONS, ids=name_of)
def test_a_function_named_test_returns_a_boolean_and_no_other_value(path: Path) -> None:
    if not path.stem.startswith("Test-"):
        return
    assert output_type(path) == "bool"
    returned = [text_of(node) for node in nodes(parse(path), "flow_control_statement") if text_of(node)[:6] == "return"]
    assert returned
    assert not [text for text in returned if re.fullmatch(r"return( \$null)?", text)]


@pytest.mark.parametrize("path", FUNCTIONS, ids=name_of)
def test_a_function_that_returns_a_value_says_so(path: Path) -> None:
    """Only bare `return`, and nulls, come without an OutputType."""
    if output_type(path) is None:
        inner = nodes(parse(path), "script_block_expression")
        for node in nodes(parse(path), "flow_control_statement"):
            inside = any(block.start_byte <= node.start_byte < block.end_byte for block in inner)
            assert (
                inside
                or text_of(node) in ("return", "continue", "break", "throw")
                or text_of(node).startswith("throw ")
            )


@pytest.mark.parametrize("path", ALL, ids=name_of)
def test_objects_are_constructed_in_one_way(path: Path) -> None:
    """`[Type]::new(...)`; New-Object is for COM alone. Casts to PSCustomObject and ordered have one spelling."""
    for name, *rest in commands(parse(path)):
        assert name != "New-Object" or "-ComObject" in rest
    text = path.read_text(encoding="ascii")
    spelled = set(re.findall(r"\[(pscustomobject|ordered)\]", text, re.IGNORECASE))
    assert spelled <= {"PSCustomObject", "ordered"}


@pytest.mark.parametrize("path", ALL, ids=name_of)
def test_blocks_continue_on_the_line_of_their_brace(path: Path) -> None:
    text = path.read_text(encoding="ascii")
    assert not re.findall(r"^\s*(?:else|elseif|catch|finally)\b.*", text, re.MULTILINE)
    assert [line for line in text.splitlines() if len(line) > 140] == []


@pytest.mark.parametrize("path", ALL, ids=name_of)
def test_arguments_are_named(path: Path) -> None:
    for name, *rest in commands(parse(path)):
        assert is_named(name, rest), (name, *rest)


def is_named(name: str, rest: list[str]) -> bool:
    """Return whether a call names its arguments as far as the dialect wants it."""
    before = next((index for index, text in enumerate(rest) if text.startswith("-")), len(rest))
    if name not in OWN and name not in POSITIONAL and "-" not in name:
        return True
    if before <= POSITIONAL.get(name, 0) or all(text.startswith("@") for text in rest[:before]):
        return True
    return name in OWN and name.startswith(ONE_VALUE) and len(rest) == 1


@pytest.mark.parametrize(
    ("call", "named"),
    [
        ("Save-HvoJournal $Context", False), ("Save-HvoJournal -Context $Context", True), ("ConvertTo-HvoHex $bytes", True),
        ("Test-HvoSamePath $a $b", False), ("Test-HvoSamePath $a -Other $b", False), ("Get-HvoProperty $a 'b' -Default 1", True),
        ("Get-HvoProperty $a 'b' 1", False), ("Stop-HvoLaunch @failure", True), ("Get-VM $id", False), ("Join-Path $a 'b'", True),
        ("Write-Warning 'x'", False), ("Get-Item -LiteralPath $a -Force", True),
    ],
)  # fmt: skip
def test_a_call_without_names_is_seen(call: str, *, named: bool) -> None:
    ((name, *rest),) = commands(parse_text(call.encode()))
    assert is_named(name, rest) is named


def test_a_name_has_one_contract() -> None:
    """Also across the parts: only one folder of the host's PowerShell has a function of a name."""
    names = [path.stem for path in FUNCTIONS]
    assert sorted(set(names)) == sorted(names)


def test_functions_are_grouped_by_topic() -> None:
    for folder in (HOST / "lib", JEA / "functions"):
        assert not list(folder.glob("*.ps1"))
        assert {len(path.relative_to(folder).parts) for path in folder.rglob("*.ps1")} == {2}
