"""Which operator serves a host: one of several releases of the chart. It lives as long as its canary Lease is renewed."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from typing import Final

from hyperv_operator.api.names import EventReason
from hyperv_operator.reconcilers.cache import Cache
from hyperv_operator.reconcilers.dependencies import Dependencies
from hyperv_operator.reconcilers.entries import HostEntry

log = logging.getLogger(__name__)

READ_INTERVAL: Final = timedelta(seconds=10)
"""How often another operator's Lease is read."""
_LEFT_TO: Final = (
    "The operator of namespace {other} serves this host. The operator of namespace {own} leaves the host and its machines alone. "
    "Uninstall one of the two, or let each serve hosts of its own: this host goes to the other one when the operator of {other} is "
    "gone."
)
_SHORTEST: Final = 5.0
"""Seconds: no Lease is renewed so often that a shorter silence shows anything."""


class Life(Enum):
    """What is known about another operator."""

    UNKNOWN = "unknown"
    """Its Lease exists, and has not been watched for long enough."""
    ALIVE = "alive"
    GONE = "gone"


@dataclass
class _Sighting:
    version: str
    duration: float
    since: float
    """When this version was first seen."""
    read_at: float
    renewed: bool = False


class Tenure:
    """Judges other operators by the clock of this process: wall clocks of two machines may differ."""

    def __init__(self, deps: Dependencies, cache: Cache) -> None:
        self._deps = deps
        self._cache = cache
        self._sightings: dict[str, _Sighting] = {}
        self._announced: set[tuple[str, str]] = set()
        """The hosts (UID) and operators for which an Event was written."""

    async def is_elsewhere(self, entry: HostEntry) -> bool:
        """Return whether to leave a host and its machines to an operator of another namespace; say so once it is seen to live.

        Raises `ClusterError` if that operator's Lease cannot be read.
        """
        own = self._deps.settings.operator_namespace
        other = entry.holder(own)
        if other is None:
            self._set(entry, None)
            return False
        entry.wake.clear()
        life = await self.life(other)
        if life is Life.GONE:
            text = "The operator of namespace %s, which served the host, is gone; this one takes the host over"
            log.warning(text, other, extra={"host": entry.name})
            entry.taking_over, entry.disturbed = other, True
            self._set(entry, None)
            return False
        self._set(entry, other)
        if life is Life.ALIVE and (entry.ref.uid, other) not in self._announced:
            self._announced.add((entry.ref.uid, other))
            text = _LEFT_TO.format(other=other, own=own)
            log.warning("%s", text, extra={"host": entry.name})
            reason = EventReason.SERVED_BY_ANOTHER_OPERATOR.value
            await self._deps.events.emit(entry.ref, reason, text, warning=True)
        return True

    def _set(self, entry: HostEntry, other: str | None) -> None:
        if entry.left_to == other:
            return
        entry.left_to = other
        self._deps.metrics.served_elsewhere(entry.name, elsewhere=other is not None)
        self._cache.wake_machines_on(entry.name)

    async def life(self, namespace: str) -> Life:
        """Return whether the operator of a namespace lives; raises `ClusterError` if its Lease cannot be read."""
        now = self._deps.monotonic()
        seen = self._sightings.get(namespace)
        if seen is None or now >= seen.read_at + min(READ_INTERVAL.total_seconds(), seen.duration / 3):
            lease = await self._deps.leases.canary(namespace)
            if lease is None:
                self._sightings.pop(namespace, None)
                return Life.GONE
            if seen is None or seen.version != lease.version:
                duration = max(lease.duration_seconds, _SHORTEST)
                renewed = seen is not None
                seen = self._sightings[namespace] = _Sighting(lease.version, duration, now, now, renewed)
            seen.read_at = now
        if now > seen.since + seen.duration:
            return Life.GONE
        return Life.ALIVE if seen.renewed else Life.UNKNOWN
