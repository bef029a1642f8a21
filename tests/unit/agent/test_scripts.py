"""The host agent's scripts as their syntax trees show them, against the contract; test_dialect.py has their form."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import get_args

import pytest

from hyperv_operator.api.catalogue.preflight import CLOCK, ROWS
from hyperv_operator.protocol.inventory import JournalState, VmState
from hyperv_operator.protocol.preflight import RowState
from hyperv_operator.protocol.records import (
    AgentCode,
    Outcome,
    OutcomeKind,
    PendingReason,
    Step,
    StepState,
    parse_record,
)
from hyperv_operator.protocol.rollout import RolloutCode
from hyperv_operator.schema.os_family import PREFIXES
from unit.agent.source import (
    AGENT,
    COMMON,
    FIRST_CONTACT,
    HOST,
    ROLLOUT,
    code_of,
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
LIBRARY = sorted((HOST / "lib").rglob("*.ps1"))
INSTALLER = sorted(ROLLOUT.rglob("*.ps1"))
ENTRIES = sorted(HOST.glob("*.ps1"))
STEPS = sorted((HOST / "steps").glob("*.ps1"))

_COMMON_PARAMETERS = frozenset(
    {
        "verbose", "vb", "debug", "db", "erroraction", "ea", "warningaction", "wa", "informationaction", "infa",
        "progressaction", "proga", "errorvariable", "ev", "warningvariable", "wv", "informationvariable", "iv",
        "outvariable", "ov", "outbuffer", "ob", "pipelinevariable", "pv", "whatif", "wi", "confirm", "cf",
    }
)  # fmt: skip


def source_of(function: str) -> Path:
    """Return the file of a function."""
    (path,) = (path for path in (*LIBRARY, *INSTALLER) if path.stem == function)
    return path


def words_of(script: str, parameter: str) -> set[str]:
    """Return the words that a parameter of a function takes."""
    for node in nodes(parse(source_of(script)), "script_parameter"):
        if f"${parameter}" in text_of(node).replace(" ", ""):
            inside = re.search(r"ValidateSet\(([^)]*)\)", text_of(node))
            assert inside, f"{parameter} of {script} takes any word"
            return set(re.findall(r"'(\w+)'", inside[1]))
    raise AssertionError(f"{script} has no parameter {parameter}")


def arguments(command: str, parameter: str) -> set[str]:
    """Return the words that are given to a parameter of a command anywhere in the agent."""
    found = set()
    for path in OWN:
        for name, *rest in commands(parse(path)):
            if name == command and f"-{parameter}" in rest:
                found.add(rest[rest.index(f"-{parameter}") + 1])
    return {word.strip("'") for word in found if re.fullmatch(r"'?[\w.]+'?", word)}


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


@pytest.mark.parametrize("path", [*ENTRIES, *STEPS, ROLLOUT / "Invoke-HvoRollout.ps1"], ids=name_of)
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
    if path in (*ENTRIES, *STEPS):
        assert re.search(rb"<#\s*\.SYNOPSIS\s+\S", path.read_bytes())


@pytest.mark.parametrize("path", OWN, ids=name_of)
def test_parameters_shadow_no_common_ones(path: Path) -> None:
    names = {text_of(nodes(one, "variable")[-1]).lstrip("$").lower() for one in nodes(parse(path), "script_parameter")}
    assert not names & _COMMON_PARAMETERS


@pytest.mark.parametrize("path", OWN, ids=name_of)
def test_only_known_commands_are_called(path: Path) -> None:
    """The border to Windows is commands alone, and each of them stands in the list that the fake is made from."""
    own = {one.stem for one in LIBRARY}
    if path.is_relative_to(ROLLOUT):
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


def test_json_is_written_with_its_depth() -> None:
    for path in OWN:
        for one in commands(parse(path)):
            if one[0] == "ConvertTo-Json":
                assert {"-InputObject", "-Depth", "-Compress"} <= set(one)


def test_the_steps_are_those_of_the_contract() -> None:
    run = arguments("Invoke-HvoStep", "Script")
    assert run == {path.name for path in STEPS}
    steps = {script.split(".")[1] for script in run}
    assert steps == set(Step)
    assert arguments("Write-HvoStepRecord", "Step") <= steps
    assert arguments("Test-HvoStepDone", "Step") <= steps


def test_the_states_of_steps_are_those_of_the_contract() -> None:
    assert words_of("Write-HvoStepRecord", "State") == set(StepState)
    assert words_of("Set-HvoJournalStep", "State") <= set(StepState)


def test_the_codes_are_those_of_the_contract() -> None:
    codes = words_of("Stop-HvoLaunch", "Code")
    assert codes | {AgentCode.CONSTRAINED_LANGUAGE} == set(AgentCode)
    assert arguments("Stop-HvoLaunch", "Code") <= codes
    assert arguments("Invoke-HvoStep", "FailureCode") <= codes


def test_every_code_is_used_or_stands_for_what_another_part_finds() -> None:
    used = arguments("Stop-HvoLaunch", "Code") | arguments("Invoke-HvoStep", "FailureCode")
    text = source_of("ConvertTo-HvoFailure").read_text() + source_of("ConvertTo-HvoOutcome").read_text()
    text += "".join(GUARD.findall(SCRIPTS[0].read_text())).replace('"', "'")
    assert {code for code in AgentCode if code not in used and f"'{code}'" not in text} == set()


SCRIPTS = [path for path in ENTRIES if path.stem != "Invoke-HvoJob"]
GUARD = re.compile(r"^\$mode = .*?^}$", re.MULTILINE | re.DOTALL)
_OUTCOME = re.compile(r"""'(\{"type":"outcome".*?"message":")' \+ \$message \+\s+'(".*?\})'""", re.DOTALL)


@pytest.mark.parametrize("path", SCRIPTS, ids=name_of)
def test_an_entry_script_asks_for_full_language_before_anything_else(path: Path) -> None:
    """Constrained language lets no method and no type of .NET be used, so neither is in what it runs."""
    text = path.read_text()
    (guard,) = GUARD.findall(text)
    assert guard == GUARD.findall(SCRIPTS[0].read_text())[0]
    head = text.partition("#>\n")[2]
    assert head.startswith("Set-StrictMode -Version Latest\n$ErrorActionPreference = 'Stop'\n" + guard)
    root = parse_text(guard.encode())
    assert [one[0] for one in commands(root)] == []
    assert not nodes(root, "invokation_expression")
    assert not nodes(root, "type_literal")


def test_the_answer_in_constrained_language_is_an_outcome_of_the_protocol() -> None:
    found = _OUTCOME.search(SCRIPTS[0].read_text())
    assert found
    outcome = parse_record(f"{found[1]}PowerShell runs it.{found[2]}")
    assert isinstance(outcome, Outcome)
    assert (outcome.outcome, outcome.code) == (OutcomeKind.FAILED, AgentCode.CONSTRAINED_LANGUAGE)
    assert set(json.loads(f"{found[1]}{found[2]}")) == {"type", *Outcome.model_fields} - {"problems"}


def reachable(entry: Path) -> dict[str, Path]:
    """Return an entry script and the functions that it calls, and those that they call, by name."""
    own = {path.stem: path for path in LIBRARY}
    found, left = {entry.stem: entry}, [entry]
    while left:
        names = {one[0] for one in commands(parse(left.pop()))} & own.keys() - found.keys()
        found |= {name: own[name] for name in names}
        left += [own[name] for name in names]
    return found


_WRITES = re.compile(
    r"System\.IO\.\w+\]::(Write|Append|Create|Delete|Move|Copy|Replace|Set|Open)\w*\("
    r"|\.(Delete|MoveTo|CopyTo|CreateSubdirectory|SetAccess\w+|Put|Kill)\("
)


@pytest.mark.parametrize("name", ["Get-HostInventory", "Get-HostPreflight"])
def test_what_only_reads_calls_nothing_that_changes_the_host(name: str) -> None:
    """Of Windows it calls Get- commands alone, and of .NET nothing that writes.

    The functions that are allowed open files to read them, and the lock of a machine to see whether it is held.
    """
    found = reachable(HOST / f"{name}.ps1")
    assert len(found) > 20
    allowed = {"Test-HvoMachineLocked", "Read-HvoFile", "Get-HvoSha256", "Read-HvoImage"}
    for function, path in found.items():
        called = {one[0] for one in commands(parse(path))} & windows_commands()
        assert {one for one in called if not one.startswith("Get-")} <= {"whoami.exe"}, function
        assert function in allowed or not _WRITES.search(code_of(parse(path))), function


@pytest.mark.parametrize(
    "text", ["[System.IO.File]::WriteAllText($a, $b)", "[System.IO.Directory]::CreateDirectory($a)", "$file.Delete()"]
)
def test_what_writes_is_seen(text: str) -> None:
    assert _WRITES.search(text)


def test_first_contact_changes_a_host_only_in_the_disposable_vm_and_writes_one_report() -> None:
    own = {path.stem: path for path in scripts(FIRST_CONTACT)}
    for name, path in own.items():
        assert list(functions(path)) == [name]
        assert problems_of_51(path.read_bytes()) == []
        called = {one[0] for one in commands(parse(path))} - own.keys() - {one.stem for one in LIBRARY} - COMMON
        assert called <= windows_commands() | {"Get-NetAdapter"}, name
        if name == "Get-HvoMachineFinding":
            continue
        assert {one for one in called if not one.startswith("Get-")} == set(), name
        written = [match[0] for match in _WRITES.finditer(code_of(parse(path)))]
        assert written == (["System.IO.File]::WriteAllText("] if name == "Invoke-HvoFirstContact" else []), name


def test_every_function_of_first_contact_is_used() -> None:
    called = {one[0] for path in scripts(FIRST_CONTACT) for one in commands(parse(path))}
    assert {path.stem for path in scripts(FIRST_CONTACT)} - called == {"Invoke-HvoFirstContact"}


def test_the_rows_of_the_preflight_are_those_of_the_catalogue() -> None:
    rows = words_of("New-HvoCheckRow", "Id")
    assert rows | {CLOCK} == ROWS.keys()
    run = arguments("Invoke-HvoCheck", "Id")
    assert run == rows
    assert words_of("New-HvoCheckRow", "State") == set(RowState)


def test_only_rows_that_may_block_are_written_as_blocking() -> None:
    for path in sorted((HOST / "lib" / "preflight").glob("*Check.ps1")):
        text = path.read_text()
        names = (
            set(re.findall(r"-Id (\w+) -State|Id = '(\w+)'", text))
            if "'blocking'" in text or "-State blocking" in text
            else set()
        )
        assert {one or other for one, other in names} <= {name for name, entry in ROWS.items() if entry.blocks}, (
            path.name
        )


def test_the_codes_of_a_rollout_are_those_of_the_protocol() -> None:
    codes = set(RolloutCode) - {RolloutCode.CONSTRAINED_LANGUAGE}
    assert words_of("Stop-HvoRollout", "Code") == codes
    assert '"code":"ConstrainedLanguage"' in (ROLLOUT / "Invoke-HvoRollout.ps1").read_text()
    used = arguments("Stop-HvoRollout", "Code")
    assert used | set(re.findall(r"\$code = '(\w+)'", source_of("ConvertTo-HvoRefusal").read_text())) == codes


def failure_texts() -> dict[str, str]:
    """Return the message and summary of every failure of a job, as their source has them, by file and line."""
    found = {}
    for path in (*LIBRARY, *STEPS):
        for node in nodes(parse(path), "command"):
            if re.match(r"(Stop|Suspend)-HvoLaunch\b", text_of(node)):
                found[f"{name_of(path)}:{node.start_point.row + 1}"] = text_of(node)
    return found


_ADVICE = re.compile(
    r"(?:^|[.:] )(?:Add|Bring|Build|Check|Choose|Confirm|Correct|Create|Delete|Do|Find|Free|Give|Install|Look|Lower|Make|Move|Pipe|"
    r"Put|Remove|Rename|Restart|Restore|Send|Set|Shut|Start|Try|Write) \w|\b(?:has|have) to be |\bshould\b"
)


def test_failures_state_facts_alone() -> None:
    """The operator adds the remedy of the code: advice in the agent's message would be given twice."""
    texts = failure_texts()
    assert len(texts) > 40
    quoted = {place: re.findall(r"'([^']*)'|\"([^\"]*)\"", text) for place, text in texts.items()}
    said = {place: "".join(one or other for one, other in parts) for place, parts in quoted.items()}
    allowed = "The VM has to be off for this change"
    assert {place: text for place, text in said.items() if _ADVICE.search(text.replace(allowed, ""))} == {}


