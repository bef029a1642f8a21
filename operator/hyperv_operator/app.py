"""The composition root: the only module that connects adapters to ports."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from kubernetes_asyncio.client import ApiClient
from pydantic import ValidationError

from hyperv_operator.api.names import HOST_KIND, HOSTS, INVENTORIES, MACHINE_KIND, MACHINES
from hyperv_operator.errors import BundleError, SchemaFileError, SettingsError
from hyperv_operator.executor.breaker import BreakerLimits
from hyperv_operator.executor.sampling import ResourceSampler
from hyperv_operator.executor.scaling import Bounds
from hyperv_operator.executor.service import ExecutorOptions, RemoteTaskService
from hyperv_operator.handlers.admission import Reviewer
from hyperv_operator.handlers.context import Context
from hyperv_operator.handlers.host import Hosts, Inventories
from hyperv_operator.handlers.loops import Loops
from hyperv_operator.handlers.machine import Machines
from hyperv_operator.handlers.supervisor import Supervisor
from hyperv_operator.handlers.webhook import Site, WebhookServer
from hyperv_operator.kube.access import KubeAccessReviews, KubeFrontProxies
from hyperv_operator.kube.canary import Canary, KubeLeases
from hyperv_operator.kube.client import api_client
from hyperv_operator.kube.core import KubeNamespaces, KubeSecrets
from hyperv_operator.kube.events import KubeEvents
from hyperv_operator.kube.namespaces import KubeNamespaceLabels
from hyperv_operator.kube.objects import KubeObjects
from hyperv_operator.kube.watches import LONGEST_SILENCE, ObjectWatch
from hyperv_operator.kube.watermarks import KubeWatermarks
from hyperv_operator.livelogs.api import SubresourceApi
from hyperv_operator.livelogs.authorization import Authorization
from hyperv_operator.livelogs.buffers import RunLimits
from hyperv_operator.livelogs.followers import Followers
from hyperv_operator.livelogs.server import Listen, SubresourceServer
from hyperv_operator.livelogs.store import LogStore, StoreLimits
from hyperv_operator.notifications.feed import Feed
from hyperv_operator.notifications.notifier import Adapters, Notifier
from hyperv_operator.ports import ObjectRef, Watcher
from hyperv_operator.protocol.bundle import AgentBundle
from hyperv_operator.protocol.job import JobKind
from hyperv_operator.reconcilers.admission import Admission
from hyperv_operator.reconcilers.cache import Cache
from hyperv_operator.reconcilers.dependencies import Dependencies
from hyperv_operator.reconcilers.host import HostReconciler
from hyperv_operator.reconcilers.inventory_reader import INVENTORY, PREFLIGHT, ROLLOUT
from hyperv_operator.reconcilers.lookup import Lookup
from hyperv_operator.reconcilers.machine import MachineReconciler
from hyperv_operator.reconcilers.subjects import CachedSubjects
from hyperv_operator.schema.loader import load_schema
from hyperv_operator.schema.model import JobSchema
from hyperv_operator.serving.certificate import Certificate
from hyperv_operator.serving.clients import ClientAuthority
from hyperv_operator.settings import Settings, schema_path
from hyperv_operator.telemetry import logs
from hyperv_operator.telemetry.loop_stalls import LoopStalls, TimedSelector
from hyperv_operator.telemetry.metrics import PrometheusMetrics
from hyperv_operator.telemetry.redaction import Redactor
from hyperv_operator.telemetry.server import Probes, serving
from hyperv_operator.winrm.agent import WinRmHostAgent
from hyperv_operator.winrm.bundle import load_bundle
from hyperv_operator.winrm.pool import SessionPool

_SHELL_NAME_LENGTH = 100
_DRAIN_SECONDS = 5.0
"""How long a stopping operator goes on to write queued Events."""


def _since_boot() -> float:
    """Return seconds, those in which the machine was suspended included where the platform counts them."""
    return time.clock_gettime(getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC))


class SystemClock:
    """The wall clock, for what others compare with theirs: Events and Leases."""

    def now(self) -> datetime:
        """Return the time in UTC."""
        return datetime.now(UTC)  # noqa: TID251 - the only reader of the system clock


class SteadyClock:
    """The wall clock as it was at the start, moved on by a clock that nobody sets: for order, pauses and timeouts.

    A wall clock that is set while the operator runs moves none of them.
    """

    def __init__(self, started: datetime, elapsed: Callable[[], float] = _since_boot) -> None:
        self._started = started
        self._elapsed = elapsed
        self._offset = elapsed()

    def now(self) -> datetime:
        """Return the time in UTC."""
        return self._started + timedelta(seconds=self._elapsed() - self._offset)


def load_settings() -> Settings:
    """Read the settings from the environment; `SettingsError` names each invalid variable and why."""
    try:
        return Settings()
    except ValidationError as error:
        details = "; ".join(
            f"HVO_{'_'.join(str(part) for part in item['loc']).upper()}: {item['msg']}" for item in error.errors()
        )
        raise SettingsError(f"The operator's settings are invalid: {details}") from None


def active_schema(settings: Settings) -> JobSchema:
    """Load the schema from HVO_SCHEMA_FILE, or the one that is shipped with the operator."""
    path = schema_path(settings.schema_file)
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise SchemaFileError(
            f"The schema file {path} cannot be read: {error.strerror}. Correct HVO_SCHEMA_FILE."
        ) from None
    return load_schema(text)


def agent_bundle(settings: Settings, schema: JobSchema) -> AgentBundle | None:
    """Read the agent to be installed on hosts, if HVO_AGENT_FOLDER is set; raises `BundleError`."""
    if settings.agent_folder is None:
        return None
    bundle = load_bundle(settings.agent_folder)
    if schema.version not in bundle.schema_versions:
        known = ", ".join(map(str, bundle.schema_versions))
        raise BundleError(
            f"The agent in {settings.agent_folder} supports schema versions {known}, but the active schema is version "
            f"{schema.version}. Use the agent that belongs to the schema, or correct HVO_SCHEMA_FILE."
        )
    return bundle


def executor_options(settings: Settings) -> ExecutorOptions:
    """Return the executor's limits. Its task categories are the kinds of jobs, the inventory, the rollout and the preflight."""
    return ExecutorOptions(
        deadlines={
            JobKind.PROVISION.value: settings.run_deadline_seconds,
            JobKind.UPDATE.value: settings.update_deadline_seconds,
            JobKind.REMOVE.value: settings.removal_deadline_seconds,
            INVENTORY: settings.inventory_deadline_seconds,
            ROLLOUT: settings.rollout_deadline_seconds,
            PREFLIGHT: settings.preflight_deadline_seconds,
        },
        job=Bounds(settings.job_workers_min, settings.job_workers_max),
        fast=Bounds(settings.fast_workers_min, settings.fast_workers_max),
        hanging_limit=settings.hanging_calls_limit,
        breaker=BreakerLimits(settings.breaker_failures, settings.breaker_pause_seconds),
    )


