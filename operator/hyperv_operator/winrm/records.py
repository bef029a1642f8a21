"""The messages of a pipeline ([MS-PSRP] 2.2.2, 2.2.3): what the operator uses of them, as text.

pypsrp's own reader copies every object once for each level that it is nested in, and writes out references. Here, one message takes time
in proportion to its size, and only what is used is read.
"""

from __future__ import annotations

import re
import struct
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from hyperv_operator.ports import LogStream
from hyperv_operator.winrm import markup
from hyperv_operator.winrm.allowance import AnswerRefused
from hyperv_operator.winrm.clixml import unescape

SESSION_CAPABILITY: Final = 0x00010002
RUNSPACEPOOL_STATE: Final = 0x00021005
PIPELINE_STATE: Final = 0x00041006
STREAMS: Final[Mapping[int, LogStream]] = {
    0x00041004: LogStream.OUTPUT,
    0x00041005: LogStream.ERROR,
    0x00041007: LogStream.DEBUG,
    0x00041008: LogStream.VERBOSE,
    0x00041009: LogStream.WARNING,
    0x00041010: LogStream.PROGRESS,
    0x00041011: LogStream.INFORMATION,
}
"""Types of messages that carry one object of a stream."""
_HEADER: Final = struct.Struct("<II16s16s")
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_VERSION = re.compile(r"[0-9]{1,4}(\.[0-9]{1,4}){1,3}")
_STRING = re.compile(rb"<S>([^<&\x00-\x08\x0b\x0c\x0e-\x1f]*)</S>")
_MEMBERS: Final = ("LST", "IE", "QUE", "STK")
_WORDS_OF_PROGRESS: Final = ("Activity", "StatusDescription", "CurrentOperation")


@dataclass(frozen=True)
class StreamItem:
    """One object of a PowerShell stream, as text."""

    stream: LogStream
    text: str
    tags: tuple[str, ...] = ()
    error_id: str = ""
    """The fully qualified id of an error."""


def split(message: bytes) -> tuple[int, bytes]:
    """Return the type and the XML of a message; raises `AnswerRefused`."""
    if len(message) < _HEADER.size:
        raise AnswerRefused("sent a PSRP message without its header.")
    return _HEADER.unpack_from(message)[1], message[_HEADER.size :].removeprefix(_BYTE_ORDER_MARK)


def read_item(stream: LogStream, xml: bytes) -> StreamItem:
    """Return one object of a stream; raises `AnswerRefused` if it is not within the bounds of an object."""
    if string := _STRING.fullmatch(xml):
        return StreamItem(stream, unescape(string[1].decode("utf-8", "replace")))
    root = markup.parse(xml, markup.RECORD)
    if stream is LogStream.OUTPUT:
        return StreamItem(stream, _text(root))
    members = _members(root)
    match stream:
        case LogStream.INFORMATION:
            tags = members.get("Tags")
            return StreamItem(
                stream, _text(members.get("MessageData", root)), () if tags is None else tuple(_texts_within(tags))
            )
        case LogStream.PROGRESS:
            words = (_text(members[name]) for name in _WORDS_OF_PROGRESS if name in members)
            return StreamItem(stream, ": ".join(word for word in words if word))
        case LogStream.ERROR:
            error_id = members.get("FullyQualifiedErrorId")
            return StreamItem(stream, _error(root, members), error_id="" if error_id is None else _text(error_id))
        case _:
            return StreamItem(stream, _text(members.get("InformationalRecord_Message", root)))


@dataclass(frozen=True)
class State:
    """The new state of a pipeline or runspace pool, with the error that caused it."""

    number: int
    error: StreamItem | None = None


def read_state(xml: bytes) -> State:
    """Return the state that a message reports; raises `AnswerRefused`."""
    members = _members(markup.parse(xml, markup.RECORD))
    number = members.get("PipelineState", members.get("RunspaceState"))
    text = "" if number is None else _text(number).strip()
    if not (text.isascii() and text.isdecimal() and len(text) <= 4):
        raise AnswerRefused("reported a state of PowerShell that is no number.")
    error = members.get("ExceptionAsErrorRecord")
    if error is None or error.tag != "Obj":
        return State(int(text))
    within = _members(error)
    error_id = within.get("FullyQualifiedErrorId")
    shown = StreamItem(LogStream.ERROR, _error(error, within), error_id="" if error_id is None else _text(error_id))
    return State(int(text), shown)


def read_protocol_version(xml: bytes) -> str:
    """Return the version of PSRP that the host supports; raises `AnswerRefused`."""
    version = _members(markup.parse(xml, markup.RECORD)).get("protocolversion")
    text = "" if version is None else _text(version)
    if _VERSION.fullmatch(text) is None:
        raise AnswerRefused("reported no version of PSRP.")
    return text


def _members(element: ET.Element) -> dict[str, ET.Element]:
    """Return the extended properties of an object, by name."""
    found = element.find("MS")
    return {} if found is None else {one.get("N", ""): one for one in found}


def _error(root: ET.Element, members: Mapping[str, ET.Element]) -> str:
    """Return an error's text: that of the record, or of its exception."""
    if text := _text(root):
        return text
    exception = members.get("Exception")
    if exception is None:
        return ""
    message = next((one for one in exception.iterfind("Props/S") if one.get("N") == "Message"), exception)
    return _text(message)


def _text(element: ET.Element) -> str:
    """Return an object as text: its own, or that of its plain members."""
    if element.tag != "Obj":
        return unescape(element.text or "")
    own = element.find("ToString")
    return unescape(own.text or "") if own is not None else ", ".join(_texts_within(element))


def _texts_within(element: ET.Element) -> list[str]:
    lists = (one for one in element if one.tag in _MEMBERS)
    return [unescape(one.text or "") for members in lists for one in members if one.tag not in ("Obj", "Ref", "Nil")]
