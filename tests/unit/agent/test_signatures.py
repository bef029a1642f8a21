"""Every call of a cmdlet in the agent's scripts binds to what Microsoft documents for each version of Windows, and the fakes have it."""

from __future__ import annotations

import itertools
import re
from functools import cache
from pathlib import Path

import pytest
from tree_sitter import Node

from cmdlets import binding, catalogue, declared
from cmdlets.calls import Call, Keys, Walk, literal_keys
from cmdlets.catalogue import WINDOWS, Catalogue, Signature
from cmdlets.trim import trimmed
from unit.agent.source import AGENT, HOST, ROLLOUT, functions, name_of, nodes, parse, parse_text, scripts, text_of

JEA = AGENT / "jea"
GUEST = AGENT / "guest" / "windows"
PARTS = {"host": [*scripts(HOST), *scripts(ROLLOUT)], "jea": scripts(JEA), "guest": scripts(GUEST)}
SCRIPTS = [path for part in PARTS.values() for path in part]
DOCUMENTED = catalogue.load()
OWN = {name: node for path in SCRIPTS for name, node in functions(path).items()}
FAKES = [(path, name) for path in scripts(AGENT / "tests") for name in functions(path) if name in DOCUMENTED]


def statements(function: Node) -> list[Node]:
    """Return the statements of a function, not those inside of them."""
    body = next(node for node in nodes(function, "script_block_body") if node.end_byte <= function.end_byte)
    return [one for child in body.children for one in (child.children if child.type == "statement_list" else [child])]


def returned(function: Node) -> Keys | None:
    """Return the keys of the hashtable that a function returns, if it is a literal."""
    found = [
        literal_keys(nodes(node, "hash_literal_expression")[0])
        for node in nodes(function, "flow_control_statement")
        if re.match(r"return\s+@\{", text_of(node))
    ]
    return None if not found or None in found else frozenset().union(*(keys for keys in found if keys is not None))


def endpoint_keys() -> Keys:
    """Return the keys of the session configuration, which Get-HvoSessionConfiguration makes of the file and the account."""
    literal = nodes(parse(JEA / "HyperVOperator.pssc"), "hash_literal_expression")[0]
    keys = literal_keys(literal)
    assert keys
    (written,) = keys
    fixed = written - {"RunAsVirtualAccount"} | {"RoleDefinitions", "Description"}
    accounts = (
        {"RunAsVirtualAccount"},
        {"RunAsVirtualAccount", "RunAsVirtualAccountGroups"},
        {"GroupManagedServiceAccount"},
    )
    return frozenset(fixed | account for account in accounts)


GIVEN = {("Register-HvoSessionConfiguration", "configuration"): endpoint_keys()}
RETURNED = {name: keys for name, node in OWN.items() if (keys := returned(node))}
ENDS = frozenset(
    name
    for name, node in OWN.items()
    if text_of(statements(node)[-1]).startswith("throw ")
    and not any(text_of(one).startswith("return") for one in nodes(node, "flow_control_statement"))
)


def calls(root: Node, version: str, known: Catalogue = DOCUMENTED) -> list[Call]:
    """Return the calls of a script that can be reached on a version of Windows."""

    def exists(name: str, parameter: str) -> bool:
        signature = known.on(name, version)
        return name not in known or (signature is not None and (not parameter or parameter.lower() in signature.types))

    return Walk(exists, GIVEN, RETURNED, ENDS).calls(root)


def problems(root: Node, version: str, known: Catalogue = DOCUMENTED) -> list[str]:
    """Return the calls of a script that do not bind on a version of Windows, with the reasons."""
    found = []
    for call in calls(root, version, known):
        if call.command in OWN:
            signature: Signature | None = own(call.command)
        elif "-" not in call.command:
            if not call.command.endswith(".exe"):
                found.append(f"{call.line}: {call}: it is an alias, or a program without .exe")
            continue
        elif call.command not in known:
            found.append(f"{call.line}: {call}: the cmdlet is not in tests/cmdlets/cmdlets.jsonl (see its README.md)")
            continue
        else:
            signature = known.on(call.command, version)
        reasons = binding.problems(call, signature) if signature else ["the cmdlet does not exist there"]
        found += [f"{call.line}: {call}: {reason}" for reason in reasons]
    return found


