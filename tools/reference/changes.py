"""The table of what a change of each part of a HyperVMachine's spec does, and until when it can be made."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from hyperv_operator.core.mutability import Mutability, fields_of
from hyperv_operator.schema.model import JobSchema
from reference.markdown import code, codes, table

UNTIL: Final[Mapping[Mutability, str]] = {
    Mutability.APPLIED: "at any time",
    Mutability.FROZEN_BY_CLAIM: "until provisioning begins",
    Mutability.FROZEN_BY_SEALING: "until it is published to the guest",
    Mutability.FROZEN_BY_GUEST: "until the guest is configured",
}
_DOES: Final[Mapping[Mutability, str]] = {
    Mutability.APPLIED: "Applied with a restart: the guest is shut down, the VM changed and started again. Only values that changed in "
    "the spec are applied; what people have changed on the host is reported as `OutOfSync`. During provisioning the change "
    "follows once the guest is configured.",
    Mutability.FROZEN_BY_CLAIM: "Refused from the first claim on (`status.claim`), because the image, the disk and the VM are made from "
    "one set of values.",
    Mutability.FROZEN_BY_SEALING: "Refused from the sealing on (`status.sealed`), because the guest takes its configuration once.",
    Mutability.FROZEN_BY_GUEST: "The reference is refused from `status.guestConfiguredAt` on. Until then it can be corrected: a Secret "
    "that changes before the guest takes its data is sealed again, a later change is not noticed.",
}
_SPEC: Final[Mapping[str, tuple[str, str]]] = {
    "spec.schemaVersion": (
        "at any time",
        "Selects the rules for the fields; nothing is applied to the VM. The active version or that of the first launch.",
    ),
    "spec.targetHost": (
        "never",
        "Refused: a machine stays on the host or in the failover cluster that it was made for.",
    ),
    "spec.powerState": (
        "at any time",
        "Applied hot: the VM is started, or its guest shut down, once the guest is configured.",
    ),
    "spec.deletionPolicy": (
        "at any time",
        "Takes effect when the resource is deleted. One that cannot be read keeps the VM.",
    ),
    "spec.paused": (
        "at any time",
        "Takes effect at once: nothing is launched. A launch that is under way ends first. Deletion goes on.",
    ),
}
_AFTERWARDS: Final = (
    "The API server refuses a change that comes too late, with the sentence of its [rule](hypervmachine.md). Where it could not, "
    "because an older resource definition was installed, the machine is Stalled with `FieldFrozen` until the field is set back. A "
    "machine that is being deleted ignores every change but the abandon annotation."
)


def changes(schema: JobSchema) -> str:
    """Return the section: every field of the spec, until when it can be changed, and what a change does."""
    rows = [(code(name), until, does) for name, (until, does) in _SPEC.items()]
    for kind in Mutability:
        names = fields_of(schema, kind)
        if names:
            where = "secretFields" if kind is Mutability.FROZEN_BY_GUEST else "fields"
            rows.append((f"spec.{where}: {codes(names)}", UNTIL[kind], _DOES[kind]))
    return f"{table(('part of the spec', 'can be changed', 'what a change does'), rows)}\n\n{_AFTERWARDS}"
