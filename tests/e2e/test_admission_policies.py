"""The admission policies: what the operator's account and tenants cannot change, whatever RBAC grants them.

The operator's account is an administrator of this control plane, so that every refusal is the policy's.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from controlplane.plane import ControlPlane
from controlplane.waiting import wait_until
from e2e import rig
from e2e.accounts import OWN, Account
from hyperv_operator.api.names import FINALIZER

pytestmark = pytest.mark.timeout(120)

TEAM = "team"
_OTHER = "example.com/other"
_MACHINE = f"{OWN}/namespaces/{TEAM}/hypervmachines/web"
_HOST = f"{OWN}/hypervhosts/hv"
_INVENTORIES = f"{OWN}/hypervhostinventories"
_EVENTS = "/apis/events.k8s.io/v1/namespaces/{}/events"
_LEASES = "/apis/coordination.k8s.io/v1/namespaces/{}/leases"
_CONFIG_MAPS = "/api/v1/namespaces/{}/configmaps"


@pytest.fixture(scope="module")
def plane() -> Iterator[ControlPlane]:
    """Provide a control plane with a machine, a host and an inventory, whose policies are in effect."""
    with ControlPlane.start() as plane:
        rig.install(plane)
        plane.kubectl("create", "namespace", TEAM)
        plane.apply(_host(), namespace=rig.SYSTEM)
        _, machine = rig.submission("hv", "web")
        kept = {"finalizers": [FINALIZER, _OTHER], "labels": {"tier": "web"}, "annotations": {"note": "a"}}
        plane.apply({**machine, "metadata": {**machine["metadata"], **kept}}, namespace=TEAM)
        plane.apply({**_inventory(), "metadata": {"name": "old"}}, namespace=rig.SYSTEM)
        account = f"--serviceaccount={rig.SYSTEM}:hyperv-operator"
        plane.kubectl("create", "clusterrolebinding", "everything", "--clusterrole=cluster-admin", account)
        _wait_for_policy("operator", Account.of(plane, rig.SYSTEM, "hyperv-operator"))
        _wait_for_policy("tenants", _breaker(plane))
        yield plane


@pytest.fixture(scope="module")
def operator(plane: ControlPlane) -> Account:
    """Provide the operator's account."""
    return Account.of(plane, rig.SYSTEM, "hyperv-operator")


def _wait_for_policy(policy: str, account: Account) -> None:
    wait_until(
        lambda: account.send("PATCH", _MACHINE, _finalizers(), dry=True).text,
        lambda answer: f"hyperv-operator-{policy}" in answer,
        what=f"the policy {policy} to be in effect",
    )


def _breaker(plane: ControlPlane) -> Account:
    """Return an account that may write machines and their statuses."""
    rules = [
        *("--verb=get,update,patch", "--resource=hypervmachines.hyperv-operator.io"),
        "--resource=hypervmachines.hyperv-operator.io/status",
    ]
    plane.kubectl("create", "role", "writer", "-n", TEAM, *rules)
    writer = Account.create(plane, TEAM, "writer", "hyperv-operator-edit", "hyperv-operator-view")
    plane.kubectl("create", "rolebinding", "w", "-n", TEAM, "--role=writer", f"--serviceaccount={TEAM}:writer")
    return writer


def _host() -> dict[str, Any]:
    connection = {"authentication": "ntlm", "credentialsSecretRef": {"name": "winrm"}}
    paths = {"agent": "C:\\A", "images": "D:\\I", "machines": "D:\\M"}
    spec = {"address": "hv.example.com", "connection": connection, "paths": paths, "virtualSwitch": "External"}
    return {
        "apiVersion": "hyperv-operator.io/v1alpha1",
        "kind": "HyperVHost",
        "metadata": {"name": "hv"},
        "spec": {**spec, "tenants": [{"namespaceSelector": {"matchLabels": rig.ALLOWED}}]},
    }


def _inventory(name: str = "hv", *owners: dict[str, Any]) -> dict[str, Any]:
    metadata = {"name": name, "ownerReferences": list(owners)}
    return {"apiVersion": "hyperv-operator.io/v1alpha1", "kind": "HyperVHostInventory", "metadata": metadata}


def _owner(name: str = "hv", kind: str = "HyperVHost") -> dict[str, Any]:
    return {"apiVersion": "hyperv-operator.io/v1alpha1", "kind": kind, "name": name, "uid": "1", "controller": True}


