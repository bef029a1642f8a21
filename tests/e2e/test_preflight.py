"""What the preflight of a host finds, as the HyperVHost and its machines show it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from controlplane.plane import ControlPlane
from controlplane.waiting import wait_until
from e2e import rig
from e2e.conftest import NewHost
from hostsim.host import SimulatedHost

_SWITCH = "VirtualSwitch of External: there is none of this name; the host has: Lab."


def _host(cluster: ControlPlane, host: SimulatedHost) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(cluster.kubectl("get", "hvh", host.name, "-o", "json"))
    return body


@pytest.mark.usefixtures("operator")
def test_a_row_that_blocks_holds_new_machines_until_it_is_mended(
    cluster: ControlPlane, tenant: str, new_host: NewHost
) -> None:
    host = new_host()
    host.call(lambda: setattr(host.world, "switches", ["Lab"]))
    # A changed spec is checked at once.
    cluster.kubectl("patch", "hvh", host.name, "--type=merge", "-p", '{"spec":{"maxConcurrentRuns":5}}')
    body = wait_until(
        lambda: _host(cluster, host),
        lambda found: rig.condition(found, "Ready").get("reason") == "PreflightFailed",
        what="PreflightFailed",
        within=30,
    )
    ready = rig.condition(body, "Ready")
    assert ready["status"] == "False"
    assert ready["message"].startswith(_SWITCH)
    assert "Create the virtual switch on the host" in ready["message"]
    found = body["status"]["preflight"]
    assert found["counts"]["blocking"] == 1
    assert [(row["id"], row["state"]) for row in found["rows"]] == [("VirtualSwitch", "blocking")]
    cluster.apply(rig.submission(host.name, "held"), namespace=tenant)
    held = rig.wait_for_reason(cluster, tenant, "held", "PreflightFailed")
    assert "Lab" not in held["message"]
    assert host.ledger.entries == []

    host.call(lambda: setattr(host.world, "switches", ["External"]))
    cluster.kubectl("wait", "--for=condition=Ready", f"hvh/{host.name}", "--timeout=30s")
    rig.wait_for_reason(cluster, tenant, "held", "Ready")
    assert _host(cluster, host)["status"]["preflight"]["counts"].get("blocking", 0) == 0
    events = cluster.kubectl("get", "events", "-A", "--field-selector", f"involvedObject.name={host.name}")
    assert "PreflightChanged" in events
