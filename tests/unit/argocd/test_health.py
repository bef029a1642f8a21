"""Argo CD's health checks, run by a real Lua over statuses that the operator's own core composed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from gitops import machines
from gitops.files import samples
from gitops.sample import NOW

from hyperv_operator import errors
from hyperv_operator.api.catalogue import CATALOGUE, Kstatus
from hyperv_operator.api.names import HostCondition, MachineCondition, Reason
from hyperv_operator.core import failures
from hyperv_operator.core.decision import Assessment, Readiness
from hyperv_operator.core.decision_table import decide
from hyperv_operator.core.machine_status import compose
from hyperv_operator.protocol.records import AgentCode
from unit.argocd.sandbox import VERSIONS, CheckFailed, Health, assess

ROOT = Path(__file__).resolve().parents[3]
HOME = ROOT / "argocd" / "hyperv-operator.io"
KINDS = ("HyperVMachine", "HyperVHost", "HyperVHostInventory")
SCRIPTS = {kind: (HOME / kind / "health.lua").read_text() for kind in KINDS}


def _cases() -> list[Any]:
    """What Argo CD's own test of its bundled checks reads."""
    found = []
    for kind in KINDS:
        for test in yaml.safe_load((HOME / kind / "health_test.yaml").read_text())["tests"]:
            name = f"{kind}-{Path(test['inputPath']).stem}"
            found.append(pytest.param(kind, test["inputPath"], Health(**test["healthStatus"]), id=name))
    return found


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(("kind", "path", "expected"), _cases())
def test_a_check_says_what_is_expected_of_its_test_data(kind: str, path: str, expected: Health, version: str) -> None:
    assert assess(SCRIPTS[kind], yaml.safe_load((HOME / kind / path).read_text()), version) == expected


@pytest.mark.parametrize("kind", KINDS)
def test_all_of_the_test_data_is_used(kind: str) -> None:
    tests = yaml.safe_load((HOME / kind / "health_test.yaml").read_text())["tests"]
    files = {str(path.relative_to(HOME / kind)) for path in (HOME / kind / "testdata").iterdir()}
    assert files == {test["inputPath"] for test in tests}


