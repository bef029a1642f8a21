"""The agent's real scripts, end to end: they have the same effects as the simulated agent, and can be killed at any step."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from controlplane.plane import ControlPlane
from controlplane.waiting import wait_until
from e2e import agents, rig
from e2e.conftest import NewHost
from hostsim.faults import CmdletFault
from hostsim.host import SimulatedHost
from hostsim.pwsh.world import FolderWorld
from hostsim.views import VmView

pytestmark = [*agents.REAL, pytest.mark.parametrize("agent", ["pwsh"])]
_BOUNDARIES = (
    *("PreChecks", "CopyImage", "CopyProvisioningISO", "RegisterVM", "WaitForProvisioningKey"),
    *("PublishProvisioningData", "WaitForGuest", "PurgeProvisioningData", "EjectProvisioningISO"),
    *("RegisterCluster", "RegisterCluster:completed"),
    *("RemoveClusterRole", "RemoveVM", "RemoveFiles", "VerifyRemoved", "VerifyRemoved:completed"),
)
_MUTATIONS = (
    *("copy_image", "copy_iso", "create_vm", "start_vm", "publish", "purge", "eject_iso", "cluster_role"),
    *("resize", "power", "delete_role", "delete_vm", "delete_folder"),
)
_UNNAMED = ("New-VM", "Set-VM", "Set-VMProcessor", "Add-VMDvdDrive", "Set-VMFirmware", "Rename-VM")
_NAMED = (
    "Start-VM",
    "Invoke-CimMethod AddKvpItems",
    "Invoke-CimMethod RemoveKvpItems",
    "Set-VMDvdDrive",
    "Remove-VMDvdDrive",
    "Add-ClusterVirtualMachineRole",
    "Remove-ClusterGroup",
    "Stop-VM",
    "Remove-VM",
)


def _machines(cluster: ControlPlane, namespace: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = json.loads(cluster.kubectl("get", "hvm", "-n", namespace, "-o", "json"))["items"]
    return items


def _wait_ready(cluster: ControlPlane, namespace: str) -> None:
    """Wait until every machine is Ready; a timeout shows the conditions of the others."""

    def waiting() -> dict[str, object]:
        readiness = {one["metadata"]["name"]: rig.condition(one, "Ready") for one in _machines(cluster, namespace)}
        return {name: ready for name, ready in readiness.items() if ready.get("status") != "True"}

    wait_until(waiting, lambda left: not left, what="all machines Ready", within=400, every=1)


def _delete_all(cluster: ControlPlane, namespace: str) -> None:
    cluster.kubectl("delete", "hvm", "--all", "-n", namespace, "--wait=false")

    def left() -> dict[str, object]:
        return {one["metadata"]["name"]: rig.condition(one, "Ready") for one in _machines(cluster, namespace)}

    wait_until(left, lambda now: not now, what="all machines gone", within=200, every=1)


def _uids(cluster: ControlPlane, namespace: str, names: list[str]) -> dict[str, str]:
    return {name: str(rig.machine(cluster, namespace, name)["metadata"]["uid"]) for name in names}


def _patch(cluster: ControlPlane, namespace: str, name: str, change: str) -> None:
    cluster.kubectl("patch", "hvm", name, "-n", namespace, "--type=merge", "-p", change)


def _sizes(vms: list[VmView]) -> list[tuple[int, int, str]]:
    return [(vm.cpu_cores, vm.gb_ram, vm.state) for vm in vms]


def _facts(host: SimulatedHost, uid: str) -> dict[str, Any]:
    (vm,) = host.world.vms_of(uid)
    assert vm.received is not None
    return {
        "state": vm.state,
        "size": (vm.cpu_cores, vm.gb_ram),
        "vlan": vm.vlan_id,
        "iso": vm.iso_attached,
        "items": (dict(vm.from_host), sorted(vm.from_guest)),
        "addresses": vm.addresses,
        "received": {**vm.received["fields"], "vm_name": "", "guest_la_pw": ""},
        "files": sorted(host.world.folders[uid].files),
        "clustered": uid in host.world.clustered,
        "done": sorted(
            step for step, state in (host.world.folders[uid].journal or {})["steps"].items() if state != "started"
        ),
    }


@pytest.mark.usefixtures("operator")
def test_both_agents_have_the_same_effects_on_their_hosts(
    cluster: ControlPlane, tenant: str, new_host: NewHost
) -> None:
    hosts = {kind: new_host({"failoverCluster": f"HVC-{kind}"}, agent=kind) for kind in ("simulated", "pwsh")}
    network = {"guest_v4_cidrprefix": 24, "guest_v4_defaultgw": "10.1.1.1", "guest_v4_dns1": "10.1.1.2"}
    windows = {"image_name": "Windows Server 2022", "vm_clustered": True, "vlan_id": 12, **network}
    names = {kind: [f"{kind[:4]}-windows", f"{kind[:4]}-linux"] for kind in hosts}
    for kind, host in hosts.items():
        host.world.failover_cluster = f"HVC-{kind}"
        first = rig.submission(host.name, names[kind][0], guest_v4_ipaddr="10.1.1.9", **windows)
        cluster.apply(
            [*first, *rig.submission(host.name, names[kind][1], guest_v4_ipaddr="10.1.1.8", **network)],
            namespace=tenant,
        )
    _wait_ready(cluster, tenant)
    uids = {kind: list(_uids(cluster, tenant, names[kind]).values()) for kind in hosts}
    seen = {kind: [_facts(host, uid) for uid in uids[kind]] for kind, host in hosts.items()}
    assert seen["pwsh"] == seen["simulated"]
    assert seen["pwsh"][0]["vlan"] == 12
    assert seen["pwsh"][0]["clustered"]

    for change, wanted in (
        ('{"spec": {"powerState": "Off", "fields": {"cpu_cores": 3, "gb_ram": 4}}}', (3, 4, "Off")),
        ('{"spec": {"powerState": "Running"}}', (3, 4, "Running")),
    ):
        for kind in hosts:
            _patch(cluster, tenant, names[kind][0], change)
        vms = [host.world.vms_of(uids[kind][0])[0] for kind, host in hosts.items()]
        sizes = partial(_sizes, vms)
        wait_until(sizes, [wanted, wanted].__eq__, what=f"{wanted} on both", within=120, every=0.5)
        _wait_ready(cluster, tenant)
    _delete_all(cluster, tenant)

    ledgers = {kind: [host.ledger.created_and_deleted(uid) for uid in uids[kind]] for kind, host in hosts.items()}
    assert ledgers["pwsh"] == ledgers["simulated"]
    assert ledgers["pwsh"][0] == dict.fromkeys(_MUTATIONS, 1)
    assert [host.world.traces_of(uid) for kind, host in hosts.items() for uid in uids[kind]] == [[]] * 4
    assert hosts["pwsh"].world.changed_images() == []


def test_a_script_killed_at_any_step_has_the_effects_of_an_undisturbed_one(
    cluster: ControlPlane, tenant: str, new_host: NewHost, log: Path
) -> None:
    host = new_host({"failoverCluster": "HVC-K", "maxConcurrentRuns": 3})
    world = host.world
    assert isinstance(world, FolderWorld)
    world.failover_cluster = "HVC-K"
    world.images["Ubuntu Large"] = 256 * 1024**3
    names = ["calm", "at-boundary", "in-copy", "after-cmdlet"]
    host.faults.kills = {"at-boundary": list(_BOUNDARIES)}
    resources = []
    for name in names:
        image = "Ubuntu Large" if name == "in-copy" else "Ubuntu 24.04"
        secret, machine = rig.submission(host.name, name, vm_clustered=True, gb_ram=1, image_name=image)
        resources += [secret, {**machine, "spec": {**machine["spec"], "paused": True}}]
    with rig.operator(cluster, log, agents.settings("pwsh"), HVO_RETRY_LIMIT_SECONDS="1"):
        cluster.apply(resources, namespace=tenant)
        uids = _uids(cluster, tenant, names)
        host.faults.kill_in_copy = True
        _patch(cluster, tenant, "in-copy", '{"spec": {"paused": false}}')
        wait_until(lambda: host.faults.kill_in_copy, lambda on: not on, what="the copy of in-copy to begin", within=120)
        fresh = f"hvo-{uids['after-cmdlet']}"
        host.faults.cmdlets = [
            *(CmdletFault(cmdlet, vm=fresh, when="after", kill=True) for cmdlet in _UNNAMED),
            *(CmdletFault(cmdlet, vm="after-cmdlet", when="after", kill=True) for cmdlet in _NAMED),
        ]
        for name in names:
            _patch(cluster, tenant, name, '{"spec": {"paused": false}}')
        _wait_ready(cluster, tenant)
        as_it_is = {name: {**_facts(host, uids[name]), "addresses": []} for name in names}
        assert as_it_is == dict.fromkeys(names, as_it_is["calm"])
        _delete_all(cluster, tenant)
        rig.remove_hosts(cluster)

    assert host.faults.kills == {"at-boundary": []}
    assert [fault["cmdlet"] for fault in world.state.read("faults.json")["cmdlets"]] == []
    assert host.ledger.killed == len(_BOUNDARIES) + 1 + len(_UNNAMED) + len(_NAMED)
    done = {name: host.ledger.created_and_deleted(uids[name]) for name in names}
    assert done == dict.fromkeys(names, done["calm"])
    assert [world.traces_of(uid) for uid in uids.values()] == [[]] * len(names)
    assert world.changed_images() == []
