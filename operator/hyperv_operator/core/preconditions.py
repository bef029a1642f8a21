"""The preconditions of a launch that provisions. Each returns what violates it, or None.

Admission makes the same checks earlier, as a convenience; the reconcile pass is the guard. A precondition whose own inputs are
missing holds: an earlier row of the decision table reports what is missing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from hyperv_operator.api.catalogue import explain
from hyperv_operator.api.names import Reason
from hyperv_operator.core import tenancy
from hyperv_operator.core.snapshot import HostView, SecretCheck, Snapshot, rank
from hyperv_operator.protocol.records import Step, StepState
from hyperv_operator.schema.validation import Accepted, Rejected


@dataclass(frozen=True)
class Violation:
    """Why the machine cannot be provisioned now."""

    reason: Reason
    facts: str
    """What is wrong; the catalogue adds what to do about it."""
    recheck: bool = False
    """The cause cannot be watched: check again every `secret_poll`."""
    remedy: str | None = ""
    """Takes the place of the catalogue's remedy where the cause is known more precisely; None if the facts name remedies."""

    @property
    def message(self) -> str:
        """What is wrong and what to do about it."""
        return self.facts if self.remedy is None else explain(self.reason, self.facts, self.remedy)


Precondition = Callable[[Snapshot], Violation | None]
_IMAGES_NAMED = 20
SECRET_GRACE: Final = timedelta(seconds=10)
"""How long after a machine its Secrets may be created."""


# --- the submission is acceptable ------------------------------------------------------------------------------------


def spec_readable(snapshot: Snapshot) -> Violation | None:
    """The spec has the shape of the resource."""
    return Violation(Reason.INVALID_SPEC, snapshot.spec) if isinstance(snapshot.spec, str) else None


def schema_version_active(snapshot: Snapshot) -> Violation | None:
    """The spec is for the active schema version, or for the one that the machine was first launched with.

    A provisioning that is under way during an upgrade continues if its fields also obey the new schema.
    """
    spec, active, origin = snapshot.readable_spec, snapshot.schema.version, snapshot.status.origin
    if spec is None or spec.schema_version == active:
        return None
    if origin is not None and spec.schema_version == origin.schema_version:
        return None
    return _version_mismatch(spec.schema_version, active)


def _version_mismatch(given: int, active: int, errors: str = "") -> Violation:
    facts = f"spec.schemaVersion is {given}, but the active schema is version {active}. {errors}"
    remedy = f"Check the fields against version {active} (docs/reference/fields.md), then set spec.schemaVersion to {active}."
    return Violation(Reason.SCHEMA_VERSION_MISMATCH, facts, remedy=remedy)


def namespace_usable(snapshot: Snapshot) -> Violation | None:
    """The machine is not in the operator's own namespace: its guest could be given the credentials of hosts."""
    if not snapshot.namespace or snapshot.namespace != snapshot.limits.operator_namespace:
        return None
    facts = (
        "The operator runs in this namespace, and Secrets here hold the credentials of hosts. A machine could have any of them sealed into "
        "its guest."
    )
    return Violation(Reason.NAMESPACE_NOT_ALLOWED, facts, remedy="Create the machine in another namespace.")


def host_exists(snapshot: Snapshot) -> Violation | None:
    """The target host exists."""
    spec = snapshot.readable_spec
    if spec is None or snapshot.host is not None:
        return None
    return Violation(Reason.HOST_NOT_FOUND, f"There is no HyperVHost {spec.target_host!r}.", recheck=True)


def fields_valid(snapshot: Snapshot) -> Violation | None:
    """The fields obey every rule of the schema."""
    spec, submission = snapshot.readable_spec, snapshot.submission
    if spec is None or not isinstance(submission, Rejected):
        return None
    text = " ".join(f"{error.field}: {error.message}" for error in submission.errors)
    codes = {error.code for error in submission.errors}
    if spec.schema_version != snapshot.schema.version:
        # The machine was accepted once. The version is what is wrong, and the errors say what the new one asks for.
        return _version_mismatch(spec.schema_version, snapshot.schema.version, text)
    if codes == {"no_cluster"}:
        return Violation(Reason.CLUSTER_REQUIRED, text, remedy=None)
    reason = Reason.GUEST_DATA_TOO_LARGE if "kvp_budget" in codes else Reason.INVALID_FIELDS
    return Violation(reason, text, remedy=None)


def tenant_allowed(snapshot: Snapshot) -> Violation | None:
    """A tenant entry of the host allows this machine. A machine that was launched keeps its place, whatever the quota is now."""
    host, spec, submission = snapshot.host, snapshot.readable_spec, snapshot.submission
    if host is None or spec is None or not isinstance(submission, Accepted):
        return None
    request = tenancy.Request(submission.fields, spec.deletion_policy, snapshot.held)
    refusal = tenancy.refusal(host.spec.tenants, snapshot.namespace_labels, request, snapshot.namespace_usage)
    return Violation(*refusal, recheck=True) if refusal else None


def name_held(snapshot: Snapshot) -> Violation | None:
    """Of all machines that want this VM name on the host or its failover cluster, this one holds it."""
    if snapshot.readable_spec is None:
        return None
    own = rank(
        snapshot.uid,
        snapshot.created_at,
        has_vm=snapshot.status.vm_id is not None or bool(snapshot.marked_vms()),
        has_claim=snapshot.status.claim is not None,
    )
    holder = min(snapshot.rivals, key=lambda rival: rival.rank, default=None)
    if holder is None or own <= holder.rank:
        return None
    # A message never names another namespace's objects: a tenant must not learn that they exist.
    who = f"HyperVMachine {holder.name!r}" if holder.same_namespace else "a machine of another namespace"
    return Violation(
        Reason.DUPLICATE_NAME,
        f"spec.fields.vm_name {snapshot.vm_name!r} is already held on this host by {who}.",
        recheck=True,
    )


