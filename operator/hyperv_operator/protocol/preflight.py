"""The preflight of a host, as `Get-HostPreflight.ps1` writes it: the host's time, one JSON object for each row, the outcome at the end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Annotated, Final

from pydantic import AwareDatetime, BeforeValidator, JsonValue

from hyperv_operator.border.document import UnreadableText, parse_object
from hyperv_operator.border.fields import Word, one_line
from hyperv_operator.border.reading import read
from hyperv_operator.border.text import Clean
from hyperv_operator.protocol.records import MAX_RECORD, OUTCOME_PARTS, Outcome, WireModel, require_completed

MAX_ROWS: Final = 512
"""Rows that are read; the agent writes about 20, and one for each of at most 100 images."""


class RowState(StrEnum):
    """The state of a row."""

    OK = "ok"
    WARNING = "warning"
    BLOCKING = "blocking"
    """No machine can be provisioned as long as this is so."""
    UNKNOWN = "unknown"
    """It could not be read; this says nothing about the host."""


def _known_state(value: object) -> RowState:
    return next((state for state in RowState if state == value), RowState.UNKNOWN)


class RowFacts(WireModel):
    """One row: what the host has, and what machines need."""

    id: Word
    subject: Annotated[Clean, one_line(200)] = Clean("")
    """What the row is about where there are several of one id, such as a path or an image."""
    state: Annotated[RowState, BeforeValidator(_known_state)]
    """A state that this operator does not know is unknown."""
    observed: Annotated[Clean, one_line(400)] = Clean("")
    expected: Annotated[Clean, one_line(200)] = Clean("")


class TimeFacts(WireModel):
    """The first line: when the host began."""

    at: AwareDatetime


class PreflightReport(WireModel):
    """A complete preflight."""

    at: AwareDatetime | None = None
    """The host's time when it began; None if its line could not be read."""
    rows: tuple[RowFacts, ...] = ()
    unreadable: int = 0
    """Lines that could not be read, or were too many."""


_ROW_PARTS: Final = frozenset({"subject", "observed", "expected"})
_NO_PARTS: Final[frozenset[str]] = frozenset()


def parse_preflight(lines: Iterable[str]) -> PreflightReport:
    """Parse a preflight. Raise `JobFailed` if the agent says that it failed, `RecordError` if it has no outcome.

    A line that cannot be read costs itself. Empty lines, kinds of lines that this operator does not know, and rows that are there twice are
    ignored.
    """
    at, rows, unreadable = None, dict[RowFacts, None](), 0
    outcomes: list[Outcome] = []
    for line in lines:
        if not line or line.isspace():
            continue
        try:
            value: Mapping[str, JsonValue] = parse_object(line, MAX_RECORD)
        except UnreadableText:
            unreadable += 1
            continue
        match value.get("type"):
            case "preflight":
                time = read(TimeFacts, dict(value), _NO_PARTS).item
                at = time.at if time else at
                unreadable += time is None
            case "row":
                row = read(RowFacts, dict(value), _ROW_PARTS).item
                if row is None or (row not in rows and len(rows) >= MAX_ROWS):
                    unreadable += 1
                else:
                    rows[row] = None
            case "outcome":
                outcome = read(Outcome, dict(value), OUTCOME_PARTS).item
                if outcome is not None:
                    outcomes.append(outcome)
            case _:
                pass
    require_completed("preflight", outcomes)
    return PreflightReport(at=at, rows=tuple(rows), unreadable=unreadable)
