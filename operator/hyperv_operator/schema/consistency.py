"""Rules between the parts of a schema, and between a schema and the rules that refer to its fields."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from hyperv_operator.schema.model import FieldType, JobSchema, ParameterSet, SetMode
from hyperv_operator.schema.os_family import OsFamily
from hyperv_operator.schema.yaml_source import Path

NEEDED: Final[Mapping[str, FieldType]] = {
    "vm_name": FieldType.STRING,
    "image_name": FieldType.STRING,
    "os_family": FieldType.STRING,
    "gb_ram": FieldType.INTEGER,
    "cpu_cores": FieldType.INTEGER,
}
"""The fields that the operator and the agent require."""
MEANT: Final[Mapping[str, FieldType]] = {
    **NEEDED,
    "guest_la_uid": FieldType.STRING,
    "guest_v4_ipaddr": FieldType.IPV4,
    "guest_v4_cidrprefix": FieldType.INTEGER,
    "guest_v4_defaultgw": FieldType.IPV4,
    "guest_v4_dns1": FieldType.IPV4,
    "guest_v4_dns2": FieldType.IPV4,
    "vlan_id": FieldType.INTEGER,
    "vm_clustered": FieldType.BOOLEAN,
}
"""The fields that rules in the operator or the agent refer to. Those that a schema has must have these types."""
PREFIX_LENGTHS: Final = range(1, 31)
"""Prefix lengths of networks that have room for the guest and its gateway."""


def problems(schema: JobSchema) -> Iterator[tuple[Path, str]]:
    """Yield each problem with its path in the file."""
    yield from _twice(schema)
    yield from _groups(schema)
    yield from _meanings(schema)
    for index, group in enumerate(schema.parameter_sets):
        for text in _set(schema, group):
            yield ("parameter_sets", index), text


def _twice(schema: JobSchema) -> Iterator[tuple[Path, str]]:
    for what, ids in {
        "fields": [field.id for field in schema.fields],
        "groups": [group.id for group in schema.groups],
        "parameter_sets": [group.id for group in schema.parameter_sets],
    }.items():
        for index, name in enumerate(ids):
            if name in ids[:index]:
                yield (what, index, "id"), f"{name} is defined twice under {what}; remove or rename one of the two"


def _groups(schema: JobSchema) -> Iterator[tuple[Path, str]]:
    groups = {group.id for group in schema.groups}
    places: set[tuple[str, int]] = set()
    for index, field in enumerate(schema.fields):
        if field.group not in groups:
            yield ("fields", index, "group"), f"there is no group {field.group}; add it under groups, or correct it"
        if (field.group, field.order) in places:
            text = f"another field of group {field.group} has order {field.order} too; give each its own"
            yield ("fields", index, "order"), text
        places.add((field.group, field.order))


def _meanings(schema: JobSchema) -> Iterator[tuple[Path, str]]:
    places = {field.id: index for index, field in enumerate(schema.fields)}
    for name, kind in MEANT.items():
        definition = schema.field(name)
        if definition is None and name in NEEDED:
            yield ("fields",), f"the operator needs a field {name} of type {kind.value}; add it"
        if definition is not None and (definition.type is not kind or definition.applicability is not None):
            text = f"{name} has a fixed meaning: it must be of type {kind.value}, without applicability; correct it"
            yield ("fields", places[name]), text
    family, prefix = schema.field("os_family"), schema.field("guest_v4_cidrprefix")
    if family is not None and set(family.validations.enum or ()) != {one.value for one in OsFamily}:
        yield ("fields", places["os_family"]), f"os_family must have the enum [{', '.join(OsFamily)}]; correct it"
    if prefix is not None and prefix.type is FieldType.INTEGER:
        limits = prefix.validations
        if limits.minimum not in PREFIX_LENGTHS or limits.maximum not in PREFIX_LENGTHS:
            text = (
                f"guest_v4_cidrprefix must stay within {PREFIX_LENGTHS.start} to {PREFIX_LENGTHS.stop - 1}, as no other "
                "network has an address for the guest and one for its gateway; correct its minimum and maximum"
            )
            yield ("fields", places["guest_v4_cidrprefix"]), text


def _set(schema: JobSchema, group: ParameterSet) -> Iterator[str]:
    unknown = sorted({*group.members, *group.requires} - set(schema.by_id))
    if unknown:
        yield f"names fields that do not exist: {', '.join(unknown)}; correct or remove them"
        return
    members = [schema.by_id[name] for name in group.members]
    if len({one.families for one in members}) > 1:
        yield "all members of a set must have the same applicability; split the set"
    for one in members:
        if one.default is not None:
            yield f"its member {one.id} has a default, so it is always given; remove the default or the member"
        if one.required and group.mode is SetMode.ALL_OR_NONE:
            yield f"its member {one.id} is required, so the others would be too; remove it from the set"
    if any(not one.families <= schema.by_id[name].families for one in members for name in group.requires):
        yield "it requires a field that does not apply where its members do; correct the applicability"
