"""The secrets of a call to a host, which are redacted in everything that is written until the call has ended."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from hyperv_operator.ports import Redaction


class HeldSecrets:
    """Holds values until they are released, once and for all."""

    def __init__(self, redaction: Redaction, owner: str = "") -> None:
        self._redaction = redaction
        self._owner = owner
        self._releases: list[Callable[[], None]] = []
        self._released = False

    def hold(self, values: Sequence[str]) -> None:
        """Redact these values of the owner; do nothing for a call that has ended."""
        self._hold(values, self._owner)

    def hold_for_all(self, values: Sequence[str]) -> None:
        """Redact these values in every status: a host's credentials, which belong to no tenant."""
        self._hold(values, "")

    def _hold(self, values: Sequence[str], owner: str) -> None:
        if not self._released:
            self._releases.append(self._redaction.hold(values, owner))

    def release(self) -> None:
        """Stop redacting them."""
        self._released = True
        while self._releases:
            self._releases.pop()()
