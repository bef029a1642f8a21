"""The notifier: targets that come, change and go, objects that end, and what is stored for the next process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from hyperv_operator.errors import AccessForbidden, ClusterError, ObjectGone
from hyperv_operator.notifications import notifier as module
from hyperv_operator.notifications import progress
from hyperv_operator.notifications.delivery import Pace
from hyperv_operator.notifications.feed import Feed
from hyperv_operator.notifications.notifier import Notifier, format_mark, parse_mark
from hyperv_operator.notifications.sender import Failed, Refused
from hyperv_operator.ports import Subject
from unit.notifications.fakes import SECRET, Receiver, World, in_background, wait_for
from unit.notifications.samples import NOW, SECOND, subject, transition

DOWN = Failed("it answered with status 503")


@pytest.fixture(autouse=True)
def short_intervals(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shorten what a test would wait for."""
    monkeypatch.setattr(module, "_TICK", 0.01)
    monkeypatch.setattr(module, "SAVE_INTERVAL", timedelta(seconds=0.05))
    monkeypatch.setattr(progress, "MARGIN", timedelta(days=-1))


class _Loops:
    """The watcher that keeps the cache."""

    def __init__(self) -> None:
        self.calls: list[Any] = []

    def changed(self, body: Any, *, created: bool = False) -> None:
        self.calls.append(("changed", created))

    def deleted(self, body: Any) -> None:
        self.calls.append("deleted")

    def listed(self, namespace: str | None, uids: Any) -> None:
        self.calls.append(("listed", namespace))


class Rig:
    """A notifier with two receivers, and a feed for machines."""

    def __init__(self, *names: str) -> None:
        self.world = World()
        if names:
            self.world.set_targets(*({"name": name} for name in names))
        for name in names:
            self.world.receivers[name] = Receiver()
        self.restart()

    def restart(self) -> None:
        self.notifier = Notifier(
            self.world.adapters(),
            SECRET,
            0.01,
            pace=Pace(base=0.001, limit=0.005, refused_limit=3_600),
            draw=lambda: 1.0,
            connect=self.world.connect,
        )
        self.loops = _Loops()
        self.feed = Feed("HyperVMachine", self.loops, self.notifier)

    def deliver(self, one: Subject) -> None:
        """Deliver a version of an object, as a watch does."""
        self.world.subjects[one.ref.uid] = one
        self.feed.changed(self.body(one))

    def body(self, one: Subject) -> dict[str, Any]:
        status = {"transitions": [each.model_dump(mode="json") for each in one.transitions]}
        metadata = {"name": one.ref.name, "namespace": one.ref.namespace, "uid": one.ref.uid}
        made = {"metadata": metadata, "status": status}
        self.world.bodies[id(made)] = one
        return made

    def listed(self, *uids: str) -> None:
        self.feed.listed(None, set(uids))

    def accepted(self, name: str) -> list[str]:
        return self.world.receivers.setdefault(name, Receiver()).accepted

    async def wait(self, condition: Callable[[], object], what: str) -> None:
        await wait_for(condition, what)

    async def started(self, *names: str) -> None:
        await self.wait(lambda: set(names) <= set(self.notifier._running), "the deliveries")


@asynccontextmanager
async def _running(rig: Rig) -> AsyncIterator[Rig]:
    async with in_background(rig.notifier.run()):
        yield rig


# --- from watch to target --------------------------------------------------------------------------------------------


async def test_every_target_gets_what_a_watch_or_the_writer_of_a_status_brings() -> None:
    async with _running(Rig("a", "b")) as rig:
        await rig.started("a", "b")
        rig.deliver(subject([1]))
        await rig.wait(lambda: rig.accepted("a") == rig.accepted("b") == ["u1/1"], "both deliveries")
        rig.world.subjects["u1"] = subject([1, 2])
        rig.notifier.changed(subject([1]).ref)
        await rig.wait(lambda: rig.accepted("a") == rig.accepted("b") == ["u1/1", "u1/2"], "both deliveries")
        assert rig.loops.calls == [("changed", False)]


