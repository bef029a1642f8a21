"""Every field of the spec is edited at every stage of a machine's life: it is applied or refused, and never lost silently."""

from __future__ import annotations

import json
from typing import Any

import pytest

from controlplane.plane import ControlPlane
from controlplane.waiting import wait_until
from e2e import rig
from e2e.conftest import NewHost
from hostsim.host import SimulatedHost

pytestmark = pytest.mark.timeout(240)

_FIRST = "cannot be changed once provisioning has begun"
_GUEST = "cannot be changed once they were published to the guest"
_SECRET = "spec.secretFields cannot be changed once the guest is configured"
_STATIC = {
    "guest_v4_ipaddr": "192.168.1.9",
    "guest_v4_cidrprefix": 24,
    "guest_v4_defaultgw": "192.168.1.1",
    "guest_v4_dns1": "192.168.1.2",
    "guest_v4_dns2": "192.168.1.3",
    "guest_net_dnssuffix": "edited.example.com",
}
_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIExampleExampleExampleExampleExampleExampleE a"
NEW, COPYING, WAITING, READY, DELETING = range(5)
EDITS: list[tuple[dict[str, Any], tuple[str, str, str, str, str]]] = [
    ({"fields": {"vm_name": "edited"}}, ("", _FIRST, _FIRST, _FIRST, _FIRST)),
    ({"fields": {"image_name": "Windows Server 2022"}}, ("", _FIRST, _FIRST, _FIRST, _FIRST)),
    ({"fields": {"os_family": "linux"}}, ("", _FIRST, _FIRST, _FIRST, _FIRST)),
    ({"fields": {"vlan_id": 7}}, ("", _FIRST, _FIRST, _FIRST, _FIRST)),
    ({"fields": {"vm_clustered": True}}, ("belongs to no failover cluster", _FIRST, _FIRST, _FIRST, _FIRST)),
    ({"fields": {"guest_la_uid": "root"}}, ("", "", _GUEST, _GUEST, _GUEST)),
    ({"fields": _STATIC}, ("", "", _GUEST, _GUEST, _GUEST)),
    (
        {"fields": {"cnf_ansible_ssh_user": "ansible", "cnf_ansible_ssh_key": _KEY}},
        ("", "", _GUEST, _GUEST, _GUEST),
    ),
    ({"secretFields": {"guest_la_pw": {"secretKeyRef": {"name": "other"}}}}, ("", "", "", _SECRET, _SECRET)),
    ({"targetHost": "elsewhere"}, ("spec.targetHost cannot be changed",) * 5),
    ({"fields": {"cpu_cores": 3}}, ("",) * 5),
    ({"fields": {"gb_ram": 5}}, ("",) * 5),
    ({"powerState": "Off"}, ("",) * 5),
    ({"deletionPolicy": "Retain"}, ("",) * 5),
    ({"paused": True}, ("",) * 5),
    ({"schemaVersion": 2}, ("",) * 5),
]
"""A patch of the spec, and what the API server says to it at each stage; nothing where it takes it."""


def _answer(cluster: ControlPlane, namespace: str, name: str, spec: dict[str, Any], *, dry: bool = False) -> str:
    """Send a merge patch, and return what the API server says against it."""
    path = f"/apis/hyperv-operator.io/v1alpha1/namespaces/{namespace}/hypervmachines/{name}"
    body = rig.machine(cluster, namespace, name)
    for key, value in spec.items():
        body["spec"][key] = _merged(body["spec"].get(key), value)
    code, answer = cluster.request("PUT", f"{path}{'?dryRun=All' if dry else ''}", body)
    return "" if code == 200 else str(answer["message"])


def _merged(old: Any, new: Any) -> Any:
    if isinstance(old, dict) and isinstance(new, dict):
        return {**old, **{key: _merged(old.get(key), value) for key, value in new.items()}}
    return new


def _check(cluster: ControlPlane, namespace: str, name: str, stage: int) -> None:
    for edit, sentences in EDITS:
        said, expected = _answer(cluster, namespace, name, edit, dry=True), sentences[stage]
        assert expected in said if expected else said == "", (edit, said)


def _vm(host: SimulatedHost) -> Any:
    (vm,) = host.world.vms.values()
    return vm


def _settles(cluster: ControlPlane, tenant: str, machine: str, host: SimulatedHost, **vm: Any) -> None:
    """Wait until the VM has these values and the machine is Ready with its newest generation."""
    wait_until(
        lambda: {key: getattr(_vm(host), key) for key in vm} if host.world.vms else {},
        lambda found: found == vm,
        what=f"the VM to have {vm}",
        within=90,
        every=0.2,
    )

    def settled() -> bool:
        body = rig.machine(cluster, tenant, machine)
        ready, generation = rig.condition(body, "Ready"), body["metadata"]["generation"]
        return (
            ready.get("status") == "True"
            and generation == body["status"]["observedGeneration"] == ready["observedGeneration"]
        )

    wait_until(settled, what="the machine to be Ready", within=60, every=0.2)


@pytest.mark.usefixtures("operator")
def test_before_the_launch_everything_can_be_edited_and_is_what_is_made(
    cluster: ControlPlane, tenant: str, new_host: NewHost
) -> None:
    host = new_host({"cordoned": True})
    cluster.apply(rig.submission(host.name, "new-01"), namespace=tenant)
    rig.wait_for_reason(cluster, tenant, "new-01", "HostCordoned")
    _check(cluster, tenant, "new-01", NEW)
    fields = {"vm_name": "edited", "vlan_id": 7, "cpu_cores": 3, "gb_ram": 5, "guest_la_uid": "root"}
    assert _answer(cluster, tenant, "new-01", {"fields": fields, "powerState": "Off"}) == ""
    cluster.kubectl("patch", "hvh", host.name, "--type=merge", "-p", json.dumps({"spec": {"cordoned": False}}))
    _settles(cluster, tenant, "new-01", host, name="edited", vlan_id=7, cpu_cores=3, gb_ram=5, state="Off")
    received = _vm(host).received
    assert received
    assert received["fields"]["guest_la_uid"] == "root"


