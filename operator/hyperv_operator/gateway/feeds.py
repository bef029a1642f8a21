"""Feeds: one watch of the Kubernetes API for all streams of one token and one namespace.

A feed belongs to its token: what one caller may read is never sent to another. It lists once, watches from there, and survives an
API server that is away. It ends when the API server no longer accepts the token, or when its last stream ends.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import time
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from hyperv_operator.gateway import messages
from hyperv_operator.gateway.cluster import Backoff, Caller, Refused, Unavailable, lines, machines_path
from hyperv_operator.gateway.jobs import JobView, key_of
from hyperv_operator.gateway.messages import End, Message, Position
from hyperv_operator.gateway.metrics import GatewayMetrics
from hyperv_operator.gateway.subscriptions import Subscription

log = logging.getLogger(__name__)

JsonObject = Mapping[str, Any]
FeedKey = tuple[str, str | None, str | None]

_PAGE: Final = 500
_REMEMBERED: Final = 512
"""Changes that a feed keeps for clients that come back."""
_SILENCE_SECONDS: Final = 90
"""Longest silence of a watch: the API server sends a bookmark about every minute."""
_SKEW_SECONDS: Final = 5
_DOUBTS: Final = 2
"""Refusals in the life of a feed that may be those of an API server that has just started and does not know its roles yet."""
_LONGEST_PAUSE: Final = 15.0

EXPIRED: Final = End(
    messages.UNAUTHENTICATED,
    "TokenExpired",
    "Kubernetes does not accept the token any more. Connect again with a new one.",
)


@dataclass(frozen=True)
class FeedLimits:
    """The numbers of a feed."""

    queue: int
    """Messages that wait for one stream."""
    recheck_seconds: float
    """Longest life of a watch, after which the API server checks the caller's rights again."""


