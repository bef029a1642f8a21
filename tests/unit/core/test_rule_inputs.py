"""Rules whose inputs are missing return no decision, whatever the rows before them have seen."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from hyperv_operator.api.machine import Sealed
from hyperv_operator.api.names import Reason
from hyperv_operator.core import launching, provisioned, provisioning, removal, rules
from hyperv_operator.core.actions import Wait
from hyperv_operator.core.decision_table import decide, match
from hyperv_operator.core.provisioning import WaitingForGuest
from hyperv_operator.core.retry import Failure
from hyperv_operator.core.situation import Situation
from hyperv_operator.core.snapshot import SecretCheck, Snapshot
from hyperv_operator.core.usage import Usage
from unit.core.samples import (
    KEY,
    NOW,
    RUN,
    SECOND,
    SNAPSHOT,
    SPEC,
    UID,
    VM_ID,
    configured,
    inventory,
    journal,
    launched,
    vm,
    with_host,
    with_spec,
)

NO_SPEC: dict[str, Any] = {"spec": "spec.x: wrong"}
NO_HOST: dict[str, Any] = {"host": None}


@pytest.mark.parametrize(
    "snapshot",
    [
        replace(SNAPSHOT, **NO_HOST),
        replace(SNAPSHOT, **NO_SPEC),
        with_spec(SNAPSHOT, fields={**SPEC.fields, "gb_ram": 0}),
    ],
)
def test_a_provisioning_needs_a_host_a_spec_and_valid_fields(snapshot: Snapshot) -> None:
    assert launching.provision(Situation(SNAPSHOT, NOW))
    assert launching.provision(Situation(snapshot, NOW)) is None


@pytest.mark.parametrize("snapshot", [inventory(configured()), replace(configured(), **NO_SPEC)])
def test_a_comparison_needs_a_spec_and_a_vm(snapshot: Snapshot) -> None:
    situation = Situation(snapshot, NOW)
    assert situation.differences == ()
    assert provisioned.in_sync(situation) is None
    assert provisioned.update(situation) is None


@pytest.mark.parametrize("snapshot", [replace(configured(), **NO_SPEC), SNAPSHOT, replace(SNAPSHOT, **NO_HOST)])
def test_a_change_is_refused_only_of_a_machine_with_a_spec_a_host_and_a_place(snapshot: Snapshot) -> None:
    assert provisioned.refused(Situation(snapshot, NOW)) is None


def test_a_removal_needs_a_host() -> None:
    assert removal.remove(Situation(replace(launched(), deleting=True, **NO_HOST), NOW)) is None


def test_a_sealing_needs_a_vm_that_is_seen() -> None:
    sealed = Sealed(run_id=RUN, kid="another", count=1, secrets={})
    unseen = replace(inventory(launched()), status=launched().status.model_copy(update={"sealed": sealed}))
    waiting = WaitingForGuest(NOW, RUN, KEY, VM_ID)
    assert provisioning.resealing(unseen, waiting) is None
    assert provisioning.resealing(inventory(unseen, vms=(vm(),)), waiting) is None, "its guest posts nothing"


def test_a_situation_without_a_problem_is_left_to_later_rows() -> None:
    situation = Situation(SNAPSHOT, NOW)
    for rule in (
        rules.task_active,
        rules.spec_unreadable,
        rules.identity_conflict,
        rules.paused,
        rules.host_missing,
        rules.host_problem,
        rules.retry_pending,
    ):
        assert rule(situation) is None
    assert rules.host_problem(Situation(replace(SNAPSHOT, **NO_HOST), NOW)) is None
    assert rules.paused(Situation(replace(SNAPSHOT, **NO_SPEC), NOW)) is None


def test_what_is_awaited_on_the_host_is_polled_for() -> None:
    assert decide(with_host(launched(), begun_at=None), NOW).action == Wait(poll_soon=True)
    running = inventory(launched(), journals=(journal(locked=True),))
    assert decide(running, NOW).action == Wait(NOW + 30 * SECOND, poll_soon=True)


def test_the_newest_journal_counts() -> None:
    first, second = (inventory(launched(), journals=(journal(attempt=attempt),)).host for attempt in (3, 7))
    assert second
    both = replace(launched(), host=first, peers=(second,))
    newest = both.journal()
    assert newest
    assert newest.attempt == 7


def test_resources_are_strict() -> None:
    assert (
        match(with_spec(SNAPSHOT, fields={**SPEC.fields, "gb_ram": "1"}), NOW)[0].condition
        == "A field violates the schema"
    )


def test_a_snapshot_counts_nothing_that_is_not_given() -> None:
    assert (SNAPSHOT.namespace_usage, SNAPSHOT.failures, SNAPSHOT.waits) == (Usage(), 0, 0)
    assert not Failure(NOW, Reason.INTERNAL, "x").needs_person


def test_a_machine_knows_itself_by_its_uid() -> None:
    assert rules.identity_of(SNAPSHOT) == UID
    assert rules.identity_of(configured()) == VM_ID


def test_a_secret_that_is_expected_is_looked_for_every_second() -> None:
    missing = SecretCheck("guest_la_pw", "web", "password", None, Reason.SECRET_NOT_FOUND, "There is no Secret web.")
    decision = decide(replace(SNAPSHOT, secrets=(missing,), created_at=NOW - SECOND), NOW)
    assert (decision.assessment.reason, decision.action) == (Reason.WAITING_FOR_SECRET, Wait(NOW + SECOND))
