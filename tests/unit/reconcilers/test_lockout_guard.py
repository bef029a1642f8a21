"""Credentials are never offered so often that their account is locked out."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any, cast

import pytest
from pydantic import SecretStr

from controlplane.waiting import wait_until
from hyperv_operator.errors import (
    AuthenticationFailed,
    HostUnreachable,
    LogonPending,
    LogonRefused,
    LogonSuspended,
    QuotaExceeded,
)
from hyperv_operator.ports import HostEndpoint, LoggedOn, PasswordCredentials
from hyperv_operator.reconcilers.dependencies import Dependencies
from hyperv_operator.reconcilers.lockout_guard import LockoutGuard, LogonAttempt
from unit.reconcilers.fleet import SECRET, Cluster, Fleet, Hosts, host_body

ENDPOINT = HostEndpoint(
    name="",
    address="x",
    port=5986,
    transport="https",
    authentication="ntlm",
    configuration_name="x",
    agent_path="x",
    credentials=PasswordCredentials("x", SecretStr("x")),
    credentials_name=SECRET,
    credentials_version="7",
)
TOOK = LoggedOn()
REFUSED = LogonRefused("x")
LOST = HostUnreachable("x")
DENIED = AuthenticationFailed("access denied")


def _deps(*bodies: dict[str, Any]) -> Dependencies:
    async def list_hosts() -> list[dict[str, Any]]:
        return list(bodies)

    return cast("Dependencies", SimpleNamespace(objects=SimpleNamespace(list_hosts=list_hosts)))


async def _attempt(
    logons: LockoutGuard, host: str, outcome: LoggedOn | Exception, deps: Dependencies | None = None
) -> LogonAttempt:
    attempt = LogonAttempt(logons, host)
    await attempt.begin(deps or _deps(), ENDPOINT)
    if isinstance(outcome, LoggedOn):
        attempt.on_report(outcome)
        attempt.end(None)
    else:
        attempt.end(outcome)
    return attempt


async def _held_back(logons: LockoutGuard, deps: Dependencies | None = None) -> set[str]:
    held = set()
    for host in ("a", "b", "c"):
        attempt = LogonAttempt(logons, host)
        try:
            await attempt.begin(deps or _deps(), ENDPOINT)
        except LogonSuspended:
            held.add(host)
        attempt.end(None)
    return held


ALL = {"a", "b", "c"}


@pytest.mark.parametrize(
    ("history", "held"),
    [
        ([], set()),
        ([("a", REFUSED)], set()),
        ([("a", REFUSED), ("a", REFUSED)], ALL),
        ([("a", REFUSED), ("b", REFUSED)], ALL),
        ([("a", TOOK), ("b", REFUSED), ("c", REFUSED)], ALL),
        # What is no word about the credentials neither counts nor clears.
        ([("a", LOST), ("a", LOST), ("b", DENIED), ("b", DENIED), ("c", QuotaExceeded("x"))], set()),
        ([("a", REFUSED), ("b", LOST), ("b", DENIED), ("c", REFUSED)], ALL),
        # A host that takes them speaks for them; the one that does not is left alone.
        ([("a", REFUSED), ("b", TOOK), ("a", REFUSED)], {"a"}),
        ([("a", REFUSED), ("b", TOOK), ("a", REFUSED), ("b", TOOK), ("c", REFUSED)], {"a"}),
        ([("a", REFUSED), ("b", TOOK), ("a", REFUSED), ("b", TOOK), ("c", REFUSED), ("b", REFUSED)], ALL),
        ([("a", REFUSED), ("a", TOOK), ("a", REFUSED)], set()),
    ],
)
async def test_two_refusals_stop_every_host_unless_another_takes_the_credentials(
    history: list[tuple[str, LoggedOn | Exception]], held: set[str]
) -> None:
    logons = LockoutGuard()
    for host, outcome in history:
        await _attempt(logons, host, outcome)
    assert await _held_back(logons) == held


@pytest.mark.parametrize(
    ("statuses", "held"),
    [
        ({"a": ("7", 2)}, ALL),
        ({"a": ("7", 1), "b": ("7", 1)}, ALL),
        ({"a": ("7", 1)}, set()),
        ({"a": ("6", 2)}, set()),
        # One of them works: only the one that refused waits, and one refusal more would stop all.
        ({"a": ("7", 2), "b": None}, {"a"}),
    ],
)
async def test_refusals_before_a_restart_count(statuses: dict[str, tuple[str, int] | None], held: set[str]) -> None:
    bodies = []
    for name, failed in statuses.items():
        body = host_body(name)
        if failed:
            body["status"] = {"logonFailures": {"secretVersion": failed[0], "count": failed[1]}}
        else:
            body["status"] = {"conditions": [_condition("Reachable", "True")]}
        bodies.append(body)
    deps, logons = _deps(*bodies), LockoutGuard()
    assert await _held_back(logons, deps) == held
    if held == {"a"}:
        await _attempt(logons, "c", REFUSED, deps)
        assert await _held_back(logons, deps) == ALL


def _condition(kind: str, status: str) -> dict[str, Any]:
    return {
        "type": kind,
        "status": status,
        "reason": "AsExpected",
        "message": "",
        "lastTransitionTime": "2026-01-01T00:00:00Z",
    }


async def test_other_secrets_refusals_do_not_count() -> None:
    stranger = host_body("a", logonFailures={"secretVersion": "7", "count": 2})
    stranger["spec"]["connection"]["credentialsSecretRef"]["name"] = "another"
    assert await _held_back(LockoutGuard(), _deps(stranger)) == set()


async def test_a_changed_secret_starts_anew_and_the_old_version_stays_refused() -> None:
    logons = LockoutGuard()
    await _attempt(logons, "a", REFUSED)
    await _attempt(logons, "b", REFUSED)
    changed = LogonAttempt(logons, "a")
    await changed.begin(_deps(), replace(ENDPOINT, credentials_version="8"))
    changed.end(REFUSED)
    assert changed.failures
    assert (changed.failures.secret_version, changed.failures.count) == ("8", 1)
    assert await _held_back(logons) == ALL


async def test_one_attempt_at_a_time_until_the_credentials_are_taken_and_again_after_a_refusal() -> None:
    logons = LockoutGuard()
    first, second = LogonAttempt(logons, "a"), LogonAttempt(logons, "b")
    await first.begin(_deps(), ENDPOINT)
    with pytest.raises(LogonPending):
        await second.begin(_deps(), ENDPOINT)
    waiting = asyncio.create_task(second.settled())
    second.end(LogonPending("x"))
    await asyncio.sleep(0)
    assert not waiting.done()
    first.on_report(TOOK)
    await waiting
    third = LogonAttempt(logons, "c")
    await second.begin(_deps(), ENDPOINT)
    await third.begin(_deps(), ENDPOINT)
    second.end(REFUSED)
    fourth, fifth = LogonAttempt(logons, "d"), LogonAttempt(logons, "e")
    await fourth.begin(_deps(), ENDPOINT)
    with pytest.raises(LogonPending):
        await fifth.begin(_deps(), ENDPOINT)
    # It began before the refusal: no word against it.
    third.on_report(TOOK)
    with pytest.raises(LogonPending):
        await fifth.begin(_deps(), ENDPOINT)


async def test_a_launch_waits_until_an_inventory_has_proven_the_credentials() -> None:
    logons = LockoutGuard()
    launch = LogonAttempt(logons, "a")
    with pytest.raises(LogonPending, match=SECRET):
        await launch.follow(_deps(), ENDPOINT)
    await _attempt(logons, "b", TOOK)
    await launch.follow(_deps(), ENDPOINT)
    launch.end(REFUSED)
    with pytest.raises(LogonPending):
        await launch.follow(_deps(), ENDPOINT)


async def test_the_message_names_the_secret_and_who_refused_it() -> None:
    logons = LockoutGuard()
    await _attempt(logons, "a", REFUSED)
    await _attempt(logons, "b", REFUSED)
    with pytest.raises(LogonSuspended, match=rf"Secret '{SECRET}' were refused by a, b\.") as raised:
        await LogonAttempt(logons, "c").begin(_deps(), ENDPOINT)
    assert raised.value.remedy.startswith("Correct user name and password there")


# --- through the reconciler ------------------------------------------------------------------------------------------


async def test_a_wrong_password_is_offered_twice_in_all_and_a_new_secret_is_tried_in_the_next_pass() -> None:
    cluster, hosts = Cluster("a", "b", "c", "d"), Hosts()
    fleet = Fleet(cluster, hosts)
    for _ in range(4):
        await fleet.look()
    assert len(hosts.offered) == 2
    assert hosts.peak == 1
    for name in cluster.bodies:
        condition = cluster.reachable(name)
        assert (condition["status"], condition["reason"]) == ("False", "AuthenticationFailed")
    told = [cluster.reachable(name)["message"] for name in cluster.bodies]
    assert len([text for text in told if SECRET in text]) >= 2
    restarted = Fleet(cluster, hosts)
    await restarted.look()
    assert len(hosts.offered) == 2
    cluster.version = "2"
    hosts.take = {name: {"2"} for name in cluster.bodies}
    await restarted.look()
    assert {version for _, version in hosts.offered[2:]} == {"2"}
    assert [cluster.reachable(name)["status"] for name in cluster.bodies] == ["True"] * 4
    assert not any("logonFailures" in body["status"] for body in cluster.bodies.values())
    await restarted.tasks.close(0)
    await fleet.tasks.close(0)


async def _until(holds: Callable[[], bool]) -> None:
    await asyncio.to_thread(wait_until, holds, what="the calls to be where they should be", within=20, every=0.01)


def _awaited(fleet: Fleet) -> int:
    return sum(one.count for one in fleet.tasks.get_metrics().tallies if one.result == "LogonPending")


async def test_others_wait_for_the_first_logon_and_then_log_on_side_by_side() -> None:
    cluster, hosts = Cluster("a", "b", "c"), Hosts()
    hosts.take = {name: {"1"} for name in cluster.bodies}
    hosts.gate.clear()
    fleet = Fleet(cluster, hosts)
    looks = asyncio.create_task(fleet.look())
    await _until(lambda: hosts.inside() == 1 and _awaited(fleet) == 2)
    assert len(hosts.offered) == 1
    hosts.gate.set()
    await looks
    hosts.gate.clear()
    looks = asyncio.create_task(fleet.look())
    await _until(lambda: hosts.inside() == 2)
    hosts.gate.set()
    await looks
    await fleet.tasks.close(0)


async def test_a_host_that_refuses_does_not_stop_those_that_take_the_credentials() -> None:
    cluster, hosts = Cluster("a", "b"), Hosts()
    hosts.take = {"b": {"1"}}
    fleet = Fleet(cluster, hosts)
    for name in ("a", "b", "a", "b", "a", "b"):
        await fleet.look(name)
    assert cluster.reachable("b")["status"] == "True"
    assert [name for name, _ in hosts.offered] == ["a", "b", "a", "b", "b"]
    await fleet.tasks.close(0)
