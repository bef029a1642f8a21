"""Render until when fields can be changed as CEL: transition rules at the resource's root, as they depend on the status.

Only transition rules are there: others would keep a stored machine from getting its status after an upgrade.
"""

from __future__ import annotations

from collections.abc import Sequence

from crd_rules import Json, quote, rule

from hyperv_operator.core.mutability import Mutability, fields_of
from hyperv_operator.schema.model import FieldDefinition, JobSchema


def transition_rules(schema: JobSchema) -> list[Json]:
    """Return the rules that freeze fields."""
    by_id = {one.id: one for one in schema.fields}

    def same(kind: Mutability) -> str:
        return " && ".join(f"({_same(by_id[name])})" for name in fields_of(schema, kind))

    def unless(known: str, kind: Mutability, message: str) -> list[Json]:
        equal = same(kind)
        return [rule(f"!has(oldSelf.status) || !has(oldSelf.status.{known}) || ({equal})", message)] if equal else []

    remedy = "delete this machine and apply a new one."
    first = f"{_listed(fields_of(schema, Mutability.FROZEN_BY_CLAIM))} cannot be changed once provisioning has begun: {remedy}"
    guest = f"guest_* and cnf_* fields cannot be changed once they were published to the guest: {remedy}"
    secret = f"spec.secretFields cannot be changed once the guest is configured: nothing would be done. To change it, {remedy}"
    return [
        *unless("claim", Mutability.FROZEN_BY_CLAIM, first),
        *unless("sealed", Mutability.FROZEN_BY_SEALING, guest),
        *unless("guestConfiguredAt", Mutability.FROZEN_BY_GUEST, secret),
    ]


def _same(field: FieldDefinition) -> str:
    """Return the expression for a field that has not changed; one that is left out has its default."""
    # Not `.?name`: the estimated cost of comparing optional values is over the API server's budget.
    new, old = (f"{root}.spec.{'secretFields' if field.is_secret else 'fields'}" for root in ("self", "oldSelf"))
    if field.is_secret:
        has_new, has_old = (f"has({where}) && has({where}.{field.id})" for where in (new, old))
        reference = f"{field.id}.secretKeyRef"
        equal = f"{new}.{reference}.name == {old}.{reference}.name && {new}.{reference}.key == {old}.{reference}.key"
        return f"({has_new}) ? ({has_old}) && {equal} : !({has_old})"
    if field.default is not None:
        value = quote(field.default) if isinstance(field.default, str) else str(field.default).lower()
        return " == ".join(f"(has({where}.{field.id}) ? {where}.{field.id} : {value})" for where in (new, old))
    return f"has({new}.{field.id}) ? has({old}.{field.id}) && {new}.{field.id} == {old}.{field.id} : !has({old}.{field.id})"


def _listed(names: Sequence[str]) -> str:
    return " and ".join((", ".join(names[:-1]), names[-1])) if len(names) > 1 else "".join(names)
