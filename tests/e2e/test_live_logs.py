"""Live logs: who may read what, in which forms, and what a replaced operator means for a reader."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from controlplane.commands import CommandFailed
from controlplane.plane import ControlPlane
from controlplane.waiting import wait_until
from e2e import agents, rig
from e2e.conftest import NewHost
from e2e.reader import GROUP, Reader, host_log, machine_log
from e2e.subresources import Subresources
from hostsim.host import AgentKind, SimulatedHost

pytestmark = pytest.mark.timeout(180)


@pytest.fixture
def api(cluster: ControlPlane) -> Iterator[Subresources]:
    with rig.live_logs(cluster) as subresources:
        yield subresources


@pytest.fixture
def operator(
    cluster: ControlPlane, log: Path, new_host: NewHost, api: Subresources, agent: AgentKind
) -> Iterator[rig.Operator]:
    with rig.operator(cluster, log, {**agents.settings(agent), **api.settings()}) as running:
        rig.wait_for_live_logs(cluster)
        yield running
        rig.remove_hosts(cluster)


@pytest.fixture
def host(new_host: NewHost) -> SimulatedHost:
    return new_host(copy_seconds=1)


@pytest.fixture
def reader(cluster: ControlPlane, tenant: str) -> Reader:
    return Reader(cluster, tenant, "hyperv-operator-view")


def _begin(cluster: ControlPlane, tenant: str, host: SimulatedHost, name: str = "web-1") -> None:
    """Create a machine and wait until its run hangs in its first step that takes long."""
    host.faults.hang_at = "CopyImage"
    cluster.apply(rig.submission(host.name, name), namespace=tenant)
    wait_until(
        lambda: rig.machine(cluster, tenant, name).get("status", {}).get("run", {}).get("step") == "CopyImage",
        what="a run that hangs",
    )


@agents.BOTH
def test_a_tenant_with_the_role_view_follows_a_machine_to_ready(
    cluster: ControlPlane, tenant: str, host: SimulatedHost, operator: rig.Operator, reader: Reader, agent: AgentKind
) -> None:
    _begin(cluster, tenant, host)
    path = machine_log(tenant, "web-1", "follow=true")
    with reader.follow(path) as followed, reader.socket(path) as socket:
        host.faults.hang_at = None
        followed.wait_for(type="outcome", outcome="completed")
        messages: list[dict[str, Any]] = []
        while not messages or messages[-1].get("outcome") != "completed":
            messages.append(json.loads(socket.recv(timeout=20)))
    assert messages == followed.entries[: len(messages)]
    lines = {"line"} if agent == "simulated" else set()  # the real one says everything in records
    assert {one["type"] for one in messages} == {"step", "outcome"} | lines
    assert {one["kind"] for one in messages} == {"provision"}
    run = rig.wait_ready(cluster, tenant, "web-1")["status"]["run"]["id"]
    assert {one["run"] for one in messages} == {run}
    assert reader.entries(machine_log(tenant, "web-1")) == messages
    text = reader.raw(machine_log(tenant, "web-1"))
    assert "[CopyImage started]" in text
    assert len(text.splitlines()) == len(messages)


def test_parts_of_a_log_and_earlier_runs(
    cluster: ControlPlane, tenant: str, host: SimulatedHost, operator: rig.Operator, reader: Reader
) -> None:
    cluster.apply(rig.submission(host.name, "web-1"), namespace=tenant)
    provisioning = rig.wait_ready(cluster, tenant, "web-1")["status"]["run"]["id"]
    first = reader.entries(machine_log(tenant, "web-1"))
    with reader.follow(machine_log(tenant, "web-1", f"follow=true&after={first[-1]['id']}")) as followed:
        rig.patch(cluster, tenant, "web-1", {"fields": {"cpu_cores": 4}})
        followed.wait_for(kind="update", outcome="completed")
    second = reader.entries(machine_log(tenant, "web-1"))
    assert followed.entries == second
    assert {one["run"] for one in second}.isdisjoint({provisioning})
    for query, expected in (
        ("previous=true", first),
        (f"run={provisioning}", first),
        ("tailLines=2", second[-2:]),
        ("sinceSeconds=1000", second),
        ("sinceSeconds=0", []),
        (f"after={first[3]['id']}", first[4:] + second),
        (f"run={provisioning}&after={first[3]['id']}&tailLines=1", first[-1:]),
    ):
        assert reader.entries(machine_log(tenant, "web-1", query)) == expected, query
    uid = rig.machine(cluster, tenant, "web-1")["metadata"]["uid"]
    assert reader.entries(machine_log(tenant, "web-1", f"uid={uid}")) == second
    assert reader.get(machine_log(tenant, "web-1", f"uid={provisioning}")).status_code == 409
    with pytest.raises(CommandFailed, match="unknown parameter 'container'"):
        reader.raw(machine_log(tenant, "web-1", "container=x"))


def test_only_those_with_the_right_read_a_log(
    cluster: ControlPlane, tenant: str, host: SimulatedHost, operator: rig.Operator, reader: Reader
) -> None:
    cluster.apply(rig.submission(host.name, "web-1"), namespace=tenant)
    rig.wait_ready(cluster, tenant, "web-1")
    stranger = Reader(cluster, tenant, None)
    neighbour = Reader(cluster, cluster.new_namespace("team", rig.ALLOWED), "hyperv-operator-view")
    path = machine_log(tenant, "web-1")
    assert reader.get(path).status_code == 200
    for refused in (stranger, neighbour):
        for name in ("web-1", "unknown"):
            answer = refused.get(machine_log(tenant, name))
            assert (answer.status_code, answer.json()["reason"]) == (403, "Forbidden")
    with pytest.raises(CommandFailed, match="Forbidden"):
        stranger.raw(path)
    assert reader.get(machine_log(tenant, "unknown")).status_code == 404
    for path in (host_log(host.name), f"{GROUP}/executors/current"):
        assert reader.get(path).status_code == 403
    administrator = Reader(cluster, tenant, "hyperv-operator-hosts-view", everywhere=True)
    entries = administrator.entries(host_log(host.name))
    assert {one["machine"] for one in entries} == {f"{tenant}/web-1"}
    executor = json.loads(administrator.raw(f"{GROUP}/executors/current"))
    # Other tests have left machines behind.
    names = cluster.kubectl("get", "hvm", "--all-namespaces", "-o", "name").split()
    ready = executor["machines"]["conditions"]["Ready"]
    assert executor["machines"]["total"] == len(names)
    assert ready["True"] >= 1
    assert sum(ready.values()) <= len(names)
    assert executor["lanes"]["job"]["hosts"].keys() <= {host.name}


def test_the_operator_itself_answers_only_the_api_server(
    cluster: ControlPlane, tenant: str, api: Subresources, operator: rig.Operator, tmp_path: Path
) -> None:
    authority = tmp_path / "ca.pem"
    authority.write_text(api.certificates.authority.pem)
    forged = {"X-Remote-User": "admin", "X-Remote-Group": "system:masters"}
    url = api.url + machine_log(tenant, "web-1")
    answer = requests.get(url, headers=forged, verify=str(authority), timeout=10)
    assert (answer.status_code, answer.json()["reason"]) == (401, "Unauthorized")
    own = (str(cluster.folder / "apiserver.crt"), str(cluster.folder / "apiserver.key"))
    with pytest.raises(requests.RequestException):
        requests.get(url, headers=forged, cert=own, verify=str(authority), timeout=10)
    proxy = (str(cluster.folder / "front-proxy.crt"), str(cluster.folder / "front-proxy.key"))
    answer = requests.get(url, headers=forged, cert=proxy, verify=str(authority), timeout=10)
    assert answer.status_code == 404, "only with the API server's certificate are the headers believed"


def test_a_reader_notices_that_the_operator_was_replaced(
    cluster: ControlPlane, tenant: str, host: SimulatedHost, operator: rig.Operator, reader: Reader, api: Subresources
) -> None:
    _begin(cluster, tenant, host)
    with reader.follow(machine_log(tenant, "web-1", "follow=true")) as followed:
        followed.wait_for(step="CopyImage", state="started")
        operator.kill()
        assert followed.ended.wait(20)
    last = followed.entries[-1]["id"]
    with rig.operator(cluster, operator.log, api.settings()):
        path = machine_log(tenant, "web-1", f"follow=true&after={last}")
        wait_until(lambda: reader.get(path.replace("follow=true&", "")).status_code == 200, what="the next operator")
        with reader.follow(path) as resumed:
            host.faults.hang_at = None
            resumed.wait_for(type="outcome", outcome="completed")
        assert (resumed.entries[0]["reason"], resumed.entries[0]["type"]) == ("Restarted", "notice")
        assert last.split("-")[0] not in {one["id"].split("-")[0] for one in resumed.entries}
        rig.wait_ready(cluster, tenant, "web-1")


def test_a_stopping_operator_says_so(
    cluster: ControlPlane, tenant: str, host: SimulatedHost, operator: rig.Operator, reader: Reader
) -> None:
    _begin(cluster, tenant, host)
    with reader.follow(machine_log(tenant, "web-1", "follow=true")) as followed:
        followed.wait_for(step="CopyImage", state="started")
        assert operator.stop() == 0
        assert followed.ended.wait(20)
    assert followed.entries[-1]["reason"] == "Stopping"


def test_a_secret_that_an_agent_prints_is_redacted(
    cluster: ControlPlane, tenant: str, host: SimulatedHost, operator: rig.Operator, reader: Reader
) -> None:
    canary = "Canary-web-1-Pw1"
    host.faults.chatter = [f"the password of the guest is {canary}, password={canary}"]
    cluster.apply(rig.submission(host.name, "web-1"), namespace=tenant)
    rig.wait_ready(cluster, tenant, "web-1")
    said = [one for one in reader.entries(machine_log(tenant, "web-1")) if "password of the guest" in one["text"]]
    assert all(one["text"].endswith("password=(redacted)") for one in said)
    assert said[-1]["text"].endswith("is (redacted), password=(redacted)"), "the launch that seals the guest's data"
    assert canary not in reader.raw(machine_log(tenant, "web-1", f"after={said[-1]['id']}"))
    assert canary not in json.dumps([one for one in operator.records() if one.get("attempt") == said[-1]["attempt"]])


def test_kubectl_works_while_nobody_serves_the_api(cluster: ControlPlane, api: Subresources) -> None:
    cluster.kubectl("get", "hvm", "-A")
    cluster.kubectl("get", "hypervhosts")
    with pytest.raises(CommandFailed):
        cluster.kubectl("get", "--raw", GROUP)


def test_the_log_of_a_removal_can_be_read_after_the_machine_is_gone(
    cluster: ControlPlane, tenant: str, host: SimulatedHost, operator: rig.Operator, reader: Reader
) -> None:
    cluster.apply(rig.submission(host.name, "web-1"), namespace=tenant)
    rig.wait_ready(cluster, tenant, "web-1")
    with reader.follow(machine_log(tenant, "web-1", "follow=true")) as followed:
        rig.delete(cluster, tenant, "web-1")
        followed.wait_for(kind="remove", outcome="completed")
        assert followed.ended.wait(20)
    rig.wait_gone(cluster, tenant, "web-1")
    assert reader.entries(machine_log(tenant, "web-1"))[-1] == followed.entries[-1]
