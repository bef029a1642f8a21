"""What a YAML scalar means to `kubectl`, which reads YAML 1.1 in a dialect of its own.

`y`, `yes` and `on` are true; `0777` is octal; dates and sexagesimal numbers stay text; a whole number written as `8.0` or
`8e0` reaches the API server as 8.
"""

from __future__ import annotations

import contextlib
import re
from dataclasses import dataclass
from typing import Final

import yaml
from pydantic import JsonValue

_TAG: Final = "tag:yaml.org,2002:"
PLAIN: Final = "plain"
"""Tag of a scalar without quotes and without a tag of its own."""
_TRUE: Final = frozenset(["y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"])
_FALSE: Final = frozenset(["n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"])
_NULL: Final = frozenset({"", "~", "null", "Null", "NULL"})
_OCTAL: Final = re.compile(r"[-+]?0[0-7]+")
_BASED: Final = re.compile(r"[-+]?(0[bB][01]+|0[oO][0-7]+|0[xX][0-9a-fA-F]+|0|[1-9][0-9]*)")
_FLOAT: Final = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_SPECIAL: Final = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_DIGITS_LIMIT: Final = 400
"""More digits than any number has that is meant as one; Python refuses to read several thousand."""


@dataclass(frozen=True)
class Scalar:
    """A scalar's value, and what is odd about it."""

    value: JsonValue
    code: str = ""
    problem: str = ""


def read_scalar(node: yaml.Node) -> Scalar:
    """Read a scalar; the problem's sentence never quotes it, as it may be a secret in the wrong place."""
    text, tag = str(node.value), str(node.tag).removeprefix(_TAG)
    if tag == "str":
        return Scalar(text)
    if tag not in (PLAIN, "bool", "int", "float", "null", "timestamp"):
        return Scalar(text, "tag", "this has a YAML tag, which no manifest needs. Remove the tag.")
    if text in _NULL:
        return Scalar(None)
    if text in _TRUE or text in _FALSE:
        return Scalar(text in _TRUE)
    return (_number(text.replace("_", "")) or Scalar(text)) if text[0] in "+-.0123456789" else Scalar(text)


def _number(plain: str) -> Scalar | None:
    """Read what begins like a number, its underscores taken out; None if it is none."""
    if len(plain) > _DIGITS_LIMIT:
        return None
    if _OCTAL.fullmatch(plain):
        message = "the leading zero makes this an octal number. Write it without the zero, or in quotes if it is meant as text."
        return Scalar(int(plain, 8), "octal", message)
    if _BASED.fullmatch(plain):
        return Scalar(int(plain, 0))
    if _FLOAT.fullmatch(plain) or _SPECIAL.fullmatch(plain):
        number = float(plain.replace(".i", "i").replace(".I", "I").replace(".n", "n").replace(".N", "N"))
        with contextlib.suppress(OverflowError, ValueError):
            if number == int(number):
                return Scalar(int(number))
        return Scalar(number)
    return None
