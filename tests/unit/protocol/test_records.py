"""Records and outcomes of the agent: what is read, what is cut, and what is refused without showing its content."""

from __future__ import annotations

import json
from typing import Any

import pytest

from hyperv_operator.border.text import ELLIPSIS
from hyperv_operator.errors import RecordError
from hyperv_operator.protocol.records import (
    AgentCode,
    Outcome,
    OutcomeKind,
    PendingReason,
    Step,
    StepRecord,
    StepState,
    parse_record,
)

GUID = "0f1e2d3c-1111-4222-8333-944455556666"


def _step(**changes: Any) -> StepRecord:
    record = parse_record(json.dumps({"type": "step", "step": "CopyImage", "state": "progress", **changes}))
    assert isinstance(record, StepRecord)
    return record


def _outcome(**changes: Any) -> Outcome:
    outcome = parse_record(json.dumps({"type": "outcome", "outcome": "pending", **changes}))
    assert isinstance(outcome, Outcome)
    return outcome


def test_a_step_record_is_read() -> None:
    record = _step(percent=40, message="x")
    assert (record.step, record.state, record.percent) == (Step.COPY_IMAGE, StepState.PROGRESS, 40)


def test_an_outcome_is_read() -> None:
    outcome = _outcome(outcome="failed", code="ImageNotFound", vm_id=GUID)
    assert (outcome.outcome, outcome.code, outcome.vm_id) == (OutcomeKind.FAILED, AgentCode.IMAGE_NOT_FOUND, GUID)


@pytest.mark.parametrize(
    ("given", "read"),
    [(-1, None), (0, 0), (100, 100), (101, None), (40.0, 40), (40.5, None), (True, None), ("4", None)],
)
def test_a_percentage_is_a_whole_number_from_0_to_100(given: Any, read: int | None) -> None:
    record = _step(percent=given)
    assert record.percent == read
    assert [problem.split(":")[0] for problem in record.problems] == ([] if read is not None else ["percent"])


def test_a_message_is_cut_after_2000_characters() -> None:
    assert _step(message="x" * 2_000).message == "x" * 2_000
    assert _step(message="x" * 2_001).message == "x" * 1_999 + ELLIPSIS
    diagnosis = _outcome(diagnosis={"summary": "x" * 2_001}).diagnosis
    assert diagnosis is not None
    assert diagnosis.summary == "x" * 1_999 + ELLIPSIS


def test_a_message_is_clean_and_keeps_its_lines() -> None:
    assert _step(message="a\r\nb\x1b[0m\ud83d").message == "a\nb\u241b[0m\ufffd"


def test_a_reason_is_cut_after_64_characters() -> None:
    assert _outcome(reason="x" * 64).reason == "x" * 64
    assert _outcome(reason="x" * 65).reason == "x" * 63 + ELLIPSIS


@pytest.mark.parametrize("part", [{"message": 5}, {"at": "yesterday"}, {"at": "2026-01-01T00:00:00"}])
def test_a_part_of_a_step_record_that_cannot_be_read_is_left_out_and_named(part: dict[str, Any]) -> None:
    record = _step(**part)
    assert (record.step, record.message, record.at) == (Step.COPY_IMAGE, "", None)
    assert [problem.split(":")[0] for problem in record.problems] == list(part)


@pytest.mark.parametrize(
    ("part", "place"),
    [
        ({"code": "Novel"}, "code"),
        ({"reason": 5}, "reason"),
        ({"message": None}, "message"),
        ({"guest_key": {"kty": "RSA", "n": "AAAA", "e": "AQAB"}}, "guest_key"),
        ({"diagnosis": {"summary": 5}}, "diagnosis.summary"),
        ({"finding": "Novel"}, "finding"),
    ],
)
def test_a_part_of_an_outcome_that_cannot_be_read_is_left_out_and_named(part: dict[str, Any], place: str) -> None:
    outcome = _outcome(**part)
    bare = _outcome().model_copy(update={"problems": outcome.problems})
    assert outcome == bare
    assert [problem.split(":")[0] for problem in outcome.problems] == [place]


def test_the_problems_are_the_operators_to_name() -> None:
    assert _step(problems=["forged"]).problems == _outcome(problems=5).problems == ()


@pytest.mark.parametrize("vm_id", [GUID.upper(), GUID[:-1], GUID + "0", "x"])
def test_a_vm_id_is_a_guid_in_lower_case(vm_id: str) -> None:
    with pytest.raises(RecordError, match="vm_id"):
        _outcome(vm_id=vm_id)


@pytest.mark.parametrize(
    ("outcome", "reason", "waits_for"),
    [
        ("pending", "WaitingForGuestKey", PendingReason.WAITING_FOR_GUEST_KEY),
        ("pending", "WaitingForGuest", PendingReason.WAITING_FOR_GUEST),
        ("pending", "HostBusy", PendingReason.HOST_BUSY),
        ("pending", "Novel", None),
        ("pending", "", None),
        ("failed", "HostBusy", None),
        ("completed", "HostBusy", None),
    ],
)
def test_only_a_pending_outcome_waits_and_only_for_known_reasons(
    outcome: str, reason: str, waits_for: PendingReason | None
) -> None:
    assert _outcome(outcome=outcome, reason=reason).pending_reason is waits_for


@pytest.mark.parametrize(("size", "good"), [(65_536, True), (65_537, False)])
def test_a_record_of_65536_characters_is_read_and_a_longer_one_is_not(size: int, good: bool) -> None:
    text = json.dumps({"type": "outcome", "outcome": "completed"})
    text += " " * (size - len(text))
    if good:
        assert parse_record(text)
    else:
        with pytest.raises(RecordError, match="65537 characters, and 65536 are allowed"):
            parse_record(text)


@pytest.mark.parametrize(("text", "message"), [("", "empty"), ("{", "not JSON"), ("[]", "not a JSON object")])
def test_what_is_no_json_object_is_refused(text: str, message: str) -> None:
    with pytest.raises(RecordError, match=f"A record is {message}"):
        parse_record(text)


@pytest.mark.parametrize(("key", "word"), [("step", "Novel"), ("state", "novel"), ("step", None), ("state", [])])
def test_a_step_or_state_of_another_version_is_no_record(key: str, word: Any) -> None:
    with pytest.raises(RecordError, match=f"A step record does not follow the protocol: {key}"):
        _step(**{key: word})


@pytest.mark.parametrize("kind", ["rollout", "", None, [], {}])
def test_a_record_of_an_unknown_type_is_refused(kind: Any) -> None:
    with pytest.raises(RecordError, match="type"):
        parse_record(json.dumps({"type": kind, "step": "CopyImage", "state": "started", "outcome": "completed"}))


def test_a_refusal_names_the_keys_and_never_the_values() -> None:
    with pytest.raises(RecordError) as refused:
        parse_record(json.dumps({"type": "step", "step": "canary", "state": "canary", "message": ""}))
    assert "A step record" in str(refused.value)
    assert "step: " in str(refused.value)
    assert "canary" not in str(refused.value)


def test_keys_that_are_not_known_are_ignored() -> None:
    assert _step(novel=1) == _step()
