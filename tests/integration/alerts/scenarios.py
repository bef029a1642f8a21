"""Scenarios of an operator and its hosts, as metrics and host conditions over time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hyperv_operator.api.host import HostId, HyperVHostStatus
from hyperv_operator.core import host_status
from hyperv_operator.core.host_status import HostSnapshot
from hyperv_operator.core.rollout import Rollout
from hyperv_operator.errors import AgentMissing, CallTimeout, HostUnreachable, TlsUntrusted, WrongHost
from hyperv_operator.protocol.inventory_parser import parse_inventory
from hyperv_operator.telemetry.metrics import PrometheusMetrics
from integration.alerts.recording import Scrapes

START = datetime(2026, 1, 1, tzinfo=UTC)
_LINES = (Path(__file__).resolve().parents[3] / "Schemas" / "examples" / "inventory" / "host.jsonl").read_text()
WELL = HostSnapshot(
    name="hyperv01",
    generation=1,
    status=HyperVHostStatus(),
    spec_error=None,
    schema_version=1,
    report=parse_inventory(_LINES.splitlines()),
    begun_at=START,
)
"""A healthy host with a recent inventory."""
PINNED = HyperVHostStatus(host_id=HostId(smbios_uuid="another", machine_guid="another"))


def looked(metrics: PrometheusMetrics, minute: int, snapshot: HostSnapshot) -> None:
    """Set the conditions of a host in the metrics, as the reconciler does."""
    now = START + timedelta(minutes=minute)
    status = host_status.compose(replace(snapshot, begun_at=snapshot.begun_at and now), now)
    metrics.host_conditions(snapshot.name, {one.type: (one.status, one.reason) for one in status.conditions})


def operator(minute: int, metrics: PrometheusMetrics, *, host: HostSnapshot = WELL) -> PrometheusMetrics:
    """A healthy operator: the watch is fresh, the lanes are idle, and another host is healthy."""
    metrics.watch_age(minute % 2 * 25.0)
    for lane, workers in (("job", 16), ("fast", 8)):
        metrics.lane_changed(lane, queued=0, running=0, workers=workers, max_workers=workers)
    looked(metrics, minute, host)
    looked(metrics, minute, replace(WELL, name="hyperv02"))
    metrics.notifications("tickets", "delivered", 1)
    metrics.notifications_pending("tickets", minute % 2 * 5.0)
    return metrics


def _minutes(metrics: PrometheusMetrics, count: int, host: HostSnapshot = WELL) -> Iterator[int]:
    for minute in range(count):
        operator(minute, metrics, host=host)
        yield minute


def busy_and_well() -> Scrapes:
    """Ordinary operation: a machine every 15 minutes, some failed runs, a restart that cancels calls, a queue that moves."""
    metrics = PrometheusMetrics()
    for minute in _minutes(metrics, 121):
        metrics.lane_changed("job", queued=2, running=16, workers=16, max_workers=16)
        metrics.lane_changed("fast", queued=minute % 2, running=1, workers=8, max_workers=8)
        metrics.task_started("fast", "inventory", 0.1)
        metrics.winrm_operation("hyperv01", "invoke", "ok", 0.4)
        metrics.step_finished("CopyImage", "completed", 100)
        if minute % 5 == 0:
            metrics.task_started("job", "provision", 240)
            metrics.run_finished("hyperv01", "provision", "pending", 200)
        if minute % 15 == 0:
            metrics.run_finished("hyperv01", "provision", "completed", 30)
            metrics.run_finished("hyperv02", "provision", "completed", 30)
        if minute % 18 == 0:
            metrics.run_finished("hyperv01", "update", "failed", 30)
        metrics.run_finished("hyperv02", "provision", "CallCancelled", 3)
        yield metrics


def unreachable() -> Scrapes:
    """From minute 5 to 20 the host does not answer, for several reasons."""
    metrics = PrometheusMetrics()
    for minute in range(31):
        error = HostUnreachable("No answer.") if minute % 3 else CallTimeout("Too late.")
        yield operator(minute, metrics, host=replace(WELL, error=error if 5 <= minute < 20 else None))


def never_trusted() -> Scrapes:
    """The host has no inventory: its certificate is not trusted, which a person must fix."""
    metrics = PrometheusMetrics()
    for _ in _minutes(metrics, 41, replace(WELL, report=None, begun_at=None, error=TlsUntrusted("No trust."))):
        yield metrics


def agent_too_old() -> Scrapes:
    """The operator has a new schema version that the host's agent does not support."""
    metrics = PrometheusMetrics()
    for _ in _minutes(metrics, 41, replace(WELL, schema_version=2)):
        yield metrics


