"""`validate_job_submission`: everything that can be said about a submission without asking anybody, all at once.

Order: secrets inline, unknown fields, values (normalised on the way), the OS family, applicability (what does not apply is
dropped with a warning), defaults, required fields, parameter sets, cross-checks. Its own output passes unchanged.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from pydantic import JsonValue

from hyperv_operator.contract import crosschecks, values
from hyperv_operator.contract.os_family import PREFIXES, OsFamily, infer_os_family
from hyperv_operator.contract.problems import FieldError
from hyperv_operator.contract.schema import JobSchema, SetMode

__all__ = ["Accepted", "FieldError", "Rejected", "validate_job_submission"]


@dataclass(frozen=True)
class Accepted:
    """A submission that keeps every rule."""

    fields: Mapping[str, JsonValue]
    """Normalised, with defaults and `os_family`; no secret among them."""
    secret_fields: tuple[str, ...]
    """The secret fields given by reference that apply."""
    warnings: tuple[str, ...]

    @property
    def os_family(self) -> OsFamily:
        """The guest's family, given or inferred."""
        return OsFamily(str(self.fields["os_family"]))


@dataclass(frozen=True)
class Rejected:
    """A submission with everything that is wrong with it."""

    errors: tuple[FieldError, ...]


def validate_job_submission(
    schema: JobSchema,
    submission: Mapping[str, JsonValue],
    *,
    secrets: Collection[str] = (),
    strict: bool = False,
    host_has_cluster: bool | None = None,
) -> Accepted | Rejected:
    """Check and normalise a submission.

    `secrets` names the secret fields that are given by reference; their values are not seen here. `strict` refuses values
    of another JSON type instead of casting them (resources are strict, forms are not). `host_has_cluster` is None while
    nobody knows the host.
    """
    errors: list[FieldError] = [*_unknown(schema, submission, secrets)]
    clean: dict[str, JsonValue] = {}
    for definition in schema.fields:
        if definition.is_secret or definition.id not in submission or submission[definition.id] is None:
            continue
        checked = values.check(definition, submission[definition.id], strict=strict)
        if isinstance(checked, values.Value):
            if checked.value != "" or definition.required:
                clean[definition.id] = checked.value
        else:
            errors.append(checked)
    family = _family(clean)
    warnings: list[str] = []
    given_secrets = [field_id for field_id in secrets if field_id in schema.secret_ids]
    if family is not None:
        warnings += _drop_inapplicable(schema, clean, given_secrets, family)
        clean["os_family"] = family.value
    for definition in schema.fields:
        if definition.default is not None and definition.id not in clean:
            clean[definition.id] = definition.default
    broken = {error.field for error in errors}
    present = {*clean, *given_secrets, *broken}
    errors += _missing(schema, present)
    errors += _sets(schema, present)
    if family is None and "image_name" in clean and "os_family" not in broken:
        errors.append(_no_family(str(clean["image_name"])))
    errors += crosschecks.check(clean, family, len(given_secrets), host_has_cluster=host_has_cluster)
    if errors:
        order = {definition.id: index for index, definition in enumerate(schema.fields)}
        return Rejected(tuple(sorted(errors, key=lambda error: order.get(error.field, len(order)))))
    ordered = {definition.id: clean[definition.id] for definition in schema.fields if definition.id in clean}
    return Accepted(ordered, tuple(given_secrets), tuple(warnings))


def _unknown(schema: JobSchema, submission: Mapping[str, JsonValue], secrets: Collection[str]) -> list[FieldError]:
    found = []
    for name in submission:
        definition = schema.field(name)
        if definition is None:
            found.append(FieldError(name, "unknown", f"There is no field {name!r}; remove it or correct its spelling."))
        elif definition.is_secret:
            found.append(FieldError(name, "secret_inline", secret_inline_message(name)))
    for name in secrets:
        definition = schema.field(name)
        if definition is None or not definition.is_secret:
            text = f"{name!r} is no secret field; put its value under spec.fields, or remove it."
            found.append(FieldError(name, "not_secret", text))
    return found


def secret_inline_message(name: str) -> str:
    """Return the sentence that refuses a secret's value outside of a Secret; the resource's own rules say the same."""
    return f"{name} is secret: give it as a reference under spec.secretFields, never as a value under spec.fields."


def _family(clean: Mapping[str, JsonValue]) -> OsFamily | None:
    given = clean.get("os_family")
    if isinstance(given, str):
        return OsFamily(given)
    return infer_os_family(str(clean["image_name"])) if "image_name" in clean else None


def _no_family(image_name: str) -> FieldError:
    known = ", ".join(prefix for prefix, _ in PREFIXES)
    text = (
        f"The OS family cannot be told from image_name {image_name!r}: set os_family to windows or linux "
        f"(names that begin with one of these tell it: {known})."
    )
    return FieldError("os_family", "unknown_family", text)


def _drop_inapplicable(
    schema: JobSchema, clean: dict[str, JsonValue], given_secrets: list[str], family: OsFamily
) -> list[str]:
    warnings = []
    for definition in schema.fields:
        if definition.applies_to(family):
            continue
        if definition.id in clean:
            del clean[definition.id]
        elif definition.id in given_secrets:
            given_secrets.remove(definition.id)
        else:
            continue
        warnings.append(f"{definition.id} does not apply to {family.value} and is ignored.")
    return warnings


def _missing(schema: JobSchema, present: Collection[str]) -> list[FieldError]:
    return [
        FieldError(definition.id, "required", required_message(definition.id, definition.is_secret))
        for definition in schema.fields
        if definition.required and definition.id not in present
    ]


def required_message(name: str, is_secret: bool) -> str:  # noqa: FBT001 - the two sentences are one fact
    """Return the sentence for a required field that is missing."""
    return f"{name} is required: add it under spec.{'secretFields' if is_secret else 'fields'}."


def _sets(schema: JobSchema, present: Collection[str]) -> list[FieldError]:
    found = []
    for group in schema.parameter_sets:
        given = [name for name in group.members if name in present]
        if group.mode is SetMode.ALL_OR_NONE:
            missing = [name for name in group.members if name not in present] if given else []
            code = "incomplete_set"
        else:
            missing = [name for name in group.requires if name not in present] if given else []
            code = "requires"
        if missing:
            found.append(FieldError(missing[0], code, f"{group.message} Missing: {', '.join(missing)}."))
    return found
