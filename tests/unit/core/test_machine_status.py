"""The status that is written: claims, runs, history, diagnosis, and what is known of the VM."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from hyperv_operator import errors
from hyperv_operator.api.machine import Applied, HyperVMachineStatus, PastRun, Run, Sealed
from hyperv_operator.api.names import Reason
from hyperv_operator.core.actions import Launch, Provision, Remove, Update
from hyperv_operator.core.decision import Assessment, Readiness, in_progress, stalled, unchanged
from hyperv_operator.core.decision_table import decide
from hyperv_operator.core.machine_status import LaunchStart, compose, compose_start, outcome_line
from hyperv_operator.core.snapshot import ActiveTask, Snapshot
from hyperv_operator.protocol.job import DesiredVm, JobKind
from hyperv_operator.protocol.records import AgentCode, Outcome, OutcomeKind
from unit.core.samples import (
    APPLIED,
    CLAIM,
    HOST,
    NOW,
    ORIGIN,
    RUN,
    SECOND,
    SNAPSHOT,
    SPEC,
    UID,
    VM_ID,
    condition,
    configured,
    failed,
    inventory,
    launched,
    pending,
    resized,
    result,
    vm,
    with_host,
    with_spec,
)

STARTED = Run(id=RUN, attempt=1, started_at=NOW - 5 * SECOND, step="CopyImage")
WORKING = in_progress(Reason.RUNNING, "Work.")
STALLED = stalled(Reason.INTERNAL, "Broken.", diagnosis="The disk is gone.")
OTHER_ID = "6d2c7d0a-3a44-4c6e-a0a8-0f5f1f2b3c4d"


def _launched(run: Run = STARTED, **status: Any) -> Snapshot:
    return launched(run=run, **status)


def _conditions(status: HyperVMachineStatus) -> dict[str, tuple[str, str]]:
    return {one.type: (one.status, one.reason) for one in status.conditions}


# --- the three of kstatus --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("assessment", "ready", "reconciling", "stalled_condition"),
    [
        (WORKING, ("Unknown", "Running"), ("True", "Running"), ("False", "AsExpected")),
        (STALLED, ("False", "Internal"), ("False", "Idle"), ("True", "Internal")),
        (Assessment(Readiness.READY, Reason.READY, "x"), ("True", "Ready"), ("False", "Idle"), ("False", "AsExpected")),
    ],
)
def test_ready_reconciling_and_stalled_follow_kstatus(
    assessment: Assessment, ready: Any, reconciling: Any, stalled_condition: Any
) -> None:
    found = _conditions(compose(SNAPSHOT, assessment, NOW))
    assert (found["Ready"], found["Reconciling"], found["Stalled"]) == (ready, reconciling, stalled_condition)


def test_a_pass_that_judges_nothing_leaves_the_three_and_the_generation_as_they_are() -> None:
    before = configured(condition("Ready", "True", "Ready"), observed_generation=1)
    after = compose(replace(before, generation=2), unchanged(Reason.QUEUED, "x"), NOW)
    assert after == before.status.model_copy(
        update={"conditions": after.conditions, "host": "hyperv01", "power_state": "Running"}
    )
    assert after.observed_generation == 1, "Ready still speaks of the earlier spec"
    ready = after.condition("Ready")
    assert ready
    assert (ready.status, ready.observed_generation) == ("True", 1)


def test_every_pass_writes_its_generation() -> None:
    status = compose(replace(SNAPSHOT, generation=7), WORKING, NOW)
    assert status.observed_generation == 7
    ready = status.condition("Ready")
    assert ready
    assert ready.observed_generation == 7


# --- milestones ------------------------------------------------------------------------------------------------------


def test_what_is_not_reached_is_unknown_until_it_is() -> None:
    found = _conditions(compose(SNAPSHOT, WORKING, NOW))
    assert {found[kind] for kind in ("Provisioned", "GuestConfigured", "Synced")} == {("Unknown", "NotYet")}
    kept = launched(conditions=(condition("Synced", "False", "OutOfSync"),))
    assert _conditions(compose(kept, WORKING, NOW))["Synced"] == ("False", "OutOfSync")
    assert "Synced" not in _conditions(compose(replace(SNAPSHOT, deleting=True), WORKING, NOW))


def test_a_completed_provisioning_sets_both_milestones_once() -> None:
    done = Outcome(outcome=OutcomeKind.COMPLETED, vm_id=VM_ID)
    status = compose(replace(_launched(), last=result(done)), WORKING, NOW)
    assert _conditions(status)["Provisioned"] == ("True", "Provisioned")
    assert _conditions(status)["GuestConfigured"] == ("True", "GuestConfigured")
    reached = configured(condition("Provisioned", "True", "Provisioned"))
    again = compose(replace(reached, generation=9), WORKING, NOW)
    for kind in ("Provisioned", "GuestConfigured"):
        one = again.condition(kind)
        assert one
        assert one.observed_generation == 9, "clients ignore the condition of an earlier generation"
        assert one.last_transition_time == NOW


@pytest.mark.parametrize(
    ("last", "done"),
    [
        (result(Outcome(outcome=OutcomeKind.COMPLETED, vm_id=VM_ID)), True),
        (result(Outcome(outcome=OutcomeKind.COMPLETED)), False),
        (result(pending("WaitingForGuest", vm_id=VM_ID)), False),
        (result(Outcome(outcome=OutcomeKind.COMPLETED, vm_id=VM_ID), JobKind.UPDATE), False),
        (result(errors.ShellLost("x")), False),
        (None, False),
    ],
)
def test_a_machine_is_configured_when_its_provisioning_completed(last: Any, *, done: bool) -> None:
    assert replace(launched(), last=last).is_configured is done


def test_when_the_guest_was_configured_is_recorded_once_and_outlives_its_condition() -> None:
    done = Outcome(outcome=OutcomeKind.COMPLETED, vm_id=VM_ID)
    assert compose(replace(_launched(), last=result(done)), WORKING, NOW).guest_configured_at == NOW
    assert compose(_launched(), WORKING, NOW).guest_configured_at is None
    assert compose(configured(), WORKING, NOW + SECOND).guest_configured_at == NOW
    assert configured().is_configured
    assert not launched(vm_id=VM_ID, conditions=(condition("GuestConfigured"),)).is_configured


def test_a_condition_without_a_vm_does_not_make_a_machine_configured() -> None:
    assert configured().is_configured
    bare = configured().status.model_copy(update={"vm_id": None})
    assert not replace(configured(), status=bare).is_configured


# --- runs ------------------------------------------------------------------------------------------------------------


def test_a_running_task_shows_its_step_and_progress() -> None:
    task = ActiveTask(JobKind.PROVISION, running=True, since=NOW, step="RegisterVM", percent=40)
    run = compose(replace(_launched(), active_task=task), WORKING, NOW).run
    assert run
    assert (run.step, run.step_progress) == ("RegisterVM", 40)
    none_yet = compose(replace(_launched(), active_task=replace(task, step=None, percent=None)), WORKING, NOW).run
    assert none_yet
    assert none_yet.step == "CopyImage"


@pytest.mark.parametrize("changes", [{"running": False}, {}])
def test_a_task_shows_nothing_before_it_runs_or_after_the_run_has_ended(changes: dict[str, Any]) -> None:
    task = ActiveTask(JobKind.PROVISION, **{"running": True, **changes}, since=NOW, step="RegisterVM")
    over = STARTED if changes else STARTED.model_copy(update={"finished_at": NOW})
    run = compose(replace(_launched(over), active_task=task), WORKING, NOW).run
    assert run == over


def test_a_launch_that_ends_closes_its_run() -> None:
    ended = replace(_launched(), last=result(failed(AgentCode.COPY_FAILED), step="CopyImage"))
    status = compose(ended, STALLED, NOW)
    assert status.run
    assert (status.run.finished_at, status.run.outcome, status.run.step_progress) == (
        NOW - SECOND,
        "failed: CopyFailed",
        None,
    )
    assert status.run.step == "CopyImage"
    elsewhere = compose(
        replace(_launched(), last=result(failed(AgentCode.COPY_FAILED), step="RegisterVM")), STALLED, NOW
    )
    assert elsewhere.run
    assert elsewhere.run.step == "RegisterVM"
    silent = compose(replace(_launched(), last=result(failed(AgentCode.COPY_FAILED))), STALLED, NOW)
    assert silent.run
    assert silent.run.step == "CopyImage"
    assert status.history == (
        PastRun(id=RUN, attempt=1, finished_at=NOW - SECOND, outcome="failed: CopyFailed", message="It failed."),
    )


@pytest.mark.parametrize(
    ("run", "changes"),
    [
        (STARTED, {"attempt": 2}),
        (STARTED, {"run_id": UID}),
        (STARTED.model_copy(update={"finished_at": NOW}), {}),
    ],
)
def test_the_end_of_another_launch_closes_nothing(run: Run, changes: dict[str, Any]) -> None:
    status = compose(replace(_launched(run), last=result(failed(AgentCode.COPY_FAILED), **changes)), STALLED, NOW)
    assert status.run == run
    assert status.history == ()


def test_a_launch_that_is_pending_does_not_end_its_run() -> None:
    status = compose(replace(_launched(), last=result(pending("WaitingForGuest"))), WORKING, NOW)
    assert status.run
    assert status.run.outcome == "pending: WaitingForGuest"
    assert status.history == ()


def test_history_keeps_the_last_five_runs_newest_first() -> None:
    old = tuple(PastRun(id=UID, attempt=number, finished_at=NOW, outcome="x") for number in range(5, 0, -1))
    ended = replace(_launched(history=old), last=result(errors.GuestKeyRefused("m" * 600)))
    history = compose(ended, WORKING, NOW).history
    assert [one.id for one in history] == [RUN, UID, UID, UID, UID]
    assert [one.attempt for one in history] == [1, 5, 4, 3, 2]
    assert history[0].message == "m" * 512


@pytest.mark.parametrize(
    ("outcome", "line"),
    [
        (errors.ShellLost("x"), "failed: ShellLost"),
        (failed(AgentCode.COPY_FAILED), "failed: CopyFailed"),
        (pending("HostBusy"), "pending: HostBusy"),
        (Outcome(outcome=OutcomeKind.COMPLETED, reason="Provisioned"), "completed: Provisioned"),
        (Outcome(outcome=OutcomeKind.COMPLETED, reason="R" * 64), "completed: " + "R" * 53),
    ],
)
def test_an_outcome_is_two_words(outcome: Any, line: str) -> None:
    assert outcome_line(result(outcome)) == line


def test_an_end_without_outcome_or_error_is_internal() -> None:
    assert outcome_line(replace(result(pending("x")), outcome=None)) == "failed: Internal"


# --- diagnosis -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "assessment", "shown"),
    [
        (None, STALLED, "The disk is gone."),
        ("Before.", STALLED, "The disk is gone."),
        ("Before.", stalled(Reason.INTERNAL, "x"), "Before."),
        ("Before.", unchanged(Reason.QUEUED, "x"), "Before."),
        ("Before.", WORKING, None),
        ("Before.", Assessment(Readiness.READY, Reason.READY, "x"), None),
        (None, stalled(Reason.INTERNAL, "x"), None),
        (None, stalled(Reason.INTERNAL, "x", diagnosis="d" * 2_049), "d" * 2_048),
    ],
)
def test_a_diagnosis_stays_while_the_machine_is_stalled(old: str | None, assessment: Assessment, shown: Any) -> None:
    assert compose(_launched(diagnosis=old), assessment, NOW).diagnosis == shown


# --- the VM ----------------------------------------------------------------------------------------------------------


def test_the_vm_is_shown_as_the_inventory_reports_it() -> None:
    addresses = tuple(f"10.0.0.{number}" for number in range(40))
    status = compose(inventory(_launched(), vms=(vm(state="Off", addresses=addresses),)), WORKING, NOW)
    assert (status.vm_id, status.host, status.power_state) == (VM_ID, "hyperv01", "Off")
    assert status.addresses == addresses[:32]


def test_the_vms_id_comes_from_the_launch_first_and_never_changes() -> None:
    told = replace(inventory(_launched()), last=result(pending("WaitingForGuest", vm_id=VM_ID)))
    assert compose(told, WORKING, NOW).vm_id == VM_ID
    assert (
        compose(replace(told, status=told.status.model_copy(update={"vm_id": OTHER_ID})), WORKING, NOW).vm_id
        == OTHER_ID
    )
    seen = inventory(_launched(vm_id=OTHER_ID), vms=(vm(),))
    assert compose(seen, WORKING, NOW).vm_id == OTHER_ID
    assert compose(seen, WORKING, NOW).power_state is None, "in conflict, nothing of it is shown"


def test_the_os_family_is_that_of_the_job() -> None:
    assert (
        compose(replace(_launched(), last=result(pending("x"), os_family="linux")), WORKING, NOW).os_family == "linux"
    )
    assert compose(_launched(os_family="windows"), WORKING, NOW).os_family == "windows"


# --- claims ----------------------------------------------------------------------------------------------------------


def _start(work: Any = None, **changes: Any) -> LaunchStart:
    action = decide(SNAPSHOT, NOW).action
    assert isinstance(action, Launch)
    launch = replace(action, attempt=3, **({"work": work} if work else {}))
    return replace(LaunchStart(launch, RUN, 1, NOW, "{}", agent="0" * 16), **changes)


@pytest.mark.parametrize(
    ("work", "kind", "reason", "verb"),
    [
        (None, "provision", "Running", "provisions"),
        (Update(DesiredVm()), "update", "Running", "updates"),
        (Remove(), "remove", "Deleting", "removes"),
    ],
)
def test_a_claim_names_the_launch_and_its_operator(work: Any, kind: str, reason: str, verb: str) -> None:
    status = compose_start(replace(SNAPSHOT, generation=4), _start(work), "me", NOW)
    assert status.claim == CLAIM.model_copy(update={"attempt": 3, "agent": "0" * 16})
    assert status.run == Run.model_validate(
        {"id": RUN, "kind": kind, "attempt": 3, "startedAt": NOW, "definition": "{}"}
    )
    ready = status.condition("Ready")
    assert ready
    assert (ready.status, ready.reason, ready.message) == ("Unknown", reason, f"The agent on hyperv01 {verb} the VM.")
    assert status.observed_generation == 4
    assert ("Accepted" in _conditions(status)) is (work is None)


def test_a_claim_of_the_same_run_keeps_its_step_and_one_of_another_run_does_not() -> None:
    same = compose_start(_launched(), _start(), "me", NOW).run
    other = compose_start(_launched(), _start(run_id=UID), "me", NOW).run
    assert same
    assert other
    assert (same.step, other.step) == ("CopyImage", None)


@pytest.mark.parametrize(("failures", "ready"), [(1, ("False", "Internal")), (0, ("Unknown", "Running"))])
def test_a_retry_of_a_stalled_machine_stays_stalled(failures: int, ready: Any) -> None:
    broken = compose(SNAPSHOT, STALLED, NOW)
    again = compose_start(replace(SNAPSHOT, status=broken, failures=failures), _start(), "me", NOW)
    assert _conditions(again)["Ready"] == ready


def test_a_sealing_is_written_and_a_launch_without_one_keeps_the_last() -> None:
    sealed = Sealed(run_id=RUN, kid="k", count=1, secrets={})
    claimed = compose_start(SNAPSHOT, _start(sealed=sealed), "me", NOW)
    assert claimed.sealed == sealed
    assert compose_start(replace(SNAPSHOT, status=claimed), _start(), "me", NOW).sealed == sealed


def test_a_long_definition_is_cut() -> None:
    run = compose_start(SNAPSHOT, _start(definition="x" * 16_385), "me", NOW).run
    assert run
    assert run.definition == "x" * 16_384


def test_the_host_of_a_claim_is_the_one_that_is_launched_on() -> None:
    start = _start()
    moved = replace(start, launch=replace(start.launch, host=replace(HOST, name="hyperv02")))
    ready = compose_start(SNAPSHOT, moved, "me", NOW).condition("Ready")
    assert ready
    assert "hyperv02" in ready.message


# --- what a machine is made with, and what is applied to it ---------------------------------------------------------


def _claimed(snapshot: Snapshot = SNAPSHOT, work: Any = None, **changes: Any) -> HyperVMachineStatus:
    return compose_start(snapshot, _start(work, **changes), "me", NOW)


def test_the_first_claim_records_what_the_machine_is_made_with() -> None:
    assert _claimed().origin == ORIGIN
    assert ORIGIN.fields == {
        "vm_name": '"a"',
        "image_name": '"Ubuntu 24.04"',
        "vlan_id": "0",
        "vm_clustered": "false",
    }
    assert (ORIGIN.machines_folder, ORIGIN.schema_version, ORIGIN.host_id) == ("D:\\V", 1, HOST.identity)


def test_a_later_claim_leaves_the_record_as_it_is() -> None:
    earlier = ORIGIN.model_copy(update={"machines_folder": "E:\\Old", "schema_version": 7})
    assert _claimed(launched(origin=earlier)).origin == earlier
    assert _claimed(launched(origin=earlier), Update(DesiredVm())).origin == earlier
    assert _claimed(SNAPSHOT, Remove()).origin is None


def test_a_host_without_a_pinned_identity_is_no_origin() -> None:
    start = _start()
    unpinned = replace(start, launch=replace(start.launch, host=replace(HOST, identity=None)))
    assert compose_start(SNAPSHOT, unpinned, "me", NOW).origin is None


def test_a_sealing_adds_what_the_guest_is_given() -> None:
    sealed = Sealed(run_id=RUN, kid="k", count=1, secrets={})
    origin = _claimed(sealed=sealed).origin
    assert origin
    assert origin.fields == {
        **ORIGIN.fields,
        "guest_la_uid": '"admin"',
        "guest_la_pw": '{"key":"k","name":"s"}',
    }


def test_a_vm_is_made_with_what_the_job_says_and_running() -> None:
    big = with_spec(SNAPSHOT, fields={**SPEC.fields, "cpu_cores": 4, "gb_ram": 8}, power_state="Off")
    action = decide(big, NOW).action
    assert isinstance(action, Launch)
    assert _claimed(big, action.work).applied == Applied(cpu_cores=4, gb_ram=8, power_state="Running")
    known = launched(vm_id=VM_ID)
    assert _claimed(known, action.work).applied == APPLIED, "the VM was made by an earlier launch"
    assert _claimed(known, Update(DesiredVm())).applied == APPLIED


def test_a_claim_that_replaces_a_lost_vm_forgets_it() -> None:
    sealed = Sealed(run_id=RUN, kid="k", count=1, secrets={})
    before = launched(vm_id=VM_ID, host="b", power_state="Off", addresses=("10.0.0.1",), sealed=sealed)
    action = decide(with_spec(SNAPSHOT, fields={**SPEC.fields, "cpu_cores": 4}), NOW).action
    assert isinstance(action, Launch)
    assert isinstance(action.work, Provision)
    status = _claimed(before, replace(action.work, lost_vm_id=VM_ID))
    assert (status.vm_id, status.host, status.power_state, status.addresses, status.sealed) == (
        None,
        None,
        None,
        (),
        None,
    )
    assert status.applied == APPLIED.model_copy(update={"cpu_cores": 4})
    kept = _claimed(before, action.work)
    assert (kept.vm_id, kept.host, kept.sealed) == (VM_ID, "b", sealed)


def test_the_id_of_a_lost_vm_does_not_come_back_from_the_launch_that_made_it() -> None:
    old = result(pending("WaitingForGuest", vm_id=VM_ID))
    again = replace(_launched(claim=CLAIM.model_copy(update={"attempt": 2})), last=old)
    assert compose(again, WORKING, NOW).vm_id is None


def test_a_completed_update_is_applied_when_its_run_is_closed() -> None:
    run = STARTED.model_copy(update={"kind": "update"})
    done = Outcome(outcome=OutcomeKind.COMPLETED)
    last = result(done, JobKind.UPDATE, applied=Applied(cpu_cores=1))
    closing = replace(resized(run=run), last=last)
    closing = replace(closing, host=replace(HOST, begun_at=NOW - 2 * SECOND, report=None))
    assert compose(closing, WORKING, NOW).applied == APPLIED
    closed = replace(
        closing, status=closing.status.model_copy(update={"run": run.model_copy(update={"finished_at": NOW})})
    )
    applied = compose(closed, WORKING, NOW).applied
    assert applied
    assert applied.cpu_cores == 8, "a later edit would be lost if an old update counted for ever"


@pytest.mark.parametrize(
    ("snapshot", "cpu_cores"),
    [
        (inventory(resized(), vms=(vm(cpu_cores=1),)), 1),
        (resized(), 8),
        (with_host(inventory(resized(), vms=(vm(cpu_cores=1),)), begun_at=None), 8),
        (replace(inventory(resized(), vms=(vm(cpu_cores=1),)), spec="spec.x: wrong"), 8),
        (inventory(resized(), vms=()), 8),
        (inventory(resized(), vms=(vm(cpu_cores=1, replica=True),)), 8),
    ],
)
def test_what_a_fresh_inventory_shows_of_the_spec_is_applied(snapshot: Snapshot, cpu_cores: int) -> None:
    applied = compose(snapshot, WORKING, NOW).applied
    assert applied
    assert applied.cpu_cores == cpu_cores
