"""The forms in which a known secret value can appear in text: as it is, and as programs quote, escape and encode it."""

from __future__ import annotations

import base64
import html
import json
import re
import urllib.parse
from collections.abc import Callable, Iterator
from typing import Final
from xml.sax import saxutils

SHORTEST: Final = 4
"""Bytes. Shorter values and forms are not looked for, because they occur in ordinary words."""
_SHORTEST_ENCODED: Final = 6
_PIECE: Final = 1_024
"""Characters; a longer line of a value is looked for in pieces of this length."""
_PIECES: Final = 64

_Encoder = Callable[[str], str]


def forms_of(value: str) -> frozenset[bytes]:
    """Return the forms of a value, encoded as UTF-8; none for a value that is too short.

    A value of several lines is looked for line by line, since output comes in lines.
    """
    found: set[bytes] = set()
    for piece in _pieces(value):
        texts = {piece, *(encode(piece) for encode in _ENCODERS)}
        found |= {_encoded(text) for text in texts}
        found |= {_encoded(encode(text)) for text in texts for encode in (_in_json, html.escape, _percent)}
        found |= {form for form in _base64(piece) if len(form) >= _SHORTEST_ENCODED}
    return frozenset(form for form in found if len(form) >= SHORTEST)


def _pieces(value: str) -> Iterator[str]:
    lines = [
        line
        for line in dict.fromkeys((value, *value.splitlines(), value.strip()))
        if len(line.encode(errors="replace")) >= SHORTEST
    ]
    pieces = (line[at : at + _PIECE] for line in lines for at in range(0, len(line), _PIECE))
    for _, piece in zip(range(_PIECES), pieces, strict=False):
        yield piece


def _encoded(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def _in_json(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)[1:-1]


def _percent(text: str) -> str:
    return urllib.parse.quote(_encoded(text), safe="")


def _lower_percent(text: str, safe: str = "") -> str:
    return re.sub("%..", lambda match: match[0].lower(), urllib.parse.quote(_encoded(text), safe=safe))


def _every(form: str, units: str = "utf-16-be") -> _Encoder:
    """Return what writes every unit of a text by this format."""
    size = 2 if units == "utf-16-be" else 1

    def encode(text: str) -> str:
        raw = text.encode(units, "surrogatepass")
        return "".join(form.format(int.from_bytes(raw[at : at + size])) for at in range(0, len(raw), size))

    return encode


def _some(form: str, kept: Callable[[str], bool]) -> _Encoder:
    """Return what writes by this format the characters that are not kept."""
    every = _every(form)
    return lambda text: "".join(one if kept(one) else every(one) for one in text)


def _is_plain(one: str) -> bool:
    return one.isascii() and one.isprintable() and one not in "\"'<>&+`\\"


_ENCODERS: Final[tuple[_Encoder, ...]] = (
    # JSON: Python, .NET (both of its writers), Windows PowerShell 5.1, JavaScript.
    _in_json,
    lambda text: json.dumps(text)[1:-1],
    lambda text: _in_json(text).replace("/", "\\/"),
    _some("\\u{:04X}", _is_plain),
    lambda text: _some("\\u{:04x}", lambda one: one not in "<>&'")(_in_json(text)),
    _every("\\u{:04x}"),
    _every("\\u{:04X}"),
    # XML and HTML.
    saxutils.escape,
    html.escape,
    lambda text: saxutils.escape(text, {'"': "&quot;"}),
    lambda text: saxutils.escape(text, {'"': "&quot;", "'": "&apos;"}),
    lambda text: saxutils.escape(text, {'"': "&#34;", "'": "&#39;"}),
    lambda text: saxutils.escape(text, {'"': "&quot;", "'": "&#39;"}),
    lambda text: "".join(f"&#{ord(one)};" for one in text),
    lambda text: "".join(f"&#x{ord(one):X};" for one in text),
    lambda text: "".join(f"&#x{ord(one):x};" for one in text),
    # CLIXML.
    _some("_x{:04X}_", lambda one: one.isprintable() and one != "_"),
    _some("_x{:04X}_", lambda one: one.isprintable()),
    _every("_x{:04X}_"),
    _every("_x{:04x}_"),
    # URLs.
    _percent,
    _lower_percent,
    lambda text: urllib.parse.quote(_encoded(text)),
    lambda text: urllib.parse.quote_plus(_encoded(text)),
    lambda text: _lower_percent(text, "/"),
    lambda text: _lower_percent(text).replace("%20", "+"),
    lambda text: _lower_percent(text, "!*()").replace("%20", "+"),
    _every("%{:02X}", "utf-8"),
    _every("%{:02x}", "utf-8"),
    # PowerShell: in single quotes, in double quotes, and with every special character escaped. cmd and sh.
    lambda text: text.replace("'", "''"),
    lambda text: text.replace("`", "``").replace('"', '`"').replace("$", "`$"),
    lambda text: text.replace("`", "``").replace('"', '""').replace("$", "`$"),
    lambda text: "".join(one if one.isalnum() else f"`{one}" for one in text),
    lambda text: text.replace('"', '""'),
    lambda text: text.replace("'", "'\\''"),
    lambda text: "".join(one if one.isalnum() or one in "-_./" else f"\\{one}" for one in text),
    lambda text: "".join(f"^{one}" if one in '&|<>^"%!()' else one for one in text),
    # Bytes in hexadecimal, and UTF-16 that is read as UTF-8.
    _every("{:02x}", "utf-8"),
    _every("{:02X}", "utf-8"),
    lambda text: _every("{:02X}-", "utf-8")(text)[:-1],
    lambda text: "".join(f"{one}\0" for one in text),
)


def _base64(value: str) -> Iterator[bytes]:
    """Yield the base64 digits that the value alone determines, at each of three places within what was encoded."""
    for raw in (_encoded(value), value.encode("utf-16-le", "surrogatepass")):
        for before in range(3):
            first, end = (before * 8 + 5) // 6, (before + len(raw)) * 8 // 6
            digits = base64.b64encode(b"\0" * before + raw)[first:end]
            yield digits
            yield digits.translate(bytes.maketrans(b"+/", b"-_"))
            yield _encoded(_percent(digits.decode()))
            yield _encoded(_lower_percent(digits.decode()))
