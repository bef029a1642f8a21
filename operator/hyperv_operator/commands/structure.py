"""Checks of the structure of an object against its pydantic model, with the errors as sentences."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from typing import Any, TypeVar

from pydantic import JsonValue, ValidationError

from hyperv_operator.api.common import Model
from hyperv_operator.commands.findings import Finding
from hyperv_operator.commands.manifests import Manifest, shown, visible
from hyperv_operator.schema.yaml_source import Path

SpecT = TypeVar("SpecT", bound=Model)

_KEYS = ("apiVersion", "kind", "metadata", "spec", "status")
_OBJECT_NAME = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_NAME_LENGTH = 253


def check_faults(manifest: Manifest) -> list[Finding]:
    """Return the faults of the YAML reader: duplicate keys, YAML tags, octal numbers and the like."""
    return [
        manifest.finding(fault.path, fault.code, fault.message, "warning" if fault.code == "octal" else "error")
        for fault in manifest.tree.faults
    ]


def check_object(manifest: Manifest) -> Iterator[Finding]:
    """Yield what is wrong outside of the spec: unknown keys, invalid names, labels that are no text."""
    for key in manifest.body:
        if key not in _KEYS:
            yield manifest.finding((key,), "unknown_key", unknown_sentence(key, _KEYS))
    metadata = manifest.metadata
    name = metadata.get("name")
    if isinstance(name, str):
        if len(name) > _NAME_LENGTH or not _OBJECT_NAME.fullmatch(name):
            message = (
                "the name of an object has lower-case letters, digits, - and . only, and begins and ends with a letter or "
                "digit. Rename it."
            )
            yield manifest.finding(("metadata", "name"), "pattern", message)
    elif name is not None:
        yield manifest.finding(("metadata", "name"), "type", "must be text; put it in quotes.")
    elif not isinstance(metadata.get("generateName"), str):
        yield manifest.finding(("metadata", "name"), "required", "an object needs a name: add metadata.name.")
    for part in ("labels", "annotations"):
        values = metadata.get(part)
        for key, value in values.items() if isinstance(values, dict) else ():
            if not isinstance(value, str):
                yield manifest.finding(("metadata", part, key), "type", "must be text; put it in quotes.")
    if not isinstance(manifest.body.get("spec"), dict):
        yield manifest.finding(
            ("spec",), "required", "an object of this kind needs a spec, which is a mapping: add it."
        )


def check_spec(manifest: Manifest, model: type[SpecT]) -> tuple[SpecT | None, list[Finding]]:
    """Validate the spec against its model. As in the API server, a number in quotes is text."""
    if not isinstance(manifest.body.get("spec"), dict):
        return None, []
    try:
        return model.model_validate_json(json.dumps(without_nulls(manifest.spec)), strict=True, extra="forbid"), []
    except ValidationError as error:
        items = error.errors(include_url=False)
        return None, [_finding(manifest, model, dict(item)) for item in items]


def without_nulls(value: JsonValue | Mapping[str, JsonValue]) -> JsonValue:
    """Return a value without keys whose value is null, which the API server drops."""
    if isinstance(value, Mapping):
        return {key: without_nulls(inner) for key, inner in value.items() if inner is not None}
    if isinstance(value, list):
        return [without_nulls(inner) for inner in value]
    return value


def _finding(manifest: Manifest, model: type[Model], item: Mapping[str, Any]) -> Finding:
    path: Path = ("spec", *item["loc"])
    kind, context = str(item["type"]), item.get("ctx", {})
    if kind == "extra_forbidden":
        if visible(path) != path:
            message = "only secretKeyRef with name and key may be here. Put the value into a Secret and refer to it."
            return manifest.finding(path, "unknown_key", message)
        return manifest.finding(path, "unknown_key", unknown_sentence(str(path[-1]), _siblings(model, item["loc"])))
    if kind == "missing":
        return manifest.finding(path, "required", f"{path[-1]} is required: add it as {shown(path)}.")
    code, message = _sentence(kind, context, str(item["msg"]), item.get("input"))
    return manifest.finding(path, code, message)


def unknown_sentence(name: str, known: Sequence[str]) -> str:
    """Return the sentence for an unknown key."""
    near = get_close_matches(name, known, 1)
    remedy = f"Did you mean {near[0]}?" if near else "Remove it or correct its spelling."
    return f"there is no such key: the API server refuses it, or drops it silently. {remedy}"


def _siblings(model: type[Model], loc: Sequence[str | int]) -> list[str]:
    """Return the known keys beside an unknown one, from the JSON schema of the model."""
    schema: Any = model.model_json_schema(by_alias=True)
    node = schema
    for part in loc[:-1]:
        node = _resolved(schema, node)
        inner = node.get("items") if isinstance(part, int) else node.get("properties", {}).get(part)
        node = inner if inner is not None else node.get("additionalProperties")
        if not isinstance(node, dict):
            return []
    return list(_resolved(schema, node).get("properties", {}))


def _resolved(schema: Any, node: Any) -> Any:
    node = next((option for option in node.get("anyOf", ()) if option.get("type") != "null"), node)
    return schema["$defs"][node["$ref"].rsplit("/", 1)[-1]] if "$ref" in node else node


_TYPES = {
    "int_type": "must be a whole number, without quotes and without a decimal point.",
    "string_type": "must be text; put it in quotes.",
    "bool_type": "must be true or false, without quotes.",
    "dict_type": "must be a mapping.",
    "model_type": "must be a mapping.",
    "tuple_type": "must be a list.",
}


def _sentence(kind: str, context: Mapping[str, Any], text: str, value: object) -> tuple[str, str]:
    if kind in _TYPES:
        return "type", _TYPES[kind]
    match kind:
        case "literal_error":
            words = f"must be one of: {context['expected']}"
            # `Off` without quotes is false to YAML.
            return "enum", f"{words}." if isinstance(value, str) else f"{words}; put it in quotes."
        case "string_pattern_mismatch":
            return "pattern", f"has characters or a form that are not allowed; it must match {context['pattern']}"
        case "string_too_short" | "string_too_long":
            limit = context.get("min_length", context.get("max_length"))
            return "length", f"must have at {'least' if kind.endswith('short') else 'most'} {limit} characters."
        case "too_short" | "too_long":
            limit = context.get("min_length", context.get("max_length"))
            return "length", f"must have at {'least' if kind.endswith('short') else 'most'} {limit} entries."
        case "greater_than_equal" | "less_than_equal":
            return (
                "range",
                f"must be at least {context['ge']}." if "ge" in context else f"must be at most {context['le']}.",
            )
        case _:
            return "invalid", f"{text.removeprefix('Value error, ')}."
