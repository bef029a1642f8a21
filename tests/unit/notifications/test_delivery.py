"""One target: at least once, in order for each object, with pauses after failures, and never blocked by one event."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta

import pytest

from hyperv_operator.notifications.delivery import Delivery, Pace, Surroundings
from hyperv_operator.notifications.progress import Progress
from hyperv_operator.notifications.sender import CONNECTIONS, Failed, Refused
from hyperv_operator.notifications.targets import Filter
from hyperv_operator.ports import Subject
from unit.notifications.fakes import Receiver, World, in_background, wait_for
from unit.notifications.samples import NOW, TARGET, subject

DOWN = Failed("it answered with status 503")


class Rig:
    """A delivery, its receiver and its objects."""

    def __init__(self, pace: Pace | None = None, chosen: Filter | None = None) -> None:
        self.world = World()
        self.receiver = self.world.receivers["tickets"] = Receiver()
        self.settled: list[str] = []
        around = Surroundings(
            find=self.world.subjects.get,
            settled=self.settled.append,
            announce=self.world.announce,
            connect=self.world.connect,
            clock=self.world.clock,
            metrics=self.world.metrics,
            redaction=self.world.adapters().redaction,
            draw=lambda: 1.0,
            pace=pace or Pace(),
        )
        target = replace(TARGET, filter=chosen or Filter())
        self.delivery = Delivery(target, Progress(NOW), around)

    def change(self, one: Subject) -> None:
        self.world.subjects[one.ref.uid] = one
        self.delivery.note(one)

    async def wait(self, condition: Callable[[], object], what: str) -> None:
        await wait_for(condition, what)


@asynccontextmanager
async def _running(rig: Rig) -> AsyncIterator[Rig]:
    async with in_background(rig.delivery.run()):
        yield rig


async def test_each_transition_is_sent_once_and_in_order() -> None:
    async with _running(Rig()) as rig:
        rig.change(subject([1, 2, 3]))
        await rig.wait(lambda: len(rig.receiver.accepted) == 3, "three events")
        rig.change(subject([2, 3, 4]))
        await rig.wait(lambda: len(rig.receiver.accepted) == 4, "the fourth")
        assert rig.receiver.accepted == ["u1/1", "u1/2", "u1/3", "u1/4"]
        assert rig.world.count("tickets", "delivered") == 4
        assert rig.settled[-1] == "u1"
        assert rig.receiver.bodies["u1/1"]["data"]["message"] == "About 1."


async def test_only_what_the_filter_accepts_is_sent() -> None:
    async with _running(Rig(chosen=Filter(namespaces=["team"]))) as rig:
        rig.change(subject([1], "u2", "other"))
        rig.change(subject([1]))
        await rig.wait(lambda: bool(rig.receiver.accepted), "an event")
        assert [one for one, _ in rig.receiver.attempts] == ["u1/1"]


async def test_many_objects_share_a_bounded_number_of_connections() -> None:
    rig = Rig()
    rig.receiver.gate.clear()
    async with _running(rig):
        for number in range(50):
            rig.change(subject([1, 2], f"u{number}"))
        await rig.wait(lambda: rig.receiver.inside == CONNECTIONS, "all connections")
        rig.receiver.gate.set()
        await rig.wait(lambda: len(rig.receiver.accepted) == 100, "all events")
        assert rig.receiver.peak == CONNECTIONS
        for number in range(50):
            mine = [one for one in rig.receiver.accepted if one.startswith(f"u{number}/")]
            assert mine == [f"u{number}/1", f"u{number}/2"]


async def test_a_failing_target_is_tried_by_one_request_at_a_time_with_pauses_that_double() -> None:
    rig = Rig(Pace(base=0.02, limit=0.08))
    rig.receiver.answers.extend([DOWN] * 5)
    async with _running(rig):
        rig.change(subject([1]))
        await rig.wait(lambda: rig.receiver.accepted == ["u1/1"], "the delivery")
        times = [at for _, at in rig.receiver.attempts]
        pauses = [(later - earlier).total_seconds() for earlier, later in itertools.pairwise(times)]
        for pause, least in zip(pauses, (0.02, 0.04, 0.08, 0.08, 0.08), strict=True):
            assert least <= pause
        assert rig.world.count("tickets", "failed") == 5


async def test_while_a_target_fails_other_objects_do_not_add_attempts() -> None:
    rig = Rig(Pace(base=3_600.0, limit=3_600.0))
    rig.receiver.default = DOWN
    async with _running(rig):
        rig.change(subject([1]))
        await rig.wait(lambda: rig.world.count("tickets", "failed") == 1, "a failure")
        for number in range(2, 20):
            rig.change(subject([1], f"u{number}"))
        await asyncio.sleep(0.05)
        assert len(rig.receiver.attempts) == 1


async def test_a_target_that_asks_for_a_pause_gets_it() -> None:
    rig = Rig(Pace(base=0.0))
    rig.receiver.answers.append(Failed("it answered with status 429", retry_after=0.1))
    async with _running(rig):
        rig.change(subject([1]))
        await rig.wait(lambda: bool(rig.receiver.accepted), "the delivery")
        (_, first), (_, second) = rig.receiver.attempts
        assert second - first >= timedelta(seconds=0.1)


async def test_an_outage_is_one_event_and_its_end_another() -> None:
    rig = Rig(Pace(base=0.001, limit=0.002))
    rig.receiver.answers.extend([DOWN] * 6)
    async with _running(rig):
        rig.change(subject([1]))
        await rig.wait(lambda: len(rig.world.events) == 2, "both Events")
        assert rig.world.reasons() == ["NotificationsFailing", "NotificationsResumed"]
        assert "tickets" in rig.world.events[0][2]
        assert "status 503" in rig.world.events[0][2]


async def test_two_failures_are_no_outage() -> None:
    rig = Rig(Pace(base=0.001))
    rig.receiver.answers.extend([DOWN] * 2)
    async with _running(rig):
        rig.change(subject([1]))
        await rig.wait(lambda: bool(rig.receiver.accepted), "the delivery")
        assert rig.world.events == []


async def test_whether_a_failing_target_recovers_is_shown_by_a_single_request() -> None:
    rig = Rig(Pace(base=0.001, limit=0.002))
    rig.receiver.answers.append(DOWN)
    async with _running(rig):
        rig.change(subject([1], "first"))
        await rig.wait(lambda: rig.world.count("tickets", "failed") == 1, "a failure")
        rig.receiver.gate.clear()
        for number in range(20):
            rig.change(subject([1], f"u{number}"))
        await rig.wait(lambda: rig.receiver.inside == 1, "the request")
        await asyncio.sleep(0.05)
        assert rig.receiver.inside == 1
        rig.receiver.gate.set()
        await rig.wait(lambda: len(rig.receiver.accepted) == 21, "all events")


async def test_refusals_after_a_delivery_are_an_event_of_their_own() -> None:
    rig = Rig(Pace(base=0.001, limit=0.002))
    refused = Refused("it answered with status 400")
    async with _running(rig):
        for number in (1, 2):
            rig.receiver.answers.extend([refused] * 4)
            rig.change(subject(range(1, number + 1)))
            await rig.wait(lambda number=number: len(rig.receiver.accepted) == number, "the delivery")  # type: ignore[misc]
            assert rig.world.reasons() == ["NotificationsFailing"] * number


async def test_requests_that_fail_together_are_one_failure() -> None:
    rig = Rig(Pace(base=0.001, limit=0.002))
    rig.receiver.gate.clear()
    rig.receiver.answers.extend([DOWN] * CONNECTIONS)
    async with _running(rig):
        for number in range(CONNECTIONS):
            rig.change(subject([1], f"u{number}"))
        await rig.wait(lambda: rig.receiver.inside == CONNECTIONS, "all connections")
        rig.receiver.gate.set()
        await rig.wait(lambda: len(rig.receiver.accepted) == CONNECTIONS, "all deliveries")
        assert rig.world.count("tickets", "failed") == CONNECTIONS
        assert rig.world.events == []


async def test_an_object_that_is_gone_when_its_event_was_accepted_leaves_nothing() -> None:
    rig = Rig()
    rig.receiver.gate.clear()
    async with _running(rig):
        rig.change(subject([1]))
        await rig.wait(lambda: rig.receiver.inside == 1, "the request")
        rig.world.subjects.clear()
        rig.receiver.gate.set()
        await rig.wait(lambda: bool(rig.settled), "the end")
        assert rig.delivery.progress._sent == {}


async def test_an_event_that_is_refused_holds_up_no_other_object() -> None:
    rig = Rig(Pace(base=3_600.0, limit=3_600.0))
    rig.receiver.always["u1/1"] = Refused("it answered with status 400")
    async with _running(rig):
        rig.change(subject([1, 2]))
        await rig.wait(lambda: rig.world.count("tickets", "failed") == 1, "the refusal")
        rig.change(subject([1, 2], "u2"))
        await rig.wait(lambda: len(rig.receiver.accepted) == 2, "the other object")
        assert rig.receiver.accepted == ["u2/1", "u2/2"]


async def test_an_event_that_is_refused_for_long_is_given_up_and_the_later_ones_follow() -> None:
    rig = Rig(Pace(base=0.02, limit=0.04, refused_limit=0.3))
    rig.receiver.always["u1/1"] = Refused("it answered with status 400")
    async with _running(rig):
        rig.change(subject([1, 2]))
        await rig.wait(lambda: rig.receiver.accepted == ["u1/2"], "the second event")
        first = [at for one, at in rig.receiver.attempts if one == "u1/1"]
        assert first[-1] - first[0] >= timedelta(seconds=0.3)
        assert len(first) >= 4
        assert rig.world.count("tickets", "given_up") == 1
        assert rig.world.reasons() == ["NotificationsFailing"]
        assert "status 400" in rig.world.events[0][2]


async def test_an_object_that_is_gone_is_counted_as_lost_and_the_queue_goes_on() -> None:
    rig = Rig()
    rig.receiver.gate.clear()
    async with _running(rig):
        for number in range(CONNECTIONS):
            rig.change(subject([1], f"u{number}"))
        await rig.wait(lambda: rig.receiver.inside == CONNECTIONS, "all connections")
        rig.change(subject([1], "gone"))
        del rig.world.subjects["gone"]
        rig.change(subject([1], "last"))
        rig.receiver.gate.set()
        await rig.wait(lambda: "last/1" in rig.receiver.accepted, "the last object")
        assert "gone/1" not in rig.receiver.accepted
        assert rig.world.count("tickets", "lost") == 1


async def test_a_gap_is_counted_and_what_is_left_is_sent() -> None:
    async with _running(Rig()) as rig:
        rig.change(subject([1]))
        await rig.wait(lambda: bool(rig.receiver.accepted), "the first")
        rig.change(subject(range(5, 25)))
        await rig.wait(lambda: len(rig.receiver.accepted) == 21, "the rest")
        assert rig.world.count("tickets", "lost") == 3


async def test_what_was_in_flight_when_a_delivery_stops_is_sent_by_the_next() -> None:
    rig = Rig()
    rig.receiver.gate.clear()
    async with _running(rig):
        rig.change(subject([1]))
        await rig.wait(lambda: rig.receiver.inside == 1, "the request")
    assert rig.delivery.progress.busy == 0
    rig.receiver.gate.set()
    async with _running(rig):
        await rig.wait(lambda: rig.receiver.accepted == ["u1/1"], "the delivery")


@pytest.mark.parametrize(
    ("times", "draw", "seconds"),
    [(1, 1.0, 1.0), (1, 0.0, 0.5), (2, 1.0, 2.0), (9, 1.0, 256.0), (10, 1.0, 300.0), (5_000, 0.0, 150.0)],
)
def test_the_pause_doubles_up_to_its_limit_and_half_of_it_is_random(times: int, draw: float, seconds: float) -> None:
    assert Pace().pause(times, draw) == seconds
