"""YAML with the line of every value, so that whatever is wrong with it can be pointed at."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import yaml
from pydantic import JsonValue

Path = tuple[str | int, ...]
"""Where a value is: keys and list indexes from the document's root."""


@dataclass(frozen=True)
class Document:
    """One YAML document: its value as JSON would have it, and where everything in it stands."""

    value: JsonValue
    lines: Mapping[Path, int]
    """Line of each value, from 1; for a value in a mapping, the line of its key."""
    repeated: tuple[tuple[Path, int], ...] = field(default=())
    """Keys that occur again in their mapping, with the line of the repetition: YAML readers silently take the last."""

    def line(self, path: Path) -> int:
        """Return the line of a value, or of the nearest thing around it that exists."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


class NotJson(ValueError):
    """A YAML value that JSON does not have; `line` is where it stands."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line = line


def read_documents(text: str) -> Iterator[Document]:
    """Read every document of a text, in order.

    Raises `yaml.YAMLError` for what is no YAML, and `NotJson` for what JSON cannot say: a key that is no text, a date, a
    binary value, or a value that holds itself.
    """
    loader = yaml.SafeLoader(text)
    try:
        while loader.check_node():
            node = loader.get_node()
            assert node is not None
            yield _document(loader, node)
    finally:
        loader.dispose()


def _document(loader: yaml.SafeLoader, root: yaml.Node) -> Document:
    lines: dict[Path, int] = {}
    repeated: list[tuple[Path, int]] = []
    value = _value(loader, root, (), lines, repeated, ())
    return Document(value, lines, tuple(repeated))


def _value(
    loader: yaml.SafeLoader,
    node: yaml.Node,
    path: Path,
    lines: dict[Path, int],
    repeated: list[tuple[Path, int]],
    around: tuple[int, ...],
) -> JsonValue:
    line = node.start_mark.line + 1
    lines.setdefault(path, line)
    if id(node) in around:
        raise NotJson("an anchor refers to what it is part of", line)
    inside = (*around, id(node))
    if isinstance(node, yaml.MappingNode):
        loader.flatten_mapping(node)
        found: dict[str, JsonValue] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                raise NotJson("a key must be text", key_node.start_mark.line + 1)
            key = str(key_node.value)
            here = (*path, key)
            if key in found:
                repeated.append((here, key_node.start_mark.line + 1))
            lines[here] = key_node.start_mark.line + 1
            found[key] = _value(loader, value_node, here, lines, repeated, inside)
        return found
    if isinstance(node, yaml.SequenceNode):
        return [_value(loader, item, (*path, index), lines, repeated, inside) for index, item in enumerate(node.value)]
    plain = loader.construct_object(node, deep=True)
    if plain is None or isinstance(plain, str | int | float | bool):
        return plain
    raise NotJson(f"{node.value!r} is read as a {type(plain).__name__}; put it in quotes", line)
