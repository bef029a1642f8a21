"""What inventories do not say, because a line cannot be read or Hyper-V cannot open a VM, and what a machine must not conclude."""

from __future__ import annotations

from collections.abc import Callable

from hyperv_operator.core.failures import without_paths
from hyperv_operator.core.host_names import owned_name
from hyperv_operator.core.snapshot import HostView, Snapshot
from hyperv_operator.protocol.inventory import UnreadableLine


def unopened_vm(snapshot: Snapshot) -> str | None:
    """Return what a host says about this machine's VM, which it has and cannot open; None if there is no such VM.

    A VM that another host has opened is there, whatever is left of it elsewhere.
    """
    uid, known = snapshot.uid, snapshot.vm_ids
    if snapshot.marked_vms():
        return None
    for host in snapshot.hosts:
        for one in host.report.vm_problems if host.report else ():
            if one.machine_uid == uid or one.vm_id in known:
                text = without_paths(one.problem).rstrip(".")
                return (
                    f"{owned_name(snapshot, host)} has the VM of this machine, {one.vm_id}, and cannot open it: {text}."
                )
    return None


def vm_line(snapshot: Snapshot) -> str | None:
    """Return which line was lost that is, or may be, that of this machine's VM; None if there is none.

    A line that may be any VM's counts only for a machine that was launched and whose VM no host reports.
    """
    uid, vm_id = snapshot.uid, snapshot.status.vm_id
    for host in snapshot.hosts:
        if host.gaps.lost_vm(uid, vm_id):
            wrong = _problem(
                host, lambda line: line.kind == "vm" and (line.machine_uid == uid or line.vm_id in {vm_id} - {None})
            )
            return f"{owned_name(snapshot, host)} reports the VM of this machine in a line that cannot be read{wrong}."
    if snapshot.marked_vms() or not _was_launched(snapshot):
        return None
    return _any_line(snapshot, "VM", lambda host: host.gaps.any_vm)


def journal_line(snapshot: Snapshot) -> str | None:
    """Return which line was lost that is, or may be, that of this machine's journal; None if there is none, or it is not needed.

    The journal is not needed while this process knows how the last launch ended.
    """
    uid = snapshot.uid
    if snapshot.own_last:
        return None
    for host in snapshot.hosts:
        if uid in host.gaps.journal_uids:
            wrong = _problem(host, lambda line: line.kind == "journal" and line.machine_uid == uid)
            return f"{owned_name(snapshot, host)} reports the journal of this machine in a line that cannot be read{wrong}."
    if snapshot.journals() or not _was_launched(snapshot):
        return None
    return _any_line(snapshot, "journal", lambda host: host.gaps.any_journal)


def may_hide_anything(snapshot: Snapshot) -> bool:
    """Return whether a lost line may be that of a VM or a journal of this machine, launched or not."""
    uid, vm_id = snapshot.uid, snapshot.status.vm_id
    return any(host.gaps.may_hide_vm(uid, vm_id) or host.gaps.may_hide_journal(uid) for host in snapshot.hosts)


def _was_launched(snapshot: Snapshot) -> bool:
    return snapshot.status.claim is not None or snapshot.status.vm_id is not None


def _any_line(snapshot: Snapshot, what: str, hides: Callable[[HostView], bool]) -> str | None:
    """Return the sentence about a host whose latest inventory lost a line that may be any machine's."""
    host = next((host for host in snapshot.hosts if snapshot.is_fresh(host) and hides(host)), None)
    if host is None:
        return None
    where = owned_name(snapshot, host)
    return f"No host reports the {what} of this machine. {where} has a line that cannot be read and may be it."


def _problem(host: HostView, concerns: Callable[[UnreadableLine], bool]) -> str:
    """Return what is wrong with the first line of a host that is named and about this machine."""
    lines = host.report.unreadable if host.report else ()
    return next((f": {line.problem}" for line in lines if concerns(line)), "")
