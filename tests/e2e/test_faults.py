"""Faults: bad references, bad hosts, crashes, untimely deletions and overlapping operators."""

from __future__ import annotations

from pathlib import Path

import pytest

from controlplane.plane import ControlPlane
from controlplane.waiting import wait_until
from e2e import agents, rig
from e2e.conftest import NewHost
from e2e.webhook import UNREVIEWED
from hostsim import manifests
from hostsim.host import AgentKind

pytestmark = pytest.mark.timeout(180)


def _uid(cluster: ControlPlane, namespace: str, name: str) -> str:
    return str(rig.machine(cluster, namespace, name)["metadata"]["uid"])


@pytest.mark.usefixtures("operator")
def test_a_missing_secret_is_reported_and_creating_it_resolves_it(
    cluster: ControlPlane, tenant: str, new_host: NewHost
) -> None:
    secret, machine = rig.submission(new_host().name, "sec-01")
    cluster.apply(machine, namespace=tenant)
    ready = rig.wait_for_reason(cluster, tenant, "sec-01", "SecretNotFound")
    assert ready["status"] == "False"
    assert "guest_la_pw" in ready["message"]
    cluster.apply({**secret, "stringData": {"other": "x"}}, namespace=tenant)
    rig.wait_for_reason(cluster, tenant, "sec-01", "SecretKeyNotFound")
    cluster.apply(secret, namespace=tenant)
    rig.wait_ready(cluster, tenant, "sec-01")


def test_a_secret_that_comes_a_moment_after_its_machine_delays_nothing(
    cluster: ControlPlane, tenant: str, new_host: NewHost, log: Path
) -> None:
    secret, machine = rig.submission(new_host().name, "late-01")
    with rig.operator(cluster, log, HVO_SECRET_POLL_SECONDS="3600"):
        cluster.apply(machine, namespace=tenant)
        rig.wait_for_reason(cluster, tenant, "late-01", "WaitingForSecret")
        cluster.apply(secret, namespace=tenant)
        rig.wait_ready(cluster, tenant, "late-01", within=60)
        rig.remove_hosts(cluster)
    events = cluster.kubectl("get", "events", "-n", tenant, "-o", "jsonpath={.items[*].reason}")
    assert "Accepted" in events
    assert "Rejected" not in events


@pytest.mark.usefixtures("operator")
def test_an_unknown_host_and_a_forbidden_namespace_are_reported(
    cluster: ControlPlane, tenant: str, new_host: NewHost
) -> None:
    stranger = cluster.new_namespace("stranger", UNREVIEWED)
    host = new_host()
    cluster.apply(rig.submission("nowhere", "lost-01"), namespace=tenant)
    cluster.apply(rig.submission(host.name, "odd-01"), namespace=stranger)
    rig.wait_for_reason(cluster, tenant, "lost-01", "HostNotFound")
    rig.wait_for_reason(cluster, stranger, "odd-01", "NamespaceNotAllowed")
    cluster.kubectl("label", "namespace", stranger, "hyperv=allowed")
    rig.wait_ready(cluster, stranger, "odd-01")


@agents.BOTH
@pytest.mark.usefixtures("operator")
def test_a_missing_image_is_reported_and_adding_it_resolves_it(
    cluster: ControlPlane, tenant: str, new_host: NewHost
) -> None:
    host = new_host()
    cluster.apply(rig.submission(host.name, "img-01", image_name="Debian 13"), namespace=tenant)
    ready = rig.wait_for_reason(cluster, tenant, "img-01", "ImageNotFound")
    assert "Debian 13" in ready["message"]
    host.call(lambda: host.world.images.update({"Debian 13": 1024**3}))
    rig.wait_ready(cluster, tenant, "img-01")


@pytest.mark.usefixtures("operator")
def test_a_wrong_password_is_sent_at_most_twice_and_the_right_one_resolves_it(
    cluster: ControlPlane, tenant: str, new_host: NewHost
) -> None:
    host = new_host()
    good = host.password
    host.set_password("Another-Pw-1")
    cluster.apply(rig.submission(host.name, "pw-01"), namespace=tenant)
    rig.wait_for_reason(cluster, tenant, "pw-01", "AuthenticationFailed")
    what = f"logons on {host.name} to be suspended"
    message = ("get", "hvh", host.name, "-o", "jsonpath={.status.conditions[?(@.type=='Reachable')].message}")
    wait_until(lambda: cluster.kubectl(*message), lambda text: "2 times" in text, what=what, within=40, every=0.3)
    assert host.gate.refused <= 2
    host.set_password(good)
    changed = manifests.credentials(host, rig.SYSTEM)
    cluster.apply({**changed, "stringData": {**changed["stringData"], "note": "corrected"}}, namespace=rig.SYSTEM)
    rig.wait_ready(cluster, tenant, "pw-01")


