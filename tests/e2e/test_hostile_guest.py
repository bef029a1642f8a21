"""A hostile guest costs its own machine, and nothing else notices."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from controlplane.plane import ControlPlane
from controlplane.waiting import wait_until
from e2e import rig
from e2e.conftest import NewHost

pytestmark = pytest.mark.timeout(180)


def test_a_guest_that_posts_another_key_each_time_is_left_to_a_person(
    cluster: ControlPlane, tenant: str, new_host: NewHost, operator: rig.Operator
) -> None:
    host = new_host()
    host.faults.guests["rekeying-01"] = "rekeying"
    cluster.apply(rig.submission(host.name, "rekeying-01"), namespace=tenant)
    ready = rig.wait_for_reason(cluster, tenant, "rekeying-01", "GuestKeyUnstable")
    assert "was sealed 5 times" in ready["message"]
    before = rig.machine(cluster, tenant, "rekeying-01")["status"]
    launches, published = before["run"]["attempt"], host.ledger.count("publish")
    assert before["sealed"]["count"] == 5
    assert published <= 5
    assert launches <= 3 * 5
    cluster.apply(rig.submission(host.name, "well-01"), namespace=tenant)
    rig.wait_ready(cluster, tenant, "well-01")
    after = rig.machine(cluster, tenant, "rekeying-01")["status"]
    assert (after["run"]["attempt"], host.ledger.count("publish")) == (launches, published + 1)
    # A person looks into it and tries again: a change of the spec allows five more.
    for paused in (True, False):
        rig.patch(cluster, tenant, "rekeying-01", {"paused": paused})
    wait_until(lambda: host.ledger.count("publish") > published + 1, what="the data to be sealed again", within=40)
    rig.delete(cluster, tenant, "rekeying-01")
    rig.wait_gone(cluster, tenant, "rekeying-01")
    assert operator.exit_code() is None


def test_a_guest_that_writes_anything_at_the_highest_rate_stops_only_its_own_machine(
    cluster: ControlPlane, tenant: str, new_host: NewHost, log: Path
) -> None:
    host = new_host()
    host.faults.guests["writing-01"] = "writing"
    with rig.operator(cluster, log, HVO_GUEST_TIMEOUT_SECONDS="20") as running:
        cluster.apply(rig.submission(host.name, "writing-01"), namespace=tenant)
        wait_until(lambda: host.world.vms, what="the hostile guest's VM", within=40)
        until, number = time.monotonic() + 60, 0
        while time.monotonic() < until:
            number += 1
            cluster.apply(rig.submission(host.name, f"well-{number}"), namespace=tenant)
            rig.wait_ready(cluster, tenant, f"well-{number}", within=30)
            cluster.kubectl("wait", "--for=condition=Ready", f"hvh/{host.name}", "--timeout=5s")
        assert number >= 5
        waiting = rig.condition(rig.machine(cluster, tenant, "writing-01"), "Ready")
        assert waiting["status"] != "True"
        assert waiting["message"]
        assert len([vm for vm in host.world.vms.values() if vm.name == "writing-01"]) == 1
        rig.delete(cluster, tenant, "writing-01")
        rig.wait_gone(cluster, tenant, "writing-01")
        assert running.exit_code() is None
        assert not [one for one in running.records() if one.get("level") == "error"]