def agent_missing() -> Scrapes:
    """The host answers and has no agent."""
    metrics = PrometheusMetrics()
    for _ in _minutes(metrics, 41, replace(WELL, report=None, begun_at=None, error=AgentMissing("No agent."))):
        yield metrics


def rollout_stopped() -> Scrapes:
    """Each rollout of the agent to the host fails, and the next one follows."""
    metrics = PrometheusMetrics()
    rollout = Rollout("sha256:" + "0" * 64, "2.0.0")
    for minute in range(41):
        rollout = rollout.installing() if minute % 2 else rollout.failed("The disk is full.", START)
        operator(minute, metrics, host=replace(WELL, rollout=rollout))
        metrics.rollout_finished("hyperv01", "Failed", 12)
        yield metrics


def rollout_passes() -> Scrapes:
    """An upgrade: the host waits 15 minutes for its turn and gets its agent then."""
    metrics = PrometheusMetrics()
    rollout = Rollout("sha256:" + "0" * 64, "2.0.0")
    for minute in range(41):
        if minute == 15:
            rollout = rollout.installing()
        elif minute == 16:
            rollout = rollout.ready()
        operator(minute, metrics, host=replace(WELL, rollout=rollout))
        yield metrics


def another_machine() -> Scrapes:
    """Another computer answers at the address of the host."""
    metrics = PrometheusMetrics()
    for _ in _minutes(metrics, 41, replace(WELL, status=PINNED, error=WrongHost("Another machine answers."))):
        yield metrics


def unreadable_spec() -> Scrapes:
    """The spec of the host is invalid, so that the host was never called."""
    metrics = PrometheusMetrics()
    for _ in _minutes(metrics, 41, replace(WELL, report=None, begun_at=None, spec_error="spec.paths: missing")):
        yield metrics


def one_machine_fails() -> Scrapes:
    """One machine fails again every 10 minutes, the maximum backoff; another one is completed."""
    metrics = PrometheusMetrics()
    metrics.run_finished("hyperv01", "provision", "completed", 300)
    for minute in _minutes(metrics, 121):
        if minute % 10 == 0:
            metrics.run_finished("hyperv01", "provision", ("failed", "ShellLost")[minute // 10 % 2], 60)
            metrics.run_finished("hyperv01", "provision", "pending", 60)
        yield metrics


def queue_stands(*, since: int) -> Scrapes:
    """From a given minute on, no call gets a worker."""
    metrics = PrometheusMetrics()
    for minute in _minutes(metrics, 61):
        if minute < since:
            metrics.task_started("job", "provision", 1)
        metrics.lane_changed("job", queued=3, running=16, workers=16, max_workers=16)
        yield metrics


def target_is_dead() -> Scrapes:
    """From minute 5 on a target of notifications accepts nothing, and from minute 40 on it does again."""
    metrics = PrometheusMetrics()
    for minute in _minutes(metrics, 51):
        metrics.notifications("chat", "failed", 1)
        metrics.notifications_pending("chat", (minute - 5) * 60.0 if 5 <= minute < 40 else 0.0)
        yield metrics


def watch_stands() -> Scrapes:
    """The watch no longer delivers the canary Lease."""
    metrics = PrometheusMetrics()
    for minute in _minutes(metrics, 11):
        metrics.watch_age(minute * 60)
        yield metrics


def operator_goes() -> Scrapes:
    """From minute 10 on the operator answers no scrape; a host was unreachable at that time."""
    metrics = PrometheusMetrics()
    for _ in _minutes(metrics, 10, replace(WELL, error=HostUnreachable("No answer."))):
        yield metrics
    for _ in range(21):
        yield None
