"""The notifier: it reads the Secret of targets, runs a delivery for each, and stores how far each has come.

What is sent is in the status of the objects. The notifier keeps a number for each object and target, and whole transitions only
of objects that are gone, a bounded number of them.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
from collections import OrderedDict
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from hyperv_operator.api.names import EventReason
from hyperv_operator.core.transitions import newest
from hyperv_operator.errors import ClusterError, ObjectGone
from hyperv_operator.notifications import targets
from hyperv_operator.notifications.delivery import Connect, Delivery, Pace, Surroundings
from hyperv_operator.notifications.progress import Progress
from hyperv_operator.notifications.sender import http_sender
from hyperv_operator.notifications.targets import Target, Targets
from hyperv_operator.ports import (
    Clock,
    Events,
    JsonObject,
    Metrics,
    ObjectRef,
    Redaction,
    Secrets,
    Subject,
    Subjects,
    Watermarks,
)

log = logging.getLogger(__name__)

MAX_ENDED: Final = 1_000
"""Objects that are gone, and whose last transitions are kept until they are delivered."""
SAVE_INTERVAL: Final = timedelta(seconds=30)
_TICK: Final = 5.0
_RESTART_PAUSE: Final = 30.0
_LAST_SAVE_SECONDS: Final = 2.0


@dataclass(frozen=True)
class Adapters:
    """The ports that the notifier uses."""

    secrets: Secrets
    watermarks: Watermarks
    events: Events
    subjects: Subjects
    clock: Clock
    metrics: Metrics
    redaction: Redaction


@dataclass
class _Running:
    delivery: Delivery
    task: asyncio.Task[None]


class Notifier:
    """Sends the transitions of machines and hosts to the targets that a Secret names (`ports.Notifications`)."""

    def __init__(
        self,
        adapters: Adapters,
        secret: ObjectRef,
        reload_seconds: float,
        *,
        pace: Pace | None = None,
        draw: Callable[[], float] = random.random,
        connect: Connect = http_sender,
    ) -> None:
        self._ports = adapters
        self._secret = secret
        self._reload_seconds = reload_seconds
        self._around = Surroundings(
            find=self._find,
            settled=self._settled,
            announce=self._announce,
            connect=connect,
            clock=adapters.clock,
            metrics=adapters.metrics,
            redaction=adapters.redaction,
            draw=draw,
            pace=pace or Pace(),
        )
        self._objects: dict[str, tuple[ObjectRef, int]] = {}
        """By UID: the objects that have transitions, and the number of the newest."""
        self._ended: OrderedDict[str, Subject] = OrderedDict()
        self._gone: OrderedDict[str, None] = OrderedDict()
        """UIDs of the objects that ended last: a late version of one begins nothing anew."""
        self._unlisted: set[object] = set()
        self._running: dict[str, _Running] = {}
        self._progress: dict[str, Progress] = {}
        self._named: frozenset[str] | None = None
        """The names of all targets in the Secret; None before it could be read."""
        self._version = ""
        self._trouble = ""
        self._stored: dict[str, str] = {}
        self._stored_at: datetime | None = None

    # --- what has changed --------------------------------------------------------------------------------------------

    def expect(self, feed: object) -> None:
        """Wait for the first list of a feed before a watermark is trusted: an object that is not seen may have more to send."""
        self._unlisted.add(feed)

    def seen(self, ref: ObjectRef, sequence: int) -> None:
        """Take what a watch has delivered."""
        known = self._objects.get(ref.uid)
        if sequence and (known is None or known[1] != sequence):
            self.changed(ref)

    def changed(self, ref: ObjectRef) -> None:
        """Take that an object may have new transitions."""
        subject = None if ref.uid in self._gone else self._ports.subjects.find(ref)
        if subject is not None and subject.transitions:
            self._note(subject)

    def ended(self, last: Subject) -> None:
        """Take the last transitions of an object that is about to be gone, and keep them until they are delivered."""
        uid = last.ref.uid
        kept = self._ended.get(uid)
        if kept is None or newest(kept.transitions) < newest(last.transitions):
            self._ended[uid] = last
            self._note(last)
        self._gone[uid] = None
        if len(self._gone) > MAX_ENDED:
            self._gone.popitem(last=False)
        self._settled(uid)
        if len(self._ended) > MAX_ENDED:
            self._lose(next(iter(self._ended)))

    def deleted(self, kind: str, body: JsonObject) -> None:
        """Take the last version of an object that is gone. Of a machine, `ended` usually has taken more before."""
        subject = self._ports.subjects.parse(kind, body)
        if subject.ref.uid in self._objects:
            self.ended(subject)

    def listed(self, feed: object, kind: str, namespace: str | None, uids: AbstractSet[str]) -> None:
        """Drop the objects that a list lacks: what was in their status cannot be read any more."""
        self._unlisted.discard(feed)
        gone = [
            uid
            for uid, (ref, _) in self._objects.items()
            if ref.kind == kind and namespace in (None, ref.namespace) and uid not in uids and uid not in self._ended
        ]
        for uid in gone:
            self._lose(uid)

    def _note(self, subject: Subject) -> None:
        self._objects[subject.ref.uid] = (subject.ref, newest(subject.transitions))
        for one in self._running.values():
            one.delivery.note(subject)

    def _find(self, uid: str) -> Subject | None:
        known = self._objects.get(uid)
        return self._ended.get(uid) or (self._ports.subjects.find(known[0]) if known else None)

    def _settled(self, uid: str) -> None:
        """Drop an object that is gone once every target has everything of it."""
        if (
            self._named is not None
            and uid in self._ended
            and not any(one.is_pending(uid) for one in self._progress.values())
        ):
            self._forget(uid)

    def _lose(self, uid: str) -> None:
        for name, progress in self._progress.items():
            if progress.is_pending(uid):
                self._ports.metrics.notifications(name, "lost", 1)
                log.warning("Target %s: an object is gone before its last transitions were sent", name)
        self._forget(uid)

    def _forget(self, uid: str) -> None:
        self._ended.pop(uid, None)
        self._objects.pop(uid, None)
        for progress in self._progress.values():
            progress.forget(uid)

    # --- targets -----------------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Follow the Secret and run the deliveries until cancelled."""
        await self._read_watermarks()
        reload_at = self._ports.clock.now()
        try:
            while True:
                if self._ports.clock.now() >= reload_at:
                    await self._reload()
                    reload_at = self._ports.clock.now() + timedelta(seconds=self._reload_seconds)
                self._measure()
                await self._save()
                await asyncio.sleep(min(_TICK, self._reload_seconds))
        finally:
            await self._stop(self._running)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_LAST_SAVE_SECONDS):
                    await self._save(last=True)

    async def _read_watermarks(self) -> None:
        while True:
            try:
                self._stored = dict(await self._ports.watermarks.read())
            except ClusterError as error:
                # Without them nobody knows what is sent already: to guess would lose or repeat.
                self._report(error.message)
            else:
                return
            await asyncio.sleep(_TICK)

    async def _reload(self) -> None:
        """Read the Secret, and start, stop and change deliveries accordingly."""
        secret = self._secret
        try:
            found = await self._ports.secrets.read(secret.namespace or "", secret.name)
        except ObjectGone:
            self._report(
                f"The Secret {secret.name} of notification targets does not exist: nothing is sent. Create it."
            )
            self._version = ""
            await self._apply(Targets(readable=False))
            return
        except ClusterError as error:
            self._report(error.message)
            return
        self._trouble = ""
        if found.resource_version == self._version:
            return
        self._version = found.resource_version
        self._secret = ObjectRef(secret.kind, secret.name, secret.namespace, found.uid, secret.api_version)
        read = targets.parse(found.data)
        await self._apply(read)
        if read.problems:
            text = " ".join(read.problems)
            log.warning("%s", text)
            await self._announce(EventReason.NOTIFICATION_TARGETS_INVALID, text)

    def _report(self, trouble: str) -> None:
        if trouble != self._trouble:
            log.warning("%s", trouble)
        self._trouble = trouble

    async def _apply(self, read: Targets) -> None:
        wanted = {target.name: target for target in read.targets}
        stale = {name: one for name, one in self._running.items() if one.delivery.target != wanted.get(name)}
        await self._stop(stale)
        for name in stale:
            del self._running[name]
        if read.readable:
            self._named = read.named
            for name in self._progress.keys() - read.named:
                del self._progress[name]
                self._ports.metrics.notification_target_gone(name)
        for target in wanted.values():
            if target.name not in self._running:
                self._start(target)
        for uid in list(self._ended):
            self._settled(uid)

    def _start(self, target: Target) -> None:
        progress = self._progress.get(target.name)
        if progress is None:
            mark = parse_mark(self._stored.get(target.name, ""))
            progress = Progress(mark or self._ports.clock.now())
            self._progress[target.name] = progress
        delivery = Delivery(target, progress, self._around)
        task = asyncio.create_task(_keep_running(delivery), name=f"notifications to {target.name}")
        self._running[target.name] = _Running(delivery, task)
        for uid in self._objects:
            subject = self._find(uid)
            if subject is not None:
                delivery.note(subject)

    async def _stop(self, running: dict[str, _Running]) -> None:
        tasks = [one.task for one in running.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _announce(self, reason: EventReason, text: str) -> None:
        warning = reason is not EventReason.NOTIFICATIONS_RESUMED
        await self._ports.events.emit(self._secret, reason.value, text, warning=warning)

    # --- what survives a restart -------------------------------------------------------------------------------------

    def _measure(self) -> None:
        now = self._ports.clock.now()
        for name, progress in self._progress.items():
            age = max((now - progress.oldest).total_seconds(), 0.0) if progress.oldest else 0.0
            self._ports.metrics.notifications_pending(name, age)

    async def _save(self, *, last: bool = False) -> None:
        """Store the watermarks if they have changed, at most once in an interval; a new target's at once."""
        now = self._ports.clock.now()
        due = last or self._stored_at is None or now >= self._stored_at + SAVE_INTERVAL
        # Before everything is listed, objects that are not known yet may have older transitions to send.
        known = {
            name: format_mark(progress.watermark(now))
            for name, progress in self._progress.items()
            if name not in self._stored or (due and not self._unlisted)
        }
        changes: dict[str, str | None] = {name: mark for name, mark in known.items() if mark != self._stored.get(name)}
        if self._named is not None:
            changes |= dict.fromkeys(self._stored.keys() - self._named, None)
        if not changes:
            return
        try:
            await self._ports.watermarks.write(changes)
        except ClusterError as error:
            log.warning("How far notifications have come could not be stored: %s", error.message)
            self._stored_at = now
            return
        self._stored_at = now
        self._stored = {name: mark for name, mark in {**self._stored, **changes}.items() if mark is not None}


def format_mark(at: datetime) -> str:
    """Return a watermark as it is stored."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def parse_mark(text: str) -> datetime | None:
    """Read a stored watermark; None if there is none, or if it cannot be read."""
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        return None
    return read if read.tzinfo else None


async def _keep_running(delivery: Delivery) -> None:
    """Run a delivery until cancelled; one that fails unexpectedly is logged and starts again: others are not affected."""
    while True:
        try:
            await delivery.run()
        except Exception:
            log.exception("The deliveries to target %s failed unexpectedly", delivery.target.name)
        await asyncio.sleep(_RESTART_PAUSE)