def _finalizers(*names: str) -> dict[str, Any]:
    return {"metadata": {"finalizers": list(names)}}


def _event(**changes: Any) -> dict[str, Any]:
    regarding = {"apiVersion": "hyperv-operator.io/v1alpha1", "kind": "HyperVMachine", "name": "web", "namespace": TEAM}
    event = {
        "metadata": {"name": "web.1", "namespace": TEAM},
        "eventTime": "2026-01-01T00:00:00.000000Z",
        "reportingController": "hyperv-operator.io/operator",
        "reportingInstance": "a",
        "action": "Reconcile",
        "reason": "Ready",
        "type": "Normal",
        "regarding": regarding,
    }
    return {**event, **changes}


def _named(name: str) -> dict[str, Any]:
    return {"metadata": {"name": name}}


_REVIEW = {"spec": {"user": "someone", "resourceAttributes": {"verb": "get", "resource": "pods"}}}
_SECRET_REGARDING = {"apiVersion": "v1", "kind": "Secret", "name": "targets", "namespace": rig.SYSTEM}

_USED = [
    ("PATCH", _MACHINE, _finalizers(_OTHER)),
    ("PATCH", _HOST, _finalizers(FINALIZER)),
    ("PATCH", f"{_MACHINE}/status", {"status": {"conditions": []}}),
    ("PATCH", f"{_HOST}/status", {"status": {"conditions": []}}),
    ("POST", _INVENTORIES, _inventory("hv", _owner())),
    ("PATCH", f"{_INVENTORIES}/old/status", {"status": {}}),
    ("DELETE", f"{_INVENTORIES}/old", None),
    ("POST", _EVENTS.format(TEAM), _event()),
    (
        "POST",
        _EVENTS.format(rig.SYSTEM),
        _event(metadata={"name": "t.1", "namespace": rig.SYSTEM}, regarding=_SECRET_REGARDING),
    ),
    ("POST", _LEASES.format(rig.SYSTEM), _named("hyperv-operator-canary")),
    ("POST", _CONFIG_MAPS.format(rig.SYSTEM), _named("hyperv-operator-notifications")),
    ("POST", "/apis/authorization.k8s.io/v1/subjectaccessreviews", _REVIEW),
]


@pytest.mark.parametrize(("method", "path", "body"), _USED, ids=lambda one: one if isinstance(one, str) else "")
def test_what_the_operator_does_passes(operator: Account, method: str, path: str, body: Any) -> None:
    answer = operator.send(method, path, body, dry=True)
    assert answer.ok, answer.text


_ONLY_STATUS = "Of machines and hosts the operator changes only status and its finalizer"
_NEVER = "The operator never does this: "
_CHANGES: dict[str, dict[str, Any]] = {
    "spec": {"spec": {"paused": True}},
    "label added": {"metadata": {"labels": {"a": "b"}}},
    "label changed": {"metadata": {"labels": {"tier": "db"}}},
    "labels removed": {"metadata": {"labels": None}},
    "annotation added": {"metadata": {"annotations": {"hyperv-operator.io/abandon": "true"}}},
    "annotations removed": {"metadata": {"annotations": None}},
    "owner": {"metadata": {"ownerReferences": [{"apiVersion": "v1", "kind": "Pod", "name": "a", "uid": "1"}]}},
    "foreign finalizer removed": _finalizers(FINALIZER),
    "all finalizers removed": _finalizers(),
    "foreign finalizer added": _finalizers(FINALIZER, _OTHER, "example.com/more"),
    "own finalizer removed with a label": {"metadata": {"finalizers": [_OTHER], "labels": {"a": "b"}}},
}


@pytest.mark.parametrize("change", _CHANGES)
def test_of_a_machine_only_the_own_finalizer_and_the_status_change(operator: Account, change: str) -> None:
    answer = operator.send("PATCH", _MACHINE, _CHANGES[change], dry=True)
    assert (answer.status_code, _ONLY_STATUS in answer.text) == (403, True), answer.text