def contends(snapshot: Snapshot) -> bool:
    """Return whether a machine that was not launched could be, as far as it is known and if its host takes new machines.

    Only such a machine holds a VM name, so that none is taken by machines that never start.
    """
    spec = snapshot.readable_spec
    if snapshot.status.claim is not None or snapshot.failures:
        return False
    if spec is None or spec.paused or snapshot.deleting:
        return False
    return not any(precondition(snapshot) for precondition in _ASKED_OF_CONTENDERS)


def is_refused(snapshot: Snapshot) -> bool:
    """Return whether the machine is refused for a reason that comes before its Secrets."""
    return any(precondition(snapshot) for precondition in _BEFORE_SECRETS)


def secrets_expected(snapshot: Snapshot, now: datetime) -> tuple[SecretCheck, ...]:
    """Return the Secrets of a new machine that do not exist yet; empty if something else is wrong with one, or once they are overdue.

    What creates a machine together with its Secret may create the machine first, so that it can own the Secret.
    """
    wrong = tuple(check for check in snapshot.secrets if check.problem)
    if now - snapshot.created_at >= SECRET_GRACE or any(check.problem != Reason.SECRET_NOT_FOUND for check in wrong):
        return ()
    return wrong


def secrets_readable(snapshot: Snapshot) -> Violation | None:
    """Every secret reference leads to a value."""
    problems = [(check.problem, check.detail) for check in snapshot.secrets if check.problem]
    if not problems:
        return None
    return Violation(problems[0][0], " ".join(detail for _, detail in problems), recheck=True)


# --- the host is ready for it ----------------------------------------------------------------------------------------


def inventory_known(snapshot: Snapshot) -> Violation | None:
    """The first inventory of the host has been read."""
    host = snapshot.host
    if host is None or host.report is not None or snapshot.marked_vms():
        return None
    return Violation(Reason.WAITING_FOR_INVENTORY, f"The first inventory of host {host.name} has not been read.")


def agent_compatible(snapshot: Snapshot) -> Violation | None:
    """The agent that a person has installed on the host supports the machine's schema version."""
    host = snapshot.host
    return schema_supported(snapshot, host) if host and host.rollout is None else None


def schema_supported(snapshot: Snapshot, host: HostView) -> Violation | None:
    """The agent that reports the host's inventory supports the machine's schema version."""
    spec, report = snapshot.readable_spec, host.report
    if spec is None or report is None or spec.schema_version in report.facts.agent.schema_versions:
        return None
    versions = ", ".join(map(str, report.facts.agent.schema_versions)) or "none"
    return Violation(
        Reason.AGENT_ROLLOUT_INCOMPLETE,
        f"The agent on host {host.name} supports schema versions {versions}, not {spec.schema_version}. Provisioning starts when "
        "the agent there is updated.",
    )


def host_open(snapshot: Snapshot) -> Violation | None:
    """The host accepts new machines: it is neither cordoned nor being deleted, and nothing blocks. Machines with a claim continue."""
    host = snapshot.host
    if host is None or snapshot.status.claim is not None:
        return None
    if host.deleting:
        facts = f"HyperVHost {host.name} is being deleted, and nothing new starts there."
        remedy = "Delete this machine and apply it again with another spec.targetHost, or create the HyperVHost again when it is gone."
        return Violation(Reason.HOST_CORDONED, facts, remedy=remedy)
    if host.spec.cordoned:
        return Violation(Reason.HOST_CORDONED, f"Host {host.name} is cordoned, and nothing new starts there.")
    if host.is_blocked:
        facts = f"Host {host.name} is not ready for new machines: its preflight found what prevents them."
        remedy = "The status of the HyperVHost has the details; whoever manages it can repair it."
        return Violation(Reason.PREFLIGHT_FAILED, facts, remedy=remedy)
    return None


def image_available(snapshot: Snapshot) -> Violation | None:
    """The golden image is on the host, as long as it is still needed."""
    spec, host = snapshot.readable_spec, snapshot.host
    if spec is None or host is None or host.report is None:
        return None
    journal = snapshot.journal()
    if snapshot.marked_vms() or (journal and journal.steps.get(Step.COPY_IMAGE) is StepState.COMPLETED):
        return None
    wanted = str(spec.fields.get("image_name", ""))
    images = tuple(sorted(image.name for image in host.report.images))
    if wanted.casefold() in {name.casefold() for name in images}:
        return None
    if host.gaps.any_image:
        facts = f"Host {host.name} may have the image {wanted!r}: a line of its inventory that may name it could not be read."
        return Violation(Reason.REPORT_UNREADABLE, facts)
    names = tenancy.allowed_images(host.spec.tenants, snapshot.namespace_labels, images)
    return Violation(
        Reason.IMAGE_NOT_FOUND,
        f"Host {host.name} has no image {wanted!r}; of those that this namespace may use, it has: "
        f"{', '.join(names[:_IMAGES_NAMED]) or 'none'}.",
        remedy=f"Put the image there as {wanted}.vhdx, or correct spec.fields.image_name.",
    )


_BEFORE_SECRETS: Final[tuple[Precondition, ...]] = (
    schema_version_active,
    namespace_usable,
    host_exists,
    fields_valid,
    tenant_allowed,
    name_held,
)
_ASKED_OF_CONTENDERS: Final[tuple[Precondition, ...]] = (
    schema_version_active,
    namespace_usable,
    host_exists,
    fields_valid,
    tenant_allowed,
    secrets_readable,
    agent_compatible,
    image_available,
)
