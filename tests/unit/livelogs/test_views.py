"""What a request reads: where it begins, what it leaves out, when it ends, and what it learns about gaps."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hyperv_operator.livelogs.buffers import RunLimits
from hyperv_operator.livelogs.query import LogQuery
from hyperv_operator.livelogs.statuses import StatusError
from hyperv_operator.livelogs.store import LogStore, StoreLimits
from hyperv_operator.livelogs.views import BATCH, HostView, View, view_of
from hyperv_operator.protocol.records import OutcomeKind, StepState
from unit.livelogs.samples import OTHER, ROOMY, SOURCE, UID, Clock, end, run, say, step, store, texts


def _two_runs() -> LogStore:
    logs = store()
    say(logs, "a", "b")
    end(logs, message="end")
    say(logs, "c", "d", source=run(2))
    return logs


def _read(logs: LogStore, **query: object) -> list[str]:
    return texts(view_of(logs, UID, LogQuery(**query)).read())  # type: ignore[arg-type]


def test_a_machines_log_begins_with_its_current_run() -> None:
    assert _read(_two_runs()) == ["c", "d"]


def test_an_earlier_run_can_be_read() -> None:
    assert _read(_two_runs(), previous=True) == ["a", "b", "end"]
    assert _read(_two_runs(), run="run-1") == ["a", "b", "end"]
    assert _read(_two_runs(), run="run-2") == ["c", "d"]


def test_a_machine_without_a_log_has_an_empty_one() -> None:
    logs = store()
    view = view_of(logs, UID, LogQuery())
    assert view.read() == []
    assert not view.ended()
    say(logs, "a")
    assert texts(view.read()) == ["a"]


def test_a_run_that_is_not_kept_is_not_found() -> None:
    logs = store()
    say(logs, "a")
    for query, what in (
        (LogQuery(previous=True), "a run before the current one"),
        (LogQuery(run="run-7"), "run run-7"),
    ):
        with pytest.raises(StatusError, match=what) as error:
            view_of(logs, UID, query)
        assert error.value.code == 404
    with pytest.raises(StatusError, match="run run-1"):
        view_of(logs, "nobody", LogQuery(run="run-1"))


def test_a_view_goes_on_with_later_runs() -> None:
    logs = _two_runs()
    view = view_of(logs, UID, LogQuery())
    view.read()
    assert view.read() == []
    say(logs, "e", source=run(3))
    assert texts(view.read()) == ["e"]


def test_a_run_is_read_without_later_runs() -> None:
    logs = store()
    say(logs, "a")
    view = view_of(logs, UID, LogQuery(run="run-1"))
    say(logs, "b", source=run(2))
    assert texts(view.read()) == ["a"]


@pytest.mark.parametrize(("lines", "expected"), [(0, []), (1, ["d"]), (2, ["c", "d"]), (3, ["c", "d"])])
def test_the_last_lines(lines: int, expected: list[str]) -> None:
    assert _read(_two_runs(), tail_lines=lines) == expected


def test_entries_since_a_time() -> None:
    clock = Clock()
    logs = store(ROOMY, clock)
    for text in ("a", "b", "c"):
        say(logs, text)
        clock.pass_seconds(10)
    assert _read(logs, since_seconds=30) == ["a", "b", "c"]
    assert _read(logs, since_seconds=29) == ["b", "c"]
    assert _read(logs, since_seconds=9) == []
    assert _read(logs, since_seconds=29, tail_lines=1) == ["c"]


def test_after_an_entry_come_later_ones_of_all_runs() -> None:
    logs = _two_runs()
    assert _read(logs, after=(logs.epoch, 2)) == ["end", "c", "d"]
    assert _read(logs, after=(logs.epoch, 2), run="run-1") == ["end"]
    assert _read(logs, after=(logs.epoch, 5)) == []


def test_after_an_entry_of_another_operator_comes_a_notice_and_everything() -> None:
    logs = _two_runs()
    view = view_of(logs, UID, LogQuery(after=("other", 2)))
    first = view.read()
    assert texts(first) == ["Restarted", "a", "b", "end", "c", "d"]
    assert first[0].id == f"{logs.epoch}-00000000"
    assert view.read() == []


def _narrow(lines: int = 2) -> StoreLimits:
    return StoreLimits(RunLimits(lines, 100_000), 2, 100_000_000)


def test_a_gap_is_shown_where_it_is() -> None:
    logs = store(_narrow())
    step(logs, StepState.STARTED, message="start")
    say(logs, "a", "b", "c")
    found = view_of(logs, UID, LogQuery()).read()
    assert texts(found) == ["start", "Truncated", "b", "c"]
    assert found[1].id == f"{logs.epoch}-00000002"
    assert texts(view_of(logs, UID, LogQuery(after=(logs.epoch, 2))).read()) == ["b", "c"]
    assert texts(view_of(logs, UID, LogQuery(after=(logs.epoch, 1))).read()) == ["Truncated", "b", "c"]


def test_a_reader_that_keeps_up_sees_no_gap() -> None:
    logs = store(_narrow(1))
    view = view_of(logs, UID, LogQuery())
    for text in ("a", "b", "c"):
        say(logs, text)
        assert texts(view.read()) == [text]


def test_a_reader_that_falls_behind_sees_the_gap_once() -> None:
    logs = store(_narrow(1))
    view = view_of(logs, UID, LogQuery())
    say(logs, "a")
    view.read()
    say(logs, "b", "c")
    assert texts(view.read()) == ["Truncated", "c"]
    assert view.read() == []


def test_the_last_lines_do_not_count_the_gap() -> None:
    logs = store(_narrow())
    say(logs, "a", "b", "c")
    assert _read(logs, tail_lines=1) == ["c"]
    assert _read(logs, tail_lines=2) == ["Truncated", "b", "c"]


def test_a_run_that_was_dropped_is_a_gap_for_those_who_have_read_a_part_of_it() -> None:
    logs = store(_narrow())
    say(logs, "a", "b")
    say(logs, "c", source=run(2))
    say(logs, "d", source=run(3))
    assert _read(logs, after=(logs.epoch, 1)) == ["Truncated", "c", "d"]
    assert _read(logs, after=(logs.epoch, 2)) == ["c", "d"]
    assert _read(logs) == ["d"]


def test_entries_come_in_batches() -> None:
    logs = store(StoreLimits(RunLimits(2 * BATCH, 10_000_000), 3, 100_000_000))
    say(logs, *(str(number) for number in range(BATCH + 1)))
    view = view_of(logs, UID, LogQuery())
    assert len(view.read()) == BATCH
    assert texts(view.read()) == [str(BATCH)]


def test_a_host_has_the_runs_of_all_machines_in_order() -> None:
    logs = store()
    say(logs, "a")
    say(logs, "b", source=OTHER)
    say(logs, "c")
    say(logs, "elsewhere", source=replace(OTHER, uid="third", host="h2"))
    view = HostView(logs, "h1", LogQuery())
    assert texts(view.read()) == ["a", "b", "c"]
    assert (view.key, view.ended(), view.last_words) == ("host/h1", False, None)
    assert texts(HostView(logs, "h1", LogQuery(after=(logs.epoch, 1), tail_lines=1)).read()) == ["c"]


def _ended(view: View) -> tuple[bool, str | None]:
    return view.ended(), view.last_words


def test_a_machines_log_ends_when_it_is_gone() -> None:
    logs = store()
    end(logs)
    view = view_of(logs, UID, LogQuery())
    assert _ended(view) == (False, None)
    logs.machine_gone(UID)
    assert _ended(view) == (True, None)


def test_the_log_of_a_machine_that_was_never_launched_ends_when_it_is_gone() -> None:
    logs = store()
    view = view_of(logs, UID, LogQuery())
    assert not view.ended()
    logs.machine_gone(UID)
    assert view.ended()


def test_a_run_ends_when_it_is_completed() -> None:
    logs = store()
    say(logs, "a")
    view = view_of(logs, UID, LogQuery(run="run-1"))
    for kind, over in ((OutcomeKind.PENDING, False), (OutcomeKind.FAILED, False), (OutcomeKind.COMPLETED, True)):
        end(logs, kind)
        assert _ended(view) == (over, "Run run-1 has ended.")


def test_a_run_ends_when_another_one_begins() -> None:
    logs = store()
    say(logs, "a")
    view = view_of(logs, UID, LogQuery(run="run-1"))
    say(logs, "b", source=run(2))
    assert view.ended()


def test_a_run_ends_with_its_machine() -> None:
    logs = store()
    say(logs, "a")
    view = view_of(logs, UID, LogQuery(run="run-1"))
    logs.machine_gone(UID)
    assert view.ended()
    assert SOURCE.uid == UID
