"""How the executor is bounded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from hyperv_operator.executor.breaker import BreakerLimits
from hyperv_operator.executor.scaling import Bounds, Pace


@dataclass(frozen=True)
class Options:
    """Bounds and times. Durations are seconds."""

    deadlines: Mapping[str, float]
    """Of each category: how long one of its calls may run."""
    job: Bounds = field(default_factory=lambda: Bounds(2, 16))
    fast: Bounds = field(default_factory=lambda: Bounds(2, 16))
    pace: Pace = field(default_factory=Pace)
    fast_slots: int = 2
    """How many fast-lane calls may run on a host at a time."""
    deadline_grace: float = 30.0
    """A call ends by itself at its deadline; after this it is given up."""
    cancel_grace: float = 60.0
    """How long a call may take to heed its cancellation."""
    stop_grace: float = 5.0
    """The same while the operator stops."""
    preparation: float = 120.0
    """How long what comes before the blocking call may take."""
    hanging_limit: int = 8
    """Hanging calls of a lane whose workers are replaced; at this many there is an alarm."""
    breaker: BreakerLimits = field(default_factory=BreakerLimits)
    sample_every: float = 1.0
