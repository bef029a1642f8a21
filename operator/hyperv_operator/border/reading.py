"""Reading one item into its model: what is wrong costs the smallest part that the item can do without."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Generic, TypeVar, cast

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from hyperv_operator.border.text import Clean, clean, clean_lines

MAX_PROBLEM: Final = 200
"""Characters of a problem."""
MAX_PROBLEMS: Final = 8
"""Problems of one item that are named; what they concern is dropped, whether it is named or not."""
_MAX_ROUNDS: Final = 8
"""Dropping a part may show that what holds it cannot do without: one round for each level, and some to spare."""
_CUT: Final = frozenset({"too_long", "string_too_long"})

Node = object
"""A part of an item: a dict, a list, a text, a number, a boolean, a time or None."""
Path = tuple[int | str, ...]
ModelT = TypeVar("ModelT", bound=BaseModel)


@dataclass(frozen=True)
class Reading(Generic[ModelT]):
    """One item as it was read."""

    item: ModelT | None
    """None if the item cannot do without what is wrong."""
    problems: tuple[Clean, ...] = ()
    """What was cut or dropped and why, as `place: reason`. No value is shown."""


def read(model: type[ModelT], value: dict[str, Node], optional: frozenset[str] | None) -> Reading[ModelT]:
    """Validate a value. Cut what is too long and drop what is wrong, and validate again.

    `optional` names what the item can do without, by its path without indices (`agent.versions`), with all that is in it; None
    means everything. An element of a list and an entry of a mapping go alone, if the rest can stay. `value` may be changed.
    """
    try:
        return Reading(model.model_validate(value))
    except ValidationError as error:
        return _repaired(model, value, optional, error)


def _repaired(
    model: type[ModelT], value: dict[str, Node], optional: frozenset[str] | None, error: ValidationError
) -> Reading[ModelT]:
    problems: list[Clean] = []
    for first in (True, *(False,) * _MAX_ROUNDS):
        dropped: set[Path] = set()
        for one in error.errors(include_url=False, include_input=False):
            path = _concerned(one)
            if one["type"] == "int_type" and _make_whole(value, path):
                continue
            # What is missing only after something was dropped is no news.
            if len(problems) < MAX_PROBLEMS and (first or one["type"] != "missing"):
                problems.append(_problem(one))
            if not path or not _is_optional(path, optional):
                return Reading(None, tuple(problems))
            if one["type"] not in _CUT or not _cut(value, path, one["ctx"]["max_length"]):
                dropped.add(path)
        _drop(value, dropped)
        try:
            return Reading(model.model_validate(value), tuple(problems))
        except ValidationError as again:
            error = again
    return Reading(None, tuple(problems))


def _concerned(one: ErrorDetails) -> Path:
    """Return the path of what has to go: that of the value, or of what lacks it."""
    path = tuple(part for part in one["loc"] if part != "[key]")
    return path[:-1] if one["type"] == "missing" else path


def _is_optional(path: Path, optional: frozenset[str] | None) -> bool:
    return optional is None or not optional.isdisjoint(_prefixes(path))


def _prefixes(path: Path) -> Iterator[str]:
    names: list[str] = []
    for part in path:
        if isinstance(part, str):
            names.append(part)
            yield ".".join(names)


def _problem(one: ErrorDetails) -> Clean:
    place = ".".join(map(str, one["loc"]))
    return clean(f"{clean(place, MAX_PROBLEM // 2)}: {one['msg']}", MAX_PROBLEM)


def _parent(value: Node, path: Path) -> Node:
    for part in path[:-1]:
        value = _child(value, part)
    return value


def _child(value: Node, part: int | str) -> Node:
    if isinstance(value, dict):
        return value.get(part)
    return value[part] if isinstance(value, list) else None  # type: ignore[index] # lists have indices


def _make_whole(value: dict[str, Node], path: Path) -> bool:
    """Make a float an integer if it is whole; return whether it is. PowerShell writes what it has calculated as 40.0."""
    found = _child(_parent(value, path), path[-1])
    if not isinstance(found, float) or not found.is_integer():
        return False
    _put(value, path, int(found))
    return True


def _cut(value: dict[str, Node], path: Path, limit: int) -> bool:
    """Cut a text or a list; return whether that was possible."""
    found = _child(_parent(value, path), path[-1])
    if not isinstance(found, str | list):
        return False
    _put(value, path, clean_lines(found, limit) if isinstance(found, str) else found[:limit])
    return True


def _put(value: dict[str, Node], path: Path, part: Node) -> None:
    parent = cast("dict[int | str, Node]", _parent(value, path))
    parent[path[-1]] = part


def _drop(value: dict[str, Node], paths: Iterable[Path]) -> None:
    """Drop the parts at these paths, in time linear in the size of what holds them."""
    by_parent: dict[Path, set[int | str]] = {}
    for path in paths:
        by_parent.setdefault(path[:-1], set()).add(path[-1])
    # The innermost first, so that no index changes before it is used.
    for place, parts in sorted(by_parent.items(), key=lambda item: -len(item[0])):
        parent = _parent(value, (*place, ""))
        if isinstance(parent, dict):
            for part in parts:
                parent.pop(part, None)
        elif isinstance(parent, list):
            parent[:] = [one for index, one in enumerate(parent) if index not in parts]
