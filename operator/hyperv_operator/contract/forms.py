"""The active schema as a form needs it: JSON Schema (draft 2020-12) for the values, and hints for showing them.

A form submits one flat object, secrets included, whose keys are the schema's field ids. The JSON Schema decides what can be
told from the values alone: types, limits, required fields, the OS family and parameter sets. Rules between fields and all
that needs the cluster stay with `validate_job_submission`, which has the last word.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from pydantic import JsonValue

from hyperv_operator.contract.os_family import PREFIXES, OsFamily
from hyperv_operator.contract.schema import FieldDefinition, FieldType, JobSchema, ParameterSet, SetMode

JsonObject = dict[str, JsonValue]

FAMILY_FIELD: Final = "os_family"
IMAGE_FIELD: Final = "image_name"

_TYPES: Final = {FieldType.INTEGER: "integer", FieldType.BOOLEAN: "boolean"}
_WIDGETS: Final = {
    FieldType.STRING: "text",
    FieldType.SECRET: "password",
    FieldType.INTEGER: "number",
    FieldType.BOOLEAN: "checkbox",
    FieldType.IPV4: "text",
    FieldType.HOSTNAME: "text",
    FieldType.MULTILINE: "textarea",
}
_OCTET: Final = "(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
_IPV4: Final = rf"^{_OCTET}(\.{_OCTET}){{3}}$"
_LABEL: Final = "[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_HOSTNAME: Final = rf"^{_LABEL}(\.{_LABEL})*\.?$"
_NO_CONTROLS: Final = r"^[^\x00-\x1f]*$"


def render_form(schema: JobSchema) -> JsonObject:
    """Return the document behind `/api/v1/schema/job-inputs`: `schema`, `jsonSchema` and `ui`."""
    return {
        "schema": {
            "id": schema.id,
            "version": schema.version,
            "name": schema.name,
            "description": schema.description,
        },
        "jsonSchema": json_schema(schema),
        "ui": _ui(schema),
    }


# --- JSON Schema -----------------------------------------------------------------------------------------------------


def json_schema(schema: JobSchema) -> JsonObject:
    """Return the JSON Schema of a submission's values."""
    rules: list[JsonValue] = [{"anyOf": [{"$ref": _family_ref(family)} for family in OsFamily]}]
    rules += [_set_rule(schema, group) for group in schema.parameter_sets]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": schema.name,
        "description": schema.description,
        "type": "object",
        "properties": {definition.id: _property(definition) for definition in schema.fields},
        "required": [definition.id for definition in schema.fields if definition.required],
        "additionalProperties": False,
        "allOf": rules,
        "$defs": {_family_name(family): _is_family(family) for family in OsFamily},
    }


def _property(definition: FieldDefinition) -> JsonObject:
    limits = definition.validations
    node: JsonObject = {
        "type": _TYPES.get(definition.type, "string"),
        "title": definition.label,
        "description": definition.description,
    }
    given: dict[str, str | int | None] = {
        "minLength": limits.min_length,
        "maxLength": limits.max_length,
        "minimum": limits.minimum,
        "maximum": limits.maximum,
        "pattern": limits.pattern,
        "default": definition.default,
    }
    node |= {key: value for key, value in given.items() if value is not None}
    if limits.enum is not None:
        node["enum"] = list(limits.enum)
    match definition.type:
        case FieldType.SECRET:
            node |= {"writeOnly": True, "pattern": _NO_CONTROLS}
        case FieldType.IPV4:
            node |= {"format": "ipv4", "pattern": _IPV4}
        case FieldType.HOSTNAME:
            node |= {"format": "hostname", "pattern": limits.pattern or _HOSTNAME}
        case FieldType.STRING | FieldType.MULTILINE:
            node["not"] = {"pattern": "PRIVATE KEY"}
        case FieldType.INTEGER | FieldType.BOOLEAN:
            pass
    if definition.example is not None and not definition.is_secret:
        node["examples"] = [definition.example]
    return node


def _family_name(family: OsFamily) -> str:
    return f"{FAMILY_FIELD}.{family.value}"


