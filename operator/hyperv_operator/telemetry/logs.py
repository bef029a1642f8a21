"""Log records as JSON on standard output, one a line, with secrets redacted."""

from __future__ import annotations

import contextlib
import logging
import sys
import threading
from types import TracebackType
from typing import TYPE_CHECKING, TextIO

from pythonjsonlogger.core import LogData
from pythonjsonlogger.json import JsonFormatter
from typing_extensions import override

from hyperv_operator.border.text import clean_lines
from hyperv_operator.ports import Redaction
from hyperv_operator.telemetry.redaction import MAX_TEXT

if TYPE_CHECKING:
    from sys import UnraisableHookArgs

log = logging.getLogger(__name__)

_FIELDS = ("time", "level", "logger", "message", "exception", "stack")
_EXTRAS = ("object", "machine", "uid", "host", "run", "attempt", "step", "state", "percent", "stream")
_RENAMED = {"levelname": "level", "name": "logger", "exc_info": "exception", "stack_info": "stack"}
_LIBRARY_LEVELS = {
    "pypsrp": logging.WARNING,
    "spnego": logging.WARNING,
    "urllib3": logging.ERROR,
    "aiohttp.access": logging.WARNING,
    "kubernetes_asyncio": logging.WARNING,
    "asyncio": logging.WARNING,
}
"""Below these levels, libraries log requests and whole scripts."""


class LogFormatter(JsonFormatter):
    """JSON with a fixed set of fields, each redacted and clean.

    time (RFC 3339), level, logger and message; exception and stack where there are any; and what the record is about:
    object, machine, uid, host, run, attempt, step, state, percent, stream.
    """

    def __init__(self, redaction: Redaction) -> None:
        fields = ("levelname", "name", "message")
        super().__init__(fields, timestamp="time", rename_fields=_RENAMED, json_ensure_ascii=False)
        self._redaction = redaction

    @override
    def format(self, record: logging.LogRecord) -> str:
        """Return the line of a record; for one that cannot be formatted, a line that says where it comes from and why."""
        try:
            return super().format(record)
        except Exception as error:  # noqa: BLE001 - whatever a record has in it
            where = f"{record.pathname}:{record.lineno}"
            text = f"A log record of {where} could not be formatted ({type(error).__name__}). Its text is left out."
            return super().format(
                logging.LogRecord(record.name, record.levelno, record.pathname, record.lineno, text, (), None)
            )

    @override
    def process_log_record(self, log_data: LogData) -> LogData:
        """Return the fields that are written."""
        log_data["level"] = str(log_data["level"]).lower()
        # Redaction of the whole line could take a quote for the end of a secret.
        return {
            name: self._shown(value) if isinstance(value, str) else value
            for name in (*_FIELDS, *_EXTRAS)
            if (value := log_data.get(name)) is not None
        }

    def _shown(self, text: str) -> str:
        # Secrets go first, because replacing characters could hide one from the redaction.
        return clean_lines(self._redaction.clean(text), MAX_TEXT)


class _Handler(logging.StreamHandler[TextIO]):
    """Writes records to a stream. What cannot be written is dropped: the default would print the record, secrets included, as it is."""

    @override
    def handleError(self, record: logging.LogRecord) -> None:
        """Say on standard error which record was lost, and why."""
        kind = sys.exc_info()[0]
        with contextlib.suppress(OSError, ValueError):
            sys.stderr.write(
                f"A log record of {record.name} was not written ({kind.__name__ if kind else 'unknown'}).\n"
            )


def set_up(level: str, redaction: Redaction) -> None:
    """Send the records of every logger, and the exceptions that nothing has caught, to standard output."""
    handler = _Handler(sys.stdout)
    handler.setFormatter(LogFormatter(redaction))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name, lowest in _LIBRARY_LEVELS.items():
        logging.getLogger(name).setLevel(max(lowest, logging.getLevelName(level)))
    logging.captureWarnings(capture=True)
    sys.excepthook = _log_exception
    threading.excepthook = _log_exception_of_thread
    sys.unraisablehook = _log_ignored_exception


def _log_exception(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        return
    log.critical("The process ends with an unexpected exception", exc_info=(kind, error, trace))


def _log_exception_of_thread(about: threading.ExceptHookArgs) -> None:
    name = about.thread.name if about.thread else "unknown"
    if about.exc_value is not None:
        log.error("Thread %s ends with an unexpected exception", name, exc_info=about.exc_value)


def _log_ignored_exception(about: UnraisableHookArgs) -> None:
    if about.exc_value is not None:
        log.warning("An exception was ignored (%s)", about.err_msg or "in a destructor", exc_info=about.exc_value)
