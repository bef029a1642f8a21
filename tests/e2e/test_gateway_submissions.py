"""Submissions to the gateway on the real API server: what is refused, what is left behind, and the same request again."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from controlplane.plane import ControlPlane
from controlplane.waiting import wait_until
from e2e import rig
from e2e.conftest import NewHost
from e2e.gateway import CANARY, JOBS, Gateway, gateway, machines, person, secrets, submission

pytestmark = pytest.mark.timeout(180)


# --- what is refused ------------------------------------------------------------------------------------------------


def _errors(answer: Any) -> set[tuple[str, str]]:
    assert answer.status == 422, answer.text
    return {(one["field"], one["code"]) for one in answer.json["errors"]}


def test_every_error_of_a_submission_is_named_and_no_value_is_shown(served: Gateway, token: str) -> None:
    fields = {
        "gb_ram": "lots",
        "guest_v4_ipaddr": "10.0.0.5",
        "guest_la_pw": "short",
        "pasword": CANARY,
        "vlan_id": 5000,
        "guest_domain_joinpw": [CANARY],
    }
    answer = served.post(f"{JOBS}/validate", submission(fields=fields), token)
    static = {"guest_v4_ipaddr", "guest_v4_cidrprefix", "guest_v4_defaultgw", "guest_v4_dns1"}
    assert _errors(answer) == {
        ("gb_ram", "type"),
        ("guest_la_pw", "length"),
        ("pasword", "unknown"),
        ("vlan_id", "range"),
        ("guest_domain_joinpw", "type"),
        *((name, "incomplete_set") for name in static),
    }
    assert CANARY not in answer.text + served.log.read_text()
    assert "10.0.0.5" not in answer.text


def test_a_malformed_request_is_refused_without_its_values(served: Gateway, token: str) -> None:
    wrong = submission(secret_key=CANARY, namespace=CANARY, name="UPPER", power_state=CANARY)
    wrong["schema_version"] = "1"
    answer = served.post(f"{JOBS}/validate", wrong, token)
    assert {field for field, _ in _errors(answer)} == {
        "secret_key",
        "namespace",
        "name",
        "power_state",
        "schema_version",
    }
    for raw in (b"{", b"[]", b"null", b'{"values": {"guest_la_pw": "' + CANARY.encode() + b'"', b"\xff", b"[" * 5_000):
        answer = served.request("POST", f"{JOBS}/provision", raw, token=token)
        assert answer.status in (400, 422), raw[:20]
        assert CANARY not in answer.text
    surrogate = json.dumps(submission(fields={"\ud800": 1, "guest_la_pw": "\ud800" * 10}))
    answer = served.request("POST", f"{JOBS}/provision", surrogate.encode(), token=token)
    assert _errors(answer) == {("values", "value_error")}
    assert CANARY not in served.log.read_text()


def test_another_schema_version_is_refused_with_what_has_changed(
    cluster: ControlPlane, tenant: str, token: str, gateway_log: Path, tmp_path: Path
) -> None:
    source = (Path(__file__).resolve().parents[2] / "Schemas" / "job-inputs.yaml").read_text()
    older, active = tmp_path / "older", tmp_path / "active.yaml"
    older.mkdir()
    (older / "v1.yaml").write_text(source)
    active.write_text(source.replace("version: 1", "version: 2", 1).replace("maximum: 12288", "maximum: 64"))
    with gateway(
        cluster, gateway_log, default_namespace=tenant, schema_file=str(active), older_schemas_dir=str(older)
    ) as served:
        answer = served.post(f"{JOBS}/provision", submission(), token)
        assert (answer.status, answer.json["active_version"]) == (412, 2)
        assert "fields.gb_ram.validations.maximum" in {one["place"] for one in answer.json["changes"]}
        changes = served.get("/api/v1/schema/job-inputs/changes?from=1", token).json
        assert (changes["from"], changes["to"]) == (1, 2)
        assert changes["changes"] == answer.json["changes"]
        assert served.get("/api/v1/schema/job-inputs/changes?from=7", token).status == 404
        assert served.post(f"{JOBS}/provision", submission() | {"schema_version": 7}, token).json.get("changes") is None
    assert machines(cluster, tenant) == []


def test_a_second_machine_of_one_name_is_refused(
    cluster: ControlPlane, tenant: str, served: Gateway, token: str
) -> None:
    first = served.post(f"{JOBS}/provision", submission(), token).json
    again = served.post(f"{JOBS}/provision", submission(), token)
    assert (again.status, again.json["job_id"]) == (409, first["id"])
    assert served.post(f"{JOBS}/validate", submission(), token).status == 409
    assert len(secrets(cluster, tenant)) == 1


@pytest.mark.usefixtures("operator")
def test_the_webhooks_refusal_names_the_field(
    cluster: ControlPlane, tenant: str, new_host: NewHost, served: Gateway, token: str, operator: rig.Operator
) -> None:
    host = new_host({"tenants": [{"namespaceSelector": {"matchLabels": rig.ALLOWED}, "images": ["Windows*"]}]})
    operator.wait_for_webhook()
    wait_until(
        lambda: served.post(f"{JOBS}/validate", submission(host.name), token).status == 422, what="a host that is known"
    )
    answer = served.post(f"{JOBS}/provision", submission(host.name), token)
    assert _errors(answer) == {("image_name", "ImageNotAllowed")}
    served.post(f"{JOBS}/provision", submission(host.name, {"image_name": "Windows Server 2022"}), token)
    twin = submission(host.name, {"image_name": "Windows Server 2022"}, name="web-2")
    wait_until(lambda: served.post(f"{JOBS}/validate", twin, token).status == 409, what="a duplicate that is known")
    assert secrets(cluster, tenant) == [one for one in secrets(cluster, tenant) if "/web-1-" in one]


# --- nothing is left behind -----------------------------------------------------------------------------------------


@contextmanager
def _policy(cluster: ControlPlane, namespace: str, expression: str, resource: str) -> Iterator[None]:
    """Refuse what does not satisfy an expression, during the block."""
    name = f"gateway-{uuid.uuid4().hex[:6]}"
    group = "hyperv-operator.io" if resource == "hypervmachines" else ""
    version = "v1alpha1" if group else "v1"
    rule = {"apiGroups": [group], "apiVersions": [version], "operations": ["CREATE"], "resources": [resource]}
    policy = {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingAdmissionPolicy",
        "metadata": {"name": name},
        "spec": {
            "matchConstraints": {"resourceRules": [rule]},
            "validations": [{"expression": expression, "message": f"not today, {CANARY}"}],
        },
    }
    binding = {
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "ValidatingAdmissionPolicyBinding",
        "metadata": {"name": name},
        "spec": {
            "policyName": name,
            "validationActions": ["Deny"],
            "matchResources": {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": namespace}}},
        },
    }
    cluster.apply([policy, binding])
    try:
        yield
    finally:
        cluster.kubectl("delete", "validatingadmissionpolicy,validatingadmissionpolicybinding", name)


@pytest.mark.parametrize(
    ("expression", "resource"),
    [
        ("!has(object.metadata.ownerReferences)", "secrets"),
        ("false", "secrets"),
        ("false", "hypervmachines"),
    ],
)
def test_a_refused_part_leaves_nothing_of_the_whole(
    cluster: ControlPlane, tenant: str, served: Gateway, token: str, expression: str, resource: str
) -> None:
    with _policy(cluster, tenant, expression, resource):
        answer = wait_until(
            lambda: served.post(f"{JOBS}/provision", submission(name=f"web-{uuid.uuid4().hex[:6]}"), token),
            lambda seen: seen.status != 202,
            what="a policy that is in effect",
            within=30,
            every=0.5,
        )
        assert answer.status == 422, answer.text
        assert "not today" in answer.text
        assert CANARY not in answer.text
        before = machines(cluster, tenant), secrets(cluster, tenant)
        assert served.post(f"{JOBS}/provision", submission(name="late"), token).status == 422
        assert (machines(cluster, tenant), secrets(cluster, tenant)) == before
    assert not any("late" in one for one in [*machines(cluster, tenant), *secrets(cluster, tenant)])


def test_who_may_not_create_secrets_creates_no_machine(cluster: ControlPlane, tenant: str, served: Gateway) -> None:
    rules = [{"apiGroups": ["hyperv-operator.io"], "resources": ["hypervmachines"], "verbs": ["create", "get"]}]
    token = person(cluster, tenant, "bob", rules)
    answer = served.post(f"{JOBS}/provision", submission(), token)
    assert answer.status == 403
    assert 'cannot create resource "secrets"' in answer.json["detail"]
    assert machines(cluster, tenant) == []
    reference = {"guest_la_pw": {"secret_name": "mine", "key": "password"}}
    answer = served.post(f"{JOBS}/provision", submission(fields={"guest_la_pw": None}, secrets=reference), token)
    assert (answer.status, answer.json["secret_fields"]) == (202, reference)


# --- the same request again -----------------------------------------------------------------------------------------


def test_the_same_request_gives_the_same_job_and_completes_it(
    cluster: ControlPlane, tenant: str, served: Gateway, token: str
) -> None:
    key = str(uuid.uuid4())
    first = served.post(f"{JOBS}/provision", submission(), token, Idempotency_Key=key)
    assert first.status == 202
    (secret,) = secrets(cluster, tenant)
    cluster.kubectl("delete", secret, "-n", tenant)  # as if the gateway had died between its two writes
    second = served.post(f"{JOBS}/provision", submission(), token, Idempotency_Key=key)
    assert (second.status, second.json["id"]) == (202, first.json["id"])
    assert secrets(cluster, tenant) == [secret]
    owner = json.loads(cluster.kubectl("get", secret, "-n", tenant, "-o", "json"))["metadata"]["ownerReferences"][0]
    assert owner["uid"] == first.json["uid"]
    for other in (submission(fields={"guest_la_pw": "Another-Pw-123"}), submission(name="web-2")):
        answer = served.post(f"{JOBS}/provision", other, token, Idempotency_Key=key)
        assert (answer.status, answer.json["type"]) == (409, "urn:hyperv-operator:problem:idempotency-key-reused")
    for bad in ("short", "x" * 256, "with space in the key"):
        assert served.post(f"{JOBS}/provision", submission(), token, Idempotency_Key=bad).status == 400
    stored = cluster.kubectl("get", "hvm", "web-1", "-n", tenant, "-o", "yaml")
    assert key not in stored
    assert CANARY not in stored


def test_two_gateways_with_one_key_create_one_machine(
    cluster: ControlPlane, tenant: str, served: Gateway, token: str, tmp_path: Path
) -> None:
    with gateway(cluster, tmp_path / "second.log", default_namespace=tenant) as second, ThreadPoolExecutor(8) as pool:
        for number in range(5):
            body, key = submission(name=f"race-{number}"), str(uuid.uuid4())
            answers = list(
                pool.map(
                    lambda one, body=body, key=key: one.post(f"{JOBS}/provision", body, token, Idempotency_Key=key),
                    [served, second] * 4,
                )
            )
            assert {one.status for one in answers} == {202}, [one.text for one in answers if one.status != 202]
            assert len({one.json["id"] for one in answers}) == 1
    assert len(machines(cluster, tenant)) == 5
    assert len(secrets(cluster, tenant)) == 5
