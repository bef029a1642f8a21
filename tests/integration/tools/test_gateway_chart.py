"""The chart's gateway has no rights, is restricted, and is served with TLS or not at all."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from controlplane.binaries import find_or_build
from controlplane.commands import CommandFailed, run
from hyperv_operator.gateway.settings import GatewaySettings

CHART = Path(__file__).resolve().parents[3] / "charts" / "hyperv-operator"
ON = ("--set", "gateway.enabled=true", "--set", "gateway.existingSecret=mine")
MANAGED = ("--set", "gateway.enabled=true", "--set", "gateway.certManager.enabled=true")
NAME = "hyperv-operator-gateway"


def _render(*options: str) -> list[dict[str, Any]]:
    helm = str(find_or_build(print).helm)
    place = ("--kube-version", "1.37.0", "-n", "hyperv-system")
    rendered = run([helm, "template", "hyperv-operator", str(CHART), *place, *options])
    return [one for one in yaml.safe_load_all(rendered) if one]


def _named(documents: list[dict[str, Any]], kind: str, name: str = NAME) -> dict[str, Any]:
    (found,) = [one for one in documents if one["kind"] == kind and one["metadata"]["name"] == name]
    return found


def test_the_gateway_is_off_by_default() -> None:
    assert "gateway" not in yaml.safe_dump([one for one in _render() if one["kind"] != "CustomResourceDefinition"])


def test_the_gateway_has_no_rights_and_no_token() -> None:
    documents = _render(*ON)
    pod = _named(documents, "Deployment")["spec"]["template"]["spec"]
    account = _named(documents, "ServiceAccount")
    assert pod["serviceAccountName"] == NAME
    assert (account["automountServiceAccountToken"], pod["automountServiceAccountToken"]) == (False, False)
    bindings = [one for one in documents if one["kind"] in ("RoleBinding", "ClusterRoleBinding")]
    assert bindings
    assert NAME not in [subject["name"] for one in bindings for subject in one["subjects"]]
    assert not any("serviceAccountToken" in yaml.safe_dump(one) for one in pod["volumes"])
    assert {one["name"]: one.get("configMap") for one in pod["volumes"]}["cluster"] == {"name": "kube-root-ca.crt"}


def test_the_pod_is_restricted_and_speaks_tls_only() -> None:
    pod = _named(_render(*ON), "Deployment")["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    assert container["args"] == ["gateway"]
    assert pod["securityContext"]["runAsNonRoot"]
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    environment = {one["name"]: one["value"] for one in container["env"]}
    (mount,) = [one for one in container["volumeMounts"] if one["name"] == "tls"]
    assert mount["mountPath"] == environment["HVO_GATEWAY_TLS_CERT_DIR"]
    assert {container[probe]["httpGet"]["scheme"] for probe in ("startupProbe", "livenessProbe", "readinessProbe")} == {
        "HTTPS"
    }


def test_every_variable_is_a_setting() -> None:
    options = (*ON, "--set", "gateway.defaultNamespace=team", "--set", "gateway.settings.PORT=9")
    pod = _named(_render(*options), "Deployment")["spec"]["template"]["spec"]
    named = {one["name"].removeprefix("HVO_GATEWAY_").lower() for one in pod["containers"][0]["env"]}
    assert {"default_namespace", "port", "api_ca_file"} <= named <= set(GatewaySettings.model_fields)


def test_the_services_select_the_gateway_and_not_the_operator() -> None:
    documents = _render(*ON)
    labels = _named(documents, "Deployment")["spec"]["template"]["metadata"]["labels"]
    operator = _named(documents, "Deployment", "hyperv-operator")["spec"]
    assert not operator["selector"]["matchLabels"].items() <= labels.items()
    for name in (NAME, f"{NAME}-metrics"):
        selector = _named(documents, "Service", name)["spec"]["selector"]
        assert selector.items() <= labels.items()
        assert not selector.items() <= operator["template"]["metadata"]["labels"].items()


def test_the_ingress_leads_to_the_service() -> None:
    options = ("--set", "gateway.ingress.enabled=true", "--set", "gateway.ingress.host=vm.example.com")
    documents = _render(
        *ON, *options, "--set", "gateway.ingress.tlsSecret=cert", "--set", "gateway.ingress.className=nginx"
    )
    spec = _named(documents, "Ingress")["spec"]
    assert spec["tls"] == [{"hosts": ["vm.example.com"], "secretName": "cert"}]
    assert spec["rules"][0]["http"]["paths"][0]["backend"] == {"service": {"name": NAME, "port": {"name": "https"}}}
    assert not [one for one in _render(*ON) if one["kind"] == "Ingress"]


def test_cert_manager_issues_the_certificate() -> None:
    documents = _render(*MANAGED)
    certificate = _named(documents, "Certificate")
    pod = _named(documents, "Deployment")["spec"]["template"]["spec"]
    assert f"{NAME}.hyperv-system.svc" in certificate["spec"]["dnsNames"]
    (volume,) = [one for one in pod["volumes"] if one["name"] == "tls"]
    assert volume["secret"]["secretName"] == certificate["spec"]["secretName"]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--set", "gateway.enabled=true"), "needs a certificate"),
        ((*ON, *MANAGED), "not both"),
        ((*ON, "--set", "gateway.ingress.enabled=true"), "needs gateway.ingress.host"),
        ((*ON, "--set", "gateway.defaultNamespace=Team"), "defaultNamespace"),
        ((*ON, "--set", "gateway.replica=3"), "replica"),
    ],
)
def test_an_incomplete_gateway_is_refused(options: tuple[str, ...], sentence: str) -> None:
    with pytest.raises(CommandFailed, match=sentence):
        _render(*options)
