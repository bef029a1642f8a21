"""Reviews from memory: what is refused and why, what passes with a warning, and that nothing unknown is held against it."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from hyperv_operator.api.names import Reason
from hyperv_operator.core.admission import Admitted, Refused
from hyperv_operator.reconcilers.admission import Admission
from hyperv_operator.reconcilers.cache import Cache
from hyperv_operator.reconcilers.dependencies import Dependencies
from hyperv_operator.reconcilers.entries import HostEntry, MachineEntry, Poll
from hyperv_operator.reconcilers.resources import HostResource, MachineResource
from hyperv_operator.schema.loader import load_schema
from unit.core.samples import NOW, REPORT, SNAPSHOT

_SCHEMA = load_schema((Path(__file__).resolve().parents[3] / "Schemas" / "job-inputs.yaml").read_text())
_TENANT = {"namespaceSelector": {"matchLabels": {"hyperv": "allowed"}}}
_SET: dict[str, Any] = {
    "guest_v4_ipaddr": "10.0.0.5",
    "guest_v4_cidrprefix": 24,
    "guest_v4_defaultgw": "10.0.0.1",
    "guest_v4_dns1": "10.0.0.2",
}


class _Labels:
    def __init__(self, labels: Mapping[str, Mapping[str, str]]) -> None:
        self._labels = labels

    def known(self, name: str) -> Mapping[str, str] | None:
        return self._labels.get(name)


def _host(name: str = "hyperv01", **spec: Any) -> dict[str, Any]:
    base = {
        "address": "h.example.com",
        "connection": {"credentialsSecretRef": {"name": "s"}},
        "tenants": [_TENANT],
        "paths": {"images": "D:\\I", "machines": "D:\\V"},
        "virtualSwitch": "External",
    }
    return {"metadata": {"name": name, "uid": f"uid-{name}"}, "spec": {**base, **spec}}


def _machine(name: str = "new", namespace: str = "team", host: str = "hyperv01", **fields: Any) -> dict[str, Any]:
    base = {"vm_name": name, "image_name": "Ubuntu 24.04", "gb_ram": 1, "cpu_cores": 1, "guest_la_uid": "admin"}
    return {
        "metadata": {
            "name": name,
            "namespace": namespace,
            "uid": f"uid-{namespace}-{name}",
            "creationTimestamp": "2026-01-02T00:00:00Z",
        },
        "spec": {
            "schemaVersion": 1,
            "targetHost": host,
            "fields": {**base, **fields},
            "secretFields": {"guest_la_pw": {"secretKeyRef": {"name": "s", "key": "k"}}},
        },
    }


def _older(body: dict[str, Any]) -> dict[str, Any]:
    return {**body, "metadata": {**body["metadata"], "creationTimestamp": "2026-01-01T00:00:00Z"}}


def _launched(body: dict[str, Any]) -> dict[str, Any]:
    claim = {"runId": "b7e23ec2-9f2c-4f5e-8d0a-5a4f5b8a9d10", "attempt": 1, "operator": "me"}
    return {**body, "status": {"claim": claim}}


def _leaving(body: dict[str, Any]) -> dict[str, Any]:
    return {**body, "metadata": {**body["metadata"], "deletionTimestamp": "2026-01-03T00:00:00Z"}}


def _admission(
    hosts: list[dict[str, Any]] | None = None,
    machines: list[dict[str, Any]] | None = None,
    labels: Mapping[str, Mapping[str, str]] | None = None,
    watched: tuple[str, ...] = (),
) -> Admission:
    cache = Cache()
    for body in [_host()] if hosts is None else hosts:
        cache.hosts[body["metadata"]["name"]] = HostEntry(HostResource.parse(body))
    for body in machines or []:
        cache.add(MachineEntry(MachineResource.parse(body))).judge(contends=True)
    for entry in cache.hosts.values():
        entry.poll = Poll(REPORT, NOW, attempted=True)
    known = {"team": {"hyperv": "allowed"}, "stranger": {}} if labels is None else labels
    deps = SimpleNamespace(schema=_SCHEMA, limits=SNAPSHOT.limits, settings=SimpleNamespace(watch_namespaces=watched))
    return Admission(cast("Dependencies", deps), cache, _Labels(known))


def _with_version(body: dict[str, Any], version: int) -> dict[str, Any]:
    return {**body, "spec": {**body["spec"], "schemaVersion": version}}


def test_a_valid_machine_is_allowed_without_a_warning() -> None:
    assert _admission().review(_machine(), None) == Admitted()


@pytest.mark.parametrize(
    ("body", "memory", "reason", "words"),
    [
        (_with_version(_machine(), 2), {}, Reason.SCHEMA_VERSION_MISMATCH, "spec.schemaVersion is 2"),
        (_machine(**{**_SET, "guest_v4_defaultgw": "10.9.0.1"}), {}, Reason.INVALID_FIELDS, "not inside the network"),
        (_machine(vm_clustered=True), {}, Reason.CLUSTER_REQUIRED, "no failover cluster"),
        (_machine(namespace="stranger"), {}, Reason.NAMESPACE_NOT_ALLOWED, "does not serve this namespace"),
        (
            _machine(),
            {"hosts": [_host(tenants=[{**_TENANT, "images": ["Debian *"]}])]},
            Reason.IMAGE_NOT_ALLOWED,
            "Debian *",
        ),
        (
            _machine(vlan_id=7),
            {"hosts": [_host(tenants=[{**_TENANT, "vlans": ["0", "10-19"]}])]},
            Reason.VLAN_NOT_ALLOWED,
            "10-19",
        ),
        (
            _machine(),
            {"hosts": [_host(tenants=[{**_TENANT, "vmNamePattern": "^team-a-"}])]},
            Reason.NAME_NOT_ALLOWED,
            "^team-a-",
        ),
        (
            _machine(),
            {"hosts": [_host(tenants=[{**_TENANT, "maxMachines": 1}])], "machines": [_launched(_machine("old"))]},
            Reason.MACHINE_QUOTA_EXCEEDED,
            "1 of at most 1",
        ),
        (
            _machine(vm_name="Same"),
            {"machines": [_older(_machine("old", vm_name="same"))]},
            Reason.DUPLICATE_NAME,
            "'old'",
        ),
        (
            _machine(vm_name="same"),
            {
                "hosts": [_host(failoverCluster="c"), _host("hyperv02", failoverCluster="c")],
                "machines": [_older(_machine("old", host="hyperv02", vm_name="same"))],
            },
            Reason.DUPLICATE_NAME,
            "'old'",
        ),
    ],
)
def test_what_a_lookup_shows_is_refused_with_a_sentence(
    body: dict[str, Any], memory: dict[str, Any], reason: Reason, words: str
) -> None:
    verdict = _admission(**memory).review(body, None)
    assert isinstance(verdict, Refused)
    assert verdict.reason is reason
    assert words in verdict.message


def test_another_namespaces_machine_is_not_named() -> None:
    theirs = _older(_machine("their-machine", namespace="their-team", vm_name="same"))
    verdict = _admission(machines=[theirs]).review(_machine(vm_name="same"), None)
    assert isinstance(verdict, Refused)
    assert verdict.reason is Reason.DUPLICATE_NAME
    assert "their" not in verdict.message


def test_a_host_that_memory_does_not_have_is_a_warning_and_the_fields_are_still_checked() -> None:
    admission = _admission(hosts=[])
    verdict = admission.review(_machine(), None)
    assert isinstance(verdict, Admitted)
    (warning,) = verdict.warnings
    assert "'hyperv01'" in warning
    assert isinstance(admission.review(_machine(gb_ram=0), None), Refused)


def test_a_host_whose_spec_cannot_be_read_counts_as_unknown() -> None:
    verdict = _admission(hosts=[_host(virtualSwitch=5)]).review(_machine(), None)
    assert isinstance(verdict, Admitted)
    assert verdict.warnings


def test_an_uncached_namespace_is_not_refused_but_a_name_in_use_is() -> None:
    admission = _admission(machines=[_older(_machine("old", vm_name="same"))], labels={})
    assert admission.review(_machine(), None) == Admitted()
    assert isinstance(admission.review(_machine(vm_name="same"), None), Refused)


def test_the_name_of_a_machine_in_deletion_does_not_block_a_new_one() -> None:
    old = _leaving(_launched(_older(_machine("old", vm_name="same"))))
    admission = _admission(hosts=[_host(tenants=[{**_TENANT, "maxMachines": 1}])], machines=[old])
    assert admission.review(_machine(vm_name="same"), None) == Admitted()


def test_a_namespace_this_operator_does_not_serve_is_none_of_its_business() -> None:
    assert _admission(watched=("other",)).review(_machine(gb_ram=0), None) == Admitted()


def test_a_field_that_does_not_apply_is_a_warning() -> None:
    verdict = _admission().review(_machine(guest_domain_joinou="OU=x"), None)
    assert verdict == Admitted(("guest_domain_joinou does not apply to linux and is ignored.",))


def _changed(body: dict[str, Any], **spec: Any) -> dict[str, Any]:
    changed = copy.deepcopy(body)
    changed["spec"].update(spec)
    return changed


_BAD = _machine(gb_ram=0)


@pytest.mark.parametrize(
    ("body", "old"),
    [
        (_BAD, _BAD),
        ({**_BAD, "metadata": {**_BAD["metadata"], "labels": {"a": "b"}, "finalizers": []}}, _BAD),
        (_changed(_BAD, paused=True), _BAD),
        (_with_version(_BAD, 2), _BAD),
        (_leaving(_BAD), _machine()),
        (_machine(namespace="stranger", gb_ram=2), _machine(namespace="stranger")),
        (_machine(host="unknown", gb_ram=2), _machine(host="unknown")),
    ],
)
def test_a_change_that_asks_for_nothing_wrong_passes(body: dict[str, Any], old: dict[str, Any]) -> None:
    assert _admission().review(body, old) == Admitted()


def test_changed_fields_are_checked() -> None:
    admission = _admission()
    verdict = admission.review(_machine(gb_ram=0), _machine())
    assert isinstance(verdict, Refused)
    assert "gb_ram" in verdict.message
    assert isinstance(admission.review(_changed(_machine(), secretFields={}), _machine()), Refused)
    dropped = admission.review(_machine(guest_domain_joinou="OU=x"), _machine())
    assert isinstance(dropped, Admitted)
    assert dropped.warnings


def test_fields_of_another_schema_version_are_not_validated_against_this_one() -> None:
    old = _with_version(_machine(), 2)
    verdict = _admission().review(_with_version(_machine(gb_ram=0), 2), old)
    assert isinstance(verdict, Admitted)
    assert "not checked" in verdict.warnings[0]
