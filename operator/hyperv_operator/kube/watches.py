"""Watches of the operator's own kinds: list, watch, and list again after the resync interval or a failure.

Every list delivers all objects, so whatever a watch has missed is delivered by the next list at the latest. The watch knows
whether it has listed, and when the API server last sent anything; readiness is measured on that.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import random
import time
from collections.abc import AsyncGenerator
from http import HTTPStatus
from typing import Any, Final

import aiohttp
from kubernetes_asyncio import client

from hyperv_operator.api.names import GROUP, VERSION
from hyperv_operator.errors import ClusterError, ObjectGone
from hyperv_operator.kube.client import REQUEST_TIMEOUT, check, parsed, translated
from hyperv_operator.kube.pages import pages
from hyperv_operator.ports import JsonObject, Watcher

log = logging.getLogger(__name__)

_CONNECT_TIMEOUT: Final = 10
LONGEST_SILENCE: Final = 75
"""Seconds without a byte after which a watch counts as broken: the API server sends a bookmark about every minute."""
_DELIVERED_AT_ONCE: Final = 20
"""Objects of a list that are delivered before the event loop turns."""
_MIN_PAUSE: Final = 1.0
_MAX_PAUSE: Final = 30.0


class ObjectWatch:
    """Watches one kind in one namespace, or in all."""

    def __init__(
        self, api: client.ApiClient, plural: str, namespace: str | None, watcher: Watcher, resync_seconds: float
    ) -> None:
        self._api = client.CustomObjectsApi(api)
        self._plural = plural
        self._namespace = namespace
        self._watcher = watcher
        self._resync_seconds = resync_seconds
        self._what = f"{plural} in namespace {namespace}" if namespace else plural
        self.name = f"watch of {self._what}"
        self._listed = False
        self._heard_at = time.monotonic()
        self._trouble = ""

    def age(self) -> float:
        """Return the seconds since the API server last sent anything, or since the start if it has not yet."""
        return time.monotonic() - self._heard_at

    def problem(self, limit: float) -> str | None:
        """Return why this watch cannot be relied on; None once it has listed and while it hears from the API server.

        `limit` is the longest silence in seconds.
        """
        trouble = f" ({self._trouble})" if self._trouble else ""
        if not self._listed:
            return f"{self._what} have not been listed yet{trouble}"
        age = self.age()
        return f"the watch of {self._what} has delivered nothing for {age:.0f} s{trouble}" if age > limit else None

    async def run(self) -> None:
        """List and watch until cancelled. Failures of the API are logged and followed by another list, after a pause."""
        pause = _MIN_PAUSE
        while True:
            try:
                version = await self._list()
                pause = _MIN_PAUSE
                await self._watch_until_resync(version)
                continue
            except _Expired:
                log.debug("The watch of %s has expired; listing again", self._what)
                asked = None
            except ClusterError as error:
                self._note(error)
                asked = error.retry_after
            await asyncio.sleep(max(pause * random.uniform(0.5, 1.0), asked or 0.0))  # noqa: S311 - spreads requests over time
            pause = min(pause * 2, _MAX_PAUSE)

    def _note(self, error: ClusterError) -> None:
        trouble = error.message
        if isinstance(error, ObjectGone):
            trouble = f"The API server does not serve {self._plural} of {GROUP}/{VERSION}. Install the chart's resource definitions."
        if trouble != self._trouble:
            log.warning("Watching %s: %s", self._what, trouble)
        self._trouble = trouble

    def _heard(self) -> None:
        self._heard_at = time.monotonic()
        if self._trouble:
            log.info("Watching %s again", self._what)
        self._trouble = ""

    # --- list --------------------------------------------------------------------------------------------------------

    async def _list(self) -> str:
        """Deliver every object; return the resourceVersion of the list."""
        uids: set[str] = set()
        version = ""
        async with contextlib.aclosing(pages(self._request, f"list {self._what}")) as found:
            async for page in found:
                for number, body in enumerate(page["items"]):
                    uids.add(str(body["metadata"]["uid"]))
                    self._watcher.changed(body)
                    if number % _DELIVERED_AT_ONCE == 0:
                        await asyncio.sleep(0)
                version = str(page["metadata"]["resourceVersion"])
        self._heard()
        self._watcher.listed(self._namespace, uids)
        self._listed = True
        return version

    async def _request(self, **options: Any) -> Any:
        if self._namespace:
            return await self._api.list_namespaced_custom_object(
                GROUP, VERSION, self._namespace, self._plural, **options
            )
        return await self._api.list_cluster_custom_object(GROUP, VERSION, self._plural, **options)

    # --- watch -------------------------------------------------------------------------------------------------------

    async def _watch_until_resync(self, version: str) -> None:
        end = time.monotonic() + self._resync_seconds * random.uniform(0.8, 1.0)  # noqa: S311 - spreads requests over time
        while (left := end - time.monotonic()) > 0:
            begun = time.monotonic()
            async with contextlib.aclosing(self._events(version, left)) as events:
                async for event in events:
                    version = self._deliver(event) or version
            # A server that ends every watch at once is not asked in a loop.
            await asyncio.sleep(min(max(_MIN_PAUSE - (time.monotonic() - begun), 0), left))

    async def _events(self, version: str, seconds: float) -> AsyncGenerator[dict[str, Any], None]:
        """Yield the events after a version until the server ends the watch, which it does after `seconds` at the latest."""
        timeout = aiohttp.ClientTimeout(
            total=seconds + REQUEST_TIMEOUT, sock_connect=_CONNECT_TIMEOUT, sock_read=LONGEST_SILENCE
        )
        with translated(f"watch {self._what}"):
            response: aiohttp.ClientResponse = await self._request(
                watch=True,
                allow_watch_bookmarks=True,
                resource_version=version,
                timeout_seconds=max(int(seconds), 1),
                _preload_content=False,
                _request_timeout=timeout,
            )
            try:
                if response.status == HTTPStatus.GONE:
                    raise _Expired
                check(response)
                self._heard()
                # Not line by line: aiohttp limits the length of a line, and an object may be longer.
                rest: list[bytes] = []
                async for chunk in response.content.iter_any():
                    first, *others = chunk.split(b"\n")
                    rest.append(first)
                    for start in others:
                        yield parsed(b"".join(rest), f"watch {self._what}")
                        rest = [start]
            finally:
                response.close()

    def _deliver(self, event: dict[str, Any]) -> str | None:
        """Deliver one event; return the version that it brings."""
        body: JsonObject = event["object"]
        self._heard()
        match event["type"]:
            case "BOOKMARK":
                pass
            case "ERROR" if body.get("code") == HTTPStatus.GONE:
                raise _Expired
            case "ERROR":
                raise ClusterError(f"Kubernetes API: watch {self._what}: {body.get('code')} {body.get('message')}.")
            case "DELETED":
                self._watcher.deleted(body)
            case _:
                self._watcher.changed(body, created=event["type"] == "ADDED")
        metadata = body["metadata"]
        return str(metadata["resourceVersion"]) if isinstance(metadata, dict) else None


class _Expired(Exception):
    """The API server no longer has the version from which the watch would continue."""
