"""The states of a provisioning: what the last launch, the journal and the guest's signals make of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from hyperv_operator import errors
from hyperv_operator.api.machine import Claim, Run, Sealed
from hyperv_operator.api.names import Reason
from hyperv_operator.core import provisioning
from hyperv_operator.core.actions import Launch, Provision, Sealing, Wait
from hyperv_operator.core.decision_table import match
from hyperv_operator.core.provisioning import (
    Interrupted,
    LaunchFailed,
    NotStarted,
    RunningElsewhere,
    Unknown,
    WaitingForGuest,
    WaitingForGuestKey,
)
from hyperv_operator.core.snapshot import SecretCheck, Snapshot
from hyperv_operator.protocol.inventory import GuestFacts
from hyperv_operator.protocol.records import AgentCode, Outcome, OutcomeKind
from unit.core.samples import (
    CLAIM,
    HOST,
    KEY,
    MOMENT,
    NOW,
    OTHER_KEY,
    RUN,
    SEALED_ORIGIN,
    SECOND,
    SNAPSHOT,
    VM_ID,
    configured,
    ended,
    failed,
    guest,
    inventory,
    journal,
    launched,
    pending,
    result,
    vm,
    with_host,
)

OTHER_RUN = "c8e23ec2-9f2c-4f5e-8d0a-5a4f5b8a9d11"
FOREIGN = Claim(run_id=RUN, attempt=1, operator="another")


def _foreign(started: int, **run: Any) -> Snapshot:
    status = {"run": Run(id=RUN, attempt=1, started_at=NOW - started * SECOND, **run)}
    snapshot = inventory(launched(**status))
    return replace(snapshot, status=snapshot.status.model_copy(update={"claim": FOREIGN}))


@pytest.mark.parametrize(
    ("snapshot", "state"),
    [
        (SNAPSHOT, NotStarted()),
        (inventory(launched()), Interrupted(RUN)),
        (with_host(inventory(launched()), begun_at=None), Unknown()),
        # Another operator's claim holds for 30 s while the host does not show its launch.
        (_foreign(29), RunningElsewhere()),
        (_foreign(30), Interrupted(RUN)),
        (_foreign(29, finished_at=NOW - 20 * SECOND), Interrupted(RUN)),
        (inventory(launched(run=Run(id=RUN, attempt=1, started_at=NOW - SECOND))), Interrupted(RUN)),
        # The journal knows what this process does not.
        (inventory(launched(), journals=(journal(),)), Interrupted(RUN)),
        (inventory(launched(), journals=(journal(locked=True),)), RunningElsewhere()),
        (inventory(launched(), journals=(journal(state="completed"),)), Interrupted(RUN)),
        (inventory(launched(), journals=(journal(state="pending", reason="HostBusy"),)), Interrupted(RUN)),
        (
            inventory(launched(), journals=(journal(state="pending", reason="WaitingForGuestKey", vm_id=VM_ID),)),
            WaitingForGuestKey(NOW, RUN, vm_id=VM_ID),
        ),
        (
            inventory(launched(), journals=(journal(state="pending", reason="WaitingForGuest", vm_id=VM_ID),)),
            WaitingForGuest(NOW, RUN, vm_id=VM_ID),
        ),
        # The time of status.run is nearer than the journal's, which is the host's clock.
        (
            inventory(
                launched(run=Run(id=RUN, attempt=1, finished_at=NOW - 5 * SECOND)),
                journals=(journal(state="pending", reason="WaitingForGuest"),),
            ),
            WaitingForGuest(NOW - 5 * SECOND, RUN),
        ),
        # The last launch of this process.
        (ended(pending("WaitingForGuestKey", guest_key=KEY, vm_id=VM_ID)), WaitingForGuestKey(NOW - SECOND, RUN, KEY, VM_ID)),
        (ended(pending("WaitingForGuest", vm_id=VM_ID)), WaitingForGuest(NOW - SECOND, RUN, None, VM_ID)),
        (ended(Outcome(outcome=OutcomeKind.COMPLETED)), Interrupted(RUN)),
    ],
)  # fmt: skip
def test_the_state_of_a_provisioning(snapshot: Snapshot, state: object) -> None:
    assert provisioning.observe(snapshot, NOW) == state


@pytest.mark.parametrize(
    ("snapshot", "code", "generation"),
    [
        (ended(failed(AgentCode.COPY_FAILED), generation=4), AgentCode.COPY_FAILED, 4),
        (ended(pending("HostBusy")), AgentCode.HOST_BUSY, 1),
        (ended(errors.ShellLost("x")), None, 1),
        (inventory(launched(), journals=(journal(state="failed", code="StartFailed", generation=3),)), AgentCode.START_FAILED, 3),
    ],
)  # fmt: skip
def test_a_failed_launch_is_a_state_with_its_failure(
    snapshot: Snapshot, code: AgentCode | None, generation: int
) -> None:
    state = provisioning.observe(snapshot, NOW)
    assert isinstance(state, LaunchFailed)
    assert (state.failure.code, state.run_id, state.generation) == (code, RUN, generation)


@pytest.mark.parametrize(("attempt", "waits"), [(1, False), (2, True)])
def test_a_journal_of_a_later_launch_overrules_the_last_one_of_this_process(attempt: int, *, waits: bool) -> None:
    own = ended(failed(AgentCode.COPY_FAILED))
    seen = inventory(own, journals=(journal(attempt=attempt, state="pending", reason="WaitingForGuest"),))
    assert isinstance(provisioning.observe(seen, NOW), WaitingForGuest) is waits
    stale = with_host(seen, begun_at=NOW - SECOND)
    assert isinstance(provisioning.observe(stale, NOW), LaunchFailed), "an inventory begun before the end says nothing"


# --- the guest's signals ---------------------------------------------------------------------------------------------

WAITS_FOR_KEY = WaitingForGuestKey(NOW, RUN)
REPORTED = WaitingForGuestKey(NOW, RUN, OTHER_KEY, VM_ID)


def _seen(posted: GuestFacts | None) -> Snapshot:
    return inventory(ended(pending("WaitingForGuest"), failures=0), vms=(vm(guest=posted),))


@pytest.mark.parametrize(
    ("posted", "state", "found"),
    [
        (guest(KEY), WAITS_FOR_KEY, Sealing(KEY, VM_ID)),
        (guest(KEY), REPORTED, Sealing(KEY, VM_ID)),
        (guest(), REPORTED, Sealing(OTHER_KEY, VM_ID)),
        (GuestFacts(ready="not JSON"), WAITS_FOR_KEY, None),
        (GuestFacts(ready="not JSON"), REPORTED, Sealing(OTHER_KEY, VM_ID)),
        (guest(KEY, vm_id=OTHER_RUN), WAITS_FOR_KEY, None),
        (None, WAITS_FOR_KEY, None),
        (None, replace(REPORTED, vm_id=None), None),
        (None, replace(REPORTED, key=None), None),
        (None, WaitingForGuest(NOW, RUN, OTHER_KEY, VM_ID), Sealing(OTHER_KEY, VM_ID)),
        (None, NotStarted(), None),
    ],
)
def test_the_key_that_the_guest_posts_comes_before_the_one_of_the_outcome(
    posted: GuestFacts | None, state: Any, found: Sealing | None
) -> None:
    assert provisioning.posted_key(_seen(posted), state) == found


def test_signals_of_an_inventory_that_is_not_current_are_not_used() -> None:
    stale = with_host(_seen(guest(KEY, state="applied")), begun_at=NOW - SECOND)
    assert provisioning.posted_key(stale, WAITS_FOR_KEY) is None
    assert provisioning.reported_state(stale, RUN) is None


@pytest.mark.parametrize(
    ("posted", "state"),
    [
        (guest(state="applying"), "applying"),
        (guest(state="applied"), "applied"),
        (guest(state="failed"), "failed"),
        (guest(state="applied", run=OTHER_RUN), None),
        (guest(state="applied", vm_id=OTHER_RUN), None),
        (GuestFacts(state="not JSON"), None),
        (guest(), None),
        (None, None),
    ],
)
def test_the_state_that_the_guest_reports_for_this_run(posted: GuestFacts | None, state: str | None) -> None:
    found = provisioning.reported_state(_seen(posted), RUN)
    assert (found.state.value if found else None) == state


def test_the_guest_reports_for_the_run_in_which_its_data_was_sealed() -> None:
    seen = _seen(guest(state="applied", run=OTHER_RUN))
    sealed = Sealed(run_id=OTHER_RUN, kid="k", count=1, secrets={})
    assert provisioning.reported_state(replace(seen, status=seen.status.model_copy(update={"sealed": sealed})), RUN)


def _sealed(posted: GuestFacts | None, kid: str = KEY.kid, count: int = 1, **secrets: str) -> Snapshot:
    snapshot = _seen(posted)
    sealed = Sealed(run_id=RUN, kid=kid, count=count, secrets=secrets)
    return replace(snapshot, status=snapshot.status.model_copy(update={"sealed": sealed, "origin": SEALED_ORIGIN}))


@pytest.mark.parametrize(
    ("snapshot", "again"),
    [
        (_sealed(guest(KEY)), False),
        (_sealed(guest(OTHER_KEY)), True),
        (_sealed(guest(KEY), s="1"), False),
        (_sealed(guest(KEY), s="0"), True),
        (_sealed(guest(KEY), s="1", unknown="7"), False),
        (_sealed(guest(OTHER_KEY), count=5), True),
        (_sealed(guest()), False),
        (_sealed(None), False),
        (_seen(guest(OTHER_KEY)), False),
    ],
)
def test_guest_data_is_out_of_date_after_a_new_key_or_a_changed_secret(snapshot: Snapshot, *, again: bool) -> None:
    found = provisioning.resealing(snapshot, WaitingForGuest(NOW, RUN, KEY, VM_ID))
    assert (found is not None) is again


# --- what the rows make of it ----------------------------------------------------------------------------------------


def _launch(snapshot: Snapshot) -> tuple[Launch, Provision]:
    action = match(snapshot, NOW)[1].action
    assert isinstance(action, Launch)
    assert isinstance(action.work, Provision)
    return action, action.work


def _waiting(reason: str, posted: GuestFacts | None = None, **changes: Any) -> Snapshot:
    return inventory(ended(pending(reason), failures=0, **changes), vms=(vm(guest=posted),))


@pytest.mark.parametrize(
    ("snapshot", "run_id", "sealing"),
    [
        (SNAPSHOT, None, None),
        (inventory(launched(), vms=(vm(),)), RUN, None),
        (_waiting("WaitingForGuestKey", guest(KEY)), RUN, Sealing(KEY, VM_ID)),
        (_waiting("WaitingForGuest", guest(state="applied")), RUN, None),
        (_waiting("WaitingForGuestKey", finished_at=NOW - 3601 * SECOND), RUN, None),
        (_sealed(guest(OTHER_KEY)), RUN, Sealing(OTHER_KEY, VM_ID)),
        # A guest that answers after its timeout continues its run; one that only now posts its key begins a new one.
        (inventory(ended(failed(AgentCode.GUEST_TIMEOUT)), vms=(vm(guest=guest(state="applied")),)), RUN, None),
        (inventory(ended(failed(AgentCode.GUEST_TIMEOUT)), vms=(vm(guest=guest(KEY)),)), None, Sealing(KEY, VM_ID)),
        (replace(ended(failed(AgentCode.COPY_FAILED)), generation=2), None, None),
        (ended(failed(AgentCode.COPY_FAILED), finished_at=NOW - 11 * SECOND), RUN, None),
    ],
)
def test_which_run_a_launch_continues_and_what_it_seals(
    snapshot: Snapshot, run_id: str | None, sealing: Sealing | None
) -> None:
    launch, work = _launch(snapshot)
    assert (launch.run_id, work.sealing) == (run_id, sealing)
    assert work.submission.fields["vm_name"] == "a"


@pytest.mark.parametrize(("state", "launches"), [("applying", False), ("applied", True), ("failed", True)])
def test_a_guest_that_is_still_applying_is_waited_for(state: str, *, launches: bool) -> None:
    action = match(_waiting("WaitingForGuest", guest(state=state)), NOW)[1].action
    assert isinstance(action, Launch) is launches


def test_a_guest_that_has_taken_its_data_is_not_sealed_to_again() -> None:
    action = match(_sealed(guest(OTHER_KEY, state="applying")), NOW)[1].action
    assert isinstance(action, Wait)


@pytest.mark.parametrize(("age", "launches"), [(3600, False), (3601, True)])
@pytest.mark.parametrize("reason", ["WaitingForGuestKey", "WaitingForGuest"])
def test_a_guest_has_its_timeout_to_the_second(reason: str, age: int, *, launches: bool) -> None:
    action = match(_waiting(reason, finished_at=NOW - age * SECOND), NOW)[1].action
    assert isinstance(action, Launch) is launches
    if isinstance(action, Wait):
        assert action == Wait(NOW, poll_soon=True)


@pytest.mark.parametrize(
    ("code", "launches"),
    [(AgentCode.COPY_FAILED, True), (AgentCode.IDENTITY_CONFLICT, True), (AgentCode.GUEST_FAILED, False)],
)
def test_a_new_spec_is_tried_at_once_unless_the_guest_already_has_its_data(code: AgentCode, *, launches: bool) -> None:
    action = match(replace(ended(failed(code)), generation=2), NOW)[1].action
    assert isinstance(action, Launch) is launches
    assert isinstance(match(ended(failed(code)), NOW)[1].action, Wait), "the same spec waits"


@pytest.mark.parametrize("outcome", [pending("HostBusy"), errors.ShellLost("x")])
def test_a_new_spec_does_not_shorten_the_wait_for_the_host(outcome: Any) -> None:
    assert isinstance(match(replace(ended(outcome, finished_at=NOW), generation=2), NOW)[1].action, Wait)


@pytest.mark.parametrize(
    ("code", "action"),
    [
        (AgentCode.GUEST_FAILED, Wait()),
        (AgentCode.GUEST_TIMEOUT, Wait(poll_soon=True)),
    ],
)
def test_what_another_launch_cannot_change_is_not_tried_again(code: AgentCode, action: Wait) -> None:
    decision = match(ended(failed(code), finished_at=NOW - 9_999 * SECOND), NOW)[1]
    assert decision.action == action


def test_a_retry_waits_until_its_pause_is_over_to_the_moment() -> None:
    early = ended(failed(AgentCode.COPY_FAILED), finished_at=NOW - 10 * SECOND + MOMENT)
    assert match(early, NOW)[1].action == Wait(NOW + MOMENT)
    assert isinstance(
        match(replace(early, last=result(failed(AgentCode.COPY_FAILED), finished_at=NOW - 10 * SECOND)), NOW)[1].action,
        Launch,
    )


@pytest.mark.parametrize(
    ("snapshot", "attempt"),
    [
        (SNAPSHOT, 1),
        (launched(), 2),
        (inventory(launched(), journals=(journal(attempt=7),)), 8),
        (replace(launched(), status=launched().status.model_copy(update={"claim": CLAIM.model_copy(update={"attempt": 9})})), 10),
    ],
)  # fmt: skip
def test_a_launch_has_a_greater_number_than_any_before(snapshot: Snapshot, attempt: int) -> None:
    assert _launch(snapshot)[0].attempt == attempt


def test_a_secret_that_cannot_be_read_does_not_count_as_changed_before_a_launch_says_so() -> None:
    missing = replace(_sealed(guest(KEY), s="1"), secrets=(SecretCheck("guest_la_pw", "s", "k", "1"),))
    assert provisioning.resealing(missing, WaitingForGuest(NOW, RUN)) is None


def _lost(outcome: Any, failures: int = 0, **changes: Any) -> Snapshot:
    return inventory(ended(outcome, failures, vm_id=VM_ID, **{"finished_at": NOW - 2 * SECOND, **changes}))


@pytest.mark.parametrize(
    ("snapshot", "lost"),
    [
        (_lost(pending("WaitingForGuestKey", vm_id=VM_ID)), VM_ID),
        (_lost(pending("WaitingForGuest", vm_id=VM_ID)), VM_ID),
        (_lost(failed(AgentCode.GUEST_TIMEOUT), 1, finished_at=NOW - 11 * SECOND), VM_ID),
        (_lost(failed(AgentCode.COPY_FAILED), 1, finished_at=NOW - 11 * SECOND), VM_ID),
        # One inventory without it may have been begun before it was there.
        (with_host(_lost(pending("WaitingForGuestKey")), previous_begun_at=NOW - 2 * SECOND), None),
        (with_host(_lost(pending("WaitingForGuestKey")), previous_begun_at=None), None),
        (replace(_lost(pending("WaitingForGuestKey")), peers=(replace(HOST, name="b", previous_begun_at=None),)), None),
        (_waiting("WaitingForGuestKey", finished_at=NOW - 2 * SECOND), None),
    ],
)
def test_a_vm_that_every_host_lacks_before_its_guest_was_configured_is_made_anew(
    snapshot: Snapshot, lost: str | None
) -> None:
    action = match(snapshot, NOW)[1].action
    if lost is None:
        assert not isinstance(action, Launch)
    else:
        assert isinstance(action, Launch)
        assert isinstance(action.work, Provision)
        assert (action.work.lost_vm_id, action.run_id) == (lost, None)


def test_a_lost_vm_is_not_made_anew_before_the_pause_after_a_failure_is_over() -> None:
    assert not isinstance(match(_lost(failed(AgentCode.COPY_FAILED), 1), NOW)[1].action, Launch)


def test_a_vm_that_was_configured_is_never_made_anew() -> None:
    assert match(inventory(configured()), NOW)[0].condition == "No inventory reports the VM"


@pytest.mark.parametrize(
    ("snapshot", "stopped"),
    [
        (_waiting("WaitingForGuestKey"), True),
        (_waiting("WaitingForGuest"), False),
        (ended(failed(AgentCode.COPY_FAILED)), True),
        (inventory(ended(failed(AgentCode.PUBLISH_FAILED)), vms=(vm(guest=guest(state="applied")),)), False),
        (inventory(ended(failed(AgentCode.PUBLISH_FAILED)), vms=(vm(guest=guest(state="applying")),)), True),
        (inventory(launched(), vms=(vm(),), journals=(journal(steps={"WaitForGuest": "completed"}),)), False),
        (inventory(launched(), vms=(vm(),), journals=(journal(steps={"WaitForGuest": "started"}),)), True),
    ],
)
@pytest.mark.parametrize(
    "without",
    [
        {"secrets": (SecretCheck("guest_la_pw", "s", "k", None, Reason.SECRET_NOT_FOUND, "Gone."),)},
        {"namespace_labels": {}},
    ],
)
def test_a_secret_or_tenancy_that_is_taken_away_stops_only_what_needs_it(
    snapshot: Snapshot, without: dict[str, Any], *, stopped: bool
) -> None:
    aged = replace(snapshot, created_at=NOW - 10 * SECOND)
    reason = match(replace(aged, **without), NOW)[1].assessment.reason
    assert (reason in (Reason.SECRET_NOT_FOUND, Reason.NAMESPACE_NOT_ALLOWED)) is stopped


def test_a_run_that_ended_in_the_future_of_this_process_counts_from_when_it_was_read() -> None:
    ahead = Run(id=RUN, attempt=1, started_at=NOW, finished_at=NOW + 7200 * SECOND)
    waiting = journal(state="pending", reason="WaitingForGuest", vm_id=VM_ID, updated_at=NOW + 7200 * SECOND)
    seen = replace(inventory(launched(run=ahead), journals=(waiting,)), run_seen_at=NOW - SECOND)
    state = provisioning.observe(seen, NOW)
    assert isinstance(state, WaitingForGuest)
    assert state.since == NOW - SECOND
    behind = ahead.model_copy(update={"finished_at": NOW - 60 * SECOND})
    state = provisioning.observe(replace(seen, status=seen.status.model_copy(update={"run": behind})), NOW)
    assert isinstance(state, WaitingForGuest)
    assert state.since == NOW - 60 * SECOND


@pytest.mark.parametrize(("updated", "since"), [(-60, -60), (7200, -1), (None, -1)])
def test_without_the_end_of_a_run_its_journals_last_change_counts(updated: int | None, since: int) -> None:
    at = None if updated is None else NOW + updated * SECOND
    waiting = journal(state="pending", reason="WaitingForGuest", vm_id=VM_ID, updated_at=at)
    for run in (Run(id=RUN, attempt=1, started_at=NOW - 90 * SECOND), None):
        seen = replace(inventory(launched(run=run), journals=(waiting,)), run_seen_at=NOW - SECOND)
        state = provisioning.observe(seen, NOW)
        assert isinstance(state, WaitingForGuest)
        assert state.since == NOW + since * SECOND
