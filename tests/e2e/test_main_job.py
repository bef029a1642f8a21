"""The main job: from apply to Ready to deletion, for one machine and for fifty."""

from __future__ import annotations

import pytest

from controlplane.commands import CommandFailed
from controlplane.plane import ControlPlane
from controlplane.waiting import wait_until
from e2e import agents, rig
from e2e.conftest import NewHost

pytestmark = pytest.mark.timeout(180)


@agents.BOTH
def test_a_machine_becomes_ready_and_is_deleted_without_leaking_a_secret(
    cluster: ControlPlane, tenant: str, new_host: NewHost, operator: rig.Operator
) -> None:
    host = new_host()
    cluster.apply(rig.submission(host.name, "web-01"), namespace=tenant)
    cluster.kubectl("wait", "--for=condition=Ready", "hvm/web-01", "-n", tenant, "--timeout=60s")
    body = rig.machine(cluster, tenant, "web-01")
    uid = body["metadata"]["uid"]
    (vm,) = host.world.vms_of(uid)
    assert vm.received is not None
    assert vm.received["fields"]["guest_la_pw"] == "Canary-web-01-Pw1"
    assert body["status"]["vmId"] == vm.vm_id
    assert host.ledger.created_and_deleted(uid)["create_vm"] == 1

    cluster.kubectl("delete", "hvm", "web-01", "-n", tenant, "--timeout=60s")
    assert host.world.traces_of(uid) == []

    for secret in ("Canary-web-01-Pw1", host.password):
        assert host.ledger.canaries_seen(secret) == []
        assert secret not in operator.log.read_text()
        assert secret not in cluster.kubectl("get", "hvm,hvh,hvi,events,leases", "-A", "-o", "yaml")
        assert secret not in str(body["status"])


def test_the_agents_output_is_logged_with_machine_and_run(
    cluster: ControlPlane, tenant: str, new_host: NewHost, operator: rig.Operator
) -> None:
    host = new_host()
    cluster.apply(rig.submission(host.name, "log-01"), namespace=tenant)
    cluster.kubectl("wait", "--for=condition=Ready", "hvm/log-01", "-n", tenant, "--timeout=60s")
    run = rig.machine(cluster, tenant, "log-01")["status"]["run"]["id"]
    lines = [record for record in operator.records() if record.get("stream") == "verbose" and record.get("run") == run]
    assert lines
    assert {record["machine"] for record in lines} == {f"{tenant}/log-01"}
    assert any("\U0001f680" in record["message"] for record in lines)


@pytest.mark.timeout(300)
@pytest.mark.usefixtures("operator")
def test_fifty_machines_on_five_hosts_respect_each_hosts_limit(
    cluster: ControlPlane, tenant: str, new_host: NewHost
) -> None:
    hosts = [new_host({"maxConcurrentRuns": 3}, copy_seconds=1) for _ in range(5)]
    names = [(host, f"m-{host.name}-{number}") for host in hosts for number in range(10)]
    cluster.apply([one for host, name in names for one in rig.submission(host.name, name)], namespace=tenant)
    cluster.kubectl("wait", "--for=condition=Ready", "hvm", "--all", "-n", tenant, "--timeout=150s")
    for host in hosts:
        assert len(host.world.vms) == 10
        assert host.ledger.count("create_vm") == 10
        assert 1 < host.ledger.peak <= 3
    cluster.kubectl("delete", "hvm", "--all", "-n", tenant, "--wait=false")
    cluster.kubectl("wait", "--for=delete", "hvm", "--all", "-n", tenant, "--timeout=120s")
    assert [host.world.vms for host in hosts] == [{}] * 5


@pytest.mark.usefixtures("operator")
def test_changes_of_size_and_power_state_are_applied(cluster: ControlPlane, tenant: str, new_host: NewHost) -> None:
    host = new_host()
    cluster.apply(rig.submission(host.name, "size-01"), namespace=tenant)
    cluster.kubectl("wait", "--for=condition=Ready", "hvm/size-01", "-n", tenant, "--timeout=60s")
    change = '{"spec": {"powerState": "Off", "fields": {"cpu_cores": 3}}}'
    cluster.kubectl("patch", "hvm", "size-01", "-n", tenant, "--type=merge", "-p", change)
    (vm,) = host.world.vms.values()
    wait_until(lambda: (vm.cpu_cores, vm.state), lambda now: now == (3, "Off"), what="3 cores and Off", within=60)
    cluster.kubectl("wait", "--for=condition=Ready", "hvm/size-01", "-n", tenant, "--timeout=60s")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"guest_la_pw": "Inline-Pw-1"}, "guest_la_pw is secret"),
        ({"guest_v4_ipaddr": "10.0.0.5"}, "omit all four"),
        ({"vlan_idd": 10}, "unknown field"),
        ({"gb_ram": "eight"}, "must be of type integer"),
        ({"vlan_id": 5000}, "4094"),
        ({"guest_la_uid": None}, "guest_la_uid is required"),
    ],
)
def test_invalid_input_is_refused_at_once_with_a_remedy(
    cluster: ControlPlane, tenant: str, change: dict[str, object], sentence: str
) -> None:
    with pytest.raises(CommandFailed, match=sentence):
        cluster.apply(rig.submission("nowhere", "bad-01", **change), namespace=tenant)


def test_kubectl_explain_describes_a_field(cluster: ControlPlane) -> None:
    def explained() -> str:
        try:
            return cluster.kubectl("explain", "hypervmachine.spec.fields.vlan_id")
        except CommandFailed:
            return ""

    assert "VLAN" in wait_until(explained, what="kubectl explain", within=30, every=0.5)