@pytest.mark.usefixtures("operator")
def test_an_edit_during_the_copy_is_refused_or_applied_in_the_end(
    cluster: ControlPlane, tenant: str, new_host: NewHost
) -> None:
    host = new_host(copy_seconds=8.0)
    cluster.apply(rig.submission(host.name, "copy-01"), namespace=tenant)
    wait_until(
        lambda: rig.machine(cluster, tenant, "copy-01").get("status", {}).get("run", {}).get("step"),
        lambda step: step == "CopyImage",
        what="the copy",
        within=60,
        every=0.1,
    )
    _check(cluster, tenant, "copy-01", COPYING)
    assert _answer(cluster, tenant, "copy-01", {"fields": {"cpu_cores": 3, "gb_ram": 5, "guest_la_uid": "root"}}) == ""
    _settles(cluster, tenant, "copy-01", host, cpu_cores=3, gb_ram=5, state="Running")
    assert _vm(host).received["fields"]["guest_la_uid"] == "root"


@pytest.mark.usefixtures("operator")
def test_an_edit_while_the_guest_applies_is_refused_or_applied_afterwards(
    cluster: ControlPlane, tenant: str, new_host: NewHost
) -> None:
    host = new_host(apply_seconds=10.0)
    cluster.apply(rig.submission(host.name, "wait-01"), namespace=tenant)
    rig.wait_for_reason(cluster, tenant, "wait-01", "WaitingForGuest")
    _check(cluster, tenant, "wait-01", WAITING)
    assert _answer(cluster, tenant, "wait-01", {"fields": {"cpu_cores": 3}, "powerState": "Off"}) == ""
    _settles(cluster, tenant, "wait-01", host, cpu_cores=3, state="Off")


@pytest.mark.usefixtures("operator")
def test_a_ready_machine_takes_what_can_be_applied_and_nothing_else(
    cluster: ControlPlane, tenant: str, new_host: NewHost
) -> None:
    host = new_host()
    cluster.apply(rig.submission(host.name, "ready-01"), namespace=tenant)
    rig.wait_for_reason(cluster, tenant, "ready-01", "Ready", within=120)
    _check(cluster, tenant, "ready-01", READY)
    edits: list[tuple[dict[str, Any], dict[str, Any]]] = [
        ({"fields": {"cpu_cores": 3}}, {"cpu_cores": 3}),
        ({"fields": {"gb_ram": 5}}, {"gb_ram": 5}),
        ({"powerState": "Off"}, {"state": "Off"}),
        ({"powerState": "Running", "fields": {"cpu_cores": 2}}, {"state": "Running", "cpu_cores": 2}),
    ]
    for edit, wanted in edits:
        assert _answer(cluster, tenant, "ready-01", edit) == ""
        _settles(cluster, tenant, "ready-01", host, **wanted)
    assert _answer(cluster, tenant, "ready-01", {"schemaVersion": 2}) == ""
    rig.wait_for_reason(cluster, tenant, "ready-01", "SchemaVersionMismatch")
    assert _answer(cluster, tenant, "ready-01", {"schemaVersion": 1}) == ""
    rig.wait_for_reason(cluster, tenant, "ready-01", "Ready")


@pytest.mark.usefixtures("operator")
def test_a_pause_holds_an_edit_back_until_it_ends(cluster: ControlPlane, tenant: str, new_host: NewHost) -> None:
    host = new_host()
    cluster.apply(rig.submission(host.name, "pause-01"), namespace=tenant)
    rig.wait_for_reason(cluster, tenant, "pause-01", "Ready", within=120)
    assert _answer(cluster, tenant, "pause-01", {"paused": True, "fields": {"cpu_cores": 3}}) == ""
    ready = rig.wait_for_reason(cluster, tenant, "pause-01", "Paused")
    assert (ready["status"], _vm(host).cpu_cores) == ("Unknown", 2)
    assert _answer(cluster, tenant, "pause-01", {"paused": False}) == ""
    _settles(cluster, tenant, "pause-01", host, cpu_cores=3)


@pytest.mark.parametrize(
    ("edit", "kept"), [({"deletionPolicy": "Retain"}, True), ({"fields": {"cpu_cores": 3}, "paused": True}, False)]
)
@pytest.mark.usefixtures("operator")
def test_a_machine_that_is_being_deleted_takes_its_policy_alone(
    cluster: ControlPlane, tenant: str, new_host: NewHost, edit: dict[str, Any], kept: bool
) -> None:
    host = new_host()
    cluster.apply(rig.submission(host.name, "del-01"), namespace=tenant)
    rig.wait_for_reason(cluster, tenant, "del-01", "Ready", within=120)
    host.go_down()
    rig.delete(cluster, tenant, "del-01")
    wait_until(
        lambda: rig.condition(rig.machine(cluster, tenant, "del-01"), "Ready").get("message", ""),
        lambda text: "hyperv-operator.io/abandon" in text,
        what="the deletion to wait for the host",
        within=60,
        every=0.2,
    )
    _check(cluster, tenant, "del-01", DELETING)
    assert _answer(cluster, tenant, "del-01", edit) == ""

    if kept:
        rig.wait_gone(cluster, tenant, "del-01")
        assert host.world.vms
        return
    host.come_back()
    rig.wait_gone(cluster, tenant, "del-01")
    assert host.world.vms == {}
