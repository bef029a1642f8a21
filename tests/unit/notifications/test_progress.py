"""What a target has been sent: in order for each object, nothing twice in one process, and where a restart resumes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from hyperv_operator.api.common import Transition
from hyperv_operator.notifications.progress import MARGIN, Progress
from hyperv_operator.ports import Subject
from unit.notifications.samples import NOW, SECOND, subject

LATE = NOW + timedelta(hours=1)


def _all(_: Subject, __: Transition) -> bool:
    return True


def _send_one(progress: Progress, *known: Subject) -> tuple[str, int] | None:
    uid = progress.take(LATE)
    if uid is None:
        return None
    one = next(each for each in known if each.ref.uid == uid)
    following = progress.upcoming(one)
    assert following is not None
    progress.sent(one, following)
    progress.note(one, _all)
    progress.put_back(uid)
    return uid, following.sequence


def _send_all(progress: Progress, *known: Subject) -> list[tuple[str, int]]:
    found = []
    while (one := _send_one(progress, *known)) is not None:
        found.append(one)
    return found


def _numbers(progress: Progress, numbers: Sequence[int]) -> list[int]:
    one = subject(numbers)
    progress.note(one, _all)
    return [number for _, number in _send_all(progress, one)]


def test_a_new_target_gets_nothing_old_and_everything_new_in_order() -> None:
    progress = Progress(NOW + 2 * SECOND)
    assert _numbers(progress, [1, 2, 3, 4]) == [3, 4]
    assert _numbers(progress, [1, 2, 3, 4]) == []
    assert _numbers(progress, [3, 4, 5, 6, 7]) == [5, 6, 7]


def test_an_object_that_is_new_after_the_start_is_sent_from_its_first_transition_on() -> None:
    assert _numbers(Progress(NOW), [1, 2]) == [1, 2]


def test_objects_take_turns_and_none_is_in_flight_twice() -> None:
    progress = Progress(NOW)
    one, two = subject([1, 2, 3]), subject([1, 2], "u2")
    progress.note(one, _all)
    progress.note(two, _all)
    assert (progress.take(LATE), progress.take(LATE), progress.take(LATE)) == ("u1", "u2", None)
    assert progress.busy == 2
    progress.put_back("u1")
    progress.put_back("u2")
    assert progress.busy == 0
    assert _send_all(progress, one, two) == [("u1", 1), ("u2", 1), ("u1", 2), ("u2", 2), ("u1", 3)]


def test_what_left_the_status_unsent_is_counted_once() -> None:
    progress = Progress(NOW)
    assert progress.note(subject([1, 2]), _all) == 0
    assert progress.note(subject(range(5, 25)), _all) == 4
    assert progress.note(subject(range(5, 25)), _all) == 0
    assert _numbers(progress, range(5, 25)) == list(range(5, 25))


def test_a_first_look_at_numbers_that_do_not_begin_at_1_may_have_missed_some() -> None:
    assert Progress(NOW).note(subject([3, 4]), _all) == 1
    assert Progress(NOW + 3 * SECOND).note(subject([3, 4]), _all) == 0, "the third is known to be old"


def test_what_is_not_wanted_is_passed_over_and_does_not_hold_up_the_watermark() -> None:
    progress = Progress(NOW)
    odd = subject([1, 2, 3, 4])

    def wanted(_: Subject, one: Transition) -> bool:
        return one.sequence % 2 == 1

    progress.note(odd, wanted)
    found = []
    while (uid := progress.take(LATE)) is not None:
        following = progress.upcoming(odd)
        assert following is not None
        found.append(following.sequence)
        progress.sent(odd, following)
        progress.note(odd, wanted)
        progress.put_back(uid)
    assert found == [1, 3]
    assert progress.watermark(LATE) == NOW + 4 * SECOND


def test_a_status_whose_numbers_begin_anew_is_sent_anew() -> None:
    progress = Progress(NOW)
    assert _numbers(progress, range(1, 8)) == list(range(1, 8))
    assert _numbers(progress, [1, 2]) == [1, 2]


def test_a_late_answer_does_not_set_the_number_back() -> None:
    progress = Progress(NOW)
    early = subject([1])
    progress.note(early, _all)
    assert progress.take(LATE) == "u1"
    progress.note(subject(range(5, 25)), _all)
    progress.sent(early, early.transitions[0])
    assert progress.note(subject(range(5, 25)), _all) == 0, "the gap was counted"


def test_a_refused_transition_waits_and_others_go_on() -> None:
    progress = Progress(NOW)
    one, two = subject([1]), subject([1], "u2")
    progress.note(one, _all)
    progress.note(two, _all)
    assert progress.take(NOW) == "u1"
    assert progress.refused("u1", NOW, lambda times: 10.0 * times) == (timedelta(0), 1)
    progress.put_back("u1")
    assert progress.take(NOW) == "u2"
    assert progress.take(NOW + 9 * SECOND) is None
    assert progress.take(NOW + 10 * SECOND) == "u1"
    assert progress.refused("u1", NOW + 10 * SECOND, lambda times: 10.0 * times) == (10 * SECOND, 2)
    assert progress.next_due() is None, "it is in flight"
    progress.put_back("u1")
    assert progress.next_due() == NOW + 30 * SECOND
    assert progress.take(NOW + 29 * SECOND) is None
    progress.sent(one, one.transitions[0])
    progress.note(subject([1, 2]), _all)
    assert progress.take(NOW + 29 * SECOND) == "u1", "the next one is not refused yet"


def test_the_watermark_is_before_everything_that_is_pending() -> None:
    progress = Progress(NOW)
    assert progress.watermark(LATE) == NOW
    assert progress.oldest is None
    slow, fast = subject([2]), subject([5], "u2")
    progress.note(subject([1, 2]), _all)
    progress.note(fast, _all)
    assert progress.oldest == NOW + SECOND
    progress.sent(fast, fast.transitions[0])
    assert NOW < progress.watermark(LATE) < NOW + SECOND
    progress.sent(slow, slow.transitions[0])
    assert progress.watermark(LATE) == NOW + 5 * SECOND
    assert progress.oldest is None


def test_the_watermark_stays_behind_the_clock_by_what_a_write_may_take() -> None:
    progress = Progress(NOW)
    one = subject([5])
    progress.note(one, _all)
    progress.sent(one, one.transitions[0])
    assert progress.watermark(NOW + 5 * SECOND) == NOW
    assert progress.watermark(NOW + 2 * SECOND + MARGIN) == NOW + 2 * SECOND
    assert progress.watermark(NOW + 9 * SECOND + MARGIN) == NOW + 5 * SECOND


def test_the_watermark_of_the_last_process_is_kept_until_there_is_a_later_one() -> None:
    progress = Progress(NOW + 5 * SECOND)
    progress.note(subject([4, 5, 6]), _all)
    assert progress.oldest == NOW + 6 * SECOND
    assert progress.watermark(NOW + 6 * SECOND) == NOW + 5 * SECOND
    assert progress.watermark(LATE) == NOW + 5 * SECOND


def test_an_object_that_is_forgotten_leaves_nothing() -> None:
    progress = Progress(NOW)
    progress.note(subject([1]), _all)
    progress.take(NOW)
    progress.refused("u1", NOW, lambda _: 1.0)
    progress.forget("u1")
    assert not progress.is_pending("u1")
    assert (progress.take(LATE), progress.busy, progress.oldest) == (None, 0, None)
    assert not any((progress._sent, progress._next, progress._refused, progress._busy))
