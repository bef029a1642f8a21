"""A cache of namespace labels, for admission reviews, which cannot wait for the API server."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping

import aiohttp
from kubernetes_asyncio import client, watch
from kubernetes_asyncio.client.exceptions import ApiException

from hyperv_operator.kube.client import REQUEST_TIMEOUT

log = logging.getLogger(__name__)

_WATCH_SECONDS = 300
_MIN_BACKOFF = 1.0
_MAX_BACKOFF = 60.0


class KubeNamespaceLabels:
    """Lists and watches namespaces. The cache is empty while the watch is broken, because an outdated label is worse than none."""

    def __init__(self, api: client.ApiClient) -> None:
        self._api = client.CoreV1Api(api)
        self._labels: dict[str, Mapping[str, str]] = {}

    def known(self, name: str) -> Mapping[str, str] | None:
        """Return a namespace's cached labels; None if they are not cached."""
        return self._labels.get(name)

    async def run(self) -> None:
        """List and watch until cancelled."""
        backoff = _MIN_BACKOFF
        while True:
            try:
                version = await self._list()
                backoff = _MIN_BACKOFF
                while True:
                    version = await self._watch(version)
            except (ApiException, aiohttp.ClientError, OSError, TimeoutError) as error:
                reason = f"{error.status} {error.reason}" if isinstance(error, ApiException) else type(error).__name__
                log.warning(
                    "The watch of namespaces failed (%s). Until it recovers, admission does not check tenants.", reason
                )
            self._labels.clear()
            await asyncio.sleep(backoff)
            backoff = min(backoff * 2, _MAX_BACKOFF)

    async def _list(self) -> str:
        found = await self._api.list_namespace(_request_timeout=REQUEST_TIMEOUT)
        self._labels = {namespace.metadata.name: dict(namespace.metadata.labels or {}) for namespace in found.items}
        return str(found.metadata.resource_version)

    async def _watch(self, version: str) -> str:
        """Watch until the server ends the request; return the resourceVersion to resume from."""
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
