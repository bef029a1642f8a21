"""Everything the reconcilers get from outside, in one place."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from hyperv_operator.core.snapshot import Limits
from hyperv_operator.ports import (
    Clock,
    Events,
    HostAgent,
    Metrics,
    Namespaces,
    Objects,
    Redaction,
    RemoteTasks,
    Secrets,
)
from hyperv_operator.protocol.bundle import AgentBundle
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
    agent: HostAgent
    tasks: RemoteTasks
    metrics: Metrics
    redaction: Redaction
    bundle: AgentBundle | None = None
    """The agent that is brought to hosts; None: they are looked after by hand."""

    @property
    def limits(self) -> Limits:
        """The durations that decisions use."""
        settings = self.settings
        return Limits(
            operator=settings.operator_identity,
            guest_timeout=timedelta(seconds=settings.guest_timeout_seconds),
            retry_base=timedelta(seconds=settings.retry_base_seconds),
            retry_limit=timedelta(seconds=settings.retry_limit_seconds),
            secret_poll=timedelta(seconds=settings.secret_poll_seconds),
            host_busy_poll=timedelta(seconds=settings.awaited_inventory_seconds),
        )
