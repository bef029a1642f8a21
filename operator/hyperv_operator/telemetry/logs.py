"""Log records as JSON on standard output, one a line, with secrets redacted."""

from __future__ import annotations

import logging
import sys

from pythonjsonlogger.core import LogData
from pythonjsonlogger.json import JsonFormatter
from typing_extensions import override

from hyperv_operator.ports import Redaction

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
    """JSON with a fixed set of fields, each redacted.

    time (RFC 3339), level, logger and message; exception and stack where there are any; and what the record is about:
    object, machine, uid, host, run, attempt, step, state, percent, stream.
    """

    def __init__(self, redaction: Redaction) -> None:
        fields = ("levelname", "name", "message")
        super().__init__(fields, timestamp="time", rename_fields=_RENAMED, json_ensure_ascii=False)
        self._redaction = redaction

    @override
    def process_log_record(self, log_data: LogData) -> LogData:
        """Return the fields that are written."""
        log_data["level"] = str(log_data["level"]).lower()
        # Redaction of the whole line could take a quote for the end of a secret.
        return {
            name: self._redaction.clean(value) if isinstance(value, str) else value
            for name in (*_FIELDS, *_EXTRAS)
            if (value := log_data.get(name)) is not None
        }


def set_up(level: str, redaction: Redaction) -> None:
    """Send the records of every logger to standard output."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(LogFormatter(redaction))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name, lowest in _LIBRARY_LEVELS.items():
        logging.getLogger(name).setLevel(max(lowest, logging.getLevelName(level)))
    logging.captureWarnings(capture=True)
