"""The one dialect of the PowerShell on hosts and in Windows guests, as agent/README.md describes it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tree_sitter import Node

from unit.agent.source import (
    AGENT,
    FIRST_CONTACT,
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
GUEST = AGENT / "guest" / "windows"
ON_HOSTS = [
    *scripts(HOST),
    *scripts(ROLLOUT),
    *scripts(FIRST_CONTACT),
    *[path for path in scripts(JEA) if path.suffix == ".ps1"],
]
ALL = [*ON_HOSTS, *scripts(GUEST)]
FUNCTIONS = [path for path in ALL if functions(path)]
ENTRIES = [path for path in sorted(HOST.glob("*.ps1")) if path not in FUNCTIONS]
"""They read $input, which a script with CmdletBinding does not have."""
LOCAL_SCRIPT = GUEST / "iso" / "prepare" / "cloudbase-init" / "hvo-guest.ps1"
"""cloudbase-init runs it, and takes what it returns as its exit code."""
WITH_PARAMETERS = [path for path in ALL if path not in (*ENTRIES, LOCAL_SCRIPT)]
SHARED = {"ConvertTo-HvoBase64Url", "ConvertFrom-HvoBase64Url"}
"""Functions that host and guest both have, with the same contract."""
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


def variable_of(parameter: Node) -> str:
    """Return the name of a parameter, with its $."""
    return text_of(next(child for child in parameter.children if child.type == "variable"))


def output_type(path: Path) -> str | None:
    """Return the declared type of what a function returns."""
    found = re.search(r"^ *\[OutputType\((?:\[([\w.]+(?:\[\])?)\]|'([\w.]+)')\)\]$", declaration(path), re.MULTILINE)
    return (found[1] or found[2]) if found else None


@pytest.mark.parametrize("path", WITH_PARAMETERS, ids=name_of)
def test_functions_and_steps_declare_binding_and_parameters(path: Path) -> None:
    assert re.match(r" *\[CmdletBinding\([^\n]*\)\]\n", declaration(path))
    names = [variable_of(node) for node in parameters(path)]
    lines = [line.strip() for line in declaration(path).splitlines()]
    for node, name in zip(parameters(path), names, strict=True):
        assert text_of(node).startswith("[Parameter("), name
        assert re.search(rf"\[[\w.]+(\[\])?\] {re.escape(name)}\b", text_of(node)), f"{name} has no type"
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
def test_help_has_its_sections_in_order_and_all_parameters_or_none(path: Path) -> None:
    sections = re.findall(r"^ *\.([A-Z]+)(?: (\w+))?$", help_of(path), re.MULTILINE)
    order = ["SYNOPSIS", "DESCRIPTION", "PARAMETER", "OUTPUTS", "EXAMPLE"]
    assert [order.index(section) for section, _ in sections] == sorted(order.index(section) for section, _ in sections)
    documented = [name for section, name in sections if section == "PARAMETER"]
    names = [variable_of(node) for node in parameters(path)]
    assert documented in ([], [name.removeprefix("$") for name in names])


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
    assert [line for line in text.splitlines() if (len(line) - len(line.lstrip(" "))) % 4 or "\t" in line] == []


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
    """Also across the parts: only one folder has a function of a name, apart from those that hosts and guests share."""
    names = [path.stem for path in FUNCTIONS]
    assert {name for name in names if names.count(name) > 1} == SHARED


def test_functions_are_grouped_by_topic() -> None:
    for folder in (HOST / "lib", JEA / "functions", GUEST / "lib"):
        assert not list(folder.glob("*.ps1"))
        assert {len(path.relative_to(folder).parts) for path in folder.rglob("*.ps1")} == {2}


_BOUND = re.compile(r"[A-Z][a-z]+-(?:VM|VHD|Cluster)\w*")
"""Commands of Hyper-V and of the failover cluster: VMware PowerCLI and Virtual Machine Manager have commands of these names too."""


def bound_commands() -> set[str]:
    """Return the commands that Set-HvoModuleAlias binds to their modules."""
    text = (HOST / "lib" / "host" / "Set-HvoModuleAlias.ps1").read_text(encoding="ascii")
    return set(re.findall(r"'([A-Z][a-z]+-[A-Z][A-Za-z]+)'", text))


@pytest.mark.parametrize("path", [*scripts(HOST), *scripts(ROLLOUT)], ids=name_of)
def test_commands_that_other_products_have_too_are_bound_to_their_modules(path: Path) -> None:
    called = {name for name, *_ in commands(parse(path)) if _BOUND.fullmatch(name)}
    assert called - bound_commands() == set()


def test_no_command_is_bound_that_is_not_called() -> None:
    called = {name for path in scripts(HOST) for name, *_ in commands(parse(path))}
    assert bound_commands() - called == set()


@pytest.mark.parametrize("path", [*ENTRIES, *scripts(HOST / "tasks")], ids=name_of)
def test_every_entry_binds_them(path: Path) -> None:
    called = {name for name, *_ in commands(parse(path))}
    assert called & {"Set-HvoModuleAlias", "Invoke-HvoLaunch"}


def test_vms_are_listed_in_one_place() -> None:
    """Get-VM fails for a VM that cannot be opened: only the functions that collect its errors call it."""
    callers = {path.stem for path in scripts(HOST) if any(name == "Get-VM" for name, *_ in commands(parse(path)))}
    assert callers == {"Get-HvoVmList", "Get-HvoUnlistedVm", "Get-HvoVmById"}


_GOOD = """\
function Test-HvoThing {
    <#
    .SYNOPSIS
        Returns whether.
    .PARAMETER Name
        The name.
    .OUTPUTS
        System.Boolean
    #>
    [CmdletBinding()]
    [OutputType([bool])]
    param(
        [Parameter(Mandatory = $true)] [string] $Name
    )
    return $Name -ceq 'thing'
}
"""
_CHECKS = (
    test_functions_and_steps_declare_binding_and_parameters,
    test_help_is_indented_below_its_keywords,
    test_help_has_its_sections_in_order_and_all_parameters_or_none,
    test_what_is_returned_is_declared_where_it_is_described,
    test_a_function_named_test_returns_a_boolean_and_no_other_value,
    test_a_function_that_returns_a_value_says_so,
    test_objects_are_constructed_in_one_way,
    test_blocks_continue_on_the_line_of_their_brace,
    test_arguments_are_named,
)


def _violations(path: Path) -> list[str]:
    """Return the names of the checks that a script fails."""
    found = []
    for check in _CHECKS:
        try:
            check(path)
        except AssertionError:
            found.append(check.__name__)
    return found


@pytest.mark.parametrize(
    ("before", "after", "check"),
    [
        ("    [CmdletBinding()]\n", "", "test_functions_and_steps_declare"),
        ("[Parameter(Mandatory = $true)] ", "", "test_functions_and_steps_declare"),
        ("[string] $Name\n", "$Name\n", "test_functions_and_steps_declare"),
        ("[string] $Name\n", "[string] $Name, [Parameter()] [string] $Other\n", "test_functions_and_steps_declare"),
        ("        Returns whether.", "    Returns whether.", "test_help_is_indented"),
        ("    .SYNOPSIS", "        .SYNOPSIS", "test_help_is_indented"),
        ("    .SYNOPSIS\n        Returns whether.\n", "", "test_help_is_indented"),
        (".PARAMETER Name", ".PARAMETER Other", "test_help_has_its_sections"),
        ("    .OUTPUTS\n", "    .OUTPUTS\n        Text.\n    .DESCRIPTION\n", "test_help_has_its_sections"),
        ("    [OutputType([bool])]\n", "", "test_what_is_returned"),
        ("    .OUTPUTS\n        System.Boolean\n", "", "test_what_is_returned"),
        ("[OutputType([bool])]", "[OutputType([string])]", "test_a_function_named_test"),
        ("$Name -ceq 'thing'", "$null", "test_a_function_named_test"),
        ("    [OutputType([bool])]\n", "", "test_a_function_that_returns"),
        ("$Name -ceq 'thing'", "New-Object object", "test_objects_are_constructed"),
        ("$Name -ceq 'thing'", "[pscustomobject]@{}", "test_objects_are_constructed"),
        ("    return $Name", "  return $Name", "test_blocks_continue"),
        ("    return", "    if ($a) { 1 }\n    else { 2 }\n    return", "test_blocks_continue"),
        ("$Name -ceq 'thing'", "(Get-Item $Name)", "test_arguments_are_named"),
    ],
)
def test_what_is_not_the_dialect_is_found(tmp_path: Path, before: str, after: str, check: str) -> None:
    good, bad = tmp_path / "good" / "Test-HvoThing.ps1", tmp_path / "bad" / "Test-HvoThing.ps1"
    assert before in _GOOD
    for path, text in ((good, _GOOD), (bad, _GOOD.replace(before, after))):
        path.parent.mkdir()
        path.write_text(text, encoding="ascii")
    assert _violations(good) == []
    assert any(name.startswith(check) for name in _violations(bad)), _violations(bad)
