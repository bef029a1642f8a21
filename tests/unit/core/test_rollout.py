"""Whose turn it is to get the agent, how a rollout stands, and which version a launch uses."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperv_operator.api.host import AgentStatus
from hyperv_operator.core import rollout
from hyperv_operator.core.rollout import Candidate, Rollout, RolloutPhase

NOW = datetime(2026, 1, 1, tzinfo=UTC)
NEW = "sha256:" + "1" * 64
OLD = "sha256:" + "0" * 64
WAITING = Rollout(NEW, "2.0.0")
MOST = 3


def _hosts(letters: str) -> list[Candidate]:
    """One host a letter: w waiting, i installing, f failed, F failed and cordoned, r ready, d dead."""
    phases = {"w": RolloutPhase.WAITING, "d": RolloutPhase.WAITING, "i": RolloutPhase.INSTALLING}
    phases |= {"r": RolloutPhase.READY, "f": RolloutPhase.FAILED, "F": RolloutPhase.FAILED}
    return [
        Candidate(f"host-{number}", phases[letter], cordoned=letter == "F", usable=letter != "d")
        for number, letter in enumerate(letters)
    ]


def _may(letters: str, number: int) -> bool:
    return rollout.refusal(f"host-{number}", _hosts(letters), MOST) is None


@pytest.mark.parametrize(
    ("letters", "allowed"),
    [
        ("www", "0"),  # one canary, the first by name
        ("dww", "1"),  # a dead host is no canary
        ("iww", ""),  # the canary is at it
        ("wiw", ""),
        ("fww", "0"),  # it failed: only there it is tried again
        ("wwf", "2"),
        ("Fww", "01"),  # a cordoned host holds nobody up
        ("rwwww", "1234"),  # it works: everybody may, up to the limit
        ("riiww", "34"),
        ("riiiww", ""),
        ("rfww", "1"),  # a later failure stops the rest
        ("rfiw", "1"),
        ("rffw", "12"),
        ("w", "0"),
        ("f", "0"),
    ],
)
def test_who_may_be_next(letters: str, allowed: str) -> None:
    waiting = [number for number, letter in enumerate(letters) if letter in "wfF"]
    assert "".join(str(number) for number in waiting if _may(letters, number)) == allowed


@given(st.text("wifFrd", min_size=1, max_size=12))
def test_somebody_may_go_on_unless_something_is_under_way_or_nobody_can_be_worked_with(letters: str) -> None:
    possible = [n for n, letter in enumerate(letters) if letter in "wfF"]
    if possible and "i" not in letters:
        assert any(_may(letters, number) for number in possible)
    if "r" not in letters:
        # Failed hosts apart, nobody follows before the canary has shown that it works.
        first = [n for n in possible if letters[n] == "w" and _may(letters, n)]
        assert len(first) <= ("i" not in letters)


def test_a_refusal_names_the_host_that_is_waited_for_and_what_to_do() -> None:
    text = rollout.refusal("host-1", _hosts("fw"), MOST)
    assert text is not None
    assert "host-0" in text
    assert "cordoned" in text
    assert "host-0" in (rollout.refusal("host-1", _hosts("ww"), MOST) or "")


def test_an_operator_that_starts_takes_up_the_rollout_where_the_status_says_it_is() -> None:
    ready = AgentStatus(desired_digest=NEW, digest=NEW, phase="Ready")
    assert rollout.begin(NEW, "2.0.0", ready).is_ready
    failed = rollout.begin(NEW, "2.0.0", AgentStatus(desired_digest=NEW, digest=OLD, phase="Failed"))
    assert (failed.phase, failed.active) == (RolloutPhase.FAILED, OLD)
    upgraded = rollout.begin(NEW, "2.0.0", AgentStatus(desired_digest=OLD, digest=OLD, phase="Ready"))
    assert (upgraded.phase, upgraded.active) == (RolloutPhase.WAITING, OLD)
    by_hand = rollout.begin(NEW, "2.0.0", AgentStatus(digest=NEW, phase="Present"))
    assert (by_hand.phase, by_hand.active) == (RolloutPhase.WAITING, None)
    assert rollout.begin(NEW, "2.0.0", None).phase is RolloutPhase.WAITING


def test_the_agent_in_use_changes_only_when_the_new_one_answers() -> None:
    old = replace(WAITING, active=OLD)
    assert old.installing().folder("C:\\A") == "C:\\A\\versions\\" + "0" * 16
    assert old.failed("x", NOW).folder("C:\\A") == "C:\\A\\versions\\" + "0" * 16
    assert old.ready().folder("C:\\A") == "C:\\A\\versions\\" + "1" * 16
    assert WAITING.folder("C:\\A") == "C:\\A"


def test_another_digest_than_that_of_the_files_that_were_put_there_is_damage() -> None:
    ready = WAITING.ready()
    assert ready.answered(NEW) == ready
    damaged = ready.answered(OLD)
    assert damaged.phase is RolloutPhase.WAITING
    assert damaged.answered(NEW).is_ready, "somebody else has repaired it"
    by_hand = WAITING.answered(NEW)
    assert by_hand.is_ready, "a person has installed the same"
    assert by_hand.folder("C:\\A") == "C:\\A"
    assert not by_hand.answered(OLD).is_ready
    assert not replace(WAITING, active=OLD).answered(OLD).is_ready


def test_a_hindrance_of_the_host_does_not_end_a_failure() -> None:
    failed = WAITING.failed("x", NOW)
    assert failed.put_off("y", NOW).phase is RolloutPhase.FAILED
    assert WAITING.put_off("y", NOW).phase is RolloutPhase.WAITING
    assert failed.ready().failures == 0


def test_a_remedy_belongs_to_the_message_of_an_attempt() -> None:
    failed = WAITING.failed("x", NOW, remedy="Free space.")
    put_off = WAITING.put_off("x", NOW, remedy="Add the account.")
    assert (failed.remedy, put_off.remedy) == ("Free space.", "Add the account.")
    assert failed.installing().remedy == "Free space.", "the message of a failed attempt stays"
    assert failed.put_off("y", NOW).remedy == failed.failed("y", NOW).remedy == ""
    for other in (put_off.installing(), put_off.waiting("y"), put_off.damaged(), put_off.ready()):
        assert other.remedy == ""


def test_a_further_attempt_reports_the_failure_until_it_succeeds() -> None:
    again = WAITING.failed("The disk is full.", NOW).installing()
    assert (again.phase, again.effective_phase) == (RolloutPhase.INSTALLING, RolloutPhase.FAILED)
    assert again.message == "The disk is full."
    assert WAITING.installing().effective_phase is RolloutPhase.INSTALLING


def test_versions_in_use_are_kept() -> None:
    old = replace(WAITING, active=OLD)
    assert rollout.to_keep([None, "a" * 16, "a" * 16], old) == ("0" * 16, "1" * 16, "a" * 16)


def test_failures_are_counted_until_the_version_answers() -> None:
    twice = WAITING.failed("x", NOW).failed("y", NOW)
    assert (twice.failures, twice.message, twice.needs_person) == (2, "y", False)
    assert not WAITING.put_off("x", NOW).needs_person
    blocked = WAITING.put_off("x", NOW, needs_person=True)
    assert blocked.needs_person
    assert not blocked.failed("y", NOW).needs_person


def test_a_host_is_neither_cordoned_nor_unusable_unless_that_is_said() -> None:
    plain = Candidate("a", RolloutPhase.WAITING)
    assert (plain.cordoned, plain.usable) == (False, True)


@pytest.mark.parametrize(
    ("desired", "phase", "failed"),
    [(NEW, "Failed", True), (OLD, "Failed", False), (NEW, "Waiting", False), (NEW, "Installing", False)],
)
def test_a_failure_is_remembered_for_the_version_that_failed(desired: str, phase: str, *, failed: bool) -> None:
    known = rollout.begin(NEW, "2.0.0", AgentStatus(desired_digest=desired, digest=OLD, phase=phase))
    assert known.failures == (1 if failed else 0)
    assert (known.phase is RolloutPhase.FAILED) is failed


@pytest.mark.parametrize(
    ("state", "becomes_ready"),
    [
        (WAITING, True),
        (replace(WAITING, active=NEW), True),
        (replace(WAITING, active=OLD), False),
        (WAITING.installing(), False),
        (WAITING.failed("x", NOW), True),
    ],
)
def test_the_desired_digest_makes_a_host_ready_unless_another_version_is_active(
    state: Rollout, *, becomes_ready: bool
) -> None:
    assert state.answered(NEW).is_ready is becomes_ready


def test_a_refusal_names_the_first_failed_host_and_counts_the_others() -> None:
    one, three = rollout.refusal("host-1", _hosts("fw"), MOST), rollout.refusal("host-3", _hosts("fffw"), MOST)
    assert one
    assert three
    assert "failed on host-0: `kubectl describe hypervhost host-0`" in one
    assert "failed on host-0 and 2 more: `kubectl describe hypervhost host-0`" in three


def test_a_host_that_waits_for_the_canary_names_it() -> None:
    assert "Host host-0 gets the agent first" in (rollout.refusal("host-2", _hosts("iiw"), MOST) or "")
    assert "on 3 hosts at a time" in (rollout.refusal("host-4", _hosts("riiiw"), MOST) or "")
