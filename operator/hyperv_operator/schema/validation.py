"""Validation of a submission against the schema, without any I/O. All errors are reported at once.

Order: inline secrets, unknown fields, types, the OS family, applicability (a field that does not apply is dropped with a warning,
whatever its value), limits, defaults, required fields, parameter sets, rules between fields. Validation is idempotent: its output
is valid and stays unchanged.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from pydantic import JsonValue

from hyperv_operator.schema import cross_field_rules, values
from hyperv_operator.schema.model import JobSchema, ParameterSet, SetMode
from hyperv_operator.schema.os_family import PREFIXES, OsFamily, infer_os_family
from hyperv_operator.schema.problems import FieldError

__all__ = ["Accepted", "FieldError", "Rejected", "validate_job_submission"]


@dataclass(frozen=True)
class Accepted:
    """A valid submission."""

    fields: Mapping[str, JsonValue]
    """Normalised, with defaults and `os_family`, without secrets."""
    secret_fields: tuple[str, ...]
    """The secret fields that are given by reference and apply."""
    warnings: tuple[str, ...]

    @property
    def os_family(self) -> OsFamily:
        """The OS family of the guest, given or inferred."""
        return OsFamily(str(self.fields["os_family"]))


@dataclass(frozen=True)
class Rejected:
    """An invalid submission, with all of its errors."""

    errors: tuple[FieldError, ...]


def validate_job_submission(
    schema: JobSchema,
    submission: Mapping[str, JsonValue],
    *,
    secrets: Collection[str] = (),
    strict: bool = False,
    host_has_cluster: bool | None = None,
) -> Accepted | Rejected:
    """Validate and normalise a submission.

    `secrets` names the secret fields that are given by reference; their values are not validated here. `strict` rejects values
    of another JSON type instead of casting them (resources are strict, forms are not). `host_has_cluster` is None while
    the host is unknown.
    """
    errors: list[FieldError] = [*_unknown(schema, submission, secrets)]
    given: dict[str, str | int | bool] = {}
    misshapen: dict[str, FieldError] = {}
    for definition in schema.fields:
        raw = submission.get(definition.id)
        if definition.is_secret or raw is None:
            continue
        shaped = values.shape(definition, raw, strict=strict)
        if isinstance(shaped, FieldError):
            misshapen[definition.id] = shaped
        elif shaped.value is not None:
            given[definition.id] = shaped.value
    family = _family(given)
    given_secrets = [name for name in dict.fromkeys(secrets) if name in schema.secret_ids]
    warnings = _drop_inapplicable(schema, given, misshapen, given_secrets, family, strict=strict)
    clean: dict[str, JsonValue] = {}
    for name, value in given.items():
        checked = values.limit(schema.by_id[name], value)
        if isinstance(checked, FieldError):
            errors.append(checked)
        else:
            clean[name] = checked.value
    errors += misshapen.values()
    if family is not None:
        clean["os_family"] = family.value
    _default(schema, clean, {*given, *misshapen}, family)
    broken = {error.field for error in errors}
    present = {*clean, *given_secrets, *broken}
    errors += _missing(schema, present)
    errors += _sets(schema, present, family)
    if family is None and "image_name" in clean and "os_family" not in broken:
        errors.append(FieldError("os_family", "unknown_family", unknown_family_message(str(clean["image_name"]))))
    errors += cross_field_rules.check(schema, clean, family, given_secrets, host_has_cluster=host_has_cluster)
    if errors:
        order = {definition.id: index for index, definition in enumerate(schema.fields)}
        return Rejected(tuple(sorted(errors, key=lambda error: order.get(error.field, len(order)))))
    ordered = {definition.id: clean[definition.id] for definition in schema.fields if definition.id in clean}
    return Accepted(ordered, tuple(given_secrets), tuple(warnings))


def _unknown(schema: JobSchema, submission: Mapping[str, JsonValue], secrets: Collection[str]) -> list[FieldError]:
    found = []
    for name, value in submission.items():
        definition = schema.field(name)
        if value is None:
            continue
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
    """Return the message for the value of a secret outside of a Secret. The rules of the custom resource use it too."""
    return f"{name} is secret: give it as a reference under spec.secretFields, never as a value under spec.fields."


def _family(given: Mapping[str, str | int | bool]) -> OsFamily | None:
    word = given.get("os_family")
    if isinstance(word, str) and word in set(OsFamily):
        return OsFamily(word)
    image = given.get("image_name")
    return infer_os_family(image) if isinstance(image, str) else None


def unknown_family_message(image_name: str) -> str:
    """Return the message for an image whose name does not tell the OS family."""
    known = ", ".join(prefix for prefix, _ in PREFIXES)
    return (
        f"The OS family cannot be told from image_name '{image_name}': set os_family to windows or linux "
        f"(names that begin with one of these tell it: {known})."
    )


def _drop_inapplicable(
    schema: JobSchema,
    given: dict[str, str | int | bool],
    misshapen: dict[str, FieldError],
    given_secrets: list[str],
    family: OsFamily | None,
    *,
    strict: bool,
) -> tuple[str, ...]:
    """Remove what does not apply to the family and return the warnings. A wrong type in a resource stays an error."""
    dropped = []
    for definition in schema.fields:
        name = definition.id
        if family is None or definition.applies_to(family):
            continue
        if name in given:
            del given[name]
        elif name in misshapen and not strict:
            del misshapen[name]
        elif name in given_secrets:
            given_secrets.remove(name)
        else:
            continue
        dropped.append(f"{name} does not apply to {family.value} and is ignored.")
    return tuple(dropped)


def _default(schema: JobSchema, clean: dict[str, JsonValue], given: Collection[str], family: OsFamily | None) -> None:
    for definition in schema.fields:
        applies = family is None or definition.applies_to(family)
        if definition.default is not None and definition.id not in given and applies:
            clean[definition.id] = definition.default


def _missing(schema: JobSchema, present: Collection[str]) -> list[FieldError]:
    return [
        FieldError(definition.id, "required", required_message(definition.id, definition.is_secret))
        for definition in schema.fields
        if definition.required and definition.id not in present
    ]


def required_message(name: str, is_secret: bool) -> str:  # noqa: FBT001 - both messages state one rule
    """Return the message for a required field that is missing."""
    return f"{name} is required: add it under spec.{'secretFields' if is_secret else 'fields'}."


def _sets(schema: JobSchema, present: Collection[str], family: OsFamily | None) -> list[FieldError]:
    found = []
    for group in schema.parameter_sets:
        if family is not None and family not in schema.families_of(group):
            continue
        given = [name for name in group.members if name in present]
        if group.mode is SetMode.ALL_OR_NONE:
            missing = [name for name in group.members if name not in present] if given else []
            code = "incomplete_set"
        else:
            missing = [name for name in group.requires if name not in present] if given else []
            code = "requires"
        if missing:
            message = incomplete_message(group, ", ".join(missing))
            found.append(FieldError(missing[0], code, message, (*missing[1:], *given)))
    return found


def incomplete_message(group: ParameterSet, missing: str) -> str:
    """Return the message for a parameter set that lacks members."""
    return f"{group.message} Missing: {missing}."
