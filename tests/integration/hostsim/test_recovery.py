"""What the simulated agent does where the real one has Pester tests: identity, findings, lost VMs, folders, nodes, guests that stop."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from controlplane.waiting import wait_until
from hostsim import cluster
from hostsim.host import SimulatedHost
from hostsim.world import World
from integration.hostsim.client import INVENTORY, Client, connected, provisioning

_UID = "m-1"
_PROVISION, _REMOVE, _UPDATE = "Invoke-ProvisioningJob.ps1", "Invoke-RemovalJob.ps1", "Invoke-UpdateJob.ps1"


@pytest.fixture
def hosts() -> Iterator[list[SimulatedHost]]:
    with ExitStack() as stack:
        yield [stack.enter_context(SimulatedHost(f"hyperv0{number}", boot_seconds=0.01)) for number in (1, 2)]


@pytest.fixture
def host(hosts: list[SimulatedHost]) -> SimulatedHost:
    return hosts[0]


def _provision(client: Client, attempt: int = 1, **more: Any) -> dict[str, Any]:
    return client.launch(_PROVISION, {**provisioning(attempt=attempt), **more}).last


def _remove(client: Client, vm_id: str | None = None, attempt: int = 9) -> dict[str, Any]:
    schema = {"id": "vm-removal", "version": 1}
    return client.launch(_REMOVE, {**provisioning(attempt=attempt), "schema": schema, "machine": {"vm_id": vm_id}}).last


def _update(client: Client, vm_id: str, attempt: int, **desired: Any) -> dict[str, Any]:
    wanted = {"cpu_cores": None, "gb_ram": None, "power_state": None, **desired}
    job = {**provisioning(attempt=attempt), "schema": {"id": "vm-update", "version": 1}, "desired": wanted}
    return client.launch(_UPDATE, {**job, "machine": {"vm_id": vm_id}}).last


def _lines(client: Client, kind: str, **more: Any) -> list[dict[str, Any]]:
    found = client.launch("Get-HostInventory.ps1", {**INVENTORY, **more}).output
    return [line for line in map(json.loads, found) if line["type"] == kind]


def _world(host: SimulatedHost) -> World:
    assert isinstance(host.world, World)
    return host.world


def _complete(host: SimulatedHost, client: Client) -> str:
    """Make a machine whose guest has reported that it is configured; return the VM's GUID."""
    vm_id = str(_provision(client)["vm_id"])
    vm, run = _world(host).vms[vm_id], str(uuid.uuid4())
    state = {"vm": vm_id, "run": run, "kid": "k", "state": "applied", "step": "Done", "code": "None"}
    host.call(lambda: vm.tell("ProvisioningState", json.dumps(state)))
    _world(host).folders[_UID].published_run = run
    vm.received = {"fields": {}}
    assert _provision(client, 2)["outcome"] == "completed"
    return vm_id


@pytest.mark.parametrize("key", ["smbios_uuid", "machine_guid"])
def test_a_job_for_another_host_is_refused_and_leaves_nothing(host: SimulatedHost, client: Client, key: str) -> None:
    identity = {**client.identity, key: "another"}
    other = {**provisioning()["host"], "identity": identity}
    looked = client.launch("Get-HostInventory.ps1", {**INVENTORY, "host": other}).last
    for refused in (_provision(client, host=other), looked):
        assert refused["code"] == "HostIdentityChanged"
    assert (host.world.vms, host.world.folders, host.world.removed) == ({}, {}, {})


def test_a_job_that_names_no_host_is_refused_but_for_an_inventory(client: Client) -> None:
    nobody = {**provisioning()["host"], "identity": None}
    assert _provision(client, host=nobody)["code"] == "InvalidDefinition"
    assert _lines(client, "host", host=nobody)


def test_the_identity_may_be_written_in_other_letters(client: Client) -> None:
    client.identity = {key: value.upper() for key, value in client.identity.items()}
    assert _provision(client)["outcome"] == "pending"


def test_a_host_that_changes_places_with_another_is_recognized(hosts: list[SimulatedHost]) -> None:
    with connected(hosts[0]) as client:
        pinned = client.identity
    hosts[0].change_places(hosts[1])
    with connected(hosts[1]) as client:
        client.identity = pinned
        assert _provision(client)["code"] == "HostIdentityChanged"
    with connected(hosts[0]) as client:
        assert _provision(client)["outcome"] == "pending"


def test_a_removal_says_what_it_found(host: SimulatedHost, client: Client) -> None:
    assert _remove(client)["finding"] == "NoVmFound"
    host.world.removed.clear()  # type: ignore[attr-defined]
    host.world.switches = []
    assert _provision(client)["code"] == "SwitchNotFound"
    assert _remove(client)["finding"] == "NoVmRegistered"
    assert _remove(client)["finding"] == "NoVmRegistered"
    host.world.removed.clear()  # type: ignore[attr-defined]
    host.world.switches = ["External"]
    vm_id = _provision(client)["vm_id"]
    assert _remove(client, vm_id)["finding"] == "VmRemoved"
    assert _remove(client)["finding"] == "VmRemoved"
    assert [line["finding"] for line in _lines(client, "removed")] == ["VmRemoved"]


