"""The rules for a machine whose preconditions hold: launch the agent, or wait for the guest or the host."""

from __future__ import annotations

from hyperv_operator.api.catalogue import explain
from hyperv_operator.api.names import Reason
from hyperv_operator.core import agent_version, identity, provisioning, retry
from hyperv_operator.core.actions import Launch, Provision, Sealing, Wait
from hyperv_operator.core.decision import Decision, in_progress, stalled, unchanged
from hyperv_operator.core.host_names import host_problems, owned_names
from hyperv_operator.core.provisioning import (
    AwaitingGuest,
    Interrupted,
    LaunchFailed,
    NotStarted,
    RunningElsewhere,
    Unknown,
    WaitingForGuest,
    WaitingForGuestKey,
)
from hyperv_operator.core.retry import Failure
from hyperv_operator.core.rules import next_attempt, refuse
from hyperv_operator.core.situation import Situation
from hyperv_operator.protocol.records import AgentCode
from hyperv_operator.schema.validation import Accepted


def others_unlisted(situation: Situation) -> Decision | None:
    """The operator has just started, and does not know all machines yet: neither a name nor a place can be given away."""
    snapshot = situation.snapshot
    if snapshot.others_listed or snapshot.status.claim is not None:
        return None
    text = "Waiting until all machines are listed, which shows whether the VM name and the quota are free."
    return Decision(Wait(), unchanged(Reason.WAITING_FOR_INVENTORY, text))


def state_unknown(situation: Situation) -> Decision | None:
    """No inventory that was begun after the last claimed launch is there."""
    if not isinstance(situation.state, Unknown):
        return None
    unread = situation.snapshot.unread_hosts()
    snapshot = situation.snapshot
    names = owned_names(snapshot, unread) or snapshot.status.host
    text = f"Waiting for an inventory of {names}, which shows what the last launch has done."
    text += host_problems(snapshot, unread)
    return Decision(Wait(poll_soon=True), in_progress(Reason.WAITING_FOR_INVENTORY, text))


def running_elsewhere(situation: Situation) -> Decision | None:
    """A launch that this process does not observe is running on the host."""
    if not isinstance(situation.state, RunningElsewhere):
        return None
    until = situation.now + situation.snapshot.limits.takeover
    text = "A launch that was started earlier is still running on the host."
    return Decision(Wait(until, poll_soon=True), in_progress(Reason.RUNNING, text))


def vm_lost(situation: Situation) -> Decision | None:
    """Every host has been seen twice to lack the VM of an earlier launch, whose guest was never configured."""
    snapshot, state = situation.snapshot, situation.state
    lost = snapshot.status.vm_id
    if lost is None or not isinstance(state, AwaitingGuest | Interrupted | LaunchFailed):
        return None
    if not snapshot.confirms_absence() or situation.now < situation.retry_at:
        return None
    text = f"VM {lost} is gone, and its guest was not configured yet; a new VM is made."
    return _provision(situation, text, None, lost_vm_id=lost)


def guest_answered(situation: Situation) -> Decision | None:
    """The guest has reported its final state, in time or after its timeout."""
    match situation.state:
        case WaitingForGuest(run_id=run_id):
            pass
        case LaunchFailed(failure=Failure(code=AgentCode.GUEST_TIMEOUT), run_id=run_id):
            pass
        case _:
            return None
    reported = provisioning.reported_state(situation.snapshot, run_id)
    if reported is None or not reported.is_final:
        return None
    # The same run: the guest's report names it.
    return _provision(situation, "The guest has answered; the agent finishes provisioning.", run_id)


def guest_key_posted(situation: Situation) -> Decision | None:
    """The guest has posted its key, in time or after its timeout."""
    sealing = provisioning.posted_key(situation.snapshot, situation.state)
    if sealing is None:
        return None
    match situation.state:
        case WaitingForGuestKey(run_id=run_id):
            text = "The guest has posted its key; its configuration is sealed and published."
            return _provision(situation, text, run_id, sealing)
        case LaunchFailed(failure=Failure(code=AgentCode.GUEST_TIMEOUT)):
            return _provision(situation, "The guest has posted its key after the timeout.", None, sealing)
        case _:
            return None


def guest_key_unstable(situation: Situation) -> Decision | None:
    """The guest has another key than its data was sealed to, and the data was sealed as often as it may be."""
    snapshot = situation.snapshot
    if provisioning.may_seal(snapshot) or not _needs_sealing(situation):
        return None
    facts = (
        f"The guest's configuration was sealed {provisioning.sealings(snapshot)} times since the spec was last changed, and the guest has "
        "posted another key each time."
    )
    text = explain(Reason.GUEST_KEY_UNSTABLE, facts)
    return Decision(Wait(), stalled(Reason.GUEST_KEY_UNSTABLE, text))


def _needs_sealing(situation: Situation) -> bool:
    """Return whether the guest can continue only with data that is sealed to the key which it posts now."""
    snapshot, state = situation.snapshot, situation.state
    posted = provisioning.posted_key(snapshot, state)
    if posted is None:
        return False
    match state:
        case WaitingForGuestKey() | LaunchFailed(failure=Failure(code=AgentCode.GUEST_TIMEOUT)):
            return True
        case WaitingForGuest(run_id=run_id):
            sealed = snapshot.status.sealed
            has_another = sealed is not None and posted.key.kid != sealed.kid
            return has_another and provisioning.reported_state(snapshot, run_id) is None
        case _:
            return False


