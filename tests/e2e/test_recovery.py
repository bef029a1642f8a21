"""Restarts, edits and hands on the host: each leads back to what was asked for, and undoes nothing that people did."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from controlplane.plane import ControlPlane
from controlplane.waiting import wait_until
from e2e import rig
from e2e.conftest import NewHost
from hostsim.host import SimulatedHost

pytestmark = pytest.mark.timeout(180)


def _set_status(cluster: ControlPlane, namespace: str, name: str, status: dict[str, Any]) -> None:
    body = rig.machine(cluster, namespace, name)
    path = f"/apis/hyperv-operator.io/v1alpha1/namespaces/{namespace}/hypervmachines/{name}/status"
    code, answer = cluster.request("PUT", path, {**body, "status": status})
    assert code == 200, answer


def _host_condition(cluster: ControlPlane, host: str, kind: str = "Ready") -> dict[str, Any]:
    body = json.loads(cluster.kubectl("get", "hvh", host, "-o", "json"))
    return rig.condition(body, kind)


def _inventory_of(running: rig.Operator, host: SimulatedHost) -> float:
    """Return when the host's last inventory was begun, as Unix time; 0 before the first."""
    if "Metrics are served" not in running.log.read_text():
        return 0.0
    found = re.search(rf'inventory_timestamp_seconds{{host="{host.name}"}} (\S+)', running.metrics())
    return float(found[1]) if found else 0.0


def _wait_polled(running: rig.Operator, host: SimulatedHost, times: int = 3) -> None:
    """Wait until the host's inventory was read so many times more."""
    for _ in range(times):
        before = _inventory_of(running, host)
        wait_until(
            lambda: _inventory_of(running, host),
            lambda at, before=before: at > before,  # type: ignore[misc]
            what=f"an inventory of {host.name}",
            within=60,
            every=0.1,
        )


# --- restarts --------------------------------------------------------------------------------------------------------


def test_a_restart_leaves_what_people_changed_in_hyper_v_and_writes_nothing(
    cluster: ControlPlane, tenant: str, new_host: NewHost, log: Path
) -> None:
    host = new_host()
    with rig.operator(cluster, log) as first:
        cluster.apply(rig.submission(host.name, "drift-01"), namespace=tenant)
        rig.wait_ready(cluster, tenant, "drift-01")
        (vm,) = host.world.vms.values()
        host.call(lambda: setattr(vm, "cpu_cores", 7))
        wait_until(
            lambda: rig.condition(rig.machine(cluster, tenant, "drift-01"), "Synced").get("reason"),
            lambda reason: reason == "OutOfSync",
            what="the drift to be reported",
            within=30,
            every=0.2,
        )
        first.kill()
    before = rig.machine(cluster, tenant, "drift-01")["metadata"]["resourceVersion"]
    with rig.operator(cluster, log.with_name("second.log")) as second:
        _wait_polled(second, host)
        assert rig.machine(cluster, tenant, "drift-01")["metadata"]["resourceVersion"] == before
        # An edit of something else does not set it back either; what is edited is applied.
        rig.patch(cluster, tenant, "drift-01", {"deletionPolicy": "Retain"})
        _wait_polled(second, host)
        assert vm.cpu_cores == 7
        rig.patch(cluster, tenant, "drift-01", {"fields": {"gb_ram": 3}, "deletionPolicy": "Delete"})
        wait_until(lambda: vm.gb_ram, lambda size: size == 3, what="the memory", within=60, every=0.2)
        assert vm.cpu_cores == 7
        rig.delete(cluster, tenant, "drift-01")
        rig.wait_gone(cluster, tenant, "drift-01")
        rig.remove_hosts(cluster)


@pytest.mark.parametrize("status", [{}, {"observedGeneration": 1}], ids=["emptied", "from before the claim"])
@pytest.mark.usefixtures("operator")
def test_a_machine_whose_status_was_lost_is_removed_all_the_same(
    cluster: ControlPlane, tenant: str, new_host: NewHost, operator: rig.Operator, log: Path, status: dict[str, Any]
) -> None:
    host = new_host()
    cluster.apply(rig.submission(host.name, "lost-01"), namespace=tenant)
    uid = rig.wait_ready(cluster, tenant, "lost-01")["metadata"]["uid"]
    operator.kill()
    _set_status(cluster, tenant, "lost-01", status)
    rig.delete(cluster, tenant, "lost-01")
    with rig.operator(cluster, log):
        rig.wait_gone(cluster, tenant, "lost-01")
        assert host.world.vms == {}
        assert host.world.traces_of(uid) == []
        rig.remove_hosts(cluster)


