"""A HyperVHost that is deleted, and one that comes back."""

from __future__ import annotations

import json

from controlplane.plane import ControlPlane
from controlplane.waiting import wait_until
from e2e import rig
from e2e.conftest import NewHost
from hostsim import manifests
from hostsim.host import SimulatedHost


def _ready(cluster: ControlPlane, host: SimulatedHost) -> dict[str, str]:
    body = json.loads(cluster.kubectl("get", "hvh", host.name, "-o", "json"))
    return rig.condition(body, "Ready")


def test_a_deleted_host_is_kept_until_its_machines_are_gone_and_says_so(
    cluster: ControlPlane, unreviewed: str, new_host: NewHost, operator: rig.Operator
) -> None:
    host = new_host()
    cluster.apply(rig.submission(host.name, "stays"), namespace=unreviewed)
    cluster.kubectl("wait", "--for=condition=Ready", "hvm/stays", "-n", unreviewed, "--timeout=60s")
    cluster.kubectl("delete", "hvh", host.name, "--wait=false")
    ready = wait_until(
        lambda: _ready(cluster, host), lambda found: found.get("reason") == "Deleting", what="Deleting", within=30
    )
    assert f"{unreviewed}/stays" in ready["message"]
    assert "hyperv-operator.io/abandon" in ready["message"]
    events = cluster.kubectl("get", "events", "-A", "--field-selector", f"involvedObject.name={host.name}")
    assert "HostProblem" in events

    cluster.apply(rig.submission(host.name, "late"), namespace=unreviewed)
    late = rig.wait_for_reason(cluster, unreviewed, "late", "HostCordoned")
    assert "is being deleted" in late["message"]

    cluster.kubectl("delete", "hvm", "stays", "-n", unreviewed, "--timeout=60s")
    cluster.kubectl("wait", "--for=delete", f"hvh/{host.name}", "--timeout=30s")
    assert dict(host.world.vms) == {}, "the VM was removed through the host that was being deleted"
    rig.wait_for_reason(cluster, unreviewed, "late", "HostNotFound")

    # It comes back: what waited goes on by itself.
    cluster.apply(manifests.hyperv_host(host))
    cluster.kubectl("wait", "--for=condition=Ready", "hvm/late", "-n", unreviewed, "--timeout=60s")
    cluster.kubectl("delete", "hvm", "late", "-n", unreviewed, "--timeout=60s")


def test_a_host_that_was_deleted_while_no_operator_ran_is_kept_too(
    cluster: ControlPlane, unreviewed: str, new_host: NewHost, operator: rig.Operator
) -> None:
    host = new_host()
    cluster.apply(rig.submission(host.name, "stays"), namespace=unreviewed)
    cluster.kubectl("wait", "--for=condition=Ready", "hvm/stays", "-n", unreviewed, "--timeout=60s")
    operator.kill()
    cluster.kubectl("delete", "hvh", host.name, "--wait=false")
    cluster.kubectl("delete", "hvm", "stays", "-n", unreviewed, "--wait=false")
    with rig.operator(cluster, operator.log):
        cluster.kubectl("wait", "--for=delete", "hvm/stays", "-n", unreviewed, "--timeout=60s")
        cluster.kubectl("wait", "--for=delete", f"hvh/{host.name}", "--timeout=30s")
    assert dict(host.world.vms) == {}
