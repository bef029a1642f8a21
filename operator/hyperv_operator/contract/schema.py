"""The schema of a submission: `Schemas/job-inputs.yaml` as a model that refuses what is not one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError, model_validator

from hyperv_operator.contract.os_family import OsFamily
from hyperv_operator.errors import SchemaFileError

FieldId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$", max_length=63)]


class FieldType(StrEnum):
    """What a field's value is."""

    STRING = "string"
    SECRET = "secret"  # noqa: S105 - the name of a type
    INTEGER = "integer"
    BOOLEAN = "boolean"
    IPV4 = "ipv4"
    HOSTNAME = "hostname"
    MULTILINE = "multiline"


class SetMode(StrEnum):
    """How the members of a parameter set hang together."""

    ALL_OR_NONE = "all-or-none"
    REQUIRES = "requires"


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Validations(_Model):
    """Limits of one field's value."""

    min_length: Annotated[int, Field(ge=0)] | None = None
    max_length: Annotated[int, Field(ge=1)] | None = None
    minimum: int | None = None
    maximum: int | None = None
    pattern: str | None = None
    enum: tuple[str, ...] | None = None

    @model_validator(mode="after")
    def _sensible(self) -> Self:
        if self.pattern is not None:
            try:
                re.compile(self.pattern)
            except re.error as error:
                raise ValueError(f"pattern is no regular expression: {error}") from None
        if None not in (self.minimum, self.maximum) and (self.minimum or 0) > (self.maximum or 0):
            raise ValueError("minimum is greater than maximum")
        if None not in (self.min_length, self.max_length) and (self.min_length or 0) > (self.max_length or 0):
            raise ValueError("min_length is greater than max_length")
        return self


class Applicability(_Model):
    """For whom a field makes sense; it is dropped with a warning for all others."""

    os_family: Annotated[tuple[OsFamily, ...], Field(min_length=1)]


class FieldDefinition(_Model):
    """One field of a submission."""

    id: FieldId
    label: Annotated[str, Field(min_length=1, max_length=80)]
    description: Annotated[str, Field(min_length=1, max_length=400)]
    hint: Annotated[str, Field(max_length=400)] = ""
    type: FieldType
    required: bool = False
    default: str | int | bool | None = None
    validations: Validations = Validations()
    applicability: Applicability | None = None
    group: Annotated[str, Field(min_length=1, max_length=40)]
    order: int
    immutable: bool = False

    @property
    def is_secret(self) -> bool:
        """Tell whether the value must never be seen."""
        return self.type is FieldType.SECRET

    def applies_to(self, family: OsFamily) -> bool:
        """Tell whether the field makes sense for the family."""
        return self.applicability is None or family in self.applicability.os_family

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if self.is_secret and self.default is not None:
            raise ValueError("a secret field cannot have a default")
        if self.required and self.applicability is not None:
            raise ValueError("a required field cannot have an applicability: it would be missing for the others")
        if self.required and self.default is not None:
            raise ValueError("a required field cannot have a default")
        return self


class ParameterSet(_Model):
    """Fields that are given together, or only along with others."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$", max_length=63)]
    mode: SetMode
    members: Annotated[tuple[FieldId, ...], Field(min_length=1)]
    requires: tuple[FieldId, ...] = ()
    message: Annotated[str, Field(min_length=1, max_length=400)]


class JobSchema(_Model):
    """A version of what can be submitted."""

    version: Annotated[int, Field(ge=1)]
    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$")]
    name: str
    description: str
    fields: Annotated[tuple[FieldDefinition, ...], Field(min_length=1)]
    parameter_sets: tuple[ParameterSet, ...] = ()

    def field(self, field_id: str) -> FieldDefinition | None:
        """Return the definition of a field."""
        return next((field for field in self.fields if field.id == field_id), None)

    @property
    def secret_ids(self) -> frozenset[str]:
        """Names of the secret fields."""
        return frozenset(field.id for field in self.fields if field.is_secret)

    @model_validator(mode="after")
    def _references_resolve(self) -> Self:
        ids = [field.id for field in self.fields]
        twice = sorted({field_id for field_id in ids if ids.count(field_id) > 1})
        if twice:
            raise ValueError(f"fields defined twice: {', '.join(twice)}")
        for group in self.parameter_sets:
            unknown = sorted({*group.members, *group.requires} - set(ids))
            if unknown:
                raise ValueError(f"parameter set {group.id} names unknown fields: {', '.join(unknown)}")
            if (group.mode is SetMode.REQUIRES) != bool(group.requires):
                raise ValueError(f"parameter set {group.id}: `requires` goes with mode requires, and only with it")
        return self


def load_schema(text: str) -> JobSchema:
    """Read `job-inputs.yaml`; `SchemaFileError` names what is wrong and where."""
    try:
        raw: JsonValue = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise SchemaFileError(f"job-inputs.yaml is no YAML: {error}") from None
    if not isinstance(raw, Mapping):
        raise SchemaFileError("job-inputs.yaml must be a mapping with version, id, name, description and fields.")
    try:
        return JobSchema.model_validate(raw)
    except ValidationError as error:
        details = "; ".join(f"{_place(raw, item['loc'])}: {item['msg']}" for item in error.errors(include_url=False))
        raise SchemaFileError(f"job-inputs.yaml cannot be used: {details}. Correct it and start again.") from None


def _place(raw: Mapping[str, JsonValue], loc: tuple[int | str, ...]) -> str:
    """Name a place by field or set id instead of by index, where there is one."""
    names: list[str] = []
    node: JsonValue = dict(raw)
    for part in loc:
        if isinstance(node, list) and isinstance(part, int) and part < len(node):
            node = node[part]
            names.append(str(node["id"]) if isinstance(node, dict) and "id" in node else str(part))
        else:
            node = node.get(str(part)) if isinstance(node, dict) else None
            names.append(str(part))
    return ".".join(names) or "the file"
