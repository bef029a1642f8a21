"""What is taken of a run and of an inventory: all of an ordinary one, and up to a bound of any other."""

from __future__ import annotations

import json

import pytest

from hostcalls import Listener
from hyperv_operator.errors import ProtocolViolation
from hyperv_operator.ports import LogLine, LogStream
from hyperv_operator.protocol.records import StepRecord
from hyperv_operator.winrm.pace import Pace
from hyperv_operator.winrm.records import StreamItem
from hyperv_operator.winrm.sinks import (
    MAX_CHARACTERS,
    MAX_LINES,
    MAX_RECORDS,
    LastOutputSink,
    OutputSink,
    RunSink,
)

OUT, VERBOSE, INFO = LogStream.OUTPUT, LogStream.VERBOSE, LogStream.INFORMATION
STEP = json.dumps(
    {"type": "step", "step": "CopyImage", "state": "started", "message": "", "at": "2026-01-01T00:00:00.000000Z"}
)


def _sink(listener: Listener) -> RunSink:
    return RunSink(listener, Pace(lambda: 0.0, lambda _: None))


def _string(text: str) -> bytes:
    return f"<S>{text}</S>".encode()


def _record(text: str, tag: str = "HyperVOperator") -> bytes:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;")
    tags = f'<Obj N="Tags" RefId="1"><LST><S>{tag}</S></LST></Obj>'
    return f'<Obj RefId="0"><MS><S N="MessageData">{escaped}</S>{tags}</MS></Obj>'.encode()


def _lines(listener: Listener) -> list[LogLine]:
    return [one for one in listener.reports if isinstance(one, LogLine)]


def test_the_last_output_is_the_outcome_and_those_before_it_are_lines() -> None:
    listener = Listener()
    sink = _sink(listener)
    assert sink.last_output() is None
    for text in ("a", "b", "c"):
        sink.take(OUT, _string(text))
    sink.take(VERBOSE, _string("d"))
    sink.finish()
    assert sink.last_output() == "c"
    assert listener.reports == [LogLine(OUT, "a"), LogLine(OUT, "b"), LogLine(VERBOSE, "d")]


def test_only_records_with_the_agents_tag_are_records() -> None:
    listener = Listener()
    sink = _sink(listener)
    sink.take(INFO, _record(STEP))
    sink.take(INFO, _record(STEP, "HyperVOperatorX"))
    sink.take(INFO, _record("HyperVOperator", "Other"))
    sink.take(INFO, _record("no record"))
    first, *others = listener.reports
    assert isinstance(first, StepRecord)
    # What is tagged and no record is shown as it is, after the reason why it cannot be read.
    assert [type(one) for one in others] == [LogLine] * 4


def test_lines_beyond_the_bound_are_counted_and_dropped_and_the_outcome_is_kept() -> None:
    listener = Listener()
    sink = _sink(listener)
    for number in range(MAX_LINES + 5):
        sink.take(VERBOSE, _string(str(number)))
    sink.take(VERBOSE, b"not even read")
    sink.take(OUT, _string("outcome"))
    sink.finish()
    lines = _lines(listener)
    assert [line.text for line in lines[:MAX_LINES]] == [str(number) for number in range(MAX_LINES)]
    (note,) = lines[MAX_LINES:]
    assert note.text.startswith("6 further lines were dropped")
    assert sink.last_output() == "outcome"


def test_one_object_of_many_lines_is_cut_at_the_bound() -> None:
    listener = Listener()
    sink = _sink(listener)
    sink.take(VERBOSE, StreamItem(VERBOSE, "x\n" * (MAX_LINES + 7)))
    sink.finish()
    assert len(_lines(listener)) == MAX_LINES + 1
    assert _lines(listener)[-1].text.startswith("7 further lines")


def test_the_lines_of_an_object_that_is_cut_are_counted() -> None:
    listener = Listener()
    sink = _sink(listener)
    sink.take(VERBOSE, StreamItem(VERBOSE, "x\n" * 100_000))
    sink.take(VERBOSE, _string("late"))
    sink.finish()
    assert len(_lines(listener)) == MAX_LINES + 1
    shown = int(_lines(listener)[-1].text.split()[0].replace(",", ""))
    assert shown == pytest.approx(80_001, abs=2)


def test_empty_lines_are_not_shown_but_bounded() -> None:
    listener = Listener()
    sink = _sink(listener)
    sink.take(VERBOSE, StreamItem(VERBOSE, "\n" * 39_999 + "seen"))
    sink.take(VERBOSE, StreamItem(VERBOSE, "\n\n"))
    sink.take(VERBOSE, StreamItem(VERBOSE, "unseen"))
    sink.finish()
    assert [line.text[:17] for line in _lines(listener)] == ["seen", "1 further lines w"]


def test_characters_are_bounded_too() -> None:
    listener = Listener()
    sink = _sink(listener)
    for _ in range(MAX_CHARACTERS // 8_000 + 1):
        sink.take(VERBOSE, StreamItem(VERBOSE, "x" * 8_000))
    sink.take(VERBOSE, _string("late"))
    sink.finish()
    lines = _lines(listener)
    assert sum(len(line.text) for line in lines[:-1]) < MAX_CHARACTERS + 8_000
    assert lines[-1].text.startswith("1 further lines")


def test_records_are_bounded() -> None:
    listener = Listener()
    sink = _sink(listener)
    for _ in range(MAX_RECORDS + 1):
        sink.take(INFO, _record(STEP))
    steps = [one for one in listener.reports if isinstance(one, StepRecord)]
    assert len(steps) == MAX_RECORDS
    assert len(listener.reports) == MAX_RECORDS + 1


def test_an_object_that_cannot_be_read_costs_itself_and_is_named() -> None:
    listener = Listener()
    sink = _sink(listener)
    sink.take(VERBOSE, b"<S>")
    sink.take(VERBOSE, _string("next"))
    first, second = _lines(listener)
    assert first.stream is LogStream.WARNING
    assert first.text == "An object of the verbose stream was dropped: the host sent a response that is no XML."
    assert second == LogLine(VERBOSE, "next")


def test_nothing_is_said_about_a_run_within_the_bounds() -> None:
    listener = Listener()
    sink = _sink(listener)
    for number in range(MAX_LINES):
        sink.take(VERBOSE, _string(str(number)))
    sink.finish()
    assert len(listener.reports) == MAX_LINES


def test_an_inventory_has_lines_up_to_a_bound() -> None:
    sink = OutputSink("h:5986")
    sink.take(VERBOSE, _string("x"))
    for number in range(MAX_LINES):
        sink.take(OUT, _string(str(number)))
    assert len(sink.lines) == MAX_LINES
    with pytest.raises(ProtocolViolation, match="h:5986 answered with more than 20,000 lines"):
        sink.take(OUT, _string("x"))


def test_an_inventory_has_characters_up_to_a_bound() -> None:
    sink = OutputSink("h:5986")
    sink.take(OUT, StreamItem(OUT, "x" * MAX_CHARACTERS))
    with pytest.raises(ProtocolViolation, match="16,777,216 characters"):
        sink.take(OUT, StreamItem(OUT, "x"))


def test_a_rollout_call_has_one_answer() -> None:
    sink = LastOutputSink()
    assert sink.last_output() is None
    sink.take(OUT, _string("a"))
    sink.take(OUT, _string("b"))
    sink.take(VERBOSE, _string("c"))
    assert sink.last_output() == "b"
