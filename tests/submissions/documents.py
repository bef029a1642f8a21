"""Builders of small schemas: the fields that the operator requires, and those that a test adds or replaces."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import yaml

from hyperv_operator.schema.loader import load_schema
from hyperv_operator.schema.model import FieldDefinition, JobSchema

_NEEDED: list[dict[str, Any]] = [
    {"id": "vm_name", "type": "string", "required": True, "validations": {"max_length": 63}},
    {"id": "image_name", "type": "string", "required": True, "validations": {"max_length": 128}},
    {"id": "os_family", "type": "string", "validations": {"enum": ["windows", "linux"]}},
    {"id": "gb_ram", "type": "integer", "required": True, "validations": {"minimum": 1, "maximum": 64}},
    {"id": "cpu_cores", "type": "integer", "required": True, "validations": {"minimum": 1, "maximum": 64}},
]


def field(**keys: Any) -> dict[str, Any]:
    """Return a field of a schema file: a string of at most 9 characters unless `keys` change it."""
    validations = {} if keys.get("type", "string") in {"ipv4", "hostname", "boolean"} else {"max_length": 9}
    made = {"id": "extra", "type": "string", "group": "all", "order": 99, "validations": validations, **keys}
    return {"label": made["id"], "description": "A field.", **made}


def definition(**keys: Any) -> FieldDefinition:
    """Return the definition of a field; see `field`."""
    return FieldDefinition.model_validate_json(json.dumps(field(**keys)))


def document(
    *fields: Mapping[str, Any], sets: Sequence[Mapping[str, Any]] = (), groups: Sequence[str] = ("all",), **keys: Any
) -> str:
    """Return a schema file with the required fields and `fields`, which replace required ones of the same id."""
    replaced = {one["id"] for one in fields}
    every = [one for one in _NEEDED if one["id"] not in replaced] + list(fields)
    made = {
        "version": 1,
        "id": "vm-provisioning",
        "name": "Test",
        "description": "A schema for a test.",
        "groups": [{"id": group, "label": group} for group in groups],
        "fields": [field(**{"order": order, **one}) for order, one in enumerate(every)],
        "parameter_sets": [{"message": "These go together.", **one} for one in sets],
        **keys,
    }
    return yaml.safe_dump(made, sort_keys=False)


def schema(*fields: Mapping[str, Any], sets: Sequence[Mapping[str, Any]] = (), **keys: Any) -> JobSchema:
    """Return the schema of a file; see `document`."""
    return load_schema(document(*fields, sets=sets, **keys))