async def run(settings: Settings, selector: TimedSelector | None = None) -> None:
    """Run the operator until SIGTERM or SIGINT; `selector` is that of the event loop, whose turns are measured.

    Raises `SettingsError`, `SchemaFileError` or `BundleError` if it cannot start, and `TaskEnded` if a part of it has failed.
    """
    redaction = Redactor()
    logs.set_up(settings.log_level, redaction)
    schema = active_schema(settings)
    bundle = agent_bundle(settings, schema)
    metrics, wall = _metrics(selector), SystemClock()
    clock = SteadyClock(wall.now())
    supervisor, stop = Supervisor(), asyncio.Event()
    async with contextlib.AsyncExitStack() as stack:
        api = await stack.enter_async_context(api_client())
        tasks = RemoteTaskService(metrics, executor_options(settings), ResourceSampler())
        shell_name = f"hyperv-operator-{settings.operator_identity}"[:_SHELL_NAME_LENGTH]
        pool = SessionPool(metrics, shell_name, settings.session_reuse_seconds)
        events = KubeEvents(api, wall, redaction, metrics, settings.operator_identity)
        logs_of_runs = _log_store(settings, clock, redaction, metrics)
        cache, secrets = Cache(), KubeSecrets(api)
        notifier = _notifier(
            settings,
            Adapters(
                secrets=secrets,
                watermarks=KubeWatermarks(api, settings.operator_namespace),
                events=events,
                subjects=CachedSubjects(cache, settings.operator_namespace),
                clock=clock,
                metrics=metrics,
                redaction=redaction,
            ),
        )
        deps = Dependencies(
            settings=settings,
            schema=schema,
            clock=clock,
            objects=KubeObjects(api),
            secrets=secrets,
            namespaces=KubeNamespaces(api),
            events=events,
            leases=KubeLeases(api),
            agent=WinRmHostAgent(pool, metrics),
            tasks=tasks,
            metrics=metrics,
            redaction=redaction,
            bundle=bundle,
            logs=logs_of_runs,
            notifications=notifier,
        )
        cache.await_lists(settings.watch_namespaces or (None,))
        context = Context(clock, cache, MachineReconciler(deps, cache), HostReconciler(deps, cache))
        canary = Canary(
            api, wall, settings.operator_namespace, settings.operator_identity, settings.lease_interval_seconds
        )
        loops = {kind: Loops(kind, metrics) for kind in (MACHINE_KIND, HOST_KIND)}
        watches = _watches(api, settings, context, loops, notifier)
        limit = settings.watch_stale_seconds
        probes = Probes(
            live={"executor": tasks.exhausted},
            ready={"watch": lambda: _staleness(watches, canary, metrics, limit)},
        )
        await stack.enter_async_context(
            serving(
                settings.listen_address,
                settings.metrics_port,
                settings.probe_port,
                metrics.registry,
                probes,
                {"executor": lambda: tasks.get_metrics().to_json()},
            )
        )

        def request_stop() -> None:
            tasks.drain()
            stop.set()

        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, request_stop)
        supervisor.start("canary", canary.run())
        supervisor.start("events", events.run())
        supervisor.start("sessions", _close_expired_sessions(pool))
        _serve_admission(supervisor, deps, cache, api)
        if logs_of_runs and settings.subresources_cert_dir:
            lookup = Lookup(cache, lambda: tasks.get_metrics().to_json())
            server = _subresources(deps, settings.subresources_cert_dir, lookup, api, logs_of_runs)
            supervisor.start("subresources", server.run())
        if notifier is not None:
            supervisor.start("notifications", notifier.run())
        for watch in watches:
            supervisor.start(watch.name, watch.run())
        try:
            await supervisor.run_until(stop)
        finally:
            for one in loops.values():
                await one.close()
            await tasks.close(settings.shutdown_grace_seconds)
            await events.drain(_DRAIN_SECONDS)
            await supervisor.close()
            await asyncio.to_thread(deps.agent.close)