@pytest.mark.usefixtures("operator")
def test_an_emptied_status_is_written_again_and_no_second_vm_is_made(
    cluster: ControlPlane, tenant: str, new_host: NewHost
) -> None:
    host = new_host()
    cluster.apply(rig.submission(host.name, "again-01"), namespace=tenant)
    before = rig.wait_ready(cluster, tenant, "again-01")
    _set_status(cluster, tenant, "again-01", {})
    after = rig.wait_ready(cluster, tenant, "again-01")
    assert after["status"]["vmId"] == before["status"]["vmId"]
    assert host.ledger.count("create_vm") == 1


# --- edits -----------------------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("operator")
def test_a_machine_keeps_the_folder_that_it_was_made_in(
    cluster: ControlPlane, tenant: str, new_host: NewHost, operator: rig.Operator
) -> None:
    host = new_host()
    cluster.apply(rig.submission(host.name, "path-01"), namespace=tenant)
    uid = rig.wait_ready(cluster, tenant, "path-01")["metadata"]["uid"]
    paths = {"paths": {"machines": "D:\\VMs\\Other"}}
    cluster.kubectl("patch", "hvh", host.name, "--type=merge", "-p", json.dumps({"spec": paths}))
    _wait_polled(operator, host)
    rig.patch(cluster, tenant, "path-01", {"fields": {"cpu_cores": 4}})
    (vm,) = host.world.vms.values()
    wait_until(lambda: vm.cpu_cores, lambda cores: cores == 4, what="the change", within=60, every=0.2)
    rig.wait_ready(cluster, tenant, "path-01")
    rig.delete(cluster, tenant, "path-01")
    rig.wait_gone(cluster, tenant, "path-01")
    assert host.world.traces_of(uid) == []


@pytest.mark.usefixtures("operator")
def test_a_change_that_would_do_nothing_is_refused(cluster: ControlPlane, tenant: str, new_host: NewHost) -> None:
    cluster.apply(rig.submission(new_host().name, "late-01"), namespace=tenant)
    rig.wait_ready(cluster, tenant, "late-01")
    path = f"/apis/hyperv-operator.io/v1alpha1/namespaces/{tenant}/hypervmachines/late-01"
    for field, value in (("vlan_id", 9), ("image_name", "Windows Server 2022"), ("vm_clustered", True)):
        body = rig.machine(cluster, tenant, "late-01")
        body["spec"]["fields"][field] = value
        code, answer = cluster.request("PUT", path, body)
        assert code == 422
        assert "cannot be changed once provisioning has begun" in answer["message"]


@pytest.mark.usefixtures("operator")
def test_a_secret_that_is_taken_away_after_the_guest_has_its_data_keeps_no_run_from_finishing(
    cluster: ControlPlane, tenant: str, new_host: NewHost
) -> None:
    host = new_host(apply_seconds=4.0)
    cluster.apply(rig.submission(host.name, "fin-01"), namespace=tenant)
    rig.wait_for_reason(cluster, tenant, "fin-01", "WaitingForGuest")
    cluster.kubectl("delete", "secret", "fin-01", "-n", tenant)
    cluster.kubectl("label", "namespace", tenant, "hyperv=denied", "--overwrite")
    rig.wait_ready(cluster, tenant, "fin-01")


# --- hands on the host -----------------------------------------------------------------------------------------------


@pytest.mark.usefixtures("operator")
def test_a_vm_that_is_lost_before_its_guest_was_configured_is_made_anew(
    cluster: ControlPlane, tenant: str, new_host: NewHost
) -> None:
    host = new_host()
    host.faults.guests["anew-01"] = "silent"
    cluster.apply(rig.submission(host.name, "anew-01"), namespace=tenant)
    rig.wait_for_reason(cluster, tenant, "anew-01", "WaitingForGuestKey")
    (lost,) = host.world.vms
    host.faults.guests.clear()
    host.call(lambda: host.world.delete_vm(lost))
    status = rig.wait_ready(cluster, tenant, "anew-01")["status"]
    assert list(host.world.vms) == [status["vmId"]] != [lost]
    assert host.ledger.count("create_vm") == 2


