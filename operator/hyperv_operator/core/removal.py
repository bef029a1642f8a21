"""The rules for a machine that is being deleted: remove what the host has of it, or say why not yet and how to force it."""

from __future__ import annotations

from hyperv_operator.api.catalogue import explain
from hyperv_operator.api.names import Reason
from hyperv_operator.core import tenancy, unreadable
from hyperv_operator.core.actions import Launch, Release, Remove, Wait
from hyperv_operator.core.decision import Decision, in_progress
from hyperv_operator.core.host_names import host_problems, owned_name, owned_names
from hyperv_operator.core.rules import abandoning_refused, how_to_abandon, identity_of, next_attempt, task_active
from hyperv_operator.core.situation import Situation
from hyperv_operator.core.snapshot import HostView, Snapshot
from hyperv_operator.protocol.records import RemovalFinding


def abandoned(situation: Situation) -> Decision | None:
    """A person has set the abandon annotation to the machine's identity, and the host's tenant entry does not forbid it.

    Where the HyperVHost or the tenant entry is gone, nobody is left who could allow it, and the machine could never go.
    """
    snapshot = situation.snapshot
    if snapshot.abandon != identity_of(snapshot) or abandoning_refused(snapshot):
        return None
    where = snapshot.status.host or snapshot.target_host or "its host"
    left = (
        f"VM {snapshot.status.vm_id or '(id unknown)'}, its disk, ISO and journal may be left on {where}, in the machine folder "
        f"{snapshot.uid}."
    )
    return _release(left, abandoned=True)


def removed(situation: Situation) -> Decision | None:
    """The agent has confirmed that nothing is left on its host, and the VM is on no other host of the failover cluster."""
    snapshot = situation.snapshot
    if snapshot.removal is None or any(_reports_vm(snapshot, host) for host in snapshot.hosts):
        # A VM that was moved while the removal ran is removed where it is now.
        return None
    unread = _unread(snapshot)
    if not unread:
        return _release()
    text = f"The agent has found no VM to remove; waiting for an inventory of {owned_names(snapshot, unread)}."
    problems = host_problems(snapshot, unread)
    problems += "".join(
        f" {owned_name(snapshot, host)} has a line that cannot be read and may be the VM's."
        for host in unread
        if host.gaps.any_vm
    )
    if problems:
        text += f"{problems}{how_to_abandon(snapshot)}"
    return Decision(Wait(poll_soon=True), in_progress(Reason.DELETING, text))


def _reports_vm(snapshot: Snapshot, host: HostView) -> bool:
    """Return whether the host's latest inventory has a VM of the machine, be it in a line that cannot be read."""
    named = host.gaps.names_vm(snapshot.uid, snapshot.status.vm_id)
    return snapshot.is_fresh(host) and (named or bool(host.vms_of(snapshot.uid)))


def _unread(snapshot: Snapshot) -> tuple[HostView, ...]:
    """Return the hosts whose inventory has to show first that they do not have the VM.

    A VM is in one place. Where the agent removed it, or knows that there was none, a host that cannot be read need not be asked.
    """
    if not snapshot.peers:
        return ()
    unread = snapshot.unread_hosts()
    if snapshot.removal in (RemovalFinding.VM_REMOVED, RemovalFinding.NO_VM_REGISTERED):
        return tuple(host for host in unread if host.problem is None)
    return tuple(host for host in snapshot.hosts if host in unread or host.gaps.any_vm)


def retained(situation: Situation) -> Decision | None:
    """`spec.deletionPolicy` is Retain, or it cannot be read."""
    snapshot = situation.snapshot
    if not snapshot.retains:
        return None
    host = snapshot.host
    refusal = host and tenancy.policy_refusal(host.spec.tenants, snapshot.namespace_labels, "Retain")
    if refusal:
        return _kept(situation, *refusal)
    vm = snapshot.status.vm_id or "(none yet)"
    why = (
        "spec.deletionPolicy is Retain" if snapshot.readable_spec else "spec.deletionPolicy is Retain or cannot be read"
    )
    return _release(f"VM {vm} was kept: {why}.")


def _kept(situation: Situation, reason: Reason, facts: str) -> Decision:
    """Return the decision about a machine whose VM may be neither deleted nor left: wait, unless there is none."""
    nothing = task_active(situation) or never_launched(situation)
    if nothing:
        return nothing
    text = f"Nothing is deleted and nothing is released. {explain(reason, facts)}"
    return Decision(Wait(situation.now + situation.snapshot.limits.secret_poll), in_progress(reason, text))


def never_launched(situation: Situation) -> Decision | None:
    """No launch was ever claimed, and the hosts have nothing of the machine: a status can be lost, and a backup restored."""
    snapshot = situation.snapshot
    if snapshot.status.claim or snapshot.status.vm_id or (snapshot.last and snapshot.last.host):
        return None
    if snapshot.seen_created:
        return _release()
    if snapshot.host is None:
        # That there is no HyperVHost shows nothing of what the host has.
        return None
    if snapshot.marked_vms() or snapshot.journals() or unreadable.may_hide_anything(snapshot):
        # The agent looks for itself, and says what it has found.
        return None
    asked = [snapshot.host, *(peer for peer in snapshot.peers if not _cannot_be_read(peer))]
    unseen = [host for host in asked if not _was_looked_at(snapshot, host)]
    if not unseen:
        return _release()
    if snapshot.host.problem:
        return None
    names = owned_names(snapshot, unseen)
    text = f"Nothing was launched as far as the resource knows; looking for what may be left of it on {names}."
    return Decision(Wait(poll_soon=True), in_progress(Reason.DELETING, text))


def _cannot_be_read(host: HostView) -> bool:
    """Return whether the host was polled, and did not answer as it should."""
    return host.problem is not None and not host.problem.is_first_poll


def _was_looked_at(snapshot: Snapshot, host: HostView) -> bool:
    """Return whether the host's inventory was begun after this process first read that the machine is deleted."""
    read_at = snapshot.deletion_read_at
    return host.begun_at is not None and read_at is not None and host.begun_at > read_at


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
