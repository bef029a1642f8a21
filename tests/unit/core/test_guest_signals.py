"""What a guest posts costs its own machine only: sealings and launches that it causes are bounded, and the machine says why it waits."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from hyperv_operator.api.machine import Sealed
from hyperv_operator.api.names import Reason
from hyperv_operator.core import provisioning
from hyperv_operator.core.actions import Launch, Wait
from hyperv_operator.core.decision import Decision
from hyperv_operator.core.decision_table import decide
from hyperv_operator.core.snapshot import Snapshot
from hyperv_operator.protocol.inventory import GuestFacts
from hyperv_operator.protocol.records import AgentCode
from unit.core.samples import (
    KEY,
    NOW,
    OTHER_KEY,
    RUN,
    SEALED_ORIGIN,
    SECOND,
    VM_ID,
    ended,
    failed,
    guest,
    inventory,
    pending,
    vm,
)

OTHER_RUN = "c8e23ec2-9f2c-4f5e-8d0a-5a4f5b8a9d11"
FOR_KEY, FOR_GUEST = "WaitingForGuestKey", "WaitingForGuest"


def _waiting(reason: str, posted: GuestFacts | None = None, **changes: Any) -> Snapshot:
    return inventory(ended(pending(reason, vm_id=VM_ID), failures=0, **changes), vms=(vm(guest=posted),))


def _sealed(snapshot: Snapshot, count: int, kid: str = KEY.kid, generation: int = 1, run: str = RUN) -> Snapshot:
    sealed = Sealed(run_id=run, kid=kid, count=count, generation=generation, secrets={"s": "1"})
    return replace(snapshot, status=snapshot.status.model_copy(update={"sealed": sealed, "origin": SEALED_ORIGIN}))


def _timed_out(posted: GuestFacts) -> Snapshot:
    return inventory(ended(failed(AgentCode.GUEST_TIMEOUT)), vms=(vm(guest=posted),))


def _decided(snapshot: Snapshot, at: datetime = NOW) -> Decision:
    return decide(snapshot, at)


@pytest.mark.parametrize(
    ("count", "generation", "sealings", "may"),
    [(1, 1, 1, True), (4, 1, 4, True), (5, 1, 5, False), (6, 1, 6, False), (5, 0, 0, True)],
)
def test_sealings_count_until_the_spec_is_changed(count: int, generation: int, sealings: int, *, may: bool) -> None:
    snapshot = _sealed(_waiting(FOR_KEY), count, generation=generation)
    assert provisioning.sealings(snapshot) == sealings
    assert provisioning.may_seal(snapshot) is may


def test_without_a_sealing_there_is_none() -> None:
    assert provisioning.sealings(_waiting(FOR_KEY)) == 0


@pytest.mark.parametrize(
    "snapshot",
    [
        _sealed(_waiting(FOR_KEY, guest(OTHER_KEY)), 5),
        _sealed(_waiting(FOR_KEY, guest(KEY)), 5),
        _sealed(_waiting(FOR_GUEST, guest(OTHER_KEY)), 5),
        _sealed(_timed_out(guest(OTHER_KEY)), 5),
        # A guest that gets a new run after its timeout gets no new sealings with it.
        _sealed(_timed_out(guest(OTHER_KEY)), 5, run=OTHER_RUN),
    ],
)
def test_a_guest_that_always_has_another_key_is_a_persons_matter(snapshot: Snapshot) -> None:
    decision = _decided(snapshot)
    assert decision.action == Wait()
    assert decision.assessment.reason is Reason.GUEST_KEY_UNSTABLE
    assert "was sealed 5 times since the spec was last changed" in decision.assessment.message
    assert "spec.paused to true and back" in decision.assessment.message


@pytest.mark.parametrize(
    "snapshot",
    [
        _sealed(_waiting(FOR_KEY, guest(OTHER_KEY)), 4),
        _sealed(_waiting(FOR_GUEST, guest(OTHER_KEY)), 4),
        _sealed(_timed_out(guest(OTHER_KEY)), 4),
        _sealed(_waiting(FOR_KEY, guest(OTHER_KEY)), 5, generation=0),
        _sealed(_waiting(FOR_GUEST, guest(OTHER_KEY)), 5, generation=0),
        # The guest has taken its data: only the end of the run is left.
        _sealed(_waiting(FOR_GUEST, guest(OTHER_KEY, "applied")), 5),
    ],
)
def test_up_to_five_times_and_again_after_a_person_has_changed_the_spec_the_run_goes_on(snapshot: Snapshot) -> None:
    assert isinstance(_decided(snapshot).action, Launch)


def test_another_failure_is_told_before_the_guests_key() -> None:
    snapshot = _sealed(inventory(ended(failed(AgentCode.PUBLISH_FAILED)), vms=(vm(guest=guest(OTHER_KEY)),)), 5)
    assert _decided(snapshot).assessment.reason is Reason.PUBLISH_FAILED


@pytest.mark.parametrize("posted", [guest(KEY), guest(), guest(OTHER_KEY, "applying"), None])
def test_a_guest_that_can_use_its_data_is_waited_for(posted: GuestFacts | None) -> None:
    assert _decided(_sealed(_waiting(FOR_GUEST, posted), 5)).assessment.reason is Reason.WAITING_FOR_GUEST


def test_a_changed_secret_is_not_sealed_a_sixth_time_and_stops_nothing() -> None:
    for count, launches in ((4, True), (5, False)):
        snapshot = _sealed(_waiting(FOR_GUEST, guest(KEY)), count)
        sealed = snapshot.status.sealed
        assert sealed
        rotated = sealed.model_copy(update={"secrets": {"s": "0"}})
        decision = _decided(replace(snapshot, status=snapshot.status.model_copy(update={"sealed": rotated})))
        assert isinstance(decision.action, Launch) is launches
        assert decision.assessment.reason is (Reason.QUEUED if launches else Reason.WAITING_FOR_GUEST)


def _signalled(waits: int, posted: GuestFacts | None = None, reason: str = FOR_GUEST) -> Snapshot:
    return replace(_waiting(reason, posted or guest(KEY, "applied")), waits=waits)


@pytest.mark.parametrize(("waits", "seconds"), [(6, 10), (7, 20), (8, 40), (99, 600)])
@pytest.mark.parametrize(("reason", "posted"), [(FOR_GUEST, guest(KEY, "applied")), (FOR_KEY, guest(KEY))])
def test_each_launch_in_a_row_that_finds_nothing_final_doubles_the_pause_for_the_guests_signals(
    reason: str, posted: GuestFacts, waits: int, seconds: int
) -> None:
    snapshot = _signalled(waits, posted, reason)
    due = NOW - SECOND + timedelta(seconds=seconds)
    decision = _decided(snapshot, due - timedelta(microseconds=1))
    assert decision.action == Wait(due, poll_soon=True)
    assert decision.assessment.reason is Reason.WAITING_FOR_GUEST
    assert f"led to {waits} launches in a row" in decision.assessment.message
    assert isinstance(_decided(snapshot, due).action, Launch)


def test_the_first_signals_have_no_pause() -> None:
    assert isinstance(_decided(_signalled(5)).action, Launch)


def test_a_new_key_waits_for_the_pause_too() -> None:
    snapshot = replace(_sealed(_waiting(FOR_GUEST, guest(OTHER_KEY)), 1), waits=6)
    assert isinstance(_decided(snapshot).action, Wait)
    assert isinstance(_decided(snapshot, NOW + 9 * SECOND).action, Launch)


def test_a_guest_without_a_signal_is_waited_for_as_usual() -> None:
    decision = _decided(replace(_waiting(FOR_GUEST, guest(KEY)), waits=9))
    assert "until" in decision.assessment.message


@pytest.mark.parametrize(
    ("reason", "posted", "part"),
    [
        (FOR_KEY, GuestFacts(ready="not JSON"), "ProvisioningReady of the guest is not JSON."),
        (FOR_GUEST, GuestFacts(state="[]"), "ProvisioningState of the guest is not a JSON object."),
        (FOR_GUEST, GuestFacts(ready="x", state="y"), "ProvisioningReady of the guest is not JSON."),
    ],
)
def test_a_machine_says_that_what_its_guest_posts_cannot_be_used(reason: str, posted: GuestFacts, part: str) -> None:
    decision = _decided(_waiting(reason, posted))
    assert decision.assessment.message.endswith(f"What the guest posts now cannot be used: {part}")


@pytest.mark.parametrize("posted", [None, guest(), guest(KEY), guest(KEY, "applying")])
def test_a_machine_whose_guest_posts_nothing_unreadable_says_nothing_of_it(posted: GuestFacts | None) -> None:
    assert "cannot be used" not in _decided(_waiting(FOR_GUEST, posted)).assessment.message
