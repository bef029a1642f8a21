"""The catalogue has one entry for each reason, and the entry states what the operator does and shows."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from gitops import machines
from gitops.sample import NOW

from hyperv_operator import errors
from hyperv_operator.api.catalogue import (
    CATALOGUE,
    EVENTS,
    GROUPS,
    HOST_CONDITIONS,
    MACHINE_CONDITIONS,
    Kstatus,
    explain,
)
from hyperv_operator.api.host import HyperVHostStatus, Preflight, PreflightCounts, PreflightRow
from hyperv_operator.api.names import EventReason, HostCondition, MachineCondition, Reason
from hyperv_operator.core import host_status
from hyperv_operator.core.decision_table import decide
from hyperv_operator.core.machine_status import compose
from hyperv_operator.core.rollout import Rollout
from hyperv_operator.core.snapshot import HostProblem, Snapshot
from hyperv_operator.protocol.inventory_parser import parse_inventory
from hyperv_operator.protocol.records import AgentCode
from unit.wording import is_advice, repeated, sentences

_ROOT = Path(__file__).resolve().parents[3]
_PACKAGE = _ROOT / "operator" / "hyperv_operator"
_REPORT = parse_inventory((_ROOT / "Schemas" / "examples" / "inventory" / "host.jsonl").read_text().splitlines())
_NOW = datetime(2026, 1, 1, tzinfo=UTC)
_VALUES = {"True": True, "False": False, "Unknown": None}
_BLOCKED = Preflight(
    checked_at=_NOW,
    generation=1,
    agent_digest="sha256:a",
    counts=PreflightCounts(blocking=1),
    rows=(PreflightRow(id="VirtualSwitch", subject="External", state="blocking", observed="there is none"),),
)
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
    errors.LanguageConstrained,
    errors.ScriptsBlocked,
)

RULES = """
    reason                 | kstatus     | who must act         | retry
    Ready                  | neither     | nobody               | never
    Accepted               | neither     | nobody               | never
    Provisioned            | neither     | nobody               | never
    GuestConfigured        | neither     | nobody               | never
    InSync                 | neither     | nobody               | never
    Idle                   | neither     | nobody               | never
    AsExpected             | neither     | nobody               | never
    NotYet                 | neither     | nobody               | never
    Pending                | neither     | nobody               | on change
    WaitingForSecret       | in progress | nobody               | on change
    Queued                 | in progress | cluster administrator | on change
    Running                | in progress | nobody               | on change
    WaitingForGuestKey     | in progress | owner of the machine | on change
    WaitingForGuest        | in progress | owner of the machine | on change
    WaitingForAddress      | in progress | owner of the machine | on change
    Retrying               | in progress | host administrator   | backoff
    Deleting               | in progress | owner of the machine | on change
    Paused                 | in progress | nobody               | on change
    WaitingForInventory    | in progress | host administrator   | now
    ReportUnreadable       | in progress | host administrator   | on change
    OutOfSync              | neither     | owner of the machine | on change
    PowerStateDiffers      | stalled     | owner of the machine | on change
    InvalidSpec            | stalled     | cluster administrator | on change
    InvalidFields          | stalled     | owner of the machine | on change
    SchemaVersionMismatch  | stalled     | owner of the machine | on change
    FieldFrozen            | stalled     | owner of the machine | on change
    SecretNotFound         | stalled     | owner of the machine | on change
    SecretKeyNotFound      | stalled     | owner of the machine | on change
    SecretNotReadable      | stalled     | cluster administrator | on change
    SecretInvalid          | stalled     | owner of the machine | on change
    GuestDataTooLarge      | stalled     | owner of the machine | on change
    HostNotFound           | stalled     | owner of the machine | on change
    NamespaceNotAllowed    | stalled     | cluster administrator | on change
    ImageNotAllowed        | stalled     | owner of the machine | on change
    VlanNotAllowed         | stalled     | owner of the machine | on change
    NameNotAllowed         | stalled     | owner of the machine | on change
    DeletionPolicyNotAllowed | stalled   | owner of the machine | on change
    SizeNotAllowed         | stalled     | owner of the machine | on change
    MachineQuotaExceeded   | stalled     | owner of the machine | on change
    SizeQuotaExceeded      | stalled     | owner of the machine | on change
    DuplicateName          | stalled     | owner of the machine | on change
    ClusterRequired        | stalled     | owner of the machine | on change
    HostCordoned           | in progress | cluster administrator | on change
    AgentRolloutIncomplete | in progress | cluster administrator | backoff
    HostUnreachable        | in progress | host administrator   | backoff
    WinRMUnavailable       | in progress | host administrator   | backoff
    TlsUntrusted           | stalled     | cluster administrator | backoff
    AuthenticationFailed   | stalled     | cluster administrator | backoff
    CredentialsUnusable    | stalled     | cluster administrator | backoff
    KdcUnreachable         | in progress | cluster administrator | backoff
    HostIdentityChanged    | stalled     | cluster administrator | backoff
    AgentMissing           | stalled     | host administrator   | backoff
    AgentIncompatible      | stalled     | host administrator   | on change
    ScriptsBlocked         | stalled     | host administrator   | backoff
    PreflightFailed        | stalled     | host administrator   | on change
    AgentRolloutFailed     | stalled     | host administrator   | backoff
    InventoryStale         | neither     | nobody               | on change
    OrphansFound           | neither     | cluster administrator | on change
    QuotaExceeded          | in progress | host administrator   | backoff
    ShellLost              | in progress | host administrator   | now
    CallTimeout            | in progress | host administrator   | backoff
    CallCancelled          | in progress | nobody               | now
    ProtocolViolation      | in progress | host administrator   | backoff
    InvalidDefinition      | stalled     | cluster administrator | backoff
    SchemaMismatch         | stalled     | cluster administrator | backoff
    Superseded             | in progress | nobody               | backoff
    HostBusy               | in progress | host administrator   | backoff
    ImageNotFound          | stalled     | host administrator   | backoff
    InsufficientSpace      | stalled     | host administrator   | backoff
    InsufficientMemory     | stalled     | host administrator   | backoff
    SwitchNotFound         | stalled     | host administrator   | backoff
    PathNotAllowed         | stalled     | host administrator   | backoff
    AccessDenied           | stalled     | host administrator   | backoff
    ConstrainedLanguage    | stalled     | host administrator   | backoff
    VMMissing              | stalled     | owner of the machine | backoff
    IdentityConflict       | stalled     | host administrator   | backoff
    NameInUse              | stalled     | owner of the machine | backoff
    NotOwned               | stalled     | host administrator   | backoff
    ImageUnusable          | stalled     | host administrator   | backoff
    ImageChanged           | stalled     | host administrator   | backoff
    ClusterRoleUnavailable | stalled     | host administrator   | backoff
    IsoMissing             | stalled     | host administrator   | backoff
    CopyFailed             | stalled     | host administrator   | backoff
    RegisterFailed         | stalled     | host administrator   | backoff
    StartFailed            | stalled     | host administrator   | backoff
    ClusterFailed          | stalled     | host administrator   | backoff
    RemoveFailed           | in progress | host administrator   | backoff
    HyperVUnavailable      | stalled     | host administrator   | backoff
    VmUnreadable           | stalled     | host administrator   | backoff
    VmCritical             | stalled     | host administrator   | backoff
    Internal               | stalled     | cluster administrator | backoff
    GuestTimeout           | stalled     | owner of the machine | on change
    GuestKeyInvalid        | in progress | nobody               | backoff
    GuestKeyUnstable       | stalled     | owner of the machine | on change
    GuestFailed            | stalled     | owner of the machine | never
    PublishFailed          | stalled     | host administrator   | backoff