@pytest.mark.parametrize("change", ["label added", "annotation added", "owner", "foreign finalizer added"])
def test_of_a_host_only_the_own_finalizer_and_the_status_change(operator: Account, change: str) -> None:
    answer = operator.send("PATCH", _HOST, _CHANGES[change], dry=True)
    assert (answer.status_code, _ONLY_STATUS in answer.text) == (403, True), answer.text
    answer = operator.send("PATCH", _HOST, {"spec": {"cordoned": True}}, dry=True)
    assert (answer.status_code, _ONLY_STATUS in answer.text) == (403, True), answer.text


def test_a_status_that_is_written_takes_no_metadata_with_it(operator: Account) -> None:
    change = {"metadata": {"labels": {"a": "b"}, "annotations": {"c": "d"}, "finalizers": []}, "spec": {"paused": True}}
    before = operator.send("GET", _MACHINE).json()
    answer = operator.send("PATCH", f"{_MACHINE}/status", {**change, "status": {"conditions": []}}, dry=True)
    assert answer.ok, answer.text
    written = answer.json()
    assert written["spec"] == before["spec"]
    for key in ("labels", "annotations", "finalizers"):
        assert written["metadata"].get(key) == before["metadata"].get(key)


_POD = {"metadata": {"name": "p"}, "spec": {"containers": [{"name": "c", "image": "i"}]}}
_BINDING = {
    "metadata": {"name": "b"},
    "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "cluster-admin"},
    "subjects": [],
}
_TOKEN = f"/api/v1/namespaces/{rig.SYSTEM}/serviceaccounts/hyperv-operator/token"
_DEFINITION = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions/hypervmachines.hyperv-operator.io"
_CREATED = rig.submission("hv", "new")[1]

_NEVER_DONE: list[tuple[str, str, Any, str]] = [
    ("POST", f"{OWN}/namespaces/{TEAM}/hypervmachines", _CREATED, _NEVER),
    ("DELETE", _MACHINE, None, _NEVER),
    ("DELETE", f"{OWN}/namespaces/{TEAM}/hypervmachines", None, _NEVER),
    ("DELETE", _HOST, None, _NEVER),
    ("PATCH", f"{_INVENTORIES}/old", {"metadata": {"labels": {"a": "b"}}}, _NEVER),
    ("POST", _INVENTORIES, _inventory("hv"), "only inventories that belong to"),
    ("POST", _INVENTORIES, _inventory("hv", _owner("hv2")), "only inventories that belong to"),
    ("POST", _INVENTORIES, _inventory("hv", _owner(kind="HyperVMachine")), "only inventories that belong to"),
    (
        "POST",
        _INVENTORIES,
        _inventory("hv", _owner(), {**_owner("hv2"), "controller": False}),
        "only inventories that belong to",
    ),
    ("POST", _LEASES.format(rig.SYSTEM), _named("other"), "one Lease only"),
    ("POST", _LEASES.format(TEAM), _named("hyperv-operator-canary"), "one Lease only"),
    ("POST", _CONFIG_MAPS.format(rig.SYSTEM), _named("other"), "one ConfigMap only"),
    ("POST", _CONFIG_MAPS.format(TEAM), _named("hyperv-operator-notifications"), "one ConfigMap only"),
    ("DELETE", f"{_CONFIG_MAPS.format(rig.SYSTEM)}/kept", None, _NEVER),
    ("POST", _EVENTS.format(TEAM), _event(reportingController="example.com/other"), "only in its own name"),
    (
        "POST",
        _EVENTS.format(TEAM),
        _event(regarding={"apiVersion": "v1", "kind": "Pod", "name": "p", "namespace": TEAM}),
        "only in its own name",
    ),
    (
        "POST",
        _EVENTS.format(TEAM),
        _event(regarding={"apiVersion": "v1", "kind": "Secret", "name": "p", "namespace": TEAM}),
        "only in its own name",
    ),
    ("POST", f"/api/v1/namespaces/{TEAM}/secrets", _named("s"), _NEVER),
    ("POST", f"/api/v1/namespaces/{TEAM}/pods", _POD, _NEVER),
    ("POST", "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings", _BINDING, _NEVER),
    ("POST", _TOKEN, {"spec": {"expirationSeconds": 600}}, _NEVER),
    ("PATCH", _DEFINITION, {"metadata": {"labels": {"a": "b"}}}, _NEVER),
]


