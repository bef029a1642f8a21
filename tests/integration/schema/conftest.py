"""Serve the machine's resource definition under a separate group, so that other tests are not affected."""

from __future__ import annotations

import copy
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from controlplane.plane import ControlPlane
from controlplane.waiting import wait_until
from hyperv_operator.schema.model import JobSchema

ROOT = Path(__file__).resolve().parents[3]
sys.path.append(str(ROOT / "tools"))

import crd  # noqa: E402 - a script's folder, which is no package

SENTENCE_CODES = {422, 400}


@dataclass(frozen=True)
class Verdict:
    """The API server's answer to a submission."""

    accepted: bool
    causes: tuple[tuple[str, str], ...]
    """Field path and message of each error."""
    by_rules: bool
    """Whether every error is from a rule. Errors of the structure hide those of the rules."""

    @property
    def sentences(self) -> list[str]:
        """The messages of the rules, sorted."""
        return sorted(sentence for _, sentence in self.causes)


@dataclass(frozen=True)
class Resource:
    """A served resource, and the namespace for its submissions."""

    plane: ControlPlane
    group: str
    namespace: str

    def body(self, fields: dict[str, Any], secrets: dict[str, Any], **spec: Any) -> dict[str, Any]:
        """Return a machine with these fields and references to these secrets."""
        references = {name: {"secretKeyRef": {"name": "one", "key": str(key)}} for name, key in secrets.items()}
        base = {"schemaVersion": 1, "targetHost": "host", "fields": fields, "secretFields": references}
        return {
            "apiVersion": f"{self.group}/v1alpha1",
            "kind": "HyperVMachine",
            "metadata": {"name": "one"},
            "spec": {**base, **spec},
        }

    def judge(self, fields: dict[str, Any], secrets: dict[str, Any]) -> Verdict:
        """Submit a machine as a dry run."""
        path = f"/apis/{self.group}/v1alpha1/namespaces/{self.namespace}/hypervmachines"
        code, answer = self.plane.request(
            "POST", f"{path}?dryRun=All&fieldValidation=Strict", self.body(fields, secrets)
        )
        if code == 201:
            return Verdict(accepted=True, causes=(), by_rules=False)
        assert code in SENTENCE_CODES, answer
        causes = answer.get("details", {}).get("causes", [])
        told = tuple((str(one.get("field")), _sentence(str(one.get("message")))) for one in causes)
        by_rules = bool(causes) and all(
            one.get("field") in ("spec", "spec.fields") and _is_rule(str(one.get("message"))) for one in causes
        )
        return Verdict(accepted=False, causes=told or (("", str(answer.get("message"))),), by_rules=by_rules)


def _is_rule(message: str) -> bool:
    """Return whether this is the message of a rule, not the error that a rule cannot be evaluated on such a type."""
    return message.startswith("Invalid value: ") and "invalid data, expected" not in message


def _sentence(message: str) -> str:
    """Remove the prefix that the API server puts before the message of a rule."""
    return message.removeprefix("Invalid value: ").removeprefix("object").removeprefix(": ")


Serve = Callable[..., Resource]


@pytest.fixture(scope="module")
def serve(control_plane: ControlPlane) -> Serve:
    """Return a function that serves the machine's resource definition for a schema."""

    def make(schema: JobSchema, group: str, change: Callable[[dict[str, Any]], None] | None = None) -> Resource:
        definition = copy.deepcopy(crd.definitions(schema)["hypervmachines.yaml"])
        definition["metadata"]["name"] = f"hypervmachines.{group}"
        definition["metadata"]["annotations"] = {"api-approved.kubernetes.io": "unapproved, for tests"}
        definition["spec"]["group"] = group
        definition["spec"]["names"].pop("shortNames")
        definition["spec"]["names"].pop("categories")
        if change is not None:
            change(definition)
        code, answer = control_plane.request(
            "POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", definition
        )
        assert code == 201, answer.get("message")
        resource = Resource(control_plane, group, control_plane.new_namespace("contract"))
        path = f"/apis/{group}/v1alpha1/namespaces/{resource.namespace}/hypervmachines"
        wait_until(
            lambda: control_plane.request("GET", path)[0],
            lambda code: code == 200,
            what=f"{group} being served",
            within=30,
            every=0.1,
        )
        return resource

    return make
