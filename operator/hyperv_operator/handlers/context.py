"""The reconcilers and the cache, as every handler gets them."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime

from hyperv_operator.handlers.turns import Turns
from hyperv_operator.ports import Clock
from hyperv_operator.reconcilers.cache import Cache
from hyperv_operator.reconcilers.host import HostReconciler
from hyperv_operator.reconcilers.machine import MachineReconciler


@dataclass(frozen=True)
class Context:
    """What the handlers of all kinds share."""

    clock: Clock
    cache: Cache
    machines: MachineReconciler
    hosts: HostReconciler
    hosts_listed: asyncio.Event = field(default_factory=asyncio.Event)
    """Set once all hosts are known: a machine's first pass waits for it."""

    turns: Turns = field(default_factory=Turns)
    """The turns of the machines' passes."""

    async def sleep(self, wake: asyncio.Event, until: datetime | None) -> None:
        """Wait until `wake` is set, at the longest until this time."""
        timeout = None if until is None else max((until - self.clock.now()).total_seconds(), 0.01)
        try:
            async with asyncio.timeout(timeout):
                await wake.wait()
        except TimeoutError:
            return