def _family_ref(family: OsFamily) -> str:
    return f"#/$defs/{_family_name(family)}"


def _is_family(family: OsFamily) -> JsonObject:
    """Return what holds for a submission of the family: it says so, or says nothing and its image's name tells it."""
    prefixes = "|".join(_any_case(prefix) for prefix, of in PREFIXES if of is family)
    return {
        "anyOf": [
            {"properties": {FAMILY_FIELD: {"const": family.value}}, "required": [FAMILY_FIELD]},
            {
                "properties": {IMAGE_FIELD: {"type": "string", "pattern": rf"^\s*({prefixes})"}},
                "required": [IMAGE_FIELD],
                "not": {"required": [FAMILY_FIELD]},
            },
        ]
    }


def _any_case(text: str) -> str:
    """Return a pattern for the text in any case; JSON Schema's patterns have no flag for that."""
    return "".join(f"[{one.upper()}{one.lower()}]" if one.isalpha() else one for one in text)


def _families(schema: JobSchema, group: ParameterSet) -> tuple[OsFamily, ...] | None:
    """Return the families for which a set's members are kept, or None for all: what does not apply is dropped first."""
    definitions = [schema.field(name) for name in group.members]
    limited = [set(one.applicability.os_family) for one in definitions if one and one.applicability]
    if not limited:
        return None
    return tuple(family for family in OsFamily if all(family in families for families in limited))


def _set_rule(schema: JobSchema, group: ParameterSet) -> JsonObject:
    needed = group.members if group.mode is SetMode.ALL_OR_NONE else group.requires
    dependent: JsonObject = {
        name: [other for other in needed if other != name] for name in group.members if set(needed) - {name}
    }
    rule: JsonObject = {"dependentRequired": dependent}
    families = _families(schema, group)
    if families is not None:
        rule = {"if": {"anyOf": [{"$ref": _family_ref(family)} for family in families]}, "then": rule}
    return {"$comment": group.id, **rule}


# --- hints -----------------------------------------------------------------------------------------------------------


def _ui(schema: JobSchema) -> JsonObject:
    return {
        "groups": [
            {"id": group, "label": group_label(group), "fields": [_hints(one) for one in members]}
            for group, members in grouped(schema.fields)
        ],
        "osFamily": {
            "field": FAMILY_FIELD,
            "inferredFrom": IMAGE_FIELD,
            "caseSensitive": False,
            "prefixes": [{"prefix": prefix, "family": family.value} for prefix, family in PREFIXES],
        },
        "parameterSets": [
            {
                "id": group.id,
                "mode": group.mode.value,
                "members": list(group.members),
                "requires": list(group.requires),
                "message": group.message,
                "visibleWhen": _visible(_families(schema, group)),
            }
            for group in schema.parameter_sets
        ],
    }


def grouped(fields: Iterable[FieldDefinition]) -> tuple[tuple[str, tuple[FieldDefinition, ...]], ...]:
    """Return the groups in the order of their first field in the schema, each with its fields by `order`."""
    groups: dict[str, list[FieldDefinition]] = {}
    for definition in fields:
        groups.setdefault(definition.group, []).append(definition)
    return tuple((name, tuple(sorted(members, key=lambda one: one.order))) for name, members in groups.items())


def group_label(group: str) -> str:
    """Return a group's heading."""
    return group.replace("-", " ").replace("_", " ").capitalize()


def widget(definition: FieldDefinition) -> str:
    """Return what a form shows a field with: text, number, checkbox, password, textarea or select."""
    return "select" if definition.validations.enum is not None else _WIDGETS[definition.type]


def _hints(definition: FieldDefinition) -> JsonObject:
    families = definition.applicability.os_family if definition.applicability else None
    return {
        "id": definition.id,
        "label": definition.label,
        "hint": definition.hint,
        "widget": widget(definition),
        "required": definition.required,
        "secret": definition.is_secret,
        "immutable": definition.immutable,
        "visibleWhen": _visible(families),
    }


def _visible(families: tuple[OsFamily, ...] | None) -> JsonValue:
    return None if families is None else {FAMILY_FIELD: [family.value for family in families]}
