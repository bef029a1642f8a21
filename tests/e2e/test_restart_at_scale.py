"""A restart over 500 machines that are Ready writes nothing to any of them."""

from __future__ import annotations

import copy
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from controlplane.plane import ControlPlane
from controlplane.waiting import wait_until
from e2e import rig
from e2e.conftest import NewHost
from hostsim.host import SimulatedHost
from hostsim.world import World

pytestmark = pytest.mark.timeout(300)

_NUMBER = 500
_HOSTS = 5


def _versions(cluster: ControlPlane, namespace: str) -> dict[str, str]:
    listed = json.loads(cluster.kubectl("get", "hvm", "-n", namespace, "-o", "json"))["items"]
    return {one["metadata"]["name"]: one["metadata"]["resourceVersion"] for one in listed}


def _world(host: SimulatedHost) -> World:
    assert isinstance(host.world, World)
    return host.world


def _copy(
    cluster: ControlPlane, namespace: str, model: dict[str, Any], cluster_uid: str, host: SimulatedHost, name: str
) -> None:
    """Store a machine with the status of one that is Ready, and its VM on the host."""
    folder = f"/apis/hyperv-operator.io/v1alpha1/namespaces/{namespace}/hypervmachines"
    spec = copy.deepcopy(model["spec"]) | {"targetHost": host.name}
    spec["fields"]["vm_name"] = name
    metadata = {"name": name, "finalizers": model["metadata"]["finalizers"]}
    kind = {key: model[key] for key in ("apiVersion", "kind")}
    code, made = cluster.request("POST", folder, {**kind, "metadata": metadata, "spec": spec})
    assert code == 201, made
    world = _world(host)
    vm_id = host.call(lambda: world.add_vm(name, made["metadata"]["uid"], cluster_uid))
    vm = world.vms[vm_id]
    vm.cpu_cores, vm.gb_ram, vm.state = spec["fields"]["cpu_cores"], spec["fields"]["gb_ram"], "Running"
    # The origin stays that of the model's host: to the others their VMs have come from another machine.
    status = copy.deepcopy(model["status"]) | {"vmId": vm_id, "host": host.name, "addresses": []}
    status["origin"]["fields"]["vm_name"] = json.dumps(name)
    code, answer = cluster.request("PUT", f"{folder}/{name}/status", {**made, "status": status})
    assert code == 200, answer


def test_a_restart_over_ready_machines_writes_nothing_to_them(
    cluster: ControlPlane, unreviewed: str, new_host: NewHost, log: Path
) -> None:
    hosts = [new_host() for _ in range(_HOSTS)]
    with rig.operator(cluster, log) as first:
        cluster.apply(rig.submission(hosts[0].name, "model"), namespace=unreviewed)
        rig.wait_for_reason(cluster, unreviewed, "model", "Ready", within=120)
        first.stop()
    model = rig.machine(cluster, unreviewed, "model")
    own = next(iter(_world(hosts[0]).vms.values()))
    assert own.cluster_uid
    with ThreadPoolExecutor(8) as pool:
        copies = [
            pool.submit(_copy, cluster, unreviewed, model, own.cluster_uid, hosts[number % _HOSTS], f"idle-{number}")
            for number in range(_NUMBER)
        ]
        for one in copies:
            one.result()
    # The first look may still write what differs between a copy and a machine of its own.
    with rig.operator(cluster, log.with_name("second.log"), HVO_RESYNC_SECONDS="5") as second:
        second.wait_until_ready()
        settled = _settled(second, cluster, unreviewed)
    with rig.operator(cluster, log.with_name("third.log"), HVO_RESYNC_SECONDS="5") as third:
        third.wait_until_ready()
        assert _after_more_passes(third, cluster, unreviewed) == settled
        change = '{"spec":{"powerState":"Off"}}'
        cluster.kubectl("patch", "hvm", "model", "-n", unreviewed, "--type=merge", "-p", change)
        wait_until(lambda: own.state, lambda state: state == "Off", what="a change to be noticed", within=60)
        rig.remove_hosts(cluster)


def _settled(operator: rig.Operator, cluster: ControlPlane, namespace: str) -> dict[str, str]:
    """Return the versions of all machines once they stay the same over several passes of every host."""
    before, after = {"": ""}, _versions(cluster, namespace)
    while before != after:
        before, after = after, _after_more_passes(operator, cluster, namespace)
    return after


def _after_more_passes(operator: rig.Operator, cluster: ControlPlane, namespace: str) -> dict[str, str]:
    begun = _passes(operator)
    wait_until(
        lambda: _passes(operator), lambda passes: passes >= begun + 4 * _HOSTS, what="passes", within=120, every=0.5
    )
    return _versions(cluster, namespace)


def _passes(operator: rig.Operator) -> float:
    """Return how many passes of hosts have ended."""
    name = 'hyperv_operator_reconcile_duration_seconds_count{kind="HyperVHost"'
    return sum(float(line.rpartition(" ")[2]) for line in operator.metrics().splitlines() if line.startswith(name))
