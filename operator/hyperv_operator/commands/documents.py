"""YAML and JSON as `kubectl` reads them, with the place of every value.

Nothing is read before it is asked for: a document's kind is looked at first, and what is not ours (a Secret, above all)
stays unread. No message here quotes a value.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Protocol

import yaml
from pydantic import JsonValue
from typing_extensions import override

from hyperv_operator.commands.scalars import PLAIN, read_scalar

try:
    from yaml import CSafeLoader as _Base
except ImportError:  # PyYAML without libyaml
    from yaml import SafeLoader as _Base  # type: ignore[assignment]

Path = tuple[str | int, ...]
"""Where a value is: keys and list indexes from an object's root."""

_VALUES_LIMIT = 200_000
_DEPTH_LIMIT = 64
_PAIR = re.compile(r"\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}")


@dataclass(frozen=True)
class Position:
    """A place in a file; line and column count from 1."""

    line: int
    column: int


@dataclass(frozen=True)
class Fault:
    """What keeps a text, or one value in it, from being read."""

    position: Position
    code: str
    message: str
    path: Path = ()


@dataclass
class Tree:
    """An object as JSON would have it, and where everything in it stands."""

    value: JsonValue = None
    positions: dict[Path, Position] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)

    def position(self, path: Path) -> Position:
        """Return the place of a value, or of the nearest thing around it that is there."""
        while path and path not in self.positions:
            path = path[:-1]
        return self.positions.get(path, Position(1, 1))


class _Loader(_Base):
    """Composes nodes only, and marks plain scalars as such: what they mean is decided in `scalars`."""

    @override
    def resolve(self, kind: type[yaml.Node], value: object, implicit: object) -> str:
        """Return a node's tag."""
        if kind is yaml.ScalarNode and isinstance(implicit, tuple) and implicit[0]:
            return PLAIN
        return str(super().resolve(kind, value, implicit))  # type: ignore[no-untyped-call]


class _Mark(Protocol):
    """A place as the parser has it, counted from 0."""

    @property
    def line(self) -> int: ...

    @property
    def column(self) -> int: ...


def _position(mark: _Mark | None) -> Position:
    return Position(mark.line + 1, mark.column + 1) if mark else Position(1, 1)


def compose(text: str, *, is_json: bool) -> tuple[list[yaml.Node], Fault | None]:
    """Return the documents of a text up to the first that cannot be read, and why that one cannot."""
    if is_json:
        try:
            json.loads(text)
        except json.JSONDecodeError as error:
            message = f"this is no JSON: {error.msg[:1].lower()}{error.msg[1:]}"
            return [], Fault(Position(error.lineno, error.colno), "syntax", f"{message}. Correct the file.")
        except RecursionError:
            return [], Fault(Position(1, 1), "too_large", _DEEP)
        # JSON's tabs stand outside of strings only, and its pairs of surrogates are one character to YAML.
        text = _PAIR.sub(lambda pair: str(json.loads(f'"{pair[0]}"')), text.replace("\t", " "))
    nodes: list[yaml.Node] = []
    try:
        if deep := _too_deep(text):
            return nodes, deep
        loader = _Loader(text)
        while loader.check_node():
            node = loader.get_node()
            assert node is not None
            nodes.append(node)
    except yaml.MarkedYAMLError as error:
        return nodes, _syntax(text, error)
    except yaml.YAMLError:
        message = (
            "this holds characters that YAML does not allow. Save the file as UTF-8 text without control characters."
        )
        return nodes, Fault(Position(1, 1), "encoding", message)
    return nodes, None


def _too_deep(text: str) -> Fault | None:
    """Refuse what is nested so deeply that composing it, which recurses in native code, would end the process."""
    depth = 0
    with contextlib.suppress(yaml.YAMLError):  # told, with its place, by whoever composes
        for event in yaml.parse(text, Loader=_Loader):
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
            if depth > _DEPTH_LIMIT:
                return Fault(_position(event.start_mark), "too_large", _DEEP)
    return None


_DEEP = "this is nested too deeply to be a manifest. Correct the file."


def _syntax(text: str, error: yaml.MarkedYAMLError) -> Fault:
    position = _position(error.problem_mark or error.context_mark)
    if "{{" in text:
        return Fault(_template_position(text, position), "template", TEMPLATE)
    # What a parser puts into quotes may be part of a value.
    problem = re.sub(r"'[^']{2,}'", "here", error.problem or error.context or "it cannot be parsed")
    return Fault(position, "syntax", f"this is no YAML: {problem}. Correct the indentation or the quoting.")