def test_a_removal_does_not_say_that_a_vm_was_never_there_if_one_vanished(host: SimulatedHost, client: Client) -> None:
    vm_id = _provision(client)["vm_id"]
    host.call(lambda: host.world.delete_vm(vm_id))
    host.world.switches = []
    assert _provision(client, 2)["code"] == "SwitchNotFound"
    assert _remove(client)["finding"] == "NoVmFound"


def test_a_lost_vm_is_made_anew_from_a_new_disk_and_only_once(host: SimulatedHost, client: Client) -> None:
    vm_id = _provision(client)["vm_id"]
    assert _provision(client, 2, lost_vm_id=vm_id)["code"] == "IdentityConflict"
    host.call(lambda: host.world.delete_vm(vm_id))
    made = _provision(client, 3, lost_vm_id=vm_id)
    assert made["outcome"] == "pending"
    assert made["vm_id"] not in (None, vm_id)
    assert _provision(client, 4, lost_vm_id=vm_id)["vm_id"] == made["vm_id"]
    assert (host.ledger.count("copy_image"), host.ledger.count("create_vm")) == (2, 2)


def test_a_conflict_ends_with_its_cause(host: SimulatedHost, client: Client) -> None:
    _provision(client)
    copy = host.call(lambda: host.world.add_vm("copy", _UID))
    assert _provision(client, 2)["code"] == "IdentityConflict"
    host.call(lambda: host.world.delete_vm(copy))
    assert _provision(client, 3)["outcome"] == "pending"
    (vm,) = _world(host).vms.values()
    vm.machine_uid = None
    assert _provision(client, 4)["code"] == "NotOwned"
    vm.machine_uid, vm.cluster_uid = _UID, "another"
    assert _provision(client, 5)["code"] == "NotOwned"
    vm.cluster_uid = "c"
    assert _provision(client, 6)["outcome"] == "pending"


def test_a_finished_machine_ends_completed_again_with_an_older_generation(host: SimulatedHost, client: Client) -> None:
    vm_id = _complete(host, client)
    again = _provision(client, 3, run={**provisioning(attempt=3)["run"], "generation": 0})
    assert (again["outcome"], again["vm_id"]) == ("completed", vm_id)


def test_a_machine_whose_journal_was_lost_is_completed_without_data(host: SimulatedHost, client: Client) -> None:
    vm_id = _complete(host, client)
    host.call(_world(host).folders.clear)
    again = _provision(client, 3)
    assert (again["outcome"], again["vm_id"]) == ("completed", vm_id)
    assert (host.ledger.count("create_vm"), host.ledger.count("copy_image")) == (1, 1)


def test_a_machine_of_an_earlier_folder_is_in_the_inventory(host: SimulatedHost, client: Client) -> None:
    vm_id = _complete(host, client)
    now = {"paths": {"images": "D:\\DiskImages", "machines": "D:\\New"}}
    assert _lines(client, "journal", host=now) == []
    (line,) = _lines(client, "journal", host=now, machine_folders=["D:\\VMs"])
    assert (line["folder"], line["vm_id"]) == ("D:\\VMs", vm_id)
    assert _update(client, vm_id, 3, cpu_cores=2)["outcome"] == "completed"
    assert _remove(client, vm_id)["finding"] == "VmRemoved"


def test_nodes_share_their_volume_and_a_vm_moves_between_them(hosts: list[SimulatedHost]) -> None:
    cluster.join("HVC01", *hosts)
    with connected(hosts[0]) as one, connected(hosts[1]) as other:
        vm_id = _complete(hosts[0], one)
        _world(hosts[0]).clustered.add(_UID)
        cluster.move(vm_id, *hosts)
        assert [vm["vm_id"] for vm in _lines(other, "vm")] == [vm_id]
        assert (_lines(one, "vm"), len(_lines(one, "journal"))) == ([], 1)
        refused = _remove(one, vm_id)
        assert (refused["code"], "HYPERV02" in refused["message"]) == ("ClusterFailed", True)
        assert _remove(other, vm_id, 10)["finding"] == "VmRemoved"


def test_a_vm_stays_with_a_dead_node_or_starts_on_another(hosts: list[SimulatedHost]) -> None:
    cluster.join("HVC01", *hosts)
    with connected(hosts[0]) as one:
        vm_id = _complete(hosts[0], one)
    _world(hosts[0]).clustered.add(_UID)
    hosts[0].go_down()
    with connected(hosts[1]) as other:
        assert _lines(other, "vm") == []
        assert _remove(other, vm_id)["code"] == "ClusterFailed"
        cluster.fail_over(vm_id, *hosts)
        assert [vm["vm_id"] for vm in _lines(other, "vm")] == [vm_id]
        wait_until(lambda: _lines(other, "vm")[0]["addresses"], what="the guest to start on the other node")


