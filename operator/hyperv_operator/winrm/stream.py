"""PowerShellStreamDecoder: from pieces of text in any stream, cut anywhere, to whole lines.

Text that a native program's PowerShell child wrote arrives as CLIXML (`#< CLIXML` and an `Objs` document): its strings are
taken out and put under the stream they name. In CLIXML, `_xHHHH_` stands for one UTF-16 unit, two of them for a character
outside the first plane.
"""

from __future__ import annotations

import html
import re

from hyperv_operator.ports import LogLine, LogStream

MAX_LINE = 8_192
"""Characters of one line; a longer one becomes several."""
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
    """Replace `_xHHHH_`; pairs of surrogates become one character, and half a pair the replacement character."""
    units = _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text)
    return units.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


class PowerShellStreamDecoder:
    """Feed it pieces, get lines. The same text gives the same lines however it is cut."""

    def __init__(self) -> None:
        self._rest: dict[LogStream, str] = {}
        self._clixml: dict[LogStream, str] = {}

    def feed(self, stream: LogStream, text: str) -> list[LogLine]:
        """Take a piece of a stream and return the lines that are whole now."""
        pending = self._rest.pop(stream, "") + text
        # A carriage return at the very end may be half a line end.
        hold = "\r" if pending.endswith("\r") else ""
        parts = _LINE_END.split(pending[: len(pending) - len(hold)])
        rest = parts.pop() + hold
        lines = [line for part in parts for line in self._line(stream, part)]
        # A document needs no line end, nor need what follows it be on a line of its own.
        if _END in rest and (stream in self._clixml or rest.startswith(_HEADER)):
            lines += self._line(stream, rest)
            rest = ""
        while len(rest) > MAX_LINE and stream not in self._clixml and not rest.startswith(_HEADER):
            lines += self._line(stream, rest[:MAX_LINE])
            rest = rest[MAX_LINE:]
        if rest:
            self._rest[stream] = rest
        return lines

    def object(self, stream: LogStream, text: str) -> list[LogLine]:
        """Take a whole object's text: what is left of the stream before it ends with it."""
        return [*self.feed(stream, text), *self.finish(stream)]

    def finish(self, stream: LogStream | None = None) -> list[LogLine]:
        """Return what is left of one stream, or of all."""
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
    """Join each stream's strings of a document, as they are cut where the writer's buffer was full."""
    found: dict[LogStream, str] = {}
    for name, raw in _STRING.findall(document):
        one = _STREAMS.get(name.lower(), stream)
        found[one] = found.get(one, "") + unescape(html.unescape(raw))
    return [piece for one, text in found.items() for line in _LINE_END.split(text) for piece in _lines(one, line)]


def _lines(stream: LogStream, text: str) -> list[LogLine]:
    pieces = (text[start : start + MAX_LINE].rstrip() for start in range(0, len(text), MAX_LINE))
    return [LogLine(stream, piece) for piece in pieces if piece.strip()]
