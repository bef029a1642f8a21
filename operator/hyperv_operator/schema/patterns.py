r"""Regular expressions that mean the same to Python, to the API server (RE2) and to a browser (ECMAScript).

A pattern is written once, in the schema, and each of the three applies it with its own engine. The common subset is small:
anchored at both ends, without look-around, back-references, flags, shorthand classes (`\d` matches digits of other scripts in
one of them) and constructs that one of them lacks.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

_REFUSED: Final[tuple[tuple[str, str], ...]] = (
    (r"\(\?(?!:)", "groups that begin with (? other than (?:"),
    (r"\\[1-9]", "back-references"),
    (
        r"\\[dDwWsSbBAzZGQEpPk]",
        "shorthand classes and boundaries such as \\d, \\w, \\s or \\b; list the characters instead",
    ),
    (r"[*+?}]\+", "possessive quantifiers"),
    (r"\[\[:", "POSIX classes"),
    (r"\[\^?\]", "a class that begins with ]; write \\] instead"),
    (r"\{,", "a repetition without its lower bound; write {0,n} instead"),
)

HOSTNAME: Final = r"^([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)*[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.?$"
"""A DNS name: labels of at most 63 letters, digits and hyphens. A final dot is allowed."""
_OCTET: Final = "(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
IPV4: Final = rf"^{_OCTET}(\.{_OCTET}){{3}}$"
"""An IPv4 address in dotted decimal, without leading zeros."""


def problem(pattern: str) -> str | None:
    """Return why a pattern cannot be used in a schema and what to write instead, or None if it can."""
    try:
        re.compile(pattern)
    except re.error as error:
        return f"it is no regular expression ({error}); correct it"
    unescaped = re.sub(r"\\\\", "", pattern)
    if not (pattern.startswith("^") and pattern.endswith("$") and not unescaped.endswith(r"\$")):
        return "it must begin with ^ and end with $, so that it covers the whole value"
    for refused, name in _REFUSED:
        if re.search(refused, unescaped):
            return f"it uses {name}; the API server, browsers and the operator do not read these alike"
    if _has_bare_alternative(pattern):
        return "put its alternatives in parentheses: ^(a|b)$, as ^ and $ bind more tightly than |"
    return None


def _has_bare_alternative(pattern: str) -> bool:
    """Return whether the pattern has a | outside of all groups and classes."""
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


@lru_cache(maxsize=512)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def matches(pattern: str, text: str) -> bool:
    """Return whether the pattern matches the whole text, a final line end included."""
    return _compiled(pattern).fullmatch(text) is not None
