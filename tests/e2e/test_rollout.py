"""Agent rollouts: a canary host first, then a few hosts at a time; runs keep the version that they started with."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

import bundles
from controlplane.plane import ControlPlane
from controlplane.waiting import wait_until
from e2e import agents, rig
from e2e.conftest import NewHost
from hostsim.host import AgentKind, SimulatedHost
from hyperv_operator.protocol.bundle import AgentBundle
from hyperv_operator.winrm.bundle import load_bundle


@pytest.fixture(scope="module")
def old(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return bundles.build(tmp_path_factory.mktemp("old") / "agent")


@pytest.fixture(scope="module")
def new(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return bundles.build(tmp_path_factory.mktemp("new") / "agent", "2.0.0")


@contextmanager
def _operator(cluster: ControlPlane, log: Path, bundle: Path, **more: str) -> Iterator[rig.Operator]:
    settings = {"HVO_AGENT_FOLDER": str(bundle), "HVO_JOB_WORKERS_MAX": "64"}
    with rig.operator(cluster, log, settings, admission=False, **more) as running:
        yield running


@pytest.fixture(autouse=True)
def _remove_hosts(cluster: ControlPlane, new_host: NewHost) -> Iterator[None]:
    yield
    rig.remove_hosts(cluster)


def _status(cluster: ControlPlane, host: SimulatedHost) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(cluster.kubectl("get", "hvh", host.name, "-o", "json"))
    return found


def _wait_until_ready(cluster: ControlPlane, hosts: Sequence[SimulatedHost], digest: str) -> None:
    def found() -> set[tuple[str, str]]:
        listed = json.loads(cluster.kubectl("get", "hvh", "-o", "json"))["items"]
        agents = {one["metadata"]["name"]: one.get("status", {}).get("agent", {}) for one in listed}
        found = (agents[host.name] for host in hosts)
        return {(str(agent.get("phase")), str(agent.get("digest"))) for agent in found}

    wait_until(found, lambda seen: seen == {("Ready", digest)}, what=f"Ready with {digest}", within=120, every=0.3)


def _agent_ready(cluster: ControlPlane, host: SimulatedHost) -> tuple[str, str]:
    condition = rig.condition(_status(cluster, host), "AgentReady")
    return condition.get("status", ""), condition.get("reason", "")


def _first(host: SimulatedHost, operation: str) -> float:
    return min(note.at for note in host.ledger.rollouts if note.operation == operation)


def _machines(cluster: ControlPlane, namespace: str, hosts: list[SimulatedHost], count: int, prefix: str) -> list[str]:
    names = [f"{prefix}-{number}" for number in range(count)]
    for number, name in enumerate(names):
        cluster.apply(rig.submission(hosts[number % len(hosts)].name, name), namespace=namespace)
    return names


def _wait_ready(cluster: ControlPlane, namespace: str, *names: str, within: str = "120s") -> None:
    cluster.kubectl(
        "wait", "--for=condition=Ready", *(f"hvm/{name}" for name in names), "-n", namespace, f"--timeout={within}"
    )


def test_prepared_hosts_get_the_agent_after_a_canary(
    cluster: ControlPlane, unreviewed: str, new_host: NewHost, log: Path, new: Path
) -> None:
    hosts = [new_host(installation="none") for _ in range(4)]
    bundle = load_bundle(new)
    with _operator(cluster, log, new) as operator:
        _wait_until_ready(cluster, hosts, bundle.digest)
        for host in hosts:
            assert host.world.agent.versions() == {bundle.name: bundle.digest}
        canary, *others = sorted(hosts, key=lambda host: _first(host, "activate"))
        # All times are from one process's clock: no upload to another host precedes the canary's first answer.
        assert all(_first(host, "receive") > _first(canary, "activate") for host in others)
        (name,) = _machines(cluster, unreviewed, [canary], 1, "one")
        _wait_ready(cluster, unreviewed, name)
        assert {note.version for note in canary.ledger.runs} == {bundle.name}
        events = cluster.kubectl("get", "events", "-A", "-o", "jsonpath={.items[*].reason}")
        assert "AgentInstalled" in events
        assert 'hyperv_operator_agent_rollout_duration_seconds_count{host="' in operator.metrics()
        cluster.kubectl("delete", "hvm", name, "-n", unreviewed, "--timeout=60s")


def test_a_failing_canary_stops_the_rollout_until_it_is_repaired(
    cluster: ControlPlane, unreviewed: str, new_host: NewHost, log: Path, new: Path
) -> None:
    hosts = sorted((new_host() for _ in range(5)), key=lambda host: host.name)
    bundle = load_bundle(new)
    for host in hosts:
        host.faults.broken_versions = True
    with _operator(cluster, log, new):
        failed = wait_until(
            lambda: [host for host in hosts if _agent_ready(cluster, host)[1] == "AgentRolloutFailed"],
            what="a failing canary",
            within=60,
        )
        assert len(failed) == 1
        canary = failed[0]
        others = [host for host in hosts if host is not canary]
        for host in others:
            wait_until(
                lambda host=host: _agent_ready(cluster, host),  # type: ignore[misc]
                lambda found: found == ("False", "AgentRolloutIncomplete"),
                what=f"{host.name} waiting",
                within=30,
            )
            assert host.world.agent.versions() == {}
            message = rig.condition(_status(cluster, host), "AgentReady")["message"]
            assert canary.name in message
        (name,) = _machines(cluster, unreviewed, [others[0]], 1, "waits")
        ready = rig.wait_for_reason(cluster, unreviewed, name, "AgentRolloutIncomplete")
        assert canary.name not in ready["message"], "the owner of a machine is to know of no other host"
        # Further attempts happen only on the canary.
        attempts = len(canary.ledger.rollouts)
        wait_until(lambda: len(canary.ledger.rollouts) > attempts + 1, what="more attempts on the canary", within=60)
        assert not any(note.operation == "receive" for host in others for note in host.ledger.rollouts)
        for host in hosts:
            host.faults.broken_versions = False
        _wait_until_ready(cluster, hosts, bundle.digest)
        _wait_ready(cluster, unreviewed, name)
        cluster.kubectl("delete", "hvm", name, "-n", unreviewed, "--timeout=60s")


def test_a_cordoned_host_does_not_block_the_rollout(
    cluster: ControlPlane, new_host: NewHost, log: Path, new: Path
) -> None:
    hosts = sorted((new_host(installation="none") for _ in range(3)), key=lambda host: host.name)
    digest = load_bundle(new).digest
    for host in hosts:
        host.faults.activate_fails = "DiskFull"
    with _operator(cluster, log, new):
        failed = wait_until(
            lambda: [host for host in hosts if _agent_ready(cluster, host)[1] == "AgentRolloutFailed"],
            what="a failing host",
            within=60,
        )
        (full,) = failed
        assert "DiskFull" in rig.condition(_status(cluster, full), "AgentReady")["message"]
        for host in hosts:
            if host is not full:
                host.faults.activate_fails = None
        cluster.kubectl("patch", "hvh", full.name, "--type=merge", "-p", '{"spec":{"cordoned":true}}')
        _wait_until_ready(cluster, [host for host in hosts if host is not full], digest)
        full.faults.activate_fails = None
        _wait_until_ready(cluster, [full], digest)


@agents.BOTH
def test_modified_agent_files_are_detected_and_repaired(
    cluster: ControlPlane, unreviewed: str, new_host: NewHost, agent: AgentKind, log: Path, new: Path
) -> None:
    host = new_host(installation="none")
    bundle = load_bundle(new)
    with _operator(cluster, log, new, **agents.settings(agent)):
        _wait_until_ready(cluster, [host], bundle.digest)
        folder = host.world.agent
        for change in (
            lambda: folder.write(bundle.name, "Functions.ps1", b"changed"),
            lambda: folder.delete(bundle.name, "Get-HostInventory.ps1"),
            lambda: folder.clear(f"versions/{bundle.name}"),
        ):
            host.call(change)
            wait_until(folder.versions, lambda found: found == {bundle.name: bundle.digest}, what="repair", within=60)
            _wait_until_ready(cluster, [host], bundle.digest)
        (name,) = _machines(cluster, unreviewed, [host], 1, "after")
        _wait_ready(cluster, unreviewed, name)
        cluster.kubectl("delete", "hvm", name, "-n", unreviewed, "--timeout=60s")


def test_running_runs_keep_their_version_through_an_upgrade_and_a_downgrade(
    cluster: ControlPlane, unreviewed: str, new_host: NewHost, log: Path, old: Path, new: Path
) -> None:
    hosts = [new_host(installation="none") for _ in range(20)]
    first, second = load_bundle(old), load_bundle(new)
    with _operator(cluster, log, old) as operator:
        _wait_until_ready(cluster, hosts, first.digest)
        for host in hosts:
            host.faults.hang_at = "CopyProvisioningISO"
        names = _machines(cluster, unreviewed, hosts, 50, "flight")
        wait_until(lambda: sum(host.ledger.running for host in hosts), lambda n: n == 50, what="50 runs", within=120)
        operator.kill()
    with _operator(cluster, log, new):
        _wait_until_ready(cluster, hosts, second.digest)
        assert sum(host.ledger.running for host in hosts) == 50
        assert all(set(host.world.agent.names()) == {first.name, second.name} for host in hosts)
        (late,) = _machines(cluster, unreviewed, [hosts[0]], 1, "late")
        for host in hosts:
            host.faults.hang_at = None
        _wait_ready(cluster, unreviewed, *names, late)
        _check_versions(cluster, unreviewed, hosts, dict.fromkeys(names, first) | {late: second})
        wait_until(
            lambda: {name for host in hosts for name in host.world.agent.names()},
            lambda found: found == {second.name},
            what="old versions pruned",
            within=120,
        )
        assert sum(host.ledger.count("remove_version_in_use") for host in hosts) == 0
    with _operator(cluster, log, old):
        _wait_until_ready(cluster, hosts, first.digest)
        cluster.kubectl("delete", "hvm", "--all", "-n", unreviewed, "--timeout=120s")


def _check_versions(
    cluster: ControlPlane, namespace: str, hosts: list[SimulatedHost], expected: dict[str, AgentBundle]
) -> None:
    """Check that every run used one version for all its launches."""
    for name, bundle in expected.items():
        uid = rig.machine(cluster, namespace, name)["metadata"]["uid"]
        runs = {note.run_id for host in hosts for note in host.ledger.runs if note.machine_uid == uid}
        assert len(runs) == 1, name
        versions = [version for host in hosts for run in runs for version in host.ledger.versions_of(run)]
        assert len(versions) > 1, name
        assert set(versions) == {bundle.name}, name