@cache
def own(name: str) -> Signature:
    """Return the signature of one of the agent's functions."""
    return declared.signature_of(name, OWN[name])


@pytest.mark.parametrize("path", SCRIPTS, ids=name_of)
def test_every_call_binds_on_every_version_of_windows(path: Path) -> None:
    assert {version: problems(parse(path), version) for version in WINDOWS} == {key: [] for key in WINDOWS}


def without_error_action(root: Node, known: Catalogue = DOCUMENTED) -> list[str]:
    """Return the calls of functions of modules that leave it to a preference what an error does."""
    found = []
    for version in WINDOWS:
        for call in calls(root, version, known):
            there = known.on(call.command, version)
            if there and there.is_function and not binding.says_what_errors_do(call, there):
                found.append(f"{call.line}: {call}")
    return list(dict.fromkeys(found))


@pytest.mark.parametrize("path", SCRIPTS, ids=name_of)
def test_a_call_of_a_modules_function_says_what_its_errors_do(path: Path) -> None:
    """Such functions do not see the script's $ErrorActionPreference; ScriptModule.Tests.ps1 shows that."""
    found = without_error_action(parse(path))
    assert found == []


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("New-NetThing -Name 'a'", 1),
        ("$null = New-NetThing -Name 'a'", 1),
        ("New-NetThing -Name 'a' -ErrorAction Stop", 0),
        ("New-NetThing -Name 'a' -EA SilentlyContinue", 0),
        ("$a = @{ Name = 'a'; ErrorAction = 'Stop' }; New-NetThing @a", 0),
        ("$a = @{ Name = 'a' }; New-NetThing @a", 1),
        ("$a = @{ Name = 'a' }; if ($b) { $a.ErrorAction = 'Stop' }; New-NetThing @a", 1),
        ("NetTCPIP\\New-NetThing -Name 'a'; Set-Thing -Name 'b'", 1),
        ("$ErrorActionPreference = 'Stop'; $a | ForEach-Object { New-NetThing -Name $_ }", 1),
    ],
)
def test_a_call_that_relies_on_a_preference_is_seen(text: str, count: int) -> None:
    one = catalogue.parse(
        '{"module":"NetTCPIP","name":"New-NetThing","on":["winserver2016-ps"],"sets":[["A",["!Name:String"]]],"aliases":{}}'
    )
    other = PLANTED.all("Set-Thing")
    assert len(without_error_action(parse_text(text.encode()), Catalogue([one, *other]))) == count


def test_the_modules_of_functions_are_known() -> None:
    """Commands made of CDXML have -CimSession and -ThrottleLimit in every set."""
    made = {"cimsession", "throttlelimit", "asjob"}
    for name in DOCUMENTED.names():
        for one in DOCUMENTED.all(name):
            assert one.is_function or not all(made <= parameters.keys() for parameters in one.sets.values()), name


def test_the_calls_are_found() -> None:
    """Guards against a walk that misses code: it finds what the syntax tree has, but for what a guard excludes."""
    for path in SCRIPTS:
        there = {node.start_point.row + 1 for node in nodes(parse(path), "command") if nodes(node, "command_name")}
        reached = {call.line for version in WINDOWS for call in calls(parse(path), version)}
        assert there <= reached | {0}, path


_OLD, _ALL, _NEW = ("winserver2016-ps",), WINDOWS, ("winserver2025-ps",)


def signature(name: str, on: tuple[str, ...], **sets: str) -> Signature:
    """Return a signature of sets such as `"!Name Force:switch"`."""
    parsed = {
        key: {one.name.lower(): one for one in map(catalogue._parameter, text.replace(",", " ").split())}
        for key, text in sets.items()
    }
    return Signature(
        "Thing",
        name,
        on,
        parsed,
        {"id": "name"},
        {"ForEach-Object": ("process",), "Get-Command": ("name",)}.get(name, ()),
    )


