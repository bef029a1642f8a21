"""What one target has been sent of each object, what comes next, and the watermark that survives a restart. No I/O."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from hyperv_operator.api.common import Transition
from hyperv_operator.core.transitions import newest
from hyperv_operator.ports import Subject

MARGIN: Final = timedelta(seconds=60)
"""A transition is in the status a little later than its time says: the watermark stays this long behind the clock."""
_JUST_BEFORE: Final = timedelta(microseconds=1)

Wanted = Callable[[Subject, Transition], bool]


@dataclass
class _Refused:
    since: datetime
    until: datetime
    times: int = 1


class Progress:
    """The queue of one target: objects in the order in which they changed, each with one transition in flight at most."""

    def __init__(self, floor: datetime) -> None:
        """`floor` is the watermark of the last process, or, for a new target, the time up to which nothing is sent."""
        self._floor = floor
        self._last = floor
        self._sent: dict[str, int] = {}
        self._next: dict[str, datetime] = {}
        self._busy: set[str] = set()
        self._refused: dict[str, _Refused] = {}

    def note(self, subject: Subject, wanted: Wanted) -> int:
        """Take the newest version of an object; return how many transitions left the status before they were sent, at least."""
        uid, sent = subject.ref.uid, self._sent.get(subject.ref.uid)
        lost = 0
        if sent is None:
            sent, lost = self._first(subject)
        elif newest(subject.transitions) < sent:
            # Another operator's status, or one that was restored: its numbers begin anew.
            sent = 0
        pending = [one for one in reversed(subject.transitions) if one.sequence > sent]
        if pending:
            lost += pending[0].sequence - sent - 1
        while pending and not wanted(subject, pending[0]):
            self._last = max(self._last, pending[0].at)
            sent = pending.pop(0).sequence
        if pending:
            self._next[uid] = pending[0].at
            sent = pending[0].sequence - 1
        else:
            self._next.pop(uid, None)
        self._sent[uid] = sent
        return lost

    def _first(self, subject: Subject) -> tuple[int, int]:
        """Return the number of the last transition that is delivered, and 1 if one between may be lost."""
        delivered = [one.sequence for one in subject.transitions if one.at <= self._floor]
        if delivered or not subject.transitions:
            return max(delivered, default=0), 0
        before = subject.transitions[-1].sequence - 1
        return before, 1 if before else 0

    def take(self, now: datetime) -> str | None:
        """Return the UID of an object whose next transition can be sent now, and mark it as busy; None if there is none."""
        for uid in self._next:
            refused = self._refused.get(uid)
            if uid not in self._busy and (refused is None or refused.until <= now):
                self._busy.add(uid)
                return uid
        return None

    def next_due(self) -> datetime | None:
        """Return when the first object that was refused may be tried again; None if none was."""
        return min((one.until for uid, one in self._refused.items() if uid not in self._busy), default=None)

    def put_back(self, uid: str) -> None:
        """Mark an object as no longer busy, at the end of the queue."""
        self._busy.discard(uid)
        if uid in self._next:
            self._next[uid] = self._next.pop(uid)

    def upcoming(self, subject: Subject) -> Transition | None:
        """Return the object's next transition to send."""
        sent = self._sent.get(subject.ref.uid, 0)
        return next((one for one in reversed(subject.transitions) if one.sequence > sent), None)

    def sent(self, subject: Subject, transition: Transition) -> None:
        """Record that a transition was delivered, or is not sent any more."""
        uid = subject.ref.uid
        self._sent[uid] = max(self._sent.get(uid, 0), transition.sequence)
        self._last = max(self._last, transition.at)
        self._next.pop(uid, None)
        self._refused.pop(uid, None)

    def refused(self, uid: str, now: datetime, pause: Callable[[int], float]) -> tuple[timedelta, int]:
        """Record that the target refused the object's next transition; return for how long and how often it has done so.

        `pause` returns the seconds to wait after so many refusals.
        """
        known = self._refused.get(uid)
        times = known.times + 1 if known else 1
        since = known.since if known else now
        self._refused[uid] = _Refused(since, now + timedelta(seconds=pause(times)), times)
        return now - since, times

    def forget(self, uid: str) -> None:
        """Drop an object that is gone."""
        for one in (self._sent, self._next, self._refused):
            one.pop(uid, None)
        self._busy.discard(uid)

    def is_pending(self, uid: str) -> bool:
        """Return whether the object has a transition that is not delivered."""
        return uid in self._next

    @property
    def busy(self) -> int:
        """The number of transitions in flight."""
        return len(self._busy)

    @property
    def oldest(self) -> datetime | None:
        """The time of the oldest transition that is not delivered; None if everything is."""
        return min(self._next.values(), default=None)

    def watermark(self, now: datetime) -> datetime:
        """Return the time up to which everything is delivered; once all is, it does not change any more."""
        known = min(self._last, now - MARGIN)
        return max(self._floor, min(known, self.oldest - _JUST_BEFORE) if self.oldest else known)
