"""The rules for a machine that is being deleted: remove what the host has of it, or say why not yet and how to force it."""

from __future__ import annotations

from hyperv_operator.api.names import Reason
from hyperv_operator.core.actions import Launch, Release, Remove
from hyperv_operator.core.decision import Decision, in_progress
from hyperv_operator.core.rules import identity_of, next_attempt
from hyperv_operator.core.situation import Situation


def abandoned(situation: Situation) -> Decision | None:
    """A person has set the abandon annotation to the machine's identity."""
    snapshot = situation.snapshot
    if snapshot.abandon != identity_of(snapshot):
        return None
    where = snapshot.readable_spec.target_host if snapshot.readable_spec else "its host"
    left = (
        f"VM {snapshot.status.vm_id or '(id unknown)'}, its disk, ISO and journal may be left on {where}, in the machine folder "
        f"{snapshot.uid}."
    )
    return _release(left, abandoned=True)


def removed(situation: Situation) -> Decision | None:
    """The agent has confirmed that nothing of the machine is left."""
    return _release() if situation.snapshot.removed else None


def retained(situation: Situation) -> Decision | None:
    """`spec.deletionPolicy` is Retain."""
    spec = situation.snapshot.readable_spec
    if spec is None or spec.deletion_policy != "Retain":
        return None
    return _release(f"VM {situation.snapshot.status.vm_id or '(none yet)'} was kept: spec.deletionPolicy is Retain.")


def never_launched(situation: Situation) -> Decision | None:
    """No launch was ever claimed, and none can be: a claim is not written to an object that is being deleted."""
    return _release() if situation.snapshot.status.claim is None else None


def remove(situation: Situation) -> Decision | None:
    """The VM may still be on its host."""
    host, snapshot, failure = situation.host, situation.snapshot, situation.failure
    if host is None:
        return None
    what = "Removing the VM and everything that belongs to it."
    text = f"The removal is tried again after: {failure.message}" if failure else what
    return Decision(Launch(host, next_attempt(snapshot), Remove()), in_progress(Reason.DELETING, text))


def _release(left_behind: str | None = None, *, abandoned: bool = False) -> Decision:
    action = Release(left_behind, abandoned=abandoned)
    return Decision(action, in_progress(Reason.DELETING, "Nothing is left to remove."))
