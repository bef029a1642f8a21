"""PowerShellStreamDecoder: turns chunks of text, split anywhere, into whole lines.

A PowerShell process that was started by a native program writes CLIXML (`#< CLIXML` and an `Objs` document). Its strings are
extracted and assigned to the streams that they name. In CLIXML, `_xHHHH_` is one UTF-16 code unit; a character outside the basic
multilingual plane takes two.
"""

from __future__ import annotations

import html
import re

from hyperv_operator.ports import LogLine, LogStream

MAX_LINE = 8_192
"""Characters per line; a longer line is split."""
_MAX_CLIXML = 1_048_576
_HEADER = "#< CLIXML"
_END = "</Objs>"
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_STRING = re.compile(r"<S(?: S=\"(\w+)\")?>(.*?)</S>", re.DOTALL)
_LINE_END = re.compile(r"\r\n|\r|\n")
_STREAMS = {
    "error": LogStream.ERROR,
    "warning": LogStream.WARNING,
    "verbose": LogStream.VERBOSE,
    "debug": LogStream.DEBUG,
    "information": LogStream.INFORMATION,
    "output": LogStream.OUTPUT,
}


def unescape(text: str) -> str:
    """Replace `_xHHHH_`: a surrogate pair becomes one character, an unpaired surrogate the replacement character."""
    units = _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)
    return units.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


class PowerShellStreamDecoder:
    """Returns the same lines for the same text, however it is split into chunks."""

    def __init__(self) -> None:
        self._rest: dict[LogStream, str] = {}
        self._clixml: dict[LogStream, str] = {}

    def feed(self, stream: LogStream, text: str) -> list[LogLine]:
        """Add a chunk of a stream and return the lines that it completes."""
        pending = self._rest.pop(stream, "") + text
        # A trailing carriage return may be the first half of a CRLF.
        hold = "\r" if pending.endswith("\r") else ""
        parts = _LINE_END.split(pending[: len(pending) - len(hold)])
        rest = parts.pop() + hold
        lines = [line for part in parts for line in self._line(stream, part)]
        # A CLIXML document may end without a line end, and text may follow it on the same line.
        if _END in rest and (stream in self._clixml or rest.startswith(_HEADER)):
            lines += self._line(stream, rest)
            rest = ""
        while len(rest) > MAX_LINE and stream not in self._clixml and not rest.startswith(_HEADER):
            lines += self._line(stream, rest[:MAX_LINE])
            rest = rest[MAX_LINE:]
        if rest:
            self._rest[stream] = rest
        return lines

    def feed_object(self, stream: LogStream, text: str) -> list[LogLine]:
        """Add the whole text of an object and return every line of the stream up to its end."""
        return [*self.feed(stream, text), *self.finish(stream)]

    def finish(self, stream: LogStream | None = None) -> list[LogLine]:
        """Return the unfinished rest of one stream, or of all streams."""
        lines = []
        for one in [stream] if stream else list({**self._rest, **self._clixml}):
            rest = self._rest.pop(one, "").removesuffix("\r")
            if rest:
                lines += self._line(one, rest)
            document = self._clixml.pop(one, "")
            if document:
                lines += _strings(one, document)
        return lines

    def _line(self, stream: LogStream, text: str) -> list[LogLine]:
        if stream in self._clixml:
            document = self._clixml.pop(stream) + "\n" + text
        elif text.lstrip("\ufeff").startswith(_HEADER):
            document = text.lstrip("\ufeff")[len(_HEADER) :]
        else:
            return _lines(stream, text)
        head, end, tail = document.partition(_END)
        if not end and len(document) < _MAX_CLIXML:
            self._clixml[stream] = document or " "
            return []
        return [*_strings(stream, head), *(self._line(stream, tail) if tail.strip() else [])]


def _strings(stream: LogStream, document: str) -> list[LogLine]:
    """Return the lines of a document. The writer splits strings when its buffer is full, so each stream's strings are joined."""
    found: dict[LogStream, str] = {}
    for name, raw in _STRING.findall(document):
        one = _STREAMS.get(name.lower(), stream)
        found[one] = found.get(one, "") + unescape(html.unescape(raw))
    return [piece for one, text in found.items() for line in _LINE_END.split(text) for piece in _lines(one, line)]


def _lines(stream: LogStream, text: str) -> list[LogLine]:
    pieces = (text[start : start + MAX_LINE].rstrip() for start in range(0, len(text), MAX_LINE))
    return [LogLine(stream, piece) for piece in pieces if piece.strip()]
