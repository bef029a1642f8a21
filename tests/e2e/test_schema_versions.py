"""Upgrading the operator to a newer schema: which machines continue, which stop, and what is reported."""

from __future__ import annotations

from pathlib import Path

import pytest

from controlplane.plane import ControlPlane
from controlplane.waiting import wait_until
from e2e import rig
from e2e.conftest import NewHost
from hostsim.world import World

pytestmark = pytest.mark.timeout(240)


def _changed(tmp_path: Path, *changes: tuple[str, str]) -> str:
    text = (rig.ROOT / "Schemas" / "job-inputs.yaml").read_text()
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    path = tmp_path / "job-inputs.yaml"
    path.write_text(text)
    return str(path)


def test_provisioned_machines_continue_and_new_ones_report_the_version(
    cluster: ControlPlane, tenant: str, new_host: NewHost, log: Path, tmp_path: Path
) -> None:
    host = new_host()
    with rig.operator(cluster, log):
        cluster.apply(rig.submission(host.name, "old-01"), namespace=tenant)
        cluster.kubectl("wait", "--for=condition=Ready", "hvm/old-01", "-n", tenant, "--timeout=60s")
    assert isinstance(host.world, World)
    host.world.schema_versions = [1, 2]
    cluster.apply(rig.submission(host.name, "late-01"), namespace=tenant)  # no operator is running to launch it
    with rig.operator(cluster, log, HVO_SCHEMA_FILE=_changed(tmp_path, ("version: 1", "version: 2"))):
        ready = rig.wait_for_reason(cluster, tenant, "late-01", "SchemaVersionMismatch")
        assert "set spec.schemaVersion to 2" in ready["message"]
        patch = '{"spec": {"fields": {"cpu_cores": 3}}}'
        cluster.kubectl("patch", "hvm", "old-01", "-n", tenant, "--type=merge", "-p", patch)
        uid = rig.machine(cluster, tenant, "old-01")["metadata"]["uid"]
        (vm,) = host.world.vms_of(uid)
        wait_until(lambda: vm.cpu_cores, lambda cores: cores == 3, what="3 cores", within=60)
        cluster.kubectl("wait", "--for=condition=Ready", "hvm/old-01", "-n", tenant, "--timeout=60s")

        remedy = '{"spec": {"schemaVersion": 2}}'
        cluster.kubectl("patch", "hvm", "late-01", "-n", tenant, "--type=merge", "-p", remedy)
        cluster.kubectl("wait", "--for=condition=Ready", "hvm/late-01", "-n", tenant, "--timeout=60s")
        cluster.kubectl("delete", "hvm", "--all", "-n", tenant, "--timeout=60s")
        assert host.world.vms == {}
        rig.remove_hosts(cluster)


def test_runs_in_progress_continue_when_the_version_changes(
    cluster: ControlPlane, tenant: str, new_host: NewHost, log: Path, tmp_path: Path
) -> None:
    host = new_host(boot_seconds=15)
    with rig.operator(cluster, log):
        cluster.apply(rig.submission(host.name, "mid-01"), namespace=tenant)
        rig.wait_for_reason(cluster, tenant, "mid-01", "WaitingForGuestKey")
    with rig.operator(cluster, log, HVO_SCHEMA_FILE=_changed(tmp_path, ("version: 1", "version: 2"))):
        cluster.kubectl("wait", "--for=condition=Ready", "hvm/mid-01", "-n", tenant, "--timeout=90s")
        assert host.ledger.count("create_vm") == 1
        cluster.kubectl("delete", "hvm", "--all", "-n", tenant, "--timeout=60s")
        rig.remove_hosts(cluster)


def test_an_invalid_schema_file_stops_the_operator_with_line_and_remedy(
    cluster: ControlPlane, log: Path, tmp_path: Path
) -> None:
    broken = _changed(tmp_path, ("minimum: 1, maximum: 12288", "minimum: 9, maximum: 2"))
    with rig.operator(cluster, log, HVO_SCHEMA_FILE=broken) as operator:
        wait_until(operator.exit_code, lambda code: code == 1, what="the operator to exit", within=30)
    assert "fields.gb_ram.validations: minimum is greater than maximum; exchange them" in log.read_text()
