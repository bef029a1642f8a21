"""`hyperv-operator` as a process: what it imports, and its exit codes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from unit.commands.samples import ROOT, dump, machine

_HEAVY = ("pypsrp", "kubernetes_asyncio", "aiohttp", "prometheus_client")


def _process(*arguments: str, folder: Path, text: str = "") -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "operator")}
    command = [sys.executable, *arguments]
    return subprocess.run(command, cwd=folder, env=environment, input=text, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(("ram", "code"), [(4, 0), (0, 1)])
def test_validate_as_a_process(tmp_path: Path, ram: int, code: int) -> None:
    outcome = _process("-m", "hyperv_operator", "validate", "-f", "-", folder=tmp_path, text=dump(machine(gb_ram=ram)))
    assert outcome.returncode == code, outcome.stderr
    assert outcome.stdout.startswith("stdin:12: spec.fields.gb_ram: ") is (code == 1)


def test_an_unreadable_file_has_exit_code_2(tmp_path: Path) -> None:
    outcome = _process("-m", "hyperv_operator", "validate", "nowhere", folder=tmp_path)
    assert outcome.returncode == 2
    assert "Traceback" not in outcome.stderr


@pytest.mark.parametrize(
    "arguments", [["validate", "a.yaml"], ["schema", "lint", str(ROOT / "Schemas" / "job-inputs.yaml")]]
)
def test_offline_commands_import_no_framework(tmp_path: Path, arguments: list[str]) -> None:
    (tmp_path / "a.yaml").write_text(dump(machine()))
    script = (
        "import json, sys; from hyperv_operator.__main__ import main; "
        f"code = main({arguments!r}); print(json.dumps([code, sorted(sys.modules)]))"
    )
    outcome = _process("-c", script, folder=tmp_path)
    code, modules = json.loads(outcome.stdout.splitlines()[-1])
    assert code == 0
    assert "hyperv_operator.commands.parser" in modules
    assert [name for name in modules if name.split(".")[0] in _HEAVY] == []
    assert "hyperv_operator.app" not in modules


def test_pyyaml_without_libyaml_gives_the_same_findings(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(json.dumps(machine(gb_ram=0), indent="\t"))
    (tmp_path / "b.yaml").write_text("password: *canary-7Q2x\n")
    script = (
        "import sys, yaml; del yaml.CSafeLoader; from hyperv_operator.__main__ import main; "
        "sys.exit(main(['validate', 'a.json', 'b.yaml']))"
    )
    outcome = _process("-c", script, folder=tmp_path)
    lines = outcome.stdout.splitlines()
    assert outcome.returncode == 1
    assert lines[0].startswith("a.json:14: spec.fields.gb_ram: ")
    assert lines[1].startswith("b.yaml:1: this is no YAML: ")
    assert "canary" not in outcome.stdout + outcome.stderr


def test_a_closed_pipe_causes_no_traceback(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "operator")}
    command = [sys.executable, "-m", "hyperv_operator", "validate", "-f", "-"]
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command, cwd=tmp_path, env=environment, stdin=pipe, stdout=pipe, stderr=pipe, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        process.stdin.write(dump(machine(gb_ram=0)))
        process.stdin.close()
        told = process.stderr.read()
    assert process.returncode == 2
    assert "Traceback" not in told
    assert "BrokenPipe" not in told


def test_the_command_of_the_pre_commit_hook_exists(tmp_path: Path) -> None:
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    program, *arguments = hook["entry"].split()
    assert program == "hyperv-operator"
    (tmp_path / "a.yaml").write_text(dump(machine(gb_ram=0)))
    outcome = _process("-m", "hyperv_operator", *arguments, "a.yaml", folder=tmp_path)
    assert outcome.returncode == 1
