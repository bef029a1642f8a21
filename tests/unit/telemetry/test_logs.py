"""Log lines are JSON, one a line, with fixed fields and without secrets."""

from __future__ import annotations

import gc
import io
import json
import logging
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from typing_extensions import override

from hyperv_operator.telemetry.logs import LogFormatter, set_up
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


class _Unprintable:
    @override
    def __repr__(self) -> str:
        raise ValueError("Hunter-22")


@pytest.mark.parametrize(
    "record",
    [
        _record("%d machines of Hunter-22", "Hunter-22"),
        _record("%s", "Hunter-22", "Hunter-22"),
        _record("%(Hunter-22)s", {"a": "Hunter-22"}),
        _record("%s", _Unprintable()),
    ],
)
def test_a_record_that_cannot_be_formatted_is_a_line_that_says_so(record: logging.LogRecord) -> None:
    line = _line(record)
    assert "could not be formatted" in line["message"]
    assert "f:1" in line["message"]
    assert "Hunter-22" not in json.dumps(line)
    assert (line["level"], line["logger"]) == ("warning", "hyperv_operator.app")


@pytest.mark.parametrize(
    "code", [0x00, 0x07, 0x0D, 0x1B, 0x7F, 0x85, 0x9B, 0x2028, 0x2029, 0x200F, 0x202E, 0x2066, 0xFEFF, 0xD800]
)
def test_characters_that_control_a_reader_are_shown(code: int) -> None:
    text = LogFormatter(Redactor()).format(_record(f"a{chr(code)}b", machine=f"c{chr(code)}d"))
    assert chr(code) not in text
    assert f"\\u{code:04x}" not in text
    text.encode()


@pytest.fixture
def output(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """Give what is written to standard output; afterwards, logging is as before."""
    root, stream = logging.getLogger(), io.StringIO()
    before = root.handlers[:], root.level
    levels = {name: logging.getLogger(name).level for name in list(root.manager.loggerDict)}
    for name, value in (("stdout", stream), ("excepthook", sys.excepthook), ("unraisablehook", sys.unraisablehook)):
        monkeypatch.setattr(sys, name, value)
    monkeypatch.setattr(threading, "excepthook", threading.excepthook)
    redactor = Redactor()
    redactor.hold(["Hunter-22"])
    set_up("INFO", redactor)
    yield stream
    root.handlers[:], root.level = before
    for name, level in levels.items():
        logging.getLogger(name).setLevel(level)
    logging.captureWarnings(capture=False)


class _Full(io.StringIO):
    @override
    def write(self, _: str) -> int:
        raise OSError(28, "Hunter-22")


def test_a_record_that_cannot_be_written_is_not_printed(output: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    errors = io.StringIO()
    monkeypatch.setattr(sys, "stderr", errors)
    handler = logging.getLogger().handlers[0]
    monkeypatch.setattr(handler, "stream", _Full())
    logging.getLogger("x").error("it is %s", "Hunter-22")
    assert errors.getvalue() == "A log record of x was not written (OSError).\n"


def test_an_exception_that_nothing_catches_is_logged_and_redacted(output: io.StringIO) -> None:
    def fail() -> None:
        raise ValueError("Hunter-22 failed")

    thread = threading.Thread(target=fail, name="worker")
    thread.start()
    thread.join()
    try:
        fail()
    except ValueError as error:
        sys.excepthook(ValueError, error, error.__traceback__)

    class Failing:
        def __del__(self) -> None:
            raise ValueError("Hunter-22 failed")

    Failing()
    gc.collect()
    lines = [json.loads(line) for line in output.getvalue().splitlines()]
    assert [line["level"] for line in lines] == ["error", "critical", "warning"]
    assert all(f"ValueError: {MASK} failed" in line["exception"] for line in lines)
    assert "Hunter-22" not in output.getvalue()


def test_an_interrupt_is_no_exception_to_log(output: io.StringIO) -> None:
    sys.excepthook(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert not output.getvalue()
