"""What a preflight means for a host: which rows block, what is said about them, and what changed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hyperv_operator.api.catalogue.preflight import CLOCK, ROWS
from hyperv_operator.api.host import Preflight, PreflightRow
from hyperv_operator.core import preflight
from hyperv_operator.core.preflight import Checked
from hyperv_operator.protocol.preflight import PreflightReport, RowFacts, RowState
from unit.wording import is_advice, repeated, sentences

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def row(
    name: str = "VirtualSwitch", state: str = "blocking", subject: str = "External", observed: str = "none"
) -> RowFacts:
    return RowFacts.model_validate(
        {"id": name, "state": state, "subject": subject, "observed": observed, "expected": "one"}
    )


def checked(*rows: RowFacts, at: datetime | None = NOW, seconds: float = 4, **more: Any) -> Checked:
    report = PreflightReport(at=at, rows=rows, **more)
    return Checked(report, NOW, NOW + timedelta(seconds=seconds), generation=3, agent_digest="sha256:" + "a" * 200)


def summary(*rows: RowFacts, **more: Any) -> Preflight:
    return preflight.summarize(checked(*rows, **more))


def test_the_counts_have_every_row_and_the_status_those_that_matter_the_blocking_first() -> None:
    found = summary(
        row("Antivirus", "warning", "D:\\"), row("FreeSpace", "ok"), row(), row("Image", "unknown", "a"), unreadable=2
    )
    assert found.counts.model_dump() == {"ok": 2, "warning": 1, "blocking": 1, "unknown": 3}
    assert [(one.id, one.state) for one in found.rows] == [("VirtualSwitch", "blocking"), ("Antivirus", "warning")]
    assert found.rows[0].remedy == ROWS["VirtualSwitch"].remedy
    assert (found.checked_at, found.generation, len(found.agent_digest)) == (NOW, 3, 100)


@pytest.mark.parametrize(
    ("name", "state"), [("FreeSpace", "warning"), ("FromALaterAgent", "warning"), ("ImageFolder", "blocking")]
)
def test_only_what_makes_provisioning_impossible_blocks(name: str, state: str) -> None:
    found = summary(row(name))
    assert [one.state for one in found.rows] == [state]
    assert preflight.is_blocking(found) is (state == "blocking")


def test_unknown_rows_never_block() -> None:
    found = summary(*(row(name, "unknown") for name in ROWS), unreadable=9)
    assert not preflight.is_blocking(found)
    assert found.rows == ()


def test_no_preflight_blocks_nothing() -> None:
    assert not preflight.is_blocking(None)


def test_the_status_has_at_most_forty_rows_and_counts_all() -> None:
    found = summary(*(row("Image", "warning", str(number)) for number in range(50)), row())
    assert len(found.rows) == 40
    assert found.rows[0].state == "blocking"
    assert found.counts.warning == 50


@pytest.mark.parametrize(
    ("at", "state", "observed"),
    [
        (NOW, "ok", "no difference"),
        (NOW + timedelta(seconds=4), "ok", "no difference"),
        (NOW - timedelta(seconds=120), "ok", "the host is 120 s behind the operator"),
        (NOW - timedelta(seconds=121), "warning", "the host is 121 s behind the operator"),
        (NOW + timedelta(seconds=124), "ok", "the host is 120 s ahead of the operator"),
        (NOW + timedelta(seconds=125), "warning", "the host is 121 s ahead of the operator"),
        (None, "unknown", "the host did not say its time"),
    ],
)
def test_the_clocks_are_compared_outside_of_the_time_that_the_call_took(
    at: datetime | None, state: str, observed: str
) -> None:
    found = preflight.clock_row(checked(at=at))
    assert (found.id, found.state, found.observed) == (CLOCK, RowState(state), observed)


def test_a_message_names_the_rows_that_block_and_each_remedy_once() -> None:
    found = summary(
        row("ImageFolder", subject="D:\\I"), row("MachineFolder", subject="D:\\V"), row("FreeSpace", "warning")
    )
    assert preflight.facts(found) == "ImageFolder of D:\\I: none. MachineFolder of D:\\V: none."
    assert preflight.remedies(found) == ROWS["ImageFolder"].remedy


def test_a_message_names_five_rows_and_counts_the_others() -> None:
    found = summary(*(row("ImageFolder", subject=str(number)) for number in range(45)))
    text = preflight.facts(found)
    assert text.count("ImageFolder of") == 5
    assert text.endswith(" Blocking rows that are not named here: 40.")
    six, five = (summary(*(row(subject=str(number)) for number in range(count))) for count in (6, 5))
    assert preflight.facts(six).endswith(" Blocking rows that are not named here: 1.")
    assert "not named" not in preflight.facts(five)
    assert preflight.facts(summary(row(subject="", observed=""))) == "VirtualSwitch: it is not as machines need it."


def test_a_preflight_that_found_the_same_is_not_written_anew_within_the_interval() -> None:
    known = summary(row())
    again = known.model_copy(update={"checked_at": NOW + timedelta(minutes=59)})
    assert preflight.current(known, again, HOUR) is known
    later = known.model_copy(update={"checked_at": NOW + HOUR})
    assert preflight.current(known, later, HOUR) is later
    other = again.model_copy(update={"generation": 4})
    assert preflight.current(known, other, HOUR) is other
    earlier = known.model_copy(update={"checked_at": NOW - HOUR})
    assert preflight.current(known, earlier, HOUR) is earlier
    assert preflight.current(None, known, HOUR) is known


WARNING = summary(row("Antivirus", "warning", "D:\\V"))
BLOCKING = summary(row())


@pytest.mark.parametrize(
    ("old", "new", "text", "worse"),
    [
        (None, None, "", False),
        (None, summary(), "", False),
        (None, BLOCKING, "Found: VirtualSwitch External (blocking).", True),
        (BLOCKING, BLOCKING, "", False),
        (BLOCKING, summary(), "No longer found: VirtualSwitch External (blocking).", False),
        (BLOCKING, None, "No longer found: VirtualSwitch External (blocking).", False),
        (
            WARNING,
            BLOCKING,
            "Found: VirtualSwitch External (blocking). No longer found: Antivirus D:\\V (warning).",
            True,
        ),
        (
            summary(row("ImageFolder", "warning")),
            summary(row("ImageFolder")),
            "Found: ImageFolder External (blocking).",
            True,
        ),
        (
            None,
            summary(*(row("Image", "warning", str(number)) for number in range(5))),
            "Found: Image 0 (warning), Image 1 (warning), Image 2 (warning), Image 3 (warning), Image 4 (warning).",
            True,
        ),
        (
            None,
            summary(*(row("Image", "warning", str(number)) for number in range(7))),
            "Found: Image 0 (warning), Image 1 (warning), Image 2 (warning), Image 3 (warning), Image 4 (warning) and 2 more.",
            True,
        ),
    ],
)
def test_what_changed_is_said_once(old: Preflight | None, new: Preflight | None, text: str, worse: bool) -> None:
    assert preflight.changes(old, new) == text
    assert preflight.worsened(old, new) is worse


@pytest.mark.parametrize("name", ROWS)
def test_a_row_says_what_to_do_and_says_it_once(name: str) -> None:
    entry = ROWS[name]
    assert all(is_advice(one) for one in sentences(entry.remedy)), entry.remedy
    assert repeated(entry.remedy) == []
    assert entry.about.endswith(".")
    limit = next(one.max_length for one in PreflightRow.model_fields["remedy"].metadata if hasattr(one, "max_length"))
    assert len(entry.remedy) <= limit