@pytest.mark.parametrize(
    "text", ["The disk is full. Free space there.", "It failed: Look at the log.", "It has to be there."]
)
def test_advice_in_a_failure_is_seen(text: str) -> None:
    assert _ADVICE.search(text)


def test_outcomes_and_their_reasons_are_those_of_the_contract() -> None:
    assert words_of("New-HvoOutcome", "Outcome") == set(OutcomeKind)
    assert words_of("Suspend-HvoLaunch", "Reason") == set(PendingReason)
    assert arguments("Suspend-HvoLaunch", "Reason") == set(PendingReason)
    assert arguments("New-HvoOutcome", "Reason") == {"Provisioned", "Removed", "Updated", "Inventory", "Preflight"}


def test_journals_and_vms_have_the_states_of_the_contract() -> None:
    assert words_of("Complete-HvoJournal", "State") | {"running"} == set(JournalState)
    words = set(re.findall(r"'(\w+)'", source_of("ConvertTo-HvoVmState").read_text()))
    assert words == set(get_args(VmState))


def test_families_are_inferred_from_the_prefixes_of_the_contract() -> None:
    text = source_of("Get-HvoOsFamily").read_text()
    for family in ("windows", "linux"):
        line = re.search(rf"\${family} = (.*)", text)
        assert line
        words = {word.casefold() for word in re.findall(r"'([^']+)'", line[1])}
        assert words == {prefix for prefix, one in PREFIXES if one == family}


def test_the_manifest_says_what_the_agent_supports() -> None:
    manifest = json.loads((HOST / "agent-manifest.json").read_text())
    assert re.fullmatch(r"\d+\.\d+\.\d+", manifest["version"])
    assert manifest["schema_versions"] == [1]


@pytest.mark.parametrize("path", [*OWN, *scripts(AGENT / "jea")], ids=name_of)
def test_no_file_is_replaced_by_replacefile(path: Path) -> None:
    """It can leave no file at all under the name (ReplaceFile, errors 1176 and 1177)."""
    text = re.sub(r"<#.*?#>|^ *#.*$", "", path.read_text(encoding="ascii"), flags=re.DOTALL | re.MULTILINE)
    assert "[System.IO.File]::Replace(" not in text
