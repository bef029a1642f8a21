"""The status of a HyperVHost, composed from its last inventory polls."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from hyperv_operator.api.catalogue import explain
from hyperv_operator.api.host import (
    AgentStatus,
    Capacity,
    HostId,
    HyperVHostStatus,
    LogonFailures,
    Preflight,
    UnreadableLine,
    UnreadableVm,
    Volume,
)
from hyperv_operator.api.names import ABANDON_ANNOTATION, HostCondition, Reason
from hyperv_operator.core import conditions, failures, preflight
from hyperv_operator.core.decision import ConditionValue
from hyperv_operator.core.rollout import Rollout, RolloutPhase
from hyperv_operator.core.snapshot import HostProblem
from hyperv_operator.errors import AgentBlocked, AgentMissing, HostError, LogonRefused, WrongHost
from hyperv_operator.protocol.bundle import AgentBundle
from hyperv_operator.protocol.inventory import HostFacts, HostIdFacts, InventoryReport

_GIB = 1024**3
MAX_LOGON_FAILURES = 2
_MACHINES_NAMED = 5
_ORPHANS_NAMED = 10
_VMS_NAMED = 20


@dataclass(frozen=True)
class HostSnapshot:
    """The input of one pass of a host."""

    name: str
    generation: int
    status: HyperVHostStatus
    spec_error: str | None
    schema_version: int
    report: InventoryReport | None = None
    """The last complete inventory."""
    begun_at: datetime | None = None
    error: HostError | None = None
    """How the last poll failed; None if it succeeded."""
    same_identity: str | None = None
    """Name of the HyperVHost that keeps the identity of the machine which answers here too."""
    stale_after: timedelta = timedelta(minutes=5)
    logon_failures: LogonFailures | None = None
    rollout: Rollout | None = None
    """The rollout of the operator's agent; None where the agent is installed by hand."""
    kept_for: tuple[str, ...] = ()
    """The machines (namespace/name) that keep a deleted host's finalizer."""
    orphans: tuple[str, ...] | None = None
    """The VMs whose machine was looked for and not found, each in words; None while that is not known."""
    preflight: Preflight | None = None
    """What the last preflight has found; None before the first, and from an agent that has none."""
    offered: AgentBundle | None = None
    """The operator's agent, where a person has to install it."""


def pinned(found: HostIdFacts) -> HostId:
    """Return an identity as a HyperVHost's status pins it."""
    return HostId(smbios_uuid=found.smbios_uuid, machine_guid=found.machine_guid)


def identity_change(status: HyperVHostStatus, found: HostIdFacts) -> str | None:
    """Return how the host that answers differs from the pinned one, or None."""
    pinned = status.host_id
    if pinned is None or (pinned.smbios_uuid, pinned.machine_guid) == (found.smbios_uuid, found.machine_guid):
        return None
    return (
        f"Another machine answers at this address: SMBIOS UUID {found.smbios_uuid} and machine GUID {found.machine_guid}, pinned are "
        f"{pinned.smbios_uuid} and {pinned.machine_guid}. Nothing is changed there."
    )


@dataclass(frozen=True)
class IdentityClaim:
    """The identity of a HyperVHost's machine."""

    name: str
    identity: HostId | None
    """The pinned one, or what the host has reported at its first contact."""
    is_pinned: bool
    precedence: tuple[datetime, str]
    """The order of HyperVHosts by age."""


def same_machine(own: IdentityClaim, others: Iterable[IdentityClaim]) -> str | None:
    """Return the name of the HyperVHost that keeps the identity which both have; None if this one keeps it.

    A host may report any identity. At its first contact it takes none from a HyperVHost that has pinned it; between two that have, or
    have not, the older one keeps it. What a host reports that differs from its own pin says nothing about another one.
    """
    if own.identity is None:
        return None

    def rank(claim: IdentityClaim) -> tuple[bool, tuple[datetime, str]]:
        return not claim.is_pinned, claim.precedence

    before = [other for other in others if other.identity == own.identity and rank(other) < rank(own)]
    return min(before, key=rank).name if before else None


