"""The schema of a submission: the definitions of its fields, groups and parameter sets, and the rules for each alone.

`consistency` has the rules between them; `loader` reads a file and checks both.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Final, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from hyperv_operator.schema import patterns
from hyperv_operator.schema.os_family import OsFamily

# fmt: off
_RESERVED: Final = frozenset({
    "as", "break", "const", "continue", "else", "false", "for", "function", "if", "import", "in", "let",
    "loop", "namespace", "null", "package", "return", "true", "var", "void", "while", "int", "uint", "double",
    "bool", "string", "bytes", "list", "map", "type",
})
# fmt: on
"""Words that CEL reserves: a property of such a name must be escaped there."""

FieldId = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]*(_[a-z0-9]+)*$", max_length=63)]


class FieldType(StrEnum):
    """The type of a field's value."""

    STRING = "string"
    SECRET = "secret"  # noqa: S105 - the name of a type
    INTEGER = "integer"
    BOOLEAN = "boolean"
    IPV4 = "ipv4"
    HOSTNAME = "hostname"
    MULTILINE = "multiline"


_NUMERIC: Final = frozenset({FieldType.INTEGER})
_SIZED: Final = frozenset({FieldType.STRING, FieldType.SECRET, FieldType.HOSTNAME, FieldType.MULTILINE})
_PATTERNED: Final = frozenset({FieldType.STRING, FieldType.MULTILINE})
HOSTNAME_LENGTH: Final = 253
IPV4_LENGTH: Final = 15


class SetMode(StrEnum):
    """How the members of a parameter set depend on each other."""

    ALL_OR_NONE = "all-or-none"
    REQUIRES = "requires"


class _Model(BaseModel):
    # Strict: `maximum: "8"` or `required: yes please` is a mistake, not a number or a boolean.
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Validations(_Model):
    """Limits of one field's value. Lengths are in characters."""

    min_length: Annotated[int, Field(ge=0)] | None = None
    max_length: Annotated[int, Field(ge=1, le=16_384)] | None = None
    minimum: Annotated[int, Field(ge=-(2**53), le=2**53)] | None = None
    maximum: Annotated[int, Field(ge=-(2**53), le=2**53)] | None = None
    pattern: Annotated[str, Field(max_length=512)] | None = None
    enum: Annotated[tuple[Annotated[str, Field(min_length=1, max_length=128)], ...], Field(min_length=1)] | None = None

    @model_validator(mode="after")
    def _sensible(self) -> Self:
        if self.pattern is not None and (wrong := patterns.problem(self.pattern)):
            raise ValueError(f"the pattern cannot be used: {wrong}")
        if self.minimum is not None and self.maximum is not None and self.minimum > self.maximum:
            raise ValueError("minimum is greater than maximum; exchange them or correct one")
        if self.min_length is not None and self.max_length is not None and self.min_length > self.max_length:
            raise ValueError("min_length is greater than max_length; exchange them or correct one")
        if self.enum is not None and (
            len(set(self.enum)) != len(self.enum) or any(word != word.strip().casefold() for word in self.enum)
        ):
            raise ValueError(
                "the words of an enum must be in lower case, without spaces around them, and each only once"
            )
        return self


class Applicability(_Model):
    """The OS families that a field applies to. For other families the field is dropped with a warning."""

    os_family: Annotated[tuple[OsFamily, ...], Field(min_length=1)]


class Group(_Model):
    """A group of fields that a form shows together."""

    id: FieldId
    label: Annotated[str, Field(min_length=1, max_length=80)]


