"""Machines that wait for their guests occupy no worker and no shell."""

from __future__ import annotations

import json
import re
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from controlplane.plane import ControlPlane
from controlplane.waiting import wait_until
from e2e import rig
from e2e.fleet import Fleet, Plan, bulk_namespace, create, machines

pytestmark = pytest.mark.timeout(240)

_HOSTS = 6
_MACHINES = 60


def _executor(operator: rig.Operator) -> dict[str, Any]:
    port = re.search(r"Metrics are served on port (\d+)", operator.log.read_text())
    assert port
    with urllib.request.urlopen(f"http://127.0.0.1:{port[1]}/debug/executor", timeout=10) as answer:
        return dict(json.load(answer))


def test_machines_that_wait_for_their_guests_occupy_no_worker_and_no_shell(cluster: ControlPlane, log: Path) -> None:
    """Sessions are kept for only a second, so that every shell open later belongs to a call."""
    fleet_of = [Plan(f"waiting-{number}", faults={"guest": "silent"}) for number in range(_HOSTS)]
    with (
        bulk_namespace(cluster) as namespace,
        Fleet(fleet_of) as fleet,
        rig.operator(cluster, log, HVO_SESSION_REUSE_SECONDS="1", HVO_AWAITED_INVENTORY_SECONDS="5") as operator,
    ):
        cluster.apply(fleet.manifests, namespace=rig.SYSTEM)
        for number in range(_MACHINES):
            host = fleet.names[number % _HOSTS]
            create(cluster, namespace, rig.submission(host, f"wait-{number}"))

        def waiting() -> int:
            reasons = [rig.condition(one, "Ready").get("reason") for one in machines(cluster, namespace)]
            return reasons.count("WaitingForGuestKey")

        wait_until(waiting, lambda seen: seen == _MACHINES, what="all machines to wait", within=120, every=0.5)
        # The first inventory with a new VM still causes a write; later ones do not.
        _wait_for_inventories(fleet, times=2)
        before = _executor(operator)
        assert before["lanes"]["job"] == {**before["lanes"]["job"], "queued": 0, "running": 0, "hosts": {}}
        written = _versions(cluster, namespace)

        free: set[str] = set()

        def each_host_without_shell() -> bool:
            free.update(name for name, one in fleet.census().items() if one.shells == 0)
            return len(free) == _HOSTS

        wait_until(each_host_without_shell, what="a moment without a shell on each host", within=60, every=0.1)
        _wait_for_inventories(fleet, times=2)
        after = _executor(operator)
        assert after["lanes"]["job"]["running"] == 0
        assert _launches(after) == _launches(before) == _MACHINES
        assert all(one.shells <= 1 for one in fleet.census().values())
        assert _versions(cluster, namespace) == written
        rig.remove_hosts(cluster)


def _launches(executor: dict[str, Any]) -> int:
    """Return how many launches had an outcome; a launch that was outdated when it left the queue never reached a host."""
    ended = {"category": "provision", "result": "ok"}
    return sum(one["count"] for one in executor["tallies"] if ended.items() <= one.items())


def _versions(cluster: ControlPlane, namespace: str) -> dict[str, str]:
    """Return the resourceVersion of every machine."""
    return {one["metadata"]["name"]: one["metadata"]["resourceVersion"] for one in machines(cluster, namespace)}


def _wait_for_inventories(fleet: Fleet, times: int) -> None:
    """Wait for this number of further inventories of every host, each of which opens a shell."""
    opened = {name: one.opened for name, one in fleet.census().items()}
    wait_until(
        fleet.census,
        lambda now: all(one.opened >= opened[name] + times for name, one in now.items()),
        what=f"{times} more inventories of each host",
        within=60,
        every=0.5,
    )