def test_a_guest_that_stops_does_so_after_each_start(host: SimulatedHost, client: Client) -> None:
    vm_id = _complete(host, client)
    host.faults.guest = "stopping"
    for attempt, change in ((3, {"cpu_cores": 2}), (4, {"power_state": "Running"})):
        assert _update(client, vm_id, attempt, **change)["outcome"] == "completed"
        wait_until(lambda: host.world.vms[vm_id].state, lambda state: state == "Off", what="the guest to shut down")
    assert _update(client, vm_id, 5, power_state="Off")["outcome"] == "completed"


def test_a_vm_that_cannot_be_opened_is_neither_gone_nor_made_again(host: SimulatedHost, client: Client) -> None:
    vm_id = str(_provision(client)["vm_id"])
    host.call(lambda: host.world.break_vm(vm_id, "The volume is gone"))
    (line,) = _lines(client, "vm")
    assert (line["vm_id"], line["problem"], "state" in line) == (vm_id, "The volume is gone", False)
    assert _provision(client, 2)["code"] == "VmUnreadable"
    assert _provision(client, 3, lost_vm_id=vm_id)["code"] == "VmUnreadable"
    assert _update(client, vm_id, 4, gb_ram=2)["code"] == "VmUnreadable"
    assert _remove(client, vm_id)["code"] == "VmUnreadable"
    assert list(host.world.vms) == [vm_id]
    assert _UID in host.world.folders
    host.call(lambda: host.world.break_vm(vm_id, None))
    assert _remove(client, vm_id, 10)["finding"] == "VmRemoved"


def test_a_vm_that_cannot_be_opened_costs_no_other_machine_anything_but_its_name(
    host: SimulatedHost, client: Client
) -> None:
    ghost = host.call(lambda: host.world.add_vm("ghost"))
    host.call(lambda: host.world.break_vm(ghost, "The volume is gone"))
    taken = {**provisioning()["fields"], "vm_name": "ghost"}
    assert _provision(client, fields=taken)["code"] == "NameInUse"
    assert _remove(client, _provision(client, 2)["vm_id"])["finding"] == "VmRemoved"


def test_a_vm_in_a_critical_state_is_shown_left_alone_and_removed(host: SimulatedHost, client: Client) -> None:
    vm_id = _complete(host, client)
    host.call(lambda: host.world.set_critical(vm_id, critical=True))
    assert [(line["state"], line["critical"]) for line in _lines(client, "vm")] == [("Running", True)]
    assert _update(client, vm_id, 3, cpu_cores=2)["code"] == "VmCritical"
    assert _update(client, vm_id, 4, power_state="Off")["reason"] == "Updated"
    assert _remove(client, vm_id)["finding"] == "VmRemoved"


def test_a_guest_that_cannot_be_asked_to_shut_down_keeps_running(host: SimulatedHost, client: Client) -> None:
    vm_id = _complete(host, client)
    vm = _world(host).vms[vm_id]
    vm.shuts_down = False
    assert _update(client, vm_id, 3, cpu_cores=7)["code"] == "GuestTimeout"
    assert (vm.state, vm.cpu_cores) == ("Running", 1)


def test_what_cannot_work_is_refused_before_an_image_is_copied(host: SimulatedHost, client: Client) -> None:
    world = _world(host)
    world.unusable_images["Ubuntu 24.04"] = "has no partition table"
    refused = _provision(client)
    assert refused["code"] == "ImageUnusable"
    assert refused["message"].endswith("Ubuntu 24.04.vhdx has no partition table.")
    world.unusable_images.clear()
    fields = {**provisioning()["fields"], "vm_clustered": True}
    assert _provision(client, 2, fields=fields)["code"] == "ClusterFailed"
    cluster.join("hvc", host)
    world.cluster_volumes = ["C:\\ClusterStorage\\Volume1", "D:\\VM"]
    assert _provision(client, 3, fields=fields)["code"] == "ClusterRoleUnavailable"
    world.cluster_volumes = ["d:\\vms"]
    world.network_logon, world.administrator = True, False
    assert _provision(client, 4, fields=fields)["code"] == "ClusterRoleUnavailable"
    assert host.ledger.count("copy_image") == 0
    world.administrator = True
    assert _provision(client, 5, fields=fields)["outcome"] == "pending"


def test_a_parent_that_was_changed_is_reported_and_gets_no_more_children(host: SimulatedHost, client: Client) -> None:
    differencing = {**provisioning()["host"], "clone": "Differencing"}
    assert _provision(client, host=differencing)["outcome"] == "pending"
    seen = {line["name"]: (line["children"], line["changed"]) for line in _lines(client, "image")}
    assert seen == {"Windows Server 2022": (0, None), "Ubuntu 24.04": (1, False)}
    _world(host).changed_parents.add("Ubuntu 24.04")
    assert ("Ubuntu 24.04", True) in [(line["name"], line["changed"]) for line in _lines(client, "image")]
    other = {**provisioning()["run"], "machine_uid": "m-2"}
    fields = {**provisioning()["fields"], "vm_name": "two"}
    assert _provision(client, run=other, fields=fields, host=differencing)["code"] == "ImageChanged"
    assert _provision(client, run={**other, "attempt": 2}, fields=fields)["outcome"] == "pending"
