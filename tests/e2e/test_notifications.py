"""Notifications of the real operator: a machine's life in order, over kills and beside a dead target."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from controlplane.plane import ControlPlane
from controlplane.waiting import wait_until
from e2e import rig
from e2e.conftest import NewHost
from receivers.server import Receiver, Reply, Request, receiving

pytestmark = pytest.mark.timeout(240)

KEY = b"k" * 32
TOKEN = "Canary-Target-Pw1"
STORE = "hyperv-operator-notifications"
SETTINGS = {"HVO_NOTIFICATIONS_SECRET": rig.TARGETS, "HVO_NOTIFICATIONS_RELOAD_SECONDS": "0.5"}


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Provide a receiver."""
    with receiving() as running:
        yield running


@pytest.fixture(autouse=True)
def clean(cluster: ControlPlane) -> Iterator[None]:
    """Remove the Secret and what was stored, so that each test is a new installation."""
    yield
    cluster.kubectl("delete", "secret", rig.TARGETS, "-n", rig.SYSTEM, "--ignore-not-found")
    cluster.kubectl("delete", "configmap", STORE, "-n", rig.SYSTEM, "--ignore-not-found")


def _set_targets(cluster: ControlPlane, **items: dict[str, Any]) -> None:
    targets = [
        {"name": name, "signingKey": "key", "headers": {"X-Token": "token"}, **item} for name, item in items.items()
    ]
    data = {
        "key": base64.b64encode(KEY).decode(),
        "token": TOKEN,
        "targets.yaml": yaml.safe_dump({"targets": targets}),
    }
    secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": rig.TARGETS}, "stringData": data}
    cluster.apply(secret, namespace=rig.SYSTEM)


def _wait_for_target(cluster: ControlPlane, *names: str) -> None:
    """Wait until the operator has stored from when on it sends to these targets."""

    def stored() -> set[str]:
        listed = cluster.kubectl("get", "configmap", STORE, "-n", rig.SYSTEM, "--ignore-not-found", "-o", "json")
        return set(json.loads(listed).get("data", {})) if listed else set()

    wait_until(stored, lambda seen: set(names) <= seen, what="the watermarks", within=60, every=0.2)


def _of(receiver: Receiver, uid: str) -> list[Request]:
    """Return the accepted messages about an object, each once, in the order in which they came first."""
    first: dict[str, Request] = {}
    for one in receiver.accepted():
        if one.id.startswith(f"{uid}/"):
            first.setdefault(one.id, one)
    return list(first.values())


def _sequences(receiver: Receiver, uid: str) -> list[int]:
    return [int(one.id.rpartition("/")[2]) for one in _of(receiver, uid)]


def _reasons(receiver: Receiver, uid: str) -> list[str]:
    return [one.event()[1]["reason"] for one in _of(receiver, uid)]


def _wait_for(receiver: Receiver, uid: str, reason: str) -> None:
    wait_until(
        lambda: _reasons(receiver, uid),
        lambda seen: reason in seen,
        what=f"the notification {reason}",
        within=60,
        every=0.1,
    )


def test_a_machines_life_arrives_in_order_signed_and_without_a_secret(
    cluster: ControlPlane, tenant: str, new_host: NewHost, log: Path, receiver: Receiver
) -> None:
    host = new_host()
    _set_targets(cluster, life={"url": receiver.url})
    with rig.operator(cluster, log, SETTINGS) as operator:
        _wait_for_target(cluster, "life")
        cluster.apply(rig.submission(host.name, "life-01"), namespace=tenant)
        body = rig.wait_ready(cluster, tenant, "life-01")
        uid = body["metadata"]["uid"]
        _wait_for(receiver, uid, "GuestConfigured")
        rig.delete(cluster, tenant, "life-01")
        rig.wait_gone(cluster, tenant, "life-01")
        _wait_for(receiver, uid, "Deleted")
        metrics = operator.metrics()
        rig.remove_hosts(cluster)
    messages = _of(receiver, uid)
    assert _sequences(receiver, uid) == list(range(1, len(messages) + 1))
    reasons = _reasons(receiver, uid)
    assert reasons[:2] == ["Accepted", "RunStarted"]
    assert [one for one in reasons if one in ("Provisioned", "GuestConfigured")] == ["Provisioned", "GuestConfigured"]
    assert reasons[-2:] == ["RunStarted", "Deleted"]
    recorded = [(one["sequence"], one["reason"]) for one in reversed(body["status"]["transitions"])]
    assert list(enumerate(reasons, start=1))[: len(recorded)] == recorded
    for one in messages:
        attributes, data = one.event()
        assert one.is_signed_with(KEY)
        assert attributes["subject"] == f"{tenant}/life-01"
        assert data["object"] == {"kind": "HyperVMachine", "namespace": tenant, "name": "life-01", "uid": uid}
        assert data["host"] == host.name
        assert b"Canary" not in one.body
    hosts = [one.event()[1] for one in receiver.accepted() if one.event()[1]["object"]["kind"] == "HyperVHost"]
    assert ("HostReachable", host.name) in {(one["reason"], one["object"]["name"]) for one in hosts}
    for shown in (metrics, log.read_text()):
        assert "Canary" not in shown
        assert "code=1" not in shown
    delivered = re.search(r'notifications_total\{result="delivered",target="life"\} (\S+)', metrics)
    assert delivered
    assert float(delivered[1]) >= len(messages)