def problem(snapshot: HostSnapshot) -> HostProblem | None:
    """Return why the host cannot be used now; its machines wait with the same reason."""
    if snapshot.spec_error:
        return HostProblem(Reason.INVALID_SPEC, snapshot.spec_error, needs_person=True)
    if snapshot.rollout and isinstance(snapshot.error, AgentMissing):
        lack = _rollout_problem(snapshot.rollout, answers=False)
        return HostProblem(lack.reason, lack.message, needs_person=lack.reason is not Reason.AGENT_ROLLOUT_INCOMPLETE)
    if snapshot.error is not None:
        return HostProblem(
            failures.reason_of_error(snapshot.error),
            failures.explain_error(snapshot.error),
            failures.needs_person(snapshot.error),
        )
    if snapshot.report is None:
        return HostProblem(
            Reason.WAITING_FOR_INVENTORY, "The first inventory has not been read yet.", needs_person=False
        )
    if snapshot.same_identity:
        facts = (
            f"The machine that answers has the identity of HyperVHost {snapshot.same_identity}, which had it first. Nothing is changed "
            "here."
        )
        remedy = (
            f"Delete this HyperVHost; or delete {snapshot.same_identity} and its machines, and this one takes over."
        )
        text = explain(Reason.HOST_IDENTITY_CHANGED, facts, remedy)
        return HostProblem(Reason.HOST_IDENTITY_CHANGED, text, needs_person=True)
    return None


def compose(snapshot: HostSnapshot, now: datetime) -> HyperVHostStatus:
    """Return the host's status after a pass; equal to the old one if nothing that is written has changed."""
    problem_now = problem(snapshot)
    facts: dict[str, ConditionValue] = {
        HostCondition.REACHABLE: _reachable(snapshot),
        HostCondition.AGENT_READY: _agent_ready(snapshot),
        HostCondition.INVENTORY_FRESH: _fresh(snapshot, now),
        HostCondition.NO_ORPHANS: _no_orphans(snapshot),
        **_kstatus(problem_now, snapshot),
    }
    updates: dict[str, object] = {
        "observed_generation": snapshot.generation,
        "conditions": conditions.merge(
            snapshot.status.conditions, facts, list(HostCondition), snapshot.generation, now
        ),
        "logon_failures": snapshot.logon_failures,
        "preflight": snapshot.preflight,
    }
    identity_kept = problem_now is None or problem_now.reason is not Reason.HOST_IDENTITY_CHANGED
    if snapshot.report and snapshot.error is None and identity_kept:
        found = snapshot.report.facts
        updates |= {
            "host_id": pinned(found.host_id),
            "computer_name": found.computer_name,
            "os": f"{found.os.name} ({found.os.version})" if found.os else None,
            "agent": AgentStatus(
                digest=found.agent.digest[:100],
                version=found.agent.version[:64],
                schema_versions=found.agent.schema_versions,
                phase=RolloutPhase.PRESENT,
            ),
            "capacity": capacity(found, snapshot.status.capacity),
            "unreadable_vm_count": len(snapshot.report.vm_problems) or None,
            "unreadable_vms": tuple(
                UnreadableVm.model_validate(one.model_dump()) for one in snapshot.report.vm_problems[:_VMS_NAMED]
            ),
            "unreadable_count": sum(snapshot.report.unreadable_counts.values()) or None,
            "unreadable_lines": tuple(
                UnreadableLine.model_validate(line.model_dump()) for line in snapshot.report.unreadable
            ),
        }
    status = snapshot.status.model_copy(update=updates)
    if snapshot.rollout is None:
        return status
    goal = {"desired_digest": snapshot.rollout.desired, "phase": snapshot.rollout.phase.value}
    return status.model_copy(update={"agent": (status.agent or AgentStatus()).model_copy(update=goal)})


def describe_unreadable(report: InventoryReport) -> str:
    """Return in a few sentences what of an inventory could not be read; empty if all of it could."""
    parts = (_describe_vms(report), _describe_lines(report))
    return " ".join(part for part in parts if part)


def _describe_vms(report: InventoryReport) -> str:
    if not report.vm_problems:
        return ""
    first = report.vm_problems[0]
    which = f"VM {first.vm_id}" if first.vm_id else "a VM whose id is not known"
    noun = "VM" if len(report.vm_problems) == 1 else "VMs"
    return f"Hyper-V cannot open {len(report.vm_problems)} {noun}; first {which}: {first.problem.rstrip('.')}."


def _describe_lines(report: InventoryReport) -> str:
    count = sum(report.unreadable_counts.values())
    if not count:
        return ""
    first = report.unreadable[0]
    what = f"{first.kind} of machine {first.machine_uid}" if first.machine_uid else first.kind
    return f"{count} of its lines could not be read as a whole, the first of them ({what}): {first.problem}."


