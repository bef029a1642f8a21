"""Not knowing is no reason to act: what a machine does while a line that may be its own cannot be read."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from hyperv_operator.api.machine import HyperVMachineStatus
from hyperv_operator.api.names import Reason
from hyperv_operator.core import unreadable
from hyperv_operator.core.actions import Launch, Provision, Release, Remove, Wait
from hyperv_operator.core.decision import Readiness
from hyperv_operator.core.decision_table import decide
from hyperv_operator.core.snapshot import HostView, Snapshot
from hyperv_operator.protocol.inventory import Gaps, UnreadableLine, VmProblem
from hyperv_operator.protocol.records import AgentCode, Outcome, OutcomeKind, RemovalFinding
from unit.core.samples import (
    HOST,
    NOW,
    REPORT,
    SECOND,
    SNAPSHOT,
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
    result,
    vm,
)

OWN_VM, OWN_ID = Gaps(vm_uids=frozenset({UID})), Gaps(vm_ids=frozenset({VM_ID}))
ANY_VM, ANY_JOURNAL, OWN_JOURNAL = Gaps(any_vm=True), Gaps(any_journal=True), Gaps(journal_uids=frozenset({UID}))
OTHERS = Gaps(frozenset({"other"}), frozenset({"other"}), frozenset({"other"}), any_image=True)
READY = condition("Ready", "True", "Ready")
OTHER_VM = "1f1e2d3c-1111-4222-8333-944455556666"
WAITING = ended(pending("WaitingForGuest", vm_id=VM_ID), failures=0)
RESTARTED = launched(vm_id=VM_ID)
"""The operator has restarted since the launch: only the journal says how it ended."""


def _line(problem: str, **about: Any) -> UnreadableLine:
    return UnreadableLine.model_validate({"kind": "vm", "problem": problem, **about})


def _peer(gaps: Gaps, begun: int = 0, **report: Any) -> HostView:
    lost = REPORT.model_copy(update={"vms": (), "journals": (), "gaps": gaps, **report})
    return replace(HOST, name="hyperv02", report=lost, begun_at=NOW + begun * SECOND)


@pytest.mark.parametrize(
    ("snapshot", "waits"),
    [
        (inventory(configured(READY), vms=(), gaps=OWN_VM), True),
        (inventory(configured(READY), vms=(), gaps=OWN_ID), True),
        (inventory(configured(READY), vms=(), gaps=ANY_VM), True),
        (inventory(configured(READY), vms=(vm(),), gaps=OWN_VM), True),
        (inventory(configured(READY), vms=(vm(),), gaps=ANY_VM), False),
        (inventory(configured(READY), vms=(vm(),), gaps=OWN_JOURNAL), False),
        (inventory(configured(READY), vms=(vm(),), gaps=OTHERS), False),
        (inventory(WAITING, gaps=OWN_VM), True),
        (inventory(WAITING, gaps=ANY_VM), True),
        (inventory(WAITING, vms=(vm(),), gaps=ANY_VM), False),
        (inventory(WAITING, vms=(vm(),), gaps=OWN_JOURNAL), False),
        (inventory(RESTARTED, vms=(vm(),), gaps=OWN_JOURNAL), True),
        (inventory(RESTARTED, vms=(vm(),), gaps=ANY_JOURNAL), True),
        (inventory(RESTARTED, vms=(vm(),), journals=(journal(),), gaps=ANY_JOURNAL), False),
        (inventory(RESTARTED, vms=(vm(),), journals=(journal(),), gaps=OWN_JOURNAL), True),
        (inventory(RESTARTED, vms=(vm(),), gaps=OTHERS), False),
        (inventory(SNAPSHOT, gaps=OWN_VM), True),
        (inventory(SNAPSHOT, gaps=OWN_JOURNAL), True),
        (inventory(SNAPSHOT, gaps=ANY_VM), False),
        (inventory(SNAPSHOT, gaps=ANY_JOURNAL), False),
    ],
)
def test_a_machine_waits_while_its_line_cannot_be_read_and_others_do_not(snapshot: Snapshot, waits: bool) -> None:
    decision = decide(snapshot, NOW + SECOND)
    assert (decision.assessment.reason is Reason.REPORT_UNREADABLE) is waits
    if waits:
        assert decision.action == Wait()


def test_a_machine_that_was_ready_stays_ready_and_says_what_is_not_known() -> None:
    lost = inventory(configured(READY), vms=(), gaps=OWN_VM, unreadable=(_line("name: It is wrong", machine_uid=UID),))
    assessment = decide(lost, NOW).assessment
    assert (assessment.readiness, assessment.reason) == (Readiness.UNCHANGED, Reason.REPORT_UNREADABLE)
    assert assessment.synced is not None
    assert (assessment.synced.value, assessment.synced.reason) == (None, Reason.REPORT_UNREADABLE)
    assert (
        "hyperv01 reports the VM of this machine in a line that cannot be read: name: It is wrong."
        in assessment.message
    )


@pytest.mark.parametrize("known", [(), (condition("Ready", "False", "OutOfSync"),)])
def test_a_machine_that_was_not_ready_is_in_progress(known: Any) -> None:
    assessment = decide(inventory(configured(*known), vms=(), gaps=OWN_VM), NOW).assessment
    assert (assessment.readiness, assessment.synced) == (Readiness.IN_PROGRESS, None)


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        (_line("why", machine_uid=UID), ": why."),
        (_line("why", vm_id=VM_ID), ": why."),
        (_line("why", machine_uid="other"), "read."),
        (_line("why"), "read."),
        (_line("why", machine_uid=UID, kind="journal"), "read."),
    ],
)
def test_only_its_own_line_is_quoted(line: UnreadableLine, shown: str) -> None:
    said = unreadable.vm_line(inventory(launched(vm_id=VM_ID), gaps=OWN_VM, unreadable=(line,)))
    assert said is not None
    assert said.endswith(shown)


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        (_line("why", machine_uid=UID, kind="journal"), ": why."),
        (_line("why", machine_uid="other", kind="journal"), "read."),
        (_line("why", machine_uid=UID), "read."),
    ],
)
def test_only_its_own_journal_is_quoted(line: UnreadableLine, shown: str) -> None:
    said = unreadable.journal_line(inventory(RESTARTED, gaps=OWN_JOURNAL, unreadable=(line,)))
    assert said is not None
    assert said.endswith(shown)


def test_a_vm_without_an_id_in_status_is_not_mixed_up_with_lines_without_an_id() -> None:
    said = unreadable.vm_line(inventory(launched(), gaps=OWN_VM, unreadable=(_line("why"),)))
    assert said is not None
    assert said.endswith("cannot be read.")


@pytest.mark.parametrize("gaps", [ANY_VM, ANY_JOURNAL])
def test_the_host_is_named_whose_line_may_be_the_machines(gaps: Gaps) -> None:
    snapshot = inventory(RESTARTED, gaps=gaps)
    said = unreadable.vm_line(snapshot) or unreadable.journal_line(snapshot)
    assert said is not None
    assert "Host hyperv01 has a line that cannot be read and may be it" in said


@pytest.mark.parametrize(("begun", "hides"), [(1, True), (0, False), (-1, False)])
def test_a_line_lost_before_the_launch_ended_says_nothing_about_what_it_made(begun: int, hides: bool) -> None:
    snapshot = replace(RESTARTED, run_seen_at=NOW, host=_peer(ANY_VM, begun))
    assert (unreadable.vm_line(snapshot) is not None) is hides


def test_a_vm_that_another_node_reports_is_not_hidden() -> None:
    there = replace(RESTARTED, host=_peer(ANY_VM), peers=(_peer(Gaps(), vms=(vm(),)),))
    assert unreadable.vm_line(there) is None
    assert unreadable.vm_line(replace(there, peers=(_peer(OWN_VM, vms=(vm(),)),))) is not None


@pytest.mark.parametrize(
    ("now", "before", "absent"),
    [
        (Gaps(), Gaps(), True),
        (OTHERS, OTHERS, True),
        (OWN_VM, Gaps(), False),
        (Gaps(), OWN_VM, False),
        (ANY_VM, Gaps(), False),
        (Gaps(), ANY_VM, False),
        (Gaps(), OWN_ID, False),
        (OWN_JOURNAL, ANY_JOURNAL, True),
    ],
)
def test_two_inventories_without_a_gap_confirm_that_a_vm_is_gone(now: Gaps, before: Gaps, absent: bool) -> None:
    lost = inventory(configured(READY), vms=(), gaps=now)
    assert lost.host is not None
    seen = replace(lost, host=replace(lost.host, previous_gaps=before))
    assert seen.confirms_absence() is absent


def test_no_vm_is_made_anew_for_one_whose_line_was_lost() -> None:
    failure, later = ended(failed(AgentCode.COPY_FAILED), vm_id=VM_ID), NOW + 3600 * SECOND
    seen = replace(failure, host=replace(_peer(Gaps(), 2), name="hyperv01", previous_begun_at=NOW + SECOND))
    launch = decide(seen, later).action
    assert isinstance(launch, Launch)
    assert isinstance(launch.work, Provision)
    assert launch.work.lost_vm_id == VM_ID
    for gaps in (OWN_VM, OWN_ID, ANY_VM):
        hidden = replace(seen, host=replace(_peer(gaps, 2), name="hyperv01", previous_begun_at=NOW + SECOND))
        assert isinstance(decide(hidden, later).action, Wait)


# --- an image --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("gaps", "reason"), [(Gaps(), Reason.IMAGE_NOT_FOUND), (Gaps(any_image=True), Reason.REPORT_UNREADABLE)]
)
def test_an_image_is_missing_only_if_no_line_of_an_image_was_lost(gaps: Gaps, reason: Reason) -> None:
    report = REPORT.model_copy(update={"images": (), "gaps": gaps})
    decision = decide(replace(SNAPSHOT, host=replace(HOST, report=report)), NOW)
    assert (decision.assessment.reason, type(decision.action)) == (reason, Wait)


def test_an_image_that_is_seen_is_there_whatever_else_was_lost() -> None:
    report = REPORT.model_copy(update={"gaps": Gaps(any_image=True)})
    assert isinstance(decide(replace(SNAPSHOT, host=replace(HOST, report=report)), NOW).action, Launch)


# --- deletion --------------------------------------------------------------------------------------------------------


def _deleted(snapshot: Snapshot, **changes: Any) -> Snapshot:
    return replace(snapshot, deleting=True, **changes)


@pytest.mark.parametrize(
    ("gaps", "released"), [(Gaps(), True), (OTHERS, True), (ANY_VM, True), (OWN_VM, False), (OWN_ID, False)]
)
def test_a_removal_is_repeated_while_the_host_still_has_a_line_of_the_vm(gaps: Gaps, released: bool) -> None:
    removed = _deleted(inventory(launched(vm_id=VM_ID), gaps=gaps), removal=RemovalFinding.VM_REMOVED)
    action = decide(removed, NOW).action
    assert isinstance(action, Release) is released
    assert released or (isinstance(action, Launch) and isinstance(action.work, Remove))


def test_a_line_lost_before_the_removal_ended_does_not_count() -> None:
    completed = Outcome(outcome=OutcomeKind.COMPLETED)
    last = result(completed, finished_at=NOW)
    removed = _deleted(inventory(launched(vm_id=VM_ID), gaps=OWN_VM), removal=RemovalFinding.VM_REMOVED, last=last)
    assert isinstance(decide(removed, NOW).action, Release)


@pytest.mark.parametrize(
    ("finding", "gaps", "released"),
    [
        (RemovalFinding.NO_VM_FOUND, Gaps(), True),
        (RemovalFinding.NO_VM_FOUND, OTHERS, True),
        (RemovalFinding.NO_VM_FOUND, ANY_VM, False),
        (RemovalFinding.VM_REMOVED, ANY_VM, True),
        (RemovalFinding.NO_VM_REGISTERED, ANY_VM, True),
    ],
)
def test_another_node_with_a_lost_line_may_have_the_vm(finding: RemovalFinding, gaps: Gaps, released: bool) -> None:
    removed = _deleted(inventory(launched(vm_id=VM_ID)), removal=finding, peers=(_peer(gaps),))
    decision = decide(removed, NOW)
    assert isinstance(decision.action, Release) is released
    if not released:
        assert decision.action == Wait(poll_soon=True)
        assert (
            "Another host of its failover cluster has a line that cannot be read and may be the VM's."
            in decision.assessment.message
        )
        assert "hyperv02" not in decision.assessment.message
        assert "hyperv-operator.io/abandon" in decision.assessment.message
        assert "hyperv01" not in decision.assessment.message


@pytest.mark.parametrize(
    ("gaps", "released"),
    [(Gaps(), True), (OTHERS, True), (ANY_VM, False), (OWN_VM, False), (ANY_JOURNAL, False), (OWN_JOURNAL, False)],
)
def test_the_agent_looks_for_what_a_machine_without_a_status_may_have(gaps: Gaps, released: bool) -> None:
    decision = decide(_deleted(inventory(SNAPSHOT, gaps=gaps)), NOW)
    assert isinstance(decision.action, Release if released else Launch)


@pytest.mark.parametrize(("gaps", "hides"), [(ANY_VM, True), (ANY_JOURNAL, True), (OWN_VM, True), (OTHERS, False)])
def test_a_lost_line_of_one_host_is_enough_to_hide_something(gaps: Gaps, hides: bool) -> None:
    here, there = replace(inventory(SNAPSHOT), peers=(_peer(gaps),)), inventory(SNAPSHOT, gaps=gaps)
    assert unreadable.may_hide_anything(here) is hides
    assert unreadable.may_hide_anything(replace(there, peers=(_peer(Gaps()),))) is hides


def test_a_vm_id_alone_shows_a_launch_too() -> None:
    known = replace(SNAPSHOT, status=HyperVMachineStatus(vm_id=VM_ID))
    assert unreadable.vm_line(inventory(known, gaps=ANY_VM)) is not None


def _unopened(**about: Any) -> VmProblem:
    return VmProblem.model_validate({"vm_id": VM_ID, "name": "a", "problem": "The object was not found.", **about})


@pytest.mark.parametrize(
    ("about", "own"),
    [
        ({}, True),
        ({"vm_id": OTHER_VM, "machine_uid": UID}, True),
        ({"vm_id": OTHER_VM}, False),
        ({"vm_id": None}, False),
    ],
)
def test_a_vm_that_cannot_be_opened_stops_its_own_machine(about: dict[str, Any], own: bool) -> None:
    for snapshot in (configured(READY), WAITING, RESTARTED):
        decision = decide(inventory(snapshot, vm_problems=(_unopened(**about),)), NOW)
        assert (decision.assessment.reason is Reason.VM_UNREADABLE) is own
        if own:
            assert decision.assessment.readiness is Readiness.STALLED
            assert "has the VM of this machine" in decision.assessment.message
            assert "The object was not found." in decision.assessment.message


def test_a_vm_that_another_host_has_opened_is_there() -> None:
    """A failover leaves what cannot be opened on the node that it left."""
    snapshot = inventory(configured(READY), vms=(vm(),))
    other = replace(_peer(Gaps()), report=REPORT.model_copy(update={"vms": (), "vm_problems": (_unopened(),)}))
    assert decide(replace(snapshot, peers=(other,)), NOW).assessment.reason is Reason.READY


@pytest.mark.parametrize(
    ("gaps", "vm_id", "absent"),
    [
        (Gaps(unopened_ids=frozenset({VM_ID})), VM_ID, False),
        (Gaps(unopened_uids=frozenset({UID})), VM_ID, False),
        (Gaps(unopened_ids=frozenset({OTHER_VM}), any_unopened=True), VM_ID, True),
        (Gaps(unopened_ids=frozenset({OTHER_VM}), any_unopened=True), None, False),
        (Gaps(unopened_ids=frozenset({OTHER_VM})), None, True),
    ],
)
def test_absence_does_not_follow_where_a_vm_cannot_be_opened(gaps: Gaps, vm_id: str | None, absent: bool) -> None:
    snapshot = inventory(launched(vm_id=vm_id), gaps=gaps)
    host = snapshot.host and replace(snapshot.host, begun_at=NOW + SECOND, previous_begun_at=NOW + SECOND)
    assert replace(snapshot, host=host).confirms_absence() is absent


def test_a_host_that_cannot_open_the_vm_is_no_host_without_it() -> None:
    """The agent has found nothing elsewhere, and the removal goes on until the VM can be opened or is gone."""
    snapshot = inventory(configured(READY), gaps=Gaps(unopened_ids=frozenset({VM_ID})), vm_problems=(_unopened(),))
    removal = replace(snapshot, deleting=True, removal=RemovalFinding.NO_VM_FOUND)
    assert not isinstance(decide(removal, NOW).action, Release)