"""
"""Written by hand: what the documentation promises for each reason."""


def _rules() -> dict[str, tuple[str, ...]]:
    rows = [tuple(cell.strip() for cell in line.split("|")) for line in RULES.strip().splitlines()[1:]]
    assert len({row[0] for row in rows}) == len(rows)
    return {row[0]: row[1:] for row in rows}


def test_every_reason_has_one_entry_and_there_is_no_other() -> None:
    assert set(CATALOGUE) == set(Reason)
    assert sum(len(group) for _, group in GROUPS) == len(CATALOGUE)


def test_each_reason_has_the_kstatus_the_actor_and_the_retry_that_are_promised() -> None:
    found = {str(reason): (str(one.kstatus), str(one.actor), str(one.retry)) for reason, one in CATALOGUE.items()}
    assert found == _rules()


def test_every_event_and_every_condition_type_is_explained() -> None:
    assert set(EVENTS) == set(EventReason)
    assert set(MACHINE_CONDITIONS) == set(MachineCondition)
    assert set(HOST_CONDITIONS) == set(HostCondition)


def _used(kind: str) -> set[str]:
    used: set[str] = set()
    for path in _PACKAGE.rglob("*.py"):
        if path.name != "names.py" and "catalogue" not in path.parts:
            used |= set(re.findall(rf"\b{kind}\.([A-Z_]+)\b", path.read_text(encoding="utf-8")))
    return used


def test_no_reason_is_dead() -> None:
    by_code = {code.name for code in AgentCode}
    assert {reason.name for reason in Reason} - _used("Reason") - by_code == set()
    assert {reason.name for reason in EventReason} - _used("EventReason") == set()


def test_the_alerts_name_reasons_that_exist() -> None:
    rules = (_ROOT / "charts" / "hyperv-operator" / "alerts" / "rules.yaml").read_text(encoding="utf-8")
    named = {word for found in re.findall(r"reason (\w+)(?: or (\w+))?\.", rules) for word in found if word}
    assert named == {str(Reason.AGENT_ROLLOUT_INCOMPLETE), str(Reason.AGENT_MISSING)}
    uncounted = set(re.findall(r'outcome!~"completed\|pending\|(\w+)"', rules))
    assert uncounted == {errors.CallCancelled.__name__}


# --- texts -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("reason", Reason)
def test_an_entry_is_shown_somewhere_and_is_made_of_sentences(reason: Reason) -> None:
    one = CATALOGUE[reason]
    assert one.machine or one.host
    for text in filter(None, (one.cause, one.remedy, one.procedure)):
        assert text.endswith(".")
        assert "\n" not in text
        assert text.count("`") % 2 == 0


@pytest.mark.parametrize("reason", Reason)
def test_a_cause_is_one_sentence_and_a_remedy_two_of_plain_text(reason: Reason) -> None:
    one = CATALOGUE[reason]
    assert len(sentences(one.cause)) == 1
    assert len(sentences(one.remedy)) <= 2
    assert "`" not in one.remedy
    assert "](" not in one.remedy


@pytest.mark.parametrize("reason", [reason for reason in Reason if CATALOGUE[reason].remedy])
def test_a_remedy_says_what_to_do(reason: Reason) -> None:
    remedy = CATALOGUE[reason].remedy
    assert is_advice(remedy) or remedy.startswith("No action is needed: ")


@pytest.mark.parametrize("reason", Reason)
def test_an_entry_that_needs_a_person_has_a_remedy(reason: Reason) -> None:
    one = CATALOGUE[reason]
    if one.kstatus is Kstatus.STALLED:
        assert one.needs_person
        assert one.remedy
        assert one.actor != "nobody"
    else:
        assert not one.needs_person


@pytest.mark.parametrize("reason", Reason)
def test_an_entry_says_nothing_twice(reason: Reason) -> None:
    one = CATALOGUE[reason]
    assert repeated(explain(reason)) == []
    assert repeated(f"{one.remedy} {one.procedure}") == []


@pytest.mark.parametrize(
    ("facts", "remedy", "message"),
    [
        ("The disk is full.", "", "The disk is full. Free space on the host's machine volume, or choose another host."),
        (" It failed: why ", "", "It failed: why. Free space on the host's machine volume, or choose another host."),
        ("The disk is full.", "Buy one.", "The disk is full. Buy one."),
        (
            "",
            "",
            (
                "The volume of the host's spec.paths.machines has too little free space for the machine's disk. Free space on "
                "the host's machine volume, or choose another host."
            ),
        ),
    ],
)
def test_a_message_is_the_facts_or_else_the_cause_and_one_remedy(facts: str, remedy: str, message: str) -> None:
    assert explain(Reason.INSUFFICIENT_SPACE, facts, remedy) == message


def test_a_message_without_a_remedy_ends_with_the_facts() -> None:
    assert explain(Reason.SHELL_LOST, "The shell is gone.") == "The shell is gone."


# --- hosts -----------------------------------------------------------------------------------------------------------


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
        replace(seen, kept_for=("team/one",)),
        replace(seen, orphans=()),
        replace(seen, orphans=("web-01 (team/web, UID u)",)),
        replace(seen, preflight=_BLOCKED),
        *(replace(seen, rollout=one) for one in rollouts),
        *(replace(unasked, rollout=one, error=errors.AgentMissing("It failed.")) for one in rollouts),
    ]


def test_hosts_show_exactly_what_the_entries_say() -> None:
    shown: dict[Reason, set[tuple[str, bool | None]]] = {}
    for snapshot in _snapshots():
        for condition in host_status.compose(snapshot, _NOW).conditions:
            shown.setdefault(Reason(condition.reason), set()).add((condition.type, _VALUES[condition.status]))
    said = {reason: {*one.host} for reason, one in CATALOGUE.items() if one.host}
    assert shown == said


# --- machines --------------------------------------------------------------------------------------------------------


def _problems() -> list[HostProblem]:
    """Return every problem that a host can have, as its machines see it."""
    return [found for snapshot in _snapshots() if (found := host_status.problem(snapshot))]


def _machines() -> list[Snapshot]:
    calls = [replace(machines.after(None, error=kind("It failed.")), failures=5) for kind in HOST_ERRORS]
    codes = [code for code in AgentCode if code is not AgentCode.REMOVE_FAILED]
    ended = [replace(machines.just_after(machines.outcome(code=code, message="No.")), failures=1) for code in codes]
    assert machines.NEW.host is not None
    hosts = [replace(machines.NEW.host, problem=problem) for problem in _problems()]
    hosts.append(replace(machines.NEW.host, is_blocked=True))
    return [*calls, *ended, *(replace(machines.NEW, host=host) for host in hosts)]


def test_machines_show_nothing_but_what_the_entries_say() -> None:
    bodies = [one.resource.get("status", {}) for one in machines.samples() if "deletion" not in str(one.resource)]
    bodies += [compose(one, decide(one, NOW).assessment, NOW).to_json() for one in _machines()]
    shown = {
        (Reason(condition["reason"]), condition["type"], _VALUES[condition["status"]])
        for body in bodies
        for condition in body.get("conditions", [])
    }
    said = {(reason, str(kind), value) for reason, one in CATALOGUE.items() for kind, value in one.machine}
    assert shown - said == set()
    assert len({reason for reason, _, _ in shown}) >= 40


def test_the_events_that_are_warnings() -> None:
    warnings = {event.value for event, entry in EVENTS.items() if entry.warning}
    assert warnings == {
        "Abandoned", "AgentRolloutFailed", "DriftDetected", "HostProblem", "NotificationTargetsInvalid",
        "NotificationsFailing", "PreflightChanged", "Rejected", "Retrying", "RunFailed", "ServedByAnotherOperator", "StatusRefused",
    }  # fmt: skip


def test_the_events_of_hosts() -> None:
    on_hosts = {event.value for event, entry in EVENTS.items() if entry.on_host}
    assert on_hosts == {
        "AgentInstalled", "AgentRolloutFailed", "HostProblem", "HostReachable", "PreflightChanged", "ServedByAnotherOperator",
        "StatusRefused",
    }  # fmt: skip


def test_the_events_of_the_secret_of_targets() -> None:
    on_secrets = {event.value for event, entry in EVENTS.items() if entry.on_secret}
    assert on_secrets == {"NotificationTargetsInvalid", "NotificationsFailing", "NotificationsResumed"}


_REFUSED = """
    InvalidSpec InvalidFields SchemaVersionMismatch SecretNotFound SecretKeyNotFound SecretNotReadable SecretInvalid
    GuestDataTooLarge HostNotFound NamespaceNotAllowed ImageNotAllowed VlanNotAllowed NameNotAllowed DeletionPolicyNotAllowed
    SizeNotAllowed MachineQuotaExceeded SizeQuotaExceeded DuplicateName ClusterRequired
"""


@pytest.mark.parametrize(
    ("condition", "value", "reasons"),
    [
        ("Ready", True, "Ready"),
        ("Accepted", True, "Accepted"),
        ("Accepted", False, _REFUSED),
        ("Provisioned", True, "Provisioned"),
        ("Provisioned", None, "NotYet"),
        ("GuestConfigured", True, "GuestConfigured"),
        ("GuestConfigured", None, "NotYet"),
        ("Synced", True, "InSync"),
        (
            "Synced",
            False,
            "Paused OutOfSync VMMissing NamespaceNotAllowed VlanNotAllowed NameNotAllowed SizeNotAllowed SizeQuotaExceeded",
        ),
    ],
)
def test_the_reasons_that_a_value_of_a_condition_has(condition: str, value: bool | None, reasons: str) -> None:
    found = [
        str(reason) for reason, entry in CATALOGUE.items() if (MachineCondition(condition), value) in entry.machine
    ]
    assert sorted(found) == sorted(reasons.split())
