"""The guest is valid Python 3.6, and its steps and codes are those of the reference and of the golden files."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from hyperv_operator.protocol.guest import GuestState, parse_guest_ready
from integration.guest_linux.rig import GUEST, System

ROOT = Path(__file__).resolve().parents[3]
EXAMPLES = ROOT / "Schemas" / "examples" / "guest"
MODULES = sorted(GUEST.rglob("*.py"))
LATER = {"dataclasses", "contextvars", "importlib.resources", "importlib.metadata", "graphlib", "zoneinfo", "tomllib"}
"""Modules that the standard library of Python 3.6 lacks."""


def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(), feature_version=(3, 6))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_it_is_python_3_6(path: Path) -> None:
    for node in ast.walk(_tree(path)):
        # The parser accepts these for every feature version.
        assert not (isinstance(node, ast.ImportFrom) and node.module == "__future__")
        assert not (isinstance(node, ast.Call) and {"capture_output", "text"} & {word.arg for word in node.keywords})
        assert not isinstance(node, ast.NamedExpr | ast.Match)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert not node.args.posonlyargs
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
            assert not (isinstance(node.right, ast.Constant) and node.right.value is None), "X | None is of 3.10"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.stem)
def test_it_imports_the_standard_library_alone(path: Path) -> None:
    names = set()
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add(node.module or "")
    for name in names:
        top = name.partition(".")[0]
        assert top == "hvo_guest" or top in sys.stdlib_module_names, name
        assert name not in LATER


@pytest.mark.parametrize("path", sorted(GUEST.glob("*.sh")), ids=lambda path: path.name)
def test_its_shell_scripts_parse(path: Path) -> None:
    subprocess.run(["/bin/sh", "-n", str(path)], check=True)


def _closed_list(name: str) -> list[str]:
    for node in _tree(GUEST / "hvo_guest" / "codes.py").body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id == name:
            assert isinstance(node.value, ast.Tuple)
            return [_value(one) for one in node.value.elts]
    raise AssertionError(name)


def _value(node: ast.expr) -> str:
    if isinstance(node, ast.Constant):
        return str(node.value)
    assert isinstance(node, ast.Name)
    for other in _tree(GUEST / "hvo_guest" / "codes.py").body:
        if isinstance(other, ast.Assign) and isinstance(other.targets[0], ast.Name) and other.targets[0].id == node.id:
            return _value(other.value)
    raise AssertionError(node.id)


def test_every_code_it_can_raise_is_in_the_closed_list_and_all_of_the_list_is_used() -> None:
    raised = set()
    for path in MODULES:
        if path.name != "codes.py":
            raised |= set(
                re.findall(r'(?:StepFailed\(|failure(?:: str)?\s*=\s*|code = )"([A-Za-z]+)"', path.read_text())
            )
    assert raised | {"NotAsRequested"} == set(_closed_list("CODES")) - {"None"}


def test_every_field_that_it_can_name_is_in_the_job_schema() -> None:
    fields = {field["id"] for field in yaml.safe_load((ROOT / "Schemas" / "job-inputs.yaml").read_text())["fields"]}
    pattern = r'(?:NotAsRequested\(|_FIELD = |_FIELD, _[A-Z]+_FIELD = )"([a-z0-9_%]+)"(?:, "([a-z0-9_]+)")?'
    named = set()
    for path in MODULES:
        for pair in re.findall(pattern, path.read_text()):
            named |= {name.replace("%d", number) for name in pair if name for number in "12"}
    assert len(named) >= 10
    assert named <= fields


def test_the_reference_lists_its_steps_and_codes() -> None:
    page = (ROOT / "docs" / "reference" / "agent-protocol.md").read_text()
    section = page.partition("### Steps and codes of the Linux guest")[2].partition("\n#")[0]
    rows = re.findall(r"^\| `([A-Za-z]+)` \|", section, flags=re.MULTILINE)
    assert rows == [*_closed_list("STEPS"), *_closed_list("CODES")]


@pytest.mark.parametrize("name", ["state-linux-applying", "state-linux-failed", "state-not-as-requested"])
def test_golden_states_use_its_steps_and_codes(name: str) -> None:
    golden = json.loads((EXAMPLES / f"{name}.json").read_text())
    state = GuestState.model_validate(golden)
    assert state.step in _closed_list("STEPS")
    assert state.code in _closed_list("CODES")


def test_it_publishes_what_the_golden_files_show(tmp_path: Path) -> None:
    from integration.guest_linux.rig import PASSWORD, VM, provision

    golden = json.loads((EXAMPLES / "plaintext-linux.json").read_text())
    ready = json.loads((EXAMPLES / "ready-linux.json").read_text())
    assert parse_guest_ready(json.dumps(ready), VM) is not None
    system = System(tmp_path)
    with system.boot() as run:
        run.until(system.key)
    ready_item = json.loads(system.pool(1)["ProvisioningReady"])
    assert (ready_item.keys(), ready_item["key"].keys()) == (ready.keys(), ready["key"].keys())
    provision(system, golden["fields"])
    state = json.loads((EXAMPLES / "state-applied.json").read_text())
    state_item = json.loads(system.pool(1)["ProvisioningState"])
    assert {**state_item, "kid": state["kid"]} == state
    assert list(state_item) == list(state)
    assert system.passwords == f"{golden['fields']['guest_la_uid']}:{PASSWORD}\n"
