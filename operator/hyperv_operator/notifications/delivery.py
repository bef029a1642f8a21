"""The deliveries to one target: at least once, in order for each object, and never held up by another target."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from hyperv_operator.api.common import Transition
from hyperv_operator.api.names import EventReason
from hyperv_operator.notifications import cloudevent
from hyperv_operator.notifications.progress import Progress
from hyperv_operator.notifications.sender import CONNECTIONS, Delivered, Failed, Refused, Sender
from hyperv_operator.notifications.targets import Target
from hyperv_operator.ports import Clock, Metrics, Redaction, Subject

log = logging.getLogger(__name__)

_FAILURES_UNTIL_EVENT: Final = 3
_LONGEST_SLEEP: Final = 5.0
_SHORTEST_SLEEP: Final = 0.01
_DOUBLINGS: Final = 20

Connect = Callable[[Target], AbstractAsyncContextManager[Sender]]
"""Provides a sender to a target."""


@dataclass(frozen=True)
class Pace:
    """How often is tried. Durations are in seconds."""

    base: float = 1.0
    limit: float = 300.0
    refused_limit: float = 3_600.0
    """A transition that a target refuses for this long is not sent to it any more."""

    def pause(self, times: int, draw: float) -> float:
        """Return the pause after so many failures: it doubles, and half of it is random. `draw` is from 0 to 1."""
        whole = min(self.base * float(1 << min(times - 1, _DOUBLINGS)), self.limit)
        return whole * (0.5 + draw / 2)


@dataclass(frozen=True)
class Surroundings:
    """What the deliveries to all targets share."""

    find: Callable[[str], Subject | None]
    """Returns the newest version of an object by its UID."""
    settled: Callable[[str], None]
    """Takes the UID of an object of which everything has been delivered."""
    announce: Callable[[EventReason, str], Awaitable[None]]
    """Emits an Event about the Secret of the targets."""
    connect: Connect
    clock: Clock
    metrics: Metrics
    redaction: Redaction
    draw: Callable[[], float]
    pace: Pace = Pace()


class Delivery:
    """Sends to one target what its progress lacks. While the target fails, one request at a time shows whether it recovers."""

    def __init__(self, target: Target, progress: Progress, around: Surroundings) -> None:
        self.target = target
        self.progress = progress
        self._around = around
        self._wake = asyncio.Event()
        self._failures = 0
        self._failing_since: datetime | None = None
        self._failed_at: datetime | None = None
        self._refusing = False
        self._resume_at: datetime | None = None

    def note(self, subject: Subject) -> None:
        """Take the newest version of an object."""
        self._record(subject)
        self._wake.set()

    def _record(self, subject: Subject) -> None:
        lost = self.progress.note(subject, self.target.filter.accepts)
        if lost:
            self._around.metrics.notifications(self.target.name, "lost", lost)
            log.warning(
                "Target %s: at least %d transitions of %s %s left its status before they were sent",
                *(self.target.name, lost, subject.ref.kind, subject.ref.name),
            )

    async def run(self) -> None:
        """Send until cancelled."""
        async with self._around.connect(self.target) as sender, asyncio.TaskGroup() as group:
            for _ in range(CONNECTIONS):
                group.create_task(self._send_in_turn(sender))

    async def _send_in_turn(self, sender: Sender) -> None:
        while True:
            self._wake.clear()
            now = self._around.clock.now()
            uid = self._take(now)
            if uid is None:
                await self._sleep(now)
                continue
            try:
                await self._attempt(sender, uid)
            finally:
                self.progress.put_back(uid)
                self._wake.set()
            if not self.progress.is_pending(uid):
                self._around.settled(uid)

    def _take(self, now: datetime) -> str | None:
        waits = self._resume_at is not None and now < self._resume_at
        return None if waits or (self._failures and self.progress.busy) else self.progress.take(now)

    async def _sleep(self, now: datetime) -> None:
        """Wait until something has changed, or until a pause ends. `now` is the time at which nothing was to be sent."""
        seconds = _LONGEST_SLEEP
        for due in (self._resume_at, self.progress.next_due()):
            if due is not None and due > now:
                seconds = min(seconds, max((due - now).total_seconds(), _SHORTEST_SLEEP))
        try:
            async with asyncio.timeout(seconds):
                await self._wake.wait()
        except TimeoutError:
            return

    async def _attempt(self, sender: Sender, uid: str) -> None:
        """Send the next transition of an object once."""
        subject = self._around.find(uid)
        if subject is not None:
            self._record(subject)
        transition = self.progress.upcoming(subject) if subject else None
        if subject is None or transition is None:
            self.progress.forget(uid)
            self._around.metrics.notifications(self.target.name, "lost", 1)
            log.warning("Target %s: an object is gone before its last transitions were sent", self.target.name)
            return
        body = cloudevent.body(subject, transition, self._around.redaction.clean)
        begun = self._around.clock.now()
        answer = await sender.send(cloudevent.event_id(subject, transition), body, begun)
        match answer:
            case Delivered():
                self._around.metrics.notifications(self.target.name, "delivered", 1)
                self._done(subject, transition)
                self._refusing = False
                await self._recovered()
            case Refused(text=text):
                self._around.metrics.notifications(self.target.name, "failed", 1)
                await self._refused(subject, transition, text)
                await self._recovered()
            case Failed(text=text, retry_after=asked):
                self._around.metrics.notifications(self.target.name, "failed", 1)
                await self._failed(text, asked, begun)

    def _done(self, subject: Subject, transition: Transition) -> None:
        self.progress.sent(subject, transition)
        # The object may have changed, or may be gone, since the request began.
        latest = self._around.find(subject.ref.uid)
        if latest is None:
            self.progress.forget(subject.ref.uid)
        else:
            self.note(latest)

    async def _refused(self, subject: Subject, transition: Transition, text: str) -> None:
        pace, draw = self._around.pace, self._around.draw
        lasting, times = self.progress.refused(
            subject.ref.uid, self._around.clock.now(), lambda times: pace.pause(times, draw())
        )
        ref = subject.ref
        what = f"the notification {transition.reason} of {ref.kind} {ref.name} (sequence {transition.sequence})"
        log.info("Target %s refuses %s: %s", self.target.name, what, text)
        if lasting >= timedelta(seconds=pace.refused_limit):
            self._around.metrics.notifications(self.target.name, "given_up", 1)
            log.warning("Target %s refuses %s for good: %s", self.target.name, what, text)
            self._done(subject, transition)
        elif times >= _FAILURES_UNTIL_EVENT and not self._refusing:
            self._refusing = True
            await self._around.announce(
                EventReason.NOTIFICATIONS_FAILING,
                f"Target {self.target.name} refuses {what}: {text}. It is sent again for {pace.refused_limit / 60:g} minutes and given up "
                "then. Look for the cause in the log of the receiver, and check signing key, headers and url of the target.",
            )

    async def _failed(self, text: str, asked: float, begun: datetime) -> None:
        now = self._around.clock.now()
        if self._failed_at is not None and begun < self._failed_at:
            # It was under way when another request failed: both show the same failure.
            return
        self._failures, self._failed_at = self._failures + 1, now
        self._failing_since = self._failing_since or now
        pause = max(self._around.pace.pause(self._failures, self._around.draw()), asked)
        self._resume_at = now + timedelta(seconds=pause)
        log.info("Target %s failed: %s. The next attempt is in %.1f s", self.target.name, text, pause)
        if self._failures == _FAILURES_UNTIL_EVENT:
            log.warning("Target %s fails: %s", self.target.name, text)
            await self._around.announce(
                EventReason.NOTIFICATIONS_FAILING,
                f"Target {self.target.name} has accepted no notification since {self._failing_since:%Y-%m-%d %H:%M:%S} UTC: {text}. They "
                "are sent again until it does; of each object the last 20 transitions are kept.",
            )

    async def _recovered(self) -> None:
        failures, self._failures = self._failures, 0
        self._failing_since = self._failed_at = self._resume_at = None
        if failures >= _FAILURES_UNTIL_EVENT:
            await self._around.announce(
                EventReason.NOTIFICATIONS_RESUMED, f"Target {self.target.name} accepts notifications again."
            )
