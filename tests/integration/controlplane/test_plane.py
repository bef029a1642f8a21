"""The shared control plane is a real API server: its version, its authorization, its validation, its clients."""

from __future__ import annotations

import os
import re
import ssl
import urllib.error
import urllib.request
from pathlib import Path

import pytest
import yaml

from controlplane import CommandFailed, ControlPlane
from controlplane.binaries import kubernetes_version
from controlplane.commands import run

LIST_SECRETS = """
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: list-secrets}
rules: [{apiGroups: [""], resources: [secrets], verbs: [list]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: list-secrets}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: list-secrets}
subjects: [{kind: ServiceAccount, name: reader}]
"""

WIDGETS = """
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.controlplane.test}
spec:
  group: controlplane.test
  scope: Namespaced
  names: {plural: widgets, singular: widget, kind: Widget}
  versions:
    - name: v1
      served: true
      storage: true
      schema:
        openAPIV3Schema:
          type: object
          properties:
            spec:
              type: object
              properties: {size: {type: integer}}
              x-kubernetes-validations: [{rule: self.size < 10, message: widgets are small}]
"""


def config_map(**fields: object) -> dict[str, object]:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "one"}, **fields}


def widget(**spec: object) -> dict[str, object]:
    return {"apiVersion": "controlplane.test/v1", "kind": "Widget", "metadata": {"name": "one"}, "spec": spec}


def test_the_server_has_the_version_of_its_binary(control_plane: ControlPlane) -> None:
    told = run([str(control_plane.binaries.kube_apiserver), "--version"]).split()[-1]
    served = yaml.safe_load(control_plane.kubectl("version", "--output", "yaml"))["serverVersion"]["gitVersion"]
    assert served == told


@pytest.mark.skipif("KUBEBUILDER_ASSETS" in os.environ, reason="the binaries are somebody else's")
def test_the_server_has_the_version_in_go_mod(control_plane: ControlPlane) -> None:
    versions = yaml.safe_load(control_plane.kubectl("version", "--output", "yaml"))
    assert versions["serverVersion"]["gitVersion"] == kubernetes_version() == "v1.37.2"
    assert versions["clientVersion"]["minor"] == versions["serverVersion"]["minor"] == "37"


def test_a_kubectl_error_includes_the_servers_message(control_plane: ControlPlane) -> None:
    with pytest.raises(CommandFailed, match=r'namespaces "nowhere" not found'):
        control_plane.kubectl("get", "namespace", "nowhere")


def test_helm_reaches_the_server(control_plane: ControlPlane, namespace: str) -> None:
    assert yaml.safe_load(control_plane.helm("list", "--namespace", namespace, "--output", "yaml")) == []


def test_namespaces_have_unique_names_and_labels(control_plane: ControlPlane) -> None:
    one, other = (control_plane.new_namespace("team", {"hyperv": "allowed"}) for _ in range(2))
    assert one != other
    assert one.startswith("team-")
    labels = yaml.safe_load(control_plane.kubectl("get", "namespace", one, "--output", "yaml"))["metadata"]["labels"]
    assert labels["hyperv"] == "allowed"


def test_a_service_account_without_rbac_is_refused(control_plane: ControlPlane, namespace: str) -> None:
    control_plane.kubectl("create", "serviceaccount", "reader", "--namespace", namespace)
    reader = control_plane.service_account_kubeconfig(namespace, "reader")
    with pytest.raises(CommandFailed, match=rf'"system:serviceaccount:{namespace}:reader" cannot list resource'):
        control_plane.kubectl("get", "secrets", kubeconfig=reader)


