"""A machine that is being deleted: remove what the host has of it, or say why not yet and how to force it."""

from __future__ import annotations

from datetime import datetime

from hyperv_operator.api.names import ABANDON_ANNOTATION, Reason
from hyperv_operator.core import failures
from hyperv_operator.core.actions import JobKind, Launch, Release, Wait
from hyperv_operator.core.decision import Decision, in_progress
from hyperv_operator.core.identity import place
from hyperv_operator.core.provisioning import next_attempt
from hyperv_operator.core.snapshot import Snapshot
from hyperv_operator.protocol.records import AgentCode, OutcomeKind


def decide(snapshot: Snapshot, now: datetime) -> Decision:
    """Decide for a machine with a deletion timestamp."""
    identity = snapshot.status.vm_id or snapshot.uid
    if snapshot.abandon == identity:
        where = snapshot.spec.target_host if snapshot.spec else "its host"
        left = f"VM {snapshot.status.vm_id or '(id unknown)'}, its disk, ISO and journal may be left on {where}"
        return _release(f"{left}, in the machine folder {snapshot.uid}.", abandoned=True)
    if snapshot.removed:
        return _release(None)
    if snapshot.spec is not None and snapshot.spec.deletion_policy == "Retain":
        return _release(f"VM {snapshot.status.vm_id or '(none yet)'} was kept: spec.deletionPolicy is Retain.")
    if snapshot.active_task:
        what = "the removal" if snapshot.active_task.kind is JobKind.REMOVE else "a launch that was under way"
        return Decision(Wait(), in_progress(Reason.DELETING, f"Waiting for {what} to end on the host."))
    if snapshot.status.claim is None:
        # No launch was ever allowed, and none can be from now on: a claim needs an object that is not being deleted.
        return _release(None)
    hint = f" To let the resource go without the host, annotate it with {ABANDON_ANNOTATION}={identity}."
    host = place(snapshot)
    if host is None:
        text = "The HyperVHost of this machine does not exist, so nothing can be removed there. Create it again."
        return Decision(Wait(now + snapshot.limits.secret_poll), in_progress(Reason.HOST_NOT_FOUND, text + hint))
    if host.problem:
        text = f"The VM cannot be removed now. Host {host.name}: {host.problem.message}"
        return Decision(Wait(now + snapshot.limits.secret_poll), in_progress(host.problem.reason, text + hint))
    last = snapshot.last
    if last is None or last.kind is not JobKind.REMOVE:
        return _remove(snapshot, "Removing the VM and everything that belongs to it.")
    limits = snapshot.limits
    if last.error:
        due = failures.retry_at(last.finished_at, last.error, snapshot.failures, limits.retry_base, limits.retry_limit)
        reason, text = failures.reason_of_error(last.error), failures.explain_error(last.error)
    else:
        assert last.outcome is not None
        busy = last.outcome.outcome is OutcomeKind.PENDING
        code = last.outcome.code or AgentCode.INTERNAL
        reason = Reason.HOST_BUSY if busy else failures.reason_of_code(code)
        text = failures.explain_code(AgentCode.HOST_BUSY if busy else code, last.outcome.message)
        pause = failures.pause_after(max(snapshot.failures, 1), limits.retry_base, limits.retry_limit)
        due = last.finished_at + (limits.host_busy_poll if busy else pause)
    if now >= due:
        return _remove(snapshot, f"Removal is tried again after: {text}")
    return Decision(Wait(due), in_progress(reason, f"{text} Next attempt at {due:%H:%M:%S} UTC.{hint}"))


def _remove(snapshot: Snapshot, message: str) -> Decision:
    action = Launch(JobKind.REMOVE, run_id=None, attempt=next_attempt(snapshot), vm_id=snapshot.status.vm_id)
    return Decision(action, in_progress(Reason.DELETING, message))


def _release(left_behind: str | None, *, abandoned: bool = False) -> Decision:
    return Decision(
        Release(left_behind, abandoned=abandoned), in_progress(Reason.DELETING, "Nothing is left to remove.")
    )
