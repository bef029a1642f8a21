"""What the chart renders, as the API server judges it: pods by the restricted Pod Security Standard, network policies by validation."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest
import yaml

from controlplane.commands import CommandFailed
from controlplane.plane import ControlPlane
from hyperv_operator.api.host import Tenant
from integration.tools.test_chart import CHART
from integration.tools.test_chart_rights import _FEATURES, _GATEWAY, _HARDENED, _NETWORK, _rendered

_KRB5 = {"kerberos": {"krb5Conf": "[libdefaults]\n"}}
_EVERYTHING = (*_FEATURES.values(), _GATEWAY, _HARDENED, _NETWORK, _KRB5)
_NAMES = ("hyperv-operator", "hyperv-operator-gateway")


@pytest.fixture(scope="module")
def restricted(control_plane: ControlPlane) -> str:
    """Provide a namespace that takes only pods of the restricted standard."""
    return control_plane.new_namespace("restricted", {"pod-security.kubernetes.io/enforce": "restricted"})


def _pod(name: str, *values: dict[str, Any]) -> dict[str, Any]:
    deployments = (one for one in _rendered(*values) if one["kind"] == "Deployment")
    (found,) = (one for one in deployments if one["metadata"]["name"] == name)
    template = found["spec"]["template"]
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {**template["metadata"], "name": name},
        "spec": template["spec"],
    }


def _create(plane: ControlPlane, namespace: str, body: dict[str, Any]) -> None:
    plane.kubectl("create", "-n", namespace, "--dry-run=server", "-f", "-", stdin=yaml.safe_dump(body))


@pytest.mark.parametrize("name", _NAMES)
@pytest.mark.parametrize("values", [(), _EVERYTHING], ids=["least", "everything"])
def test_pods_meet_the_restricted_standard(
    control_plane: ControlPlane, restricted: str, name: str, values: tuple[dict[str, Any], ...]
) -> None:
    _create(control_plane, restricted, _pod(name, *values, _GATEWAY))


def _without(*path: str) -> Callable[[dict[str, Any]], None]:
    def change(pod: dict[str, Any]) -> None:
        at = pod["spec"]
        for key in path[:-1]:
            at = at[0][key] if isinstance(at, list) else at[key]
        del (at[0] if isinstance(at, list) else at)[path[-1]]

    return change


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (_without("securityContext", "runAsNonRoot"), "runAsNonRoot != true"),
        (_without("securityContext", "seccompProfile"), "seccompProfile"),
        (_without("containers", "securityContext"), "allowPrivilegeEscalation != false"),
    ],
)
@pytest.mark.parametrize("name", _NAMES)
def test_a_pod_that_is_less_restricted_is_refused(
    control_plane: ControlPlane, restricted: str, name: str, change: Callable[[dict[str, Any]], None], sentence: str
) -> None:
    pod = copy.deepcopy(_pod(name, _GATEWAY))
    change(pod)
    with pytest.raises(CommandFailed, match=sentence):
        _create(control_plane, restricted, pod)


@pytest.mark.parametrize("name", _NAMES)
def test_what_the_standard_does_not_ask_for(name: str) -> None:
    """A root file system that cannot be written, no capability, no addresses of other Services, and a token only where it is used."""
    spec = _pod(name, *_EVERYTHING)["spec"]
    (container,) = spec["containers"]
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert spec["enableServiceLinks"] is False
    assert spec["automountServiceAccountToken"] is (name == "hyperv-operator")
    assert not {"hostNetwork", "hostPID", "hostIPC"} & spec.keys()
    mounts = {one["name"]: one.get("readOnly", False) for one in container["volumeMounts"]}
    writable = {one["name"] for one in spec["volumes"] if not mounts[one["name"]]}
    assert writable == ({"tmp"} if name == "hyperv-operator" else set())
    assert all("emptyDir" in one for one in spec["volumes"] if one["name"] in writable)


def test_network_policies_are_valid(control_plane: ControlPlane, namespace: str) -> None:
    policies = [one for one in _rendered(*_EVERYTHING) if one["kind"] == "NetworkPolicy"]
    assert len(policies) == 2
    for one in policies:
        control_plane.apply({**one, "metadata": {"name": one["metadata"]["name"]}}, namespace=namespace)
    stored = control_plane.kubectl("get", "networkpolicies", "-n", namespace, "-o", "name").split()
    assert len(stored) == 2


def test_the_guides_tenant_entry_is_one_that_a_host_can_have() -> None:
    text = (CHART.parents[1] / "docs" / "guides" / "least-privilege.md").read_text(encoding="utf-8")
    entries = yaml.safe_load("tenants:\n" + text.partition("```yaml\ntenants:\n")[2].partition("```")[0])["tenants"]
    (definition,) = (one for one in _rendered() if one["metadata"]["name"] == "hypervhosts.hyperv-operator.io")
    schema = definition["spec"]["versions"][0]["schema"]["openAPIV3Schema"]["properties"]["spec"]["properties"][
        "tenants"
    ]
    (entry,) = (Tenant.model_validate(one) for one in entries)
    assert entry.max_machines == 20
    assert set(entries[0]) == set(schema["items"]["properties"]), "the guide shows every bound"