async def test_the_feed_passes_everything_on() -> None:
    rig = Rig("a")
    one = subject([1])
    rig.feed.changed(rig.body(one), created=True)
    rig.feed.deleted(rig.body(one))
    rig.feed.listed("team", set())
    assert rig.loops.calls == [("changed", True), "deleted", ("listed", "team")]


@pytest.mark.parametrize("status", [None, 5, {}, {"transitions": 5}, {"transitions": [5]}, {"transitions": [{}]}])
async def test_a_status_without_transitions_is_nothing_to_send(status: Any) -> None:
    rig = Rig("a")
    rig.feed.changed({"metadata": {"name": "a", "uid": "u1"}, "status": status})
    assert rig.notifier._objects == {}


async def test_a_dead_target_delays_no_other_and_is_an_event_on_the_secret_and_a_metric() -> None:
    rig = Rig("dead", "well")
    rig.world.receivers["dead"].default = DOWN
    async with _running(rig):
        await rig.started("dead", "well")
        for number in range(1, 6):
            rig.deliver(subject(range(1, number + 1)))
        await rig.wait(lambda: len(rig.accepted("well")) == 5, "the healthy target")
        await rig.wait(lambda: rig.world.events, "the Event")
        await rig.wait(lambda: (rig.world.age("dead") or 0) > 0, "the age")
        (ref, reason, message, warning) = rig.world.events[0]
        assert (ref.kind, ref.api_version, ref.uid, reason, warning) == (
            "Secret",
            "v1",
            "uid-of-secret",
            "NotificationsFailing",
            True,
        )
        assert "dead" in message
        assert rig.world.age("well") == 0
        rig.world.receivers["dead"].default = Receiver().default
        await rig.wait(lambda: rig.accepted("dead") == [f"u1/{number}" for number in range(1, 6)], "the rest")
        assert rig.world.events[-1][1:] == ("NotificationsResumed", "Target dead accepts notifications again.", False)


# --- objects that end ------------------------------------------------------------------------------------------------


async def test_the_last_transition_is_delivered_although_the_object_is_gone() -> None:
    rig = Rig("a", "slow")
    rig.world.receivers["slow"].gate.clear()
    async with _running(rig):
        await rig.started("a", "slow")
        rig.deliver(subject([1, 2]))
        rig.notifier.ended(subject([1, 2, 3]))
        del rig.world.subjects["u1"]
        rig.feed.deleted(rig.body(subject([1, 2])))
        await rig.wait(lambda: rig.accepted("a") == ["u1/1", "u1/2", "u1/3"], "the last transition")
        assert rig.notifier._ended
        rig.world.receivers["slow"].gate.set()
        await rig.wait(lambda: rig.accepted("slow") == ["u1/1", "u1/2", "u1/3"], "the last transition")
        await rig.wait(lambda: not rig.notifier._ended and not rig.notifier._objects, "the memory to be free")


async def test_a_late_version_of_an_ended_object_is_not_sent_again() -> None:
    async with _running(Rig("a")) as rig:
        await rig.started("a")
        rig.deliver(subject([1]))
        rig.notifier.ended(subject([1, 2]))
        await rig.wait(lambda: not rig.notifier._objects, "the end")
        rig.deliver(subject([1]))
        rig.deliver(subject([1], "u2"))
        await rig.wait(lambda: "u2/1" in rig.accepted("a"), "another object")
        assert rig.accepted("a") == ["u1/1", "u1/2", "u2/1"]


async def test_a_host_that_is_deleted_has_its_last_version_sent() -> None:
    rig = Rig("a")
    rig.world.receivers["a"].gate.clear()
    async with _running(rig):
        await rig.started("a")
        rig.deliver(subject([1]))
        del rig.world.subjects["u1"]
        rig.feed.deleted(rig.body(subject([1, 2])))
        rig.world.receivers["a"].gate.set()
        await rig.wait(lambda: rig.accepted("a") == ["u1/1", "u1/2"], "both transitions")


