"""The decision table, a row at a time, in the words of docs/reference/decisions.md: which situation a row decides, and how."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pytest

from hyperv_operator import errors
from hyperv_operator.api.host import HostId
from hyperv_operator.api.machine import HyperVMachineStatus, Run, Sealed
from hyperv_operator.api.names import Reason
from hyperv_operator.core.actions import Launch, Release, Wait
from hyperv_operator.core.decision import Lifecycle, Readiness
from hyperv_operator.core.decision_table import TABLE, match
from hyperv_operator.core.snapshot import ActiveTask, HostProblem, Rival, SecretCheck, Snapshot
from hyperv_operator.protocol.inventory import Gaps, VmProblem
from hyperv_operator.protocol.job import JobKind
from hyperv_operator.protocol.records import AgentCode, RemovalFinding
from unit.core.samples import (
    CLAIM,
    HOST,
    KEY,
    NOW,
    OTHER_KEY,
    RUN,
    SEALED_ORIGIN,
    SECOND,
    SNAPSHOT,
    SPEC,
    VM_ID,
    condition,
    configured,
    ended,
    failed,
    guest,
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

P, C, R = Lifecycle.PROVISIONING, Lifecycle.PROVISIONED, Lifecycle.REMOVAL
LAUNCH, WAIT, RELEASE = Launch, Wait, Release
ONGOING, STALLED, READY, SAME = Readiness.IN_PROGRESS, Readiness.STALLED, Readiness.READY, Readiness.UNCHANGED

UNOPENED = VmProblem.model_validate({"vm_id": VM_ID, "problem": "The object was not found."})
_DOWN = HostProblem(Reason.HOST_UNREACHABLE, "No answer.", needs_person=False)
_OPEN_TO_NONE = HOST.spec.model_copy(update={"tenants": ()})
_CORDONED = HOST.spec.model_copy(update={"cordoned": True})
_OLDER = Rival("0", same_namespace=True, name="b", created_at=NOW - SECOND, has_vm=False, has_claim=False)
_LOST = SecretCheck("guest_la_pw", "s", "k", None, Reason.SECRET_NOT_FOUND, "There is no Secret 's'.")
_AGENT_2 = HOST.report and HOST.report.facts.agent.model_copy(update={"schema_versions": (2,)})
_OTHER_AGENT = HOST.report and HOST.report.model_copy(
    update={"facts": HOST.report.facts.model_copy(update={"agent": _AGENT_2})}
)


def _deleted(snapshot: Snapshot) -> Snapshot:
    return replace(snapshot, deleting=True)


def _waiting(reason: str, seen_guest: object = None, **changes: Any) -> Snapshot:
    """A machine whose launch ended to wait for its guest, and whose VM the inventory reports."""
    waiting = ended(pending(reason, vm_id=VM_ID), failures=0, **changes)
    return inventory(waiting, vms=(vm(guest=seen_guest),))


def _sealed(snapshot: Snapshot, kid: str, count: int = 1, **secrets: str) -> Snapshot:
    sealed = Sealed(run_id=RUN, kid=kid, count=count, generation=1, secrets=secrets)
    return replace(snapshot, status=snapshot.status.model_copy(update={"sealed": sealed, "origin": SEALED_ORIGIN}))


def _drifted(snapshot: Snapshot) -> Snapshot:
    return inventory(snapshot, vms=(vm(cpu_cores=8),))


READY_NOW = condition("Ready", "True", "Ready")
IN_SYNC = condition("Synced", "True", "InSync")
_NEVER = "No launch was ever claimed, and no host that is asked has anything of the machine"
_FROZEN = "A field has changed that can no longer be changed"
_OTHER = "The target host is another machine than at the first launch, and no host reports the VM"
_OTHER_ID = HostId(smbios_uuid="other", machine_guid="other")


@dataclass(frozen=True)
class Case:
    """A situation, and what its row decides."""

    row: str
    lifecycle: Lifecycle
    snapshot: Snapshot
    action: type
    readiness: Readiness
    reason: Reason
    accepted: bool | None = None


CASES = [
    Case(
        "A line of the inventory was lost that is or may be the VM's",
        C,
        inventory(configured(READY_NOW), gaps=Gaps(any_vm=True)),
        WAIT,
        SAME,
        Reason.REPORT_UNREADABLE,
    ),
    Case(
        "A line of the inventory was lost that is or may be that of the machine's VM or journal",
        P,
        inventory(ended(pending("WaitingForGuest", vm_id=VM_ID), failures=0), gaps=Gaps(any_vm=True)),
        WAIT,
        ONGOING,
        Reason.REPORT_UNREADABLE,
        accepted=True,
    ),
    Case(
        "Hyper-V cannot open the VM",
        C,
        inventory(configured(READY_NOW), vm_problems=(UNOPENED,)),
        WAIT,
        STALLED,
        Reason.VM_UNREADABLE,
    ),
    Case(
        "Hyper-V cannot open the VM",
        P,
        inventory(ended(pending("WaitingForGuest", vm_id=VM_ID), failures=0), vm_problems=(UNOPENED,)),
        WAIT,
        STALLED,
        Reason.VM_UNREADABLE,
        accepted=True,
    ),
    Case(
        "Hyper-V has lost the VM's storage, or it is full, and the spec has not changed since it was applied",
        C,
        inventory(configured(READY_NOW), vms=(vm(state="Paused", critical=True),)),
        WAIT,
        STALLED,
        Reason.VM_CRITICAL,
    ),
    Case(
        "The guest has time left, and Hyper-V has lost the VM's storage, or it is full",
        P,
        inventory(ended(pending("WaitingForGuest", vm_id=VM_ID), failures=0), vms=(vm(state="Paused", critical=True),)),
        WAIT,
        STALLED,
        Reason.VM_CRITICAL,
        accepted=True,
    ),
    Case(
        "The abandon annotation names the VM, and the tenant entry does not forbid it",
        R,
        replace(_deleted(configured()), abandon=VM_ID),
        RELEASE,
        ONGOING,
        Reason.DELETING,
    ),
    Case(
        "The agent has confirmed the removal, and no host that is asked reports the VM",
        R,
        replace(_deleted(launched()), removal=RemovalFinding.VM_REMOVED),
        RELEASE,
        ONGOING,
        Reason.DELETING,
    ),
    Case(
        "spec.deletionPolicy is Retain or cannot be read",
        R,
        replace(_deleted(launched()), retains=True),
        RELEASE,
        ONGOING,
        Reason.DELETING,
    ),
    Case(
        "The executor holds a task for the machine",
        P,
        replace(SNAPSHOT, active_task=ActiveTask(JobKind.PROVISION, running=False, since=NOW)),
        WAIT,
        ONGOING,
        Reason.QUEUED,
    ),
    Case(
        "The executor holds a task for the machine",
        P,
        replace(launched(), active_task=ActiveTask(JobKind.PROVISION, running=True, since=NOW)),
        WAIT,
        SAME,
        Reason.RUNNING,
    ),
    Case(
        "The executor holds a task for the machine",
        P,
        replace(launched(), active_task=ActiveTask(JobKind.PROVISION, running=True, since=NOW, step="CopyImage")),
        WAIT,
        ONGOING,
        Reason.RUNNING,
    ),
    Case(
        "The executor holds a task for the machine",
        C,
        replace(configured(), active_task=ActiveTask(JobKind.UPDATE, running=True, since=NOW)),
        WAIT,
        ONGOING,
        Reason.RUNNING,
    ),
    Case(
        "The executor holds a task for the machine",
        R,
        replace(_deleted(launched()), active_task=ActiveTask(JobKind.REMOVE, running=True, since=NOW)),
        WAIT,
        ONGOING,
        Reason.DELETING,
    ),
    Case(_NEVER, R, _deleted(SNAPSHOT), RELEASE, ONGOING, Reason.DELETING),
    Case(_NEVER, R, replace(_deleted(SNAPSHOT), deletion_read_at=NOW), WAIT, ONGOING, Reason.DELETING),
    Case(
        "The spec cannot be read", P, replace(SNAPSHOT, spec="spec.x: wrong"), WAIT, STALLED, Reason.INVALID_SPEC, False
    ),
    Case("The spec cannot be read", C, replace(configured(), spec="spec.x: wrong"), WAIT, STALLED, Reason.INVALID_SPEC),
    Case(_FROZEN, P, with_spec(launched(), fields={**SPEC.fields, "vlan_id": 7}), WAIT, STALLED, Reason.FIELD_FROZEN),
    Case(_FROZEN, C, with_spec(configured(), fields={**SPEC.fields, "vlan_id": 7}), WAIT, STALLED, Reason.FIELD_FROZEN),
    Case(_OTHER, P, with_host(launched(), identity=_OTHER_ID), WAIT, STALLED, Reason.HOST_IDENTITY_CHANGED),
    Case(
        _OTHER,
        C,
        with_host(inventory(configured()), identity=_OTHER_ID),
        WAIT,
        STALLED,
        Reason.HOST_IDENTITY_CHANGED,
    ),
    Case(
        _OTHER,
        R,
        with_host(_deleted(launched()), identity=_OTHER_ID),
        WAIT,
        ONGOING,
        Reason.HOST_IDENTITY_CHANGED,
    ),
    Case(
        "No inventory is newer than the last launch",
        C,
        replace(configured(), last=result(pending("x"), finished_at=NOW)),
        WAIT,
        ONGOING,
        Reason.WAITING_FOR_INVENTORY,
    ),
    Case(
        "No inventory is newer than the last launch",
        C,
        replace(configured(condition("Ready")), host=None),
        WAIT,
        SAME,
        Reason.WAITING_FOR_INVENTORY,
    ),
    Case(
        "No inventory is newer than the last launch",
        C,
        with_host(configured(condition("Ready")), begun_at=None, problem=_DOWN),
        WAIT,
        SAME,
        Reason.INVENTORY_STALE,
    ),
    Case(
        "The VM with the machine's mark is not the machine's VM beyond doubt",
        P,
        inventory(SNAPSHOT, vms=(vm(), vm(vm_id="0" + VM_ID[1:]))),
        WAIT,
        STALLED,
        Reason.IDENTITY_CONFLICT,
    ),
    Case(
        "The VM with the machine's mark is not the machine's VM beyond doubt",
        C,
        inventory(configured(), vms=(vm(vm_id="0" + VM_ID[1:]),)),
        WAIT,
        STALLED,
        Reason.IDENTITY_CONFLICT,
    ),
    Case("No inventory reports the VM", C, inventory(configured()), WAIT, STALLED, Reason.VM_MISSING),
    Case(
        "No inventory reports the VM",
        C,
        with_host(inventory(configured()), previous_begun_at=None),
        WAIT,
        SAME,
        Reason.WAITING_FOR_INVENTORY,
    ),
    Case("The VM matches the spec", C, configured(), WAIT, READY, Reason.READY),
    Case(
        "The VM matches the spec",
        C,
        with_spec(configured(), fields={**SPEC.fields, "guest_v4_ipaddr": "10.0.0.5"}),
        WAIT,
        ONGOING,
        Reason.WAITING_FOR_ADDRESS,
    ),
    Case(
        "The host's tenant entry does not allow the changed spec",
        C,
        with_host(with_spec(configured(), fields={**SPEC.fields, "cpu_cores": 8}), spec=_OPEN_TO_NONE),
        WAIT,
        READY,
        Reason.READY,
    ),
    Case("spec.paused is true", P, with_spec(SNAPSHOT, paused=True), WAIT, ONGOING, Reason.PAUSED),
    Case("spec.paused is true", C, with_spec(resized(IN_SYNC), paused=True), WAIT, ONGOING, Reason.PAUSED),
    Case("The VM differs and the spec was applied to it", C, _drifted(configured(IN_SYNC)), WAIT, READY, Reason.READY),
    Case(
        "The VM differs and the spec was applied to it",
        C,
        inventory(configured(IN_SYNC), vms=(vm(state="Off"),)),
        WAIT,
        STALLED,
        Reason.POWER_STATE_DIFFERS,
    ),
    Case(
        "The spec is for another schema version",
        P,
        with_spec(SNAPSHOT, schema_version=2),
        WAIT,
        STALLED,
        Reason.SCHEMA_VERSION_MISMATCH,
        False,
    ),
    Case(
        "The spec is for another schema version",
        C,
        with_spec(configured(), schema_version=2),
        WAIT,
        STALLED,
        Reason.SCHEMA_VERSION_MISMATCH,
    ),
    Case("The HyperVHost does not exist", P, replace(SNAPSHOT, host=None), WAIT, STALLED, Reason.HOST_NOT_FOUND, False),
    Case(
        "The HyperVHost does not exist",
        R,
        replace(_deleted(launched()), host=None),
        WAIT,
        ONGOING,
        Reason.HOST_NOT_FOUND,
    ),
    Case(
        "The machine is in the operator's own namespace",
        P,
        replace(SNAPSHOT, limits=replace(SNAPSHOT.limits, operator_namespace="team")),
        WAIT,
        STALLED,
        Reason.NAMESPACE_NOT_ALLOWED,
        False,
    ),
    Case(
        "A field violates the schema",
        P,
        with_spec(SNAPSHOT, fields={**SPEC.fields, "gb_ram": 0}),
        WAIT,
        STALLED,
        Reason.INVALID_FIELDS,
        False,
    ),
    Case(
        "A field violates the schema",
        P,
        with_spec(SNAPSHOT, fields={**SPEC.fields, "vm_clustered": True}),
        WAIT,
        STALLED,
        Reason.CLUSTER_REQUIRED,
        False,
    ),
    Case(
        "The operator has not listed all machines yet, and nothing was launched",
        P,
        replace(SNAPSHOT, others_listed=False, rivals=(_OLDER,)),
        WAIT,
        SAME,
        Reason.WAITING_FOR_INVENTORY,
    ),
    Case(
        "No tenant entry of the host allows the machine, and its guest has no configuration yet",
        P,
        with_host(SNAPSHOT, spec=_OPEN_TO_NONE),
        WAIT,
        STALLED,
        Reason.NAMESPACE_NOT_ALLOWED,
        False,
    ),
    Case(
        "Another machine holds the VM name",
        P,
        replace(SNAPSHOT, rivals=(_OLDER,)),
        WAIT,
        STALLED,
        Reason.DUPLICATE_NAME,
        False,
    ),
    Case(
        "A Secret does not exist yet, and the machine was created less than 10 seconds ago and never launched",
        P,
        replace(SNAPSHOT, secrets=(_LOST,), created_at=NOW - 9 * SECOND),
        WAIT,
        ONGOING,
        Reason.WAITING_FOR_SECRET,
        None,
    ),
    Case(
        "A Secret cannot be read, and the guest has no configuration yet",
        P,
        replace(SNAPSHOT, secrets=(_LOST,), created_at=NOW - 10 * SECOND),
        WAIT,
        STALLED,
        Reason.SECRET_NOT_FOUND,
        False,
    ),
    Case("The host has a problem", P, with_host(SNAPSHOT, problem=_DOWN), WAIT, ONGOING, Reason.HOST_UNREACHABLE, True),
    Case(
        "The host has a problem",
        P,
        with_host(SNAPSHOT, problem=replace(_DOWN, needs_person=True)),
        WAIT,
        STALLED,
        Reason.HOST_UNREACHABLE,
        True,
    ),
    Case(
        "The host has a problem",
        C,
        with_host(resized(), problem=replace(_DOWN, needs_person=True)),
        WAIT,
        ONGOING,
        Reason.HOST_UNREACHABLE,
    ),
    Case(
        "The host has a problem",
        R,
        with_host(_deleted(launched()), problem=replace(_DOWN, needs_person=True)),
        WAIT,
        ONGOING,
        Reason.HOST_UNREACHABLE,
    ),
    Case(
        "The host's first inventory has not been read",
        P,
        with_host(SNAPSHOT, report=None),
        WAIT,
        ONGOING,
        Reason.WAITING_FOR_INVENTORY,
        True,
    ),
    Case(
        "The agent on the host does not support the schema version",
        P,
        with_host(SNAPSHOT, report=_OTHER_AGENT),
        WAIT,
        ONGOING,
        Reason.AGENT_ROLLOUT_INCOMPLETE,
        True,
    ),
    Case(
        "The host is cordoned or being deleted, and nothing was launched yet",
        P,
        with_host(SNAPSHOT, spec=_CORDONED),
        WAIT,
        ONGOING,
        Reason.HOST_CORDONED,
        True,
    ),
    Case(
        "The host is cordoned or being deleted, and nothing was launched yet",
        P,
        with_host(SNAPSHOT, deleting=True),
        WAIT,
        ONGOING,
        Reason.HOST_CORDONED,
        True,
    ),
    Case(
        "The host does not have the image",
        P,
        with_spec(SNAPSHOT, fields={**SPEC.fields, "image_name": "Debian 13"}),
        WAIT,
        STALLED,
        Reason.IMAGE_NOT_FOUND,
        True,
    ),
    Case(
        "No inventory is newer than the last launch",
        P,
        with_host(launched(run=Run(id=RUN, attempt=1, started_at=NOW)), begun_at=NOW),
        WAIT,
        ONGOING,
        Reason.WAITING_FOR_INVENTORY,
        True,
    ),
    Case(
        "A launch that this process does not observe is running",
        P,
        inventory(launched(), journals=(journal(locked=True),)),
        WAIT,
        ONGOING,
        Reason.RUNNING,
        True,
    ),
    Case(
        "The VM is gone from every host",
        P,
        inventory(ended(pending("WaitingForGuestKey", vm_id=VM_ID), finished_at=NOW - 2 * SECOND, vm_id=VM_ID)),
        LAUNCH,
        ONGOING,
        Reason.QUEUED,
        True,
    ),
    Case(
        "The guest has reported its final state",
        P,
        _waiting("WaitingForGuest", guest(state="applied")),
        LAUNCH,
        ONGOING,
        Reason.QUEUED,
        True,
    ),
    Case(
        "The guest has reported its final state",
        P,
        inventory(ended(failed(AgentCode.GUEST_TIMEOUT)), vms=(vm(guest=guest(state="failed")),)),
        LAUNCH,
        ONGOING,
        Reason.QUEUED,
        True,
    ),
    Case(
        "The guest has reported its final state",
        P,
        replace(with_host(_waiting("WaitingForGuest", guest(state="applied")), spec=_OPEN_TO_NONE), secrets=(_LOST,)),
        LAUNCH,
        ONGOING,
        Reason.QUEUED,
        True,
    ),
    Case(
        "The guest has signalled again, and its earlier signals led to more than 5 launches in a row that found nothing final",
        P,
        replace(_waiting("WaitingForGuest", guest(state="applied")), waits=6),
        WAIT,
        ONGOING,
        Reason.WAITING_FOR_GUEST,
        True,
    ),
    Case(
        "The guest has another key, and its data was sealed 5 times during this generation of the spec",
        P,
        _sealed(_waiting("WaitingForGuest", guest(OTHER_KEY)), KEY.kid, count=5),
        WAIT,
        STALLED,
        Reason.GUEST_KEY_UNSTABLE,
        True,
    ),
    Case(
        "The guest has posted its key",
        P,
        _waiting("WaitingForGuestKey", guest(KEY)),
        LAUNCH,
        ONGOING,
        Reason.QUEUED,
        True,
    ),
    Case(
        "The guest has posted its key",
        P,
        inventory(ended(failed(AgentCode.GUEST_TIMEOUT)), vms=(vm(guest=guest(KEY)),)),
        LAUNCH,
        ONGOING,
        Reason.QUEUED,
        True,
    ),
    Case(
        "The guest has a new key, or a Secret has changed, before the guest has taken its data, and it may be sealed again",
        P,
        _sealed(_waiting("WaitingForGuest", guest(OTHER_KEY)), KEY.kid),
        LAUNCH,
        ONGOING,
        Reason.QUEUED,
        True,
    ),
    Case(
        "The guest has a new key, or a Secret has changed, before the guest has taken its data, and it may be sealed again",
        P,
        _sealed(_waiting("WaitingForGuest", guest(KEY)), KEY.kid, s="0"),
        LAUNCH,
        ONGOING,
        Reason.QUEUED,
        True,
    ),
    Case(
        "The agent failed with an earlier spec",
        P,
        replace(ended(failed(AgentCode.COPY_FAILED)), generation=2),
        LAUNCH,
        ONGOING,
        Reason.QUEUED,
        True,
    ),
    Case(
        "The guest did not respond in time",
        P,
        _waiting("WaitingForGuestKey", finished_at=NOW - 3601 * SECOND),
        LAUNCH,
        ONGOING,
        Reason.QUEUED,
        True,
    ),
    Case(
        "The guest has time left", P, _waiting("WaitingForGuestKey"), WAIT, ONGOING, Reason.WAITING_FOR_GUEST_KEY, True
    ),
    Case("The guest has time left", P, _waiting("WaitingForGuest"), WAIT, ONGOING, Reason.WAITING_FOR_GUEST, True),
    Case(
        "The last launch failed and no retry is due",
        P,
        ended(failed(AgentCode.START_FAILED)),
        WAIT,
        STALLED,
        Reason.START_FAILED,
        True,
    ),
    Case(
        "The last launch failed and no retry is due",
        P,
        ended(failed(AgentCode.SUPERSEDED)),
        WAIT,
        ONGOING,
        Reason.RETRYING,
        True,
    ),
    Case(
        "The last launch failed and no retry is due",
        P,
        ended(pending("HostBusy")),
        WAIT,
        ONGOING,
        Reason.HOST_BUSY,
        True,
    ),
    Case(
        "The last launch failed and no retry is due",
        P,
        ended(errors.TlsUntrusted("No trust.")),
        WAIT,
        STALLED,
        Reason.TLS_UNTRUSTED,
        True,
    ),
    Case(
        "The last launch failed and no retry is due",
        C,
        replace(resized(), last=result(errors.QuotaExceeded("Full."), JobKind.UPDATE)),
        WAIT,
        ONGOING,
        Reason.QUOTA_EXCEEDED,
    ),
    Case(
        "The last launch failed and no retry is due",
        R,
        replace(_deleted(launched()), last=result(failed(AgentCode.REMOVE_FAILED), JobKind.REMOVE)),
        WAIT,
        ONGOING,
        Reason.REMOVE_FAILED,
    ),
    Case(
        "Provisioning has not started, was interrupted, or a retry is due",
        P,
        SNAPSHOT,
        LAUNCH,
        ONGOING,
        Reason.QUEUED,
        True,
    ),
    Case(
        "Provisioning has not started, was interrupted, or a retry is due",
        P,
        launched(),
        LAUNCH,
        ONGOING,
        Reason.QUEUED,
        True,
    ),
    Case(
        "Provisioning has not started, was interrupted, or a retry is due",
        P,
        ended(failed(AgentCode.START_FAILED), finished_at=NOW - 10 * SECOND),
        LAUNCH,
        ONGOING,
        Reason.QUEUED,
        True,
    ),
    Case(
        "The spec has changed since it was applied",
        C,
        resized(IN_SYNC),
        LAUNCH,
        ONGOING,
        Reason.QUEUED,
    ),
    Case("The VM may still be on its host", R, _deleted(launched()), LAUNCH, ONGOING, Reason.DELETING),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.lifecycle.value}: {case.row} ({case.reason.value})")
def test_a_row_decides_its_situation(case: Case) -> None:
    row, decision = match(case.snapshot, NOW)
    assessment = decision.assessment
    assert row.condition == case.row
    assert case.lifecycle in row.applies_to
    assert isinstance(decision.action, case.action)
    assert (assessment.readiness, assessment.reason) == (case.readiness, case.reason)
    assert assessment.message
    if case.accepted is None:
        assert assessment.accepted is None
    else:
        assert assessment.accepted is not None
        assert assessment.accepted.value is case.accepted
        assert assessment.accepted.reason is (Reason.ACCEPTED if case.accepted else case.reason)


def test_every_row_has_a_case_for_each_part_of_a_machines_life_that_it_applies_to() -> None:
    told = {(case.row, case.lifecycle) for case in CASES}
    assert told == {(row.condition, lifecycle) for row in TABLE for lifecycle in row.applies_to}


@pytest.mark.parametrize(
    ("snapshot", "first", "second"),
    [
        (
            replace(_deleted(configured()), abandon=VM_ID, removal=RemovalFinding.VM_REMOVED),
            "The abandon annotation names the VM, and the tenant entry does not forbid it",
            "removed",
        ),
        (
            replace(
                _deleted(launched()),
                active_task=ActiveTask(JobKind.REMOVE, running=True, since=NOW),
                retains=True,
            ),
            "spec.deletionPolicy is Retain or cannot be read",
            "task",
        ),
        (with_spec(replace(SNAPSHOT, host=None), paused=True), "spec.paused is true", "no host"),
        (
            with_host(_drifted(configured()), identity=_OTHER_ID),
            "The VM differs and the spec was applied to it",
            "seen",
        ),
        (
            with_spec(replace(SNAPSHOT, host=None), schema_version=2),
            "The spec is for another schema version",
            "no host",
        ),
        (with_spec(inventory(configured(IN_SYNC), vms=(vm(),)), paused=True), "The VM matches the spec", "paused"),
        (with_spec(_drifted(configured()), paused=True), "The VM differs and the spec was applied to it", "paused"),
        (
            with_host(replace(SNAPSHOT, rivals=(_OLDER,)), problem=_DOWN),
            "Another machine holds the VM name",
            "host down",
        ),
        (
            with_host(_drifted(configured(IN_SYNC)), problem=_DOWN),
            "The VM differs and the spec was applied to it",
            "host down",
        ),
        (
            with_host(replace(SNAPSHOT, status=HyperVMachineStatus(claim=CLAIM)), spec=_CORDONED),
            "Provisioning has not started, was interrupted, or a retry is due",
            "cordoned, but launched",
        ),
        (
            replace(SNAPSHOT, status=HyperVMachineStatus(claim=CLAIM), others_listed=False),
            "Provisioning has not started, was interrupted, or a retry is due",
            "a launched machine has its name and its place",
        ),
    ],
)
def test_of_two_conditions_that_hold_the_earlier_row_decides(snapshot: Snapshot, first: str, second: str) -> None:
    assert match(snapshot, NOW)[0].condition == first, second
