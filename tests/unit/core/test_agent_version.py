"""Which version of the agent a launch uses, and when it has to wait for one."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from hyperv_operator.api.common import Condition
from hyperv_operator.api.machine import Claim, HyperVMachineStatus, Run
from hyperv_operator.api.names import Reason
from hyperv_operator.core import agent_version
from hyperv_operator.core.actions import Launch, Wait
from hyperv_operator.core.decision_table import decide
from hyperv_operator.core.rollout import Rollout
from hyperv_operator.core.situation import Situation
from hyperv_operator.core.snapshot import HostProblem, HostView, Snapshot
from hyperv_operator.protocol.job import JobKind
from unit.core.samples import HOST, NOW, RUN, SNAPSHOT

OLD, NEW = "sha256:" + "0" * 64, "sha256:" + "1" * 64
OLD_NAME, NEW_NAME = "0" * 16, "1" * 16
WAITING = Rollout(NEW, "2.0.0", active=OLD, message="Its turn is to come.")
READY = WAITING.ready()
PINNED = Claim(run_id=RUN, attempt=1, operator="me", agent=OLD_NAME)


def _host(rollout: Rollout | None, *versions: str) -> HostView:
    assert HOST.report is not None
    agent = HOST.report.facts.agent.model_copy(update={"versions": versions})
    report = HOST.report.model_copy(update={"facts": HOST.report.facts.model_copy(update={"agent": agent})})
    return replace(HOST, report=report, rollout=rollout)


def _snapshot(rollout: Rollout | None, *versions: str, claim: Claim | None = None, deleting: bool = False) -> Snapshot:
    run = Run(id=RUN, attempt=1, started_at=NOW - timedelta(hours=1)) if claim else None
    status = HyperVMachineStatus(claim=claim, run=run)
    return replace(SNAPSHOT, host=_host(rollout, *versions), status=status, deleting=deleting)


def _launch(snapshot: Snapshot) -> Launch:
    action = decide(snapshot, NOW).action
    assert isinstance(action, Launch)
    return action


def test_a_new_run_waits_for_the_operators_version_and_says_for_what() -> None:
    decision = decide(_snapshot(WAITING, OLD_NAME), NOW)
    assert isinstance(decision.action, Wait)
    assert decision.assessment.reason is Reason.AGENT_ROLLOUT_INCOMPLETE
    assert decision.assessment.message == "Host hyperv01 does not have the operator's agent yet."


def test_a_new_run_takes_the_operators_version() -> None:
    snapshot = _snapshot(READY, OLD_NAME, NEW_NAME)
    assert agent_version.version_for(snapshot, _launch(snapshot)) == NEW_NAME


@pytest.mark.parametrize("rollout", [WAITING, WAITING.failed("x", NOW), READY])
def test_a_run_goes_on_with_the_version_it_began_with(rollout: Rollout) -> None:
    snapshot = _snapshot(rollout, OLD_NAME, NEW_NAME, claim=PINNED)
    launch = _launch(snapshot)
    assert launch.run_id == RUN
    assert agent_version.version_for(snapshot, launch) == OLD_NAME


def test_a_version_that_is_gone_pins_nothing() -> None:
    snapshot = _snapshot(READY, NEW_NAME, claim=PINNED)
    assert agent_version.version_for(snapshot, _launch(snapshot)) == NEW_NAME
    assert isinstance(decide(_snapshot(WAITING, claim=PINNED), NOW).action, Wait)


def test_another_run_of_the_same_machine_is_not_pinned() -> None:
    other = PINNED.model_copy(update={"run_id": "c7e23ec2-9f2c-4f5e-8d0a-5a4f5b8a9d10"})
    snapshot = _snapshot(READY, OLD_NAME, NEW_NAME, claim=other)
    launch = replace(_launch(snapshot), run_id=None)
    assert agent_version.version_for(snapshot, launch) == NEW_NAME


@pytest.mark.parametrize("rollout", [WAITING, WAITING.failed("x", NOW)])
def test_a_removal_works_with_what_is_there(rollout: Rollout) -> None:
    snapshot = _snapshot(rollout, OLD_NAME, claim=PINNED, deleting=True)
    launch = _launch(snapshot)
    assert launch.kind is JobKind.REMOVE
    assert agent_version.version_for(snapshot, launch) == OLD_NAME


def test_without_a_rollout_what_was_installed_by_hand_is_used() -> None:
    snapshot = _snapshot(None)
    assert agent_version.version_for(snapshot, _launch(snapshot)) is None


_CONFIGURED = (Condition(type="GuestConfigured", status="True", reason="GuestConfigured", last_transition_time=NOW),)
_OVER = Run(id=RUN, attempt=1, started_at=NOW, finished_at=NOW)
_STARTED = Run(id=RUN, attempt=1, started_at=NOW)


@pytest.mark.parametrize(
    ("status", "held", "kept"),
    [
        (HyperVMachineStatus(), False, None),
        (HyperVMachineStatus(claim=PINNED, run=_STARTED), False, OLD_NAME),
        # It waits for its guest: the next launch of the run is to come.
        (HyperVMachineStatus(claim=PINNED, run=_OVER), False, OLD_NAME),
        (HyperVMachineStatus(claim=PINNED, run=_OVER, guest_configured_at=NOW), False, None),
        (HyperVMachineStatus(claim=PINNED, run=_OVER, guest_configured_at=NOW), True, OLD_NAME),
        # An update whose end nobody has seen.
        (HyperVMachineStatus(claim=PINNED, run=_STARTED, guest_configured_at=NOW), False, OLD_NAME),
    ],
)
def test_a_version_is_in_use_until_the_run_is_over(status: HyperVMachineStatus, held: bool, kept: str | None) -> None:
    assert agent_version.version_in_use(status, active=held) == kept


def test_a_launch_goes_to_where_the_vm_is() -> None:
    here = _host(READY, NEW_NAME)
    assert here.report is not None
    vm = next(one for one in here.report.vms)
    mine = vm.model_copy(update={"machine_uid": SNAPSHOT.uid, "replica": False})
    there = replace(
        here,
        name="hyperv02",
        rollout=WAITING,
        report=here.report.model_copy(update={"vms": (mine,)}),
        begun_at=NOW + timedelta(seconds=1),
    )
    moved = replace(
        _snapshot(READY, NEW_NAME, claim=PINNED, deleting=True),
        host=replace(here, report=here.report.model_copy(update={"vms": ()})),
        peers=(there,),
    )
    place = Situation(moved, NOW).host
    assert place is not None
    assert place.name == "hyperv02"
    assert agent_version.version_for(moved, _launch(moved)) == OLD_NAME, "of the host that it goes to"
    dead = HostProblem(Reason.HOST_UNREACHABLE, "It does not answer.", needs_person=False)
    assert moved.host is not None
    assert _launch(replace(moved, host=replace(moved.host, problem=dead))).kind is JobKind.REMOVE
    assert isinstance(decide(replace(moved, peers=(replace(there, problem=dead),)), NOW).action, Wait)


def _supporting(rollout: Rollout, *schema_versions: int) -> Snapshot:
    host = _host(rollout, OLD_NAME, NEW_NAME)
    assert host.report is not None
    agent = host.report.facts.agent.model_copy(update={"schema_versions": schema_versions})
    report = host.report.model_copy(update={"facts": host.report.facts.model_copy(update={"agent": agent})})
    return replace(_snapshot(READY), host=replace(host, report=report))


def test_the_operators_version_has_to_support_the_schema_of_a_new_run() -> None:
    refused = decide(_supporting(READY, 2), NOW)
    assert isinstance(refused.action, Wait)
    assert refused.assessment.reason is Reason.AGENT_ROLLOUT_INCOMPLETE
    assert isinstance(decide(_supporting(READY, 1), NOW).action, Launch)


def test_a_run_that_keeps_an_older_version_is_not_checked_against_the_new_ones_schema() -> None:
    pinned = replace(_supporting(READY, 2), status=_snapshot(READY, claim=PINNED).status)
    assert isinstance(decide(pinned, NOW).action, Launch)