async def test_what_ends_before_the_targets_are_known_is_kept_for_them() -> None:
    rig = Rig("a")
    rig.world.stored = {"a": format_mark(NOW)}
    rig.deliver(subject([1]))
    rig.notifier.ended(subject([1, 2]))
    del rig.world.subjects["u1"]
    async with _running(rig):
        await rig.wait(lambda: rig.accepted("a") == ["u1/1", "u1/2"], "both transitions")


async def test_the_number_of_ended_objects_is_bounded_and_the_oldest_is_counted_as_lost(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "MAX_ENDED", 3)
    rig = Rig("a")
    rig.world.receivers["a"].default = DOWN
    async with _running(rig):
        await rig.started("a")
        for number in range(5):
            rig.notifier.ended(subject([1], f"u{number}"))
        assert list(rig.notifier._ended) == ["u2", "u3", "u4"]
        assert len(rig.notifier._gone) == 3
        assert rig.world.count("a", "lost") == 2


async def test_an_object_that_a_list_lacks_is_counted_as_lost() -> None:
    rig = Rig("a")
    rig.world.receivers["a"].default = DOWN
    async with _running(rig):
        await rig.started("a")
        rig.deliver(subject([1]))
        rig.deliver(subject([1], "u2", "other"))
        rig.feed.listed("team", set())
        assert rig.world.count("a", "lost") == 1
        assert set(rig.notifier._objects) == {"u2"}


# --- targets ---------------------------------------------------------------------------------------------------------


async def test_a_new_target_gets_only_what_happens_from_then_on() -> None:
    rig = Rig("a")
    async with _running(rig):
        await rig.started("a")
        past = replace(subject([1]), transitions=(transition(1).model_copy(update={"at": NOW - SECOND}),))
        rig.deliver(past)
        rig.world.set_targets({"name": "a"}, {"name": "b"}, version="2")
        await rig.started("b")
        rig.deliver(replace(past, transitions=(transition(2), *past.transitions)))
        await rig.wait(lambda: rig.accepted("a") == rig.accepted("b") == ["u1/2"], "the new transition")


async def test_a_target_that_changes_goes_on_where_it_was() -> None:
    rig = Rig("a")
    rig.world.receivers["a"].default = DOWN
    async with _running(rig):
        await rig.started("a")
        rig.deliver(subject([1]))
        await rig.wait(lambda: rig.world.count("a", "failed") > 0, "a failure")
        rig.world.receivers["a"].default = Receiver().default
        rig.world.set_targets({"name": "a", "url": "https://new.example.com"}, version="2")
        await rig.wait(lambda: rig.accepted("a") == ["u1/1"], "the delivery")


async def test_a_target_that_is_removed_leaves_no_metric_and_no_watermark() -> None:
    rig = Rig("a", "b")
    rig.listed()
    async with _running(rig):
        await rig.wait(lambda: set(rig.world.stored) == {"a", "b"}, "the watermarks")
        await rig.wait(lambda: rig.world.age("b") == 0, "the metric")
        rig.world.set_targets({"name": "a"}, version="2")
        await rig.wait(lambda: set(rig.world.stored) == {"a"}, "the watermark to go")
        assert rig.world.age("b") is None


async def test_a_target_that_is_invalid_for_a_time_keeps_its_watermark_and_is_an_event() -> None:
    rig = Rig("a", "b")
    rig.listed()
    async with _running(rig):
        await rig.wait(lambda: set(rig.world.stored) == {"a", "b"}, "the watermarks")
        rig.world.set_targets({"name": "a"}, {"name": "b", "url": "ftp://x"}, version="2")
        await rig.wait(lambda: rig.world.events, "the Event")
        assert rig.world.reasons() == ["NotificationTargetsInvalid"]
        assert set(rig.notifier._running) == {"a"}
        await asyncio.sleep(0.1)
        assert set(rig.world.stored) == {"a", "b"}
        assert rig.world.age("b") is not None
        assert not any(one.get("b", "") is None for one in rig.world.writes)
        rig.deliver(subject([1]))
        await rig.wait(lambda: rig.accepted("a") == ["u1/1"], "the other target")
        rig.world.set_targets({"name": "a"}, {"name": "b"}, version="3")
        await rig.wait(lambda: rig.accepted("b") == ["u1/1"], "the corrected target")
        assert set(rig.world.stored) == {"a", "b"}


