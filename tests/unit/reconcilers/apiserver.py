"""An API server in memory that answers with scripted failures, and one operator process over it with a clock of its own."""

from __future__ import annotations

import asyncio
import copy
from collections import defaultdict, deque
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

from hyperv_operator.api.machine import HyperVMachineStatus
from hyperv_operator.api.names import FINALIZER, HOST_KIND, MACHINE_KIND
from hyperv_operator.errors import AgentMissing, ObjectGone, WriteConflict
from hyperv_operator.ports import CanaryLease, JsonObject, ObjectRef, RemoteTask, SecretData
from hyperv_operator.reconcilers.cache import Cache
from hyperv_operator.reconcilers.dependencies import Dependencies
from hyperv_operator.reconcilers.entries import HostEntry, MachineEntry, Poll
from hyperv_operator.reconcilers.host import HostReconciler
from hyperv_operator.reconcilers.lockout_guard import CredentialsRecord
from hyperv_operator.reconcilers.machine import MachineReconciler, PassResult
from hyperv_operator.reconcilers.resources import HostResource, MachineResource
from hyperv_operator.settings import Settings
from hyperv_operator.telemetry.metrics import PrometheusMetrics
from hyperv_operator.telemetry.redaction import Redactor
from unit.core.samples import CLAIM, HOST, REPORT, SNAPSHOT, SPEC

START = datetime(2026, 1, 1, tzinfo=UTC)
DELETING = {"deletionTimestamp": "2026-01-01T00:00:00Z"}
NAME, NAMESPACE = "a", "team"
REF = ObjectRef(MACHINE_KIND, NAME, NAMESPACE, "u1")
LAUNCHED = HyperVMachineStatus(claim=CLAIM).to_json()


def machine_body(**metadata: Any) -> dict[str, Any]:
    """Return a machine that may be provisioned."""
    own = {"name": NAME, "namespace": NAMESPACE, "uid": "u1", "generation": 1, "resourceVersion": "1"}
    spec = SPEC.model_dump(mode="json", by_alias=True, exclude_none=True)
    return {"metadata": {**own, **metadata}, "spec": spec, "status": {}}


def host_body(**metadata: Any) -> dict[str, Any]:
    """Return the machine's host."""
    own = {"name": HOST.name, "uid": "h", "generation": 1, "resourceVersion": "1"}
    spec = HOST.spec.model_dump(mode="json", by_alias=True, exclude_none=True)
    return {"metadata": {**own, **metadata}, "spec": spec, "status": {}}


class ApiServer:
    """Objects by kind and name. `fails[operation]` holds the answers to its next calls; None lets a call through."""

    def __init__(self, *bodies: dict[str, Any]) -> None:
        self.bodies: dict[tuple[str, str], dict[str, Any]] = {}
        self.fails: defaultdict[str, deque[Exception | None]] = defaultdict(deque)
        self.calls: list[str] = []
        self.writes: list[str] = []
        self.events: list[str] = []
        self._version = 1
        self.leases: Callable[[str], CanaryLease | None] = lambda _: None
        for body in bodies:
            kind = MACHINE_KIND if body["metadata"].get("namespace") else HOST_KIND
            self.bodies[kind, body["metadata"]["name"]] = body

    async def _called(self, operation: str) -> None:
        self.calls.append(operation)
        await asyncio.sleep(0)
        error = self.fails[operation].popleft() if self.fails[operation] else None
        if error is not None:
            raise error

    def _find(self, ref: ObjectRef) -> dict[str, Any]:
        body = self.bodies.get((ref.kind, ref.name))
        if body is None or (ref.uid and body["metadata"]["uid"] != ref.uid):
            raise ObjectGone(f"{ref.kind} {ref.name}")
        return body

    def _bump(self, body: dict[str, Any]) -> dict[str, Any]:
        self._version += 1
        body["metadata"]["resourceVersion"] = str(self._version)
        return copy.deepcopy(body)

    async def get(self, ref: ObjectRef) -> JsonObject:
        await self._called("get")
        return copy.deepcopy(self._find(ref))

    async def set_finalizer(self, ref: ObjectRef, *, present: bool) -> JsonObject:
        await self._called("finalizer")
        body = self._find(ref)
        meta = body["metadata"]
        finalizers = [one for one in meta.get("finalizers", []) if one != FINALIZER]
        if present and meta.get("deletionTimestamp"):
            return copy.deepcopy(body)
        meta["finalizers"] = [*finalizers, FINALIZER] if present else finalizers
        self.writes.append("finalizer")
        written = self._bump(body)
        if meta.get("deletionTimestamp") and not meta["finalizers"]:
            del self.bodies[ref.kind, ref.name]
        return written

    async def write_status(self, ref: ObjectRef, resource_version: str, status: JsonObject) -> JsonObject:
        await self._called("status")
        body = self._find(ref)
        if body["metadata"]["resourceVersion"] != resource_version:
            raise WriteConflict("the object has changed")
        body["status"] = dict(status)
        self.writes.append("status")
        return self._bump(body)

    async def machines_on(self, target_host: str) -> AsyncIterator[JsonObject]:
        await self._called("list")
        for (kind, _), body in list(self.bodies.items()):
            if kind == MACHINE_KIND:
                yield copy.deepcopy(body)

    async def list_hosts(self) -> Sequence[JsonObject]:
        await self._called("list")
        return [copy.deepcopy(body) for (kind, _), body in self.bodies.items() if kind == HOST_KIND]

    async def write_inventory(self, host: ObjectRef, status: JsonObject) -> None:
        await self._called("inventory")
        self.writes.append("inventory")

    async def labels(self, name: str) -> Mapping[str, str]:
        await self._called("labels")
        return {"hyperv": "allowed"}

    async def read(self, namespace: str, name: str) -> SecretData:
        await self._called("secret")
        return SecretData("1", {"k": b"Pass-word-1", "username": b"u", "password": b"p"})

    async def cluster_uid(self) -> str:
        return "cluster"

    async def canary(self, namespace: str) -> CanaryLease | None:
        await self._called("lease")
        return self.leases(namespace)

    async def emit(self, ref: ObjectRef, reason: str, message: str, *, warning: bool = False) -> None:
        self.events.append(reason)


