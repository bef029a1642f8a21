"""Values of YAML scalars, as kubectl reads them.

kubectl follows no version of YAML to the letter: `y`, `yes` and `on` are true, `017` and `0o17` are both 15, dates and
sexagesimal numbers are text, and `8.0` reaches the API server as 8.
"""

from __future__ import annotations

import contextlib
import math
import re
from dataclasses import dataclass
from typing import Final, Literal

from pydantic import JsonValue

PLAIN: Final = "plain"
"""Tag of a scalar that has no quotes and no tag of its own."""

_TAG: Final = "tag:yaml.org,2002:"
_TRUE: Final = frozenset(["y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"])
_FALSE: Final = frozenset(["n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"])
_NULL: Final = frozenset({"", "~", "null", "Null", "NULL"})
_OCTAL: Final = re.compile(r"[-+]?0[0-7]+")
_INTEGER: Final = re.compile(r"[-+]?(0[bB][01]+|0[oO][0-7]+|0[xX][0-9a-fA-F]+|0|[1-9][0-9]*)")
_FLOAT: Final = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NOT_FINITE: Final = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt ].*)?")
_INT64: Final = range(-(2**63), 2**63)
_DIGITS_LIMIT: Final = 400
"""No double has more digits; Python refuses to convert several thousand."""
_QUOTE: Final = "Put it in quotes if it is meant as text"

_Kind = Literal["bool", "int", "float", "null", "str"]


class ScalarProblem(ValueError):
    """A scalar that kubectl refuses, or that JSON cannot hold. No text here quotes it: it may be a secret."""

    def __init__(self, code: str, problem: str, remedy: str) -> None:
        super().__init__(problem)
        self.code, self.problem, self.remedy = code, problem, remedy


@dataclass(frozen=True)
class Scalar:
    """A scalar's value as JSON has it."""

    value: JsonValue
    is_octal: bool = False
    """The value is octal only because of a leading zero, which most people do not expect."""


def read_scalar(text: str, tag: str) -> Scalar:
    """Return the value of a scalar with this text and tag; raises `ScalarProblem`."""
    name = tag.removeprefix(_TAG)
    if name == "str":
        return Scalar(text)
    if name not in (PLAIN, "bool", "int", "float", "null", "timestamp"):
        raise ScalarProblem("tag", "this has a YAML tag, which no file of ours needs", "Remove the tag")
    kind, scalar = _resolve(text)
    fits = {PLAIN, kind, "float" if kind == "int" else kind, "timestamp" if _DATE.fullmatch(text) else kind}
    if name not in fits:
        raise ScalarProblem("tag", "this is not what its YAML tag says", "Remove the tag")
    return scalar


def _resolve(text: str) -> tuple[_Kind, Scalar]:
    if text in _NULL:
        return "null", Scalar(None)
    if text in _TRUE or text in _FALSE:
        return "bool", Scalar(text in _TRUE)
    if _NOT_FINITE.fullmatch(text):
        raise ScalarProblem("not_json", "JSON has no such number", _QUOTE)
    if text[0] not in "+-.0123456789":
        return "str", Scalar(text)
    plain = text.replace("_", "")
    if _OCTAL.fullmatch(plain):
        return "int", Scalar(_number(plain, 8), is_octal=True)
    if _INTEGER.fullmatch(plain):
        return "int", Scalar(_number(plain, 0))
    if _FLOAT.fullmatch(plain) and math.isfinite(number := float(plain)):
        # Go writes a whole double without a point, and the API server reads an integer.
        return "float", Scalar(int(number) if number.is_integer() and int(number) in _INT64 else number)
    return "str", Scalar(text)


def _number(plain: str, base: int) -> int | float:
    """Return an integer; a double where 64 bits do not hold it, which is what the API server makes of it."""
    with contextlib.suppress(OverflowError):
        if len(plain) <= _DIGITS_LIMIT:
            whole = int(plain, base)
            return whole if whole in _INT64 else float(whole)
    raise ScalarProblem("not_json", "JSON has no number as large as this", _QUOTE)