@pytest.mark.parametrize("error", [AccessForbidden("RBAC forbids it"), ClusterError("500")])
async def test_a_secret_that_cannot_be_read_for_a_time_stops_nothing(error: ClusterError) -> None:
    async with _running(Rig("a")) as rig:
        await rig.started("a")
        rig.world.secret = error
        await asyncio.sleep(0.05)
        rig.deliver(subject([1]))
        await rig.wait(lambda: rig.accepted("a") == ["u1/1"], "the delivery")


async def test_the_same_trouble_is_logged_once_each_time_it_begins(caplog: pytest.LogCaptureFixture) -> None:
    rig = Rig("a")
    well, broken = rig.world.secret, ClusterError("no answer")
    async with _running(rig):
        for number in (1, 2):
            rig.world.secret = well
            await rig.wait(lambda: rig.notifier._version == "1" and not rig.notifier._trouble, "the Secret")
            rig.world.secret = broken
            await rig.wait(lambda: rig.notifier._trouble, "the trouble")
            await asyncio.sleep(0.05)
            assert caplog.messages.count("no answer") == number


async def test_a_version_without_a_new_transition_is_not_even_looked_at() -> None:
    async with _running(Rig("a")) as rig:
        await rig.started("a")
        rig.deliver(subject([1]))
        await rig.wait(lambda: rig.accepted("a"), "the delivery")
        before = rig.world.finds
        rig.deliver(subject([1]))
        assert rig.world.finds == before


async def test_without_the_secret_nothing_is_sent_and_what_happens_meanwhile_follows_later() -> None:
    rig = Rig("a")
    async with _running(rig):
        await rig.started("a")
        rig.world.secret = ObjectGone("no Secret")
        await rig.wait(lambda: not rig.notifier._running, "the end of the deliveries")
        rig.deliver(subject([1]))
        rig.world.set_targets({"name": "a"})
        await rig.wait(lambda: rig.accepted("a") == ["u1/1"], "the delivery")


async def test_a_delivery_that_fails_unexpectedly_starts_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_RESTART_PAUSE", 0.001)
    rig = Rig("a", "b")
    rig.world.receivers["a"].answers.append(RuntimeError("a bug"))
    async with _running(rig):
        await rig.started("a", "b")
        rig.deliver(subject([1]))
        await rig.wait(lambda: rig.accepted("a") == rig.accepted("b") == ["u1/1"], "both deliveries")


# --- restarts --------------------------------------------------------------------------------------------------------


async def test_a_restart_sends_again_what_may_not_have_been_delivered_and_loses_nothing() -> None:
    rig = Rig("a")
    rig.listed()
    async with _running(rig):
        await rig.started("a")
        rig.deliver(subject([1, 2]))
        await rig.wait(lambda: rig.world.stored["a"] == format_mark(NOW + 2 * SECOND), "the watermark")
        rig.world.receivers["a"].default = DOWN
        rig.deliver(subject([1, 2, 3, 4]))
        await rig.wait(lambda: rig.world.count("a", "failed") > 0, "a failure")
    assert rig.world.stored["a"] == format_mark(NOW + 2 * SECOND)
    rig.world.receivers["a"].default = Receiver().default
    rig.restart()
    rig.deliver(subject(range(1, 6)))
    async with _running(rig):
        await rig.wait(lambda: "u1/5" in rig.accepted("a"), "everything")
    assert rig.accepted("a") == [f"u1/{number}" for number in range(1, 6)]


