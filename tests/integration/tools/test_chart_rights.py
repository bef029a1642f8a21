"""The chart's roles: of each option exactly the rights that the operator uses. `e2e/requests.yaml` has what it uses."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest
import yaml

from controlplane.commands import CommandFailed
from e2e.audit import REQUESTS, expected, rights
from integration.tools.test_chart import _render

_PEM = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
_SERVED = {"enabled": True, "existingSecret": "mine", "caBundle": _PEM}
_FEATURES: dict[str, dict[str, Any]] = {
    "admission": {"admission": _SERVED},
    "subresources": {"subresources": _SERVED},
    "notifications": {"notifications": {"secretName": "targets"}},
}
_ACCESS: dict[str, dict[str, Any]] = {
    "cluster": {},
    "namespaces": {"secrets": {"access": "namespaces", "namespaces": ["team-a", "team-b"]}},
    "own": {"secrets": {"access": "namespaces"}},
}
"""Whose Secrets the operator may get. With `own` only tenants give that right."""
_CHOICES = [
    (access, chosen)
    for access in _ACCESS
    for number in range(len(_FEATURES) + 1)
    for chosen in itertools.combinations(_FEATURES, number)
]


def _rendered(*values: dict[str, Any]) -> list[dict[str, Any]]:
    """Render with values, each for top-level keys of its own."""
    merged = {key: value for one in values for key, value in one.items()}
    return _render(*itertools.chain.from_iterable(("--set-json", f"{k}={json.dumps(v)}") for k, v in merged.items()))


@pytest.mark.parametrize(("access", "chosen"), _CHOICES, ids=lambda one: one if isinstance(one, str) else "+".join(one))
def test_every_rule_is_used_and_none_is_missing(access: str, chosen: tuple[str, ...]) -> None:
    documents = _rendered(_ACCESS[access], *(_FEATURES[one] for one in chosen))
    requests = expected(["core", *chosen])
    if access == "own":
        requests = {one for one in requests if str(one) != "get secrets tenant"}
    granted = rights(documents, "hyperv-operator", "hyperv-system")
    assert sorted(map(str, (one for one in requests if not any(right.covers(one) for right in granted)))) == []
    assert sorted(map(str, (right for right in granted if not any(map(right.covers, requests))))) == []


def test_every_feature_with_requests_is_an_option() -> None:
    assert set(yaml.safe_load(REQUESTS.read_text())) == {"core", *_FEATURES}


def test_secrets_of_listed_namespaces_only() -> None:
    documents = _rendered({"secrets": {"access": "namespaces", "namespaces": ["team-a", "hyperv-system", "team-b"]}})
    readers = {
        one["metadata"].get("namespace")
        for one in documents
        if one["kind"] in ("Role", "ClusterRole") and any("secrets" in rule["resources"] for rule in one["rules"])
    }
    assert readers == {"team-a", "team-b", "hyperv-system"}
    bound = {one["metadata"]["namespace"] for one in documents if one["kind"] == "RoleBinding"}
    assert bound == readers
    assert all(
        one["subjects"] == [{"kind": "ServiceAccount", "name": "hyperv-operator", "namespace": "hyperv-system"}]
        for one in documents
        if one["kind"] == "RoleBinding"
    )


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"secrets": {"namespaces": ["a"]}}, "secrets.namespaces has no effect with secrets.access=cluster"),
        ({"secrets": {"access": "namespaces", "namespaces": ["A"]}}, "namespaces"),
        ({"secrets": {"access": "namespaces", "namespaces": ["a", "a"]}}, "namespaces"),
        ({"secrets": {"access": "none"}}, "access"),
        ({"admissionPolicies": {"all": True}}, "admissionPolicies"),
        ({"admission": {**_SERVED, "clientCA": {"allowedNames": ["a"]}}}, "clientCA.existingSecret"),
        ({"admission": {**_SERVED, "clientCA": {"existingSecret": "a", "allowedNames": ["a,b"]}}}, "allowedNames"),
    ],
)
def test_values_without_effect_are_refused(values: dict[str, Any], sentence: str) -> None:
    with pytest.raises(CommandFailed, match=sentence):
        _rendered(values)


def test_the_policies_are_off_by_default() -> None:
    assert not [one for one in _render() if one["kind"].startswith("ValidatingAdmissionPolicy")]


@pytest.mark.parametrize("policy", ["operator", "tenants"])
def test_a_policy_denies_and_fails_closed(policy: str) -> None:
    documents = _rendered({"admissionPolicies": {policy: True}})
    (found,) = (one for one in documents if one["kind"] == "ValidatingAdmissionPolicy")
    (binding,) = (one for one in documents if one["kind"] == "ValidatingAdmissionPolicyBinding")
    assert found["metadata"]["name"] == binding["spec"]["policyName"] == f"hyperv-operator-{policy}"
    assert (found["spec"]["failurePolicy"], binding["spec"]["validationActions"]) == ("Fail", ["Deny"])


def _refusals(features: tuple[str, ...]) -> str:
    documents = _rendered({"admissionPolicies": {"operator": True}}, *(_FEATURES[one] for one in features))
    (found,) = (one for one in documents if one["kind"] == "ValidatingAdmissionPolicy")
    return str(found["spec"]["validations"][0]["expression"])


def test_the_operators_policy_allows_only_what_the_options_need() -> None:
    for feature, target in (("subresources", "subjectaccessreviews"), ("notifications", "configmaps")):
        assert target not in _refusals(())
        assert target in _refusals((feature,))


_HARDENED: dict[str, Any] = {
    "admission": {**_SERVED, "clientCA": {"existingSecret": "clients", "allowedNames": ["one", "two"]}}
}


def test_the_clients_authority_is_mounted_without_the_rest_of_its_secret() -> None:
    documents = _rendered(_HARDENED)
    (pod,) = (one["spec"]["template"]["spec"] for one in documents if one["kind"] == "Deployment")
    (container,) = pod["containers"]
    settings = {one["name"]: one.get("value") for one in container["env"]}
    (volume,) = (one for one in pod["volumes"] if one["name"] == "webhook-client-ca")
    (mount,) = (one for one in container["volumeMounts"] if one["name"] == "webhook-client-ca")
    assert volume["secret"] == {
        "secretName": "clients",
        "optional": True,
        "items": [{"key": "ca.crt", "path": "ca.crt"}],
    }
    assert settings["HVO_WEBHOOK_CLIENT_CA_FILE"] == f"{mount['mountPath']}/ca.crt"
    assert settings["HVO_WEBHOOK_CLIENT_NAMES"] == "one,two"


_NETWORK: dict[str, Any] = {
    "networkPolicy": {
        "enabled": True,
        "ingress": {
            "apiServer": ["10.0.0.1/32"],
            "metrics": [{"namespaceSelector": {"matchLabels": {"name": "monitoring"}}}],
            "gateway": [{"podSelector": {"matchLabels": {"app": "ingress"}}}],
        },
        "egress": {
            "apiServer": {"cidrs": ["10.0.0.1/32", "10.96.0.1/32"]},
            "hosts": {"cidrs": ["192.0.2.0/24"]},
            "kdc": {"cidrs": ["192.0.2.10/32"]},
            "notifications": {"cidrs": ["198.51.100.0/24"], "ports": [8443]},
        },
    }
}
_GATEWAY = {"gateway": {"enabled": True, "existingSecret": "mine"}}


def _policies(*values: dict[str, Any]) -> dict[str, dict[str, Any]]:
    found = (one for one in _rendered(*values) if one["kind"] == "NetworkPolicy")
    return {one["metadata"]["name"]: one for one in found}


def _openings(policy: dict[str, Any], direction: str, peers: str) -> set[tuple[str, str]]:
    """Return every pair of a peer and a port that a policy opens."""
    found = set()
    for rule in policy["spec"][direction] or ():
        assert rule[peers], "without peers a rule opens the port to all"
        assert rule["ports"], "without ports a rule opens all"
        for peer in rule[peers]:
            block = peer["ipBlock"]["cidr"] if "ipBlock" in peer else json.dumps(peer)
            found |= {(block, f"{port['protocol']} {port['port']}") for port in rule["ports"]}
    return found


_MONITORING = '{"namespaceSelector": {"matchLabels": {"name": "monitoring"}}}'
_DNS = '{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}}}'
_COMMON = {
    *((cidr, f"TCP {port}") for cidr in ("10.0.0.1/32", "10.96.0.1/32") for port in (443, 6443)),
    *((_DNS, f"{protocol} 53") for protocol in ("UDP", "TCP")),
}


def test_no_network_policy_by_default() -> None:
    assert not _policies()


def test_with_everything_on_each_port_is_open_to_those_who_need_it() -> None:
    policies = _policies(_NETWORK, _GATEWAY, *_FEATURES.values())
    operator, gateway = policies["hyperv-operator"], policies["hyperv-operator-gateway"]
    assert all(one["spec"]["policyTypes"] == ["Ingress", "Egress"] for one in policies.values())
    assert _openings(operator, "ingress", "from") == {
        ("10.0.0.1/32", "TCP admission"),
        ("10.0.0.1/32", "TCP subresources"),
        (_MONITORING, "TCP metrics"),
    }
    assert _openings(operator, "egress", "to") == _COMMON | {
        ("192.0.2.0/24", "TCP 5985"),
        ("192.0.2.0/24", "TCP 5986"),
        ("192.0.2.10/32", "TCP 88"),
        ("192.0.2.10/32", "UDP 88"),
        ("198.51.100.0/24", "TCP 8443"),
    }
    assert _openings(gateway, "ingress", "from") == {
        ('{"podSelector": {"matchLabels": {"app": "ingress"}}}', "TCP https"),
        (_MONITORING, "TCP metrics"),
    }
    assert _openings(gateway, "egress", "to") == _COMMON


def test_what_is_off_needs_no_opening() -> None:
    least = {"egress": {"apiServer": {"cidrs": ["10.0.0.1/32"]}, "hosts": {"cidrs": ["192.0.2.0/24"], "ports": [5986]}}}
    (policy,) = _policies({"networkPolicy": {"enabled": True, **least}}).values()
    assert _openings(policy, "ingress", "from") == set()
    assert ("192.0.2.0/24", "TCP 5986") in _openings(policy, "egress", "to")
    assert {port for _, port in _openings(policy, "egress", "to")} == {
        *("TCP 443", "TCP 6443", "TCP 5986", "UDP 53", "TCP 53")
    }


def test_a_network_policy_selects_the_pods_and_their_ports() -> None:
    documents = _rendered(_NETWORK, _GATEWAY, *_FEATURES.values())
    pods = [one["spec"]["template"] for one in documents if one["kind"] == "Deployment"]
    for policy in _policies(_NETWORK, _GATEWAY, *_FEATURES.values()).values():
        selector = policy["spec"]["podSelector"]["matchLabels"].items()
        (pod,) = (one for one in pods if selector <= one["metadata"]["labels"].items())
        named = {port["name"] for container in pod["spec"]["containers"] for port in container["ports"]}
        assert {port["port"] for rule in policy["spec"]["ingress"] for port in rule["ports"]} <= named


@pytest.mark.parametrize(
    ("missing", "sentence"),
    [
        (("egress", "apiServer"), "networkPolicy.egress.apiServer.cidrs"),
        (("egress", "hosts"), "networkPolicy.egress.hosts.cidrs"),
        (("egress", "notifications"), "networkPolicy.egress.notifications.cidrs"),
        (("ingress", "apiServer"), "networkPolicy.ingress.apiServer"),
    ],
)
def test_an_incomplete_network_policy_is_refused(missing: tuple[str, str], sentence: str) -> None:
    direction, key = missing
    network = _NETWORK["networkPolicy"]
    kept = {name: value for name, value in network[direction].items() if name != key}
    with pytest.raises(CommandFailed, match=sentence):
        _rendered({"networkPolicy": {**network, direction: kept}}, *_FEATURES.values())


@pytest.mark.parametrize("cidr", ["10.0.0.1", "anywhere", ""])
def test_what_is_no_cidr_is_refused(cidr: str) -> None:
    with pytest.raises(CommandFailed, match="cidrs"):
        _rendered({"networkPolicy": {"enabled": True, "egress": {"hosts": {"cidrs": [cidr]}}}})
