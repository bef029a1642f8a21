"""Regular expressions and wildcards from resources and schemas, matched in time linear in the length of the text.

Python's own engine takes exponential time for some patterns, and nothing else runs in the process meanwhile. RE2 does not, and the API
server uses the same language.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import re2

_MAX_MEMORY: Final = 1 << 20
"""Bytes that one compiled expression may use."""
_KEPT: Final = 128
"""Compiled expressions that are kept."""


@lru_cache(maxsize=_KEPT)
def _compiled(pattern: str) -> re2._Regexp:
    options = re2.Options()
    options.log_errors = False
    options.max_mem = _MAX_MEMORY
    return re2.compile(pattern, options)


def error_in(pattern: str) -> str | None:
    """Return why the pattern is no regular expression, or None if it is one."""
    try:
        _compiled(pattern)
    except re2.error as error:
        detail = error.args[0] if error.args else ""
        return detail.decode(errors="replace") if isinstance(detail, bytes) else str(detail)
    except UnicodeEncodeError:
        return "it has half a surrogate pair"
    return None


def matches_whole(pattern: str, text: str) -> bool:
    """Return whether the pattern matches the whole text, a final line end included."""
    return _is_encodable(text) and _compiled(pattern).fullmatch(text) is not None


def matches_start(pattern: str, text: str) -> bool:
    """Return whether the pattern matches from the first character on; `$` in it matches the end of the text only."""
    return _is_encodable(text) and _compiled(pattern).match(text) is not None


def _is_encodable(text: str) -> bool:
    """Return whether the text has no half of a surrogate pair, which no pattern can mean."""
    return not any("\ud800" <= character <= "\udfff" for character in text)


def matches_wildcard(wildcard: str, text: str) -> bool:
    """Return whether the text matches; `*` matches any text, every other character only itself."""
    first, *others = wildcard.split("*")
    if not others:
        return text == wildcard
    *middle, last = others
    if not text.startswith(first) or not text.endswith(last) or len(text) < len(first) + len(last):
        return False
    position, end = len(first), len(text) - len(last)
    for part in middle:
        found = text.find(part, position, end)
        if found < 0:
            return False
        position = found + len(part)
    return True


def has_bare_alternative(pattern: str) -> bool:
    """Return whether the pattern has a | outside of all groups and classes. `^` and `$` bind more tightly than |."""
    depth, in_class, escaped = 0, False, False
    for character in pattern:
        if escaped:
            escaped = False
        elif character == "\\":
            escaped = True
        elif in_class:
            in_class = character != "]"
        elif character == "[":
            in_class = True
        elif character == "(":
            depth += 1
        elif character == ")":
            depth -= 1
        elif character == "|" and depth == 0:
            return True
    return False
