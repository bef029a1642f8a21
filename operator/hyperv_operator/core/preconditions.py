"""What has to hold before a machine may be worked on: an ordered chain, of which the first violation counts.

Every check of admission is made here again: admission is a convenience, this is the guard.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from hyperv_operator.api.names import Reason
from hyperv_operator.core import agent_version, identity, tenancy
from hyperv_operator.core.actions import Launch
from hyperv_operator.core.snapshot import HostView, Rival, Snapshot
from hyperv_operator.protocol.records import Step, StepState
from hyperv_operator.schema.validation import Accepted, Rejected


@dataclass(frozen=True)
class Violation:
    """Why the machine cannot be worked on."""

    reason: Reason
    message: str
    about_submission: bool = True
    """The submission is not acceptable (Accepted=False); otherwise the host is merely not ready for it."""
    needs_person: bool = True
    recheck: bool = False
    """What is missing cannot be watched: look again every `secret_poll`."""


Precondition = Callable[[Snapshot], Violation | None]


def readable(snapshot: Snapshot) -> Violation | None:
    """The spec has the shape of the resource."""
    if snapshot.spec is None:
        return Violation(Reason.INVALID_SPEC, snapshot.spec_error or "The spec cannot be read.")
    return None


def schema_version(snapshot: Snapshot) -> Violation | None:
    """The resource was written for the schema that is active, or was launched before that one was.

    What is under way when the operator is upgraded goes on if its fields keep the new schema's rules too.
    """
    assert snapshot.spec is not None
    if snapshot.spec.schema_version == snapshot.schema.version or snapshot.status.claim is not None:
        return None
    return Violation(
        Reason.SCHEMA_VERSION_MISMATCH, version_message(snapshot.spec.schema_version, snapshot.schema.version)
    )


def version_message(given: int, active: int) -> str:
    """Return the sentence for a resource of another schema version; admission says the same."""
    return (
        f"spec.schemaVersion is {given}, but the active schema is version {active}. Check the fields against version "
        f"{active} (docs/reference/fields.md) and set spec.schemaVersion to {active}."
    )


def fields_valid(snapshot: Snapshot) -> Violation | None:
    """The fields keep every rule of the schema."""
    assert snapshot.spec is not None
    match snapshot.submission:
        case Rejected(errors=errors):
            text = " ".join(f"{error.field}: {error.message}" for error in errors)
            if snapshot.spec.schema_version != snapshot.schema.version:
                # It was accepted once: what is wrong is the version, and the errors say what the new one asks for.
                version = version_message(snapshot.spec.schema_version, snapshot.schema.version)
                return Violation(Reason.SCHEMA_VERSION_MISMATCH, f"{version} {text}")
            too_large = any(error.code == "kvp_budget" for error in errors)
            cluster = all(error.code == "no_cluster" for error in errors)
            reason = Reason.GUEST_DATA_TOO_LARGE if too_large else Reason.INVALID_FIELDS
            return Violation(Reason.CLUSTER_REQUIRED if cluster else reason, text)
        case Accepted():
            return None


def host_known(snapshot: Snapshot) -> Violation | None:
    """The target host exists."""
    assert snapshot.spec is not None
    if snapshot.host is None:
        return Violation(
            Reason.HOST_NOT_FOUND,
            f"There is no HyperVHost {snapshot.spec.target_host!r}. Create it, or delete this machine and apply it again "
            "with another spec.targetHost.",
            recheck=True,
        )
    return None


def tenant_allowed(snapshot: Snapshot) -> Violation | None:
    """A tenant entry of the host allows this machine."""
    assert snapshot.host is not None
    submission = snapshot.submission
    assert isinstance(submission, Accepted)
    refusal = tenancy.refusal(
        snapshot.host.spec.tenants, snapshot.namespace_labels, submission.fields, snapshot.machines_of_namespace
    )
    return Violation(*refusal, recheck=True) if refusal else None


def name_held(snapshot: Snapshot) -> Violation | None:
    """Of all machines that want this VM name on the host or its cluster, this one holds it."""
    assert snapshot.spec is not None
    run = snapshot.status.claim
    me = Rival(
        uid=snapshot.uid,
        same_namespace=True,
        name=snapshot.name,
        created_at=snapshot.created_at,
        has_vm=snapshot.status.vm_id is not None,
        has_claim=run is not None,
    )
    holder = min((me, *snapshot.rivals), key=_precedence)
    if holder is me:
        return None
    # Other namespaces' objects are not named: their existence is not this tenant's business.
    who = f"HyperVMachine {holder.name!r}" if holder.same_namespace else "a machine of another namespace"
    return Violation(
        Reason.DUPLICATE_NAME,
        f"spec.fields.vm_name {snapshot.spec.fields.get('vm_name')!r} is already held on this host by {who}. Choose "
        "another vm_name, or remove the other machine.",
        recheck=True,
    )


def _precedence(rival: Rival) -> tuple[int, datetime, str]:
    """Who has a VM comes before who has been launched, and then the older one; UIDs break ties of the same second."""
    rank = 0 if rival.has_vm else 1 if rival.has_claim else 2
    return rank, rival.created_at, rival.uid


def secrets_there(snapshot: Snapshot) -> Violation | None:
    """Every secret reference leads to a value."""
    missing = [check for check in snapshot.secrets if check.problem]
    if not missing:
        return None
    text = " ".join(check.detail for check in missing)
    reason = missing[0].problem
    assert reason is not None
    return Violation(reason, text, recheck=True)


def host_usable(snapshot: Snapshot) -> Violation | None:
    """The host can be reached and is who it says it is."""
    assert snapshot.host is not None
    problem = snapshot.host.problem
    if problem is None:
        return None
    return Violation(
        problem.reason,
        f"Host {snapshot.host.name}: {problem.message}",
        about_submission=False,
        needs_person=problem.needs_person,
    )


def inventory_known(snapshot: Snapshot) -> Violation | None:
    """The operator has seen what is on the host (and on its cluster's other nodes that answer)."""
    assert snapshot.host is not None
    if snapshot.host.report is None:
        return Violation(
            Reason.WAITING_FOR_INVENTORY,
            f"Waiting for the first inventory of host {snapshot.host.name}.",
            about_submission=False,
            needs_person=False,
        )
    return None


def agent_compatible(snapshot: Snapshot) -> Violation | None:
    """The agent that was installed on the host by hand supports the schema that the machine was written for."""
    assert snapshot.host is not None
    return None if snapshot.host.rollout else _schema_supported(snapshot, snapshot.host)


def agent_ready_for(snapshot: Snapshot, launch: Launch) -> Violation | None:
    """The version of the agent that a launch needs is on the host."""
    host = identity.place(snapshot)
    assert host is not None
    if host.rollout is None:
        return None
    message = agent_version.not_ready(snapshot, launch)
    if message:
        return Violation(
            Reason.AGENT_ROLLOUT_INCOMPLETE,
            f"Host {host.name} does not have the operator's agent yet. {message}",
            about_submission=False,
            needs_person=False,
        )
    pinned = agent_version.version_for(snapshot, launch) not in (None, host.rollout.name)
    return None if pinned else _schema_supported(snapshot, host)


def _schema_supported(snapshot: Snapshot, host: HostView) -> Violation | None:
    assert snapshot.spec is not None
    assert host.report is not None
    versions = host.report.facts.agent.schema_versions
    wanted = snapshot.spec.schema_version
    if wanted in versions:
        return None
    return Violation(
        Reason.AGENT_ROLLOUT_INCOMPLETE,
        f"The agent on host {host.name} supports schema versions {', '.join(map(str, versions)) or 'none'}, not "
        f"{wanted}. It goes on when the agent there is brought up to date.",
        about_submission=False,
        needs_person=False,
    )


def host_open(snapshot: Snapshot) -> Violation | None:
    """A host that is cordoned or being deleted starts nothing new."""
    assert snapshot.host is not None
    if snapshot.host.deleting and snapshot.status.claim is None:
        return Violation(
            Reason.HOST_CORDONED,
            f"Host {snapshot.host.name} is being deleted: nothing new starts there. Delete this machine and apply it again "
            "with another spec.targetHost, or create the HyperVHost again when it is gone.",
            about_submission=False,
            needs_person=False,
        )
    if snapshot.host.spec.cordoned and snapshot.status.claim is None:
        return Violation(
            Reason.HOST_CORDONED,
            f"Host {snapshot.host.name} is cordoned: nothing new starts there. It goes on when spec.cordoned of the "
            "HyperVHost is false.",
            about_submission=False,
            needs_person=False,
        )
    return None


def image_there(snapshot: Snapshot) -> Violation | None:
    """The golden image is on the host, as long as it is still needed."""
    assert snapshot.host is not None
    assert snapshot.host.report is not None
    assert snapshot.spec is not None
    journal = snapshot.journal()
    if snapshot.marked_vms() or (journal and journal.steps.get(Step.COPY_IMAGE) is StepState.COMPLETED):
        return None
    wanted = str(snapshot.spec.fields.get("image_name", ""))
    names = sorted(image.name for image in snapshot.host.report.images)
    if wanted.casefold() in {name.casefold() for name in names}:
        return None
    return Violation(
        Reason.IMAGE_NOT_FOUND,
        f"Host {snapshot.host.name} has no image {wanted!r} in {snapshot.host.spec.paths.images}; it has: "
        f"{', '.join(names[:20]) or 'none'}. Put the image there as {wanted}.vhdx, or correct spec.fields.image_name.",
        about_submission=False,
    )


CHAIN: tuple[Precondition, ...] = (
    readable,
    schema_version,
    host_known,
    fields_valid,
    tenant_allowed,
    name_held,
    secrets_there,
    host_usable,
    inventory_known,
    agent_compatible,
    host_open,
    image_there,
)


def first_violation(snapshot: Snapshot) -> Violation | None:
    """Return the first violation in the chain's order, or None when the machine may be worked on."""
    return next((violation for policy in CHAIN if (violation := policy(snapshot))), None)
