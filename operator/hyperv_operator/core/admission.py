"""Admission review: the preconditions that can be checked from memory, for the webhook.

The webhook is a convenience, never the guard: the reconcile pass checks again before a launch. What is unknown is therefore
admitted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import JsonValue

from hyperv_operator.api.catalogue import explain
from hyperv_operator.api.names import Reason
from hyperv_operator.core import preconditions, tenancy
from hyperv_operator.core.preconditions import Precondition
from hyperv_operator.core.snapshot import Snapshot
from hyperv_operator.schema.validation import Accepted


@dataclass(frozen=True)
class Admitted:
    """The submission is admitted; the API server shows the warnings to the client."""

    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Refused:
    """The submission is refused; the message says what is wrong and what to change."""

    reason: Reason
    message: str


Verdict = Admitted | Refused


def review_creation(snapshot: Snapshot, *, namespace_known: bool) -> Verdict:
    """Review a new machine.

    `namespace_known` says whether the snapshot holds the namespace's labels. A snapshot without a host is one whose host is not
    in the cache.
    """
    checks: list[Precondition] = [
        preconditions.namespace_usable,
        preconditions.spec_readable,
        preconditions.schema_version_active,
        preconditions.fields_valid,
    ]
    if snapshot.host is not None:
        if namespace_known:
            checks.append(preconditions.tenant_allowed)
        checks.append(preconditions.name_held)
    return _first(checks, snapshot) or Admitted((*_host_warning(snapshot), *_field_warnings(snapshot)))


def review_change(snapshot: Snapshot, before: Mapping[str, JsonValue], after: Mapping[str, JsonValue]) -> Verdict:
    """Review a changed machine; `before` and `after` are its old and new spec as sent.

    Only changes of the submission and of the deletion policy are reviewed: changes of metadata, and of a machine that is being
    deleted, are always admitted. So is an older schema version: a machine outlives the version it was created for.
    """
    if snapshot.deleting:
        return Admitted()
    if before.get("deletionPolicy") != after.get("deletionPolicy") and (refused := _policy_refused(snapshot)):
        return refused
    if all(before.get(part) == after.get(part) for part in ("fields", "secretFields")):
        return Admitted()
    spec, active = snapshot.readable_spec, snapshot.schema.version
    if spec is not None and spec.schema_version != active:
        # The fields obey another version's rules; the active rules would refuse the version itself.
        return Admitted(
            (
                f"spec.schemaVersion is {spec.schema_version}, the active schema is version {active}: the changed fields were not checked.",
            )
        )
    checks: list[Precondition] = [preconditions.spec_readable, preconditions.fields_valid]
    return _first(checks, snapshot) or Admitted(_field_warnings(snapshot))


def _policy_refused(snapshot: Snapshot) -> Refused | None:
    """Refuse a deletion policy that the tenant entry forbids."""
    spec, host = snapshot.readable_spec, snapshot.host
    if spec is None or host is None:
        return None
    refusal = tenancy.policy_refusal(host.spec.tenants, snapshot.namespace_labels, spec.deletion_policy)
    return Refused(refusal[0], explain(*refusal)) if refusal else None


def _first(checks: list[Precondition], snapshot: Snapshot) -> Refused | None:
    violation = next((violation for check in checks if (violation := check(snapshot))), None)
    return Refused(violation.reason, violation.message) if violation else None


def _field_warnings(snapshot: Snapshot) -> tuple[str, ...]:
    submission = snapshot.submission
    return submission.warnings if isinstance(submission, Accepted) else ()


def _host_warning(snapshot: Snapshot) -> tuple[str, ...]:
    """Warn about an unknown host. A refusal would break an apply that creates the host and the machine together."""
    spec = snapshot.readable_spec
    if snapshot.host is not None or spec is None:
        return ()
    text = (
        f"The operator does not know a HyperVHost {spec.target_host!r}, or not yet; the machine waits until there is one. If the "
        "name is wrong, delete the machine and apply it again with another spec.targetHost."
    )
    return (text,)
