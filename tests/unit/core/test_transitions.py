"""The transitions in a status: numbered, newest first, bounded."""

from __future__ import annotations

from datetime import timedelta

from hyperv_operator.api.common import Transition
from hyperv_operator.api.names import EventReason
from hyperv_operator.core.events import StatusEvent
from hyperv_operator.core.transitions import extended, newest
from unit.core.samples import NOW

LATER = NOW + timedelta(minutes=1)


def _transition(sequence: int) -> Transition:
    return Transition(sequence=sequence, at=NOW, reason="Queued", severity="Normal", message=f"About {sequence}.")


def test_the_first_events_are_numbered_from_1_and_the_newest_is_first() -> None:
    events = [
        StatusEvent(EventReason.ACCEPTED, "Accepted."),
        StatusEvent(EventReason.RETRYING, "Not reached.", warning=True),
    ]
    assert extended((), events, NOW, 0) == (
        Transition(sequence=2, at=NOW, reason="Retrying", severity="Warning", message="Not reached."),
        Transition(sequence=1, at=NOW, reason="Accepted", severity="Normal", message="Accepted."),
    )


def test_numbers_go_on_from_the_newest_one() -> None:
    old = (_transition(17), _transition(16))
    new = extended(old, [StatusEvent(EventReason.DELETED, "x")], LATER, 0)
    assert [(one.sequence, one.at) for one in new] == [(18, LATER), (17, NOW), (16, NOW)]


def test_an_emptied_status_does_not_reuse_a_number() -> None:
    event = StatusEvent(EventReason.ACCEPTED, "x")
    assert [one.sequence for one in extended((), [event], NOW, 17)] == [18]
    assert [one.sequence for one in extended((_transition(20),), [event], NOW, 17)] == [21, 20]


def test_nothing_happened_changes_nothing() -> None:
    old = (_transition(1),)
    assert extended(old, [], LATER, 0) == old


def test_the_last_20_are_kept_and_numbers_do_not_start_again() -> None:
    kept: tuple[Transition, ...] = ()
    for number in range(30):
        kept = extended(kept, [StatusEvent(EventReason.QUEUED, str(number))], NOW, 0)
    assert [one.sequence for one in kept] == list(range(30, 10, -1))


def test_a_long_message_is_cut_visibly() -> None:
    fits, longer = (StatusEvent(EventReason.QUEUED, "x" * length) for length in (512, 513))
    assert extended((), [fits], NOW, 0)[0].message == "x" * 512
    assert extended((), [longer], NOW, 0)[0].message == "x" * 511 + "…"


def test_the_newest_number_is_that_of_the_first_transition() -> None:
    assert newest(()) == 0
    assert newest((_transition(9), _transition(8))) == 9
