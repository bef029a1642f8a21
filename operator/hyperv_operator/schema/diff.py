"""Compare two schemas and classify each change as compatible or not.

A change is compatible if the new schema accepts every manifest that the old one accepts, and the manifest leads to the same VM.
Any other change needs a greater `version`, so that an old manifest is refused instead of misread.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from hyperv_operator.api import expressions
from hyperv_operator.schema.model import (
    HOSTNAME_LENGTH,
    FieldDefinition,
    FieldType,
    JobSchema,
    ParameterSet,
    SetMode,
    Validations,
)
from hyperv_operator.schema.os_family import OsFamily


@dataclass(frozen=True)
class Change:
    """One change between two schemas."""

    place: str
    """Such as `fields.gb_ram.validations.maximum`; fields and sets by their ids."""
    compatible: bool
    what: str
    """Such as `12288 -> 8192`."""
    why: str
    """Why the change is compatible, or why not and what to do instead."""


_SHOWN: Final = "It affects only what people see."
_COSMETIC_SCHEMA: Final = ("name", "description", "groups")
_COSMETIC_FIELD: Final = ("label", "description", "hint", "group", "order", "example")
_JUDGED_FIELD: Final = ("id", "type", "required", "default", "validations", "applicability", "immutable")
_JUDGED_SCHEMA: Final = ("id", "version", "fields", "parameter_sets")


def compare(old: JobSchema, new: JobSchema) -> tuple[Change, ...]:
    """Return all changes from the old schema to the new one, in the order of the file."""
    return (
        *_top(old, new),
        *_fields(old, new),
        *_sets(old, new),
    )


def needs_new_version(old: JobSchema, new: JobSchema, changes: tuple[Change, ...]) -> bool:
    """Return whether the new schema needs a greater version than it has."""
    return new.version <= old.version and any(not change.compatible for change in changes)


def _shown(value: object) -> str:
    return "none" if value is None else str(value)


def _step(old: object, new: object) -> str:
    return f"{_shown(old)} -> {_shown(new)}"


def _top(old: JobSchema, new: JobSchema) -> Iterator[Change]:
    before, after = str(old.id), str(new.id)
    if before != after:
        why = "Agents and manifests know the schema by its id. Keep it."
        yield Change("id", False, _step(before, after), why)
    if new.version != old.version:
        greater = new.version > old.version
        why = (
            "Manifests for the old version are refused." if greater else "A version never goes back. Use a greater one."
        )
        yield Change("version", greater, _step(old.version, new.version), why)
    yield from _cosmetic("", old.model_dump(), new.model_dump(), _COSMETIC_SCHEMA, _JUDGED_SCHEMA)
    kept_old = [one.id for one in old.fields if new.field(one.id)]
    kept_new = [one.id for one in new.fields if old.field(one.id)]
    if kept_old != kept_new:
        yield Change("fields", True, "the fields are in another order", _SHOWN)


def _cosmetic(
    place: str, old: Mapping[str, Any], new: Mapping[str, Any], cosmetic: tuple[str, ...], judged: tuple[str, ...]
) -> Iterator[Change]:
    """Compare cosmetic keys. A key that is neither cosmetic nor judged elsewhere counts as incompatible."""
    for key in dict.fromkeys((*old, *new)):
        if key in judged or old.get(key) == new.get(key):
            continue
        if key in cosmetic:
            yield Change(f"{place}{key}", True, "changed", _SHOWN)
        else:
            why = "Its effect on existing manifests is unknown."
            yield Change(f"{place}{key}", False, _step(old.get(key), new.get(key)), why)


# --- fields ----------------------------------------------------------------------------------------------------------


def _fields(old: JobSchema, new: JobSchema) -> Iterator[Change]:
    for before in old.fields:
        after = new.field(before.id)
        if after is None:
            why = "Manifests that set it would be refused. Keep the field and mark it as deprecated in its description."
            yield Change(f"fields.{before.id}", False, "removed", why)
        else:
            yield from _field(before, after)
    for after in new.fields:
        if old.field(after.id) is None:
            yield _added(after)


def _added(field: FieldDefinition) -> Change:
    place = f"fields.{field.id}"
    if field.required:
        why = (
            "Existing manifests do not set it. Make it optional, so that manifests without it mean the same as before."
        )
        return Change(place, False, "added, required", why)
    if field.default is not None:
        why = "Existing manifests would get a value that they do not set. Remove the default, so that they mean the same as before."
        return Change(place, False, f"added, with default {field.default}", why)
    return Change(place, True, "added, optional", "Existing manifests do not set it.")


def _field(old: FieldDefinition, new: FieldDefinition) -> Iterator[Change]:
    place = f"fields.{old.id}."
    if old.type is not new.type:
        if old.is_secret or new.is_secret:
            why = "A secret is given by reference and everything else by value. Add another field instead."
        else:
            why = "Existing values are of the old type. Add another field instead."
        yield Change(f"{place}type", False, _step(old.type.value, new.type.value), why)
    yield from _required(place, old, new)
    yield from _default(place, old, new)
    if old.immutable != new.immutable:
        why = "Existing machines could no longer change it." if new.immutable else "It allows more than before."
        yield Change(f"{place}immutable", not new.immutable, _step(old.immutable, new.immutable), why)
    yield from _applicability(place, old, new)
    if old.type is new.type:
        yield from _limits(f"{place}validations.", _effective(old), _effective(new))
    yield from _cosmetic(place, old.model_dump(), new.model_dump(), _COSMETIC_FIELD, _JUDGED_FIELD)


def _required(place: str, old: FieldDefinition, new: FieldDefinition) -> Iterator[Change]:
    if new.required and not old.required:
        yield Change(f"{place}required", False, "false -> true", "Manifests that do not set it would be refused.")
    if old.required and not new.required:
        yield Change(f"{place}required", True, "true -> false", "Every existing manifest sets it already.")


def _default(place: str, old: FieldDefinition, new: FieldDefinition) -> Iterator[Change]:
    if old.default == new.default and type(old.default) is type(new.default):
        return
    what = _step(old.default, new.default)
    if old.required:
        yield Change(f"{place}default", True, what, "Every existing manifest sets a value of its own.")
    else:
        why = "Manifests that do not set the field would get another value than before."
        yield Change(f"{place}default", False, what, why)


def _applicability(place: str, old: FieldDefinition, new: FieldDefinition) -> Iterator[Change]:
    def families(field: FieldDefinition) -> tuple[str, ...]:
        return tuple(sorted(field.applicability.os_family if field.applicability else OsFamily))

    before, after = families(old), families(new)
    if before != after:
        lost = sorted(set(before) - set(after))
        what = f"{', '.join(before)} -> {', '.join(after)}"
        why = (
            f"Values for {', '.join(lost)} would be ignored from now on."
            if lost
            else "Values that were ignored so far would be applied from now on."
        )
        yield Change(f"{place}applicability", False, what, why)


def _effective(field: FieldDefinition) -> Validations:
    """Return the limits of a field, including the length that its type implies."""
    if field.type is FieldType.HOSTNAME and field.validations.max_length is None:
        return field.validations.model_copy(update={"max_length": HOSTNAME_LENGTH})
    return field.validations


def _limits(place: str, old: Validations, new: Validations) -> Iterator[Change]:
    checks: dict[str, Callable[[Any, Any], bool]] = {
        "min_length": _not_raised,
        "max_length": _not_lowered,
        "minimum": _not_raised,
        "maximum": _not_lowered,
        "pattern": lambda _, after: after is None,
        "enum": lambda before, after: after is None or (before is not None and set(before) <= set(after)),
    }
    before, after = old.model_dump(), new.model_dump()
    for key, is_wider in checks.items():
        if before[key] == after[key]:
            continue
        compatible = is_wider(before[key], after[key]) or _takes_words(key, old.enum or (), after[key])
        if compatible:
            why = "Every value that was allowed is still allowed."
        elif key == "pattern":
            why = "Whether every value that was allowed still matches cannot be decided from two patterns."
        else:
            why = "Values that were allowed would be refused."
        yield Change(f"{place}{key}", compatible, _limit_step(before[key], after[key]), why)
    yield from _cosmetic(place, before, after, (), tuple(checks))


def _takes_words(key: str, words: tuple[str, ...], limit: Any) -> bool:
    """Return whether a new limit on text allows all words that the enum allowed before."""
    match key:
        case "min_length":
            return bool(words) and all(len(word) >= limit for word in words)
        case "max_length":
            return bool(words) and all(len(word) <= limit for word in words)
        case "pattern":
            return bool(words) and all(expressions.matches_whole(limit, word) for word in words)
        case _:
            return False


def _limit_step(before: object, after: object) -> str:
    texts = [", ".join(one) if isinstance(one, tuple) else _shown(one) for one in (before, after)]
    return " -> ".join(texts)


def _not_raised(before: int | None, after: int | None) -> bool:
    return after is None or (before is not None and after <= before)


def _not_lowered(before: int | None, after: int | None) -> bool:
    return after is None or (before is not None and after >= before)


# --- parameter sets --------------------------------------------------------------------------------------------------


def _sets(old: JobSchema, new: JobSchema) -> Iterator[Change]:
    before = {one.id: one for one in old.parameter_sets}
    after = {one.id: one for one in new.parameter_sets}
    known = frozenset(one.id for one in old.fields)
    for name, group in before.items():
        place = f"parameter_sets.{name}"
        if name in after:
            yield from _set(place, group, after[name], known)
        else:
            yield Change(place, True, "removed", "It allows more than before.")
    for name, group in after.items():
        if name not in before:
            yield _added_set(f"parameter_sets.{name}", group, old.parameter_sets, known)


def _rule(group: ParameterSet) -> tuple[SetMode, frozenset[str], frozenset[str]]:
    return group.mode, frozenset(group.members), frozenset(group.requires)


def _added_set(place: str, group: ParameterSet, old: tuple[ParameterSet, ...], known: frozenset[str]) -> Change:
    if any(_rule(group) == _rule(one) for one in old):
        return Change(place, True, "added", "The same rule existed under another id.")
    if not known & set(group.members):
        return Change(place, True, "added", "All its members are new, so no existing manifest sets one.")
    why = "Manifests that set only some of these fields would be refused."
    return Change(place, False, "added", why)


def _set(place: str, old: ParameterSet, new: ParameterSet, known: frozenset[str]) -> Iterator[Change]:
    if old.mode is not new.mode:
        yield Change(
            f"{place}.mode", False, _step(old.mode.value, new.mode.value), "It is another rule. Add another set."
        )
        return
    added, removed = set(new.members) - set(old.members), set(old.members) - set(new.members)
    if added:
        harmless = new.mode is SetMode.REQUIRES and not added & known
        why = (
            "No existing manifest sets them."
            if harmless
            else "Manifests without them, or with them alone, would be refused."
        )
        yield Change(f"{place}.members", harmless, f"added {', '.join(sorted(added))}", why)
    if removed:
        yield Change(f"{place}.members", True, f"removed {', '.join(sorted(removed))}", "It allows more than before.")
    more, fewer = set(new.requires) - set(old.requires), set(old.requires) - set(new.requires)
    if more:
        why = "Manifests without them would be refused."
        yield Change(f"{place}.requires", False, f"added {', '.join(sorted(more))}", why)
    if fewer:
        yield Change(f"{place}.requires", True, f"removed {', '.join(sorted(fewer))}", "It allows more than before.")
    ordered = (old.members, old.requires) != (new.members, new.requires)
    if old.message != new.message or (ordered and not (added or removed or more or fewer)):
        yield Change(f"{place}.message" if old.message != new.message else f"{place}.members", True, "changed", _SHOWN)