@pytest.mark.parametrize("kind", KINDS)
def test_the_test_data_is_what_the_api_server_would_store(kind: str) -> None:
    definitions = [yaml.safe_load(path.read_text())["spec"] for path in (ROOT / "crds").iterdir()]
    (definition,) = (one for one in definitions if one["names"]["kind"] == kind)
    status = definition["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["status"]
    for one in samples()[kind]:
        jsonschema.validate(one.resource.get("status", {}), status)


@pytest.mark.parametrize(("kind", "types"), [("HyperVMachine", MachineCondition), ("HyperVHost", HostCondition)])
def test_the_test_data_has_every_condition_with_every_status_that_has_a_reason(kind: str, types: Any) -> None:
    seen = {
        (one["type"], one["status"])
        for sample in samples()[kind]
        for one in sample.resource.get("status", {}).get("conditions", [])
    }
    words = {True: "True", False: "False", None: "Unknown"}
    stated = {
        (str(condition), words[value])
        for entry in CATALOGUE.values()
        for condition, value in (entry.machine if kind == "HyperVMachine" else entry.host)
    }
    assert {name for name, _ in seen} == {one.value for one in types}
    assert stated - seen == set()


# --- every reason ----------------------------------------------------------------------------------------------------

_PHASES = {Readiness.IN_PROGRESS: "Progressing", Readiness.STALLED: "Degraded", Readiness.READY: "Healthy"}
_NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("phase", _PHASES)
def test_the_conditions_decide_and_the_message_names_the_reason(phase: Readiness) -> None:
    (new,) = (one for one in machines.samples() if one.name == "new")
    for reason in Reason:
        status = compose(machines.NEW, Assessment(phase, reason, "A sentence."), _NOW)
        found = assess(SCRIPTS["HyperVMachine"], {**new.resource, "status": status.to_json()})
        assert found == Health(_PHASES[phase], f"{reason}: A sentence.")


_HEALTH = {Kstatus.IN_PROGRESS: "Progressing", Kstatus.STALLED: "Degraded", Kstatus.NEITHER: "Healthy"}
_WORDS = {True: "True", False: "False", None: "Unknown"}


def _with(kind: str, reason: Reason, shown: dict[str, bool | None]) -> dict[str, Any]:
    """Return a resource whose conditions are those of an entry; it is Ready if the entry says nothing of that."""
    values = {"Ready": True, "Reconciling": False, "Stalled": False, **shown}
    conditions = [
        {
            "type": name,
            "status": _WORDS[value],
            "reason": str(reason) if name in shown else "Ready",
            "message": "A sentence.",
            "observedGeneration": 1,
        }
        for name, value in values.items()
    ]
    (new,) = (one for one in samples()[kind] if one.name == "new")
    metadata = {**new.resource["metadata"], "generation": 1}
    return {**new.resource, "metadata": metadata, "status": {"observedGeneration": 1, "conditions": conditions}}


@pytest.mark.parametrize("reason", Reason)
def test_the_health_of_each_reason_follows_from_its_kstatus(reason: Reason) -> None:
    one = CATALOGUE[reason]
    for kind, shown in (("HyperVMachine", one.machine), ("HyperVHost", one.host)):
        if shown:
            found = assess(SCRIPTS[kind], _with(kind, reason, {str(name): value for name, value in shown}))
            assert found.status == _HEALTH[one.kstatus]


@pytest.mark.parametrize("code", [code for code in AgentCode if code is not AgentCode.REMOVE_FAILED])
def test_a_machine_after_each_code_has_the_health_of_the_codes_reason(code: AgentCode) -> None:
    snapshot = replace(machines.just_after(machines.outcome(code=code, message="It failed.")), failures=1)
    status = compose(snapshot, decide(snapshot, NOW).assessment, NOW)
    (new,) = (one for one in machines.samples() if one.name == "new")
    found = assess(SCRIPTS["HyperVMachine"], {**new.resource, "status": status.to_json()})
    entry = CATALOGUE[failures.reason_of_code(code)]
    assert found.status == _HEALTH[entry.kstatus]
    assert entry.remedy in found.message
    assert "It failed." in found.message


def _all(kind: type[errors.HostError]) -> set[type[errors.HostError]]:
    return {kind}.union(*(_all(one) for one in kind.__subclasses__()))


@pytest.mark.parametrize("kind", sorted(_all(errors.HostError), key=repr))
def test_a_machine_after_each_failed_call_has_the_health_of_the_calls_reason(kind: type[errors.HostError]) -> None:
    snapshot = replace(machines.after(None, error=kind("It failed.")), failures=5)
    status = compose(snapshot, decide(snapshot, NOW).assessment, NOW)
    (new,) = (one for one in machines.samples() if one.name == "new")
    found = assess(SCRIPTS["HyperVMachine"], {**new.resource, "status": status.to_json()})
    entry = CATALOGUE[failures.reason_of_error(kind("It failed."))]
    assert found.status == _HEALTH[entry.kstatus]
    assert (
        f"{failures.reason_of_error(kind('It failed.'))}: {failures.explain_to_owner_of_machine(kind('It failed.'))}"
        in found.message
    )


def test_what_speaks_of_an_older_spec_is_neither_healthy_nor_degraded() -> None:
    for sample in samples()["HyperVMachine"]:
        if sample.health in ("Healthy", "Degraded"):
            newer = {**sample.resource, "metadata": {**sample.resource["metadata"], "generation": 9}}
            assert assess(SCRIPTS["HyperVMachine"], newer).status == "Progressing"
            seen = {**newer, "status": {**newer["status"], "observedGeneration": 9}}
            assert assess(SCRIPTS["HyperVMachine"], seen).status in ("Progressing", "Suspended")


@pytest.mark.parametrize("kind", KINDS)
def test_a_resource_that_is_barely_there_breaks_no_check(kind: str) -> None:
    statuses: tuple[Any, ...] = (None, {}, {"conditions": []}, {"conditions": [{"type": "Ready"}]})
    for status in statuses:
        resource = {"metadata": {"name": "x", "generation": 1}, "spec": {}, "status": status}
        assert assess(SCRIPTS[kind], resource).status == "Progressing"


# --- the sandbox and the ConfigMap -----------------------------------------------------------------------------------


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize(
    "script",
    ["return {status = string.lower('X')}", "return {status = ('x'):lower()}", "io.open('/etc/passwd')", "math.max(1)"],
)
def test_the_sandbox_has_no_more_than_argo_cd_gives(script: str, version: str) -> None:
    with pytest.raises(CheckFailed, match="attempt to index"):
        assess(script, {}, version)


def test_the_patch_has_each_check_under_the_key_of_its_kind() -> None:
    data = yaml.safe_load((ROOT / "argocd" / "argocd-cm.yaml").read_text())["data"]
    assert data == {f"resource.customizations.health.hyperv-operator.io_{kind}": SCRIPTS[kind] for kind in KINDS}
