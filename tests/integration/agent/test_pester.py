"""The agent's Pester tests, file by file, where there is a PowerShell with Pester 5; skipped elsewhere."""

from __future__ import annotations

import json
import os
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from powershell import needs_pwsh, run, version
from unit.agent.source import AGENT, HOST, ROLLOUT, name_of

FOLDER = AGENT / "tests"
TESTS = sorted(FOLDER.rglob("*.Tests.ps1"))
CULTURES = {
    "tr-TR": ["Identity", "guest-windows/Steps"],
    "th-TH": ["Identity"],
}
"""Cultures in which i is not the small I, or punctuation does not count and the year is another, with a few tests of whole launches and of
the guest's steps; Culture.Tests.ps1 has what is quick. The workflow runs all tests under each on Windows."""
NEEDED = (7, 3)
"""The oldest PowerShell on Linux that the tests support."""

_RUN = """
$settings = New-PesterConfiguration
$settings.Run.Path = %s
$settings.Run.PassThru = $true
$settings.Output.Verbosity = 'None'
$result = Invoke-Pester -Configuration $settings
$failed = @($result.Failed | ForEach-Object { "$($_.ExpandedPath): $($_.ErrorRecord[0])" })
$blocks = @($result.FailedBlocks | ForEach-Object { "$($_.ExpandedPath): $($_.ErrorRecord[0])" })
'RESULT ' + (ConvertTo-Json -Compress -InputObject @{
    passed = $result.PassedCount; skipped = $result.SkippedCount; failed = @($failed + $blocks)
    broken = @($result.FailedContainers | ForEach-Object { "$($_.ErrorRecord[0])" }); culture = [cultureinfo]::CurrentCulture.Name
})
"""


@cache
def _has(module: str, wanted: str) -> bool:
    found = run(f"[bool](Get-Module -ListAvailable {module} | Where-Object Version -ge '{wanted}')")
    return found.stdout.strip() == "True"


@pytest.fixture
def _pester() -> None:
    if os.name != "nt" and version() < NEEDED:
        pytest.skip(
            f"the tests need PowerShell {NEEDED[0]}.{NEEDED[1]} or later on Linux; this is {version()[0]}.{version()[1]}"
        )
    if not _has("Pester", "5.0"):
        pytest.skip("Pester 5 is not installed")


def _result(paths: list[Path], **environment: str) -> dict[str, Any]:
    """Run files of tests in one process; return what came of them, which has no failures."""
    assert all(path.exists() for path in paths)
    files = ", ".join(f"'{path}'" for path in paths)
    done = run(_RUN % files, seconds=1_700, environment=os.environ | environment)
    lines = [line for line in done.stdout.splitlines() if line.startswith("RESULT ")]
    assert lines, done.stdout[-2_000:] + done.stderr[-2_000:]
    result: dict[str, Any] = json.loads(lines[-1].removeprefix("RESULT "))
    assert result["failed"] == []
    assert result["broken"] == []
    assert result["passed"] > 0
    return result


@needs_pwsh
@pytest.mark.timeout(1_800)
@pytest.mark.usefixtures("_pester")
@pytest.mark.parametrize("path", TESTS, ids=lambda path: str(path.relative_to(FOLDER)))
def test_pester(path: Path) -> None:
    _result([path])


@needs_pwsh
@pytest.mark.timeout(1_800)
@pytest.mark.usefixtures("_pester")
@pytest.mark.parametrize("culture", CULTURES)
def test_pester_under_another_culture(culture: str) -> None:
    result = _result(
        [FOLDER / f"{name}.Tests.ps1" for name in CULTURES[culture]], LC_ALL=f"{culture.replace('-', '_')}.UTF-8"
    )
    if not result["culture"]:
        pytest.skip("this PowerShell knows no cultures: it runs in the invariant mode of .NET")
    assert result["culture"] == culture


@needs_pwsh
@pytest.mark.parametrize("folder", [HOST, ROLLOUT], ids=name_of)
def test_the_analyzer_finds_nothing(folder: Path, tmp_path: Path) -> None:
    """By the rules that the settings name: it finds a planted mistake, and no rule of a later version counts."""
    if not _has("PSScriptAnalyzer", "1.22"):
        pytest.skip("PSScriptAnalyzer 1.22 or later is not installed")
    settings = AGENT / "PSScriptAnalyzerSettings.psd1"
    (tmp_path / "planted.ps1").write_text("gci | % { $unused = 1 }\n")
    done = run(
        f"'{folder}', '{tmp_path}' | ForEach-Object {{ Invoke-ScriptAnalyzer -Path $_ -Recurse -Settings '{settings}' }} | "
        "ForEach-Object { \"$($_.ScriptName) $($_.RuleName)\" } | Select-Object -Unique; 'END'"
    )
    rules = ("PSAvoidUsingCmdletAliases", "PSUseDeclaredVarsMoreThanAssignments")
    assert sorted(done.stdout.split("\n")[:-1]) == ["END", *(f"planted.ps1 {rule}" for rule in rules)], done.stderr
