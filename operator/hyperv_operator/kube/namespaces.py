"""Labels of all namespaces, listed once and then watched, for answers that may not wait for the API server."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping

from kubernetes_asyncio import client, watch
from kubernetes_asyncio.client.exceptions import ApiException

from hyperv_operator.kube.client import REQUEST_TIMEOUT

log = logging.getLogger(__name__)

_WATCH_SECONDS = 300
_FIRST_PAUSE = 1.0
_LONGEST_PAUSE = 60.0


class KubeNamespaceLabels:
    """Runs until cancelled. While the watch is broken nothing is known: an old label is worse than none."""

    def __init__(self, api: client.ApiClient) -> None:
        self._api = client.CoreV1Api(api)
        self._labels: dict[str, Mapping[str, str]] = {}

    def known(self, name: str) -> Mapping[str, str] | None:
        """Return a namespace's labels from memory; None if they are not known."""
        return self._labels.get(name)

    async def run(self) -> None:
        """List and watch until cancelled."""
        pause = _FIRST_PAUSE
        while True:
            try:
                version = await self._list()
                pause = _FIRST_PAUSE
                while True:
                    version = await self._follow(version)
            except (ApiException, OSError, TimeoutError) as error:
                reason = f"{error.status} {error.reason}" if isinstance(error, ApiException) else type(error).__name__
                log.warning("Namespaces cannot be watched (%s); admission does not check tenants meanwhile", reason)
            except Exception:
                log.exception("Watching namespaces failed in a way nobody foresaw")
            self._labels.clear()
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)

    async def _list(self) -> str:
        found = await self._api.list_namespace(_request_timeout=REQUEST_TIMEOUT)
        self._labels = {one.metadata.name: dict(one.metadata.labels or {}) for one in found.items}
        return str(found.metadata.resource_version)

    async def _follow(self, version: str) -> str:
        """Watch until the server ends it; return the version to go on from."""
        async with watch.Watch(return_type="object") as stream:
            async for event in stream.stream(
                self._api.list_namespace,
                resource_version=version,
                allow_watch_bookmarks=True,
                timeout_seconds=_WATCH_SECONDS,
                _request_timeout=_WATCH_SECONDS + REQUEST_TIMEOUT,
            ):
                meta = event["raw_object"]["metadata"]
                version = str(meta["resourceVersion"])
                if event["type"] == "DELETED":
                    self._labels.pop(meta["name"], None)
                elif event["type"] != "BOOKMARK":
                    self._labels[meta["name"]] = dict(meta.get("labels") or {})
        return version
