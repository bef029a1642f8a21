"""Live logs: who may read what, in which forms, and what a replaced operator means for a reader."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from controlplane.plane import ControlPlane
from controlplane.waiting import wait_until
from e2e import rig
from e2e.conftest import NewHost
from e2e.reader import Reader, machine_log
from e2e.subresources import Subresources
from hostsim.host import SimulatedHost

pytestmark = pytest.mark.timeout(180)


@pytest.fixture
def api(cluster: ControlPlane) -> Iterator[Subresources]:
    with rig.live_logs(cluster) as subresources:
        yield subresources


@pytest.fixture
def operator(cluster: ControlPlane, log: Path, new_host: NewHost, api: Subresources) -> Iterator[rig.Operator]:
    with rig.operator(cluster, log, api.settings()) as running:
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


def test_a_tenant_with_the_role_view_follows_a_machine_to_ready(
    cluster: ControlPlane, tenant: str, host: SimulatedHost, operator: rig.Operator, reader: Reader
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
    assert {"step", "line", "outcome"} <= {one["type"] for one in messages}
    assert reader.entries(machine_log(tenant, "web-1")) == messages
    text = reader.raw(machine_log(tenant, "web-1"))
    assert "[CopyImage started]" in text
    assert text.splitlines()[-1].endswith("[provision attempt 3 completed]") or "completed]" in text.splitlines()[-1]
