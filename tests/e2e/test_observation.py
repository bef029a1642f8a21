"""What users and Prometheus see while a machine is being provisioned."""

from __future__ import annotations

import json
import re
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from controlplane.commands import CommandFailed
from controlplane.plane import ControlPlane
from controlplane.waiting import wait_until
from e2e import agents, rig
from e2e.conftest import NewHost

pytestmark = pytest.mark.timeout(120)


def _inventory(cluster: ControlPlane, name: str) -> dict[str, Any]:
    try:
        return dict(json.loads(cluster.kubectl("get", "hvi", name, "-o", "json")).get("status", {}))
    except CommandFailed:
        return {}


def _ports(operator: rig.Operator) -> tuple[str, str]:
    found = re.search(r"Metrics are served on port (\d+), probes on port (\d+)", operator.log.read_text())
    assert found
    return found[1], found[2]


def _get(port: str, path: str) -> str:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
        return str(answer.read().decode())


def test_a_placeholder_is_listed_until_hyper_v_reports_the_vm(
    cluster: ControlPlane, tenant: str, new_host: NewHost, operator: rig.Operator, tmp_path: Path
) -> None:
    host = new_host()
    host.faults.hang_at = "CopyImage"
    cluster.apply(rig.submission(host.name, "place-01"), namespace=tenant)
    status = wait_until(
        lambda: _inventory(cluster, host.name),
        lambda seen: seen.get("placeholders"),
        what="a placeholder",
        within=40,
        every=0.3,
    )
    assert [(one["namespace"], one["name"]) for one in status["placeholders"]] == [(tenant, "place-01")]
    run = rig.machine(cluster, tenant, "place-01")["status"]["run"]
    assert "Canary" not in run["definition"]
    host.faults.hang_at = None
    cluster.kubectl("wait", "--for=condition=Ready", "hvm/place-01", "-n", tenant, "--timeout=55s")
    status = wait_until(
        lambda: _inventory(cluster, host.name),
        lambda seen: seen.get("machines") and not seen.get("placeholders"),
        what="the VM instead of its placeholder",
        within=40,
        every=0.3,
    )
    assert status["machines"][0]["machineRef"]["name"] == "place-01"

    metrics_port, probe_port = _ports(operator)
    metrics = _get(metrics_port, "/metrics")
    for line in (
        f'hyperv_operator_machines{{condition="Ready",host="{host.name}",reason="Ready",status="True"}} 1.0',
        f'hyperv_operator_run_duration_seconds_count{{category="provision",host="{host.name}",outcome="completed"}} 1.0',
        'hyperv_operator_step_duration_seconds_count{outcome="completed",step="CopyImage"} 1.0',
        'hyperv_operator_lane_workers_max{lane="job"} 16.0',
    ):
        assert line in metrics
    stalls = re.search(r"^hyperv_operator_event_loop_cpu_stall_seconds (\S+)$", metrics, re.MULTILINE)
    assert stalls
    assert 0 < float(stalls[1]) < 5
    shown = _get(metrics_port, "/debug/executor")
    tallies = json.loads(shown)["tallies"]
    assert {"lane": "job", "category": "provision", "result": "ok"}.items() <= tallies[-1].items()
    assert "place-01" not in metrics + shown
    assert _get(probe_port, "/healthz") == _get(probe_port, "/readyz") == "ok\n"
    seen = [path for path in tmp_path.rglob("*") if path.is_file() and "Canary-place-01" in path.read_text()]
    assert seen == []


@agents.BOTH
def test_a_vm_that_hyper_v_cannot_open_is_named_and_costs_its_own_machine_alone(
    cluster: ControlPlane, tenant: str, new_host: NewHost, operator: rig.Operator
) -> None:
    host = new_host()
    cluster.apply(rig.submission(host.name, "open-01"), namespace=tenant)
    vm_id = str(rig.wait_ready(cluster, tenant, "open-01")["status"]["vmId"])
    host.call(lambda: host.world.break_vm(vm_id, "The volume is gone."))
    rig.wait_for_reason(cluster, tenant, "open-01", "VmUnreadable")
    seen = json.loads(cluster.kubectl("get", "hvh", host.name, "-o", "json"))
    assert rig.condition(seen, "Ready")["status"] == "True"
    assert (seen["status"]["unreadableVmCount"], seen["status"]["unreadableVms"][0]["vmId"]) == (1, vm_id)
    assert f'hyperv_operator_host_unreadable_vms{{host="{host.name}"}} 1.0' in _get(_ports(operator)[0], "/metrics")

    host.call(lambda: host.world.break_vm(vm_id, None))
    host.call(lambda: host.world.set_critical(vm_id, critical=True))
    rig.wait_for_reason(cluster, tenant, "open-01", "VmCritical")
    cluster.kubectl("delete", "hvm", "open-01", "-n", tenant, "--timeout=55s")
    assert not host.world.vms
