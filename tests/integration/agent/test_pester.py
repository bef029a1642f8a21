"""The agent's Pester tests, file by file, where there is a PowerShell with Pester 5; skipped elsewhere."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest

from powershell import needs_pwsh, run
from unit.agent.source import AGENT, HOST, ROLLOUT, name_of

TESTS = sorted((AGENT / "tests").rglob("*.Tests.ps1"))

_RUN = """
$settings = New-PesterConfiguration
$settings.Run.Path = '%s'
$settings.Run.PassThru = $true
$settings.Output.Verbosity = 'None'
$result = Invoke-Pester -Configuration $settings
$failed = @($result.Failed | ForEach-Object { "$($_.ExpandedPath): $($_.ErrorRecord[0])" })
$blocks = @($result.FailedBlocks | ForEach-Object { "$($_.ExpandedPath): $($_.ErrorRecord[0])" })
'RESULT ' + (ConvertTo-Json -Compress -InputObject @{
    passed = $result.PassedCount; skipped = $result.SkippedCount; failed = @($failed + $blocks)
    broken = @($result.FailedContainers | ForEach-Object { "$($_.ErrorRecord[0])" })
})
"""


@cache
def _has(module: str, version: str) -> bool:
    found = run(f"[bool](Get-Module -ListAvailable {module} | Where-Object Version -ge '{version}')")
    return found.stdout.strip() == "True"


@needs_pwsh
@pytest.mark.timeout(1_800)
@pytest.mark.parametrize("path", TESTS, ids=lambda path: str(path.relative_to(AGENT / "tests")))
def test_pester(path: Path) -> None:
    if not _has("Pester", "5.0"):
        pytest.skip("Pester 5 is not installed")
    done = run(_RUN % path, seconds=1_700)
    lines = [line for line in done.stdout.splitlines() if line.startswith("RESULT ")]
    assert lines, done.stdout[-2_000:] + done.stderr[-2_000:]
    result = json.loads(lines[-1].removeprefix("RESULT "))
    assert result["failed"] == []
    assert result["broken"] == []
    assert result["passed"] > 0


@needs_pwsh
@pytest.mark.parametrize("folder", [HOST, ROLLOUT], ids=name_of)
def test_the_analyzer_finds_nothing(folder: Path) -> None:
    if not _has("PSScriptAnalyzer", "1.20"):
        pytest.skip("PSScriptAnalyzer is not installed")
    settings = AGENT / "PSScriptAnalyzerSettings.psd1"
    done = run(
        f"$InformationPreference = 'Continue'; Invoke-ScriptAnalyzer -Path '{folder}' -Recurse -Settings '{settings}' | "
        "ForEach-Object { \"$($_.ScriptName):$($_.Line) $($_.RuleName) $($_.Message)\" }; 'END'"
    )
    assert done.stdout.split("\n")[:-1] == ["END"], done.stderr
