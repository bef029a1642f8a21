"""What hosts and guests write reaches no one else, and stops neither a removal nor a power change."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from controlplane.plane import ControlPlane
from controlplane.waiting import wait_until
from e2e import rig
from e2e.conftest import NewHost
from hostsim.host import SimulatedHost

pytestmark = pytest.mark.timeout(180)

ODD = "\u202ehv\x00\x1b[2J\u200b\ud83d\u2028\x85\ufdd0"
LINES = [
    "", "\ufeff", "{", "[]", "text", '{"type":"vm","name":"\x00"}', '{"type":"novel"}', '{"type":[]}', '{"type":"vm","cpu_cores":NaN}',
    '{"type":"image","type":"image"}', '{"type":"image","name":"big","size_bytes":' + "9" * 5_000 + "}", "[" * 60_000,
    json.dumps({"type": "image", "name": ODD, "size_bytes": 1e400}).replace("Infinity", "1e400"),
    json.dumps({"type": "removed", "machine_uid": ODD, "finding": "Novel"}),
    json.dumps({"type": "vm", "vm_id": "0f1e2d3c-1111-4222-8333-944455556666", "name": ODD * 60, "state": "Novel", "cpu_cores": 1,
                "memory_bytes": 1, "addresses": ["fe80::1" + "%x" * 60] * 65, "replica": False, "machine_uid": None}),
    json.dumps({"type": "journal", "machine_uid": "other", "state": "novel"}),
]  # fmt: skip
"""Lines that harm nothing but what they are about."""


def _hostile(text: str) -> str:
    """Return a line of the inventory with everything that a host or a guest can write into it."""
    line = json.loads(text)
    if line["type"] == "host":
        line |= {"computer_name": ODD + "h" * 255, "os": {"name": "o" * 300, "version": ODD}}
        line["volumes"] = [{"path": ODD * 60, "size_bytes": 2**62, "free_bytes": 1}, {"path": 5}, *line["volumes"]]
    if line["type"] == "vm":
        line["addresses"] = ["fe80::" + "1" * 102, ODD, 5, *["10.0.0.1"] * 70]
    if line["type"] == "journal":
        line["steps"] = {**(line["steps"] or {}), "Novel": "novel", ODD: "completed"}
    return json.dumps(line)


def _all_of_it(lines: list[str]) -> list[str]:
    return [_hostile(lines[0]), *LINES, *map(_hostile, lines[1:-1]), lines[-1]]


def _without(uid: str, kind: str) -> Callable[[list[str]], list[str]]:
    """Return the fault in which the line of a machine's VM or journal cannot be read."""

    def rewrite(lines: list[str]) -> list[str]:
        found = [json.loads(line) for line in lines]
        return [
            json.dumps({**line, "cpu_cores": -1, "attempt": -1})
            if line["type"] == kind and line["machine_uid"] == uid
            else json.dumps(line)
            for line in found
        ]

    return rewrite


def _host_status(cluster: ControlPlane, name: str) -> dict[str, Any]:
    return dict(json.loads(cluster.kubectl("get", "hvh", name, "-o", "json")).get("status", {}))


def _vms(host: SimulatedHost) -> list[str]:
    return host.call(lambda: [vm.state for vm in host.world.vms.values()])


@pytest.mark.usefixtures("operator")
def test_machines_live_from_beginning_to_end_on_a_host_that_writes_anything(
    cluster: ControlPlane, tenant: str, new_host: NewHost
) -> None:
    host = new_host()
    host.faults.inventory = _all_of_it
    cluster.apply(rig.submission(host.name, "odd-01"), namespace=tenant)
    status = rig.wait_ready(cluster, tenant, "odd-01")["status"]
    assert len(status["addresses"]) == 32
    assert len(status["addresses"][0]) == 64
    shown = _host_status(cluster, host.name)
    assert shown["unreadableCount"] >= len(LINES) - 4
    assert {line["kind"] for line in shown["unreadableLines"]} >= {"line", "image", "removed", "journal"}
    assert len(shown["computerName"]) <= 253
    text = json.dumps(shown, ensure_ascii=False)
    assert not any(character in text for character in "\u202e\x00\x1b\u200b\u2028\x85\ufdd0")
    listed = ("get", "hvi", host.name, "-o", "jsonpath={.status.machines[*].state}")
    states = wait_until(
        lambda: cluster.kubectl(*listed), lambda seen: "Running" in seen, what="the VM to be listed", within=30
    )
    assert sorted(states.split()) == ["Other", "Running"]

    rig.patch(cluster, tenant, "odd-01", {"powerState": "Off"})
    wait_until(lambda: _vms(host), lambda states: states == ["Off"], what="the VM to be off", within=40, every=0.2)
    rig.delete(cluster, tenant, "odd-01")
    rig.wait_gone(cluster, tenant, "odd-01")
    assert _vms(host) == []


