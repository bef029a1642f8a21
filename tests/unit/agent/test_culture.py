"""No script of the agent depends on the culture of the account that runs it: comparisons are ordinal, formats invariant."""

from __future__ import annotations

from pathlib import Path

import pytest

from unit.agent.culture import keys, members, problems
from unit.agent.source import AGENT, HOST, ROLLOUT, name_of, parse, parse_text, scripts

JEA = AGENT / "jea"
GUEST = AGENT / "guest" / "windows"
PARTS = {"host": [*scripts(HOST), *scripts(ROLLOUT)], "jea": scripts(JEA), "guest": scripts(GUEST)}
ALL = [path for part in PARTS.values() for path in part]


@pytest.mark.parametrize("path", ALL, ids=name_of)
def test_nothing_depends_on_the_culture(path: Path) -> None:
    assert problems(path.read_bytes()) == []


@pytest.mark.parametrize(
    "text",
    [
        "$a -match 'x'", "$a -imatch $b", "$a -notmatch 'I'", "$a -replace 'x', 'y'", "$a -split ','", "-split $a", "$a -like 'I*'",
        "$a -notlike $b", "if ($a -MATCH 'x') { 1 }", "$a | Where-Object { $_ -like 'i*' }", "switch -Wildcard ($a) { 'i*' { 1 } }",
        "switch -Regex ($a) { 'i' { 1 } }", "$a.StartsWith('{')", "$a.B.EndsWith($c)", "$a.IndexOf('.') -ge 0", "$a.LastIndexOf($b)",
        "([string]$a).ToLower()", "$a.ToUpper()", "$a.CompareTo($b)", "[string]::Compare($a, $b)", "[string]::Compare($a, $b, $true)",
        "$a.ToString()", "$a.ToString('yyyy-MM-dd')", "[DateTime]::Parse($a)", "[double]::TryParse($a, [ref]$b)", "'{0:N2}' -f $a",
        "'{0,8}' -f $a", "$a | Sort-Object", "Sort-Object -InputObject $a -Property Name", "$list.Sort()", "[Array]::Sort($a)",
        "$a | Select-Object -Unique", "Compare-Object $a $b", "Group-Object -InputObject $a", "Select-String -Pattern 'i' -Path $a",
        "Get-Date -Format 'yyyy'", "[System.Collections.Generic.SortedDictionary[string, int]]::new()", "'{0:D4}' -f $a",
        "function f { param([ValidatePattern('[a-z]')] [string] $A) 1 }",
        "function f { param([ValidatePattern('[a-z]', Options = 'IgnoreCase')] [string] $A) 1 }",
        "$a.StartsWith('x', [StringComparison]::CurrentCulture)", "$a.StartsWith('x', [StringComparison]::InvariantCultureIgnoreCase)",
        "$a | Where-Object Name -like 'i*'", "$a | Where-Object -Property Name -Match 'i'",
        "$a -cmatch '(?i)x'", "$a -creplace '(?mi)x', 'y'",
        "[regex]::IsMatch($a, 'x', 'IgnoreCase')", "[Regex]::new('x', [System.Text.RegularExpressions.RegexOptions]::IgnoreCase)",
        "[string]::Format('{0:N2}', $a)", "[Convert]::ToDouble($a)", "[Convert]::ToDateTime($a)",
        "[string]::Equals($a, $b, [StringComparison]::CurrentCultureIgnoreCase)", "[System.Globalization.CultureInfo]::CurrentCulture",
    ],
)  # fmt: skip
def test_what_depends_on_the_culture_is_seen(text: str) -> None:
    assert problems(text.encode())


@pytest.mark.parametrize(
    "text",
    [
        "$a -cmatch 'x'", "$a -creplace 'x', 'y'", "$a -csplit ','", "$a -clike 'I*'", "$a -eq 'i'", "$a -contains 'i'", "'a -match b'",
        "# $a -match 'b'", "switch ($a) { 'i' { 1 } }", "switch -CaseSensitive -Wildcard ($a) { 'i*' { 1 } }", "$a.Contains('{')",
        "$a.StartsWith('{', [StringComparison]::Ordinal)", "$a.IndexOf([char]'.')", "$a.IndexOf($b, [StringComparison]::OrdinalIgnoreCase)",
        "$a.ToLowerInvariant()", "$a.ToString('D')", "$a.ToString('0.0', [System.Globalization.CultureInfo]::InvariantCulture)",
        "[BitConverter]::ToString($a)", "[Convert]::ToString($a, 2)", "[DateTime]::TryParse($a, $invariant, $styles, [ref] $b)",
        "'{0} {1}' -f $a, $b", "'0x{0:X8}' -f $a", "$a | Sort-Object -Property TimeCreated", "[Array]::Sort($a, [StringComparer]::Ordinal)",
        "$a | Select-Object -First 1", "[Guid]::Parse($a)", "Write-Thing -Like 'i'", "[System.Net.IPAddress]::TryParse($a, [ref]$b)",
        "function f { param([ValidatePattern('[a-z]', Options = 'None')] [string] $A) 1 }",
        "$a | Where-Object Name -clike 'i*'", "$a -cmatch '(?m)^x'", "[regex]::IsMatch($a, 'x')", "[Convert]::ToInt32($a)",
        "[regex]::IsMatch($a, 'x', 'IgnoreCase, CultureInvariant')", "[string]::Equals($a, $b, [StringComparison]::OrdinalIgnoreCase)",
    ],
)  # fmt: skip
def test_what_is_the_same_everywhere_is_no_problem(text: str) -> None:
    assert problems(text.encode()) == []


def other_cases(part: list[Path]) -> set[tuple[str, str]]:
    """Return the keys of hashtables that are read with other capitals where these capitals are an I, and no key is written so."""
    known = {key for path in part for key in keys(parse(path))}
    read = {name for path in part for name in members(parse(path))} - known
    return {(key, name) for key in known for name in read if _differ_in_turkish(key, name)}


def _differ_in_turkish(one: str, other: str) -> bool:
    return (
        one != other
        and one.lower() == other.lower()
        and any(a != b and a in "iI" for a, b in zip(one, other, strict=True))
    )


OTHERS = {"host": {("id", "Id"), ("Images", "images")}, "jea": set[tuple[str, str]](), "guest": set[tuple[str, str]]()}
"""Keys that have another's name in other capitals: `Id` is a property of Hyper-V's objects, `images` a key that a variable holds."""


@pytest.mark.parametrize("part", PARTS)
def test_a_key_is_read_as_it_is_written(part: str) -> None:
    """In Windows PowerShell `@{ Id = 1 }.id` is null under tr-TR."""
    assert other_cases(PARTS[part]) == OTHERS[part]


def test_a_key_that_is_read_with_other_capitals_is_seen() -> None:
    root = parse_text(b"$a = @{ Identity = 1; Name = 2 }; $a.identity; $a.name")
    assert {(key, name) for key in keys(root) for name in members(root) if _differ_in_turkish(key, name)} == {
        ("Identity", "identity")
    }
