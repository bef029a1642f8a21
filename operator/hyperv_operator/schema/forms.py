"""The active schema for forms: JSON Schema (draft 2020-12) for the values, and display hints.

A form submits one flat object, secrets included, whose keys are the field ids of the schema. The JSON Schema covers what depends
on the values alone: types, limits, required fields, the OS family and parameter sets. `validate_job_submission` covers the rest:
rules between fields and everything that needs the cluster.
"""

from __future__ import annotations

from typing import Final

from pydantic import JsonValue

from hyperv_operator.schema.model import FieldDefinition, FieldType, JobSchema, ParameterSet, SetMode
from hyperv_operator.schema.os_family import PREFIXES, OsFamily

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
_NO_CONTROLS: Final = r"^[^\x00-\x1f]*$"


def render_form(schema: JobSchema) -> JsonObject:
    """Return the document that `/api/v1/schema/job-inputs` serves: `schema`, `jsonSchema` and `ui`."""
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
    rules += [
        _limits_rule(definition)
        for definition in schema.fields
        if definition.applicability is not None and not definition.is_secret
    ]
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
    """Return the schema of a field. The limits of a field that applies to some families only are in a rule."""
    node: JsonObject = {
        "type": _TYPES.get(definition.type, "string"),
        "title": definition.label,
        "description": definition.description,
    }
    if definition.default is not None:
        node["default"] = definition.default
    if definition.is_secret:
        node["writeOnly"] = True
    if definition.type is FieldType.IPV4:
        node["format"] = "ipv4"
    if definition.applicability is None or definition.is_secret:
        node |= _limits(definition)
    elif definition.max_length is not None:
        node["maxLength"] = definition.max_length
    if definition.type is FieldType.MULTILINE:
        node["not"] = {"pattern": "PRIVATE KEY"}
    if definition.example is not None:
        node["examples"] = [definition.example]
    return node


def _limits(definition: FieldDefinition) -> JsonObject:
    limits = definition.validations
    if limits.enum is not None:
        return {"enum": list(limits.enum)}
    given: dict[str, str | int | None] = {
        "minLength": limits.min_length,
        "maxLength": definition.max_length,
        "minimum": limits.minimum,
        "maximum": limits.maximum,
        "pattern": _NO_CONTROLS if definition.is_secret else definition.pattern,
    }
    return {key: value for key, value in given.items() if value is not None}


def _limits_rule(definition: FieldDefinition) -> JsonObject:
    others: list[JsonValue] = [
        {"$ref": _family_ref(family)} for family in OsFamily if family not in definition.families
    ]
    limits: JsonObject = {"properties": {definition.id: _limits(definition)}}
    return {"$comment": definition.id, "if": {"not": {"anyOf": others}}, "then": limits}


def _family_name(family: OsFamily) -> str:
    return f"{FAMILY_FIELD}.{family.value}"


def _family_ref(family: OsFamily) -> str:
    return f"#/$defs/{_family_name(family)}"


def _is_family(family: OsFamily) -> JsonObject:
    """Return the schema of a submission of the family: given as os_family, or else inferred from the image's name."""
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
    """Return a pattern for the text in any case. Patterns of JSON Schema have no flags."""
    return "".join(f"[{one.upper()}{one.lower()}]" if one.isalpha() else one for one in text)


def _set_rule(schema: JobSchema, group: ParameterSet) -> JsonObject:
    needed = group.members if group.mode is SetMode.ALL_OR_NONE else group.requires
    dependent: JsonObject = {
        name: [other for other in needed if other != name] for name in group.members if set(needed) - {name}
    }
    rule: JsonObject = {"dependentRequired": dependent}
    others: list[JsonValue] = [
        {"$ref": _family_ref(family)} for family in OsFamily if family not in schema.families_of(group)
    ]
    if others:
        rule = {"if": {"not": {"anyOf": others}}, "then": rule}
    return {"$comment": group.id, **rule}


# --- hints -----------------------------------------------------------------------------------------------------------


def _ui(schema: JobSchema) -> JsonObject:
    return {
        "groups": [
            {"id": group.id, "label": group.label, "fields": [_hints(one) for one in schema.fields_of(group)]}
            for group in schema.groups
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
                "visibleWhen": _visible(schema.families_of(group)),
            }
            for group in schema.parameter_sets
        ],
    }


def widget(definition: FieldDefinition) -> str:
    """Return the widget for a field: text, number, checkbox, password, textarea or select."""
    return "select" if definition.validations.enum is not None else _WIDGETS[definition.type]


def _hints(definition: FieldDefinition) -> JsonObject:
    return {
        "id": definition.id,
        "label": definition.label,
        "hint": definition.hint,
        "widget": widget(definition),
        "required": definition.required,
        "secret": definition.is_secret,
        "immutable": definition.immutable,
        "visibleWhen": _visible(definition.families),
    }


def _visible(families: frozenset[OsFamily]) -> JsonValue:
    words: list[JsonValue] = [family.value for family in OsFamily if family in families]
    return None if len(words) == len(OsFamily) else {FAMILY_FIELD: words}