@pytest.mark.parametrize("kind", ["vm", "journal"])
@pytest.mark.usefixtures("operator")
def test_a_machine_whose_line_cannot_be_read_waits_and_says_so(
    cluster: ControlPlane, tenant: str, new_host: NewHost, kind: str
) -> None:
    host = new_host()
    host.faults.guest = "silent"
    cluster.apply(rig.submission(host.name, "lost-01"), namespace=tenant)
    cluster.apply(rig.submission(host.name, "fine-01"), namespace=tenant)
    for name in ("lost-01", "fine-01"):
        rig.wait_for_reason(cluster, tenant, name, "WaitingForGuestKey")
    uid = str(rig.machine(cluster, tenant, "lost-01")["metadata"]["uid"])
    host.faults.inventory = _without(uid, kind)
    wait_until(
        lambda: _host_status(cluster, host.name).get("unreadableLines", []),
        lambda lines: [(line["kind"], line["machineUid"]) for line in lines] == [(kind, uid)],
        what="the line to be named",
        within=40,
        every=0.2,
    )
    if kind == "vm":
        ready = rig.wait_for_reason(cluster, tenant, "lost-01", "ReportUnreadable")
        assert "cpu_cores" in ready["message"]
    assert rig.condition(rig.machine(cluster, tenant, "fine-01"), "Ready")["reason"] == "WaitingForGuestKey"
    assert len(_vms(host)) == 2
    for name in ("lost-01", "fine-01"):
        rig.delete(cluster, tenant, name)
    rig.wait_gone(cluster, tenant, "fine-01")
    if kind == "vm":
        # While its line is there, the VM is not known to be gone.
        host.faults.inventory = None
    rig.wait_gone(cluster, tenant, "lost-01")
    assert _vms(host) == []


@contextmanager
def _narrowed(cluster: ControlPlane, crd: str, field: str, schema: dict[str, Any]) -> Iterator[None]:
    """Make the API server refuse what the operator takes for valid, as definitions of another version would."""
    path = f"/spec/versions/0/schema/openAPIV3Schema/properties/status/properties/{field}"
    before = json.loads(cluster.kubectl("get", "crd", crd, "-o", "json"))["spec"]["versions"][0]
    known = before["schema"]["openAPIV3Schema"]["properties"]["status"]["properties"][field]
    patch = [{"op": "replace", "path": path, "value": {**known, **schema}}]
    cluster.kubectl("patch", "crd", crd, "--type=json", "-p", json.dumps(patch))
    try:
        yield
    finally:
        patch[0]["value"] = known
        cluster.kubectl("patch", "crd", crd, "--type=json", "-p", json.dumps(patch))


def test_a_status_that_the_api_server_refuses_stops_neither_a_power_change_nor_a_removal(
    cluster: ControlPlane, tenant: str, new_host: NewHost, operator: rig.Operator
) -> None:
    host = new_host()
    cluster.apply(rig.submission(host.name, "narrow-01"), namespace=tenant)
    rig.wait_ready(cluster, tenant, "narrow-01")
    with _narrowed(cluster, "hypervmachines.hyperv-operator.io", "powerState", {"maxLength": 2}):
        refused = 'hyperv_operator_status_problems_total{cause="refused",kind="HyperVMachine"}'
        rig.patch(cluster, tenant, "narrow-01", {"powerState": "Off"})
        wait_until(lambda: _vms(host), lambda states: states == ["Off"], what="the VM to be off", within=60, every=0.2)
        rig.patch(cluster, tenant, "narrow-01", {"powerState": "Running"})
        wait_until(lambda: _vms(host), lambda states: states == ["Running"], what="the VM to run", within=60, every=0.2)
        rig.wait_for_reason(cluster, tenant, "narrow-01", "Ready")
        assert refused in operator.metrics()
        events = cluster.kubectl("get", "events", "-n", tenant, "-o", "jsonpath={.items[*].reason}")
        assert "StatusRefused" in events
        rig.delete(cluster, tenant, "narrow-01")
        rig.wait_gone(cluster, tenant, "narrow-01")
    assert _vms(host) == []