def guest_signals_paused(situation: Situation) -> Decision | None:
    """The guest has signalled again, after its earlier signals led to one launch after the other that found nothing final."""
    snapshot, last = situation.snapshot, situation.snapshot.own_last
    excess = snapshot.waits - snapshot.limits.free_waits
    if last is None or excess <= 0:
        return None
    if not (guest_answered(situation) or guest_key_posted(situation) or sealing_outdated(situation)):
        return None
    due = last.finished_at + retry.pause_after(excess, snapshot.limits.retry, last.jitter)
    if situation.now >= due:
        return None
    text = (
        f"The guest's signals have led to {snapshot.waits} launches in a row, and each of them found that it has to wait for the guest. "
        f"The agent is launched again at {due:%H:%M:%S} UTC at the earliest. If this lasts, look at the VM's console."
    )
    return Decision(Wait(due, poll_soon=True), in_progress(Reason.WAITING_FOR_GUEST, text))


def sealing_outdated(situation: Situation) -> Decision | None:
    """The guest has a new key, or a Secret has changed, before the guest has taken its data."""
    snapshot, state = situation.snapshot, situation.state
    if not isinstance(state, WaitingForGuest) or provisioning.reported_state(snapshot, state.run_id) is not None:
        return None
    sealing = provisioning.resealing(snapshot, state)
    if sealing is None or not provisioning.may_seal(snapshot):
        return None
    return _provision(situation, "The guest's configuration is sealed again.", state.run_id, sealing)


def spec_changed(situation: Situation) -> Decision | None:
    """The agent failed with an earlier version of the spec. A guest that failed has its data: a new spec cannot reach it."""
    state = situation.state
    if not isinstance(state, LaunchFailed) or state.failure.code in (None, AgentCode.GUEST_FAILED, AgentCode.HOST_BUSY):
        return None
    if situation.snapshot.generation <= state.generation:
        return None
    return _provision(situation, "The spec has changed; a new run starts.", None)


def guest_timed_out(situation: Situation) -> Decision | None:
    """The guest did not respond in time."""
    state = situation.state
    if not isinstance(state, AwaitingGuest) or situation.now <= state.since + situation.snapshot.limits.guest_timeout:
        return None
    text = "The guest did not respond in time. The agent collects diagnostics on the host."
    return _provision(situation, text, state.run_id)


def vm_critical(situation: Situation) -> Decision | None:
    """The guest has time left, and Hyper-V has lost its VM's storage, or it is full."""
    own = situation.own
    if own is None or not own.vm.critical or not isinstance(situation.state, AwaitingGuest):
        return None
    due = situation.state.since + situation.snapshot.limits.guest_timeout
    return Decision(Wait(due, poll_soon=True), stalled(Reason.VM_CRITICAL, identity.explain_critical(own)))


def awaiting_guest(situation: Situation) -> Decision | None:
    """The guest has time left."""
    state = situation.state
    if not isinstance(state, AwaitingGuest):
        return None
    due = state.since + situation.snapshot.limits.guest_timeout
    unreadable = provisioning.unreadable_signal(situation.snapshot, state.run_id)
    told = f" What the guest posts now cannot be used: {unreadable}" if unreadable else ""
    if isinstance(state, WaitingForGuestKey):
        text = f"The VM runs; waiting for its guest to post a key, until {due:%H:%M:%S} UTC at the latest.{told}"
        return Decision(Wait(due, poll_soon=True), in_progress(Reason.WAITING_FOR_GUEST_KEY, text))
    text = f"The configuration is published; waiting for the guest to apply it, until {due:%H:%M:%S} UTC at the latest.{told}"
    return Decision(Wait(due, poll_soon=True), in_progress(Reason.WAITING_FOR_GUEST, text))


def provision(situation: Situation) -> Decision | None:
    """Nothing was launched yet, a launch was interrupted, or the pause after a failure is over."""
    match situation.state:
        case NotStarted():
            return _provision(situation, "Provisioning is about to start.", None)
        case Interrupted(run_id=run_id):
            return _provision(situation, "An interrupted run continues.", run_id)
        case LaunchFailed(failure=failure, run_id=run_id):
            return _provision(situation, f"Trying again after: {failure.message}", run_id)
        case _:
            return None


def _provision(
    situation: Situation,
    message: str,
    run_id: str | None,
    sealing: Sealing | None = None,
    lost_vm_id: str | None = None,
) -> Decision | None:
    """Return the decision to launch, or to wait for the version of the agent that the launch needs."""
    snapshot, host = situation.snapshot, situation.host
    spec, submission = snapshot.readable_spec, snapshot.submission
    if host is None or spec is None or not isinstance(submission, Accepted):
        return None
    launch = Launch(host, next_attempt(snapshot), Provision(spec, submission, sealing, lost_vm_id), run_id)
    violation = agent_version.unavailable(snapshot, launch)
    if violation:
        return refuse(situation, violation)
    return Decision(launch, in_progress(Reason.QUEUED, message))
