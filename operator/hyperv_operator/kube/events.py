"""Events: queued by whoever has something to report, and written one after the other by one task."""

from __future__ import annotations

import asyncio
import logging
import secrets as random_names
from typing import Any, Final

from kubernetes_asyncio import client

from hyperv_operator.api.names import CONTROLLER
from hyperv_operator.border.text import clean_lines
from hyperv_operator.core.shares import Shares
from hyperv_operator.errors import ClusterError
from hyperv_operator.kube.client import REQUEST_TIMEOUT, translated
from hyperv_operator.ports import Clock, JsonObject, Metrics, ObjectRef, Redaction

log = logging.getLogger(__name__)

_MAX_NOTE: Final = 1_024
"""Bytes of UTF-8, as the API server counts them."""
_MAX_NAME: Final = 230
_MAX_INSTANCE: Final = 128
_QUEUE: Final = 1_000
_LONGEST_WAIT: Final = 60.0
_EVENTS_OF_CLUSTER_SCOPED: Final = "default"
"""Kubernetes keeps the Events of cluster-scoped objects in this namespace."""


class EventQueue:
    """A bounded queue that namespaces share: each has one Event written in turn, and one that has too many loses its own."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._events = Shares[JsonObject]()

    def __len__(self) -> int:
        """Return the number of Events."""
        return len(self._events)

    def add(self, namespace: str, event: JsonObject) -> bool:
        """Append an Event; return whether another had to be dropped for it: the oldest of the namespace that has most."""
        dropped = len(self._events) == self._size
        if dropped:
            self._events.drop()
        self._events.add(namespace, event)
        return dropped

    def next(self) -> JsonObject | None:
        """Remove and return the next Event; None if there is none."""
        found = self._events.take()
        return found and found[1]


class KubeEvents:
    """Writes Events with redacted messages."""

    def __init__(
        self, api: client.ApiClient, clock: Clock, redaction: Redaction, metrics: Metrics, instance: str
    ) -> None:
        self._api = client.EventsV1Api(api)
        self._clock = clock
        self._redaction = redaction
        self._metrics = metrics
        self._instance = instance
        self._queue = EventQueue(_QUEUE)
        self._filled = asyncio.Event()
        self._written = asyncio.Event()
        self._written.set()

    async def emit(self, ref: ObjectRef, reason: str, message: str, *, warning: bool = False) -> None:
        """Queue an Event and return at once."""
        namespace = ref.namespace or _EVENTS_OF_CLUSTER_SCOPED
        dropped = self._queue.add(
            namespace,
            {
                "metadata": {"name": event_name(ref.name), "namespace": namespace},
                "eventTime": self._clock.now().strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
                "reportingController": CONTROLLER,
                "reportingInstance": self._instance[:_MAX_INSTANCE],
                "action": "Reconcile",
                "reason": reason,
                "regarding": {
                    "apiVersion": ref.api_version,
                    "kind": ref.kind,
                    "name": ref.name,
                    "namespace": ref.namespace,
                    "uid": ref.uid,
                },
                "note": note(self._redaction.clean(message)),
                "type": "Warning" if warning else "Normal",
            },
        )
        if dropped:
            self._metrics.event_lost("dropped")
        self._filled.set()
        self._written.clear()

    async def run(self) -> None:
        """Write what is queued until cancelled, the Events of a namespace in order."""
        while True:
            await self._filled.wait()
            while event := self._queue.next():
                await self._write(event)
            self._filled.clear()
            self._written.set()

    async def drain(self, seconds: float) -> None:
        """Wait until everything that is queued is written, at the longest this time; `run` writes it."""
        try:
            async with asyncio.timeout(seconds):
                await self._written.wait()
        except TimeoutError:
            log.warning("The operator stops, and %d Events are not written", len(self._queue))

    async def _write(self, event: JsonObject) -> None:
        # The client accepts plain JSON, although its type hints require a model.
        body: Any = event
        try:
            try:
                await self._create(body)
            except ClusterError as error:
                if error.retry_after is None:
                    raise
                await asyncio.sleep(min(error.retry_after, _LONGEST_WAIT))
                await self._create(body)
        except ClusterError as error:
            self._metrics.event_lost("failed")
            log.warning("%s", error, extra={"object": f"{body['regarding']['kind']}/{body['regarding']['name']}"})

    async def _create(self, body: Any) -> None:
        with translated(f"create Event {body['reason']}"):
            await self._api.create_namespaced_event(
                body["metadata"]["namespace"], body, _request_timeout=REQUEST_TIMEOUT
            )


def event_name(name: str) -> str:
    """Return a unique name of an Event about an object of this name, also if that has to be cut: a valid DNS subdomain."""
    return f"{name[:_MAX_NAME].rstrip('-.')}.{random_names.token_hex(8)}"


def note(text: str) -> str:
    """Return a text, clean, and cut on a character if it has more bytes than the API server accepts."""
    encoded = clean_lines(text, _MAX_NOTE).encode()
    if len(encoded) <= _MAX_NOTE:
        return encoded.decode()
    mark = "…"
    return encoded[: _MAX_NOTE - len(mark.encode())].decode(errors="ignore") + mark
