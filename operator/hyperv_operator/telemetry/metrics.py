"""Prometheus metrics in a registry of their own. Labels are bounded: hosts, never machines."""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Iterator, Mapping
from datetime import datetime

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from typing_extensions import override

from hyperv_operator.protocol.inventory import InventoryReport
from hyperv_operator.telemetry.host_facts import HostFacts

_LONG = (1, 2, 5, 10, 30, 60, 120, 300, 600, 1_200, 3_600, 7_200)
_SHORT = (0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_QUICK = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5)
_PREFIX = "hyperv_operator"

Conditions = Mapping[str, tuple[str, str]]


class _ByCondition(Collector):
    """Counts objects by condition at the moment of the scrape."""

    def __init__(self, name: str, what: str) -> None:
        self._name = name
        self._what = what
        self.objects: dict[str, tuple[str, Conditions]] = {}

    @override
    def collect(self) -> Iterator[GaugeMetricFamily]:
        tally: Tally[tuple[str, str, str, str]] = Tally()
        for host, conditions in list(self.objects.values()):
            for kind, (status, reason) in conditions.items():
                tally[host, kind, status, reason] += 1
        family = GaugeMetricFamily(self._name, self._what, labels=["host", "condition", "status", "reason"])
        for labels, count in sorted(tally.items()):
            family.add_metric(list(labels), count)
        yield family


