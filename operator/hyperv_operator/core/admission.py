"""What the webhook answers: those checks of the reconcile chain that memory alone can decide.

A convenience, never the guard: the chain makes every check again before a launch. So whatever is not known is let through.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import JsonValue

from hyperv_operator.api.names import Reason
from hyperv_operator.core import preconditions
from hyperv_operator.core.preconditions import Precondition
from hyperv_operator.core.snapshot import Snapshot
from hyperv_operator.schema.validation import Accepted


@dataclass(frozen=True)
class Admitted:
    """The submission may be stored; the warnings are shown to whoever sent it."""

    warnings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Refused:
    """The submission is not stored; the sentence says what is wrong and what to change."""

    reason: Reason
    message: str


Verdict = Admitted | Refused


def review_creation(snapshot: Snapshot, *, namespace_known: bool) -> Verdict:
    """Answer for a new machine.

    `namespace_known` tells whether the snapshot's namespace labels are the namespace's; a snapshot without a host is one
    whose host the operator does not know.
    """
    chain: list[Precondition] = [preconditions.readable, preconditions.schema_version, preconditions.fields_valid]
    if snapshot.host is not None:
        if namespace_known:
            chain.append(preconditions.tenant_allowed)
        chain.append(preconditions.name_held)
    refused = _first(chain, snapshot)
    if refused:
        return refused
    unknown = () if snapshot.host is not None else (_unknown_host(snapshot),)
    return Admitted((*unknown, *_dropped(snapshot)))


def review_change(snapshot: Snapshot, before: Mapping[str, JsonValue], after: Mapping[str, JsonValue]) -> Verdict:
    """Answer for a changed machine; `before` and `after` are its old and new spec as sent.

    Only what a person asks for is looked at: metadata and a machine that is being deleted always pass. So does a schema
    version: a machine outlives the version it was made for.
    """
    if snapshot.deleting or all(before.get(part) == after.get(part) for part in ("fields", "secretFields")):
        return Admitted()
    refused = _first([preconditions.readable], snapshot)
    if refused:
        return refused
    assert snapshot.spec is not None
    if snapshot.spec.schema_version != snapshot.schema.version:
        # The active schema's rules are not those the fields were written for: to hold them against it would be to refuse
        # the version.
        return Admitted((_other_version(snapshot.spec.schema_version, snapshot.schema.version),))
    return _first([preconditions.fields_valid], snapshot) or Admitted(_dropped(snapshot))


def _first(chain: list[Precondition], snapshot: Snapshot) -> Refused | None:
    violation = next((violation for policy in chain if (violation := policy(snapshot))), None)
    return Refused(violation.reason, violation.message) if violation else None


def _dropped(snapshot: Snapshot) -> tuple[str, ...]:
    submission = snapshot.submission
    return submission.warnings if isinstance(submission, Accepted) else ()


def _unknown_host(snapshot: Snapshot) -> str:
    # A refusal would break an apply that creates host and machine together: the host may be a moment old.
    assert snapshot.spec is not None
    return (
        f"The operator does not know a HyperVHost {snapshot.spec.target_host!r}, or not yet; the machine waits until there "
        "is one. If the name is wrong, delete the machine and apply it again with another spec.targetHost."
    )


def _other_version(own: int, active: int) -> str:
    return f"spec.schemaVersion is {own}, the active schema is version {active}: the changed fields were not checked."
