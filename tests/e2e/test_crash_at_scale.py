"""The operator is killed while a hundred runs are in progress."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from controlplane.plane import ControlPlane
from e2e import rig
from e2e.fleet import Fleet, Plan, bulk_namespace, create, wait_for_ready

pytestmark = pytest.mark.timeout(300)

_HOSTS = 10
_EACH = 10
_RUNS = _HOSTS * _EACH
_UNDISTURBED = 2
_MANY = {"HVO_JOB_WORKERS_MAX": str(_RUNS), "HVO_JOB_WORKERS_MIN": str(_RUNS)}


def _create(cluster: ControlPlane, namespace: str, fleet: Fleet, each: int) -> None:
    """Create `each` machines on every host."""
    for host in fleet.names:
        for number in range(each):
            create(cluster, namespace, rig.submission(host, f"{namespace}-{host}-{number}"))


def test_a_hundred_runs_survive_a_crash_of_the_operator_without_duplicate_work(
    cluster: ControlPlane, log: Path
) -> None:
    """On every other host, orphaned runs die with the operator; on the rest they continue."""
    plans = [
        Plan(
            f"crash-{number}",
            faults={"orphans": "die" if number % 2 else "continue"},
            spec={"maxConcurrentRuns": _EACH},
        )
        for number in range(_HOSTS)
    ]
    with bulk_namespace(cluster) as calm, bulk_namespace(cluster) as struck, Fleet(plans) as fleet:
        cluster.apply(fleet.manifests, namespace=rig.SYSTEM)
        first = rig.Operator(cluster, log, _MANY)
        try:
            _create(cluster, calm, fleet, _UNDISTURBED)
            wait_for_ready(cluster, calm, _HOSTS * _UNDISTURBED, within=60)
            undisturbed = fleet.mutations()
            fleet.set_faults(fleet.names, hang_at="CopyImage")
            _create(cluster, struck, fleet, _EACH)
            fleet.wait_for("all runs in flight", "running", _RUNS)
        finally:
            first.kill()
        fleet.wait_for("the orphaned runs on every other host to die", "running", _RUNS // 2)
        with rig.operator(cluster, log.with_name("second.log"), _MANY):
            fleet.wait_for("the runs that died to be launched again", "running", _RUNS)
            fleet.set_faults(fleet.names, hang_at=None)
            wait_for_ready(cluster, struck, _RUNS, within=120)
            rig.remove_hosts(cluster)
        each = Counter({kind: count // (_HOSTS * _UNDISTURBED) for kind, count in undisturbed.items()})
        assert each["create_vm"] == each["copy_image"] == each["publish"] == 1
        counted = [one for census in fleet.census().values() for one in census.machines.values()]
        assert len(counted) == _HOSTS * _UNDISTURBED + _RUNS
        assert all(one == each for one in counted)
