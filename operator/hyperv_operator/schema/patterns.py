r"""Regular expressions that mean the same to the operator and the API server (RE2) and to a browser (ECMAScript).

A pattern is written once, in the schema, and each of the three applies it with its own engine. The common subset is small:
anchored at both ends, without look-around, back-references, flags, shorthand classes (`\d` matches digits of other scripts in
one of them) and constructs that one of them lacks.
"""

from __future__ import annotations

import re
from typing import Final

from hyperv_operator.api import expressions

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
    unescaped = re.sub(r"\\\\", "", pattern)
    for refused, name in _REFUSED:
        if re.search(refused, unescaped):
            return f"it uses {name}; the API server, browsers and the operator do not read these alike"
    error = expressions.error_in(pattern)
    if error is not None:
        return f"it is no regular expression ({error}); correct it"
    if not (pattern.startswith("^") and pattern.endswith("$") and not unescaped.endswith(r"\$")):
        return "it must begin with ^ and end with $, so that it covers the whole value"
    if expressions.has_bare_alternative(pattern):
        return "put its alternatives in parentheses: ^(a|b)$, as ^ and $ bind more tightly than |"
    return None
