"""Hosts that share one credentials Secret, and all that their reconciler needs: only the executor is the real one."""

from __future__ import annotations

import asyncio
import copy
import threading
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

from executor.tasks import service
from hyperv_operator.errors import AgentMissing, LogonRefused
from hyperv_operator.ports import HostEndpoint, JsonObject, LoggedOn, ObjectRef, SecretData, TaskContext
from hyperv_operator.protocol.bundle import AgentBundle
from hyperv_operator.protocol.inventory import InventoryReport
from hyperv_operator.protocol.inventory_parser import parse_inventory
from hyperv_operator.protocol.preflight import PreflightReport
from hyperv_operator.reconcilers.cache import Cache
from hyperv_operator.reconcilers.dependencies import Dependencies
from hyperv_operator.reconcilers.entries import HostEntry
from hyperv_operator.reconcilers.host import HostReconciler
from hyperv_operator.reconcilers.resources import HostResource
from hyperv_operator.settings import Settings
from hyperv_operator.telemetry.metrics import PrometheusMetrics
from hyperv_operator.telemetry.redaction import Redactor

LINES = (Path(__file__).resolve().parents[3] / "Schemas" / "examples" / "inventory" / "host.jsonl").read_text()
SECRET = "shared"


def host_body(name: str, **status: Any) -> dict[str, Any]:
    """Return a HyperVHost whose credentials are in the shared Secret."""
    return {
        "metadata": {"name": name, "uid": f"uid-{name}", "generation": 1, "resourceVersion": "1"},
        "spec": {
            "address": f"{name}.example.com",
            "connection": {"credentialsSecretRef": {"name": SECRET}},
            "paths": {"images": "D:\\Images", "machines": "D:\\VMs"},
            "virtualSwitch": "External",
        },
        "status": status,
    }


class Cluster:
    """The API server's side: hosts with their statuses, and the Secret."""

    def __init__(self, *names: str) -> None:
        self.bodies = {name: host_body(name) for name in names}
        self.version = "1"
        self.now = datetime(2026, 1, 1, tzinfo=UTC)

    async def list_hosts(self) -> Sequence[JsonObject]:
        """List the hosts."""
        return copy.deepcopy(list(self.bodies.values()))

    async def write_status(self, ref: ObjectRef, resource_version: str, status: JsonObject) -> JsonObject:
        """Write a host's status."""
        body = self.bodies[ref.name]
        body["status"] = dict(status)
        body["metadata"]["resourceVersion"] = str(int(resource_version) + 1)
        return copy.deepcopy(body)

    async def write_inventory(self, host: ObjectRef, status: JsonObject) -> None:
        """Take an inventory."""

    async def read(self, namespace: str, name: str) -> SecretData:
        """Read the Secret."""
        assert (namespace, name) == ("hyperv-system", SECRET)
        return SecretData(self.version, {"username": b"svc", "password": b"pw"})

    async def cluster_uid(self) -> str:
        """Return the cluster's UID."""
        return "cluster"

    async def emit(self, *_: object, **__: object) -> None:
        """Take an Event."""

    def reachable(self, name: str) -> dict[str, Any]:
        """Return a host's condition Reachable."""
        conditions = self.bodies[name]["status"]["conditions"]
        return next(one for one in conditions if one["type"] == "Reachable")


class Hosts:
    """The hosts' side: which versions of the credentials each takes, who was offered which, how many at a time."""

    def __init__(self) -> None:
        self.take: dict[str, set[str]] = {}
        self.offered: list[tuple[str, str]] = []
        self.peak = 0
        self.gate = threading.Event()
        """Closed, it holds every call after its logon was offered."""
        self.gate.set()
        self._inside = 0
        self._lock = threading.Lock()

    def read_inventory(self, endpoint: HostEndpoint, _: object, context: TaskContext) -> InventoryReport:
        """Log on, and answer."""
        with self._lock:
            self._inside += 1
            self.peak = max(self.peak, self._inside)
            self.offered.append((endpoint.name, endpoint.credentials_version))
        try:
            assert self.gate.wait(20)
            if endpoint.credentials_version not in self.take.get(endpoint.name, set()):
                raise LogonRefused("refused")
            context.report(LoggedOn())
            return parse_inventory(LINES.splitlines())
        finally:
            with self._lock:
                self._inside -= 1

    def read_preflight(self, endpoint: HostEndpoint, _: object, context: TaskContext) -> PreflightReport:
        """Answer like an agent that has no preflight."""
        raise AgentMissing("There is none.")

    def inside(self) -> int:
        """Return how many calls are under way."""
        with self._lock:
            return self._inside


class Fleet:
    """One operator process."""

    def __init__(
        self, cluster: Cluster, hosts: Hosts, bundle: AgentBundle | None = None, settings: Settings | None = None
    ) -> None:
        self.cluster = cluster
        self.cache = Cache()
        self.tasks = service(deadlines={"inventory": 30.0, "rollout": 30.0, "preflight": 30.0})
        ports: Any = cluster
        deps = Dependencies(
            settings=settings or Settings(),
            schema=cast("Any", SimpleNamespace(version=1)),
            clock=cast("Any", SimpleNamespace(now=lambda: cluster.now)),
            objects=ports,
            secrets=ports,
            namespaces=ports,
            events=ports,
            leases=ports,
            agent=cast("Any", hosts),
            tasks=self.tasks,
            metrics=PrometheusMetrics(),
            redaction=Redactor(),
            bundle=bundle,
        )
        self.deps = deps
        self.reconciler = HostReconciler(deps, self.cache)
        for name, body in cluster.bodies.items():
            self.cache.hosts[name] = HostEntry(HostResource.parse(body))

    async def look(self, *names: str) -> None:
        """Let an interval pass, and have each host (or these) make its pass; one that had to wait makes another."""
        self.cluster.now += timedelta(minutes=10)
        async with asyncio.timeout(20):
            await asyncio.gather(*(self._look(self.cache.hosts[name]) for name in names or self.cache.hosts))

    async def _look(self, entry: HostEntry) -> None:
        while entry.poll.ended_at != self.cluster.now:
            await self.reconciler.reconcile(entry)