def test_nothing_is_lost_when_the_operator_is_killed_and_nothing_old_is_sent(
    cluster: ControlPlane, tenant: str, new_host: NewHost, log: Path, receiver: Receiver
) -> None:
    host = new_host()
    with rig.operator(cluster, log) as silent:
        cluster.apply(rig.submission(host.name, "old-01"), namespace=tenant)
        old = rig.wait_ready(cluster, tenant, "old-01")["metadata"]["uid"]
        silent.stop()
    _set_targets(cluster, kept={"url": receiver.url, "filter": {"namespaces": [tenant]}})
    host.faults.hang_at = "CopyImage"
    with rig.operator(cluster, log, SETTINGS) as first:
        _wait_for_target(cluster, "kept")
        cluster.apply(rig.submission(host.name, "kept-01"), namespace=tenant)
        uid = wait_until(lambda: rig.machine(cluster, tenant, "kept-01"), what="the machine")["metadata"]["uid"]
        _wait_for(receiver, uid, "RunStarted")
        # What happens from here on reaches no receiver before the kill.
        receiver.default = Reply(503)
        host.faults.hang_at = None
        rig.wait_ready(cluster, tenant, "kept-01")
        first.kill()
    receiver.default = Reply()
    with rig.operator(cluster, log.with_name("second.log"), SETTINGS):
        recorded = rig.machine(cluster, tenant, "kept-01")["status"]["transitions"]
        wait_until(
            lambda: _sequences(receiver, uid),
            lambda seen: len(seen) >= len(recorded),
            what="everything",
            within=60,
            every=0.1,
        )
        rig.delete(cluster, tenant, "kept-01")
        rig.wait_gone(cluster, tenant, "kept-01")
        _wait_for(receiver, uid, "Deleted")
        rig.remove_hosts(cluster)
    seen = _sequences(receiver, uid)
    assert seen == list(range(1, len(seen) + 1))
    assert not [one for one in receiver.requests if one.id.startswith(f"{old}/")]


def test_a_dead_target_delays_neither_machines_nor_another_target(
    cluster: ControlPlane, tenant: str, new_host: NewHost, log: Path, receiver: Receiver
) -> None:
    host = new_host()
    with receiving() as dead:
        url = dead.url
    _set_targets(cluster, dead={"url": url}, well={"url": receiver.url}, wrong={"url": "http://receiver.example.com/"})
    with rig.operator(cluster, log, SETTINGS) as operator:
        _wait_for_target(cluster, "dead", "well")
        cluster.apply(rig.submission(host.name, "dead-01"), namespace=tenant)
        uid = rig.wait_ready(cluster, tenant, "dead-01")["metadata"]["uid"]
        _wait_for(receiver, uid, "GuestConfigured")
        events = wait_until(
            lambda: _events_of_targets(cluster),
            lambda seen: {"NotificationsFailing", "NotificationTargetsInvalid"} <= seen.keys(),
            what="both Events about the Secret",
            within=60,
            every=0.3,
        )
        assert events["NotificationsFailing"].startswith("Target dead has accepted no notification since ")
        assert events["NotificationTargetsInvalid"].startswith("Target wrong is not used: url is http, ")
        age = wait_until(
            lambda: re.search(r'oldest_pending_seconds\{target="dead"\} (\S+)', operator.metrics()),
            lambda found: found and float(found[1]) > 0,
            what="the age of the oldest notification",
            within=30,
        )
        assert age
        assert re.search(r'oldest_pending_seconds\{target="well"\} 0\.0', operator.metrics())
        rig.remove_hosts(cluster)
        assert operator.stop() == 0


def _events_of_targets(cluster: ControlPlane) -> dict[str, str]:
    uid = cluster.kubectl("get", "secret", rig.TARGETS, "-n", rig.SYSTEM, "-o", "jsonpath={.metadata.uid}")
    selector = f"involvedObject.uid={uid}"
    shown = cluster.kubectl("get", "events", "-n", rig.SYSTEM, "--field-selector", selector, "-o", "json")
    return {one["reason"]: one["message"] for one in json.loads(shown)["items"]}
