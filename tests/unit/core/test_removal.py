"""The end of a machine: when it is released, and what is looked for before."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from hyperv_operator.api.names import Reason
from hyperv_operator.core.actions import Launch, Release, Wait
from hyperv_operator.core.decision import Readiness
from hyperv_operator.core.decision_table import decide
from hyperv_operator.core.snapshot import ActiveTask, HostProblem, HostView, Snapshot
from hyperv_operator.protocol.inventory import VmFacts
from hyperv_operator.protocol.job import JobKind
from hyperv_operator.protocol.records import Outcome, OutcomeKind, RemovalFinding
from unit.core.samples import HOST, NOW, REPORT, SECOND, SNAPSHOT, VM_ID, journal, launched, result, vm

DOWN = HostProblem(Reason.HOST_UNREACHABLE, "No answer.", needs_person=False)
UNPOLLED = HostProblem(Reason.WAITING_FOR_INVENTORY, "Not polled yet.", needs_person=False)
REMOVED, NEVER, NOT_FOUND = RemovalFinding.VM_REMOVED, RemovalFinding.NO_VM_REGISTERED, RemovalFinding.NO_VM_FOUND


def _host(name: str, *vms: VmFacts, begun: int = 0, **changes: Any) -> HostView:
    report = REPORT.model_copy(update={"vms": vms, "journals": ()})
    return replace(HOST, name=name, report=report, **{"begun_at": NOW + begun * SECOND, **changes})


def _removed(finding: RemovalFinding | None, *peers: HostView, host: HostView | None = None) -> Snapshot:
    """A machine whose removal has completed a second ago."""
    last = result(Outcome(outcome=OutcomeKind.COMPLETED, finding=finding), JobKind.REMOVE)
    here = host or _host("hyperv01")
    return replace(launched(vm_id=VM_ID), deleting=True, host=here, peers=peers, last=last, removal=finding)


@pytest.mark.parametrize("finding", RemovalFinding)
def test_a_host_of_its_own_need_not_be_looked_at_again(finding: RemovalFinding) -> None:
    assert decide(_removed(finding, host=_host("hyperv01", begun=-5)), NOW).action == Release()


@pytest.mark.parametrize(
    ("finding", "peer", "released"),
    [
        (NOT_FOUND, _host("b"), True),
        (NOT_FOUND, _host("b", begun=-1), False),
        (NOT_FOUND, _host("b", begun_at=None), False),
        (NOT_FOUND, _host("b", begun=-1, problem=DOWN), False),
        (REMOVED, _host("b"), True),
        (REMOVED, _host("b", begun=-1), False),
        (REMOVED, _host("b", begun=-1, problem=DOWN), True),
        (NEVER, _host("b", begun=-1, problem=DOWN), True),
        (NEVER, _host("b", begun=-1), False),
    ],
)
def test_a_clustered_machine_is_released_when_no_node_can_have_its_vm(
    finding: RemovalFinding, peer: HostView, *, released: bool
) -> None:
    decision = decide(_removed(finding, peer), NOW)
    if released:
        assert decision.action == Release()
    else:
        assert decision.action == Wait(poll_soon=True)
        assert decision.assessment.reason is Reason.DELETING
        assert "1 other host of its failover cluster." in decision.assessment.message


def test_a_node_that_cannot_be_read_is_named_with_the_way_out() -> None:
    message = decide(_removed(NOT_FOUND, _host("b", begun=-1, problem=DOWN)), NOW).assessment.message
    assert "Another host of its failover cluster: The host did not answer" in message
    assert f"hyperv-operator.io/abandon={VM_ID}" in message
    assert "abandon" not in decide(_removed(NOT_FOUND, _host("b", begun=-1)), NOW).assessment.message


def test_a_vm_that_moved_while_its_removal_ran_is_removed_where_it_is() -> None:
    action = decide(_removed(NOT_FOUND, _host("b", vm())), NOW).action
    assert isinstance(action, Launch)
    assert (action.kind, action.host.name) == (JobKind.REMOVE, "b")
    stale = decide(_removed(REMOVED, _host("b"), host=_host("hyperv01", vm(), begun=-2)), NOW).action
    assert stale == Wait(poll_soon=True), "the inventory from before the removal says nothing"


def test_a_removal_goes_to_the_host_that_had_the_vm_last() -> None:
    moved = replace(launched(vm_id=VM_ID, host="b"), deleting=True, peers=(_host("b"),))
    action = decide(moved, NOW).action
    assert isinstance(action, Launch)
    assert action.host.name == "b"
    down = decide(replace(moved, peers=(_host("b", problem=DOWN),)), NOW)
    assert (down.action, down.assessment.reason) == (Wait(NOW + 30 * SECOND), Reason.HOST_UNREACHABLE)
    unknown = decide(replace(moved, peers=()), NOW)
    assert unknown.assessment.reason is Reason.HOST_NOT_FOUND
    assert "The HyperVHost b of this machine does not exist" in unknown.assessment.message


# --- no claim ----------------------------------------------------------------------------------------------------------


def _unclaimed(*peers: HostView, host: HostView | None = HOST, **changes: Any) -> Snapshot:
    return replace(SNAPSHOT, deleting=True, host=host, peers=peers, **changes)


@pytest.mark.parametrize(
    ("snapshot", "released"),
    [
        (_unclaimed(), True),
        (_unclaimed(deletion_read_at=NOW), False),
        (_unclaimed(deletion_read_at=None), False),
        (_unclaimed(deletion_read_at=NOW, seen_created=True), True),
        (_unclaimed(host=None, seen_created=True), True),
        (_unclaimed(_host("b")), True),
        (_unclaimed(_host("b", begun_at=None)), False),
        (_unclaimed(_host("b", begun_at=None, problem=UNPOLLED)), False),
        # Nothing of it was on the target host, and a node that is down has no part in it.
        (_unclaimed(_host("b", begun_at=None, problem=DOWN)), True),
    ],
)
def test_without_a_claim_the_hosts_are_looked_at_first(snapshot: Snapshot, *, released: bool) -> None:
    action = decide(snapshot, NOW).action
    assert action == (Release() if released else Wait(poll_soon=True))


def test_a_vm_or_a_journal_of_a_machine_without_a_claim_is_removed() -> None:
    left = REPORT.model_copy(update={"vms": (), "journals": (journal(attempt=7),)})
    for host in (_host("hyperv01", vm()), replace(HOST, report=left)):
        action = decide(_unclaimed(host=host), NOW).action
        assert isinstance(action, Launch)
        assert action.kind is JobKind.REMOVE
    assert isinstance(action, Launch)
    assert action.attempt == 8, "the journal knows of later launches than the resource"
    elsewhere = decide(_unclaimed(_host("b", vm())), NOW).action
    assert isinstance(elsewhere, Launch)
    assert elsewhere.host.name == "b"


def test_a_machine_without_a_claim_whose_host_cannot_be_read_says_so() -> None:
    decision = decide(_unclaimed(host=replace(HOST, problem=DOWN), deletion_read_at=NOW), NOW)
    assert decision.action == Wait(NOW + 30 * SECOND)
    assert decision.assessment.message.startswith("Whether the machine has anything on its host cannot be seen now.")
    assert "hyperv-operator.io/abandon" in decision.assessment.message


@pytest.mark.parametrize("changes", [{"vm_id": VM_ID}, {}])
def test_a_vm_or_a_launch_that_is_known_is_removed_even_without_a_claim(changes: dict[str, Any]) -> None:
    status = SNAPSHOT.status.model_copy(update=changes)
    last = None if changes else result(Outcome(outcome=OutcomeKind.COMPLETED))
    assert isinstance(decide(_unclaimed(status=status, last=last), NOW).action, Launch)
    refused = result(Outcome(outcome=OutcomeKind.COMPLETED), host=None)
    assert decide(_unclaimed(last=refused), NOW).action == Release(), "that launch never began"


def test_a_host_that_does_not_exist_is_not_a_look() -> None:
    decision = decide(_unclaimed(host=None), NOW)
    assert decision.action == Wait(NOW + 30 * SECOND)
    assert decision.assessment.reason is Reason.HOST_NOT_FOUND
    assert "so the operator cannot see whether the machine has anything on it" in decision.assessment.message
    assert "hyperv-operator.io/abandon" in decision.assessment.message
    launched_once = decide(replace(launched(), deleting=True, host=None), NOW)
    assert "so the operator cannot remove the VM" in launched_once.assessment.message


# --- what the tenant entry allows --------------------------------------------------------------------------------------


def _strict(snapshot: Snapshot, **entry: Any) -> Snapshot:
    assert snapshot.host
    tenants = (snapshot.host.spec.tenants[0].model_copy(update=entry),)
    spec = snapshot.host.spec.model_copy(update={"tenants": tenants})
    return replace(snapshot, deleting=True, host=replace(snapshot.host, spec=spec))


def test_a_vm_that_may_not_be_kept_is_neither_deleted_nor_released() -> None:
    kept = _strict(replace(launched(vm_id=VM_ID), retains=True), deletion_policies=("Delete",))
    decision = decide(kept, NOW)
    assert decision.action == Wait(NOW + 30 * SECOND)
    assert decision.assessment.reason is Reason.DELETION_POLICY_NOT_ALLOWED
    assert decision.assessment.readiness is Readiness.IN_PROGRESS
    assert decision.assessment.message.startswith(
        "Nothing is deleted and nothing is released. spec.deletionPolicy Retain"
    )
    assert "Set spec.deletionPolicy to Delete, or ask whoever manages the HyperVHost" in decision.assessment.message
    busy = replace(kept, active_task=ActiveTask(JobKind.PROVISION, running=True, since=NOW))
    assert decide(busy, NOW).assessment.reason is Reason.DELETING


def test_a_machine_of_which_there_is_nothing_goes_whatever_its_policy_is() -> None:
    none = _strict(replace(SNAPSHOT, retains=True), deletion_policies=("Delete",))
    assert decide(none, NOW).action == Release()
    unseen = replace(none, deletion_read_at=NOW)
    assert decide(unseen, NOW).action == Wait(poll_soon=True)


@pytest.mark.parametrize(
    "snapshot",
    [
        _strict(replace(launched(vm_id=VM_ID), retains=True), deletion_policies=("Delete", "Retain")),
        replace(launched(vm_id=VM_ID), retains=True, deleting=True),
        replace(launched(vm_id=VM_ID), retains=True, deleting=True, host=None),
        replace(
            _strict(replace(launched(vm_id=VM_ID), retains=True), deletion_policies=("Delete",)), namespace_labels={}
        ),
    ],
)
def test_a_vm_is_kept_where_nobody_forbids_it(snapshot: Snapshot) -> None:
    action = decide(snapshot, NOW).action
    assert isinstance(action, Release)
    assert "was kept" in (action.left_behind or "")


def test_a_machine_that_may_not_be_abandoned_is_removed() -> None:
    forbidden = _strict(launched(vm_id=VM_ID), allow_abandon=False)
    annotated = replace(forbidden, abandon=VM_ID)
    action = decide(annotated, NOW).action
    assert isinstance(action, Launch)
    assert action.kind is JobKind.REMOVE
    assert annotated.host
    down = decide(replace(annotated, host=replace(annotated.host, problem=DOWN)), NOW)
    assert down.action == Wait(NOW + 30 * SECOND)
    assert "The annotation hyperv-operator.io/abandon is not honoured, because this host" in down.assessment.message
    assert "Ask whoever manages the HyperVHost to allow it" in down.assessment.message
    plain = decide(replace(forbidden, host=replace(annotated.host, problem=DOWN)), NOW)
    assert "would not be honoured: this host" in plain.assessment.message
    assert VM_ID not in plain.assessment.message, "the way out is not offered"
    assert isinstance(decide(replace(annotated, host=None), NOW).action, Release), "nobody is left who could allow it"
    assert isinstance(decide(replace(annotated, namespace_labels={}), NOW).action, Release)
