"""The secrets of a launch, which are redacted in everything that is written until the launch has ended."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from hyperv_operator.ports import Redaction


class HeldSecrets:
    """Holds values until they are released, once and for all."""

    def __init__(self, redaction: Redaction) -> None:
        self._redaction = redaction
        self._releases: list[Callable[[], None]] = []
        self._released = False

    def hold(self, values: Sequence[str]) -> None:
        """Redact these values; do nothing for a launch that has ended."""
        if not self._released:
            self._releases.append(self._redaction.hold(values))

    def release(self) -> None:
        """Stop redacting them."""
        self._released = True
        while self._releases:
            self._releases.pop()()
