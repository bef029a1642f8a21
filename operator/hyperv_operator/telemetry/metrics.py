"""Prometheus metrics in a registry of their own. Label values are bounded: hosts, but no machines."""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
)
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from typing_extensions import override

from hyperv_operator.protocol.inventory import InventoryReport
from hyperv_operator.telemetry.host_facts import HostFacts

_MINUTES = (1, 2, 5, 10, 30, 60, 120, 300, 600, 1_200, 3_600, 7_200)
_SECONDS = (0.005, 0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_MILLISECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5)
_PREFIX = "hyperv_operator"

Conditions = Mapping[str, tuple[str, str]]


class _ByCondition(Collector):
    """Counts objects by condition, at each scrape."""

    def __init__(self, name: str, documentation: str, label: Callable[[str], str]) -> None:
        self._name = name
        self._documentation = documentation
        self._label = label
        self.objects: dict[str, tuple[str, Conditions]] = {}

    @override
    def collect(self) -> Iterator[GaugeMetricFamily]:
        tally: Tally[tuple[str, str, str, str]] = Tally()
        for host, conditions in list(self.objects.values()):
            for kind, (status, reason) in conditions.items():
                tally[self._label(host), kind, status, reason] += 1
        family = GaugeMetricFamily(self._name, self._documentation, labels=["host", "condition", "status", "reason"])
        for labels, count in sorted(tally.items()):
            family.add_metric(list(labels), count)
        yield family


class _LongestTurn(Collector):
    """The longest turn of the event loop since the last scrape. A gauge that is sampled would miss it."""

    def __init__(self) -> None:
        self.seconds = 0.0

    @override
    def collect(self) -> Iterator[GaugeMetricFamily]:
        seconds, self.seconds = self.seconds, 0.0
        yield GaugeMetricFamily(
            f"{_PREFIX}_event_loop_cpu_stall_seconds",
            "Longest CPU time since the last scrape for which the event loop did not turn.",
            value=seconds,
        )