def capacity(found: HostFacts, old: Capacity | None) -> Capacity | None:
    """Return the host's capacity in GiB; a free figure that changed by less than 1/20 of the total keeps its old value.

    Without one of the figures the old capacity is kept.
    """
    if found.logical_processors is None or found.memory_total_bytes is None or found.memory_free_bytes is None:
        return old
    memory_free = found.memory_free_bytes // _GIB
    memory = found.memory_total_bytes // _GIB
    if old and abs(old.memory_free_gib - memory_free) * 20 < memory:
        memory_free = old.memory_free_gib
    before = {volume.path: volume.free_gib for volume in old.volumes} if old else {}
    volumes = []
    for volume in found.volumes[:64]:
        free = volume.free_bytes // _GIB
        if volume.path in before and abs(before[volume.path] - free) * 20 * _GIB < volume.size_bytes:
            free = before[volume.path]
        volumes.append(Volume(path=volume.path, free_gib=free))
    return Capacity(
        logical_processors=found.logical_processors,
        memory_gib=memory,
        memory_free_gib=memory_free,
        volumes=tuple(volumes),
    )


def _reachable(snapshot: HostSnapshot) -> ConditionValue:
    error = snapshot.error
    if snapshot.spec_error:
        return ConditionValue(None, Reason.INVALID_SPEC, "The host was not polled: its spec cannot be read.")
    if error is None or isinstance(error, AgentMissing | AgentBlocked | WrongHost):
        answered = snapshot.report is not None or error is not None
        text = "The host answers." if answered else "The host has not been polled yet."
        return ConditionValue(True if answered else None, Reason.AS_EXPECTED if answered else Reason.PENDING, text)
    text = failures.explain_error(error)
    stopped = snapshot.logon_failures
    if isinstance(error, LogonRefused) and stopped and stopped.count >= MAX_LOGON_FAILURES:
        text += (
            f" After {stopped.count} refused logons the operator waits for the credentials Secret to change, so that the account is "
            "not locked out."
        )
    return ConditionValue(False, failures.reason_of_error(error), text)


def _rollout_problem(rollout: Rollout, *, answers: bool) -> ConditionValue:
    """Return why the operator's agent is not on the host. `answers` says whether another version is."""
    reason = Reason.AGENT_ROLLOUT_INCOMPLETE
    if rollout.reason:
        reason = rollout.reason
    elif rollout.needs_person and not answers:
        reason = Reason.AGENT_MISSING
    elif rollout.needs_person or rollout.effective_phase is RolloutPhase.FAILED:
        reason = Reason.AGENT_ROLLOUT_FAILED
    return ConditionValue(False, reason, explain(reason, rollout.message, rollout.remedy))


def _agent_name(bundle: AgentBundle) -> str:
    return f"agent {bundle.version} ({bundle.digest})"


def _agent_ready(snapshot: HostSnapshot) -> ConditionValue:
    if isinstance(snapshot.error, AgentBlocked):
        return ConditionValue(False, failures.reason_of_error(snapshot.error), failures.explain_error(snapshot.error))
    answered = snapshot.report is not None or isinstance(snapshot.error, AgentMissing)
    if snapshot.rollout and not snapshot.rollout.is_ready and answered:
        return _rollout_problem(snapshot.rollout, answers=not isinstance(snapshot.error, AgentMissing))
    if isinstance(snapshot.error, AgentMissing):
        facts, remedy = snapshot.error.message, snapshot.error.remedy
        if snapshot.offered:
            facts = f"{facts} The operator cannot roll its agent out there."
            remedy = f"Install {_agent_name(snapshot.offered)} by hand, or correct spec.paths.agent of the HyperVHost."
        return ConditionValue(False, Reason.AGENT_MISSING, explain(Reason.AGENT_MISSING, facts, remedy))
    if snapshot.report is None:
        return ConditionValue(None, Reason.WAITING_FOR_INVENTORY, "The agent has not answered yet.")
    agent = snapshot.report.facts.agent
    if snapshot.schema_version not in agent.schema_versions:
        known = ", ".join(map(str, agent.schema_versions)) or "none"
        text = f"Agent {agent.version} supports schema versions {known}; the operator's is {snapshot.schema_version}."
        remedy = f"Install {_agent_name(snapshot.offered)} on the host." if snapshot.offered else ""
        return ConditionValue(False, Reason.AGENT_INCOMPATIBLE, explain(Reason.AGENT_INCOMPATIBLE, text, remedy))
    text = f"Agent {agent.version} supports schema version {snapshot.schema_version}."
    if snapshot.offered and agent.digest != snapshot.offered.digest:
        text += f" The operator's own is {_agent_name(snapshot.offered)}, which is not installed there."
    return ConditionValue(True, Reason.AS_EXPECTED, text)