@pytest.mark.parametrize(
    ("method", "path", "body", "sentence"), _NEVER_DONE, ids=lambda one: one if isinstance(one, str) else ""
)
def test_what_the_operator_never_does_is_refused(
    plane: ControlPlane, operator: Account, method: str, path: str, body: Any, sentence: str
) -> None:
    plane.apply({"apiVersion": "v1", "kind": "ConfigMap", **_named("kept")}, namespace=rig.SYSTEM)
    answer = operator.send(method, path, body, dry=True)
    assert (answer.status_code, sentence in answer.text) == (403, True), answer.text


@pytest.fixture(scope="module")
def tenant(plane: ControlPlane) -> Account:
    """Provide an account that RBAC lets write machines and their statuses."""
    return Account.of(plane, TEAM, "writer")


_KEPT = "Removing it by hand leaves the VM behind"
_WRITTEN = "The status is written by the operator only"


@pytest.mark.parametrize(
    ("path", "body", "sentence"),
    [
        (_MACHINE, _finalizers(_OTHER), _KEPT),
        (_MACHINE, {"metadata": {"finalizers": None}}, _KEPT),
        (_MACHINE, [{"op": "remove", "path": "/metadata/finalizers/0"}], _KEPT),
        (f"{_MACHINE}/status", {"status": {"conditions": []}}, _WRITTEN),
        (f"{_MACHINE}/status", {"status": {"vmId": "11111111-1111-1111-1111-111111111111"}}, _WRITTEN),
    ],
)
def test_a_tenant_neither_releases_a_machine_nor_writes_its_status(
    tenant: Account, path: str, body: Any, sentence: str
) -> None:
    answer = tenant.send("PATCH", path, body, dry=True)
    assert (answer.status_code, sentence in answer.text) == (403, True), answer.text


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("PATCH", _MACHINE, {"spec": {"paused": True}}),
        ("PATCH", _MACHINE, {"metadata": {"labels": {"a": "b"}, "annotations": {"c": "d"}}}),
        ("PATCH", _MACHINE, _finalizers(FINALIZER)),
        ("PATCH", _MACHINE, _finalizers(FINALIZER, _OTHER, "example.com/more")),
        ("PATCH", f"{_MACHINE}/status", {"metadata": {"labels": {"a": "b"}}}),
        ("DELETE", _MACHINE, None),
    ],
)
def test_a_tenant_does_everything_else(tenant: Account, method: str, path: str, body: Any) -> None:
    answer = tenant.send(method, path, body, dry=True)
    assert answer.ok, answer.text


def test_who_may_release_repairs(plane: ControlPlane) -> None:
    repairer = Account.create(plane, TEAM, "repairer", "hyperv-operator-release")
    plane.kubectl(
        *("create", "rolebinding", "repair", "-n", TEAM, "--role=writer", f"--serviceaccount={TEAM}:repairer")
    )
    for path, body in ((_MACHINE, _finalizers()), (f"{_MACHINE}/status", {"status": {"conditions": []}})):
        answer = repairer.send("PATCH", path, body, dry=True)
        assert answer.ok, answer.text


def test_hosts_and_inventories_are_kept_too(plane: ControlPlane) -> None:
    plane.kubectl(
        *("create", "clusterrole", "host-editor", "--verb=get,update,patch", "--resource=hypervhosts"),
        "--resource=hypervhosts/status",
        "--resource=hypervhostinventories/status",
    )
    editor = Account.create(plane, TEAM, "editor")
    plane.kubectl(
        *("create", "clusterrolebinding", "editor", "--clusterrole=host-editor", f"--serviceaccount={TEAM}:editor")
    )
    plane.kubectl("patch", "hvh", "hv", "--type=merge", "-p", f'{{"metadata":{{"finalizers":["{FINALIZER}"]}}}}')
    inventory = {"status": {"observedAt": "2026-01-01T00:00:00Z"}}
    for path, body, sentence in (
        (_HOST, _finalizers(), _KEPT),
        (f"{_HOST}/status", {"status": {"operator": "mine"}}, _WRITTEN),
        (f"{_INVENTORIES}/old/status", inventory, _WRITTEN),
    ):
        answer = editor.send("PATCH", path, body, dry=True)
        assert (answer.status_code, sentence in answer.text) == (403, True), answer.text
    assert editor.send("PATCH", _HOST, {"spec": {"cordoned": True}}, dry=True).ok
