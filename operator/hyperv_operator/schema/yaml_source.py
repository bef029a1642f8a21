"""YAML as kubectl reads it, with the position of every value.

A document is composed into nodes first. Nodes are read into values on request, so that an object which is not ours (a
Secret, above all) stays unread. No message here quotes a value.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

import yaml
from pydantic import JsonValue
from typing_extensions import override

from hyperv_operator.schema.yaml_scalars import PLAIN, ScalarProblem, read_scalar

try:
    from yaml import CSafeLoader as _Base
except ImportError:  # PyYAML without libyaml
    from yaml import SafeLoader as _Base  # type: ignore[assignment]

Path = tuple[str | int, ...]
"""Location of a value: the keys and list indexes from the document's root."""

_VALUES_LIMIT = 20_000
_DEPTH_LIMIT = 64


@dataclass(frozen=True)
class Position:
    """A place in a text; line and column count from 1."""

    line: int
    column: int


@dataclass(frozen=True)
class Fault:
    """Something in a text that cannot be read, or is read otherwise than its author may expect."""

    position: Position
    code: str
    problem: str
    """What is wrong; a clause without a full stop."""
    remedy: str
    """What to do; a clause without a full stop that begins with a capital letter."""
    path: Path = ()

    @property
    def message(self) -> str:
        """The problem and the remedy, as two sentences."""
        return f"{self.problem}. {self.remedy}."


@dataclass
class Tree:
    """A document's value in JSON, the position of everything in it, and its faults."""

    value: JsonValue = None
    positions: dict[Path, Position] = field(default_factory=dict)
    """Position of each value; of its key, for a value in a mapping."""
    faults: list[Fault] = field(default_factory=list)

    def position(self, path: Path) -> Position:
        """Return the position of a value, or of the innermost existing value around it."""
        while path and path not in self.positions:
            path = path[:-1]
        return self.positions.get(path, Position(1, 1))


class _Loader(_Base):
    """Composes nodes, and tags plain scalars as such: `yaml_scalars` decides what they mean."""

    @override
    def resolve(self, kind: type[yaml.Node], value: object, implicit: object) -> str:
        """Return the tag of a node."""
        if kind is yaml.ScalarNode and isinstance(implicit, tuple) and implicit[0]:
            return PLAIN
        return str(super().resolve(kind, value, implicit))  # type: ignore[no-untyped-call]


class _Mark(Protocol):
    """A position as the parser counts it, from 0."""

    @property
    def line(self) -> int: ...

    @property
    def column(self) -> int: ...


def _position(mark: _Mark | None) -> Position:
    return Position(mark.line + 1, mark.column + 1) if mark else Position(1, 1)


def position_of(node: yaml.Node) -> Position:
    """Return the position of a node."""
    return _position(node.start_mark)


def compose(text: str) -> tuple[list[yaml.Node], Fault | None]:
    """Return the documents of a text up to the first that cannot be parsed, and the fault of that one."""
    nodes: list[yaml.Node] = []
    try:
        if deep := _too_deep(text):
            return nodes, deep
        loader = _Loader(text)
        while loader.check_node() and (node := loader.get_node()) is not None:
            nodes.append(node)
    except yaml.MarkedYAMLError as error:
        # What the parser puts into quotes may be part of a value, unless it is a single character of YAML's own.
        problem = re.sub(r"'(.)'|'[^']*'", _quoted, error.problem or error.context or "it cannot be parsed")
        remedy = "Correct the indentation or the quoting"
        at = _position(error.problem_mark or error.context_mark)
        return nodes, Fault(at, "syntax", f"this is no YAML: {problem}", remedy)
    except yaml.YAMLError:
        problem = "this holds characters that YAML does not allow"
        remedy = "Save it as UTF-8 text without control characters"
        return nodes, Fault(Position(1, 1), "encoding", problem, remedy)
    return nodes, None


def _quoted(found: re.Match[str]) -> str:
    return found[0] if found[1] else "here"


def _too_deep(text: str) -> Fault | None:
    """Return a fault for deep nesting: composing recurses in native code, and would crash the process."""
    depth = 0
    with contextlib.suppress(yaml.YAMLError):  # composing reports it
        for event in yaml.parse(text, Loader=_Loader):
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
            if depth > _DEPTH_LIMIT:
                at = _position(event.start_mark)
                return Fault(at, "too_large", "this is nested too deeply", "Correct the file")
    return None


Report = Callable[[yaml.Node, str, str, str], None]
"""Takes a fault: its node, code, problem and remedy."""


def _unreported(_node: yaml.Node, _code: str, _problem: str, _remedy: str) -> None:
    """Ignore a fault; whoever reads the whole node reports it."""


