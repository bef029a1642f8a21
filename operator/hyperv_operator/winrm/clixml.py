"""CLIXML, the XML in which PowerShell writes the records of its streams when a program has started it.

A document is an `Objs` element whose children are records. The attribute `S` names the record's stream. Text is escaped: `_xHHHH_` is one
UTF-16 code unit, so that a character outside the basic multilingual plane takes two. PowerShell writes errors as lines of
text that end with `_x000D__x000A_`, and other records as objects.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final
from xml.parsers import expat

_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_HALVES = re.compile("[\ud800-\udfff]")
_MAX_DEPTH: Final = 64
_MAX_RECORD: Final = 1_048_576
"""Bytes of one record. A document with a longer one is broken."""
_MAX_TAG: Final = 1_024
_MAX_SHOWN: Final = 32
"""Properties that are shown of an object without a text of its own."""
_MESSAGES: Final = (
    "InformationalRecord_Message",
    "HostInformationMessage",
    "MessageData",
    "Message",
    "ErrorDetails_Message",
    "Exception",
    "ErrorCategory_Message",
)
"""Properties that hold the text of a record, best first."""
_CONTAINERS: Final = frozenset(
    {"Obj", "TN", "T", "TNRef", "MS", "Props", "LST", "IE", "STK", "QUE", "DCT", "En", "PR", "Nil", "Ref"}
)


def unescape(text: str) -> str:
    """Replace `_xHHHH_`: a surrogate pair becomes one character, an unpaired surrogate the replacement character."""
    units = _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)
    return units.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


@dataclass(frozen=True)
class Record:
    """One record of a document."""

    stream: str
    """The name of its stream, in lower case; empty if it names none."""
    text: str
    is_string: bool
    """Whether it was written as a string. Of an error that is a part of the text, which need not end with the string."""


class BrokenDocument(Exception):
    """What was read is no CLIXML document. `rest` is its text from the end of the last record on."""

    def __init__(self, rest: str) -> None:
        super().__init__("The CLIXML document is broken.")
        self.rest = rest


class _End(Exception):
    """The document's end tag was read."""


class _Refused(Exception):
    """The document has something that no writer of CLIXML makes."""


class Document:
    """Reads one document, in pieces of any size. Refuses document types, and so entities. Takes at most about the size of a record."""

    def __init__(self) -> None:
        self._records: list[Record] = []
        self._open: list[_Element] = []
        self._leaves: list[tuple[str, str]] = []
        self._found: dict[str, str] = {}
        self._raw = bytearray()
        self._offset = 0
        """Position in the document at which `raw` begins."""
        self._last_tag: int | None = None
        """Position of the end tag of the last record whose text is still in `raw`."""
        parser = self._parser = expat.ParserCreate("utf-8")
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.StartDoctypeDeclHandler = _refuse

    def feed(self, text: str) -> tuple[list[Record], str | None]:
        """Add text; return the records that it completes, and what follows the document, or None if it goes on.

        Raises `BrokenDocument`, after which `taken` has the records before the broken one.
        """
        data = _encoded(text)
        self._raw += data
        try:
            self._parser.Parse(data, False)
        except _End:
            self._trim()
            return self.taken(), self._raw.decode()
        except (expat.ExpatError, _Refused):
            raise BrokenDocument(self._rest()) from None
        self._trim()
        # An end tag of the longest record may be incomplete.
        if len(self._raw) > _MAX_RECORD + _MAX_TAG:
            raise BrokenDocument(self._rest())
        return self.taken(), None

    def close(self) -> str:
        """Return the text of a document that has not ended, from the end of its last record on."""
        return self._rest()

    def taken(self) -> list[Record]:
        """Return the records that were completed and not returned yet."""
        records, self._records = self._records, []
        return records

    def _rest(self) -> str:
        self._trim()
        return self._raw.decode()

    def _trim(self) -> None:
        """Forget the text of completed records."""
        if self._last_tag is not None:
            end = self._raw.find(b">", self._last_tag - self._offset) + 1
            del self._raw[:end]
            self._offset, self._last_tag = self._offset + end, None

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        name = name.rpartition(":")[2]
        depth = len(self._open)
        if (depth == 0 and name != "Objs") or depth > _MAX_DEPTH:
            raise _Refused
        if depth == 1:
            self._leaves, self._found = [], {}
        elif depth > 1:
            self._open[-1].has_children = True
        self._open.append(_Element(name, attributes.get("N", ""), attributes.get("S", "")))

    def _text(self, data: str) -> None:
        if len(self._open) > 1:
            self._open[-1].parts.append(data)
        elif data.strip():
            raise _Refused

    def _end(self, _: str) -> None:
        element = self._open.pop()
        depth = len(self._open)
        if depth == 0:
            self._last_tag = self._parser.CurrentByteIndex
            raise _End
        text = "" if element.has_children else unescape("".join(element.parts))
        if depth == 1:
            at = self._parser.CurrentByteIndex
            if at - (self._offset if self._last_tag is None else self._last_tag) > _MAX_RECORD:
                raise _Refused
            self._records.append(Record(element.stream.lower(), self._record(element, text), element.name == "S"))
            self._last_tag = at
            return
        parent = self._open[-1]
        if element.name == "ToString":
            self._found.setdefault("" if depth == 2 else parent.property, text)
        elif parent.name == "PR":
            self._found.setdefault(f"PR.{element.name}", text)
        elif element.property:
            self._found.setdefault(element.property, text)
        if element.name not in _CONTAINERS and element.name != "ToString" and len(self._leaves) < _MAX_SHOWN:
            self._leaves.append((element.property, text))

    def _record(self, element: _Element, text: str) -> str:
        if not element.has_children:
            return text
        progress = [self._found.get(f"PR.{name}", "") for name in ("AV", "SD", "S")]
        if any(one.strip() for one in progress):
            return ": ".join(one for one in progress if one.strip())
        own = self._found.get("") or next((found for name in _MESSAGES if (found := self._found.get(name))), "")
        return own or _listed(self._leaves)


@dataclass(slots=True)
class _Element:
    name: str
    property: str
    stream: str
    parts: list[str] = field(default_factory=list)
    has_children: bool = False


def _listed(leaves: list[tuple[str, str]]) -> str:
    """Return the properties of an object as PowerShell shows them in a string, and the items of a list in one line."""
    if any(name for name, _ in leaves):
        return "@{" + "; ".join(f"{name}={text}" if name else text for name, text in leaves) + "}"
    return " ".join(text for _, text in leaves)


def _encoded(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        return _HALVES.sub("\N{REPLACEMENT CHARACTER}", text).encode()


def _refuse(*_: object) -> None:
    raise _Refused
