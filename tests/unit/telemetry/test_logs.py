"""Log lines are JSON, one a line, with fixed fields and without secrets."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime
from typing import Any

import pytest

from hyperv_operator.telemetry.logs import LogFormatter
from hyperv_operator.telemetry.redaction import MASK, Redactor


def _line(record: logging.LogRecord, redactor: Redactor | None = None) -> dict[str, Any]:
    text = LogFormatter(redactor or Redactor()).format(record)
    assert "\n" not in text
    found: dict[str, Any] = json.loads(text)
    return found


def _record(message: object, *values: object, **extra: object) -> logging.LogRecord:
    record = logging.LogRecord("hyperv_operator.app", logging.WARNING, "f", 1, message, values, None)
    record.__dict__.update(extra)
    return record


def test_a_record_has_time_level_logger_and_message_in_this_order() -> None:
    record = _record("%d machines", 3)
    record.created = 1_767_225_600.5
    line = _line(record)
    assert list(line) == ["time", "level", "logger", "message"]
    assert datetime.fromisoformat(line.pop("time")) == datetime(2026, 1, 1, 0, 0, 0, 500_000, tzinfo=UTC)
    assert line == {"level": "warning", "logger": "hyperv_operator.app", "message": "3 machines"}


def test_a_run_line_carries_its_machine_and_run() -> None:
    about = {"machine": "team/vm", "host": "hv1", "run": "r1", "attempt": 2, "step": "CopyImage", "percent": 40}
    assert about.items() <= _line(_record("x", **about, uid=None)).items()
    assert "uid" not in _line(_record("x", uid=None))


def test_attributes_of_no_known_name_are_left_out() -> None:
    assert list(_line(_record("x", settings={"token": "Hunter-22"}, skip=True))) == [
        "time",
        "level",
        "logger",
        "message",
    ]


def test_an_exception_is_one_field() -> None:
    record = _record("failed")
    try:
        int("password=Hunter-22")
    except ValueError:
        record.exc_info = sys.exc_info()
    line = _line(record)
    assert line["exception"].startswith("Traceback ")
    assert "Hunter-22" not in line["exception"]
    assert MASK in line["exception"]


@pytest.mark.parametrize(
    "record",
    [
        _record('say "%s"\npassword=Hunter-22', "hi"),
        _record("taken", machine="Hunter-22"),
        _record({"message": "Hunter-22"}),
        _record("taken", object="Hunter-22/x"),
    ],
)
def test_no_field_holds_a_secret(record: logging.LogRecord) -> None:
    redactor = Redactor()
    redactor.hold(["Hunter-22"])
    assert "Hunter-22" not in json.dumps(_line(record, redactor))


def test_redaction_of_one_field_takes_nothing_from_the_next() -> None:
    assert _line(_record("token: abcd", machine="team/vm"))["machine"] == "team/vm"


def test_text_stays_readable() -> None:
    line = LogFormatter(Redactor()).format(_record("Größe"))
    assert "Größe" in line
