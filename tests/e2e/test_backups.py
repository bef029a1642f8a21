"""An etcd that is restored from before a launch, and clocks of earlier processes that were ahead."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from controlplane.plane import ControlPlane
from controlplane.waiting import wait_until
from e2e import rig
from e2e.conftest import NewHost
from hostsim import manifests
from hostsim.host import SimulatedHost

pytestmark = pytest.mark.timeout(240)


def _stop(plane: ControlPlane) -> None:
    plane.apiserver.kill()
    plane.etcd.stop()


def _start(plane: ControlPlane) -> None:
    plane.etcd.start()
    plane.apiserver.start()


def _cordon(plane: ControlPlane, host: SimulatedHost, *, cordoned: bool) -> None:
    plane.kubectl("patch", "hvh", host.name, "--type=merge", "-p", json.dumps({"spec": {"cordoned": cordoned}}))


@pytest.mark.parametrize("then", ["goes on", "is deleted"])
def test_an_etcd_from_before_the_claim_leads_back_to_the_same_vm(tmp_path: Path, then: str) -> None:
    with ControlPlane.start() as plane, SimulatedHost("restored") as host:
        rig.install(plane)
        tenant = plane.new_namespace("team", rig.ALLOWED)
        registered = manifests.hyperv_host(host, cordoned=True)
        plane.apply([manifests.credentials(host, rig.SYSTEM), registered], namespace=rig.SYSTEM)
        with rig.operator(plane, tmp_path / "operator.log", HVO_RESYNC_SECONDS="2") as operator:
            plane.apply(rig.submission(host.name, "old-01"), namespace=tenant)
            rig.wait_for_reason(plane, tenant, "old-01", "HostCordoned")
            uid = rig.machine(plane, tenant, "old-01")["metadata"]["uid"]
            _stop(plane)
            shutil.copytree(plane.folder / "etcd", tmp_path / "snapshot")
            _start(plane)
            _cordon(plane, host, cordoned=False)
            rig.wait_for_reason(plane, tenant, "old-01", "Ready", within=120)
            (vm_id,) = host.world.vms

            _stop(plane)
            shutil.rmtree(plane.folder / "etcd")
            shutil.copytree(tmp_path / "snapshot", plane.folder / "etcd")
            operator.kill()
            _start(plane)
            assert "claim" not in rig.machine(plane, tenant, "old-01")["status"]
            with rig.operator(plane, tmp_path / "second.log", HVO_RESYNC_SECONDS="2"):
                if then == "is deleted":
                    plane.kubectl("delete", "hvm", "old-01", "-n", tenant, "--timeout=90s")
                    assert host.world.vms == {}
                    assert host.world.traces_of(uid) == []
                else:
                    _cordon(plane, host, cordoned=False)
                    rig.wait_for_reason(plane, tenant, "old-01", "Ready", within=120)
                    assert rig.machine(plane, tenant, "old-01")["status"]["vmId"] == vm_id
                    assert list(host.world.vms) == [vm_id]
                assert host.ledger.count("create_vm") == 1


@pytest.mark.usefixtures("operator")
def test_a_run_that_ended_in_the_future_holds_nothing_up(
    cluster: ControlPlane, tenant: str, new_host: NewHost, operator: rig.Operator, log: Path
) -> None:
    host = new_host(apply_seconds=3.0)
    cluster.apply(rig.submission(host.name, "clock-01"), namespace=tenant)
    rig.wait_for_reason(cluster, tenant, "clock-01", "WaitingForGuest")
    operator.kill()
    body: dict[str, Any] = rig.machine(cluster, tenant, "clock-01")
    body["status"]["run"] |= {"startedAt": "2099-01-01T00:00:00Z", "finishedAt": "2099-01-01T00:00:01Z"}
    path = f"/apis/hyperv-operator.io/v1alpha1/namespaces/{tenant}/hypervmachines/clock-01/status"
    assert cluster.request("PUT", path, body)[0] == 200
    with rig.operator(cluster, log.with_name("second.log")):
        rig.wait_for_reason(cluster, tenant, "clock-01", "Ready", within=60)
        cluster.kubectl("delete", "hvm", "clock-01", "-n", tenant, "--timeout=60s")
        wait_until(lambda: not host.world.vms, what="the VM to be removed", within=30)
        rig.remove_hosts(cluster)