PLANTED = Catalogue(
    [
        signature(
            "Set-Thing",
            _ALL[:3],
            ByName="!Name:String Size:Int Force:switch",
            ByObject="!Thing:T[] Size:Int Force:switch",
        ),
        signature(
            "Set-Thing", _NEW, ByName="!Name:String Size:Int Force:switch Fast:switch", ByObject="!Thing:T[] Size:Int"
        ),
        signature("Get-NewThing", _NEW, All="Name:String"),
        signature("ForEach-Object", ("powershell-5.1",), Block="!Process:S InputObject:O"),
        signature("ConvertFrom-Json", ("powershell-5.1",), All="!InputObject:String"),
        signature("Get-Command", ("powershell-5.1",), All="Name:String"),
    ]
)


@pytest.mark.parametrize(
    "text",
    [
        "Set-Thing -Name 'a'", "Set-Thing -Id 'a' -Size 1", "Set-Thing -Thing $a -Size 1", "Thing\\Set-Thing -Name 'a'",
        "Set-Thing -Name 'a' -Force:$false -ErrorAction Stop", "Set-Thing -Name 'a' -ea Stop 2>$null", "$a = @{ Name = 'a' }; Set-Thing @a",
        "$a = @{}; $a.Name = 'b'; $a['Size'] = 1; Set-Thing @a", "$a = @{ Size = 1 } + @{ Name = 'a' }; Set-Thing @a",
        "$a = @{ Size = 1 }; $a += @{ Name = 'a' }; Set-Thing @a", "$a = if ($b) { @{ Name = 1 } } else { @{ Thing = 1 } }; Set-Thing @a",
        "$a = @{ Name = 'a'; Bad = 1 }; $a.Remove('Bad'); Set-Thing @a", "$a = @{ Size = 1 }; $b = $a; Set-Thing @b -Name 'c'",
        "if ((Get-Command -Name 'Set-Thing').Parameters.ContainsKey('Fast')) { Set-Thing -Name 'a' -Fast }",
        "$fast = (Get-Command -Name 'Set-Thing').Parameters.ContainsKey('Fast'); if ($b -and $fast) { Set-Thing -Name 'a' -Fast }",
        "$a = @{ Name = 1 }; if ((Get-Command 'Set-Thing').Parameters.ContainsKey('Fast')) { $a.Fast = $true }; Set-Thing @a",
        "if (-not (Get-Command -Name 'Get-NewThing' -ErrorAction SilentlyContinue)) { return }; Get-NewThing",
        "if ($null -eq (Get-Command -Name 'Get-NewThing' -ErrorAction SilentlyContinue)) { throw 'no' } else { Get-NewThing }",
        "if (Get-Command -Name 'Get-NewThing' -ErrorAction SilentlyContinue) { Get-NewThing -Name 'a' }",
        "$a | ForEach-Object { Set-Thing -Name $_ }", "Get-Command | ConvertFrom-Json", "$a | ConvertFrom-Json",
        "whoami.exe /groups /fo csv",
        "foreach ($b in 1, 2) { $a = @{ Name = $b }; if ($b) { $a.Size = 1 }; Set-Thing @a }",
        "try { $a = @{ Name = 1 } } catch { throw }; Set-Thing @a", "switch ($a) { 'x' { Set-Thing -Name 'a' } default { Get-Command } }",
        "& 'Set-Thing' -Name 'a'", "& $a -Bad 1", "& (Get-Command) -Bad 1", "& 'Set-Thing.ps1' -Bad 1",
    ],
)  # fmt: skip
def test_a_call_that_binds_is_no_problem(text: str) -> None:
    assert {version: problems(parse_text(text.encode()), version, PLANTED) for version in WINDOWS} == {
        key: [] for key in WINDOWS
    }


