"""Transition rules on the real API server: which fields become immutable, and when."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from controlplane.waiting import wait_until
from hyperv_operator.schema.loader import load_schema
from submissions import table

from .conftest import Resource, Serve

TEXT = (Path(__file__).resolve().parents[3] / "Schemas" / "job-inputs.yaml").read_text()
SCHEMA = load_schema(TEXT)
VM_ID = "11111111-1111-4111-8111-111111111111"
SEALED = {"runId": VM_ID, "kid": "k", "count": 1, "secrets": {}}
_IDENTITY = "vm_name and image_name cannot be changed once the VM exists: delete this machine and apply a new one."
_GUEST = "guest_* and cnf_* fields cannot be changed once they were published to the guest"


@pytest.fixture(scope="module")
def resource(serve: Serve) -> Resource:
    return serve(SCHEMA, "transitions.example.com")


class Machine:
    """A stored machine."""

    def __init__(self, resource: Resource, name: str) -> None:
        self._plane = resource.plane
        base = next(case for case in table.cases() if case.name.startswith("cluster:"))
        fields = {key: value for key, value in base.fields.items() if key != "vm_clustered"}
        body = resource.body(fields, {"guest_la_pw": "key"})
        body["metadata"]["name"] = name
        folder = f"/apis/{resource.group}/v1alpha1/namespaces/{resource.namespace}/hypervmachines"
        self._path = f"{folder}/{name}"
        code, self.body = self._plane.request("POST", folder, body)
        assert code == 201, self.body

    def put(self, change: dict[str, Any], *, part: str = "", status: bool = False) -> tuple[int, str]:
        """Write the machine with a changed part of its spec (by default `fields`) or status."""
        body = self._plane.request("GET", self._path)[1]
        if status:
            body["status"] = change
        else:
            target = body["spec"][part] if part else body["spec"]
            for key, value in change.items():
                if value is None:
                    target.pop(key)
                else:
                    target[key] = value
        code, answer = self._plane.request("PUT", self._path + ("/status" if status else ""), body)
        return code, str(answer.get("message", ""))


@pytest.mark.parametrize(
    ("status", "part", "change", "sentence"),
    [
        ({}, "fields", {"vm_name": "other"}, ""),
        ({}, "fields", {"guest_la_uid": "other"}, ""),
        ({"vmId": VM_ID}, "fields", {"vm_name": "other"}, _IDENTITY),
        ({"vmId": VM_ID}, "fields", {"image_name": "Ubuntu 22.04"}, _IDENTITY),
        ({"vmId": VM_ID}, "fields", {"guest_la_uid": "other"}, ""),
        ({"vmId": VM_ID}, "fields", {"gb_ram": 16, "cpu_cores": 8}, ""),
        ({"vmId": VM_ID, "sealed": SEALED}, "fields", {"guest_la_uid": "other"}, _GUEST),
        ({"vmId": VM_ID, "sealed": SEALED}, "fields", {"guest_domain_joinou": "OU=x"}, _GUEST),
        ({"vmId": VM_ID, "sealed": SEALED}, "fields", {"gb_ram": 16, "vlan_id": 5}, ""),
        ({"vmId": VM_ID, "sealed": SEALED}, "", {"powerState": "Off", "paused": True}, ""),
        ({}, "", {"targetHost": "other"}, "spec.targetHost cannot be changed"),
    ],
)
def test_a_field_can_be_changed_until_it_is_immutable(
    resource: Resource,
    request: pytest.FixtureRequest,
    status: dict[str, Any],
    part: str,
    change: dict[str, Any],
    sentence: str,
) -> None:
    machine = Machine(resource, f"m-{abs(hash(request.node.name)) % 10**9}")
    if status:
        assert machine.put(status, status=True)[0] == 200
    code, message = machine.put(change, part=part)
    assert (code == 200) == (not sentence), message
    assert sentence in message


def test_a_stored_machine_that_newer_rules_refuse_still_gets_its_status_and_is_released(
    serve: Serve,
) -> None:
    """An upgrade of the resource definition blocks neither status writes nor the removal of the finalizer."""
    group = "ratchet.example.com"
    resource = serve(SCHEMA, group)
    machine = Machine(resource, "old")
    name = f"/apis/apiextensions.k8s.io/v1/customresourcedefinitions/hypervmachines.{group}"
    definition = resource.plane.request("GET", name)[1]
    spec = definition["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["spec"]
    spec["x-kubernetes-validations"].append({"rule": "self.fields.cpu_cores > 100", "message": "stricter"})
    assert resource.plane.request("PUT", name, definition)[0] == 200
    ask = resource.plane.request
    path = f"/apis/{group}/v1alpha1/namespaces/{resource.namespace}/hypervmachines"

    def in_force() -> bool:
        return ask("POST", f"{path}?dryRun=All", {**machine.body, "metadata": {"name": "new"}})[0] == 422

    wait_until(in_force, bool, what="the stricter rule", within=30, every=0.2)
    code, message = machine.put({"observedGeneration": 1}, status=True)
    assert code == 200, message
    body = ask("GET", f"{path}/old")[1]
    body["metadata"]["finalizers"] = []
    assert ask("PUT", f"{path}/old", body)[0] == 200
