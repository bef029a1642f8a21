"""Checks across manifests: duplicate objects and VM names, hosts and their tenants."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from unit.commands.samples import Check, Run, dump, host, machine


def test_a_duplicate_object_is_reported_with_both_places(check: Check) -> None:
    outcome = check(dump(machine()), dump(machine(vm_name="other")))
    (finding,) = outcome.findings
    assert (finding["file"], finding["field"], finding["code"]) == ("1.yaml", "metadata.name", "repeated_object")
    assert "0.yaml:4" in finding["message"]


def test_one_name_in_two_namespaces_is_no_duplicate(check: Check) -> None:
    other = machine(vm_name="other")
    other["metadata"]["namespace"] = "team-b"
    assert check(dump(machine(), other)).findings == []


def test_the_namespace_option_is_the_default(check: Check) -> None:
    other = machine(vm_name="other")
    del other["metadata"]["namespace"]
    assert check(dump(machine(), other)).findings == []
    assert [code for _, _, code in check(dump(machine(), other), options=("-n", "team-a")).reported] == [
        "repeated_object"
    ]


@pytest.mark.parametrize(
    ("second", "clusters", "repeated"),
    [
        ("hyperv01", {}, True),
        ("hyperv02", {}, False),
        ("hyperv02", {"hyperv01": "hvc01", "hyperv02": "hvc01"}, True),
        ("hyperv02", {"hyperv01": "hvc01", "hyperv02": "hvc02"}, False),
    ],
)
def test_a_vm_name_is_unique_on_a_host_or_its_cluster(
    check: Check, second: str, clusters: dict[str, str], repeated: bool
) -> None:
    rival = machine("web-02", vm_name="WEB-01")
    rival["spec"]["targetHost"] = second
    hosts = [host(name, failoverCluster=cluster) for name, cluster in clusters.items()]
    codes = [code for _, _, code in check(dump(machine(), rival, *hosts)).reported]
    assert codes == (["repeated_vm_name"] if repeated else [])


@pytest.mark.parametrize(("cluster", "codes"), [("hvc01", []), (None, ["no_cluster"])])
def test_a_clustered_machine_needs_a_host_with_a_cluster(check: Check, cluster: str | None, codes: list[str]) -> None:
    text = dump(machine(vm_clustered=True), host(**({"failoverCluster": cluster} if cluster else {})))
    assert [code for _, _, code in check(text).reported] == codes


def test_without_the_host_its_cluster_is_not_checked(check: Check) -> None:
    assert check(dump(machine(vm_clustered=True))).findings == []


NAMESPACE: dict[str, Any] = {
    "apiVersion": "v1",
    "kind": "Namespace",
    "metadata": {"name": "team-a", "labels": {"hyperv": "no"}},
}
BY_LABEL = {"namespaceSelector": {"matchLabels": {"hyperv": "allowed"}}}
BY_NAME = {"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "team-b"}}}
EVERYBODY: dict[str, Any] = {"namespaceSelector": {}}


@pytest.mark.parametrize(
    ("tenants", "more", "told"),
    [
        ([], [], [("spec.targetHost", "NamespaceNotAllowed")]),
        ([BY_LABEL], [], []),
        ([BY_LABEL], [NAMESPACE], [("spec.targetHost", "NamespaceNotAllowed")]),
        ([BY_LABEL, EVERYBODY], [NAMESPACE], []),
        ([BY_NAME], [], [("spec.targetHost", "NamespaceNotAllowed")]),
        ([{**EVERYBODY, "images": ["Windows *"]}], [], [("spec.fields.image_name", "ImageNotAllowed")]),
        ([{**EVERYBODY, "images": ["Windows *"]}, {**BY_LABEL, "images": ["Ubuntu *"]}], [], []),
        ([{**EVERYBODY, "vlans": ["10-19"]}], [], [("spec.fields.vlan_id", "VlanNotAllowed")]),
        ([{**EVERYBODY, "vmNamePattern": "^team-a-"}], [], [("spec.fields.vm_name", "NameNotAllowed")]),
        ([{**EVERYBODY, "maxMachines": 0}], [], [("spec.targetHost", "MachineQuotaExceeded")]),
        ([{**EVERYBODY, "maxMachines": 1}], [], []),
    ],
)
def test_the_tenants_of_a_host_in_the_files_are_enforced(
    check: Check, tenants: list[Any], more: list[Any], told: list[tuple[str, str]]
) -> None:
    outcome = check(dump(machine(), host(tenants=tenants), *more))
    assert [(field, code) for _, field, code in outcome.reported] == told


@pytest.mark.parametrize("broken", [{"vmNamePattern": "("}, {"vlans": ["19-10"]}])
def test_an_invalid_host_is_not_enforced(check: Check, broken: dict[str, Any]) -> None:
    outcome = check(dump(host(tenants=[{**EVERYBODY, "images": ["None"]}, {**EVERYBODY, **broken}]), machine()))
    assert [one["kind"] for one in outcome.findings] == ["HyperVHost"]


def test_only_machines_above_the_quota_are_reported(check: Check) -> None:
    text = dump(machine("a-1"), machine("a-2"), machine("a-3"), host(tenants=[{**EVERYBODY, "maxMachines": 2}]))
    assert [one["name"] for one in check(text).findings] == ["a-3"]


def test_host_manifests_are_enforced_but_not_checked(check: Check, tmp_path: Path) -> None:
    broken = host("hyperv02")
    broken["spec"]["port"] = 1
    (tmp_path / "hosts").mkdir()
    (tmp_path / "hosts" / "all.yaml").write_text(dump(host(), broken))
    options = ("--host-manifests", "hosts")
    assert [code for _, _, code in check(dump(machine(vm_clustered=True)), options=options).reported] == ["no_cluster"]
    stray = machine()
    stray["spec"]["targetHost"] = "hyperv09"
    outcome = check(dump(stray), options=options)
    assert [(one["code"], one["severity"]) for one in outcome.findings] == [("host_unknown", "warning")]


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"address": "no address"}, "spec.address", "invalid"),
        ({"virtualSwitch": None}, "spec.virtualSwitch", "required"),
        ({"maxConcurrentRuns": 99}, "spec.maxConcurrentRuns", "range"),
        ({"inventoryIntervalSeconds": 1}, "spec.inventoryIntervalSeconds", "range"),
        ({"paths": {"images": "D:\\x", "machines": "/srv"}}, "spec.paths.machines", "pattern"),
        ({"storage": {"clone": "Link"}}, "spec.storage.clone", "enum"),
        ({"tenants": [{"namespaceSelector": {}, "vlans": ["x"]}]}, "spec.tenants[0].vlans[0]", "pattern"),
        ({"tenants": [{"namespaceSelector": {}, "vlans": ["19-10"]}]}, "spec.tenants[0].vlans[0]", "invalid"),
        ({"tenants": [{"namespaceSelector": {}, "vmNamePattern": "("}]}, "spec.tenants[0].vmNamePattern", "invalid"),
        ({"tenants": [{"namespaceselector": {}}]}, "spec.tenants[0].namespaceselector", "unknown_key"),
        ({"tenants": {}}, "spec.tenants", "type"),
        (
            {"connection": {"credentialsSecretRef": {"name": "x"}, "transport": "http", "authentication": "basic"}},
            "spec.connection",
            "invalid",
        ),
    ],
)
def test_each_mistake_of_a_host_is_reported(check: Check, changes: dict[str, Any], field: str, code: str) -> None:
    outcome = check(dump(host(**changes)))
    assert outcome.code == 1
    assert (field, code) in [(one["field"], one["code"]) for one in outcome.findings]


@pytest.mark.parametrize("spec", [None, {}, "text", []])
def test_a_spec_of_the_wrong_type_is_reported(check: Check, spec: Any) -> None:
    for body in (machine(), host()):
        body["spec"] = spec
        outcome = check(dump(body))
        assert outcome.code == 1
        assert {code for _, _, code in outcome.reported} == {"required"}


def test_an_unknown_key_of_a_list_entry_gets_a_suggestion(check: Check) -> None:
    outcome = check(dump(host(tenants=[{"namespaceSelector": {}, "vlan": ["1"]}])))
    assert "Did you mean vlans?" in outcome.findings[0]["message"]


def test_a_refusal_names_the_host_and_the_line(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text(dump(machine(), host(tenants=[])))
    outcome = run("validate", "-f", "a.yaml")
    assert outcome.out.startswith("a.yaml:8: spec.targetHost: HyperVHost 'hyperv01': This host does not serve")
