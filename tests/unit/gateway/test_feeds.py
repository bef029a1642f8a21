"""Feeds: what streams get, who shares a watch, and when it ends."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from hyperv_operator.gateway import cluster as cluster_module
from hyperv_operator.gateway import feeds as module
from hyperv_operator.gateway import joblogs
from hyperv_operator.gateway.cluster import Refused
from hyperv_operator.gateway.feeds import FeedLimits, Feeds
from hyperv_operator.gateway.job_ids import JobKey
from hyperv_operator.gateway.jobs import JobView
from hyperv_operator.gateway.messages import End, Message, Position, notice
from hyperv_operator.gateway.metrics import GatewayMetrics
from hyperv_operator.gateway.streams import Cursor, pump
from hyperv_operator.gateway.subscriptions import Subscription
from unit.gateway.apiserver import GONE, FakeCluster, settle
from unit.gateway.samples import SCHEMA, UID, machine

MACHINES = "/apis/hyperv-operator.io/v1alpha1/namespaces/team/hypervmachines"


@pytest.fixture
def cluster() -> FakeCluster:
    return FakeCluster()


@pytest.fixture
async def feeds() -> AsyncIterator[Feeds]:
    made = Feeds(JobView(SCHEMA, "docs"), FeedLimits(queue=10, recheck_seconds=60), GatewayMetrics())
    yield made
    await made.close()


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster_module, "_FIRST_PAUSE", 0)


def _put(cluster: FakeCluster, name: str) -> dict[str, Any]:
    body = machine(name)
    body["metadata"]["uid"] = f"{len(name):08d}-1111-4111-8111-{ord(name[-1]):012d}"
    return cluster.put(f"{MACHINES}/{name}", body)


def _seen(subscription: Subscription) -> list[str]:
    """Return what is waiting, in short."""
    found = []
    while not subscription._queue.empty():
        item = subscription._queue.get_nowait()
        if isinstance(item, End):
            found.append(f"end {item.code} {item.reason}")
            continue
        message = json.loads(item.text)
        found.append(f"{message['type']} {message.get('reason') or message.get('job', {}).get('name', '')}".strip())
    return found


async def test_a_stream_begins_with_everything_and_goes_on_with_changes(cluster: FakeCluster, feeds: Feeds) -> None:
    _put(cluster, "b")
    _put(cluster, "a")
    async with feeds.subscribed(cluster.caller(), "team", None, None, None) as one:
        await settle()
        assert _seen(one) == ["notice Snapshot", "job b", "job a", "notice Synced"]
        await cluster.deliver("ADDED", _put(cluster, "c"))
        await cluster.deliver("BOOKMARK", {"metadata": {"resourceVersion": "9"}})
        await cluster.deliver(
            "DELETED",
            {
                **cluster.objects[f"{MACHINES}/b"],
                "metadata": {**cluster.objects[f"{MACHINES}/b"]["metadata"], "resourceVersion": "10"},
            },
        )
        assert _seen(one) == ["job c", "removed b"]


async def test_a_stream_goes_on_where_it_was_if_the_feed_still_knows(cluster: FakeCluster, feeds: Feeds) -> None:
    _put(cluster, "a")
    async with feeds.subscribed(cluster.caller(), "team", None, None, None):
        await settle()
        await cluster.deliver("ADDED", _put(cluster, "b"))
        await cluster.deliver("ADDED", _put(cluster, "c"))
        for position, expected in (
            (Position(1), ["job b", "job c"]),
            (Position(2), ["job c"]),
            (Position(3), []),
            (Position(0), ["notice Snapshot", "job a", "job b", "job c", "notice Synced"]),
        ):
            async with feeds.subscribed(cluster.caller(), "team", None, None, position) as again:
                assert _seen(again) == expected


async def test_changes_that_are_forgotten_make_a_snapshot(
    cluster: FakeCluster, feeds: Feeds, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with feeds.subscribed(cluster.caller(), "team", None, None, None):
        await settle()
        ((feed, _),) = feeds._feeds.values()
        for number in range(module._REMEMBERED + 1):
            body = machine("a")
            body["metadata"]["resourceVersion"] = str(100 + number)
            feed._changed(body)
        async with feeds.subscribed(cluster.caller(), "team", None, None, Position(99)) as late:
            assert _seen(late)[0] == "notice Snapshot"
        async with feeds.subscribed(cluster.caller(), "team", None, None, Position(610)) as early:
            assert _seen(early) == ["job a", "job a"]


async def test_streams_of_one_token_and_namespace_share_a_watch_and_no_others_do(
    cluster: FakeCluster, feeds: Feeds
) -> None:
    async with (
        feeds.subscribed(cluster.caller("t"), "team", None, None, None),
        feeds.subscribed(cluster.caller("t"), "team", None, None, None),
    ):
        await settle()
        assert len(cluster.streams) == 1
        async with (
            feeds.subscribed(cluster.caller("u"), "team", None, None, None),
            feeds.subscribed(cluster.caller("t"), "other", None, None, None),
        ):
            await settle()
            assert len(cluster.streams) == 3
    assert feeds._feeds == {}


async def test_an_interruption_is_told_once_and_the_watch_goes_on_where_it_was(
    cluster: FakeCluster, feeds: Feeds
) -> None:
    _put(cluster, "a")
    failures = iter([GONE, GONE, GONE])
    async with feeds.subscribed(cluster.caller(), "team", None, None, None) as one:
        await settle()
        await cluster.deliver("ADDED", _put(cluster, "b"))
        _seen(one)
        cluster.fault = lambda *_: next(failures, None)
        await cluster.break_watch()
        assert _seen(one) == ["notice ClusterUnavailable", "notice ClusterAvailable"]
        assert cluster.queries[-1]["resourceVersion"] == "2"


async def test_an_expired_version_leads_to_a_list_that_finds_what_has_changed(
    cluster: FakeCluster, feeds: Feeds
) -> None:
    _put(cluster, "a")
    _put(cluster, "b")
    async with feeds.subscribed(cluster.caller(), "team", None, None, None) as one:
        await settle()
        _seen(one)
        del cluster.objects[f"{MACHINES}/a"]
        _put(cluster, "c")
        await cluster.deliver("ERROR", {"code": 410})
        assert _seen(one) == ["job c", "removed a"]


@pytest.mark.parametrize(("status", "end"), [(401, "end 4401 TokenExpired"), (403, "end 4403 Forbidden")])
async def test_a_caller_who_may_not_any_more_is_sent_away(
    cluster: FakeCluster, feeds: Feeds, status: int, end: str
) -> None:
    async with feeds.subscribed(cluster.caller(), "team", None, None, None) as one:
        await settle()
        _seen(one)
        cluster.fault = lambda *_: Refused(status, {"message": "no"})
        await cluster.break_watch()
        assert _seen(one) == [end]
        cluster.fault = lambda *_: None
        async with feeds.subscribed(cluster.caller(), "team", None, None, None) as again:
            await settle()
            assert _seen(again)[0] == "notice Snapshot"


async def test_an_api_server_that_does_not_know_its_roles_yet_ends_no_stream(
    cluster: FakeCluster, feeds: Feeds
) -> None:
    refusals = iter([GONE, Refused(403, {}), Refused(401, {})])
    async with feeds.subscribed(cluster.caller(), "team", None, None, None) as one:
        await settle()
        _seen(one)
        cluster.fault = lambda *_: next(refusals, None)
        await cluster.break_watch()
        assert _seen(one) == ["notice ClusterUnavailable", "notice ClusterAvailable"]


async def test_who_may_not_begin_gets_nothing_but_the_end(cluster: FakeCluster, feeds: Feeds) -> None:
    cluster.fault = lambda *_: Refused(403, {"message": "no"})
    async with feeds.subscribed(cluster.caller(), "team", None, None, None) as one:
        assert _seen(one) == ["end 4403 Forbidden"]


async def test_a_job_that_is_removed_ends_its_stream(cluster: FakeCluster, feeds: Feeds) -> None:
    body = _put(cluster, "a")
    async with feeds.subscribed(cluster.caller(), "team", "a", body["metadata"]["uid"], None) as one:
        await settle()
        assert cluster.queries[-1]["fieldSelector"] == "metadata.name=a"
        assert _seen(one) == []
        changed = _put(cluster, "a")
        changed["metadata"]["uid"] = body["metadata"]["uid"]
        await cluster.deliver("MODIFIED", changed)
        await cluster.deliver("DELETED", changed)
        assert _seen(one) == ["job a", "removed a", "end 1000 JobRemoved"]


async def test_a_closing_gateway_ends_every_stream(cluster: FakeCluster, feeds: Feeds) -> None:
    async with feeds.subscribed(cluster.caller(), "team", None, None, None) as one:
        await settle()
        _seen(one)
        await feeds.close()
        assert _seen(one) == ["end 1012 Stopping"]


# --- slow clients -------------------------------------------------------------------------------------------------------


async def test_a_client_that_does_not_keep_up_is_ended_and_nobody_waits() -> None:
    subscription = Subscription(2, None)
    for _ in range(5):
        subscription.offer(notice("a", "b"))
    assert _seen(subscription) == ["end 4408 SlowReader"]


async def test_a_client_that_takes_no_message_is_dropped() -> None:
    subscription = Subscription(9, None)
    subscription.offer(notice("a", "b"))

    async def never(_: str) -> None:
        await asyncio.Event().wait()

    end = await pump(subscription, never, ping_seconds=9, send_seconds=0.01)
    assert (end.code, end.reason) == (4408, "SlowReader")


async def test_a_silent_stream_has_a_heartbeat() -> None:
    subscription, sent = Subscription(9, None), list[str]()

    async def send(text: str) -> None:
        sent.append(json.loads(text)["type"])
        if len(sent) == 2:
            subscription.offer(End(1000, "Done", "d"))

    await pump(subscription, send, ping_seconds=0.001, send_seconds=1)
    assert sent[:2] == ["ping", "ping"]
    assert sent[-1] == "notice"


async def test_what_can_wait_waits_for_room() -> None:
    subscription = Subscription(4, None)
    for _ in range(2):
        subscription.offer(notice("a", "b"))
    waiting = asyncio.create_task(subscription.room())
    await settle()
    assert not waiting.done()
    await subscription.next()
    await settle()
    assert waiting.done()


# --- the log of a job -----------------------------------------------------------------------------------------------------


async def test_a_log_goes_on_after_its_last_entry(cluster: FakeCluster) -> None:
    subscription, cursor = Subscription(100, UID), Cursor(Position(7))
    task = asyncio.create_task(joblogs.follow(cluster.caller(), JobKey("team", "a", UID), subscription, cursor))
    await settle()
    first = b'{"id":"e-00000001","type":"line"}\n\n{"id":"e-0'
    cluster.streams[-1].chunks.put_nowait(first)
    cluster.streams[-1].chunks.put_nowait(b'0000002","type":"line"}\n')
    await settle()
    assert [json.loads(item.text)["id"] for item in _messages(subscription)] == ["7~e-00000001", "7~e-00000002"]
    cursor.at_version("9")
    await cluster.break_watch()
    assert cluster.queries[-1]["after"] == "e-00000002"
    cluster.streams[-1].chunks.put_nowait(b'{"type":"notice","reason":"Restarted"}\n')
    await settle()
    texts = [json.loads(item.text) for item in _messages(subscription)]
    assert [one.get("reason") for one in texts[:2]] == ["LogInterrupted", "LogAvailable"]
    assert texts[2]["id"] == "9~e-00000002"
    task.cancel()


async def test_a_log_that_is_forbidden_is_said_once(cluster: FakeCluster) -> None:
    cluster.fault = lambda *_: Refused(403, {"message": "no"})
    subscription = Subscription(100, UID)
    await joblogs.follow(cluster.caller(), JobKey("team", "a", UID), subscription, Cursor(Position()))
    assert _seen(subscription) == ["notice LogForbidden"]


async def test_a_log_that_is_not_served_is_said_once_and_tried_again(cluster: FakeCluster) -> None:
    failures = iter([Refused(404, {}), GONE, Refused(503, {})])
    cluster.fault = lambda *_: next(failures, None)
    subscription = Subscription(100, UID)
    task = asyncio.create_task(
        joblogs.follow(cluster.caller(), JobKey("team", "a", UID), subscription, Cursor(Position()))
    )
    await settle()
    assert _seen(subscription) == ["notice LogInterrupted"]
    assert len(cluster.streams) == 1
    task.cancel()


def _messages(subscription: Subscription) -> list[Message]:
    found = []
    while not subscription._queue.empty():
        item = subscription._queue.get_nowait()
        assert isinstance(item, Message)
        found.append(item)
    return found
