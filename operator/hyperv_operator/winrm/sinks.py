"""Where the objects of a pipeline go, and how many are taken: of a run, of an inventory, of a rollout call."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from typing import Final

from hyperv_operator.errors import ProtocolViolation, RecordError
from hyperv_operator.ports import LogLine, LogStream, TaskContext
from hyperv_operator.protocol.records import StepRecord, parse_record
from hyperv_operator.winrm.allowance import AnswerRefused
from hyperv_operator.winrm.pace import Pace
from hyperv_operator.winrm.records import StreamItem, read_item
from hyperv_operator.winrm.stream import PowerShellStreamDecoder

RECORD_TAG: Final = "HyperVOperator"
"""The tag of the agent's own information records."""
MAX_LINES: Final = 20_000
MAX_CHARACTERS: Final = 16 * 1024 * 1024
MAX_RECORDS: Final = 5_000
_MAX_ENDS: Final = 2 * MAX_LINES
"""Line ends, also of empty lines, which are not shown."""
_PIECE: Final = 16_384
"""Characters that are decoded at a time, so that other threads get their turn."""
_TAG_BYTES: Final = RECORD_TAG.encode()


def item_of(stream: LogStream, found: bytes | StreamItem) -> StreamItem:
    """Return an object of a stream, or a warning that says why it cannot be read."""
    if isinstance(found, StreamItem):
        return found
    try:
        return read_item(stream, found)
    except AnswerRefused as error:
        return StreamItem(LogStream.WARNING, f"An object of the {stream.value} stream was dropped: the host {error}")


class RunSink:
    """Reports the lines and records of a run up to a bound, and keeps its last output, whatever else there was."""

    def __init__(self, context: TaskContext, pace: Pace | None = None) -> None:
        self._context = context
        self._pace = pace or Pace(time.monotonic, threading.Event().wait)
        self._decoder = PowerShellStreamDecoder()
        self._output: bytes | StreamItem | None = None
        self._lines, self._characters, self._records = MAX_LINES, MAX_CHARACTERS, MAX_RECORDS
        self._ends = _MAX_ENDS
        self._dropped = 0

    def take(self, stream: LogStream, found: bytes | StreamItem) -> None:
        """Take one object."""
        if stream is LogStream.OUTPUT:
            # The last output is the outcome; those before it are ordinary lines.
            earlier, self._output = self._output, found
            if earlier is not None:
                self._report(stream, earlier)
        elif stream is LogStream.INFORMATION and self._may_be_record(found):
            item = item_of(stream, found)
            if RECORD_TAG in item.tags:
                self._report_record(item.text)
            else:
                self._report(stream, item)
        else:
            self._report(stream, found)

    def last_output(self) -> str | None:
        """Return the last output as text; None if there was none."""
        return None if self._output is None else item_of(LogStream.OUTPUT, self._output).text

    def finish(self) -> None:
        """Report what the streams have left unfinished, and how much was dropped, if anything."""
        self._report_lines(self._decoder.finish())
        if self._dropped:
            self._context.report(
                LogLine(
                    LogStream.WARNING,
                    f"{self._dropped:,} further lines were dropped: of one run, {MAX_LINES:,} lines, {MAX_CHARACTERS:,} characters and "
                    f"{MAX_RECORDS:,} records are taken.",
                )
            )

    def _may_be_record(self, found: bytes | StreamItem) -> bool:
        return self._records > 0 and isinstance(found, bytes) and _TAG_BYTES in found

    def _report_record(self, text: str) -> None:
        self._records -= 1
        try:
            record = parse_record(text)
        except RecordError as error:
            # A step of another version of the agent, perhaps: it is shown as it is.
            self._warn(error.message)
            self._report(LogStream.INFORMATION, StreamItem(LogStream.INFORMATION, text))
            return
        for problem in record.problems:
            self._warn(f"A part of a record cannot be read: {problem}.")
        if isinstance(record, StepRecord):
            self._pace.step(self._context)
            self._context.report(record)
        else:
            self._report(LogStream.INFORMATION, StreamItem(LogStream.INFORMATION, text))

    def _warn(self, text: str) -> None:
        self._report(LogStream.WARNING, StreamItem(LogStream.WARNING, text))

    def _report(self, stream: LogStream, found: bytes | StreamItem) -> None:
        if not self._has_room():
            # Not even read: what is dropped costs next to nothing.
            self._dropped += 1
            return
        item = item_of(stream, found)
        start = 0
        while start + _PIECE < len(item.text) and self._has_room():
            self._feed(item.stream, item.text[start : start + _PIECE])
            start += _PIECE
        rest = item.text[start:]
        if not self._has_room():
            self._dropped += rest.count("\n") + 1
            rest = ""
        self._ends -= rest.count("\n")
        self._report_lines(self._decoder.feed_object(item.stream, rest))

    def _has_room(self) -> bool:
        return self._lines > 0 and self._characters > 0 and self._ends > 0

    def _feed(self, stream: LogStream, piece: str) -> None:
        self._ends -= piece.count("\n")
        self._report_lines(self._decoder.feed(stream, piece))

    def _report_lines(self, lines: Sequence[LogLine]) -> None:
        for line in lines:
            if self._lines <= 0 or self._characters <= 0:
                self._dropped += 1
                continue
            self._lines -= 1
            self._characters -= len(line.text)
            self._pace.step(self._context)
            self._context.report(line)


class OutputSink:
    """Keeps the output of a call that answers with lines; raises `ProtocolViolation` if it is more than a host can have to say."""

    def __init__(self, where: str) -> None:
        self._where = where
        self._characters = 0
        self.lines: list[str] = []

    def take(self, stream: LogStream, found: bytes | StreamItem) -> None:
        """Take one object."""
        if stream is not LogStream.OUTPUT:
            return
        item = item_of(stream, found)
        self._characters += len(item.text)
        self.lines.append(item.text)
        if len(self.lines) > MAX_LINES or self._characters > MAX_CHARACTERS:
            raise ProtocolViolation(
                f"{self._where} answered with more than {MAX_LINES:,} lines or {MAX_CHARACTERS:,} characters.",
                remedy="Find out what runs in place of the agent on the host.",
            )


class LastOutputSink:
    """Keeps the last output."""

    def __init__(self) -> None:
        self._output: bytes | StreamItem | None = None

    def take(self, stream: LogStream, found: bytes | StreamItem) -> None:
        """Take one object."""
        if stream is LogStream.OUTPUT:
            self._output = found

    def last_output(self) -> str | None:
        """Return the last output as text; None if there was none."""
        return None if self._output is None else item_of(LogStream.OUTPUT, self._output).text
