"""The dependencies of the reconcilers: ports, settings and the active schema."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from hyperv_operator.core.snapshot import Limits, RetryPolicy
from hyperv_operator.ports import (
    Clock,
    Events,
    HostAgent,
    Leases,
    Metrics,
    Namespaces,
    Notifications,
    Objects,
    Redaction,
    RemoteTasks,
    RunLogs,
    Secrets,
)
from hyperv_operator.protocol.bundle import AgentBundle
from hyperv_operator.reconcilers.pauses import Draw
from hyperv_operator.schema.model import JobSchema
from hyperv_operator.settings import Settings


@dataclass(frozen=True)
class Dependencies:
    """The ports, the settings and the active schema."""

    settings: Settings
    schema: JobSchema
    clock: Clock
    objects: Objects
    secrets: Secrets
    namespaces: Namespaces
    events: Events
    leases: Leases
    agent: HostAgent
    tasks: RemoteTasks
    metrics: Metrics
    redaction: Redaction
    bundle: AgentBundle | None = None
    """The agent that the operator rolls out; None if the hosts' agents are installed by hand."""
    logs: RunLogs | None = None
    """Takes what runs print; None if nobody can read it."""
    notifications: Notifications | None = None
    """Takes the transitions that are written; None if no notifications are sent."""
    draw: Draw = random.random
    """Spreads retries over time."""
    monotonic: Callable[[], float] = time.monotonic
    """Seconds of a clock that nobody sets."""

    @property
    def limits(self) -> Limits:
        """The durations and bounds that decisions use."""
        settings = self.settings
        return Limits(
            operator=settings.operator_identity,
            operator_namespace=settings.operator_namespace,
            retry=RetryPolicy(
                base=timedelta(seconds=settings.retry_base_seconds),
                cap=timedelta(seconds=settings.retry_limit_seconds),
                busy_poll=timedelta(seconds=settings.awaited_inventory_seconds),
            ),
            guest_timeout=timedelta(seconds=settings.guest_timeout_seconds),
            secret_poll=timedelta(seconds=settings.secret_poll_seconds),
        )
