"""The chart renders, runs restricted, and asks for no more rights than the operator uses."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from controlplane.binaries import find_or_build
from controlplane.commands import CommandFailed, run

CHART = Path(__file__).resolve().parents[3] / "charts" / "hyperv-operator"


def _render(*options: str) -> list[dict[str, Any]]:
    helm = str(find_or_build(print).helm)
    command = [
        helm,
        "template",
        "hyperv-operator",
        str(CHART),
        "--kube-version",
        "1.37.0",
        "-n",
        "hyperv-system",
        *options,
    ]
    return [one for one in yaml.safe_load_all(run(command)) if one]


def _one(documents: list[dict[str, Any]], kind: str) -> dict[str, Any]:
    return next(one for one in documents if one["kind"] == kind)


def test_secrets_are_read_by_name_alone() -> None:
    documents = _render()
    rules = [rule for one in documents if one["kind"] in ("ClusterRole", "Role") for rule in one["rules"]]
    assert [rule["verbs"] for rule in rules if "secrets" in rule["resources"]] == [["get"]]
    assert not any("*" in rule["verbs"] + rule["resources"] + rule["apiGroups"] for rule in rules)


def test_the_pod_is_restricted() -> None:
    pod = _one(_render(), "Deployment")["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    assert pod["securityContext"]["runAsNonRoot"]
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }


def test_resource_definitions_are_kept_and_can_be_left_out() -> None:
    kept = [one for one in _render() if one["kind"] == "CustomResourceDefinition"]
    assert len(kept) == 3
    assert all(one["metadata"]["annotations"]["helm.sh/resource-policy"] == "keep" for one in kept)
    assert not [one for one in _render("--set", "crds.install=false") if one["kind"] == "CustomResourceDefinition"]


def test_an_unknown_value_is_refused() -> None:
    with pytest.raises(CommandFailed, match="replicas"):
        _render("--set", "replicas=3")


def _unbounded(node: dict[str, Any], path: str) -> list[str]:
    kind = node.get("type")
    found = []
    if kind == "string" and "maxLength" not in node and "enum" not in node:
        found.append(path)
    if kind == "array" and ("maxItems" not in node or "x-kubernetes-list-type" not in node):
        found.append(path)
    if kind == "object" and "additionalProperties" in node and "maxProperties" not in node:
        found.append(path)
    children = {**node.get("properties", {}), "[]": node.get("items"), "{}": node.get("additionalProperties")}
    for name, child in children.items():
        if isinstance(child, dict):
            found += _unbounded(child, f"{path}.{name}")
    return found


def test_everything_in_the_resource_definitions_is_bounded() -> None:
    for definition in (one for one in _render() if one["kind"] == "CustomResourceDefinition"):
        schema = definition["spec"]["versions"][0]["schema"]["openAPIV3Schema"]
        assert _unbounded(schema, definition["spec"]["names"]["kind"]) == []