def _fresh(snapshot: HostSnapshot, now: datetime) -> ConditionValue:
    if snapshot.begun_at is None:
        return ConditionValue(None, Reason.WAITING_FOR_INVENTORY, "The first inventory has not been read yet.")
    if now - snapshot.begun_at > snapshot.stale_after:
        text = f"The last inventory was read at {snapshot.begun_at:%Y-%m-%d %H:%M:%S} UTC."
        return ConditionValue(False, Reason.INVENTORY_STALE, text)
    wrong = describe_unreadable(snapshot.report) if snapshot.report else ""
    return ConditionValue(True, Reason.AS_EXPECTED, f"The inventory is fresh. {wrong}".rstrip())


def _no_orphans(snapshot: HostSnapshot) -> ConditionValue:
    if snapshot.orphans is None:
        text = "Whether every marked VM has its machine is not known yet."
        return ConditionValue(None, Reason.WAITING_FOR_INVENTORY, text)
    if not snapshot.orphans:
        return ConditionValue(True, Reason.AS_EXPECTED, "Every VM with the operator's mark has its HyperVMachine.")
    facts = f"VMs whose HyperVMachine does not exist any more: {_some(snapshot.orphans, _ORPHANS_NAMED)}."
    return ConditionValue(False, Reason.ORPHANS_FOUND, explain(Reason.ORPHANS_FOUND, facts))


def _some(names: tuple[str, ...], count: int) -> str:
    more = f" and {len(names) - count} more" if len(names) > count else ""
    return f"{', '.join(names[:count])}{more}"


def _kept_message(machines: tuple[str, ...]) -> str:
    shown = _some(machines, _MACHINES_NAMED)
    return (
        f"The HyperVHost is being deleted, and its finalizer stays until no machine needs it: {shown}. Delete these machines; "
        "the operator removes their VMs through this host. If the host is gone for good, annotate each with "
        f"{ABANDON_ANNOTATION}=<status.vmId, or its uid>. Nothing new starts here."
    )


def _kstatus(problem_now: HostProblem | None, snapshot: HostSnapshot) -> dict[str, ConditionValue]:
    if snapshot.kept_for:
        text = _kept_message(snapshot.kept_for)
        return {
            HostCondition.READY: ConditionValue(False, Reason.DELETING, text),
            HostCondition.RECONCILING: ConditionValue(True, Reason.DELETING, text),
            HostCondition.STALLED: ConditionValue(False, Reason.AS_EXPECTED, "Nothing prevents progress."),
        }
    agent = _agent_ready(snapshot)
    if problem_now is None and agent.value is not True:
        waits = agent.reason in (Reason.AGENT_ROLLOUT_INCOMPLETE, Reason.WAITING_FOR_INVENTORY)
        problem_now = HostProblem(agent.reason, agent.message, needs_person=not waits)
    found = snapshot.preflight
    if problem_now is None and found and preflight.is_blocking(found):
        text = explain(Reason.PREFLIGHT_FAILED, preflight.facts(found), preflight.remedies(found))
        problem_now = HostProblem(Reason.PREFLIGHT_FAILED, text, needs_person=True)
    if problem_now is None:
        return {
            HostCondition.READY: ConditionValue(True, Reason.READY, "Machines can be provisioned here."),
            HostCondition.RECONCILING: ConditionValue(False, Reason.IDLE, "Nothing is being done."),
            HostCondition.STALLED: ConditionValue(False, Reason.AS_EXPECTED, "Nothing prevents progress."),
        }
    person, reason, text = problem_now.needs_person, problem_now.reason, problem_now.message
    failing = snapshot.error is not None and reason is not Reason.AGENT_ROLLOUT_INCOMPLETE
    return {
        HostCondition.READY: ConditionValue(False if person or failing else None, reason, text),
        HostCondition.RECONCILING: ConditionValue(not person, reason if not person else Reason.IDLE, text),
        HostCondition.STALLED: ConditionValue(person, reason if person else Reason.AS_EXPECTED, text),
    }
