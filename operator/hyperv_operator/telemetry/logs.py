"""JSON log records on standard output, one a line, every text through redaction."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime

from typing_extensions import override

from hyperv_operator.ports import Redaction

_EXTRAS = ("machine", "uid", "host", "run", "attempt", "step", "state", "percent", "stream", "object")
_QUIET = {
    "pypsrp": logging.WARNING,
    "spnego": logging.WARNING,
    "urllib3": logging.ERROR,
    "aiohttp.access": logging.WARNING,
    "kubernetes_asyncio": logging.WARNING,
    "asyncio": logging.WARNING,
}
"""Below these, libraries log requests and whole scripts."""


class JsonFormatter(logging.Formatter):
    """time, level, logger, message, what the record is about, and an exception's text."""

    def __init__(self, redaction: Redaction) -> None:
        super().__init__()
        self._redaction = redaction

    @override
    def format(self, record: logging.LogRecord) -> str:
        """Return the record as one line of JSON."""
        entry: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        for name in _EXTRAS:
            value = getattr(record, name, None)
            if value is not None:
                entry[name] = value
        reference = getattr(record, "k8s_ref", None)
        if isinstance(reference, dict):
            entry["object"] = "/".join(
                str(part) for key in ("kind", "namespace", "name") if (part := reference.get(key))
            )
            entry.setdefault("uid", reference.get("uid"))
        if record.exc_info:
            entry["exception"] = self.formatException(record.exc_info)
        # Each text by itself: over the whole line, redaction could take a quote for the end of a value.
        clean = {key: self._redaction.clean(value) if isinstance(value, str) else value for key, value in entry.items()}
        return json.dumps(clean, ensure_ascii=False, default=str)


def set_up(level: str, redaction: Redaction) -> None:
    """Send every logger's records to standard output."""
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(JsonFormatter(redaction))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name, least in _QUIET.items():
        logging.getLogger(name).setLevel(max(least, logging.getLevelName(level)))
    logging.captureWarnings(capture=True)
