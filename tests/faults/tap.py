"""The tap: numbers the places that a trial reaches, and fires the one fault of the trial."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable

from faults.catalogue import Fault
from faults.places import Layer, Place


class Tap:
    """Shared by the proxy and the hosts of one trial, whose threads call it."""

    def __init__(self, fault: Fault | None = None, kill: Callable[[], None] = lambda: None) -> None:
        self.kill = kill
        """Kills the operator; returns at once."""
        self.places: list[Place] = []
        """Every place reached so far, in order."""
        self.fired_at: float | None = None
        """When the fault was injected, in seconds of the monotonic clock; None before."""
        self._fault = fault
        self._counts: Counter[tuple[Layer, str]] = Counter()
        self._lock = threading.Lock()

    def reach(self, layer: Layer, kind: str) -> tuple[Place, str | None]:
        """Number a request or a step; return its place, and the kind of the fault that is due there."""
        with self._lock:
            self._counts[layer, kind] += 1
            return self._arrive(Place(layer, kind, self._counts[layer, kind]))

    def reach_event(self, watch: Place, event: int) -> str | None:
        """Number an event of a watch's stream; return the kind of the fault that is due there."""
        with self._lock:
            return self._arrive(Place(watch.layer, watch.kind, watch.number, event))[1]

    def _arrive(self, place: Place) -> tuple[Place, str | None]:
        self.places.append(place)
        if self._fault is None or self.fired_at is not None or self._fault.place != place:
            return place, None
        self.fired_at = time.monotonic()
        return place, self._fault.kind