def _metrics(selector: TimedSelector | None) -> PrometheusMetrics:
    """Return the metrics, which the turns of the event loop are added to."""
    metrics = PrometheusMetrics()
    if selector is not None:
        selector.on_turn = LoopStalls(metrics).turned
    return metrics


def _notifier(settings: Settings, adapters: Adapters) -> Notifier | None:
    """Return what sends notifications, if it is configured."""
    if settings.notifications_secret is None:
        return None
    secret = ObjectRef("Secret", settings.notifications_secret, settings.operator_namespace, api_version="v1")
    return Notifier(adapters, secret, settings.notifications_reload_seconds)


def _watches(
    api: ApiClient,
    settings: Settings,
    context: Context,
    loops: Mapping[str, Loops],
    notifier: Notifier | None,
) -> tuple[ObjectWatch, ...]:
    """Return the watches, hosts first: a machine's first pass needs its host."""

    def fed(kind: str, watcher: Watcher) -> Watcher:
        # A feed for each watch: each waits for a first list of its own.
        return Feed(kind, watcher, notifier) if notifier else watcher

    hosts, machines = Hosts(context, loops[HOST_KIND]), Machines(context, loops[MACHINE_KIND])
    namespaces, resync = settings.watch_namespaces or (None,), settings.resync_seconds
    return (
        ObjectWatch(api, HOSTS, None, fed(HOST_KIND, hosts), resync),
        *(ObjectWatch(api, MACHINES, name, fed(MACHINE_KIND, machines), resync) for name in namespaces),
        ObjectWatch(api, INVENTORIES, None, Inventories(context), resync),
    )


