"""What the host agent's scripts have to be, told from their syntax trees: no PowerShell is needed to run this."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import get_args

import pytest

from hyperv_operator.protocol.inventory import JournalState, VmState
from hyperv_operator.protocol.records import AgentCode, OutcomeKind, PendingReason, Step, StepState
from hyperv_operator.protocol.rollout import RolloutCode
from hyperv_operator.schema.os_family import PREFIXES
from unit.agent.source import (
    AGENT,
    COMMON,
    HOST,
    ROLLOUT,
    commands,
    functions,
    name_of,
    nodes,
    parse,
    parse_text,
    problems_of_51,
    scripts,
    sources,
    text_of,
    windows_commands,
)

ALL = sources()
OWN = [*scripts(HOST), *scripts(ROLLOUT)]
LIBRARY = sorted((HOST / "lib").glob("*.ps1"))
INSTALLER = sorted(ROLLOUT.glob("*.ps1"))
ENTRIES = sorted(HOST.glob("*.ps1"))

_COMMON_PARAMETERS = frozenset(
    {
        "verbose", "vb", "debug", "db", "erroraction", "ea", "warningaction", "wa", "informationaction", "infa",
        "progressaction", "proga", "errorvariable", "ev", "warningvariable", "wv", "informationvariable", "iv",
        "outvariable", "ov", "outbuffer", "ob", "pipelinevariable", "pv", "whatif", "wi", "confirm", "cf",
    }
)  # fmt: skip


def words_of(script: str, parameter: str, folder: Path = HOST / "lib") -> set[str]:
    """Return the words that a parameter of a helper takes."""
    for node in nodes(parse(folder / f"{script}.ps1"), "script_parameter"):
        if f"${parameter}" in text_of(node).replace(" ", ""):
            inside = re.search(r"ValidateSet\(([^)]*)\)", text_of(node))
            assert inside, f"{parameter} of {script} takes any word"
            return set(re.findall(r"'(\w+)'", inside[1]))
    raise AssertionError(f"{script} has no parameter {parameter}")


def arguments(command: str, position: int, parameter: str) -> set[str]:
    """Return the words that are given to a parameter of a command anywhere in the agent, by name or by position."""
    found = set()
    for path in OWN:
        for name, *rest in commands(parse(path)):
            if name != command:
                continue
            if f"-{parameter}" in rest:
                found.add(rest[rest.index(f"-{parameter}") + 1])
            elif len(rest) > position and not rest[position].startswith("-"):
                found.add(rest[position])
    return {word.strip("'\"") for word in found if re.fullmatch(r"'?\w+'?", word)}


@pytest.mark.parametrize("path", ALL, ids=name_of)
def test_every_script_parses(path: Path) -> None:
    assert not parse(path).has_error
    assert path.read_bytes().isascii()


def test_a_script_that_is_broken_does_not_parse() -> None:
    assert parse_text(b"function f { if ($a { 1 }").has_error


@pytest.mark.parametrize("path", OWN, ids=name_of)
def test_scripts_run_on_windows_powershell(path: Path) -> None:
    assert problems_of_51(path.read_bytes()) == []


@pytest.mark.parametrize(
    "text",
    [
        "$a ?? 1", "$a?.b", "${a}?[0]", "Get-VM && Get-VM", "Get-VM || Get-VM", "$a ? 1 : 2", "1 | % -Parallel { 1 }",
        "function f { clean { 1 } }", "function f {\n  clean { 1 }\n}", "ConvertFrom-Json $a -AsHashtable",
        "ConvertFrom-Json $a -Depth 3", "Out-File x -Encoding utf8NoBOM", "Join-Path a b c", "if ($IsWindows) { 1 }",
    ],
)  # fmt: skip
def test_what_windows_powershell_does_not_know_is_seen(text: str) -> None:
    if text.startswith("function f { clean"):
        text = text.replace("{ clean", "{\nclean")
    assert problems_of_51(text.encode())


def test_words_in_strings_and_comments_are_no_syntax() -> None:
    assert problems_of_51(b"# a && b\n$x = 'a ?? b || c'\n") == []


@pytest.mark.parametrize("path", OWN, ids=name_of)
def test_scripts_are_plain_ascii(path: Path) -> None:
    data = path.read_bytes()
    assert data.isascii()
    assert b"\r" not in data
    assert b"\t" not in data
    assert data.endswith(b"\n")


@pytest.mark.parametrize("path", [*ENTRIES, ROLLOUT / "Invoke-HvoRollout.ps1"], ids=name_of)
def test_scripts_are_strict_and_stop_at_errors(path: Path) -> None:
    code = parse(path).text or b""
    assert b"Set-StrictMode -Version Latest" in code
    assert re.search(rb"\$ErrorActionPreference = 'Stop'", code)


@pytest.mark.parametrize("path", [*LIBRARY, *INSTALLER, HOST / "Invoke-HvoJob.ps1"], ids=name_of)
def test_a_helper_is_one_function_with_the_files_name_and_nothing_else(path: Path) -> None:
    assert list(functions(path)) == [path.stem]
    top = [child for child in parse(path).children if child.type == "statement_list"]
    assert [child.type for child in top[0].children] == ["function_statement"]


@pytest.mark.parametrize("path", OWN, ids=name_of)
def test_scripts_and_functions_say_what_they_are_for(path: Path) -> None:
    for node in functions(path).values():
        assert re.search(r"\.SYNOPSIS\s+\S", text_of(node))
    if path.parent == HOST:
        assert re.search(rb"<#\s*\.SYNOPSIS\s+\S", path.read_bytes())


@pytest.mark.parametrize("path", OWN, ids=name_of)
def test_parameters_shadow_no_common_ones(path: Path) -> None:
    names = {text_of(nodes(one, "variable")[-1]).lstrip("$").lower() for one in nodes(parse(path), "script_parameter")}
    assert not names & _COMMON_PARAMETERS


@pytest.mark.parametrize("path", OWN, ids=name_of)
def test_only_known_commands_are_called(path: Path) -> None:
    """The border to Windows is commands alone, and each of them stands in the list that the fake is made from."""
    own = {one.stem for one in LIBRARY}
    if path.parent == ROLLOUT:
        own |= {one.stem for one in INSTALLER}
    called = {one[0] for one in commands(parse(path))}
    assert called - own - COMMON - windows_commands() == set()


def test_every_listed_command_is_called() -> None:
    table = re.findall(r"^\| `([A-Z]\w+-\w+)` \|", (AGENT / "tests/FakeHyperV/CMDLETS.md").read_text(), re.MULTILINE)
    called = {one[0] for path in OWN for one in commands(parse(path))}
    assert set(table) - called == set()


def test_every_helper_is_used() -> None:
    called = {one[0] for path in scripts(HOST) for one in commands(parse(path))}
    assert {path.stem for path in LIBRARY} - called == set()
    called = {one[0] for path in INSTALLER for one in commands(parse(path))}
    assert {path.stem for path in INSTALLER} - called == {"Invoke-HvoRollout"}


def test_a_name_is_given_once() -> None:
    """The text of a rollout takes functions from both folders by their names alone."""
    assert {path.stem for path in LIBRARY} & {path.stem for path in INSTALLER} == set()


def test_json_is_written_with_its_depth() -> None:
    for path in OWN:
        for one in commands(parse(path)):
            if one[0] == "ConvertTo-Json":
                assert {"-InputObject", "-Depth", "-Compress"} <= set(one)


def test_the_steps_are_those_of_the_contract() -> None:
    steps = arguments("Invoke-HvoStep", 1, "Step")
    assert steps == set(Step)
    assert arguments("Write-HvoStepRecord", 0, "Step") <= steps
    named = {path.stem.split(".")[1] for path in ENTRIES if "." in path.stem}
    assert named == steps


def test_the_states_of_steps_are_those_of_the_contract() -> None:
    assert words_of("Write-HvoStepRecord", "State") == set(StepState)
    assert words_of("Set-HvoJournalStep", "State") <= set(StepState)


def test_the_codes_are_those_of_the_contract() -> None:
    codes = words_of("Stop-HvoLaunch", "Code")
    assert codes == set(AgentCode)
    assert arguments("Stop-HvoLaunch", 0, "Code") <= codes
    assert arguments("Invoke-HvoStep", 3, "FailureCode") <= codes


def test_every_code_is_used_or_stands_for_what_another_part_finds() -> None:
    used = arguments("Stop-HvoLaunch", 0, "Code") | arguments("Invoke-HvoStep", 3, "FailureCode")
    text = (HOST / "lib" / "ConvertTo-HvoFailure.ps1").read_text() + (HOST / "lib" / "ConvertTo-HvoOutcome.ps1").read_text()
    assert {code for code in AgentCode if code not in used and f"'{code}'" not in text} == set()


def test_the_codes_of_a_rollout_are_those_of_the_protocol() -> None:
    codes = set(RolloutCode)
    assert words_of("Stop-HvoRollout", "Code", ROLLOUT) == codes
    used = arguments("Stop-HvoRollout", 0, "Code")
    assert used | set(re.findall(r"\$code = '(\w+)'", (ROLLOUT / "ConvertTo-HvoRefusal.ps1").read_text())) == codes


def test_outcomes_and_their_reasons_are_those_of_the_contract() -> None:
    assert words_of("New-HvoOutcome", "Outcome") == set(OutcomeKind)
    assert words_of("Suspend-HvoLaunch", "Reason") == set(PendingReason)
    assert arguments("Suspend-HvoLaunch", 0, "Reason") == set(PendingReason)
    assert arguments("New-HvoOutcome", 1, "Reason") == {"Provisioned", "Removed", "Updated", "Inventory"}


def test_journals_and_vms_have_the_states_of_the_contract() -> None:
    assert words_of("Complete-HvoJournal", "State") | {"running"} == set(JournalState)
    words = set(re.findall(r"'(\w+)'", (HOST / "lib" / "ConvertTo-HvoVmState.ps1").read_text()))
    assert words == set(get_args(VmState))


def test_families_are_inferred_from_the_prefixes_of_the_contract() -> None:
    text = (HOST / "lib" / "Get-HvoOsFamily.ps1").read_text()
    for family in ("windows", "linux"):
        line = re.search(rf"\${family} = (.*)", text)
        assert line
        told = {word.casefold() for word in re.findall(r"'([^']+)'", line[1])}
        assert told == {prefix for prefix, one in PREFIXES if one == family}


def test_the_manifest_says_what_the_agent_supports() -> None:
    manifest = json.loads((HOST / "agent-manifest.json").read_text())
    assert re.fullmatch(r"\d+\.\d+\.\d+", manifest["version"])
    assert manifest["schema_versions"] == [1]