def _template_position(text: str, failed: Position) -> Position:
    """Return the last template line up to the one that the parser stopped at, which is often the next."""
    lines = text.splitlines()
    for index in range(min(failed.line, len(lines)) - 1, -1, -1):
        if "{{" in lines[index]:
            return Position(index + 1, lines[index].index("{{") + 1)
    return failed


TEMPLATE = (
    "this is a template, not a manifest. Render it first: helm template CHART | hyperv-operator validate -f - (and leave the "
    "chart's folder out)."
)


def pairs(node: yaml.Node, around: tuple[int, ...] = ()) -> Iterator[tuple[yaml.Node, yaml.Node, bool]]:
    """Yield a mapping's keys and values, then those it merges (`<<`), which are marked True and never override."""
    if not isinstance(node, yaml.MappingNode) or id(node) in around:
        return
    merged: list[yaml.Node] = []
    for key, value in node.value:
        if key.tag == PLAIN and key.value == "<<":
            merged += value.value if isinstance(value, yaml.SequenceNode) else [value]
        else:
            yield key, value, False
    for other in merged:
        yield from ((key, value, True) for key, value, _ in pairs(other, (*around, id(node))))


def child(node: yaml.Node, name: str) -> yaml.Node | None:
    """Return the value under a key without reading anything else."""
    return next(
        (value for key, value, _ in pairs(node) if isinstance(key, yaml.ScalarNode) and key.value == name), None
    )


def text_of(node: yaml.Node | None) -> str:
    """Return a scalar's text, or nothing for anything else."""
    return str(node.value) if isinstance(node, yaml.ScalarNode) else ""


def read(node: yaml.Node) -> Tree:
    """Read an object; what cannot be read is told in `faults`, and the rest is there all the same."""
    reader = _Reader()
    reader.tree.positions[()] = _position(node.start_mark)
    reader.tree.value = reader.value(node, ())
    return reader.tree


class _Reader:
    """Turns nodes into values; bounded, since a few lines of aliases can stand for any number of values."""

    def __init__(self) -> None:
        self.tree = Tree()
        self._left = _VALUES_LIMIT

    def _fault(self, node: yaml.Node, path: Path, code: str, message: str) -> None:
        self.tree.faults.append(Fault(_position(node.start_mark), code, message, path))

    def value(self, node: yaml.Node, path: Path) -> JsonValue:
        self._left -= 1
        if self._left < 0 or len(path) > _DEPTH_LIMIT:
            if self._left >= -1:
                self._left = -2
                self._fault(
                    node, (), "too_large", "this stands for more values than a manifest can have. Remove aliases."
                )
            return None
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        if isinstance(node, yaml.SequenceNode):
            return [self._item(item, (*path, index)) for index, item in enumerate(node.value)]
        return self._scalar(node, path)

    def _item(self, node: yaml.Node, path: Path) -> JsonValue:
        self.tree.positions[path] = _position(node.start_mark)
        return self.value(node, path)

    def _mapping(self, node: yaml.MappingNode, path: Path) -> JsonValue:
        found: dict[str, JsonValue] = {}
        for key_node, value_node, merged in pairs(node):
            key = self._key(key_node, path)
            if key is None or (merged and key in found):
                continue
            here = (*path, key)
            if key in found:
                message = "this key is there twice, and all but the last are ignored. Remove one."
                self._fault(key_node, here, "repeated", message)
            self.tree.positions[here] = _position(key_node.start_mark)
            found[key] = self.value(value_node, here)
        return found

    def _key(self, node: yaml.Node, path: Path) -> str | None:
        if isinstance(node, yaml.MappingNode):
            self._fault(node, path, "template", TEMPLATE)
            return None
        plain = self._scalar(node, path) if isinstance(node, yaml.ScalarNode) else None
        if isinstance(plain, bool):
            return "true" if plain else "false"
        if plain is None:
            self._fault(node, path, "key", "a key must be text. Give it a name, or put it in quotes.")
            return None
        return str(plain)

    def _scalar(self, node: yaml.Node, path: Path) -> JsonValue:
        read_as = read_scalar(node)
        if read_as.problem:
            self._fault(node, path, read_as.code, read_as.problem)
        return read_as.value