def test_an_untrusted_certificate_and_a_dead_host_have_different_reasons(
    cluster: ControlPlane, tenant: str, new_host: NewHost, operator: rig.Operator
) -> None:
    stranger, dead = new_host(trusted=False), new_host()
    dead.go_down()
    cluster.apply(rig.submission(stranger.name, "tls-01"), namespace=tenant)
    cluster.apply(rig.submission(dead.name, "dead-01"), namespace=tenant)
    assert rig.wait_for_reason(cluster, tenant, "tls-01", "TlsUntrusted")["status"] == "False"
    assert rig.wait_for_reason(cluster, tenant, "dead-01", "WinRMUnavailable")["status"] == "Unknown"
    circuit_open = f'hyperv_operator_host_circuit_open{{host="{dead.name}"}}'
    wait_until(
        operator.metrics, lambda text: f"{circuit_open} 1.0" in text, what="the circuit breaker to open", within=60
    )
    dead.come_back()
    rig.wait_ready(cluster, tenant, "dead-01")
    metrics = operator.metrics()
    assert f"{circuit_open} 0.0" in metrics
    assert f'host_circuit_open{{host="{stranger.name}"}} 1.0' not in metrics


@pytest.mark.usefixtures("operator")
def test_the_older_of_two_machines_with_one_name_wins(
    cluster: ControlPlane, unreviewed: str, new_host: NewHost
) -> None:
    host = new_host()
    cluster.apply(rig.submission(host.name, "one", vm_name="same"), namespace=unreviewed)
    cluster.kubectl("wait", "--for=jsonpath={.status.claim}", "hvm/one", "-n", unreviewed, "--timeout=30s")
    cluster.apply(rig.submission(host.name, "two", vm_name="SAME"), namespace=unreviewed)
    rig.wait_for_reason(cluster, unreviewed, "two", "DuplicateName")
    rig.wait_ready(cluster, unreviewed, "one")
    assert len(host.world.vms) == 1
    cluster.kubectl("delete", "hvm", "one", "-n", unreviewed, "--timeout=60s")
    rig.wait_ready(cluster, unreviewed, "two")


def test_a_guest_that_reports_after_its_timeout_still_becomes_ready(
    cluster: ControlPlane, tenant: str, new_host: NewHost, log: Path
) -> None:
    host = new_host(apply_seconds=12)
    with rig.operator(cluster, log, HVO_GUEST_TIMEOUT_SECONDS="4"):
        cluster.apply(rig.submission(host.name, "late-01"), namespace=tenant)
        rig.wait_for_reason(cluster, tenant, "late-01", "GuestTimeout")
        cluster.kubectl("wait", "--for=condition=Ready", "hvm/late-01", "-n", tenant, "--timeout=60s")
        assert host.ledger.count("publish") == 1
        cluster.kubectl("delete", "hvm", "--all", "-n", tenant, "--timeout=60s")
        rig.remove_hosts(cluster)


@agents.BOTH
def test_a_silent_guest_is_reported_with_a_diagnosis(
    cluster: ControlPlane, tenant: str, new_host: NewHost, log: Path, agent: AgentKind
) -> None:
    host = new_host()
    host.faults.guest = "silent"
    with rig.operator(cluster, log, agents.settings(agent), HVO_GUEST_TIMEOUT_SECONDS="3"):
        cluster.apply(rig.submission(host.name, "mute-01"), namespace=tenant)
        ready = rig.wait_for_reason(cluster, tenant, "mute-01", "GuestTimeout")
        assert "integration services" in ready["message"]
        assert "ISO is attached" in rig.machine(cluster, tenant, "mute-01")["status"]["diagnosis"]
        rig.remove_hosts(cluster)
    assert len(host.world.vms) == 1


@pytest.mark.usefixtures("operator")
@pytest.mark.parametrize(
    ("agent", "fault"),
    [
        ("simulated", "lost_reply"),
        ("simulated", "shell_killed"),
        ("simulated", "quota"),
        pytest.param("pwsh", "lost_reply", marks=agents.REAL),
    ],
)
def test_transient_faults_of_a_host_still_lead_to_one_vm(
    cluster: ControlPlane, tenant: str, new_host: NewHost, fault: str
) -> None:
    host = new_host()
    if fault == "lost_reply":
        host.faults.lost_replies = 1
    elif fault == "shell_killed":
        host.faults.kill_shell_at = "RegisterVM"
    else:
        host.faults.quota = True
    cluster.apply(rig.submission(host.name, "fault-01"), namespace=tenant)
    if fault == "quota":
        rig.wait_for_reason(cluster, tenant, "fault-01", "QuotaExceeded")
        host.faults.quota = False
    rig.wait_ready(cluster, tenant, "fault-01")
    assert host.ledger.count("create_vm") == 1