async def test_a_new_installation_stores_at_once_from_when_on_it_sends() -> None:
    rig = Rig("a")
    async with _running(rig):
        await rig.wait(lambda: "a" in rig.world.stored, "the watermark")
    first = parse_mark(rig.world.stored["a"])
    assert first is not None
    assert first - NOW < timedelta(seconds=5)


async def test_the_watermark_waits_for_the_first_list() -> None:
    rig = Rig("a")
    rig.world.stored = {"a": format_mark(NOW)}
    async with _running(rig):
        await rig.started("a")
        rig.deliver(subject([1]))
        await rig.wait(lambda: rig.accepted("a"), "the delivery")
        await asyncio.sleep(0.1)
        assert rig.world.writes == [], "an object that is not listed yet may have more to send"
        rig.listed("u1")
        await rig.wait(lambda: rig.world.stored["a"] == format_mark(NOW + SECOND), "the watermark")


async def test_the_watermark_is_stored_once_in_an_interval_and_not_if_nothing_has_changed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "SAVE_INTERVAL", timedelta(hours=1))
    rig = Rig("a")
    rig.world.stored = {"a": format_mark(NOW)}
    rig.listed()
    async with _running(rig):
        await rig.started("a")
        rig.deliver(subject([1]))
        await rig.wait(lambda: rig.accepted("a"), "the delivery")
        rig.notifier._stored_at = rig.world.clock.now()
        rig.deliver(subject([1, 2]))
        await rig.wait(lambda: len(rig.accepted("a")) == 2, "the delivery")
        before = len(rig.world.writes)
        await asyncio.sleep(0.05)
        assert len(rig.world.writes) == before
    assert rig.world.stored["a"] == format_mark(NOW + 2 * SECOND), "the last one is stored at the end"
    assert len(rig.world.writes) == before + 1


async def test_a_store_that_fails_is_tried_again() -> None:
    rig = Rig("a")
    rig.world.failing_stores.extend([ClusterError("500"), ClusterError("500"), ClusterError("409")])
    rig.listed()
    async with _running(rig):
        await rig.wait(lambda: "a" in rig.world.stored, "the watermark")


async def test_nothing_is_sent_before_the_watermarks_could_be_read() -> None:
    rig = Rig("a")
    rig.world.stored = {"a": format_mark(NOW)}
    rig.world.failing_stores.extend([ClusterError("500")] * 5)
    rig.deliver(subject([1]))
    async with _running(rig):
        await rig.wait(lambda: rig.accepted("a") == ["u1/1"], "the delivery")
        assert not rig.world.failing_stores


async def test_a_shutdown_waits_for_no_receiver() -> None:
    rig = Rig("a")
    rig.world.receivers["a"].gate.clear()
    async with _running(rig):
        await rig.started("a")
        rig.deliver(subject([1]))
        await rig.wait(lambda: rig.world.receivers["a"].inside, "the request")
        begun = asyncio.get_running_loop().time()
    assert asyncio.get_running_loop().time() - begun < 1


async def test_an_object_whose_first_event_is_refused_is_in_the_watermark() -> None:
    rig = Rig("a")
    rig.world.receivers["a"].always["u1/1"] = Refused("it answered with status 400")
    rig.listed()
    async with _running(rig):
        await rig.started("a")
        rig.deliver(subject([1]))
        rig.deliver(subject([1, 2, 3], "u2"))
        await rig.wait(lambda: len(rig.accepted("a")) == 3, "the other object")
    assert rig.world.stored["a"] < format_mark(NOW + SECOND)


@pytest.mark.parametrize("text", ["", "soon", "2026-01-01T00:00:00"])
def test_a_watermark_that_cannot_be_read_is_none(text: str) -> None:
    assert parse_mark(text) is None


def test_a_watermark_is_read_as_it_was_stored() -> None:
    assert parse_mark(format_mark(NOW + timedelta(microseconds=5))) == NOW + timedelta(microseconds=5)
