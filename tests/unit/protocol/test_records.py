"""Records and outcomes of the agent: what is read, what is cut, and what is refused without showing its content."""

from __future__ import annotations

import json
from typing import Any

import pytest

from hyperv_operator.errors import RecordError
from hyperv_operator.protocol.records import (
    AgentCode,
    Outcome,
    OutcomeKind,
    PendingReason,
    Step,
    StepRecord,
    StepState,
    parse_json_object,
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


@pytest.mark.parametrize(("percent", "good"), [(-1, False), (0, True), (100, True), (101, False)])
def test_a_percentage_is_from_0_to_100(percent: int, good: bool) -> None:
    if good:
        assert _step(percent=percent).percent == percent
    else:
        with pytest.raises(RecordError, match="percent"):
            _step(percent=percent)


def test_a_message_is_cut_after_2000_characters() -> None:
    assert _step(message="x" * 2_000).message == "x" * 2_000
    assert _step(message="x" * 2_001).message == "x" * 2_000
    assert _outcome(diagnosis={"summary": "x" * 2_001}).diagnosis == Outcome.model_validate(
        {"outcome": "pending", "diagnosis": {"summary": "x" * 2_000}}
    ).diagnosis  # fmt: skip


def test_a_reason_is_cut_after_64_characters() -> None:
    assert _outcome(reason="x" * 64).reason == "x" * 64
    assert _outcome(reason="x" * 65).reason == "x" * 64


def test_a_message_that_is_no_text_is_refused() -> None:
    with pytest.raises(RecordError, match="message"):
        _step(message=5)


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


def test_a_record_of_65536_characters_is_read_and_a_longer_one_is_not() -> None:
    empty = len(json.dumps({"a": ""}))
    assert parse_json_object(json.dumps({"a": "x" * (65_536 - empty)}))
    with pytest.raises(RecordError, match="65537 characters is longer than the 65536 allowed"):
        parse_json_object(json.dumps({"a": "x" * (65_537 - empty)}))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "not JSON"),
        ("{", "not JSON"),
        ("[" * 10_000, "not JSON"),
        ("[]", "not a JSON object"),
        ("1", "not a JSON object"),
    ],
)
def test_what_is_no_json_object_is_refused(text: str, message: str) -> None:
    with pytest.raises(RecordError, match=f"A record is {message}"):
        parse_record(text)


@pytest.mark.parametrize("kind", ["rollout", "", None])
def test_a_record_of_an_unknown_type_is_refused(kind: str | None) -> None:
    with pytest.raises(RecordError, match="type"):
        parse_record(json.dumps({"type": kind, "step": "CopyImage", "state": "started", "outcome": "completed"}))


def test_a_refusal_names_the_keys_and_never_the_values() -> None:
    with pytest.raises(RecordError) as refused:
        parse_record(json.dumps({"type": "step", "step": "canary", "state": "canary", "message": ""}))
    assert "A step record" in str(refused.value)
    assert "step: " in str(refused.value)
    assert "; state: " in str(refused.value)
    assert "canary" not in str(refused.value)


def test_keys_that_are_not_known_are_ignored() -> None:
    assert _step(novel=1) == _step()
