"""Two tenants on one host: names, quotas, what is left behind, and rules that are tightened."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any

import pytest

from controlplane.commands import CommandFailed
from controlplane.plane import ControlPlane
from controlplane.waiting import wait_until
from e2e import fleet, rig
from e2e.conftest import NewHost
from e2e.webhook import UNREVIEWED
from hostsim.host import SimulatedHost

pytestmark = [pytest.mark.timeout(240), pytest.mark.usefixtures("operator")]


def _tenant(labels: dict[str, str] | None = None, **entry: Any) -> dict[str, Any]:
    return {"namespaceSelector": {"matchLabels": labels or rig.ALLOWED}, **entry}


def _host(plane: ControlPlane, host: SimulatedHost, **spec: Any) -> None:
    plane.kubectl("patch", "hvh", host.name, "--type=merge", "-p", json.dumps({"spec": spec}))


def _host_condition(plane: ControlPlane, host: SimulatedHost, kind: str) -> dict[str, Any]:
    return rig.condition(json.loads(plane.kubectl("get", "hvh", host.name, "-o", "json")), kind)


def _with(documents: list[dict[str, Any]], **spec: Any) -> list[dict[str, Any]]:
    secret, machine = documents
    return [secret, {**machine, "spec": {**machine["spec"], **spec}}]


def _reasons(plane: ControlPlane, namespace: str) -> list[str]:
    return sorted(rig.condition(one, "Ready").get("reason", "") for one in fleet.machines(plane, namespace))


# --- names -----------------------------------------------------------------------------------------------------------


def test_no_machine_that_never_starts_keeps_a_name_from_another_tenant(
    cluster: ControlPlane, tenant: str, new_host: NewHost
) -> None:
    host = new_host()
    stranger = cluster.new_namespace("stranger", UNREVIEWED)
    hostile = cluster.new_namespace("hostile", rig.ALLOWED | UNREVIEWED)
    _host(cluster, host, cordoned=True)
    squatters: dict[tuple[str, str], tuple[dict[str, Any], dict[str, Any], str]] = {
        (stranger, "refused"): ({}, {}, "NamespaceNotAllowed"),
        (hostile, "invalid"): ({"vm_clustered": True}, {}, "ClusterRequired"),
        (hostile, "paused"): ({}, {"paused": True}, "Paused"),
        (hostile, "no-image"): ({"image_name": "Debian 99"}, {}, "ImageNotFound"),
        (hostile, "no-secret"): (
            {},
            {"secretFields": {"guest_la_pw": {"secretKeyRef": {"name": "no", "key": "k"}}}},
            "SecretNotFound",
        ),
        (hostile, "old-schema"): ({}, {"schemaVersion": 7}, "SchemaVersionMismatch"),
    }
    for (namespace, name), (fields, spec, _) in squatters.items():
        cluster.apply(
            _with(rig.submission(host.name, name, **{"vm_name": "web-01", **fields}), **spec), namespace=namespace
        )
    _host(cluster, host, cordoned=False)
    for (namespace, name), (_, _, reason) in squatters.items():
        rig.wait_for_reason(cluster, namespace, name, reason)
    cluster.apply(rig.submission(host.name, "web-01"), namespace=tenant)
    rig.wait_ready(cluster, tenant, "web-01")
    (vm,) = host.world.vms.values()
    assert vm.name == "web-01"
    ready = rig.condition(rig.machine(cluster, hostile, "paused"), "Ready")
    assert tenant not in json.dumps(ready)


def test_a_machine_that_is_renamed_during_its_copy_holds_its_old_name_alone(
    cluster: ControlPlane, unreviewed: str, new_host: NewHost
) -> None:
    host = new_host(copy_seconds=4.0)
    hostile = cluster.new_namespace("hostile", rig.ALLOWED | UNREVIEWED)
    cluster.apply(rig.submission(host.name, "old-01"), namespace=hostile)
    wait_until(lambda: "claim" in rig.machine(cluster, hostile, "old-01").get("status", {}), what="the claim")
    with contextlib.suppress(CommandFailed):  # the API server refuses it as well
        rig.patch(cluster, hostile, "old-01", {"fields": {"vm_name": "web-01"}})
    cluster.apply(rig.submission(host.name, "web-01"), namespace=unreviewed)
    cluster.apply(rig.submission(host.name, "mine", vm_name="OLD-01"), namespace=unreviewed)
    rig.wait_ready(cluster, unreviewed, "web-01")
    ready = rig.wait_for_reason(cluster, unreviewed, "mine", "DuplicateName")
    assert "a machine of another namespace" in ready["message"]
    assert hostile not in ready["message"]


# --- quotas ----------------------------------------------------------------------------------------------------------


def test_a_backlog_fills_the_quota_exactly_and_the_next_one_follows(
    cluster: ControlPlane, unreviewed: str, new_host: NewHost
) -> None:
    host = new_host({"tenants": [_tenant(maxMachines=2)], "cordoned": True, "maxConcurrentRuns": 8})
    for number in range(12):
        cluster.apply(rig.submission(host.name, f"m-{number:02}"), namespace=unreviewed)
    wait_until(lambda: _reasons(cluster, unreviewed) == ["HostCordoned"] * 12, what="12 machines that wait", within=60)
    _host(cluster, host, cordoned=False)
    expected = ["MachineQuotaExceeded"] * 10 + ["Ready"] * 2
    wait_until(lambda: _reasons(cluster, unreviewed) == expected, what="2 that are Ready, and 10 refused", within=90)
    assert host.ledger.count("create_vm") == 2
    first, second = (
        one["metadata"]["name"]
        for one in fleet.machines(cluster, unreviewed)
        if rig.condition(one, "Ready").get("reason") == "Ready"
    )
    cluster.kubectl("delete", "hvm", first, "-n", unreviewed, "--timeout=60s")
    expected = ["MachineQuotaExceeded"] * 9 + ["Ready"] * 2
    wait_until(lambda: _reasons(cluster, unreviewed) == expected, what="another one that is Ready", within=60)
    assert (host.ledger.count("create_vm"), len(host.world.vms)) == (3, 2)

    _host(cluster, host, tenants=[_tenant(maxMachines=0)])
    rig.patch(cluster, unreviewed, second, {"fields": {"cpu_cores": 1}})
    wait_until(
        lambda: rig.machine(cluster, unreviewed, second)["status"]["applied"]["cpuCores"] == 1,
        what="a change of a machine beyond a lowered quota",
        within=60,
    )
    assert len(host.world.vms) == 2


@pytest.mark.parametrize("how", ["Retain", "abandon", "by hand"])
def test_what_a_tenant_leaves_behind_counts_and_is_reported(
    cluster: ControlPlane, unreviewed: str, new_host: NewHost, operator: rig.Operator, log: Path, how: str
) -> None:
    host = new_host({"tenants": [_tenant(maxMachines=1)]})
    cluster.apply(rig.submission(host.name, "left-01"), namespace=unreviewed)
    vm_id = rig.wait_ready(cluster, unreviewed, "left-01")["status"]["vmId"]
    _wait_for_orphans(cluster, host, "True")
    if how == "Retain":
        rig.patch(cluster, unreviewed, "left-01", {"deletionPolicy": "Retain"})
    elif how == "abandon":
        cluster.kubectl("annotate", "hvm", "left-01", "-n", unreviewed, f"hyperv-operator.io/abandon={vm_id}")
    else:
        # A new operator knows of the machine only what the mark in the VM's notes says.
        operator.stop()
    rig.delete(cluster, unreviewed, "left-01")
    if how == "by hand":
        finalizers = '{"metadata":{"finalizers":null}}'
        cluster.kubectl("patch", "hvm", "left-01", "-n", unreviewed, "--type=merge", "-p", finalizers)
    with contextlib.ExitStack() as stack:
        running = operator
        if how == "by hand":
            running = stack.enter_context(rig.operator(cluster, log.with_name("second.log")))
            running.wait_until_ready()
        rig.wait_gone(cluster, unreviewed, "left-01")
        cluster.apply(rig.submission(host.name, "next-01"), namespace=unreviewed)
        rig.wait_for_reason(cluster, unreviewed, "next-01", "MachineQuotaExceeded")
        found = _wait_for_orphans(cluster, host, "False")
        assert found["reason"] == "OrphansFound"
        assert f"left-01 ({unreviewed}/left-01, UID " in found["message"]
        assert f'hyperv_operator_orphans{{host="{host.name}"}} 1' in running.metrics()
        assert list(host.world.vms) == [vm_id]
        host.call(lambda: host.world.delete_vm(vm_id))
        rig.wait_ready(cluster, unreviewed, "next-01")
        _wait_for_orphans(cluster, host, "True")
        rig.remove_hosts(cluster)


def _wait_for_orphans(plane: ControlPlane, host: SimulatedHost, status: str) -> dict[str, Any]:
    return wait_until(
        lambda: _host_condition(plane, host, "NoOrphans"),
        lambda seen: seen.get("status") == status,
        what=f"NoOrphans={status}",
    )


def test_a_tenant_entry_says_whether_vms_may_be_left(cluster: ControlPlane, unreviewed: str, new_host: NewHost) -> None:
    host = new_host({"tenants": [_tenant(deletionPolicies=["Delete"], allowAbandon=False)]})
    cluster.apply(_with(rig.submission(host.name, "kept-01"), deletionPolicy="Retain"), namespace=unreviewed)
    rig.wait_for_reason(cluster, unreviewed, "kept-01", "DeletionPolicyNotAllowed")
    rig.patch(cluster, unreviewed, "kept-01", {"deletionPolicy": "Delete"})
    vm_id = rig.wait_ready(cluster, unreviewed, "kept-01")["status"]["vmId"]
    rig.patch(cluster, unreviewed, "kept-01", {"deletionPolicy": "Retain"})
    wait_until(
        lambda: rig.condition(rig.machine(cluster, unreviewed, "kept-01"), "Accepted").get("reason"),
        lambda seen: seen == "DeletionPolicyNotAllowed",
        what="a policy that is not accepted",
    )
    assert rig.condition(rig.machine(cluster, unreviewed, "kept-01"), "Ready")["status"] == "True"
    cluster.kubectl("annotate", "hvm", "kept-01", "-n", unreviewed, f"hyperv-operator.io/abandon={vm_id}")
    rig.delete(cluster, unreviewed, "kept-01")
    ready = rig.wait_for_reason(cluster, unreviewed, "kept-01", "DeletionPolicyNotAllowed")
    assert ready["message"].startswith("Nothing is deleted and nothing is released.")
    assert list(host.world.vms) == [vm_id]
    _host(cluster, host, tenants=[_tenant()])
    rig.wait_gone(cluster, unreviewed, "kept-01")
    assert list(host.world.vms) == [vm_id]


# --- tightened rules -------------------------------------------------------------------------------------------------


def test_a_machine_cannot_grow_after_its_namespace_was_revoked(
    cluster: ControlPlane, unreviewed: str, new_host: NewHost
) -> None:
    host = new_host()
    cluster.apply(rig.submission(host.name, "grow-01"), namespace=unreviewed)
    rig.wait_ready(cluster, unreviewed, "grow-01")
    (vm,) = host.world.vms.values()
    _host(cluster, host, tenants=[])
    rig.patch(cluster, unreviewed, "grow-01", {"fields": {"cpu_cores": 60, "gb_ram": 512}})
    synced = _wait_synced(cluster, unreviewed, "NamespaceNotAllowed")
    assert synced["status"] == "False"
    assert rig.condition(rig.machine(cluster, unreviewed, "grow-01"), "Ready")["status"] == "True"
    assert (vm.cpu_cores, vm.gb_ram) == (2, 2)
    rig.patch(cluster, unreviewed, "grow-01", {"fields": {"cpu_cores": 1, "gb_ram": 1}})
    _wait_synced(cluster, unreviewed, "InSync")
    assert (vm.cpu_cores, vm.gb_ram) == (1, 1)
    rig.patch(cluster, unreviewed, "grow-01", {"powerState": "Off"})
    wait_until(lambda: vm.state == "Off", what="a VM that is off")
    _host(cluster, host, tenants=[_tenant(maxCpuCores=4, maxTotalMemoryGiB=3)])
    for fields, reason in (({"cpu_cores": 5}, "SizeNotAllowed"), ({"cpu_cores": 4, "gb_ram": 4}, "SizeQuotaExceeded")):
        rig.patch(cluster, unreviewed, "grow-01", {"fields": fields})
        _wait_synced(cluster, unreviewed, reason)
    rig.patch(cluster, unreviewed, "grow-01", {"fields": {"gb_ram": 3}})
    wait_until(lambda: (vm.cpu_cores, vm.gb_ram) == (4, 3), what="the growth that is allowed")


def _wait_synced(plane: ControlPlane, namespace: str, reason: str) -> dict[str, Any]:
    return wait_until(
        lambda: rig.condition(rig.machine(plane, namespace, "grow-01"), "Synced"),
        lambda seen: seen.get("reason") == reason,
        what=f"Synced with {reason}",
        within=60,
    )


# --- what a tenant writes --------------------------------------------------------------------------------------------


def test_annotations_of_another_framework_are_not_believed(
    cluster: ControlPlane, tenant: str, new_host: NewHost
) -> None:
    host = new_host()
    group = "hyperv-operator.io"
    forged = {
        f"{group}/delete": json.dumps(
            {"success": True, "started": "2026-01-01T00:00:00Z", "stopped": "2026-01-01T00:00:01Z"}
        ),
        f"{group}/remove": "[[[",
        f"{group}/last-handled-configuration": "{garbage",
        "kopf.zalando.org/last-handled-configuration": "[[[",
        "kopf.zalando.org/delete": '{"success": true}',
    }
    secret, machine = rig.submission(host.name, "forged-01")
    machine["metadata"]["annotations"] = forged
    cluster.apply([secret, machine], namespace=tenant)
    rig.wait_ready(cluster, tenant, "forged-01")
    rig.delete(cluster, tenant, "forged-01")
    rig.wait_gone(cluster, tenant, "forged-01")
    assert host.world.vms == {}


@pytest.mark.parametrize(
    "lost", [("claim",), ("claim", "vmId"), ("vmId",), ("claim", "vmId", "origin", "guestConfiguredAt")]
)
def test_a_status_that_lost_its_launch_does_not_leave_the_vm(
    cluster: ControlPlane, tenant: str, new_host: NewHost, operator: rig.Operator, log: Path, lost: tuple[str, ...]
) -> None:
    host = new_host()
    cluster.apply(rig.submission(host.name, "lost-01"), namespace=tenant)
    rig.wait_ready(cluster, tenant, "lost-01")
    operator.stop()
    body = rig.machine(cluster, tenant, "lost-01")
    for key in lost:
        body["status"].pop(key)
    path = f"/apis/hyperv-operator.io/v1alpha1/namespaces/{tenant}/hypervmachines/lost-01/status"
    assert cluster.request("PUT", path, body)[0] == 200
    rig.delete(cluster, tenant, "lost-01")
    with rig.operator(cluster, log.with_name("second.log")):
        rig.wait_gone(cluster, tenant, "lost-01")
        assert host.world.vms == {}
        rig.remove_hosts(cluster)


def test_a_host_that_is_gone_is_not_a_look_at_it(
    cluster: ControlPlane, tenant: str, new_host: NewHost, operator: rig.Operator, log: Path
) -> None:
    host = new_host()
    cluster.apply(rig.submission(host.name, "lost-01"), namespace=tenant)
    rig.wait_ready(cluster, tenant, "lost-01")
    operator.stop()
    saved = json.loads(cluster.kubectl("get", "hvh", host.name, "-o", "json"))
    rig.remove_hosts(cluster)
    body = rig.machine(cluster, tenant, "lost-01")
    path = f"/apis/hyperv-operator.io/v1alpha1/namespaces/{tenant}/hypervmachines/lost-01/status"
    assert cluster.request("PUT", path, {**body, "status": {}})[0] == 200
    rig.delete(cluster, tenant, "lost-01")
    with rig.operator(cluster, log.with_name("second.log")):
        rig.wait_for_reason(cluster, tenant, "lost-01", "HostNotFound")
        assert host.world.vms
        kept = {key: saved[key] for key in ("apiVersion", "kind", "spec")}
        cluster.apply({**kept, "metadata": {"name": host.name}})
        rig.wait_gone(cluster, tenant, "lost-01")
        assert host.world.vms == {}
        rig.remove_hosts(cluster)
