"""The transitions that a status records: what its Events say, numbered, so that nobody needs the Events to know what happened."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from hyperv_operator.api.common import Transition
from hyperv_operator.core.events import StatusEvent

MAX_TRANSITIONS: Final = 20
_MAX_MESSAGE: Final = 512
_CUT: Final = "…"


def newest(transitions: Sequence[Transition]) -> int:
    """Return the number of the newest transition; 0 if there is none."""
    return transitions[0].sequence if transitions else 0


def extended(
    old: Sequence[Transition], events: Sequence[StatusEvent], now: datetime, last: int
) -> tuple[Transition, ...]:
    """Return the transitions of a status after these Events, newest first; the oldest go when there are too many.

    `events` are in the order in which they happened, and their messages are redacted. `last` is the highest number that is
    known to be used: a status that somebody has emptied does not start again at 1.
    """
    last = max(last, newest(old))
    new = [
        Transition(
            sequence=number,
            at=now,
            reason=event.reason.value,
            severity="Warning" if event.warning else "Normal",
            message=shortened(event.message),
        )
        for number, event in enumerate(events, start=last + 1)
    ]
    return (*reversed(new), *old)[:MAX_TRANSITIONS]


def shortened(message: str) -> str:
    """Return a message, cut to what a transition can hold."""
    return message if len(message) <= _MAX_MESSAGE else message[: _MAX_MESSAGE - len(_CUT)] + _CUT