def _serve_admission(supervisor: Supervisor, deps: Dependencies, cache: Cache, api: ApiClient) -> None:
    """Start the webhook, and the cache of namespaces that it needs, if it is configured."""
    settings = deps.settings
    if settings.webhook_cert_dir is None:
        return
    labels = KubeNamespaceLabels(api)
    reviewer = Reviewer(Admission(deps, cache, labels), deps.metrics)
    folder, interval = settings.webhook_cert_dir, settings.webhook_reload_seconds
    clients = None
    if settings.webhook_client_ca_file is not None:
        clients = ClientAuthority(settings.webhook_client_ca_file, interval, frozenset(settings.webhook_client_names))
    certificate = partial(Certificate, folder, interval, "webhook")
    site = Site(settings.listen_address, settings.webhook_port, certificate, clients)
    server = WebhookServer(site, reviewer.answer, partial(deps.metrics.request_refused, "webhook"))
    supervisor.start("namespaces", labels.run())
    supervisor.start("webhook", server.run())


def _log_store(
    settings: Settings, clock: SteadyClock, redaction: Redactor, metrics: PrometheusMetrics
) -> LogStore | None:
    """Return the store of runs' logs; None if the aggregated API, which serves them, is not configured."""
    if settings.subresources_cert_dir is None:
        return None
    run = RunLimits(settings.log_lines_max, settings.log_bytes_max)
    return LogStore(clock, redaction, metrics, StoreLimits(run, settings.log_runs_max, settings.log_memory_max))


def _subresources(
    deps: Dependencies, folder: Path, lookup: Lookup, api: ApiClient, store: LogStore
) -> SubresourceServer:
    """Return the server of the aggregated API."""
    settings, metrics = deps.settings, deps.metrics
    followers = Followers(settings.log_followers_max, settings.log_followers_per_user_max, metrics.log_followers)
    authorization = Authorization(KubeAccessReviews(api), deps.monotonic)
    answers = SubresourceApi(authorization, store, followers, lookup, metrics, settings.log_write_seconds)
    refused = partial(deps.metrics.request_refused, "subresources")
    listen = Listen(
        settings.listen_address, settings.subresources_port, folder, settings.subresources_reload_seconds, refused
    )
    return SubresourceServer(listen, KubeFrontProxies(api), answers)


def _staleness(watches: Sequence[ObjectWatch], canary: Canary, metrics: PrometheusMetrics, limit: float) -> str | None:
    """Return which watch cannot be relied on, and why."""
    age = canary.age()
    metrics.watch_age(max(age, *(watch.age() for watch in watches)))
    silence = max(limit, LONGEST_SILENCE)
    problem = next((problem for watch in watches if (problem := watch.problem(silence))), None)
    lease = f"the watch of the canary Lease delivered its last event {age:.0f} s ago" if age > limit else None
    return problem or lease


async def _close_expired_sessions(pool: SessionPool) -> None:
    """Close idle sessions before their hosts do."""
    while True:
        await asyncio.sleep(15)
        await asyncio.to_thread(pool.close_expired)
