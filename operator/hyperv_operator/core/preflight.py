"""What a host's preflight means: which rows block or warn, what to do about them, and when the next one is due."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from hyperv_operator.api.catalogue.preflight import CLOCK, ROWS
from hyperv_operator.api.host import Preflight, PreflightCounts, PreflightRow
from hyperv_operator.border.text import Clean
from hyperv_operator.protocol.preflight import PreflightReport, RowFacts, RowState

MAX_SHOWN: Final = 40
"""Rows in the status."""
_NAMED: Final = 5
"""Rows in a message."""
CLOCK_LIMIT: Final = timedelta(minutes=2)
"""By how much the clocks may differ. Kerberos allows five minutes by default, and a clock that runs away takes its time."""


@dataclass(frozen=True)
class Checked:
    """A preflight, and what it was made of."""

    report: PreflightReport
    begun_at: datetime
    ended_at: datetime
    generation: int
    """Generation of the HyperVHost's spec."""
    agent_digest: str


def summarize(checked: Checked) -> Preflight:
    """Return a preflight as the host's status has it: the counts, and the rows that block or warn."""
    rows = [_judged(row) for row in (*checked.report.rows, clock_row(checked))]
    counts = Counter(row.state.value for row in rows)
    # What was lost on the way could have been anything.
    counts[RowState.UNKNOWN.value] += checked.report.unreadable
    order: tuple[tuple[RowState, Literal["blocking", "warning"]], ...] = (
        (RowState.BLOCKING, "blocking"),
        (RowState.WARNING, "warning"),
    )
    shown = [_shown(row, word) for state, word in order for row in rows if row.state is state]
    return Preflight(
        checked_at=checked.begun_at.replace(microsecond=0),
        generation=checked.generation,
        agent_digest=checked.agent_digest[:100],
        counts=PreflightCounts(**counts),
        rows=tuple(shown[:MAX_SHOWN]),
    )


def clock_row(checked: Checked) -> RowFacts:
    """Return the row of the clocks: by how much the host's time is outside of the time that the call took."""
    at, expected = checked.report.at, Clean("at most 120 s")
    if at is None:
        return RowFacts(
            id=Clean(CLOCK), state=RowState.UNKNOWN, observed=Clean("the host did not say its time"), expected=expected
        )
    behind, ahead = checked.begun_at - at, at - checked.ended_at
    off, word = (behind, "behind") if behind > ahead else (ahead, "ahead of")
    if off <= timedelta():
        return RowFacts(id=Clean(CLOCK), state=RowState.OK, observed=Clean("no difference"), expected=expected)
    observed = Clean(f"the host is {off.total_seconds():.0f} s {word} the operator")
    state = RowState.OK if off <= CLOCK_LIMIT else RowState.WARNING
    return RowFacts(id=Clean(CLOCK), state=state, observed=observed, expected=expected)


def _judged(row: RowFacts) -> RowFacts:
    """Return a row with the state that counts: only what the catalogue knows to make provisioning impossible blocks."""
    entry = ROWS.get(row.id)
    if row.state is not RowState.BLOCKING or (entry and entry.blocks):
        return row
    return row.model_copy(update={"state": RowState.WARNING})


def _shown(row: RowFacts, state: Literal["blocking", "warning"]) -> PreflightRow:
    entry = ROWS.get(row.id)
    return PreflightRow(
        id=row.id,
        subject=row.subject,
        state=state,
        observed=row.observed,
        expected=row.expected,
        remedy=entry.remedy if entry else "",
    )


def current(known: Preflight | None, found: Preflight, interval: timedelta) -> Preflight:
    """Return the preflight to show: the known one as long as only its time differs and it is not older than an interval.

    The status of a host is not written anew for each preflight.
    """
    if known is None or found.model_copy(update={"checked_at": known.checked_at}) != known:
        return found
    return known if known.checked_at <= found.checked_at < known.checked_at + interval else found


def is_blocking(preflight: Preflight | None) -> bool:
    """Return whether a row makes provisioning impossible."""
    return preflight is not None and preflight.counts.blocking > 0


def facts(preflight: Preflight) -> str:
    """Return the rows that block, in a sentence each."""
    blocking = [row for row in preflight.rows if row.state == "blocking"]
    more = preflight.counts.blocking - min(len(blocking), _NAMED)
    named = " ".join(_sentence(row) for row in blocking[:_NAMED])
    return f"{named} Blocking rows that are not named here: {more}." if more > 0 else named


def remedies(preflight: Preflight) -> str:
    """Return what to do about the rows that block, each thing once."""
    blocking = [row for row in preflight.rows if row.state == "blocking"]
    return " ".join(dict.fromkeys(row.remedy for row in blocking[:_NAMED] if row.remedy))


def changes(old: Preflight | None, new: Preflight | None) -> str:
    """Return in words which rows began and ceased to block or warn between two preflights; empty if none did."""
    before, after = _states(old), _states(new)
    begun = [_named(key, state) for key, state in after.items() if before.get(key) != state]
    ended = [_named(key, state) for key, state in before.items() if key not in after]
    parts = [f"Found: {_list(begun)}." if begun else "", f"No longer found: {_list(ended)}." if ended else ""]
    return " ".join(part for part in parts if part)


def worsened(old: Preflight | None, new: Preflight | None) -> bool:
    """Return whether a row began to block or to warn."""
    before = _states(old)
    return any(before.get(key) != state for key, state in _states(new).items())


_Key = tuple[str, str]


def _states(preflight: Preflight | None) -> dict[_Key, str]:
    return {(row.id, row.subject): row.state for row in preflight.rows} if preflight else {}


def _named(key: _Key, state: str) -> str:
    return f"{' '.join(part for part in key if part)} ({state})"


def _list(names: Iterable[str]) -> str:
    found = list(names)
    more = f" and {len(found) - _NAMED} more" if len(found) > _NAMED else ""
    return f"{', '.join(found[:_NAMED])}{more}"


def _sentence(row: PreflightRow) -> str:
    what = f"{row.id} of {row.subject}" if row.subject else row.id
    return f"{what}: {row.observed.rstrip('.') or 'it is not as machines need it'}."