class PrometheusMetrics:
    """Every metric of the operator."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        self._reconciles = Histogram(
            f"{_PREFIX}_reconcile_duration_seconds",
            "Passes of a reconcile loop.",
            ["kind", "result"],
            buckets=_SHORT,
            registry=registry,
        )
        self._runs = Histogram(
            f"{_PREFIX}_run_duration_seconds",
            "Launches of the agent, by how they ended.",
            ["host", "category", "outcome"],
            buckets=_LONG,
            registry=registry,
        )
        self._steps = Histogram(
            f"{_PREFIX}_step_duration_seconds",
            "Steps of the agent's runs, by their final state.",
            ["step", "outcome"],
            buckets=_LONG,
            registry=registry,
        )
        self._winrm = Histogram(
            f"{_PREFIX}_winrm_operation_duration_seconds",
            "WinRM operations, by result.",
            ["host", "operation", "result"],
            buckets=_LONG,
            registry=registry,
        )
        self._rollouts = Histogram(
            f"{_PREFIX}_agent_rollout_duration_seconds",
            "Attempts to put the agent on a host, by how they ended.",
            ["host", "result"],
            buckets=_LONG,
            registry=registry,
        )
        self._queued = Gauge(f"{_PREFIX}_queue_depth", "Calls that wait for a worker.", ["lane"], registry=registry)
        self._running = Gauge(f"{_PREFIX}_lane_running", "Calls that run.", ["lane"], registry=registry)
        self._workers = Gauge(f"{_PREFIX}_lane_workers", "Calls that may run at a time.", ["lane"], registry=registry)
        self._lanes: dict[str, tuple[Gauge, ...]] = {}
        self._max_workers = Gauge(
            f"{_PREFIX}_lane_workers_max", "Calls that may run at a time at the most.", ["lane"], registry=registry
        )
        self._hanging = Gauge(
            f"{_PREFIX}_hanging_calls", "Calls that were given up and have not returned.", ["lane"], registry=registry
        )
        self._hanging_alarm = Gauge(
            f"{_PREFIX}_hanging_calls_alarm",
            "1 while so many calls hang that their workers are no longer replaced.",
            ["lane"],
            registry=registry,
        )
        self._tasks = Histogram(
            f"{_PREFIX}_task_duration_seconds",
            "Calls that left the queue, by how they ended.",
            ["lane", "category", "result"],
            buckets=_LONG,
            registry=registry,
        )
        self._refused = Counter(
            f"{_PREFIX}_calls_refused", "Calls refused since their host does not answer.", ["host"], registry=registry
        )
        self._open = Gauge(
            f"{_PREFIX}_host_circuit_open",
            "1 while a host does not answer and is not called.",
            ["host"],
            registry=registry,
        )
        self._waits = Histogram(
            f"{_PREFIX}_queue_wait_seconds",
            "How long calls waited for a worker.",
            ["lane", "category"],
            buckets=_LONG,
            registry=registry,
        )
        self._abandoned = Counter(
            f"{_PREFIX}_machines_abandoned", "Machines released without their host.", ["host"], registry=registry
        )
        self._reviews = Histogram(
            f"{_PREFIX}_admission_review_duration_seconds",
            "Admission reviews, by operation and answer.",
            ["operation", "result"],
            buckets=_QUICK,
            registry=registry,
        )
        self._watch_age = Gauge(
            f"{_PREFIX}_watch_age_seconds",
            "How long ago a renewal of the canary Lease was last seen.",
            registry=registry,
        )
        self._machines = _ByCondition(f"{_PREFIX}_machines", "HyperVMachines by condition.")
        self._hosts = _ByCondition(f"{_PREFIX}_hosts", "HyperVHosts by condition.")
        registry.register(self._machines)
        self._facts = HostFacts(_PREFIX)
        registry.register(self._hosts)
        registry.register(self._facts)

    def reconciled(self, kind: str, result: str, seconds: float) -> None:
        """Count one pass."""
        self._reconciles.labels(kind, result).observe(seconds)

    def run_finished(self, host: str, category: str, outcome: str, seconds: float) -> None:
        """Count one launch."""
        self._runs.labels(host, category, outcome).observe(seconds)

    def step_finished(self, step: str, outcome: str, seconds: float) -> None:
        """Count one step."""
        self._steps.labels(step, outcome).observe(seconds)

    def rollout_finished(self, host: str, result: str, seconds: float) -> None:
        """Count one attempt to put the agent on a host."""
        self._rollouts.labels(host, result).observe(seconds)

    def winrm_operation(self, host: str, operation: str, result: str, seconds: float) -> None:
        """Count one WinRM operation."""
        self._winrm.labels(host, operation, result).observe(seconds)

    def lane_changed(self, lane: str, *, queued: int, running: int, workers: int, max_workers: int) -> None:
        """Set one lane's gauges."""
        gauges = self._lanes.get(lane)
        if gauges is None:
            families = (self._queued, self._running, self._workers, self._max_workers)
            gauges = self._lanes[lane] = tuple(family.labels(lane) for family in families)
        for gauge, value in zip(gauges, (queued, running, workers, max_workers), strict=True):
            gauge.set(value)

    def calls_hang(self, lane: str, *, count: int, alarm: bool) -> None:
        """Set how many calls hang."""
        self._hanging.labels(lane).set(count)
        self._hanging_alarm.labels(lane).set(alarm)

    def task_finished(self, lane: str, category: str, result: str, seconds: float) -> None:
        """Count a task that ended."""
        self._tasks.labels(lane, category, result).observe(seconds)

    def call_refused(self, host: str) -> None:
        """Count a refused call."""
        self._refused.labels(host).inc()

    def breaker_changed(self, host: str, *, is_closed: bool) -> None:
        """Set whether calls to a host pass."""
        self._open.labels(host).set(not is_closed)

    def task_started(self, lane: str, category: str, queued_seconds: float) -> None:
        """Count a task that left its queue."""
        self._waits.labels(lane, category).observe(queued_seconds)

    def machine_conditions(self, uid: str, host: str, conditions: Conditions) -> None:
        """Set one machine's conditions."""
        self._machines.objects[uid] = (host, conditions)

    def machine_gone(self, uid: str) -> None:
        """Take a machine out."""
        self._machines.objects.pop(uid, None)

    def host_conditions(self, host: str, conditions: Conditions) -> None:
        """Set one host's conditions."""
        self._hosts.objects[host] = (host, conditions)

    def host_seen(self, host: str, report: InventoryReport, begun_at: datetime) -> None:
        """Set what one host has."""
        self._facts.keep(host, report, begun_at)

    def host_gone(self, host: str) -> None:
        """Take a host out."""
        self._hosts.objects.pop(host, None)
        self._facts.forget(host)
        self._open.remove_by_labels({"host": host})

    def abandoned(self, host: str) -> None:
        """Count a machine released without its host."""
        self._abandoned.labels(host).inc()

    def reviewed(self, operation: str, result: str, seconds: float) -> None:
        """Count one admission review."""
        self._reviews.labels(operation, result).observe(seconds)

    def watch_age(self, seconds: float) -> None:
        """Set how stale the watch is."""
        self._watch_age.set(seconds)