class Feed:
    """The machines of one namespace (None: all; with a name: that machine), as one caller sees them."""

    def __init__(
        self, caller: Caller, namespace: str | None, name: str | None, view: JobView, limits: FeedLimits
    ) -> None:
        self._caller = caller
        self._path = machines_path(namespace)
        self._selector = {"fieldSelector": f"metadata.name={name}"} if name else {}
        self._view = view
        self._limits = limits
        self.subscriptions: set[Subscription] = set()
        self.end: End | None = None
        self._listed = asyncio.Event()
        self._current: dict[str, tuple[int, Message]] = {}
        self._references: dict[str, dict[str, str]] = {}
        self._changes: deque[tuple[int, Message]] = deque(maxlen=_REMEMBERED)
        self._since = 0
        """The version from which `_changes` has every change."""
        self._version = 0
        self._trouble = False

    async def listed(self) -> None:
        """Wait until the first list is complete, or the feed has ended."""
        await self._listed.wait()

    def begin(self, subscription: Subscription, position: Position | None) -> None:
        """Send what a stream begins with: the changes since its position, or everything; then every change."""
        if subscription.uid is None:
            for message in self._beginning(position):
                subscription.offer(message)
        self.subscriptions.add(subscription)

    def _beginning(self, position: Position | None) -> list[Message]:
        if position is not None and self._since <= position.version:
            return [message for version, message in self._changes if version > position.version]
        text = "What follows are all jobs as they are now, up to the notice Synced. Jobs that are not among them do not exist."
        done = messages.notice("Synced", "The jobs are complete. From now on, changes follow.", str(self._version))
        # In the order of versions, so that a client that is cut off goes on behind the last one that it got.
        jobs = sorted(self._current.values(), key=lambda one: one[0])
        return [messages.notice("Snapshot", text), *(message for _, message in jobs), done]

    async def run(self) -> None:
        """List and watch until the caller may not any more."""
        version: str | None = None
        backoff, refusals = Backoff(_LONGEST_PAUSE), 0
        try:
            while True:
                try:
                    if version is None:
                        version = await self._list()
                    async for reached in self._watch(version):
                        version, refusals = reached, 0
                        backoff.reset()
                    refusals = 0
                    self._recovered()
                    continue
                except _Expired:
                    version = None
                    continue
                except Refused as error:
                    if error.status in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
                        refusals += 1
                        if refusals > _DOUBTS or not self._listed.is_set():
                            self.end = _end_of(error)
                            return
                    elif error.status == HTTPStatus.GONE:
                        version = None
                        continue
                    else:
                        self._trouble_seen()
                except Unavailable:
                    self._trouble_seen()
                await backoff.pause()
        finally:
            self.end = self.end or End(
                messages.RESTART, "Stopping", "The gateway has ended this stream. Connect again."
            )
            self._listed.set()
            for one in self.subscriptions:
                one.offer(self.end)

    def _trouble_seen(self) -> None:
        if not self._trouble:
            text = "The Kubernetes API does not answer. The stream goes on when it does."
            self._broadcast(messages.notice("ClusterUnavailable", text))
        self._trouble = True

    def _recovered(self) -> None:
        if self._trouble:
            self._broadcast(messages.notice("ClusterAvailable", "The Kubernetes API answers again."))
        self._trouble = False

    def _broadcast(self, message: Message) -> None:
        for one in tuple(self.subscriptions):
            one.offer(message)

    # --- list and watch ----------------------------------------------------------------------------------------------

    async def _list(self) -> str:
        bodies: list[JsonObject] = []
        following, version = "", ""
        while True:
            query = {"limit": str(_PAGE), **self._selector} | ({"continue": following} if following else {})
            page = await self._caller.get(self._path, **query)
            bodies += page.get("items", [])
            version = str(page["metadata"]["resourceVersion"])
            following = page["metadata"].get("continue") or ""
            if not following:
                break
        for body in sorted(bodies, key=_version_of):
            self._changed(body)
        for uid in self._current.keys() - {str(body["metadata"]["uid"]) for body in bodies}:
            self._gone(uid, int(version))
        self._version = max(self._version, int(version))
        if not self._listed.is_set():
            self._changes.clear()
            self._since = self._version
        self._listed.set()
        self._recovered()
        return version

    async def _watch(self, version: str) -> AsyncIterator[str]:
        """Deliver the changes after a version until the watch ends; yield the version that is reached."""
        query = {
            "watch": "true",
            "allowWatchBookmarks": "true",
            "resourceVersion": version,
            "timeoutSeconds": str(self._life()),
            **self._selector,
        }
        async with self._caller.open(self._path, query, silence_seconds=_SILENCE_SECONDS) as response:
            self._recovered()
            async for line in lines(response):
                yield self._deliver(line)

    def _life(self) -> int:
        """Return how long the next watch may last: not longer than the token, so that an expired one is noticed at once."""
        expires, longest = self._caller.token.expires_at, self._limits.recheck_seconds
        left = expires - time.time() + 1 if expires is not None else longest
        # The clocks may differ: a token that should have expired is tried every few seconds.
        return max(1, int(min(left if left >= 1 else _SKEW_SECONDS, longest)))

    def _deliver(self, line: bytes) -> str:
        try:
            event = json.loads(line)
            body = event["object"]
        except (ValueError, KeyError, TypeError):
            raise Unavailable("the watch is not JSON") from None
        match event["type"]:
            case "ERROR" if body.get("code") == HTTPStatus.GONE:
                raise _Expired
            case "ERROR":
                raise Unavailable(str(body.get("message")))
            case "DELETED":
                self._gone(str(body["metadata"]["uid"]), int(body["metadata"]["resourceVersion"]))
            case "BOOKMARK":
                pass
            case _:
                self._changed(body)
        version = str(body["metadata"]["resourceVersion"])
        self._version = max(self._version, int(version))
        return version

    # --- changes -----------------------------------------------------------------------------------------------------

    def _changed(self, body: JsonObject) -> None:
        uid, version = str(body["metadata"]["uid"]), _version_of(body)
        known = self._current.get(uid)
        if known is not None and known[0] >= version:
            return
        key = key_of(body)
        self._references[uid] = {"id": key.id, "namespace": key.namespace, "name": key.name}
        message = messages.job(str(version), self._view.summary(body))
        self._current[uid] = (version, message)
        full = None
        for one in tuple(self.subscriptions):
            if one.uid is None:
                one.offer(message)
            elif one.uid == uid:
                full = full or messages.job(str(version), self._view.job(body))
                one.offer(full)
        self._remember(version, message)

    def _gone(self, uid: str, version: int) -> None:
        if self._current.pop(uid, None) is None:
            return
        message = messages.removed(str(version), self._references.pop(uid))
        for one in tuple(self.subscriptions):
            if one.uid in (None, uid):
                one.offer(message)
            if one.uid == uid:
                one.offer(End(messages.NORMAL, "JobRemoved", "The job does not exist any more."))
        self._remember(version, message)

    def _remember(self, version: int, message: Message) -> None:
        if len(self._changes) == _REMEMBERED:
            self._since = max(self._since, self._changes[0][0])
        self._changes.append((version, message))