def pairs(
    node: yaml.Node, report: Report = _unreported, around: tuple[int, ...] = ()
) -> Iterator[tuple[yaml.Node, yaml.Node, bool]]:
    """Yield the keys and values of a mapping, True with those that come from a merge (`<<`).

    They come in kubectl's order, in which the last value of a key counts.
    """
    if not isinstance(node, yaml.MappingNode):
        return
    inside = (*around, id(node))
    for key, value in node.value:
        if key.tag != PLAIN or key.value != "<<":
            yield key, value, False
            continue
        for other in reversed(value.value) if isinstance(value, yaml.SequenceNode) else (value,):
            if id(other) in inside:
                report(other, "cycle", *_CYCLE)
            elif isinstance(other, yaml.MappingNode):
                yield from ((name, inner, True) for name, inner, _ in pairs(other, report, inside))
            else:
                report(
                    key, "merge", "only a mapping, or a list of mappings, can be merged", "Correct what << refers to"
                )


_CYCLE = ("this anchor refers to a value that it is part of", "Remove the alias")


def child(node: yaml.Node, name: str) -> yaml.Node | None:
    """Return the value of a key without reading any other value."""
    found = None
    for key, value, _ in pairs(node):
        if isinstance(key, yaml.ScalarNode) and key.value == name:
            found = value
    return found


def text_of(node: yaml.Node | None) -> str:
    """Return the text of a scalar; empty for anything else."""
    return str(node.value) if isinstance(node, yaml.ScalarNode) else ""


def read(node: yaml.Node) -> Tree:
    """Read a document. A scalar that cannot be read is kept as text, so that the rest can be checked; `faults` has the reason."""
    reader = _Reader()
    reader.tree.positions[()] = position_of(node)
    reader.tree.value = reader.value(node, (), ())
    return reader.tree


class _Reader:
    """Turns nodes into values. The number of values is bounded: with aliases, a few lines can stand for millions."""

    def __init__(self) -> None:
        self.tree = Tree()
        self._left = _VALUES_LIMIT
        self._is_cut = False

    def _report(self, path: Path) -> Report:
        def report(node: yaml.Node, code: str, problem: str, remedy: str) -> None:
            self.tree.faults.append(Fault(position_of(node), code, problem, remedy, path))

        return report

    def value(self, node: yaml.Node, path: Path, around: tuple[int, ...]) -> JsonValue:
        if id(node) in around:
            self._report(path)(node, "cycle", *_CYCLE)
            return None
        self._left -= 1
        if self._left < 0 or len(path) > _DEPTH_LIMIT:
            if not self._is_cut:
                self._is_cut = True
                self._report(())(node, "too_large", "this expands to too many values", "Remove aliases")
            return None
        inside = (*around, id(node))
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path, inside)
        if isinstance(node, yaml.SequenceNode):
            return [self._item(item, (*path, index), inside) for index, item in enumerate(node.value)]
        return self._scalar(node, path)

    def _item(self, node: yaml.Node, path: Path, around: tuple[int, ...]) -> JsonValue:
        self.tree.positions[path] = position_of(node)
        return self.value(node, path, around)

    def _mapping(self, node: yaml.MappingNode, path: Path, around: tuple[int, ...]) -> JsonValue:
        found: dict[str, JsonValue] = {}
        written: set[str] = set()
        for key_node, value_node, merged in pairs(node, self._report(path)):
            key = self._key(key_node, path)
            if key is None:
                continue
            here = (*path, key)
            if key in written:
                self._report(here)(key_node, "repeated", *(_MERGED_OVER if merged else _REPEATED))
            if not merged:
                written.add(key)
            self.tree.positions[here] = position_of(key_node)
            found[key] = self.value(value_node, here, around)
        return found

    def _key(self, node: yaml.Node, path: Path) -> str | None:
        if isinstance(node, yaml.MappingNode):
            self._report(path)(node, "mapping_key", "a key must be text, not a mapping", _KEY_REMEDY)
            return None
        plain = self._scalar(node, path) if isinstance(node, yaml.ScalarNode) else None
        if plain is None:
            self._report(path)(node, "key", "a key must be text", _KEY_REMEDY)
            return None
        return str(plain).lower() if isinstance(plain, bool) else str(plain)

    def _scalar(self, node: yaml.Node, path: Path) -> JsonValue:
        try:
            scalar = read_scalar(str(node.value), str(node.tag))
        except ScalarProblem as error:
            self._report(path)(node, error.code, error.problem, error.remedy)
            return str(node.value)
        if scalar.is_octal:
            self._report(path)(node, "octal", *_OCTAL)
        return scalar.value


_REPEATED = ("this key is there twice, and all but the last are ignored", "Remove one")
_MERGED_OVER = ("what is merged below this key has it too, and takes its place", "Move << above all other keys")
_KEY_REMEDY = "Give it a name, or put it in quotes"
_OCTAL = (
    "the leading zero makes this an octal number",
    "Write it without the zero, or in quotes if it is meant as text",
)
