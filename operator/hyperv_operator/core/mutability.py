"""What a change of a field does to a machine that exists: the one source of the API server's rules, the reconciler and the page."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from enum import Enum
from typing import Final

from pydantic import JsonValue

from hyperv_operator.api.machine import HyperVMachineSpec
from hyperv_operator.core.snapshot import Snapshot
from hyperv_operator.protocol.job import is_guest_field
from hyperv_operator.schema.model import FieldDefinition, JobSchema

_APPLIED: Final = frozenset({"cpu_cores", "gb_ram"})
"""The fields that an update sets on an existing VM."""
_MAX_VALUE: Final = 1_024


class Mutability(Enum):
    """Until when a field can be changed, and what a change does."""

    APPLIED = "applied"
    """At any time: the VM is compared with it, and its guest is shut down and started again for a change."""
    FROZEN_BY_CLAIM = "frozen by the claim"
    """Until the first launch of the agent is claimed: everything on the host is made from one set of values."""
    FROZEN_BY_SEALING = "frozen by the sealing"
    """Until the configuration is sealed for the guest, which takes it once."""
    FROZEN_BY_GUEST = "frozen by the guest"
    """A secret field: its reference can be changed until the guest has reported its configuration as applied."""


def mutability(field: FieldDefinition) -> Mutability:
    """Return what a change of the field does. A field that nothing compares with the VM is frozen: no change is lost silently."""
    if field.is_secret:
        return Mutability.FROZEN_BY_GUEST
    if field.id in _APPLIED:
        return Mutability.APPLIED
    if field.id != "vm_name" and is_guest_field(field.id):
        return Mutability.FROZEN_BY_SEALING
    return Mutability.FROZEN_BY_CLAIM


def fields_of(schema: JobSchema, kind: Mutability) -> tuple[str, ...]:
    """Return the ids of the fields of this kind, in the order of the schema."""
    return tuple(field.id for field in schema.fields if mutability(field) is kind)


def frozen_values(schema: JobSchema, spec: HyperVMachineSpec, kinds: Iterable[Mutability]) -> dict[str, str]:
    """Return the fields of these kinds that have a value, as `status.origin.fields` records them."""
    wanted = frozenset(kinds)
    found: dict[str, str] = {}
    for field in schema.fields:
        if mutability(field) not in wanted:
            continue
        reference, value = spec.secret_fields.get(field.id), spec.fields.get(field.id, field.default)
        if field.is_secret and reference is not None:
            found[field.id] = _recorded(reference.secret_key_ref.model_dump())
        elif not field.is_secret and value is not None:
            found[field.id] = _recorded(value)
    return found


def _recorded(value: JsonValue) -> str:
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False, sort_keys=True)
    return text if len(text) <= _MAX_VALUE else f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def changed(snapshot: Snapshot) -> tuple[str, ...]:
    """Return the fields that differ from what the machine is made with, although they can no longer be changed."""
    spec, status = snapshot.readable_spec, snapshot.status
    if spec is None or status.origin is None:
        return ()
    kinds = [Mutability.FROZEN_BY_CLAIM]
    if status.sealed is not None:
        kinds.append(Mutability.FROZEN_BY_SEALING)
    if status.sealed is not None and status.is_guest_configured:
        kinds.append(Mutability.FROZEN_BY_GUEST)
    now, recorded = frozen_values(snapshot.schema, spec, kinds), status.origin.fields
    return tuple(
        field.id
        for field in snapshot.schema.fields
        if mutability(field) in kinds and now.get(field.id) != recorded.get(field.id)
    )