class PrometheusMetrics:
    """All metrics of the operator, those of its process and of Python included."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry(auto_describe=True)
        ProcessCollector(registry=registry)
        PlatformCollector(registry=registry)
        GCCollector(registry=registry)
        self._reconciles = Histogram(
            f"{_PREFIX}_reconcile_duration_seconds",
            "Duration of a reconcile, by result.",
            ["kind", "result"],
            buckets=_SECONDS,
            registry=registry,
        )
        self._runs = Histogram(
            f"{_PREFIX}_run_duration_seconds",
            "Duration of a launch of the agent, by outcome.",
            ["host", "category", "outcome"],
            buckets=_MINUTES,
            registry=registry,
        )
        self._steps = Histogram(
            f"{_PREFIX}_step_duration_seconds",
            "Duration of a step of a run, by its final state.",
            ["step", "outcome"],
            buckets=_MINUTES,
            registry=registry,
        )
        self._winrm = Histogram(
            f"{_PREFIX}_winrm_operation_duration_seconds",
            "Duration of a WinRM operation, by result.",
            ["host", "operation", "result"],
            buckets=_MINUTES,
            registry=registry,
        )
        self._rollouts = Histogram(
            f"{_PREFIX}_agent_rollout_duration_seconds",
            "Duration of a rollout of the agent to a host, by result.",
            ["host", "result"],
            buckets=_MINUTES,
            registry=registry,
        )
        self._preflight = Gauge(
            f"{_PREFIX}_host_preflight_rows",
            "Rows of a host's last preflight, by state: ok, warning, blocking or unknown.",
            ["host", "state"],
            registry=registry,
        )
        self._orphans = Gauge(
            f"{_PREFIX}_orphans",
            "VMs on a host that carry this cluster's ownership mark and whose HyperVMachine does not exist.",
            ["host"],
            registry=registry,
        )
        self._queued = Gauge(f"{_PREFIX}_queue_depth", "Calls that wait for a worker.", ["lane"], registry=registry)
        self._running = Gauge(f"{_PREFIX}_lane_running", "Calls that run.", ["lane"], registry=registry)
        self._workers = Gauge(
            f"{_PREFIX}_lane_workers", "Workers of a lane: calls that may run at a time.", ["lane"], registry=registry
        )
        self._lanes: dict[str, tuple[Gauge, ...]] = {}
        self._max_workers = Gauge(
            f"{_PREFIX}_lane_workers_max", "Maximum number of workers of a lane.", ["lane"], registry=registry
        )
        self._hanging = Gauge(
            f"{_PREFIX}_hanging_calls", "Calls past their deadline that have not returned.", ["lane"], registry=registry
        )
        self._hanging_alarm = Gauge(
            f"{_PREFIX}_hanging_calls_alarm",
            "1 while more calls hang than the limit, so that their workers are not replaced.",
            ["lane"],
            registry=registry,
        )
        self._tasks = Histogram(
            f"{_PREFIX}_task_duration_seconds",
            "Duration of a call, by result.",
            ["lane", "category", "result"],
            buckets=_MINUTES,
            registry=registry,
        )
        self._refused = Counter(
            f"{_PREFIX}_calls_refused",
            "Calls refused because the circuit breaker of their host is open.",
            ["host"],
            registry=registry,
        )
        self._open = Gauge(
            f"{_PREFIX}_host_circuit_open",
            "1 while the circuit breaker of a host is open.",
            ["host"],
            registry=registry,
        )
        self._waits = Histogram(
            f"{_PREFIX}_queue_wait_seconds",
            "Time that a call waited for a worker.",
            ["lane", "category"],
            buckets=_MINUTES,
            registry=registry,
        )
        self._abandoned = Counter(
            f"{_PREFIX}_machines_abandoned",
            "Machines released without cleaning up on their host.",
            ["host"],
            registry=registry,
        )
        self._reviews = Histogram(
            f"{_PREFIX}_admission_review_duration_seconds",
            "Duration of an admission review, by operation and result.",
            ["operation", "result"],
            buckets=_MILLISECONDS,
            registry=registry,
        )
        self._requests_refused = Counter(
            f"{_PREFIX}_requests_refused",
            "Connections and requests that the webhook or the aggregated API has refused, by reason.",
            ["server", "reason"],
            registry=registry,
        )
        self._elsewhere = Gauge(
            f"{_PREFIX}_host_served_elsewhere",
            "1 while an operator of another namespace serves a host, so that this one leaves it alone.",
            ["host"],
            registry=registry,
        )
        self._status_problems = Counter(
            f"{_PREFIX}_status_problems",
            "Statuses that were not written as they were composed: cut to their bounds, or refused by the API server.",
            ["kind", "cause"],
            registry=registry,
        )
        self._loops = Counter(
            f"{_PREFIX}_loop_failures",
            "Loops of objects that failed unexpectedly and were started again.",
            ["kind"],
            registry=registry,
        )
        self._events = Counter(
            f"{_PREFIX}_events_lost",
            "Events that were not written, by cause: dropped because the queue was full, or failed.",
            ["cause"],
            registry=registry,
        )
        self._notifications = Counter(
            f"{_PREFIX}_notifications",
            "Notifications by result: delivered, failed (an attempt; another follows), given_up (refused for long), or lost (it had left "
            "the status before it was sent).",
            ["target", "result"],
            registry=registry,
        )
        self._notifications_pending = Gauge(
            f"{_PREFIX}_notifications_oldest_pending_seconds",
            "Age of the oldest transition that a target of notifications has not accepted; 0 if it has accepted all.",
            ["target"],
            registry=registry,
        )
        self._watch_age = Gauge(
            f"{_PREFIX}_watch_age_seconds",
            "Longest time since a watch last delivered anything, that of the canary Lease included.",
            registry=registry,
        )
        self._subresources = Counter(
            f"{_PREFIX}_subresource_requests",
            "Requests of the aggregated API that were answered to their end, by status code.",
            ["code"],
            registry=registry,
        )
        self._longest_turn = _LongestTurn()
        registry.register(self._longest_turn)
        self._log_memory = Gauge(
            f"{_PREFIX}_log_memory_bytes", "Memory that the logs of runs take, about.", registry=registry
        )
        self._log_followers = Gauge(f"{_PREFIX}_log_followers", "Readers that follow logs.", registry=registry)
        self._log_readers_dropped = Counter(
            f"{_PREFIX}_log_readers_dropped",
            "Readers of logs that were dropped because they did not read.",
            registry=registry,
        )
        self._hosts = _ByCondition(f"{_PREFIX}_hosts", "Number of HyperVHosts, by condition.", str)
        self._machines = _ByCondition(
            f"{_PREFIX}_machines",
            "Number of HyperVMachines, by condition. `host` is empty for an unknown host.",
            self._label,
        )
        self._by_host = (
            self._runs,
            self._winrm,
            self._rollouts,
            self._refused,
            self._open,
            self._abandoned,
            self._elsewhere,
            self._orphans,
            self._preflight,
        )
        self._gone: set[str] = set()
        registry.register(self._machines)
        self._facts = HostFacts(_PREFIX)
        registry.register(self._hosts)
        registry.register(self._facts)

    def _label(self, host: str) -> str:
        """Return the name of a host that exists, and an empty text for what somebody wrote into spec.targetHost."""
        return host if host in self._hosts.objects else ""

    def reconciled(self, kind: str, result: str, seconds: float) -> None:
        """Record one reconcile."""
        self._reconciles.labels(kind, result).observe(seconds)

    def run_finished(self, host: str, category: str, outcome: str, seconds: float) -> None:
        """Record one launch."""
        self._runs.labels(self._label(host), category, outcome).observe(seconds)

    def step_finished(self, step: str, outcome: str, seconds: float) -> None:
        """Record one step."""
        self._steps.labels(step, outcome).observe(seconds)

    def rollout_finished(self, host: str, result: str, seconds: float) -> None:
        """Record one rollout."""
        self._rollouts.labels(host, result).observe(seconds)

    def winrm_operation(self, host: str, operation: str, result: str, seconds: float) -> None:
        """Record one WinRM operation."""
        # A cancelled call may end after its host was deleted.
        if host not in self._gone:
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
        """Set how many calls of a lane hang."""
        self._hanging.labels(lane).set(count)
        self._hanging_alarm.labels(lane).set(alarm)

    def task_finished(self, lane: str, category: str, result: str, seconds: float) -> None:
        """Record a finished call."""
        self._tasks.labels(lane, category, result).observe(seconds)

    def call_refused(self, host: str) -> None:
        """Count a refused call."""
        self._refused.labels(host).inc()

    def breaker_changed(self, host: str, *, is_closed: bool) -> None:
        """Set whether the circuit breaker of a host is open."""
        self._open.labels(host).set(not is_closed)

    def task_started(self, lane: str, category: str, queued_seconds: float) -> None:
        """Record how long a call waited."""
        self._waits.labels(lane, category).observe(queued_seconds)

    def machine_conditions(self, uid: str, host: str, conditions: Conditions) -> None:
        """Set one machine's conditions."""
        self._machines.objects[uid] = (host, conditions)

    def machine_gone(self, uid: str) -> None:
        """Remove a machine from the gauges."""
        self._machines.objects.pop(uid, None)

    def host_conditions(self, host: str, conditions: Conditions) -> None:
        """Set one host's conditions."""
        self._gone.discard(host)
        self._hosts.objects[host] = (host, conditions)

    def host_preflight(self, host: str, counts: Mapping[str, int]) -> None:
        """Set the number of rows of one host's preflight."""
        # A call that has just ended may be of a host that was deleted.
        if host not in self._gone:
            for state, count in counts.items():
                self._preflight.labels(host, state).set(count)

    def host_seen(self, host: str, report: InventoryReport, begun_at: datetime) -> None:
        """Set the resources of one host."""
        self._facts.store(host, report, begun_at)

    def orphans(self, host: str, count: int) -> None:
        """Set how many VMs of a host have lost their machine."""
        self._orphans.labels(host).set(count)

    def host_gone(self, host: str) -> None:
        """Remove every series of a host."""
        self._gone.add(host)
        self._hosts.objects.pop(host, None)
        self._facts.forget(host)
        for family in self._by_host:
            family.remove_by_labels({"host": host})

    def served_elsewhere(self, host: str, *, elsewhere: bool) -> None:
        """Set whether another operator serves a host."""
        self._elsewhere.labels(host).set(elsewhere)

    def status_problem(self, kind: str, cause: str) -> None:
        """Count a status that was cut or refused."""
        self._status_problems.labels(kind, cause).inc()

    def loop_failed(self, kind: str) -> None:
        """Count a failed loop."""
        self._loops.labels(kind).inc()

    def event_lost(self, cause: str) -> None:
        """Count a lost Event."""
        self._events.labels(cause).inc()

    def notifications(self, target: str, result: str, count: int) -> None:
        """Count notifications."""
        self._notifications.labels(target, result).inc(count)

    def notifications_pending(self, target: str, age_seconds: float) -> None:
        """Set the age of the oldest notification that is not delivered."""
        self._notifications_pending.labels(target).set(age_seconds)

    def notification_target_gone(self, target: str) -> None:
        """Remove every series of a target."""
        for family in (self._notifications, self._notifications_pending):
            family.remove_by_labels({"target": target})

    def abandoned(self, host: str) -> None:
        """Count a machine whose finalizer was removed without cleaning up on its host."""
        self._abandoned.labels(self._label(host)).inc()

    def reviewed(self, operation: str, result: str, seconds: float) -> None:
        """Record one admission review."""
        self._reviews.labels(operation, result).observe(seconds)

    def request_refused(self, server: str, reason: str) -> None:
        """Count a connection or request that a server has refused."""
        self._requests_refused.labels(server, reason).inc()

    def watch_age(self, seconds: float) -> None:
        """Set the age of the watch that has been silent for longest."""
        self._watch_age.set(seconds)

    def subresource_answered(self, code: int) -> None:
        """Count a request of the aggregated API."""
        self._subresources.labels(str(code)).inc()

    def loop_turned(self, seconds: float) -> None:
        """Record a turn of the event loop."""
        self._longest_turn.seconds = max(self._longest_turn.seconds, seconds)

    def log_memory(self, size: int) -> None:
        """Set the memory of logs."""
        self._log_memory.set(size)

    def log_followers(self, count: int) -> None:
        """Set the number of followers."""
        self._log_followers.set(count)

    def log_reader_dropped(self) -> None:
        """Count a dropped reader."""
        self._log_readers_dropped.inc()