@pytest.mark.parametrize(
    ("text", "versions", "why"),
    [
        ("Set-Thing -Name 'a' -Sise 1", WINDOWS, "no parameter -Sise"),
        ("Set-Thing -Size 1", WINDOWS, "is missing"),
        ("Set-Thing -Name 'a' -Thing $b", WINDOWS, "no parameter set has all of name, thing"),
        ("Set-Thing -Name 'a' -Fast", WINDOWS[:3], "no parameter -Fast"),
        ("Set-Thing -Thing 'a' -Force", _NEW, "no parameter set"),
        ("Set-Thing -Name 'a' -F", WINDOWS, "is short for"),
        ("Set-Thing -Name 'a' -Siz 1", WINDOWS, "is short for size"),
        ("Set-Thing -Name 'a' -Id 'b'", WINDOWS, "given twice"),
        ("Set-Thing 'a'", WINDOWS, "by position"),
        ("Set-Thing -Name 'a' -Force $true", WINDOWS, "by position"),
        ("Set-Thing -Name -Force", WINDOWS, "-Name has no value"),
        ("Set-Thing -Force -Name", WINDOWS, "-Name has no value"),
        ("Other\\Set-Thing -Name 'a'", WINDOWS, "in the module Thing"),
        ("Get-NewThing", WINDOWS[:3], "does not exist"),
        ("Get-OtherThing", WINDOWS, "not in tests/cmdlets"),
        ("gcm 'a'", WINDOWS, "an alias"),
        ("$a = @{ Sise = 1; Name = 'a' }; Set-Thing @a", WINDOWS, "no parameter Sise"),
        ("$a = @{ Name = 'a' }; if ($b) { $a.Thing = 1 }; Set-Thing @a", WINDOWS, "no parameter set"),
        ("$a = @{ Name = 'a' }; if ($b) { $a = @{ Size = 1 } }; Set-Thing @a", WINDOWS, "is missing"),
        ("$a = @{ Name = 'a' }; foreach ($b in $c) { $a['Bad'] = 1 }; Set-Thing @a", WINDOWS, "no parameter Bad"),
        ("$a = @{ Name = 'a' }; try { $a.Bad = 1; $a.Remove('Bad') } catch { 1 }; Set-Thing @a", (), ""),
        ("$a = @{ Name = 'a' }; $a.Remove('Name'); Set-Thing @a", WINDOWS, "is missing"),
        ("$a = @{ Name = 'a' }; switch ($b) { 1 { $a.Bad = 1 } }; Set-Thing @a", WINDOWS, "no parameter Bad"),
        ("$a = @{ Name = 'a' }; Set-Thing @a -Name 'b'", WINDOWS, "given twice"),
        ("$a = @{ $b = 'a' }; Set-Thing @a", WINDOWS, "cannot be followed"),
        ("$a = Get-Command; Set-Thing @a", WINDOWS, "cannot be followed"),
        ("function f {\nparam([hashtable] $A)\nSet-Thing @A }", WINDOWS, "cannot be followed"),
        ("$a = @{ Name = 1 }; if ((Get-Command 'Set-Thing').Parameters.ContainsKey('Slow')) { 1 } else { $a.Fast = 1 }; Set-Thing @a",
         WINDOWS[:3], "no parameter Fast"),
        ("if ((Get-Command 'Set-Thing').Parameters.ContainsKey('Size')) { Set-Thing -Name 'a' -Fast }", WINDOWS[:3], "-Fast"),
        ("if (-not (Get-Command -Name 'Get-NewThing' -ErrorAction SilentlyContinue)) { Get-NewThing }", WINDOWS[:3], "not exist"),
        ("if ($b -or (Get-Command -Name 'Get-NewThing' -ErrorAction SilentlyContinue)) { Get-NewThing }", WINDOWS[:3], "not exist"),
        ("ConvertFrom-Json", WINDOWS, "inputobject is missing"),
        ("function f { if ($a) { Set-Thing } }", WINDOWS, "is missing"),
        ("$a | ForEach-Object { Set-Thing -Bad 1 }", WINDOWS, "-Bad"),
        ("$b = $(Set-Thing -Bad 1)", WINDOWS, "-Bad"),
        ("& 'Set-Thing' -Bad 1", WINDOWS, "-Bad"),
        ('& "Thing\\Set-Thing" -Bad 1', WINDOWS, "-Bad"),
        ('"$(Set-Thing -Bad 1)"', WINDOWS, "-Bad"),
        ("return (Set-Thing -Bad 1)", WINDOWS, "-Bad"),
    ],
)  # fmt: skip
def test_a_planted_mistake_is_found(text: str, versions: tuple[str, ...], why: str) -> None:
    assert not parse_text(text.encode()).has_error
    found = {version: problems(parse_text(text.encode()), version, PLANTED) for version in WINDOWS}
    assert {version for version in WINDOWS if found[version]} == set(versions)
    assert all(why in reason for version in versions for reason in found[version][:1]), found


