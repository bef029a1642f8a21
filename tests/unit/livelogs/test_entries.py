"""What an entry looks like, and what is taken out of its text."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from hyperv_operator.errors import CallTimeout
from hyperv_operator.livelogs.entries import MAX_TEXT, Entry, Format, Notice, cleaned, encoded
from hyperv_operator.livelogs.store import LogStore
from hyperv_operator.protocol.records import AgentCode, OutcomeKind, StepState
from unit.livelogs.samples import SOURCE, UID, end, say, step, store


def _only(logs: LogStore) -> Entry:
    (entry,) = logs.machines[UID].runs[SOURCE.run].after(0)
    return entry


def _json(logs: LogStore, *, with_machine: bool = False) -> dict[str, object]:
    line = encoded(_only(logs), Format.JSON, with_machine=with_machine)
    assert line.count(b"\n") == 1
    found: dict[str, object] = json.loads(line)
    return found


def _text(logs: LogStore, *, with_machine: bool = False) -> str:
    return encoded(_only(logs), Format.TEXT, with_machine=with_machine).decode()


def _common(logs: LogStore) -> dict[str, object]:
    at = "2026-01-01T12:00:00.000Z"
    return {"id": f"{logs.epoch}-00000001", "at": at, "run": "run-1", "attempt": 1, "kind": "provision"}


def test_a_line_is_an_object_and_a_line_of_text() -> None:
    logs = store()
    say(logs, "Grüße")
    assert _json(logs) == {**_common(logs), "type": "line", "stream": "information", "text": "Grüße"}
    assert _text(logs) == "2026-01-01T12:00:00.000Z Grüße\n"


def test_progress_has_a_percentage() -> None:
    logs = store()
    step(logs, StepState.PROGRESS, percent=0, message="copying")
    assert _json(logs) == {
        **_common(logs),
        "type": "step",
        "step": "CopyImage",
        "state": "progress",
        "percent": 0,
        "text": "copying",
    }
    assert _text(logs) == "2026-01-01T12:00:00.000Z [CopyImage progress 0 %] copying\n"


def test_a_step_without_a_message_ends_with_its_state() -> None:
    logs = store()
    step(logs, StepState.STARTED)
    assert "percent" not in _json(logs)
    assert _text(logs) == "2026-01-01T12:00:00.000Z [CopyImage started]\n"


def test_an_outcome_has_its_code_and_reason() -> None:
    logs = store()
    end(logs, OutcomeKind.FAILED, code=AgentCode.IMAGE_NOT_FOUND, reason="x", message="No image.")
    assert _json(logs) == {
        **_common(logs),
        "type": "outcome",
        "outcome": "failed",
        "code": "ImageNotFound",
        "reason": "x",
        "text": "No image.",
    }
    assert _text(logs) == "2026-01-01T12:00:00.000Z [provision attempt 1 failed ImageNotFound] No image.\n"


def test_an_outcome_without_a_code_has_an_empty_one() -> None:
    logs = store()
    end(logs)
    assert _json(logs)["code"] == ""
    assert "[provision attempt 1 completed]\n" in _text(logs)


def test_the_error_of_a_call_is_a_failure_that_names_it() -> None:
    logs = store()
    logs.ended(SOURCE, None, CallTimeout("No end by the deadline."))
    assert _json(logs) == {
        **_common(logs),
        "type": "outcome",
        "outcome": "failed",
        "code": "CallTimeout",
        "reason": "",
        "text": "No end by the deadline.",
    }


def test_in_a_hosts_log_each_entry_names_its_machine() -> None:
    logs = store()
    say(logs, "x")
    assert _json(logs, with_machine=True) == {
        **_common(logs),
        "machine": "team/web",
        "uid": UID,
        "type": "line",
        "stream": "information",
        "text": "x",
    }
    assert _text(logs, with_machine=True) == "2026-01-01T12:00:00.000Z team/web x\n"


def test_a_notice_belongs_to_no_run() -> None:
    notice = store().notice(Notice.TRUNCATED, "Dropped.", 7)
    line = json.loads(encoded(notice, Format.JSON, with_machine=True))
    assert line.pop("id").endswith("-00000007")
    assert line == {"at": "2026-01-01T12:00:00.000Z", "type": "notice", "reason": "Truncated", "text": "Dropped."}
    assert encoded(notice, Format.TEXT, with_machine=True).endswith(b"Z [Truncated] Dropped.\n")


def test_the_time_has_milliseconds() -> None:
    entry = Entry("e-1", 1, datetime(2026, 1, 1, microsecond=9_999, tzinfo=UTC), "line", {"text": ""})
    assert encoded(entry, Format.TEXT, with_machine=False).startswith(b"2026-01-01T00:00:00.009Z")


def test_all_readers_share_the_bytes() -> None:
    entry = store().notice(Notice.STOPPING, "x", 1)
    assert encoded(entry, Format.JSON, with_machine=False) is encoded(entry, Format.JSON, with_machine=False)


_CONTROLS = (
    *(0x00, 0x0A, 0x0D, 0x1B, 0x1F, 0x7F, 0x85, 0x9F, 0x061C, 0x200E, 0x200F, 0x2028, 0x202A, 0x202E, 0x2066, 0x2069),
    *(0xD800, 0xDFFF, 0xFEFF),
)


@pytest.mark.parametrize("code", _CONTROLS)
def test_characters_that_control_terminals_or_directions_are_replaced(code: int) -> None:
    shown = cleaned(f"a{chr(code)}b")
    assert shown[0] + shown[-1] == "ab"
    assert chr(code) not in shown
    assert len(shown) == 3


@pytest.mark.parametrize("code", [0x09, 0x20, 0x7E, 0xA0, 0xE4, 0x2010, 0x202F, 0x1F680])
def test_other_characters_stay(code: int) -> None:
    assert cleaned(f"a{chr(code)}b") == f"a{chr(code)}b"


@pytest.mark.parametrize(("length", "kept"), [(MAX_TEXT, MAX_TEXT), (MAX_TEXT + 1, MAX_TEXT)])
def test_a_long_text_is_cut(length: int, kept: int) -> None:
    text = cleaned("x" * length)
    assert len(text) == kept
    assert text.endswith("…") == (length > MAX_TEXT)