class Tasks:
    """An executor that prepares each launch at once, and fails it with what the preparation raises; polls bring the inventory."""

    def __init__(self) -> None:
        self.submitted: list[RemoteTask[Any]] = []
        self.cancelled: list[str] = []
        self.prepared: list[object] = []

    def submit(self, task: RemoteTask[Any]) -> asyncio.Future[Any]:
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        if task.on_start:
            task.on_start()
            if task.category == "preflight":
                future.set_exception(AgentMissing("An agent without a preflight."))
            else:
                future.set_result(REPORT)
            return future
        self.submitted.append(task)

        async def prepare() -> None:
            try:
                self.prepared.append(await task.prepare())
            except Exception as error:  # noqa: BLE001 - as the executor does
                future.set_exception(error)

        self._preparing = asyncio.create_task(prepare())
        return future

    async def settle(self) -> None:
        """Wait until the last submitted task is prepared, and its future's callbacks have run."""
        await asyncio.gather(self._preparing)
        await asyncio.sleep(0)

    def cancel(self, key: str) -> None:
        self.cancelled.append(key)

    def set_slots(self, host: str, slots: int) -> None:
        """Take a host's slots."""

    def forget_host(self, host: str) -> None:
        self.cancelled.append(f"host {host}")


class Process:
    """One operator process, whose clock goes on only when a loop sleeps."""

    def __init__(self, server: ApiServer) -> None:
        self.now = START
        self.server = server
        self.tasks = Tasks()
        self.cache = Cache()
        self.metrics = PrometheusMetrics()
        ports: Any = server
        deps = Dependencies(
            settings=Settings(),
            schema=SNAPSHOT.schema,
            clock=cast("Any", SimpleNamespace(now=lambda: self.now)),
            objects=ports,
            secrets=ports,
            namespaces=ports,
            events=ports,
            leases=ports,
            agent=cast("Any", SimpleNamespace()),
            tasks=cast("Any", self.tasks),
            metrics=self.metrics,
            redaction=Redactor(),
            draw=lambda: 1.0,
            monotonic=self._seconds,
        )
        self.deps = deps
        record = CredentialsRecord("s")
        record.proven = True
        self.cache.lockout_guard._records["s", "1"] = record
        self.machines = MachineReconciler(deps, self.cache)
        self.hosts = HostReconciler(deps, self.cache)

    def _seconds(self) -> float:
        return (self.now - START).total_seconds()

    def machine(self, name: str = NAME) -> MachineEntry:
        """Add the machine as a watch delivers it."""
        body = copy.deepcopy(self.server.bodies[MACHINE_KIND, name])
        return self.cache.add(MachineEntry(MachineResource.parse(body), seen_created=True))

    def host(self) -> HostEntry:
        """Add the host as a watch delivers it, with an inventory."""
        entry = HostEntry(HostResource.parse(copy.deepcopy(self.server.bodies[HOST_KIND, HOST.name])))
        poll = Poll(REPORT, START, START - timedelta(seconds=1), attempted=True, ended_at=START, generation=1)
        entry.poll = poll
        self.cache.hosts[HOST.name] = entry
        return entry

    async def passes(self, entry: MachineEntry, seconds: float) -> PassResult:
        """Run the machine's loop for this time of its clock, without waiting; return the last result."""
        end = self.now + timedelta(seconds=seconds)
        async with asyncio.timeout(20):
            while True:
                result = await self.machines.reconcile(entry)
                if self.tasks.submitted:
                    await self.tasks.settle()
                if result.ended:
                    return result
                if entry.wake.is_set():
                    continue
                if result.until is None or result.until > end:
                    self.now = end
                    return result
                self.now = max(result.until, self.now + timedelta(milliseconds=10))

    async def steps(self, entry: HostEntry, seconds: float) -> datetime | None:
        """Run the host's loop for this time of its clock; return when the next pass is due, None once it has ended."""
        end = self.now + timedelta(seconds=seconds)
        async with asyncio.timeout(20):
            while True:
                until = await self.hosts.step(entry)
                if until is None or until > end:
                    return until
                self.now = max(until, self.now + timedelta(milliseconds=10))
