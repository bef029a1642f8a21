"""XML from a host: bounded in size, depth, elements and names before any other parser sees it, without document types.

Each piece that is parsed is small, so that other threads get their turn. Everything here takes time in proportion to the size.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Never
from xml.parsers import expat

from hyperv_operator.winrm.allowance import AnswerRefused

_PIECE = 65_536
_NAME = 256
_BYTES_PER_TAG = 8
_FREE_TAGS = 256
"""A document may have one tag for every 8 bytes and 256 more. Ordinary ones have half as many; the time of reading grows with tags."""
_DECLARED: Final = frozenset({"utf-8", "utf-16", "us-ascii"})


@dataclass(frozen=True)
class Bounds:
    """The most that a document may have."""

    size: int
    """Bytes."""
    depth: int
    nodes: int
    """Elements and attributes."""
    value: int
    """Characters of one attribute's value."""


ENVELOPE: Final = Bounds(size=1_048_576, depth=24, nodes=8_192, value=256)
"""Of a WSMan message: 50 shells of an enumeration have about 1,500 nodes. A long namespace would be repeated for each name."""
RECORD: Final = Bounds(size=1_048_576, depth=48, nodes=8_192, value=1_024)
"""Of one object of a PowerShell stream; an error record has about 300 nodes."""


class _Counted:
    """Passes events on to a tree builder, if there is one, as long as the document is within its bounds."""

    def __init__(self, bounds: Bounds, builder: ET.TreeBuilder | None) -> None:
        self._bounds = bounds
        self._builder = builder
        self._depth = self._nodes = 0
        self.root = ""
        """The name of the root, with its prefix."""

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Begin an element."""
        bounds = self._bounds
        self.root = self.root or name
        self._depth += 1
        self._nodes += 1 + len(attributes)
        if self._depth > bounds.depth:
            _refuse(f"with elements more than {bounds.depth} deep")
        if self._nodes > bounds.nodes:
            _refuse(f"of more than {bounds.nodes:,} elements and attributes")
        if len(name) > _NAME:
            _refuse(f"with a name of more than {_NAME} characters")
        for key, value in attributes.items():
            if len(key) > _NAME or len(value) > bounds.value:
                _refuse(f"with a name of more than {_NAME} or a value of more than {bounds.value:,} characters")
        if self._builder is not None:
            self._builder.start(name, attributes)

    def end(self, name: str) -> None:
        """End an element."""
        self._depth -= 1
        if self._builder is not None:
            self._builder.end(name)


def check(data: bytes, bounds: Bounds) -> str:
    """Return the name of the root of a document, with its prefix; raise `AnswerRefused` if it is not within the bounds."""
    return _read(data, bounds, None)


def parse(data: bytes, bounds: Bounds) -> ET.Element:
    """Return the root of a document within the bounds, without replacing prefixes; raises `AnswerRefused`."""
    builder = ET.TreeBuilder()
    _read(data, bounds, builder)
    return builder.close()


def _read(data: bytes, bounds: Bounds, builder: ET.TreeBuilder | None) -> str:
    if len(data) > bounds.size:
        _refuse(f"of more than {bounds.size:,} bytes")
    if not data:
        raise AnswerRefused("sent a response that is no XML.")
    if data.count(b"<") > _FREE_TAGS + len(data) // _BYTES_PER_TAG:
        _refuse("of hardly anything but tags")
    counted, parser = _Counted(bounds, builder), expat.ParserCreate()
    parser.buffer_text = True
    parser.StartElementHandler = counted.start
    parser.EndElementHandler = counted.end
    parser.StartDoctypeDeclHandler = _refuse_doctype
    parser.XmlDeclHandler = _check_declaration
    if builder is not None:
        parser.CharacterDataHandler = builder.data
    try:
        for piece in _pieces(data):
            parser.Parse(piece, False)
        parser.Parse(b"", True)
    except (expat.ExpatError, LookupError, ValueError):
        raise AnswerRefused("sent a response that is no XML.") from None
    return counted.root


def _refuse_doctype(*_: object) -> None:
    _refuse("with a document type")


def _check_declaration(_: str, encoding: str | None, __: int) -> None:
    if encoding is not None and encoding.casefold() not in _DECLARED:
        _refuse("in an encoding other than UTF-8 and UTF-16")


def _pieces(data: bytes) -> Iterator[bytes]:
    for start in range(0, len(data), _PIECE):
        yield data[start : start + _PIECE]


def _refuse(what: str) -> Never:
    raise AnswerRefused(f"sent XML {what}.")
