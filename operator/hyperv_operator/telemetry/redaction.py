"""Takes secrets out of text: those that are known at the moment, and what looks like one."""

from __future__ import annotations

import base64
import re
import threading
from collections import Counter
from collections.abc import Callable, Sequence

MASK = "(redacted)"
_SHORTEST = 4
"""A shorter value would be taken out of every other word."""
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
    """Thread-safe: log records of worker threads pass it too."""

    def __init__(self) -> None:
        self._held: Counter[str] = Counter()
        self._lock = threading.Lock()

    def clean(self, text: str) -> str:
        """Return the text without secrets."""
        with self._lock:
            held = sorted(self._held, key=len, reverse=True)
        for value in held:
            text = text.replace(value, MASK)
        for pattern in _PATTERNS:
            text = pattern.sub(_masked, text)
        return text

    def hold(self, values: Sequence[str]) -> Callable[[], None]:
        """Also take these values out, as they are and in base64, until the returned function is called."""
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
