"""Deleting a HyperVHost, creating it again, and VMs that move between cluster nodes."""

from __future__ import annotations

import json

from controlplane.plane import ControlPlane
from controlplane.waiting import wait_until
from e2e import rig
from e2e.conftest import NewHost
from hostsim import manifests
from hostsim.host import SimulatedHost
from hostsim.world import World


def _ready(cluster: ControlPlane, host: SimulatedHost) -> dict[str, str]:
    body = json.loads(cluster.kubectl("get", "hvh", host.name, "-o", "json"))
    return rig.condition(body, "Ready")


def test_a_deleted_host_stays_until_its_machines_are_gone_and_reports_that(
    cluster: ControlPlane, unreviewed: str, new_host: NewHost, operator: rig.Operator
) -> None:
    host = new_host()
    cluster.apply(rig.submission(host.name, "stays"), namespace=unreviewed)
    cluster.kubectl("wait", "--for=condition=Ready", "hvm/stays", "-n", unreviewed, "--timeout=60s")
    cluster.kubectl("delete", "hvh", host.name, "--wait=false")
    ready = wait_until(
        lambda: _ready(cluster, host), lambda found: found.get("reason") == "Deleting", what="Deleting", within=30
    )
    assert f"{unreviewed}/stays" in ready["message"]
    assert "hyperv-operator.io/abandon" in ready["message"]
    events = cluster.kubectl("get", "events", "-A", "--field-selector", f"involvedObject.name={host.name}")
    assert "HostProblem" in events

    cluster.apply(rig.submission(host.name, "late"), namespace=unreviewed)
    late = rig.wait_for_reason(cluster, unreviewed, "late", "HostCordoned")
    assert "is being deleted" in late["message"]

    cluster.kubectl("delete", "hvm", "stays", "-n", unreviewed, "--timeout=60s")
    cluster.kubectl("wait", "--for=delete", f"hvh/{host.name}", "--timeout=30s")
    assert dict(host.world.vms) == {}, "the VM was removed through the host that was being deleted"
    rig.wait_for_reason(cluster, unreviewed, "late", "HostNotFound")

    # The host is created again, and waiting machines continue by themselves.
    cluster.apply(manifests.hyperv_host(host))
    cluster.kubectl("wait", "--for=condition=Ready", "hvm/late", "-n", unreviewed, "--timeout=60s")
    cluster.kubectl("delete", "hvm", "late", "-n", unreviewed, "--timeout=60s")


def test_a_host_deleted_while_no_operator_runs_stays_too(
    cluster: ControlPlane, unreviewed: str, new_host: NewHost, operator: rig.Operator
) -> None:
    host = new_host()
    cluster.apply(rig.submission(host.name, "stays"), namespace=unreviewed)
    cluster.kubectl("wait", "--for=condition=Ready", "hvm/stays", "-n", unreviewed, "--timeout=60s")
    operator.kill()
    cluster.kubectl("delete", "hvh", host.name, "--wait=false")
    cluster.kubectl("delete", "hvm", "stays", "-n", unreviewed, "--wait=false")
    with rig.operator(cluster, operator.log):
        cluster.kubectl("wait", "--for=delete", "hvm/stays", "-n", unreviewed, "--timeout=60s")
        cluster.kubectl("wait", "--for=delete", f"hvh/{host.name}", "--timeout=30s")
    assert dict(host.world.vms) == {}


def test_a_vm_that_moved_to_another_node_is_updated_and_removed_there(
    cluster: ControlPlane, unreviewed: str, new_host: NewHost, operator: rig.Operator
) -> None:
    nodes = [new_host({"failoverCluster": "hvc-moves"}) for _ in range(2)]
    one, other = (_world(node) for node in nodes)
    other.folders = one.folders  # a cluster shared volume
    other.removed = one.removed
    cluster.apply(rig.submission(nodes[0].name, "moves"), namespace=unreviewed)
    cluster.kubectl("wait", "--for=condition=Ready", "hvm/moves", "-n", unreviewed, "--timeout=60s")
    vm_id = rig.machine(cluster, unreviewed, "moves")["status"]["vmId"]

    nodes[0].call(lambda: other.vms.update({vm_id: one.vms.pop(vm_id)}))
    status = wait_until(
        lambda: rig.machine(cluster, unreviewed, "moves")["status"],
        lambda found: found["host"] == nodes[1].name,
        what="the VM seen on the other node",
        within=30,
        every=0.3,
    )
    assert status["vmId"] == vm_id
    assert rig.condition({"status": status}, "Ready")["status"] == "True"

    patch = '{"spec":{"fields":{"cpu_cores":4}}}'
    cluster.kubectl("patch", "hvm", "moves", "-n", unreviewed, "--type=merge", "-p", patch)
    wait_until(lambda: other.vms[vm_id].cpu_cores, lambda cores: cores == 4, what="4 processors", within=60)
    assert [note.schema for note in nodes[1].ledger.runs] == ["vm-update"]

    cluster.kubectl("delete", "hvm", "moves", "-n", unreviewed, "--timeout=60s")
    assert (dict(one.vms), dict(other.vms), dict(other.folders)) == ({}, {}, {})
    assert [note.schema for note in nodes[1].ledger.runs] == ["vm-update", "vm-removal"]


def _world(host: SimulatedHost) -> World:
    world = host.world
    assert isinstance(world, World)
    return world