def test_a_call_of_an_own_function_is_bound_too() -> None:
    assert problems(parse_text(b"Stop-HvoLaunch -Code Internal -Message 'a' -Text 'b'"), WINDOWS[0])
    assert problems(parse_text(b"Stop-HvoLaunch -Code Internal"), WINDOWS[0])
    assert not problems(parse_text(b"Stop-HvoLaunch -Code Internal -Message 'a'"), WINDOWS[0])


@pytest.mark.parametrize(("path", "name"), FAKES, ids=lambda value: value if isinstance(value, str) else value.name)
def test_a_fake_has_only_what_the_real_one_has(path: Path, name: str) -> None:
    function = functions(path)[name]
    assert list(declared.differences(declared.signature_of(name, function), DOCUMENTED.all(name))) == []
    assert declared.is_advanced(function), "it would take any parameter: it has no CmdletBinding"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[CmdletBinding()] param([Parameter(Mandatory)] [string] $Name, [int] $Size)", ""),
        ("[CmdletBinding()] param([Parameter(Mandatory)] [Alias('Id')] [string] $Name, [switch] $Fast)", ""),
        ("[CmdletBinding()] param([Parameter(Mandatory)] [string] $Name, [string] $Other)", "has a parameter other"),
        ("[CmdletBinding()] param([string] $Name)", "does not require name"),
        ("[CmdletBinding()] param([Parameter(Mandatory = $false)] [string] $Name)", "does not require name"),
        ("[CmdletBinding()] param([Parameter(Mandatory)] [string] $Name, [string] $Force)", "another type of force"),
        ("[CmdletBinding()] param([Parameter(Mandatory)] [string] $Name, [object] $Thing)", "has a set"),
        ("[CmdletBinding()] param([Parameter(Mandatory)] [Alias('Key')] [string] $Name)", "has an alias key"),
        (("[CmdletBinding()] param([Parameter(Mandatory, ParameterSetName = 'A')] [string] $Name, [Parameter(ParameterSetName = 'B')] "
         "[int] $Size)"), "does not require"),
    ],
)  # fmt: skip
def test_a_fake_that_differs_is_seen(text: str, why: str) -> None:
    (function,) = nodes(parse_text(f"function Set-Thing {{\n{text}\n1 }}".encode()), "function_statement")
    found = list(declared.differences(declared.signature_of("Set-Thing", function), PLANTED.all("Set-Thing")))
    assert bool(found) == bool(why)
    assert all(why in one for one in found)
    assert declared.is_advanced(function)


def test_a_fake_that_takes_any_parameter_is_seen() -> None:
    for text in ("function f { param([string] $Name) 1 }", "function f { 1 }", "function f([string] $Name) { 1 }"):
        (function,) = nodes(parse_text(text.encode()), "function_statement")
        assert not declared.is_advanced(function)


def test_the_data_has_what_is_needed_and_nothing_else() -> None:
    lines = catalogue.DATA.read_text(encoding="utf-8").splitlines()
    assert trimmed(lines) == lines


def test_the_versions_of_the_data_are_the_supported_ones() -> None:
    known = {version for name in DOCUMENTED.names() for one in DOCUMENTED.all(name) for version in one.on}
    assert known == {*WINDOWS, catalogue.POWERSHELL}
    for name, version in itertools.product(DOCUMENTED.names(), WINDOWS):
        assert sum(version in one.on or catalogue.POWERSHELL in one.on for one in DOCUMENTED.all(name)) <= 1
