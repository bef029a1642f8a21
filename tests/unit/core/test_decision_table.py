"""Decisions: what is not acceptable is reported and not launched, deletion always succeeds, and nothing makes a pass fail."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperv_operator.api.machine import Claim, HyperVMachineStatus, Sealed
from hyperv_operator.api.names import Reason
from hyperv_operator.core.actions import Launch, Release, Wait
from hyperv_operator.core.decision import Readiness
from hyperv_operator.core.decision_table import decide
from hyperv_operator.core.machine_status import LaunchStart, compose, compose_start
from hyperv_operator.core.snapshot import ActiveTask, HostProblem, Rival, SecretCheck
from hyperv_operator.protocol.inventory import GuestFacts, JournalFacts
from hyperv_operator.protocol.job import JobKind
from hyperv_operator.protocol.records import RemovalFinding
from hyperv_operator.schema.loader import load_schema
from hyperv_operator.schema.model import JobSchema
from unit.core.samples import CLAIM, HOST, NOW, ORIGIN, ROOT, RUN, SECOND, SNAPSHOT, SPEC, UID

_OLDER = Rival("b", same_namespace=False, name="b", created_at=NOW - SECOND, has_vm=False, has_claim=False)
_TWIN = replace(_OLDER, created_at=NOW, uid="00000000-0000-4000-8000-000000000000")
_BROKEN = HostProblem(Reason.TLS_UNTRUSTED, "No trust.", needs_person=True)


def test_a_good_machine_is_launched() -> None:
    action = decide(SNAPSHOT, NOW).action
    assert isinstance(action, Launch)
    assert (action.kind, action.attempt, action.run_id) == (JobKind.PROVISION, 1, None)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"spec": "spec.x: wrong"}, Reason.INVALID_SPEC),
        ({"spec": SPEC.model_copy(update={"schema_version": 2})}, Reason.SCHEMA_VERSION_MISMATCH),
        ({"spec": SPEC.model_copy(update={"fields": {}})}, Reason.INVALID_FIELDS),
        ({"host": None}, Reason.HOST_NOT_FOUND),
        ({"namespace_labels": {}}, Reason.NAMESPACE_NOT_ALLOWED),
        ({"rivals": (_OLDER,)}, Reason.DUPLICATE_NAME),
        ({"rivals": (_TWIN,)}, Reason.DUPLICATE_NAME),
        (
            {
                "secrets": (SecretCheck("guest_la_pw", "s", "k", None, Reason.SECRET_NOT_FOUND, "No Secret."),),
                "created_at": NOW - 10 * SECOND,
            },
            Reason.SECRET_NOT_FOUND,
        ),
        ({"host": replace(HOST, problem=_BROKEN)}, Reason.TLS_UNTRUSTED),
        (
            {"spec": SPEC.model_copy(update={"fields": {**SPEC.fields, "image_name": "Debian 13"}})},
            Reason.IMAGE_NOT_FOUND,
        ),
    ],
)
def test_an_obstacle_is_reported_and_nothing_is_launched(changes: dict[str, Any], reason: Reason) -> None:
    decision = decide(replace(SNAPSHOT, **changes), NOW)
    assert isinstance(decision.action, Wait)
    assert (decision.assessment.readiness, decision.assessment.reason) == (Readiness.STALLED, reason)
    assert decision.assessment.message


_TEXT = (ROOT / "Schemas" / "job-inputs.yaml").read_text().replace("version: 1", "version: 2", 1)
_NEXT = load_schema(_TEXT)
_STRICTER = load_schema(_TEXT.replace("minimum: 1, maximum: 12288", "minimum: 2, maximum: 12288"))
_LAUNCHED = HyperVMachineStatus(claim=CLAIM, origin=ORIGIN)
_CONFIGURED = HyperVMachineStatus(
    vm_id="11111111-1111-4111-8111-111111111111", claim=CLAIM, origin=ORIGIN, guest_configured_at=NOW
)


@pytest.mark.parametrize(
    ("schema", "status", "reason"),
    [
        (_NEXT, HyperVMachineStatus(), Reason.SCHEMA_VERSION_MISMATCH),
        (_NEXT, _LAUNCHED, None),
        (_STRICTER, _LAUNCHED, Reason.SCHEMA_VERSION_MISMATCH),
        (_STRICTER, _CONFIGURED, None),
    ],
)
def test_an_upgrade_stops_what_was_not_launched_and_lets_the_rest_go_on(
    schema: JobSchema, status: HyperVMachineStatus, reason: Reason | None
) -> None:
    assessment = decide(replace(SNAPSHOT, schema=schema, status=status), NOW).assessment
    if reason:
        assert assessment.reason is reason
        assert "set spec.schemaVersion to 2" in assessment.message
    else:
        # The VM of the configured machine is missing from this inventory, so a later row decides.
        assert assessment.reason not in (Reason.SCHEMA_VERSION_MISMATCH, Reason.INVALID_FIELDS)


def test_an_agent_that_does_not_know_the_version_is_waited_for() -> None:
    assert HOST.report is not None
    agent = HOST.report.facts.agent.model_copy(update={"schema_versions": (2, 3)})
    report = HOST.report.model_copy(update={"facts": HOST.report.facts.model_copy(update={"agent": agent})})
    assessment = decide(replace(SNAPSHOT, host=replace(HOST, report=report)), NOW).assessment
    assert (assessment.readiness, assessment.reason) == (Readiness.IN_PROGRESS, Reason.AGENT_ROLLOUT_INCOMPLETE)
    assert "supports schema versions 2, 3, not 1" in assessment.message


_LATER_RUN = "c8e23ec2-9f2c-4f5e-8d0a-5a4f5b8a9d11"
_VM_ID = "5d2c7d0a-3a44-4c6e-a0a8-0f5f1f2b3c4d"


@pytest.mark.parametrize(
    ("run", "heard"), [(RUN, True), ("d9e23ec2-9f2c-4f5e-8d0a-5a4f5b8a9d12", False), (_LATER_RUN, False)]
)
@pytest.mark.parametrize(
    "state", [{"state": "pending", "reason": "WaitingForGuest"}, {"state": "failed", "code": "GuestTimeout"}]
)
def test_a_guest_is_heard_that_answers_for_the_run_it_was_given_its_data_in(
    state: dict[str, Any], run: str, heard: bool
) -> None:
    """A later run has taken over since, as a changed spec or a timeout makes one."""
    assert HOST.report is not None
    told = json.dumps({"vm": _VM_ID, "run": run, "kid": "k", "state": "applied"})
    vm = HOST.report.vms[0].model_copy(update={"machine_uid": UID, "guest": GuestFacts(state=told)})
    journal = HOST.report.journals[0].model_copy(update={"machine_uid": UID, "run_id": _LATER_RUN, "attempt": 3})
    journal = JournalFacts.model_validate({**journal.model_dump(), "reason": None, **state})
    report = HOST.report.model_copy(update={"vms": (vm,), "journals": (journal,)})
    status = HyperVMachineStatus(
        claim=Claim(run_id=_LATER_RUN, attempt=3, operator="me"),
        vm_id=_VM_ID,
        sealed=Sealed(run_id=RUN, kid="k", count=1, secrets={}),
    )
    snapshot = replace(SNAPSHOT, host=replace(HOST, report=report), status=status)
    assert isinstance(decide(snapshot, NOW).action, Launch) is heard


def test_a_claim_is_not_written_over_before_the_agent_is_at_a_step() -> None:
    launch = decide(SNAPSHOT, NOW).action
    assert isinstance(launch, Launch)
    start = LaunchStart(launch, SNAPSHOT.uid, SNAPSHOT.generation, NOW, "{}")
    claimed = replace(
        SNAPSHOT,
        status=compose_start(SNAPSHOT, start, "me", NOW),
        active_task=ActiveTask(JobKind.PROVISION, running=True, since=NOW),
    )
    assert compose(claimed, decide(claimed, NOW).assessment, NOW) == claimed.status
    assert claimed.active_task
    in_progress = replace(claimed, active_task=replace(claimed.active_task, step="CopyImage"))
    ready = compose(in_progress, decide(in_progress, NOW).assessment, NOW).condition("Ready")
    assert ready is not None
    assert ready.message == "The agent is at step CopyImage."


def test_another_namespaces_machine_is_not_named() -> None:
    message = decide(replace(SNAPSHOT, rivals=(replace(_OLDER, name="their-secret-name"),)), NOW).assessment.message
    assert "their-secret-name" not in message


def test_a_paused_machine_is_left_alone() -> None:
    decision = decide(replace(SNAPSHOT, spec=SPEC.model_copy(update={"paused": True})), NOW)
    assert (decision.action, decision.assessment.reason) == (Wait(), Reason.PAUSED)


@pytest.mark.parametrize(
    ("changes", "releases"),
    [
        ({}, True),
        ({"host": None}, False),
        ({"host": None, "seen_created": True}, True),
        ({"host": replace(HOST, problem=_BROKEN), "deletion_read_at": NOW}, False),
        ({"host": replace(HOST, problem=_BROKEN), "deletion_read_at": NOW, "seen_created": True}, True),
        ({"status": HyperVMachineStatus(claim=CLAIM)}, False),
        ({"status": HyperVMachineStatus(claim=CLAIM), "removal": RemovalFinding.NO_VM_FOUND}, True),
        ({"status": HyperVMachineStatus(claim=CLAIM), "host": None}, False),
        ({"status": HyperVMachineStatus(claim=CLAIM), "host": None, "abandon": UID}, True),
        ({"status": HyperVMachineStatus(claim=CLAIM), "host": None, "abandon": "another"}, False),
        (
            {
                "status": HyperVMachineStatus(claim=CLAIM),
                "host": None,
                "retains": True,
            },
            True,
        ),
    ],
)
def test_a_deleted_machine_is_released_only_when_nothing_can_be_left_or_a_person_says_so(
    changes: dict[str, Any],
    releases: bool,
) -> None:
    decision = decide(replace(SNAPSHOT, deleting=True, **changes), NOW)
    assert isinstance(decision.action, Release) is releases
    if not releases and changes.get("host", HOST) is None:
        assert "hyperv-operator.io/abandon" in decision.assessment.message


@given(
    deleting=st.booleans(),
    spec=st.sampled_from(["unreadable", SPEC, SPEC.model_copy(update={"paused": True})]),
    host=st.sampled_from([None, HOST, replace(HOST, problem=_BROKEN), replace(HOST, report=None, begun_at=None)]),
    status=st.sampled_from([HyperVMachineStatus(), HyperVMachineStatus(claim=CLAIM)]),
    rivals=st.sampled_from([(), (_OLDER,), (_TWIN,)]),
    failures=st.integers(0, 50),
)
def test_every_snapshot_has_one_decision_and_a_status_that_settles(failures: int, **changes: Any) -> None:
    snapshot = replace(SNAPSHOT, failures=failures, **changes)
    decision = decide(snapshot, NOW)
    assert decide(snapshot, NOW) == decision
    status = compose(snapshot, decision.assessment, NOW)
    assert compose(replace(snapshot, status=status), decision.assessment, NOW + SECOND) == status
    ready, stalled = status.condition("Ready"), status.condition("Stalled")
    if ready and stalled:
        assert (ready.status == "False") == (stalled.status == "True")
