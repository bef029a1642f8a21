"""The chart renders, its pod is restricted, and its roles have no more rights than the operator uses."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest
import yaml

from controlplane.binaries import find_or_build
from controlplane.commands import CommandFailed, run
from hyperv_operator.kube.watermarks import CONFIG_MAP

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


def test_secrets_are_read_by_name_only() -> None:
    documents = _render()
    rules = [rule for one in documents if one["kind"] in ("ClusterRole", "Role") for rule in one["rules"]]
    assert {verb for rule in rules if "secrets" in rule["resources"] for verb in rule["verbs"]} == {"get"}
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


@pytest.mark.parametrize(("options", "seconds"), [((), 45), (("--set", "settings.SHUTDOWN_GRACE_SECONDS=60.5"), 81)])
def test_the_grace_period_of_the_pod_is_longer_than_that_of_its_runs(options: tuple[str, ...], seconds: int) -> None:
    pod = _one(_render(*options), "Deployment")["spec"]["template"]["spec"]
    assert pod["terminationGracePeriodSeconds"] == seconds


def test_resource_definitions_are_kept_and_can_be_left_out() -> None:
    kept = [one for one in _render() if one["kind"] == "CustomResourceDefinition"]
    assert len(kept) == 3
    assert all(one["metadata"]["annotations"]["helm.sh/resource-policy"] == "keep" for one in kept)
    assert not [one for one in _render("--set", "crds.install=false") if one["kind"] == "CustomResourceDefinition"]


def test_an_unknown_value_is_refused() -> None:
    with pytest.raises(CommandFailed, match="replicas"):
        _render("--set", "replicas=3")


def test_a_krb5_conf_is_mounted_where_the_operator_reads_it(tmp_path: Path) -> None:
    conf = tmp_path / "krb5.conf"
    conf.write_text("[libdefaults]\n  default_realm = EXAMPLE.COM\n")
    documents = _render("--set-file", f"kerberos.krb5Conf={conf}")
    pod = _one(documents, "Deployment")["spec"]["template"]["spec"]
    (volume,) = (one for one in pod["volumes"] if one["name"] == "krb5")
    (mount,) = (one for one in pod["containers"][0]["volumeMounts"] if one["name"] == "krb5")
    settings = {one["name"]: one.get("value") for one in pod["containers"][0]["env"]}
    assert settings["KRB5_CONFIG"] == f"{mount['mountPath']}/krb5.conf"
    assert _all(documents, "ConfigMap")[volume["configMap"]["name"]]["data"] == {"krb5.conf": conf.read_text()}
    assert "krb5" not in yaml.safe_dump([one for one in _render() if one["kind"] != "CustomResourceDefinition"])


def test_text_that_is_no_krb5_conf_is_refused() -> None:
    with pytest.raises(CommandFailed, match="krb5Conf"):
        _render("--set", "kerberos.krb5Conf=/etc/krb5.conf")


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


_MANAGED = ("--set", "admission.enabled=true", "--set", "admission.certManager.enabled=true")
_GIVEN = ("--set", "admission.enabled=true", "--set", "admission.existingSecret=mine")
_PEM = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"


def _all(documents: list[dict[str, Any]], kind: str) -> dict[str, dict[str, Any]]:
    return {one["metadata"]["name"]: one for one in documents if one["kind"] == kind}


def test_the_webhook_is_off_by_default() -> None:
    documents = _render()
    assert not _all(documents, "ValidatingWebhookConfiguration")
    assert "HVO_WEBHOOK" not in yaml.safe_dump(documents)
    (namespaces,) = (rule for rule in _one(documents, "ClusterRole")["rules"] if rule["resources"] == ["namespaces"])
    assert namespaces["verbs"] == ["get"]


def test_the_webhook_blocks_neither_deletions_nor_an_outage() -> None:
    (webhook,) = _one(_render(*_MANAGED), "ValidatingWebhookConfiguration")["webhooks"]
    assert webhook["rules"] == [
        {
            "apiGroups": ["hyperv-operator.io"],
            "apiVersions": ["v1alpha1"],
            "resources": ["hypervmachines"],
            "operations": ["CREATE", "UPDATE"],
            "scope": "Namespaced",
        }
    ]
    assert (webhook["failurePolicy"], webhook["sideEffects"], webhook["timeoutSeconds"]) == ("Ignore", "None", 5)
    assert [one["expression"] for one in webhook["matchConditions"]] == [
        "!has(object.metadata.deletionTimestamp)",
        "request.operation == 'CREATE' || object.spec != oldObject.spec",
    ]


def test_the_service_of_the_webhook_selects_the_container_with_the_certificate() -> None:
    documents = _render(*_MANAGED)
    configuration = _one(documents, "ValidatingWebhookConfiguration")
    reference = configuration["webhooks"][0]["clientConfig"]["service"]
    service = _all(documents, "Service")[reference["name"]]
    certificate = _all(documents, "Certificate")["hyperv-operator-webhook"]
    pod = _one(documents, "Deployment")["spec"]["template"]
    (container,) = pod["spec"]["containers"]
    assert reference["path"] == "/hypervmachines"
    assert service["spec"]["selector"].items() <= pod["metadata"]["labels"].items()
    assert (reference["port"], service["spec"]["ports"][0]["targetPort"]) == (443, "admission")
    assert {"name": "admission", "containerPort": 9443} in container["ports"]
    assert f"{reference['name']}.{reference['namespace']}.svc" in certificate["spec"]["dnsNames"]
    assert configuration["metadata"]["annotations"]["cert-manager.io/inject-ca-from"] == (
        f"hyperv-system/{certificate['metadata']['name']}"
    )
    (volume,) = (one for one in pod["spec"]["volumes"] if one["name"] == "webhook")
    assert volume["secret"] == {"secretName": certificate["spec"]["secretName"], "optional": True}
    (mount,) = (one for one in container["volumeMounts"] if one["name"] == "webhook")
    settings = {one["name"]: one.get("value") for one in container["env"]}
    assert mount == {"name": "webhook", "mountPath": settings["HVO_WEBHOOK_CERT_DIR"], "readOnly": True}
    assert settings["HVO_WEBHOOK_PORT"] == "9443"


def test_the_webhook_may_watch_namespaces_and_gets_no_right_to_its_own_configuration() -> None:
    rules = _one(_render(*_MANAGED), "ClusterRole")["rules"]
    assert [rule["verbs"] for rule in rules if "namespaces" in rule["resources"]] == [["get", "list", "watch"]]
    assert not any("admissionregistration.k8s.io" in rule["apiGroups"] for rule in rules)


def test_the_certificate_is_issued_by_the_named_issuer_or_by_a_new_authority() -> None:
    own = _render(*_MANAGED)
    assert set(_all(own, "Issuer")) == {"hyperv-operator-webhook-root", "hyperv-operator-webhook"}
    assert _all(own, "Certificate")["hyperv-operator-webhook-ca"]["spec"]["isCA"]
    prefix = "admission.certManager.issuerRef"
    named = _render(*_MANAGED, "--set", f"{prefix}.name=corp", "--set", f"{prefix}.kind=ClusterIssuer")
    assert not _all(named, "Issuer")
    (certificate,) = _all(named, "Certificate").values()
    assert certificate["spec"]["issuerRef"] == {"name": "corp", "kind": "ClusterIssuer"}


def test_an_existing_secret_needs_its_authority(tmp_path: Path) -> None:
    pem = tmp_path / "ca.pem"
    pem.write_text(_PEM)
    documents = _render(*_GIVEN, "--set-file", f"admission.caBundle={pem}")
    configuration = _one(documents, "ValidatingWebhookConfiguration")
    assert base64.b64decode(configuration["webhooks"][0]["clientConfig"]["caBundle"]).decode() == _PEM
    assert "annotations" not in configuration["metadata"]
    assert not _all(documents, "Certificate")
    volumes = _one(documents, "Deployment")["spec"]["template"]["spec"]["volumes"]
    assert {"name": "webhook", "secret": {"secretName": "mine", "optional": True}} in volumes


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--set", "admission.enabled=true"), "needs a certificate"),
        (_GIVEN, "needs admission.caBundle"),
        ((*_GIVEN, *_MANAGED), "not both"),
        ((*_GIVEN, "--set", "admission.caBundle=/etc/ca.pem"), "caBundle"),
        ((*_MANAGED, "--set", "admission.certManager.issuerRef.kind=ClusterIssuer"), "issuerRef"),
        ((*_MANAGED, "--set", "admission.failurePolicy=Fail"), "failurePolicy"),
    ],
)
def test_an_incomplete_webhook_is_refused(options: tuple[str, ...], sentence: str) -> None:
    with pytest.raises(CommandFailed, match=sentence):
        _render(*options)


_LOGS = ("--set", "subresources.enabled=true", "--set", "subresources.certManager.enabled=true")
_GROUP = "subresources.hyperv-operator.io"


def test_live_logs_are_off_by_default() -> None:
    documents = _render()
    assert not _all(documents, "APIService")
    assert "HVO_SUBRESOURCES" not in yaml.safe_dump(documents)
    assert "subjectaccessreviews" not in yaml.safe_dump(_all(documents, "ClusterRole")["hyperv-operator"])


def test_the_api_server_reaches_the_container_with_the_certificate() -> None:
    documents = _render(*_LOGS)
    (registered,) = _all(documents, "APIService").values()
    assert registered["metadata"]["name"] == f"{registered['spec']['version']}.{registered['spec']['group']}"
    assert registered["spec"]["group"] == _GROUP
    reference = registered["spec"]["service"]
    service = _all(documents, "Service")[reference["name"]]
    certificate = _all(documents, "Certificate")["hyperv-operator-subresources"]
    pod = _one(documents, "Deployment")["spec"]["template"]
    (container,) = pod["spec"]["containers"]
    settings = {one["name"]: one.get("value") for one in container["env"]}
    assert service["spec"]["selector"].items() <= pod["metadata"]["labels"].items()
    assert (reference["port"], service["spec"]["ports"][0]["port"]) == (443, 443)
    assert service["spec"]["ports"][0]["targetPort"] == "subresources"
    assert {"name": "subresources", "containerPort": int(settings["HVO_SUBRESOURCES_PORT"])} in container["ports"]
    assert f"{reference['name']}.{reference['namespace']}.svc" in certificate["spec"]["dnsNames"]
    assert registered["metadata"]["annotations"]["cert-manager.io/inject-ca-from"] == (
        f"hyperv-system/{certificate['metadata']['name']}"
    )
    (volume,) = (one for one in pod["spec"]["volumes"] if one["name"] == "subresources")
    assert volume["secret"] == {"secretName": certificate["spec"]["secretName"], "optional": True}
    mount = {"name": "subresources", "mountPath": settings["HVO_SUBRESOURCES_CERT_DIR"], "readOnly": True}
    assert mount in container["volumeMounts"]
    assert not registered["spec"].get("insecureSkipTLSVerify")


def test_the_operator_may_ask_who_its_readers_are_and_nothing_more() -> None:
    plain, serving = _render(), _render(*_LOGS)
    before = _all(plain, "ClusterRole")["hyperv-operator"]["rules"]
    after = _all(serving, "ClusterRole")["hyperv-operator"]["rules"]
    assert [rule for rule in after if rule not in before] == [
        {"apiGroups": ["authorization.k8s.io"], "resources": ["subjectaccessreviews"], "verbs": ["create"]}
    ]
    binding = _all(serving, "RoleBinding")["hyperv-operator-subresources"]
    assert binding["metadata"]["namespace"] == "kube-system"
    assert binding["roleRef"]["name"] == "extension-apiserver-authentication-reader"
    assert [(one["name"], one["namespace"]) for one in binding["subjects"]] == [("hyperv-operator", "hyperv-system")]


def test_both_servers_have_certificates_of_their_own() -> None:
    names = set(_all(_render(*_MANAGED, *_LOGS), "Certificate"))
    servers = ("hyperv-operator-webhook", "hyperv-operator-subresources")
    assert names == {f"{server}{suffix}" for server in servers for suffix in ("", "-ca")}


def test_live_logs_take_an_existing_secret_and_its_authority(tmp_path: Path) -> None:
    pem = tmp_path / "ca.pem"
    pem.write_text(_PEM)
    options = ("--set", "subresources.enabled=true", "--set", "subresources.existingSecret=mine")
    documents = _render(*options, "--set-file", f"subresources.caBundle={pem}")
    (registered,) = _all(documents, "APIService").values()
    assert base64.b64decode(registered["spec"]["caBundle"]).decode() == _PEM
    assert "annotations" not in registered["metadata"]
    volumes = _one(documents, "Deployment")["spec"]["template"]["spec"]["volumes"]
    assert {"name": "subresources", "secret": {"secretName": "mine", "optional": True}} in volumes


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (("--set", "subresources.enabled=true"), "subresources.enabled needs a certificate"),
        (("--set", "subresources.enabled=true", "--set", "subresources.existingSecret=x"), "subresources.caBundle"),
        ((*_LOGS, "--set", "subresources.existingSecret=x"), "subresources: set either"),
        ((*_LOGS, "--set", "subresources.port=1"), "port"),
    ],
)
def test_incomplete_live_logs_are_refused(options: tuple[str, ...], sentence: str) -> None:
    with pytest.raises(CommandFailed, match=sentence):
        _render(*options)


def _rights(role: dict[str, Any]) -> set[str]:
    return {
        f"{verb} {resource}.{group}"
        for rule in role["rules"]
        for verb in rule["verbs"]
        for resource in rule["resources"]
        for group in rule["apiGroups"]
    }


def _aggregated(role: dict[str, Any]) -> set[str]:
    return {label.rpartition("-")[2] for label in role["metadata"].get("labels", {})}


def test_the_roles_for_people() -> None:
    roles = _all(_render(), "ClusterRole")
    view, edit, hosts = (roles[f"hyperv-operator-{name}"] for name in ("view", "edit", "hosts-view"))
    machines, own = "hypervmachines.hyperv-operator.io", "hyperv-operator.io"
    read = ("get", "list", "watch")
    assert _rights(view) == {f"{verb} {machines}" for verb in read} | {f"get hypervmachines/log.{_GROUP}"}
    write = ("create", "update", "patch", "delete", "deletecollection")
    assert _rights(edit) == {f"{verb} {machines}" for verb in write}
    assert _rights(hosts) == {
        *(f"{verb} {kind}.{own}" for verb in read for kind in ("hypervhosts", "hypervhostinventories")),
        *(f"get {resource}.{_GROUP}" for resource in ("hypervhosts/log", "executors")),
    }
    assert (_aggregated(view), _aggregated(edit), _aggregated(hosts)) == ({"view"}, {"edit", "admin"}, set())


def test_the_roles_for_people_can_be_left_out_of_the_clusters_own() -> None:
    roles = _all(_render("--set", "roles.aggregate=false"), "ClusterRole")
    assert not any(_aggregated(role) for role in roles.values())


_NOTIFICATIONS = ("--set", "notifications.secretName=targets")


def test_notifications_are_off_by_default() -> None:
    documents = [one for one in _render() if one["kind"] != "CustomResourceDefinition"]
    assert "HVO_NOTIFICATIONS" not in yaml.safe_dump(documents)
    assert not [rule for rule in _one(documents, "Role")["rules"] if "configmaps" in rule["resources"]]


def test_notifications_read_the_named_secret_and_store_in_one_config_map() -> None:
    documents = _render(*_NOTIFICATIONS)
    (container,) = _one(documents, "Deployment")["spec"]["template"]["spec"]["containers"]
    assert {"name": "HVO_NOTIFICATIONS_SECRET", "value": "targets"} in container["env"]
    rules = [rule for rule in _one(documents, "Role")["rules"] if "configmaps" in rule["resources"]]
    assert [(rule.get("resourceNames"), rule["verbs"]) for rule in rules] == [
        (None, ["create"]),
        ([CONFIG_MAP], ["get", "patch"]),
    ]
    assert not [rule for rule in _one(documents, "ClusterRole")["rules"] if "configmaps" in rule["resources"]]


@pytest.mark.parametrize("name", ["Upper", "-a", "a/b"])
def test_a_name_that_no_secret_of_targets_can_have_is_refused(name: str) -> None:
    with pytest.raises(CommandFailed, match="secretName"):
        _render("--set", f"notifications.secretName={name}")
