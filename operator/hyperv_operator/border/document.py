"""Strict JSON: one object from a text, the same whatever the text holds, or the reason why there is none."""

from __future__ import annotations

import json
from typing import Final, NoReturn

from pydantic import JsonValue

MAX_DEPTH: Final = 32
"""Objects and lists in each other, the outermost included. The messages of agent and guest have at most 4."""


class UnreadableText(ValueError):
    """A text is not one JSON object within the bounds. The message is a predicate (`is not JSON`) that shows nothing of the text."""


def parse_object(text: str, limit: int) -> dict[str, JsonValue]:
    """Parse one JSON object of at most `limit` characters. Raise `UnreadableText` if the text is anything else.

    A byte order mark and white space around the object are ignored. A key that occurs twice is refused, as are NaN, Infinity,
    integers with more digits than Python converts (4,300), nesting beyond `MAX_DEPTH`, and raw control characters in strings.
    `1e400` is infinite, and halves of surrogate pairs stay in the strings: the types of `border.fields` refuse the one and
    replace the other.
    """
    if len(text) > limit:
        raise UnreadableText(f"has {len(text)} characters, and {limit} are allowed")
    body = text.removeprefix("\ufeff").strip()
    if not body:
        raise UnreadableText("is empty")
    try:
        value, end = _DECODER.raw_decode(body)
    except UnreadableText:
        raise
    except (ValueError, RecursionError):
        raise UnreadableText("is not JSON") from None
    if end < len(body):
        raise UnreadableText("is not JSON")
    if not isinstance(value, dict):
        raise UnreadableText("is not a JSON object")
    if body.count("{") + body.count("[") > MAX_DEPTH and _is_deeper(value, MAX_DEPTH):
        raise UnreadableText(f"is nested more than {MAX_DEPTH} deep")
    return value


def _is_deeper(value: JsonValue, limit: int) -> bool:
    level: list[JsonValue] = [value]
    for _ in range(limit):
        level = [child for node in level for child in _children(node) if isinstance(child, dict | list)]
    return bool(level)


def _children(node: JsonValue) -> list[JsonValue]:
    return list(node.values()) if isinstance(node, dict) else node if isinstance(node, list) else []


def _unique(pairs: list[tuple[str, JsonValue]]) -> dict[str, JsonValue]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise UnreadableText("has a key twice")
    return found


def _constant(word: str) -> NoReturn:
    raise UnreadableText(f"has {word}, which is no JSON")


_DECODER: Final = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_constant)
