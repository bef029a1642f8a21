"""Redaction of text: values that are known to be secret, and values that look secret."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import Final

from hyperv_operator.telemetry.held_forms import forms_of
from hyperv_operator.telemetry.held_values import HeldValues
from hyperv_operator.telemetry.secret_syntax import MASK, masked

__all__ = ["MASK", "MAX_TEXT", "Redactor"]

MAX_TEXT: Final = 65_536
"""Characters of a text that are cleaned and returned. What follows is left out, so that no text takes the event loop for long."""


class Redactor:
    """Redacts text. Thread-safe, since worker threads write log records.

    The time is linear in the text, with a bound, and hardly depends on the number of held values (docs/decisions/0024).
    """

    def __init__(self) -> None:
        self._all = HeldValues()
        self._owned: dict[str, HeldValues] = {}
        self._lock = threading.Lock()

    def clean(self, text: str, owner: str | None = None) -> str:
        """Return the text with every secret replaced by `MASK`, and with as many lines as before.

        With an owner, only what is held for it or for no one is looked for, besides everything that looks like a secret.
        """
        if len(text) > MAX_TEXT:
            text = f"{text[:MAX_TEXT]}… ({len(text) - MAX_TEXT} more characters)"
        held = (self._all,) if owner is None else tuple(self._owned[one] for one in ("", owner) if one in self._owned)
        if any(held):
            data = text.encode("utf-8", "surrogatepass")
            with self._lock:
                spans = [span for values in held for span in values.spans(data)]
            if spans:
                text = _without(data, spans)
        return masked(text)

    def hold(self, values: Sequence[str], owner: str = "") -> Callable[[], None]:
        """Redact these values too, in every form of `held_forms`, until the returned function is called.

        An owner (the UID of a machine) keeps the values of one tenant out of the status of another's machines.
        """
        forms = frozenset(form for value in values for form in forms_of(value))
        with self._lock:
            self._all.add(forms)
            self._owned.setdefault(owner, HeldValues()).add(forms)

        def release() -> None:
            nonlocal forms
            with self._lock:
                own = self._owned.get(owner)
                if own is not None and forms:
                    self._all.remove(forms)
                    own.remove(forms)
                    if not own:
                        del self._owned[owner]
                forms = frozenset()

        return release


def _without(data: bytes, spans: Sequence[tuple[int, int]]) -> str:
    parts, done = list[bytes](), 0
    for start, end in sorted(spans):
        if end <= done:
            continue
        parts += (data[done:start], MASK.encode(), b"\n" * data.count(b"\n", max(start, done), end))
        done = end
    parts.append(data[done:])
    return b"".join(parts).decode("utf-8", "surrogatepass")
