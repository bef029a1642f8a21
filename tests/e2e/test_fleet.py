"""Twelve hosts, some of them dead, slow or dying: machines on the healthy ones are not affected."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from controlplane.plane import ControlPlane
from controlplane.waiting import wait_until
from e2e import rig
from e2e.fleet import SHELL_QUOTA, Fleet, Plan, bulk_namespace, create, machines

pytestmark = pytest.mark.timeout(240)

_EACH = 6
_SLOTS = 3
_LOOKS = 2
"""Calls that change nothing and may run on a host at a time."""
_KINDS = {"well": 5, "dead": 3, "slow": 1, "dying": 1}


def _on(found: list[dict[str, Any]], hosts: list[str]) -> Counter[str]:
    """Count the machines of these hosts by their reason."""
    return Counter(rig.condition(one, "Ready").get("reason", "") for one in found if one["spec"]["targetHost"] in hosts)


def test_machines_on_healthy_hosts_become_ready_while_other_hosts_are_dead_slow_or_dying(
    cluster: ControlPlane, log: Path
) -> None:
    hosts = {kind: [f"{kind}-{number}" for number in range(count)] for kind, count in _KINDS.items()}
    faults: dict[str, dict[str, Any]] = {"slow": {"latency_seconds": 2.0}, "dying": {"hang_at": "CopyImage"}}
    plans = [
        Plan(name, faults=faults.get(kind, {}), spec={"maxConcurrentRuns": _SLOTS})
        for kind, names in hosts.items()
        for name in names
    ]
    with bulk_namespace(cluster) as namespace, Fleet(plans) as fleet, rig.operator(cluster, log):
        for name in hosts["dead"]:
            fleet.cut(name)
        cluster.apply(fleet.manifests, namespace=rig.SYSTEM)
        for number in range(_EACH):
            for plan in plans:
                create(cluster, namespace, rig.submission(plan.name, f"{plan.name}-{number}"))

        # Its network is cut while its runs are in progress.
        (dying,) = hosts["dying"]
        wait_until(lambda: fleet.census()[dying].running, lambda runs: runs == _SLOTS, what="its runs", within=60)
        fleet.cut(dying)

        wait_until(
            lambda: _on(machines(cluster, namespace), hosts["well"]),
            lambda seen: seen["Ready"] == _EACH * len(hosts["well"]),
            what="all machines on healthy hosts to be Ready",
            within=120,
            every=0.5,
        )
        found = machines(cluster, namespace)
        assert set(_on(found, hosts["dead"])) <= {"HostUnreachable", "WaitingForInventory"}
        assert "Ready" not in _on(found, hosts["dying"])
        reported = wait_until(
            lambda: _on(machines(cluster, namespace), [*hosts["dead"], dying]),
            lambda seen: seen["HostUnreachable"] == _EACH * 4,
            what="the machines on unreachable hosts to report that",
            within=90,
            every=0.5,
        )
        assert reported.total() == _EACH * 4

        census = fleet.census()
        assert max(one.shells_peak for one in census.values()) <= SHELL_QUOTA
        for name in hosts["well"]:
            assert census[name].mutations["create_vm"] == census[name].vms == _EACH
            assert 1 <= census[name].peak <= _SLOTS
            assert census[name].shells_peak <= _SLOTS + _LOOKS
        assert [census[name].opened for name in hosts["dead"]] == [0, 0, 0]
        rig.remove_hosts(cluster)
