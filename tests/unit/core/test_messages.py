"""What the rows say and how long they wait, where that differs within a row."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from hyperv_operator import errors
from hyperv_operator.api.host import HostId
from hyperv_operator.api.machine import Run
from hyperv_operator.api.names import ABANDON_ANNOTATION, Reason
from hyperv_operator.core.actions import Launch, Release, Remove, Update, Wait
from hyperv_operator.core.decision import Decision, Readiness
from hyperv_operator.core.decision_table import decide
from hyperv_operator.core.snapshot import ActiveTask, HostProblem, HostView, Snapshot
from hyperv_operator.protocol.job import DesiredVm, JobKind
from hyperv_operator.protocol.records import AgentCode, Outcome, OutcomeKind, RemovalFinding
from unit.core.samples import (
    HOST,
    NOW,
    SECOND,
    SNAPSHOT,
    SPEC,
    UID,
    VM_ID,
    condition,
    configured,
    ended,
    failed,
    inventory,
    journal,
    launched,
    pending,
    resized,
    result,
    vm,
    with_host,
    with_spec,
)

DOWN = HostProblem(Reason.HOST_UNREACHABLE, "No answer.", needs_person=False)
NO_ANSWER = (
    "The host did not answer, or the connection broke. The status of the HyperVHost has the details; whoever manages it can repair "
    "it."
)
IN_SYNC = condition("Synced", "True", "InSync")
READY = condition("Ready", "True", "Ready")


def _decide(snapshot: Snapshot) -> Decision:
    return decide(snapshot, NOW)


def _message(snapshot: Snapshot) -> str:
    return _decide(snapshot).assessment.message


def _deleted(snapshot: Snapshot) -> Snapshot:
    return replace(snapshot, deleting=True)


# --- removal ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("snapshot", "abandon", "released"),
    [
        (_deleted(launched()), UID, True),
        (_deleted(launched()), VM_ID, False),
        (_deleted(configured()), VM_ID, True),
        (_deleted(configured()), UID, False),
        (_deleted(configured()), None, False),
    ],
)
def test_a_machine_is_abandoned_by_its_vms_id_or_before_there_is_one_by_its_uid(
    snapshot: Snapshot, abandon: str | None, *, released: bool
) -> None:
    action = _decide(replace(snapshot, abandon=abandon)).action
    assert isinstance(action, Release) is released
    if isinstance(action, Release):
        assert action.abandoned
        assert action.left_behind
        assert "may be left on hyperv01" in action.left_behind
        assert UID in action.left_behind
        assert (VM_ID if abandon == VM_ID else "(id unknown)") in action.left_behind


def test_an_abandoned_machine_whose_spec_cannot_be_read_names_no_host() -> None:
    unread = replace(_deleted(launched()), abandon=UID, spec="spec.x: wrong", target_host=None)
    action = _decide(unread).action
    assert isinstance(action, Release)
    assert "may be left on its host" in (action.left_behind or "")
    moved = _decide(replace(_deleted(launched(host="hyperv02")), abandon=UID)).action
    assert isinstance(moved, Release)
    assert "may be left on hyperv02" in (moved.left_behind or "")


def test_a_release_says_what_was_kept() -> None:
    retained = _decide(replace(_deleted(configured()), retains=True)).action
    assert retained == Release(f"VM {VM_ID} was kept: spec.deletionPolicy is Retain.")
    nothing = _decide(replace(_deleted(launched()), retains=True)).action
    assert nothing == Release("VM (none yet) was kept: spec.deletionPolicy is Retain.")
    unread = _decide(replace(_deleted(configured()), retains=True, spec="spec.x: wrong")).action
    assert unread == Release(f"VM {VM_ID} was kept: spec.deletionPolicy is Retain or cannot be read.")
    assert _decide(_deleted(SNAPSHOT)).action == Release()
    assert _decide(replace(_deleted(launched()), removal=RemovalFinding.VM_REMOVED)).action == Release()


@pytest.mark.parametrize(
    ("kind", "words"), [(JobKind.REMOVE, "the removal"), (JobKind.PROVISION, "a launch that is under way")]
)
def test_a_deletion_says_what_it_waits_for(kind: JobKind, words: str) -> None:
    task = ActiveTask(kind, running=True, since=NOW)
    assert words in _message(replace(_deleted(launched()), active_task=task))


@pytest.mark.parametrize(
    "snapshot",
    [
        replace(_deleted(launched()), host=None),
        with_host(_deleted(launched()), problem=DOWN),
        replace(_deleted(launched()), last=result(failed(AgentCode.REMOVE_FAILED), JobKind.REMOVE)),
    ],
)
def test_a_deletion_that_cannot_continue_says_how_to_abandon_the_machine(snapshot: Snapshot) -> None:
    assert f"annotate it with {ABANDON_ANNOTATION}={UID}." in _message(snapshot)


@pytest.mark.parametrize(
    "snapshot", [replace(_deleted(launched()), host=None), with_host(_deleted(launched()), problem=DOWN)]
)
def test_a_deletion_without_its_host_is_checked_again(snapshot: Snapshot) -> None:
    assert _decide(snapshot).action == Wait(NOW + 30 * SECOND)


def test_a_removal_is_launched_where_the_vm_is_and_tried_again_after_its_pause() -> None:
    action = _decide(_deleted(launched())).action
    assert isinstance(action, Launch)
    assert (action.host, action.work, action.kind, action.attempt) == (HOST, Remove(), JobKind.REMOVE, 2)
    assert "Removing the VM" in _message(_deleted(launched()))
    broken = result(failed(AgentCode.REMOVE_FAILED, "In use."), JobKind.REMOVE, finished_at=NOW - 10 * SECOND)
    assert "tried again after: In use." in _message(replace(_deleted(launched()), last=broken))


# --- waiting ---------------------------------------------------------------------------------------------------------


def test_a_retry_names_its_time_and_what_happened() -> None:
    waiting = ended(failed(AgentCode.COPY_FAILED, "The copy broke off."))
    assert _message(waiting).startswith("The copy broke off. ")
    assert _message(waiting).endswith("Next attempt at 00:00:09 UTC.")
    assert _decide(waiting).action == Wait(NOW + 9 * SECOND)
    due = ended(failed(AgentCode.COPY_FAILED, "The copy broke off."), finished_at=NOW - 10 * SECOND)
    assert "Trying again after: The copy broke off." in _message(due)


def test_a_transient_failure_of_an_update_or_a_removal_keeps_its_reason() -> None:
    update = replace(resized(), last=result(failed(AgentCode.SUPERSEDED), JobKind.UPDATE))
    assert _decide(update).assessment.reason is Reason.SUPERSEDED
    removal = replace(_deleted(launched()), last=result(failed(AgentCode.SUPERSEDED), JobKind.REMOVE))
    assert _decide(removal).assessment.reason is Reason.SUPERSEDED


def test_a_failed_update_needs_a_person_and_a_failed_removal_never_stalls() -> None:
    update = replace(resized(), last=result(failed(AgentCode.NOT_OWNED), JobKind.UPDATE))
    assert _decide(update).assessment.readiness is Readiness.STALLED
    removal = replace(_deleted(launched()), last=result(errors.TlsUntrusted("x"), JobKind.REMOVE))
    assert _decide(removal).assessment.readiness is Readiness.IN_PROGRESS


@pytest.mark.parametrize(
    ("running", "step", "message"),
    [
        (False, None, "Waiting for a free slot on the host."),
        (True, "CopyImage", "The agent is at step CopyImage."),
        (True, None, "The agent is being started."),
    ],
)
def test_a_task_says_how_far_it_is(running: bool, step: str | None, message: str) -> None:
    task = ActiveTask(JobKind.PROVISION, running=running, since=NOW, step=step)
    assert _message(replace(SNAPSHOT, active_task=task)) == message


@pytest.mark.parametrize(
    ("failures", "status", "step", "readiness"),
    [
        (1, "True", None, Readiness.UNCHANGED),
        (1, "True", "CopyImage", Readiness.IN_PROGRESS),
        (0, "True", None, Readiness.IN_PROGRESS),
        (1, "False", None, Readiness.IN_PROGRESS),
    ],
)
def test_a_retry_of_a_stalled_machine_says_nothing_before_its_first_step(
    failures: int, status: str, step: str | None, readiness: Readiness
) -> None:
    stalled = launched(conditions=(condition("Stalled", status),))
    task = ActiveTask(JobKind.PROVISION, running=step is not None, since=NOW, step=step)
    assert _decide(replace(stalled, failures=failures, active_task=task)).assessment.readiness is readiness


def test_a_retry_with_a_corrected_spec_is_in_progress_at_once() -> None:
    stalled = launched(conditions=(condition("Stalled", "True", generation=1),))
    task = ActiveTask(JobKind.PROVISION, running=False, since=NOW)
    corrected = replace(stalled, failures=1, active_task=task, generation=2)
    assert _decide(corrected).assessment.readiness is Readiness.IN_PROGRESS


@pytest.mark.parametrize(
    ("snapshot", "words"),
    [
        (SNAPSHOT, "Waiting for a free slot on the host."),
        (configured(), "The agent updates the VM to match the spec."),
    ],
)
def test_a_pause_that_comes_during_a_launch_says_when_it_takes_effect(snapshot: Snapshot, words: str) -> None:
    task = ActiveTask(JobKind.PROVISION, running=False, since=NOW)
    later = " spec.paused is true: nothing more is started after this launch."
    assert _message(replace(snapshot, active_task=task)) == words
    assert _message(with_spec(replace(snapshot, active_task=task), paused=True)) == words + later
    step = replace(task, running=True, step="CopyImage")
    assert later in _message(with_spec(replace(snapshot, active_task=step), paused=True))


def test_a_paused_machine_says_whether_an_earlier_launch_still_runs() -> None:
    idle = _message(with_spec(SNAPSHOT, paused=True))
    assert idle == "spec.paused is true: the operator observes and launches nothing."
    running = inventory(launched(), journals=(journal(locked=True),))
    assert "still running on the host" in _message(with_spec(running, paused=True))
    over = inventory(launched(), journals=(journal(),))
    assert _message(with_spec(over, paused=True)) == idle


# --- provisioned -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("snapshot", "poll_soon"),
    [
        (replace(configured(), host=None), False),
        (with_host(configured(), begun_at=None), True),
        (with_host(configured(), begun_at=None, problem=DOWN), False),
    ],
)
def test_a_host_that_cannot_be_used_is_not_polled_sooner(snapshot: Snapshot, *, poll_soon: bool) -> None:
    assert _decide(snapshot).action == Wait(poll_soon=poll_soon)


def test_a_ready_machine_whose_host_has_a_problem_stays_ready_and_its_sync_is_unknown() -> None:
    unseen = _decide(with_host(configured(READY), begun_at=None, problem=DOWN)).assessment
    assert unseen.synced
    assert (unseen.synced.value, unseen.synced.reason) == (None, Reason.HOST_UNREACHABLE)
    assert unseen.message == f"Host hyperv01: {NO_ANSWER}"
    fresh = _decide(with_host(configured(READY), begun_at=None)).assessment
    assert (fresh.readiness, fresh.synced) == (Readiness.UNCHANGED, None)
    unpolled = HostProblem(Reason.WAITING_FOR_INVENTORY, "Not polled yet.", needs_person=False)
    started = _decide(with_host(configured(READY), begun_at=None, problem=unpolled)).assessment
    assert (started.readiness, started.synced) == (Readiness.UNCHANGED, None), "a restart writes nothing"
    edited = _decide(replace(with_host(configured(READY), begun_at=None, problem=DOWN), generation=2)).assessment
    assert (edited.readiness, edited.reason) == (Readiness.IN_PROGRESS, Reason.HOST_UNREACHABLE)
    assert edited.message == f"Whether the VM matches the changed spec is not known. Host hyperv01: {NO_ANSWER}"
    polled = _decide(replace(with_host(configured(READY), begun_at=None), generation=2)).assessment
    assert (polled.readiness, polled.reason) == (Readiness.IN_PROGRESS, Reason.WAITING_FOR_INVENTORY)
    new = _decide(with_host(configured(), begun_at=None, problem=DOWN)).assessment
    assert (new.readiness, new.reason) == (Readiness.IN_PROGRESS, Reason.WAITING_FOR_INVENTORY)


def test_a_missing_vm_is_reported_after_a_second_inventory() -> None:
    first = _decide(with_host(inventory(configured()), previous_begun_at=None))
    assert first.action == Wait(poll_soon=True)
    gone = _decide(inventory(configured()))
    assert gone.action == Wait()
    assert gone.assessment.message.startswith(f"VM {VM_ID} is no longer on the host.")
    assert gone.assessment.synced
    assert (gone.assessment.synced.value, gone.assessment.synced.reason) == (False, Reason.VM_MISSING)


ADDRESS = {**SPEC.fields, "guest_v4_ipaddr": "10.0.0.5"}


@pytest.mark.parametrize(
    ("snapshot", "reason"),
    [
        (with_spec(configured(), fields=ADDRESS), Reason.WAITING_FOR_ADDRESS),
        (inventory(with_spec(configured(), fields=ADDRESS), vms=(vm(addresses=("10.0.0.5",)),)), Reason.READY),
        (with_spec(configured(READY), fields=ADDRESS), Reason.READY),
        (inventory(with_spec(configured(), fields=ADDRESS, power_state="Off"), vms=(vm(state="Off"),)), Reason.READY),
        (configured(), Reason.READY),
    ],
)
def test_a_running_machine_waits_once_for_its_static_address(snapshot: Snapshot, reason: Reason) -> None:
    decision = _decide(snapshot)
    assert decision.assessment.reason is reason
    assert decision.action == Wait(poll_soon=reason is Reason.WAITING_FOR_ADDRESS)
    assert decision.assessment.synced
    assert (decision.assessment.synced.value, decision.assessment.synced.reason) == (True, Reason.IN_SYNC)


def test_a_ready_machine_says_whether_it_runs() -> None:
    assert "runs" in _message(configured())
    assert "is off" in _message(inventory(with_spec(configured(), power_state="Off"), vms=(vm(state="Off"),)))


@pytest.mark.parametrize(
    ("found", "readiness", "reason"),
    [
        ({"cpu_cores": 8}, Readiness.READY, Reason.READY),
        ({"state": "Off"}, Readiness.STALLED, Reason.POWER_STATE_DIFFERS),
        ({"state": "Off", "cpu_cores": 8}, Readiness.STALLED, Reason.POWER_STATE_DIFFERS),
    ],
)
def test_drift_is_reported_and_another_power_state_needs_a_person(
    found: dict[str, Any], readiness: Readiness, reason: Reason
) -> None:
    decision = _decide(inventory(configured(IN_SYNC), vms=(vm(**found),)))
    assert decision.action == Wait()
    assert (decision.assessment.readiness, decision.assessment.reason) == (readiness, reason)
    assert decision.assessment.synced
    assert (decision.assessment.synced.value, decision.assessment.synced.reason) == (False, Reason.OUT_OF_SYNC)
    assert "The VM was changed outside of the resource" in decision.assessment.message
    assert ("change spec.powerState." in decision.assessment.message) is (readiness is Readiness.STALLED)


def test_a_changed_spec_is_applied_with_what_differs() -> None:
    decision = _decide(resized(IN_SYNC))
    assert isinstance(decision.action, Launch)
    assert decision.action.work == Update(DesiredVm(cpu_cores=1))
    assert (decision.action.kind, decision.action.attempt) == (JobKind.UPDATE, 2)
    assert "cpu_cores is 8, spec says 1" in decision.assessment.message
    assert decision.assessment.synced
    assert (decision.assessment.synced.value, decision.assessment.synced.reason) == (None, Reason.RUNNING)


def test_a_pause_keeps_a_difference_from_being_applied_and_says_so() -> None:
    decision = _decide(with_spec(resized(IN_SYNC), paused=True))
    assert decision.action == Wait()
    assert decision.assessment.synced
    assert (decision.assessment.synced.value, decision.assessment.synced.reason) == (False, Reason.PAUSED)
    assert "cpu_cores is 8, spec says 1. Nothing is changed while" in decision.assessment.message


def test_a_host_problem_is_reported_with_the_pending_change() -> None:
    assert (
        _message(with_host(resized(IN_SYNC), problem=DOWN))
        == f"cpu_cores is 8, spec says 1. Host hyperv01: {NO_ANSWER}"
    )
    assert _message(with_host(SNAPSHOT, problem=DOWN)) == f"Host hyperv01: {NO_ANSWER}"


# --- several hosts ---------------------------------------------------------------------------------------------------


def _peer(name: str, **changes: Any) -> HostView:
    return replace(HOST, name=name, report=None, **{"begun_at": None, "previous_begun_at": None, **changes})


def test_the_inventories_that_are_waited_for_are_named() -> None:
    run = Run(id=UID, attempt=1, started_at=NOW)
    assert _message(launched(run=run)).startswith("Waiting for an inventory of hyperv01, which shows")
    known = replace(launched(run=run, vm_id=VM_ID), peers=(_peer("hyperv02", problem=DOWN),))
    text = "of hyperv01, 1 other host of its failover cluster, which shows what the last launch has done."
    assert f"{text} Another host of its failover cluster: {NO_ANSWER}" in _message(known)
    moved = replace(launched(run=run, vm_id=VM_ID, host="hyperv03"), run_seen_at=NOW - SECOND)
    assert "of hyperv03, which shows" in _message(moved), "that HyperVHost does not exist"


def test_a_vm_that_no_host_shows_waits_for_the_one_that_cannot_be_read() -> None:
    unseen = inventory(configured(READY))
    quiet, down = _peer("quiet"), _peer("down", problem=DOWN)
    both = _decide(replace(unseen, peers=(quiet, down)))
    assert both.assessment.message == f"Another host of its failover cluster: {NO_ANSWER}"
    assert both.action == Wait(poll_soon=True), "the quiet one can be polled"
    assert both.assessment.synced
    assert both.assessment.synced.reason is Reason.HOST_UNREACHABLE
    assert _decide(replace(unseen, peers=(down,))).action == Wait(poll_soon=False)
    updated = with_host(configured(READY), begun_at=NOW - 2 * SECOND)
    updated = replace(updated, peers=(down,), last=result(Outcome(outcome=OutcomeKind.COMPLETED), JobKind.UPDATE))
    after = _decide(updated)
    assert after.action == Wait(poll_soon=True), "the host that has the VM is to be polled, whatever another one does"
    assert after.assessment.synced is None
    one = _decide(replace(unseen, peers=(quiet,)))
    assert (one.assessment.message, one.action) == ("Waiting for an inventory of the host.", Wait(poll_soon=True))


def test_a_deletion_on_another_machine_is_checked_again() -> None:
    other = HostId(smbios_uuid="other", machine_guid="other")
    assert _decide(with_host(_deleted(launched()), identity=other)).action == Wait(NOW + 30 * SECOND)


def test_a_restart_does_not_take_a_host_for_another_machine_before_its_inventory() -> None:
    other = HostId(smbios_uuid="other", machine_guid="other")
    started = with_host(configured(READY), identity=other, report=None, begun_at=None, previous_begun_at=None)
    assert _decide(started).assessment.readiness is Readiness.UNCHANGED
    assert _decide(with_host(inventory(configured(READY)), identity=other)).assessment.readiness is Readiness.STALLED


@pytest.mark.parametrize(
    ("snapshot", "name"),
    [
        (launched(), "hyperv01"),
        (launched(host="hyperv02"), "hyperv02"),
        (replace(launched(), target_host=None), "(unknown)"),
    ],
)
def test_a_deletion_names_the_host_that_does_not_exist(snapshot: Snapshot, name: str) -> None:
    assert f"The HyperVHost {name} of this machine does not exist" in _message(replace(_deleted(snapshot), host=None))


def test_a_precondition_holds_at_any_time_unless_it_is_only_for_the_guests_data() -> None:
    waiting = inventory(ended(pending("WaitingForGuest", vm_id=VM_ID), failures=0), vms=(vm(),))
    invalid = with_spec(waiting, fields={**SPEC.fields, "gb_ram": 0})
    assert _decide(invalid).assessment.reason is Reason.INVALID_FIELDS


def test_a_host_with_a_critical_vm_is_polled_soon_while_its_guest_has_time() -> None:
    waiting = ended(pending("WaitingForGuest", vm_id=VM_ID), failures=0)
    action = _decide(inventory(waiting, vms=(vm(state="Paused", critical=True),))).action
    assert isinstance(action, Wait)
    assert (action.poll_soon, action.until is not None) == (True, True)
