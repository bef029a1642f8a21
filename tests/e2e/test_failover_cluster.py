"""A failover cluster of three nodes: what one of them cannot tell holds up its own machines and no others."""

from __future__ import annotations

import json
from typing import Any

import pytest

from controlplane.plane import ControlPlane
from controlplane.waiting import wait_until
from e2e import rig
from e2e.conftest import NewHost
from hostsim import cluster as failover
from hostsim.host import SimulatedHost

pytestmark = pytest.mark.timeout(240)

Nodes = tuple[SimulatedHost, SimulatedHost, SimulatedHost]
_NAME = "hvc01"


@pytest.fixture
def nodes(new_host: NewHost) -> Nodes:
    """Provide the three nodes."""
    first, second, third = (new_host({"failoverCluster": _NAME}) for _ in range(3))
    failover.join(_NAME, first, second, third)
    return first, second, third


def _create(cluster: ControlPlane, namespace: str, host: SimulatedHost, name: str, **fields: Any) -> str:
    cluster.apply(rig.submission(host.name, name, **fields), namespace=namespace)
    rig.wait_for_reason(cluster, namespace, name, "Ready", within=120)
    return str(rig.machine(cluster, namespace, name)["metadata"]["uid"])


def _vm(host: SimulatedHost, uid: str) -> Any:
    (vm,) = host.world.vms_of(uid)
    return vm


def _wait_vm(host: SimulatedHost, uid: str, **values: Any) -> None:
    wait_until(
        lambda: {key: getattr(_vm(host, uid), key) for key in values},
        lambda found: found == values,
        what=f"the VM to have {values}",
        within=60,
        every=0.2,
    )


def _wait_down(cluster: ControlPlane, host: SimulatedHost) -> None:
    shown = ("get", "hvh", host.name, "-o", "jsonpath={.status.conditions[?(@.type=='Reachable')].status}")
    wait_until(lambda: cluster.kubectl(*shown), lambda word: word == "False", what="the node to be down", within=60)


@pytest.mark.usefixtures("operator")
def test_machines_of_two_nodes_live_their_lives_while_the_third_is_down(
    cluster: ControlPlane, tenant: str, nodes: Nodes
) -> None:
    first, second, third = nodes
    stranded = _create(cluster, tenant, third, "stranded")
    third.go_down()
    _wait_down(cluster, third)
    rig.delete(cluster, tenant, "stranded")
    for number, node in enumerate((first, second)):
        name = f"live-{number}"
        uid = _create(cluster, tenant, node, name, vm_clustered=number == 1)
        rig.patch(cluster, tenant, name, {"fields": {"cpu_cores": 4}})
        _wait_vm(node, uid, cpu_cores=4)
        rig.patch(cluster, tenant, name, {"powerState": "Off"})
        _wait_vm(node, uid, state="Off")
        rig.wait_for_reason(cluster, tenant, name, "Ready")
        rig.delete(cluster, tenant, name)
        rig.wait_gone(cluster, tenant, name)
        assert node.world.traces_of(uid) == []
        counts = node.ledger.created_and_deleted(uid)
        assert (counts["create_vm"], counts["delete_vm"]) == (1, 1)
    assert not rig.is_gone(cluster, tenant, "stranded")
    ready = rig.condition(rig.machine(cluster, tenant, "stranded"), "Ready")
    assert "hyperv-operator.io/abandon" in ready["message"]
    assert _vm(third, stranded).state == "Running"
    third.come_back()
    rig.wait_gone(cluster, tenant, "stranded", within=90)
    assert third.world.traces_of(stranded) == []


@pytest.mark.usefixtures("operator")
def test_a_vm_that_moves_is_followed_and_removed_where_it_is(cluster: ControlPlane, tenant: str, nodes: Nodes) -> None:
    first, second, third = nodes
    uid = _create(cluster, tenant, first, "mover", vm_clustered=True)
    third.go_down()
    vm_id = _vm(first, uid).vm_id
    failover.move(vm_id, first, second)
    wait_until(
        lambda: rig.machine(cluster, tenant, "mover")["status"].get("host"),
        lambda host: host == second.name,
        what="the move to be noticed",
        within=60,
        every=0.2,
    )
    rig.patch(cluster, tenant, "mover", {"fields": {"cpu_cores": 4}})
    _wait_vm(second, uid, cpu_cores=4)
    # The target host goes as well: the VM is not there.
    first.go_down()
    rig.delete(cluster, tenant, "mover")
    rig.wait_gone(cluster, tenant, "mover", within=90)
    assert [node.world.vms_of(uid) for node in nodes] == [[], [], []]


@pytest.mark.usefixtures("operator")
def test_a_vm_on_a_node_that_cannot_be_read_is_never_released(
    cluster: ControlPlane, tenant: str, nodes: Nodes, operator: rig.Operator, log: Any
) -> None:
    first, second, _ = nodes
    uid = _create(cluster, tenant, first, "hidden", vm_clustered=True)
    failover.move(_vm(first, uid).vm_id, first, second)
    wait_until(
        lambda: rig.machine(cluster, tenant, "hidden")["status"].get("host"),
        lambda host: host == second.name,
        what="the move to be noticed",
        within=60,
        every=0.2,
    )
    second.go_down()
    operator.kill()
    rig.delete(cluster, tenant, "hidden")
    with rig.operator(cluster, log):
        ready = wait_until(
            lambda: rig.condition(rig.machine(cluster, tenant, "hidden"), "Ready"),
            lambda ready: "hyperv-operator.io/abandon" in ready.get("message", ""),
            what="the deletion to say why it waits",
            within=60,
            every=0.2,
        )
        assert second.name in ready["message"], "it is the host that had the VM last"
        assert second.world.vms_of(uid)
        second.come_back()
        rig.wait_gone(cluster, tenant, "hidden", within=90)
        assert [node.world.vms_of(uid) for node in nodes] == [[], [], []]
        rig.remove_hosts(cluster)


@pytest.mark.usefixtures("operator")
def test_a_node_with_a_misspelt_secret_holds_nothing_up(cluster: ControlPlane, tenant: str, nodes: Nodes) -> None:
    first, *_ = nodes
    body = json.loads(cluster.kubectl("get", "hvh", first.name, "-o", "json"))
    spec = {**body["spec"], "address": "127.0.0.2"}
    spec["connection"] = {**spec["connection"], "credentialsSecretRef": {"name": "misspelt"}}
    cluster.apply({"apiVersion": body["apiVersion"], "kind": body["kind"], "metadata": {"name": "typo"}, "spec": spec})
    uid = _create(cluster, tenant, first, "steady")
    rig.patch(cluster, tenant, "steady", {"fields": {"gb_ram": 3}})
    _wait_vm(first, uid, gb_ram=3)
    rig.delete(cluster, tenant, "steady")
    rig.wait_gone(cluster, tenant, "steady")
