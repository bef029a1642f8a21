"""Transition rules on the real API server: which fields become immutable, and when."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from controlplane.waiting import wait_until
from hyperv_operator.core.mutability import Mutability, mutability
from hyperv_operator.schema.loader import load_schema
from submissions import table

from .conftest import Resource, Serve

TEXT = (Path(__file__).resolve().parents[3] / "Schemas" / "job-inputs.yaml").read_text()
SCHEMA = load_schema(TEXT)
VM_ID = "11111111-1111-4111-8111-111111111111"
SEALED = {"runId": VM_ID, "kid": "k", "count": 1, "secrets": {}}
CLAIM = {"runId": VM_ID, "attempt": 1, "operator": "o"}
_FIRST = (
    "vm_name, image_name, os_family, vlan_id and vm_clustered cannot be changed once provisioning has begun: delete this machine "
    "and apply a new one."
)
_GUEST = "guest_* and cnf_* fields cannot be changed once they were published to the guest"
_SECRET = "spec.secretFields cannot be changed once the guest is configured: nothing would be done."
CLAIMED = {"claim": CLAIM}
GIVEN = {**CLAIMED, "sealed": SEALED}
DONE = {**GIVEN, "guestConfiguredAt": "2026-01-01T00:00:00Z"}
STAGES: dict[str, dict[str, Any]] = {"new": {}, "claimed": CLAIMED, "given": GIVEN, "done": DONE}
OTHER: dict[str, Any] = {
    "vm_name": "other",
    "image_name": "Ubuntu 22.04",
    "os_family": "linux",
    "vlan_id": 5,
    "vm_clustered": True,
    "gb_ram": 16,
    "cpu_cores": 8,
    "guest_la_uid": "other",
    "guest_v4_ipaddr": "192.168.1.9",
    "guest_v4_cidrprefix": 25,
    "guest_v4_defaultgw": "192.168.1.2",
    "guest_v4_dns1": "192.168.1.3",
    "guest_v4_dns2": "192.168.1.4",
    "guest_net_dnssuffix": "other.example.com",
    "guest_domain_jointarget": "other.example.com",
    "guest_domain_joinuid": "other",
    "guest_domain_joinou": "OU=x",
    "cnf_ansible_ssh_user": "other",
    "cnf_ansible_ssh_key": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExampleExampleExampleExampleExampleExampleE other",
}
"""Another value of every field that is not secret."""
_SENTENCES = {
    Mutability.APPLIED: ("", "", "", ""),
    Mutability.FROZEN_BY_CLAIM: ("", _FIRST, _FIRST, _FIRST),
    Mutability.FROZEN_BY_SEALING: ("", "", _GUEST, _GUEST),
    Mutability.FROZEN_BY_GUEST: ("", "", "", _SECRET),
}
"""What the API server says to a change at each stage; nothing where it takes the change."""


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

    def read(self) -> dict[str, Any]:
        """Read the machine."""
        found: dict[str, Any] = self._plane.request("GET", self._path)[1]
        return found

    def put(
        self, change: dict[str, Any], *, part: str = "", status: bool = False, dry: bool = False
    ) -> tuple[int, str]:
        """Write the machine with a changed spec, part of its spec, or status; with `dry`, only ask."""
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
        path = self._path + ("/status" if status else "") + ("?dryRun=All" if dry else "")
        code, answer = self._plane.request("PUT", path, body)
        return code, str(answer.get("message", ""))


@pytest.mark.parametrize(("stage", "position"), [(stage, position) for position, stage in enumerate(STAGES)])
def test_every_field_can_be_changed_until_it_is_frozen(resource: Resource, stage: str, position: int) -> None:
    machine = Machine(resource, f"fields-{stage}")
    if STAGES[stage]:
        assert machine.put(STAGES[stage], status=True)[0] == 200
    for field in SCHEMA.fields:
        part = "secretFields" if field.is_secret else "fields"
        other = {"secretKeyRef": {"name": "other", "key": "other"}} if field.is_secret else OTHER[field.id]
        expected = _SENTENCES[mutability(field)][position]
        _, message = machine.put({field.id: other}, part=part, dry=True)
        for sentence in (_FIRST, _GUEST, _SECRET):
            # A change can break a parameter set as well; here only the transition counts.
            assert (sentence in message) == (sentence == expected), (field.id, message)


@pytest.mark.parametrize("stage", STAGES)
def test_the_rest_of_the_spec_can_be_changed_at_any_time_but_for_the_host(resource: Resource, stage: str) -> None:
    machine = Machine(resource, f"rest-{stage}")
    if STAGES[stage]:
        assert machine.put(STAGES[stage], status=True)[0] == 200
    code, message = machine.put({"targetHost": "other"})
    assert code == 422
    assert "spec.targetHost cannot be changed" in message
    change = {"powerState": "Off", "paused": True, "deletionPolicy": "Retain", "schemaVersion": 2}
    assert machine.put(change)[0] == 200


def test_a_default_that_is_written_out_is_no_change(resource: Resource) -> None:
    machine = Machine(resource, "defaults")
    assert machine.put(DONE, status=True)[0] == 200
    assert machine.put({"vlan_id": 0, "vm_clustered": False}, part="fields")[0] == 200
    code, message = machine.put({"vlan_id": 1}, part="fields")
    assert code == 422
    assert _FIRST in message


def test_a_reference_that_is_taken_away_is_a_change(resource: Resource) -> None:
    machine = Machine(resource, "reference")
    assert machine.put(DONE, status=True)[0] == 200
    for part, change in (
        ("secretFields", {"guest_domain_joinpw": {"secretKeyRef": {"name": "a", "key": "b"}}}),
        ("", {"secretFields": {}}),
    ):
        code, message = machine.put(change, part=part)
        assert code == 422
        assert _SECRET in message


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


def test_a_new_machine_says_that_nothing_was_observed_yet(resource: Resource) -> None:
    """Without a status, kstatus takes it for finished, and Flux and Helm go on."""
    machine = Machine(resource, "unseen")
    assert machine.body["status"] == {"observedGeneration": -1}
    assert machine.put({}, status=True)[0] == 200
    assert machine.read()["status"] == {"observedGeneration": -1}
