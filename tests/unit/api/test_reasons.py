"""Every reason is explained, is set somewhere, and is explained as the code sets it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hyperv_operator import errors
from hyperv_operator.api.host import HyperVHostStatus
from hyperv_operator.api.names import EventReason, HostCondition, MachineCondition, Reason
from hyperv_operator.api.catalogue import (
    EVENTS,
    EXPLANATIONS,
    GROUPS,
    HOST_CONDITIONS,
    MACHINE_CONDITIONS,
    Attention,
)
from hyperv_operator.core import failures, host_status
from hyperv_operator.core.rollout import Rollout
from hyperv_operator.protocol.inventory import parse_inventory
from hyperv_operator.protocol.records import AgentCode

_ROOT = Path(__file__).resolve().parents[3]
_PACKAGE = _ROOT / "operator" / "hyperv_operator"
_REPORT = parse_inventory((_ROOT / "Schemas" / "examples" / "inventory" / "host.jsonl").read_text().splitlines())
_NOW = datetime(2026, 1, 1, tzinfo=UTC)
_VALUES = {"True": True, "False": False, "Unknown": None}
HOST_ERRORS = (
    errors.HostUnreachable,
    errors.WinRmUnavailable,
    errors.TlsUntrusted,
    errors.AuthenticationFailed,
    errors.KdcUnreachable,
    errors.CredentialsUnusable,
    errors.QuotaExceeded,
    errors.ShellLost,
    errors.CallTimeout,
    errors.ProtocolViolation,
    errors.WrongHost,
    errors.AgentMissing,
)


def test_every_reason_has_one_explanation_and_there_is_no_other() -> None:
    assert set(EXPLANATIONS) == set(Reason)
    assert sum(len(group) for _, group in GROUPS) == len(EXPLANATIONS)


def test_every_event_and_every_condition_type_is_explained() -> None:
    assert set(EVENTS) == set(EventReason)
    assert set(MACHINE_CONDITIONS) == set(MachineCondition)
    assert set(HOST_CONDITIONS) == set(HostCondition)


def _used(kind: str) -> set[str]:
    used: set[str] = set()
    for path in _PACKAGE.rglob("*.py"):
        if path.name != "names.py" and "reasons" not in path.parts:
            used |= set(re.findall(rf"\b{kind}\.([A-Z_]+)\b", path.read_text(encoding="utf-8")))
    return used


def test_no_reason_is_dead() -> None:
    by_code = {failures.reason_of_code(code).name for code in AgentCode}
    assert {reason.name for reason in Reason} - _used("Reason") - by_code == set()
    assert {reason.name for reason in EventReason} - _used("EventReason") == set()


@pytest.mark.parametrize("reason", Reason)
def test_an_explanation_is_shown_somewhere_and_is_made_of_sentences(reason: Reason) -> None:
    explanation = EXPLANATIONS[reason]
    assert explanation.machine or explanation.host
    for text in (explanation.cause, explanation.remedy):
        assert text.endswith((".", "?"))
        assert "\n" not in text
        assert text.count("`") % 2 == 0


@pytest.mark.parametrize("reason", Reason)
def test_what_stalls_needs_a_person(reason: Reason) -> None:
    explanation = EXPLANATIONS[reason]
    stalls = (MachineCondition.STALLED, True) in explanation.machine or (
        HostCondition.STALLED,
        True,
    ) in explanation.host
    # Drift is reported while the machine stays Ready.
    assert stalls == (explanation.attention is Attention.YES and reason is not Reason.OUT_OF_SYNC)


@pytest.mark.parametrize("kind", [*HOST_ERRORS, errors.CallCancelled])
def test_a_failed_call_stalls_a_machine_as_explained(kind: type[errors.HostError]) -> None:
    error = kind("It failed.")
    shown = EXPLANATIONS[failures.reason_of_error(error)].machine
    assert ((MachineCondition.STALLED, True) in shown) == failures.needs_person(error)


@pytest.mark.parametrize("code", AgentCode)
def test_an_agents_code_stalls_a_machine_as_explained(code: AgentCode) -> None:
    shown = EXPLANATIONS[failures.reason_of_code(code)].machine
    # A machine that is being deleted is never stalled, and no other launch removes anything.
    waits = code in failures.TRANSIENT or code is AgentCode.REMOVE_FAILED
    assert ((MachineCondition.STALLED, True) in shown) != waits


def _snapshots() -> list[host_status.HostSnapshot]:
    unasked = host_status.HostSnapshot("h", 1, HyperVHostStatus(), spec_error=None, schema_version=1)
    seen = replace(unasked, report=_REPORT, begun_at=_NOW)
    waiting = Rollout("sha256:" + "0" * 64, "1.0.0", message="Its turn is to come.")
    rollouts = (waiting, waiting.failed("It failed.", _NOW), waiting.put_off("Not prepared.", _NOW, needs_person=True))
    return [
        unasked,
        replace(unasked, spec_error="spec.address: missing"),
        seen,
        replace(seen, schema_version=99),
        replace(seen, same_identity="other"),
        replace(seen, begun_at=datetime(2025, 1, 1, tzinfo=UTC)),
        *(replace(unasked, error=kind("It failed.")) for kind in HOST_ERRORS),
        replace(seen, held_by=("team/one",)),
        *(replace(seen, rollout=one) for one in rollouts),
        *(replace(unasked, rollout=one, error=errors.AgentMissing("It failed.")) for one in rollouts),
    ]


def test_hosts_show_exactly_what_is_explained() -> None:
    shown: dict[Reason, set[tuple[str, bool | None]]] = {}
    for snapshot in _snapshots():
        for condition in host_status.compose(snapshot, _NOW).conditions:
            shown.setdefault(Reason(condition.reason), set()).add((condition.type, _VALUES[condition.status]))
    explained = {reason: {*one.host} for reason, one in EXPLANATIONS.items() if one.host}
    assert shown == explained
