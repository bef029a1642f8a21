"""Redaction of text: values that are known to be secret, and values that look secret."""

from __future__ import annotations

import base64
import re
import threading
from collections import Counter
from collections.abc import Callable, Sequence

MASK = "(redacted)"
_SHORTEST = 4
"""Shorter values are not redacted: they occur in ordinary words."""
_PATTERNS = (
    re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(-----END [A-Z ]*PRIVATE KEY-----|$)", re.DOTALL),
    re.compile(
        r"(?i)(?P<keep>\b[\w.-]*(?:passw(?:or)?d|passphrase|pwd|_pw|joinpw|secret_?key|api_?key|token)\b[\"']?\s*[=:]\s*[\"']?)"
        r"(?P<value>[^\s\"',;}]+)"
    ),
    re.compile(r"(?i)(?P<keep>\bauthorization:\s*\w+\s+)(?P<value>\S+)"),
    re.compile(r"(?P<keep>://[^\s/:@]+:)(?P<value>[^\s/@]+)(?=@)"),
)


class Redactor:
    """Redacts text. Thread-safe, since worker threads write log records."""

    def __init__(self) -> None:
        self._held: Counter[str] = Counter()
        self._lock = threading.Lock()

    def clean(self, text: str) -> str:
        """Return the text with every secret replaced by `MASK`."""
        with self._lock:
            held = sorted(self._held, key=len, reverse=True)
        for value in held:
            text = text.replace(value, MASK)
        for pattern in _PATTERNS:
            text = pattern.sub(_masked, text)
        return text

    def hold(self, values: Sequence[str]) -> Callable[[], None]:
        """Redact these values too, in plain and in base64, until the returned function is called."""
        forms = [
            form
            for value in values
            if len(value) >= _SHORTEST
            for form in (value, base64.b64encode(value.encode()).decode().rstrip("="))
        ]
        with self._lock:
            self._held.update(forms)

        def release() -> None:
            with self._lock:
                self._held.subtract(forms)
                self._held += Counter()

        return release


def _masked(match: re.Match[str]) -> str:
    return f"{match.groupdict().get('keep') or ''}{MASK}"
