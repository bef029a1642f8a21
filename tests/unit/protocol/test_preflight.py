"""Reading a preflight: a line that cannot be read costs itself, and only a whole preflight says anything."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from hyperv_operator.errors import JobFailed, RecordError
from hyperv_operator.protocol.preflight import MAX_ROWS, PreflightReport, RowState, parse_preflight
from hyperv_operator.protocol.records import AgentCode

GOLDEN = Path(__file__).resolve().parents[3] / "Schemas" / "examples" / "preflight" / "host.jsonl"
DONE = '{"type":"outcome","outcome":"completed","reason":"Preflight"}'


def row(**changes: Any) -> str:
    base = {
        "type": "row",
        "id": "FreeSpace",
        "subject": "D:\\VMs",
        "state": "ok",
        "observed": "9 GB",
        "expected": "1 GB",
    }
    return json.dumps({**base, **changes})


def test_the_golden_file_is_read() -> None:
    report = parse_preflight(GOLDEN.read_text().splitlines())
    assert report.at == datetime(2026, 1, 1, tzinfo=UTC)
    assert report.unreadable == 0
    assert [(one.id, one.subject, one.state) for one in report.rows] == [
        ("LanguageMode", "", RowState.OK),
        ("ExecutionPolicy", "", RowState.WARNING),
        ("WinRMQuota", "MaxShellsPerUser", RowState.OK),
        ("Antivirus", "D:\\VMs", RowState.UNKNOWN),
        ("VirtualSwitch", "External", RowState.BLOCKING),
    ]
    assert report.rows[-1].observed == "there is none of this name; the host has: Lab"
    assert report.rows[-1].expected == "a virtual switch of this name, of the type External"


@pytest.mark.parametrize(
    "line",
    [
        "no JSON",
        '{"type":"row"}',
        row(id=None),
        '{"type":"row","state":"ok"}',
        row(id=7),
        '{"type":"preflight","at":"yesterday"}',
        '{"type":"preflight"}',
    ],
)
def test_a_line_that_cannot_be_read_costs_itself(line: str) -> None:
    report = parse_preflight([row(), line, row(subject="E:\\"), DONE])
    assert [one.subject for one in report.rows] == ["D:\\VMs", "E:\\"]
    assert report.unreadable == 1


@pytest.mark.parametrize("line", ["", "  ", '{"type":"later"}', row()])
def test_what_says_nothing_more_is_ignored(line: str) -> None:
    report = parse_preflight([row(), line, DONE])
    assert (len(report.rows), report.unreadable) == (1, 0)


@pytest.mark.parametrize("state", ["fine", "BLOCKING", None, 1, True, ["ok"]])
def test_a_state_that_is_not_known_is_unknown_and_never_blocks(state: object) -> None:
    (found,) = parse_preflight([row(state=state), DONE]).rows
    assert found.state is RowState.UNKNOWN


def test_the_texts_of_a_row_are_optional_cleaned_and_bounded() -> None:
    (long,) = parse_preflight([row(subject="s" * 900, expected="e" * 900), DONE]).rows
    assert (len(long.subject), len(long.expected)) == (200, 200)
    (found,) = parse_preflight([row(subject=3, observed="a\nb\x1b" + "c" * 900, expected=None), DONE]).rows
    assert (found.subject, found.expected) == ("", "")
    assert len(found.observed) == 400
    assert found.observed.startswith("a\u240ab\u241bc")


def test_rows_beyond_the_limit_are_counted() -> None:
    report = parse_preflight([*(row(subject=str(number)) for number in range(MAX_ROWS + 3)), DONE])
    assert (len(report.rows), report.unreadable, MAX_ROWS) == (512, 3, 512)
    assert PreflightReport().unreadable == 0


def test_a_preflight_without_its_time_says_so() -> None:
    assert parse_preflight([row(), DONE]).at is None


@pytest.mark.parametrize("lines", [[], [row()], [row(), "{}"], [row(), '{"type":"outcome"}']])
def test_a_preflight_that_is_not_complete_is_refused(lines: list[str]) -> None:
    with pytest.raises(RecordError, match=r"ended before it was complete"):
        parse_preflight(lines)


def test_a_failed_preflight_has_the_code_of_its_outcome() -> None:
    failed = {
        "type": "outcome",
        "outcome": "failed",
        "reason": "SchemaMismatch",
        "code": "SchemaMismatch",
        "message": "No.",
    }
    with pytest.raises(JobFailed, match=r"The preflight failed: No\.") as raised:
        parse_preflight([row(), json.dumps(failed), DONE])
    assert raised.value.code == AgentCode.SCHEMA_MISMATCH