class FieldDefinition(_Model):
    """One field of a submission."""

    id: FieldId
    label: Annotated[str, Field(min_length=1, max_length=80)]
    description: Annotated[str, Field(min_length=1, max_length=400)]
    hint: Annotated[str, Field(max_length=400)] = ""
    example: str | int | bool | None = None
    """A value for the reference pages and for forms. It must satisfy the field's own limits."""
    type: FieldType
    required: bool = False
    default: str | int | bool | None = None
    validations: Validations = Validations()
    applicability: Applicability | None = None
    group: FieldId
    order: int
    immutable: bool = False

    @property
    def is_secret(self) -> bool:
        """Whether the value must never be shown."""
        return self.type is FieldType.SECRET

    @property
    def families(self) -> frozenset[OsFamily]:
        """The OS families that the field applies to."""
        return frozenset(self.applicability.os_family if self.applicability else OsFamily)

    def applies_to(self, family: OsFamily) -> bool:
        """Return whether the field applies to the family."""
        return self.applicability is None or family in self.applicability.os_family

    @property
    def max_length(self) -> int | None:
        """The maximum number of characters; None if the value is not text."""
        if self.type is FieldType.IPV4:
            return IPV4_LENGTH
        if self.validations.enum:
            return max(len(word) for word in self.validations.enum)
        if self.type is FieldType.HOSTNAME:
            return self.validations.max_length or HOSTNAME_LENGTH
        return self.validations.max_length if self.type in _SIZED else None

    def allows_length_of(self, text: str) -> bool:
        """Return whether the text has neither too few nor too many characters."""
        least, most = self.validations.min_length, self.max_length
        return (least is None or len(text) >= least) and (most is None or len(text) <= most)

    @property
    def pattern(self) -> str | None:
        """The pattern that the text must match: the field's own, or that of its type."""
        if self.type is FieldType.IPV4:
            return patterns.IPV4
        return patterns.HOSTNAME if self.type is FieldType.HOSTNAME else self.validations.pattern

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        for wrong in (self._name_problem(), self._flag_problem(), self._limit_problem(), self._size_problem()):
            if wrong:
                raise ValueError(wrong)
        return self

    def _name_problem(self) -> str | None:
        if self.id in _RESERVED:
            return f"{self.id} is a word that the API server's rules reserve; give the field another id"
        return None

    def _flag_problem(self) -> str | None:
        if self.is_secret and (self.default is not None or self.example is not None):
            return "a secret field has neither default nor example, as everybody could read it; remove it"
        if self.is_secret and self.immutable:
            return "a secret field cannot be immutable, as its value is not in the resource; remove `immutable`"
        if self.required and self.applicability is not None:
            return "a required field cannot have an applicability: it would be missing for the others; remove one of the two"
        if self.required and self.default is not None:
            return "a required field cannot have a default; remove one of the two"
        return None

    def _limit_problem(self) -> str | None:
        limits = self.validations
        given = {
            "minimum and maximum": (limits.minimum is not None or limits.maximum is not None, _NUMERIC),
            "min_length and max_length": (limits.min_length is not None or limits.max_length is not None, _SIZED),
            "pattern": (limits.pattern is not None, _PATTERNED),
            "enum": (limits.enum is not None, frozenset({FieldType.STRING})),
        }
        for name, (is_given, types) in given.items():
            if is_given and self.type not in types:
                allowed = ", ".join(sorted(types))
                return f"{name} go with type {allowed}, not with {self.type.value}; remove them or correct the type"
        return None

    def _size_problem(self) -> str | None:
        limits = self.validations
        if self.type in _NUMERIC and (limits.minimum is None or limits.maximum is None):
            return "an integer needs both minimum and maximum under validations; add them"
        if self.type in (FieldType.STRING, FieldType.MULTILINE, FieldType.SECRET) and self.max_length is None:
            return (
                f"a {self.type.value} needs max_length (or an enum) under validations, as everything stored is bounded"
            )
        if self.type is FieldType.STRING and limits.enum and (limits.max_length or limits.min_length or limits.pattern):
            return "an enum needs no lengths and no pattern; remove them"
        return None


class ParameterSet(_Model):
    """Fields that must be given together, or only along with others."""

    id: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]*$", max_length=63)]
    mode: SetMode
    members: Annotated[tuple[FieldId, ...], Field(min_length=1)]
    requires: tuple[FieldId, ...] = ()
    message: Annotated[str, Field(min_length=1, max_length=400)]

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if (self.mode is SetMode.REQUIRES) != bool(self.requires):
            raise ValueError(
                "`requires` goes with mode requires, and only with it; add it, remove it or correct the mode"
            )
        if self.mode is SetMode.ALL_OR_NONE and len(self.members) < 2:
            raise ValueError("a set of mode all-or-none needs at least two members; add one or remove the set")
        both = [*self.members, *self.requires]
        twice = sorted({name for name in both if both.count(name) > 1})
        if twice:
            raise ValueError(f"named twice in this set: {', '.join(twice)}; name each once")
        return self


class JobSchema(_Model):
    """One version of the schema of submissions."""

    version: Annotated[int, Field(ge=1, le=10_000)]
    id: Literal["vm-provisioning"]
    name: Annotated[str, Field(min_length=1, max_length=80)]
    description: Annotated[str, Field(min_length=1, max_length=400)]
    groups: Annotated[tuple[Group, ...], Field(min_length=1)]
    """In display order."""
    fields: Annotated[tuple[FieldDefinition, ...], Field(min_length=1, max_length=128)]
    parameter_sets: tuple[ParameterSet, ...] = ()

    @cached_property
    def by_id(self) -> Mapping[str, FieldDefinition]:
        """The definitions by field id."""
        return {field.id: field for field in self.fields}

    @cached_property
    def secret_ids(self) -> frozenset[str]:
        """Names of the secret fields."""
        return frozenset(field.id for field in self.fields if field.is_secret)

    def field(self, field_id: str) -> FieldDefinition | None:
        """Return the definition of a field, or None if there is none."""
        return self.by_id.get(field_id)

    def fields_of(self, group: Group) -> tuple[FieldDefinition, ...]:
        """Return the fields of a group in display order."""
        return tuple(sorted((one for one in self.fields if one.group == group.id), key=lambda one: one.order))

    def families_of(self, group: ParameterSet) -> frozenset[OsFamily]:
        """Return the OS families that a parameter set applies to: those of its members, which all have the same."""
        return self.by_id[group.members[0]].families