@agents.BOTH
@pytest.mark.parametrize("step", ["CopyImage", "PublishProvisioningData", "guest"])
def test_a_killed_operator_still_leads_to_one_vm(
    cluster: ControlPlane, tenant: str, new_host: NewHost, log: Path, step: str, agent: AgentKind
) -> None:
    host = new_host(boot_seconds=3 if step == "guest" else 0.1)
    host.faults.hang_at = None if step == "guest" else step
    first = rig.Operator(cluster, log, agents.settings(agent))
    try:
        cluster.apply(rig.submission(host.name, "kill-01"), namespace=tenant)
        uid = _uid(cluster, tenant, "kill-01")
        if step == "guest":
            rig.wait_for_reason(cluster, tenant, "kill-01", "WaitingForGuestKey")
        else:
            reached = f"step {step}"
            wait_until(
                lambda: (host.world.folders[uid].journal or {}).get("step") if uid in host.world.folders else None,
                lambda now: now == step,
                what=reached,
                within=60,
            )
    finally:
        first.kill()
    host.faults.hang_at = None
    with rig.operator(cluster, log, agents.settings(agent)):
        rig.wait_ready(cluster, tenant, "kill-01")
        assert host.ledger.count("create_vm", uid) == 1
        assert host.ledger.count("copy_image", uid) == 1
        rig.remove_hosts(cluster)


@agents.BOTH
@pytest.mark.usefixtures("operator")
def test_a_deletion_during_a_run_leaves_nothing(cluster: ControlPlane, tenant: str, new_host: NewHost) -> None:
    host = new_host(copy_seconds=5)
    cluster.apply(rig.submission(host.name, "del-01"), namespace=tenant)
    uid = _uid(cluster, tenant, "del-01")
    wait_until(lambda: uid in host.world.folders, what="a run on the host", within=60)
    cluster.kubectl("delete", "hvm", "del-01", "-n", tenant, "--timeout=58s")
    assert host.world.traces_of(uid) == []
    assert uid in host.world.removed


def test_a_deletion_while_the_operator_is_down_is_carried_out_later(
    cluster: ControlPlane, tenant: str, new_host: NewHost, log: Path
) -> None:
    host = new_host()
    with rig.operator(cluster, log):
        cluster.apply(rig.submission(host.name, "down-01"), namespace=tenant)
        rig.wait_ready(cluster, tenant, "down-01")
        uid = _uid(cluster, tenant, "down-01")
    cluster.kubectl("delete", "hvm", "down-01", "-n", tenant, "--wait=false")
    assert host.world.traces_of(uid)
    with rig.operator(cluster, log):
        cluster.kubectl("wait", "--for=delete", "hvm/down-01", "-n", tenant, "--timeout=60s")
        assert host.world.traces_of(uid) == []
        rig.remove_hosts(cluster)


@pytest.mark.usefixtures("operator")
def test_two_operators_never_create_two_vms(cluster: ControlPlane, tenant: str, new_host: NewHost, log: Path) -> None:
    host = new_host(copy_seconds=1)
    with rig.operator(cluster, log.with_name("second.log")):
        names = [f"twin-{number}" for number in range(4)]
        cluster.apply([one for name in names for one in rig.submission(host.name, name)], namespace=tenant)
        cluster.kubectl("wait", "--for=condition=Ready", "hvm", "--all", "-n", tenant, "--timeout=58s")
    for name in names:
        assert host.ledger.count("create_vm", _uid(cluster, tenant, name)) == 1


@pytest.mark.usefixtures("operator")
def test_the_abandon_annotation_releases_a_machine_whose_host_is_gone(
    cluster: ControlPlane, tenant: str, new_host: NewHost
) -> None:
    host = new_host()
    cluster.apply(rig.submission(host.name, "gone-01"), namespace=tenant)
    rig.wait_ready(cluster, tenant, "gone-01")
    vm_id = rig.machine(cluster, tenant, "gone-01")["status"]["vmId"]
    host.go_down()
    cluster.kubectl("delete", "hvm", "gone-01", "-n", tenant, "--wait=false")
    ready = rig.wait_for_reason(cluster, tenant, "gone-01", "WinRMUnavailable")
    assert f"hyperv-operator.io/abandon={vm_id}" in ready["message"]
    cluster.kubectl("annotate", "hvm", "gone-01", "-n", tenant, f"hyperv-operator.io/abandon={vm_id}")
    cluster.kubectl("wait", "--for=delete", "hvm/gone-01", "-n", tenant, "--timeout=30s")
    events = cluster.kubectl("get", "events", "-n", tenant, "-o", "yaml")
    assert "Abandoned" in events
    assert vm_id in events
