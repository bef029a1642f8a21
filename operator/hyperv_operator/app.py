"""The composition root: the only module that connects adapters to ports."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from datetime import UTC, datetime

import kopf
from kubernetes_asyncio.client import ApiClient
from pydantic import ValidationError

from hyperv_operator.errors import BundleError, SchemaFileError, SettingsError
from hyperv_operator.executor.breaker import BreakerLimits
from hyperv_operator.executor.sampling import ResourceSampler
from hyperv_operator.executor.scaling import Bounds
from hyperv_operator.executor.service import ExecutorOptions, RemoteTaskService
from hyperv_operator.handlers import admission, host, lifecycle, machine
from hyperv_operator.handlers.context import Context
from hyperv_operator.handlers.webhook import Certificate, WebhookServer
from hyperv_operator.kube.canary import Canary
from hyperv_operator.kube.client import api_client
from hyperv_operator.kube.core import KubeEvents, KubeNamespaces, KubeSecrets
from hyperv_operator.kube.namespaces import KubeNamespaceLabels
from hyperv_operator.kube.objects import KubeObjects
from hyperv_operator.protocol.bundle import AgentBundle
from hyperv_operator.protocol.job import JobKind
from hyperv_operator.reconcilers.admission import Admission
from hyperv_operator.reconcilers.cache import Cache
from hyperv_operator.reconcilers.dependencies import Dependencies
from hyperv_operator.reconcilers.host import HostReconciler
from hyperv_operator.reconcilers.inventory_reader import INVENTORY
from hyperv_operator.reconcilers.machine import MachineReconciler
from hyperv_operator.reconcilers.rollouts import ROLLOUT
from hyperv_operator.schema.loader import load_schema
from hyperv_operator.schema.model import JobSchema
from hyperv_operator.settings import Settings, schema_path
from hyperv_operator.telemetry import logs
from hyperv_operator.telemetry.metrics import PrometheusMetrics
from hyperv_operator.telemetry.redaction import Redactor
from hyperv_operator.telemetry.server import Probes, serving
from hyperv_operator.winrm.agent import WinRmHostAgent
from hyperv_operator.winrm.bundle import load_bundle
from hyperv_operator.winrm.pool import SessionPool

_SHELL_NAME_LENGTH = 100


class SystemClock:
    """The wall clock."""

    def now(self) -> datetime:
        """Return the time in UTC."""
        return datetime.now(UTC)  # noqa: TID251 - the only reader of the system clock


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
    """Return the executor's limits. Its task categories are the kinds of jobs, the inventory and the rollout."""
    return ExecutorOptions(
        deadlines={
            JobKind.PROVISION.value: settings.run_deadline_seconds,
            JobKind.UPDATE.value: settings.update_deadline_seconds,
            JobKind.REMOVE.value: settings.removal_deadline_seconds,
            INVENTORY: settings.inventory_deadline_seconds,
            ROLLOUT: settings.rollout_deadline_seconds,
        },
        job=Bounds(settings.job_workers_min, settings.job_workers_max),
        fast=Bounds(settings.fast_workers_min, settings.fast_workers_max),
        hanging_limit=settings.hanging_calls_limit,
        breaker=BreakerLimits(settings.breaker_failures, settings.breaker_pause_seconds),
    )


async def run(settings: Settings) -> None:
    """Run the operator until SIGTERM or SIGINT; raises `SettingsError`, `SchemaFileError` or `BundleError` if it cannot start."""
    redaction = Redactor()
    logs.set_up(settings.log_level, redaction)
    schema = active_schema(settings)
    bundle = agent_bundle(settings, schema)
    metrics, clock = PrometheusMetrics(), SystemClock()
    async with contextlib.AsyncExitStack() as stack:
        api = await stack.enter_async_context(api_client())
        tasks = RemoteTaskService(metrics, executor_options(settings), ResourceSampler())
        shell_name = f"hyperv-operator-{settings.operator_identity}"[:_SHELL_NAME_LENGTH]
        pool = SessionPool(metrics, shell_name, settings.session_reuse_seconds)
        deps = Dependencies(
            settings=settings,
            schema=schema,
            clock=clock,
            objects=KubeObjects(api),
            secrets=KubeSecrets(api),
            namespaces=KubeNamespaces(api),
            events=KubeEvents(api, clock, redaction, settings.operator_identity),
            agent=WinRmHostAgent(pool, metrics),
            tasks=tasks,
            metrics=metrics,
            redaction=redaction,
            bundle=bundle,
        )
        cache = Cache()
        context = Context(clock, cache, MachineReconciler(deps, cache), HostReconciler(deps, cache))
        canary = Canary(
            api, clock, settings.operator_namespace, settings.operator_identity, settings.lease_interval_seconds
        )
        started = asyncio.Event()
        probes = Probes(
            live={"executor": tasks.exhausted},
            ready={
                "start": lambda: None if started.is_set() else "the watches have not started yet",
                "watch": lambda: _staleness(canary, metrics, settings.watch_stale_seconds),
            },
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
        registry = kopf.OperatorRegistry()
        for handlers in (lifecycle, host, machine):
            handlers.register(registry)
        labels = _serve_admission(registry, deps, cache, api)
        background = [asyncio.create_task(canary.run()), asyncio.create_task(_close_expired_sessions(pool))]
        if labels:
            background.append(asyncio.create_task(labels.run()))
        stop = asyncio.Event()

        def request_stop() -> None:
            tasks.drain()
            stop.set()

        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, request_stop)
        try:
            await _watch(settings, registry, context, started, stop)
        finally:
            await tasks.close(settings.shutdown_grace_seconds)
            for task in background:
                task.cancel()
            await asyncio.gather(*background, return_exceptions=True)
            await asyncio.to_thread(deps.agent.close)


def _serve_admission(
    registry: kopf.OperatorRegistry, deps: Dependencies, cache: Cache, api: ApiClient
) -> KubeNamespaceLabels | None:
    """Register the webhook if it is configured; return the namespace cache that it needs, for the caller to run."""
    settings = deps.settings
    if settings.webhook_cert_dir is None:
        return None
    labels = KubeNamespaceLabels(api)
    reviews = Admission(deps, cache, labels)
    certificate = Certificate(settings.webhook_cert_dir, settings.webhook_reload_seconds)
    server = WebhookServer(settings.listen_address, settings.webhook_port, certificate)
    admission.register(registry, admission.Reviewer(reviews, deps.metrics), server)
    return labels


async def _watch(
    settings: Settings, registry: kopf.OperatorRegistry, context: Context, started: asyncio.Event, stop: asyncio.Event
) -> None:
    await kopf.operator(
        registry=registry,
        memo=kopf.Memo(context=context, released=set()),
        standalone=True,
        clusterwide=not settings.watch_namespaces,
        namespaces=settings.watch_namespaces,
        ready_flag=started,
        stop_flag=stop,
    )


def _staleness(canary: Canary, metrics: PrometheusMetrics, limit: float) -> str | None:
    age = canary.age()
    metrics.watch_age(age)
    return f"the watch of the canary Lease delivered its last event {age:.0f} s ago" if age > limit else None


async def _close_expired_sessions(pool: SessionPool) -> None:
    """Close idle sessions before their hosts do."""
    while True:
        await asyncio.sleep(15)
        await asyncio.to_thread(pool.close_expired)