class Feeds:
    """All feeds of a gateway."""

    def __init__(self, view: JobView, limits: FeedLimits, metrics: GatewayMetrics) -> None:
        self._view = view
        self._limits = limits
        self._metrics = metrics
        self._feeds: dict[FeedKey, tuple[Feed, asyncio.Task[None]]] = {}

    @contextlib.asynccontextmanager
    async def subscribed(
        self, caller: Caller, namespace: str | None, name: str | None, uid: str | None, position: Position | None
    ) -> AsyncGenerator[Subscription, None]:
        """Subscribe a stream during the block. If the caller may not read, the first message is the end."""
        key = (caller.token.hash, namespace, name)
        subscription = Subscription(self._limits.queue, uid)
        feed = self._feed(key, caller)
        # Held while it lists, so that no other stream's end stops the feed.
        waiting = Subscription(self._limits.queue, "")
        feed.subscriptions.add(waiting)
        try:
            await feed.listed()
            if feed.end is not None:
                subscription.offer(feed.end)
            else:
                feed.begin(subscription, position)
            feed.subscriptions.discard(waiting)
            yield subscription
        finally:
            feed.subscriptions -= {waiting, subscription}
            if not feed.subscriptions:
                self._drop(key, feed)

    def _feed(self, key: FeedKey, caller: Caller) -> Feed:
        found = self._feeds.get(key)
        if found is not None and found[0].end is None:
            return found[0]
        _, namespace, name = key
        feed = Feed(caller, namespace, name, self._view, self._limits)
        task = asyncio.create_task(feed.run(), name=f"feed of {namespace or 'all namespaces'}")
        task.add_done_callback(_report)
        self._feeds[key] = (feed, task)
        self._metrics.feeds.set(len(self._feeds))
        return feed

    def _drop(self, key: FeedKey, feed: Feed) -> None:
        found = self._feeds.get(key)
        if found is not None and found[0] is feed:
            del self._feeds[key]
            found[1].cancel()
        self._metrics.feeds.set(len(self._feeds))

    async def close(self) -> None:
        """End every feed, and with it every stream."""
        tasks = [task for _, task in self._feeds.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _report(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        log.error("A feed has failed unexpectedly; its streams are ended", exc_info=error)


def _end_of(error: Refused) -> End:
    if error.status == HTTPStatus.UNAUTHORIZED:
        return EXPIRED
    return End(messages.FORBIDDEN, "Forbidden", error.message)


def _version_of(body: JsonObject) -> int:
    return int(body["metadata"]["resourceVersion"])


class _Expired(Exception):
    """The API server no longer has the version from which the watch would continue."""
