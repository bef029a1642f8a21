"""Private keys that are printed over several lines. The redaction sees one line at a time, and a key's inner lines look like any text."""

from __future__ import annotations

import re
from typing import Final

_MAX_LINES: Final = 200
"""Lines that are left out after the first line of a key, if its last line does not come. A key of 16,384 bits has fewer."""
_BEGIN: Final = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----")
_END: Final = re.compile(r"-----END [A-Z ]*PRIVATE KEY-----")


class PrivateKeyLines:
    """Finds the lines of private keys in streams of text."""

    def __init__(self) -> None:
        self._left: dict[str, int] = {}

    def inside(self, stream: str, line: str) -> bool:
        """Return whether the next line of a stream is an inner or the last line of a key. The redaction masks the first line."""
        left = self._left.pop(stream, 0)
        if left and not _BEGIN.search(line):
            if not _END.search(line):
                self._left[stream] = left - 1
            return True
        begins = list(_BEGIN.finditer(line))
        if begins and not _END.search(line, begins[-1].end()):
            self._left[stream] = _MAX_LINES
        return False
