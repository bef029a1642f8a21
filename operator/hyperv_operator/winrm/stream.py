"""PowerShellStreamDecoder: turns chunks of text, split anywhere, into whole lines.

A PowerShell process that was started by a native program writes `#< CLIXML` and documents. Their records are assigned to the streams that
they name. Text before, between and after documents is kept, and a broken document is shown as the text that it is.
"""

from __future__ import annotations

import re
from typing import Final

from hyperv_operator.border.text import clean
from hyperv_operator.ports import LogLine, LogStream
from hyperv_operator.winrm.clixml import BrokenDocument, Document, Record

MAX_LINE: Final = 8_192
"""Characters per line; a longer line is split."""
_HEADER: Final = "#< CLIXML"
_ROOT: Final = "<Objs"
_MARK: Final = "\ufeff"
_BLANK = re.compile(r"[\r\n]++")
_LINE_END = re.compile(r"\r\n|\r|\n")
_MAX_DOCUMENTS: Final = 1_000
"""Documents of a stream that are read; what follows is text. Each costs time of its own, however short it is."""
_SLICE: Final = 4_096
_ROOT_START = re.compile(r"\s{0,64}<Objs[\s>/]")
_ROOT_PREFIX = re.compile(r"\s{0,64}(?:<(?:O(?:b(?:js?)?)?)?)?")
_STREAMS = {
    "error": LogStream.ERROR,
    "warning": LogStream.WARNING,
    "verbose": LogStream.VERBOSE,
    "debug": LogStream.DEBUG,
    "information": LogStream.INFORMATION,
    "progress": LogStream.PROGRESS,
    "output": LogStream.OUTPUT,
}


class PowerShellStreamDecoder:
    """Returns the same lines for the same text, however it is split into chunks."""

    def __init__(self) -> None:
        self._readers: dict[LogStream, _Reader] = {}

    def feed(self, stream: LogStream, text: str) -> list[LogLine]:
        """Add a chunk of a stream and return the lines that it completes."""
        return self._reader(stream).feed(text)

    def feed_object(self, stream: LogStream, text: str) -> list[LogLine]:
        """Add the whole text of an object and return the lines up to its end. Only a document goes on in the next object."""
        reader = self._reader(stream)
        lines = reader.feed(text)
        return lines if reader.is_in_document else [*lines, *reader.finish()]

    def finish(self, stream: LogStream | None = None) -> list[LogLine]:
        """Return the unfinished rest of one stream, or of all streams."""
        readers = [self._reader(stream)] if stream else list(self._readers.values())
        return [line for reader in readers for line in reader.finish()]

    def _reader(self, stream: LogStream) -> _Reader:
        return self._readers.setdefault(stream, _Reader(stream))


class _Reader:
    """Reads one stream: lines, and documents after a first header."""

    def __init__(self, stream: LogStream) -> None:
        self._stream = stream
        self._rest = ""
        """The unfinished line, shorter than `MAX_LINE`."""
        self._is_line_start = True
        self._has_header = False
        self._documents_left = _MAX_DOCUMENTS
        self._document: Document | None = None
        self._error = ""
        """The unfinished line of an error, which the next string continues."""

    @property
    def is_in_document(self) -> bool:
        """Whether a document has begun and not ended."""
        return self._document is not None

    def feed(self, text: str) -> list[LogLine]:
        lines: list[LogLine] = []
        left: str | None = text
        while left is not None:
            left = self._read_document(left, lines) if self._document else self._read_text(left, lines)
        return lines

    def finish(self) -> list[LogLine]:
        lines: list[LogLine] = []
        while self._document:
            rest, self._document = self._document.close(), None
            self._end_error(lines)
            self._is_line_start = False
            self._read_lines(rest, lines)
        rest, self._rest, self._is_line_start = self._rest.removesuffix("\r"), "", True
        lines += _lines(self._stream, rest)
        return lines

    def _read_text(self, text: str, lines: list[LogLine]) -> str | None:
        """Read lines up to a document; return the text that begins with one, or None when all was read."""
        pending, self._rest = self._rest + text, ""
        at, end = 0, len(pending)
        while at < end:
            if self._is_line_start:
                if (blank := _BLANK.match(pending, at)) is not None:
                    at = blank.end()
                    continue
                start = at + len(_MARK) if pending.startswith(_MARK, at) else at
                if pending.startswith(_HEADER, start):
                    self._has_header = self._documents_left > 0
                    at = start + len(_HEADER)
                    continue
                if self._has_header and (match := _ROOT_START.match(pending, at)):
                    self._document = Document()
                    self._documents_left -= 1
                    self._has_header = self._documents_left > 0
                    return pending[match.end() - len(_ROOT) - 1 :]
                if self._may_begin(pending, at, start):
                    break
            match = _LINE_END.search(pending, at)
            if match is None or (match[0] == "\r" and match.end() == end):
                break
            lines += _lines(self._stream, pending[at : match.start()])
            at, self._is_line_start = match.end(), True
        while end - at > MAX_LINE:
            lines += _lines(self._stream, pending[at : at + MAX_LINE])
            at += MAX_LINE
            self._is_line_start = False
        self._rest = pending[at:]
        return None

    def _may_begin(self, pending: str, at: int, start: int) -> bool:
        """Return whether more text is needed to see that a header or a document begins here."""
        left = len(pending) - start
        if left < len(_HEADER) and _HEADER.startswith(pending[start:]):
            return True
        prefix = _ROOT_PREFIX.match(pending, at)
        return self._has_header and prefix is not None and prefix.end() == len(pending) and left <= MAX_LINE

    def _read_lines(self, text: str, lines: list[LogLine]) -> None:
        """Read text that begins no document in its first line."""
        left = self._read_text(text, lines)
        while left is not None:
            left = self._read_document(left, lines) if self._document else self._read_text(left, lines)

    def _read_document(self, text: str, lines: list[LogLine]) -> str | None:
        """Read a document; return what follows it, or None when all was read."""
        document = self._document
        if document is None:
            return text
        for at in range(0, len(text), _SLICE):
            try:
                records, rest = document.feed(text[at : at + _SLICE])
            except BrokenDocument as broken:
                records, rest, self._is_line_start = document.taken(), broken.rest, False
            else:
                self._is_line_start = True
            self._add(records, lines)
            if rest is not None:
                self._end_error(lines)
                self._document = None
                return rest + text[at + _SLICE :]
        return None

    def _add(self, records: list[Record], lines: list[LogLine]) -> None:
        for record in records:
            stream = _STREAMS.get(record.stream, self._stream)
            if stream is LogStream.ERROR and record.is_string:
                # The writer ends each line of an error, but not each string: it divides a text that fills its buffer.
                first, *others = _LINE_END.split(record.text)
                *whole, rest = self._error + first, *others
                lines += [line for part in whole for line in _lines(stream, part)]
                cut = len(rest) - len(rest) % MAX_LINE if len(rest) > MAX_LINE else 0
                lines += _lines(stream, rest[:cut])
                self._error = rest[cut:]
            else:
                self._end_error(lines)
                lines += [line for part in _LINE_END.split(record.text) for line in _lines(stream, part)]

    def _end_error(self, lines: list[LogLine]) -> None:
        rest, self._error = self._error, ""
        lines += _lines(LogStream.ERROR, rest)


def _lines(stream: LogStream, text: str) -> list[LogLine]:
    pieces = (text[start : start + MAX_LINE].rstrip() for start in range(0, len(text), MAX_LINE))
    return [LogLine(stream, clean(piece.replace("\t", "    "), 4 * MAX_LINE)) for piece in pieces if piece.strip()]