@pytest.mark.usefixtures("operator")
def test_a_vm_that_does_not_stay_as_updated_is_left_and_reported(
    cluster: ControlPlane, tenant: str, new_host: NewHost, operator: rig.Operator
) -> None:
    host = new_host()
    cluster.apply(rig.submission(host.name, "stop-01"), namespace=tenant)
    rig.wait_ready(cluster, tenant, "stop-01")
    host.faults.guests["stop-01"] = "stopping"
    rig.patch(cluster, tenant, "stop-01", {"fields": {"cpu_cores": 4}})
    rig.wait_for_reason(cluster, tenant, "stop-01", "PowerStateDiffers", within=60)
    updates = [run for run in host.ledger.runs if run.schema == "vm-update"]
    _wait_polled(operator, host, 4)
    assert [run for run in host.ledger.runs if run.schema == "vm-update"] == updates
    assert len(updates) <= 2


@pytest.mark.usefixtures("operator")
def test_another_machine_behind_the_address_gets_no_job(cluster: ControlPlane, tenant: str, new_host: NewHost) -> None:
    own, other = new_host(), new_host()
    cluster.apply(rig.submission(own.name, "id-01"), namespace=tenant)
    uid = rig.wait_ready(cluster, tenant, "id-01")["metadata"]["uid"]
    runs = len(other.ledger.entries)
    own.change_places(other)
    rig.delete(cluster, tenant, "id-01")
    ready = rig.wait_for_reason(cluster, tenant, "id-01", "HostIdentityChanged", within=60)
    assert "hyperv-operator.io/abandon" in ready["message"]
    assert not rig.is_gone(cluster, tenant, "id-01")
    assert own.world.vms
    assert len(other.ledger.entries) == runs
    own.change_places(other)
    rig.wait_gone(cluster, tenant, "id-01")
    assert own.world.traces_of(uid) == []


@pytest.mark.usefixtures("operator")
def test_of_two_names_of_a_host_the_older_one_goes_on_and_can_be_deleted(
    cluster: ControlPlane, tenant: str, new_host: NewHost
) -> None:
    host = new_host()
    cluster.apply(rig.submission(host.name, "twin-01"), namespace=tenant)
    rig.wait_ready(cluster, tenant, "twin-01")
    body = json.loads(cluster.kubectl("get", "hvh", host.name, "-o", "json"))
    # Of two that were created in the same second, the UIDs decide; by now that second is over.
    twin = {
        "apiVersion": body["apiVersion"],
        "kind": body["kind"],
        "metadata": {"name": f"{host.name}-new"},
        "spec": body["spec"],
    }
    cluster.apply(twin)
    wait_until(
        lambda: _host_condition(cluster, f"{host.name}-new"),
        lambda ready: ready.get("reason") == "HostIdentityChanged",
        what="the newer name to be stopped",
        within=40,
        every=0.3,
    )
    assert _host_condition(cluster, host.name)["status"] == "True"
    cluster.kubectl("delete", "hvh", host.name, "--wait=false")
    rig.delete(cluster, tenant, "twin-01")
    rig.wait_gone(cluster, tenant, "twin-01")
    wait_until(
        lambda: _host_condition(cluster, f"{host.name}-new"),
        lambda ready: ready.get("status") == "True",
        what="the newer name to take over",
        within=40,
        every=0.3,
    )


@pytest.mark.usefixtures("operator")
def test_a_host_that_is_deleted_while_its_inventory_is_read_goes_quietly(
    cluster: ControlPlane, new_host: NewHost, operator: rig.Operator
) -> None:
    host = new_host()
    host.faults.latency_seconds = 1.0
    wait_until(lambda: _inventory_of(operator, host), what="an inventory", within=60, every=0.1)
    cluster.kubectl("delete", "hvh", host.name, "--timeout=60s")
    bad = [one for one in operator.records() if "ValueError" in str(one) or "ProtocolViolation" in str(one)]
    assert bad == []