def test_a_service_account_has_exactly_the_permissions_of_its_role(control_plane: ControlPlane, namespace: str) -> None:
    control_plane.kubectl("create", "serviceaccount", "reader", "--namespace", namespace)
    control_plane.apply(LIST_SECRETS, namespace=namespace)
    reader = control_plane.service_account_kubeconfig(namespace, "reader")
    assert control_plane.kubectl("get", "secrets", "--output", "name", kubeconfig=reader) == ""
    with pytest.raises(CommandFailed, match="Forbidden"):
        control_plane.kubectl("get", "secrets", "--namespace", "default", kubeconfig=reader)


def test_the_token_of_a_deleted_service_account_is_refused(control_plane: ControlPlane, namespace: str) -> None:
    control_plane.kubectl("create", "serviceaccount", "reader", "--namespace", namespace)
    reader = control_plane.service_account_kubeconfig(namespace, "reader")
    control_plane.kubectl("delete", "serviceaccount", "reader", "--namespace", namespace)
    with pytest.raises(CommandFailed, match=r"must be logged in|Unauthorized"):
        control_plane.kubectl("get", "secrets", kubeconfig=reader)


def test_a_missing_service_account_gets_no_token(control_plane: ControlPlane, namespace: str) -> None:
    with pytest.raises(CommandFailed, match='"nobody" not found'):
        control_plane.service_account_kubeconfig(namespace, "nobody")


def test_an_unknown_field_is_refused(control_plane: ControlPlane, namespace: str) -> None:
    with pytest.raises(CommandFailed, match='unknown field "dta"'):
        control_plane.apply(config_map(dta={"key": "value"}), namespace=namespace)
    control_plane.apply(config_map(data={"key": "value"}), namespace=namespace)


def test_custom_resources_are_validated(control_plane: ControlPlane, namespace: str, tmp_path: Path) -> None:
    (tmp_path / "widgets.yaml").write_text(WIDGETS)
    control_plane.install_crds(tmp_path)
    control_plane.apply(widget(size=3), namespace=namespace)
    with pytest.raises(CommandFailed, match=r'unknown field "spec\.colour"'):
        control_plane.apply(widget(size=3, colour="red"), namespace=namespace)
    with pytest.raises(CommandFailed, match="widgets are small"):
        control_plane.apply(widget(size=30), namespace=namespace)


def test_several_objects_are_applied_together(control_plane: ControlPlane, namespace: str) -> None:
    other = config_map(metadata={"name": "two"})
    control_plane.apply([config_map(), other], namespace=namespace)
    names = control_plane.kubectl("get", "configmaps", "--namespace", namespace, "--output", "name").split()
    assert names == ["configmap/one", "configmap/two"]


def test_the_server_is_trusted_only_with_its_own_ca(control_plane: ControlPlane) -> None:
    trusting = ssl.create_default_context(cafile=str(control_plane.ca_file))
    with pytest.raises(
        urllib.error.HTTPError, match=r"403|401"
    ):  # the server responds, but the client has no credentials
        urllib.request.urlopen(f"{control_plane.url}/api/v1/secrets", context=trusting)
    with pytest.raises(urllib.error.URLError, match="CERTIFICATE_VERIFY_FAILED"):
        urllib.request.urlopen(control_plane.url, context=ssl.create_default_context())


def test_kubeconfigs_use_the_loopback_and_are_private(control_plane: ControlPlane) -> None:
    kubeconfig = control_plane.admin_kubeconfig
    assert re.findall(r"https?://([^:/]+)", kubeconfig.read_text()) == ["127.0.0.1"]
    assert kubeconfig.stat().st_mode & 0o077 == 0


def test_it_tells_aggregated_apis_who_it_is(control_plane: ControlPlane) -> None:
    path = "/api/v1/namespaces/kube-system/configmaps/extension-apiserver-authentication"
    _, found = control_plane.request("GET", path)
    data = found["data"]
    assert data["requestheader-client-ca-file"] == (control_plane.folder / "front-proxy-ca.crt").read_text()
    assert data["requestheader-allowed-names"] == '["front-proxy-client"]'
    assert data["requestheader-username-headers"] == '["X-Remote-User"]'
