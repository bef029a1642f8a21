"""The surroundings of notifications in memory: a receiver with scripted answers, a Secret, a ConfigMap, objects, a clock."""

from __future__ import annotations

import asyncio
import base64
import json
from collections import deque
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any

import yaml

from controlplane.waiting import wait_until_async
from hyperv_operator.api.names import EventReason
from hyperv_operator.errors import ClusterError, ObjectGone
from hyperv_operator.notifications.notifier import Adapters
from hyperv_operator.notifications.sender import Answer, Delivered, Sender
from hyperv_operator.notifications.targets import Target
from hyperv_operator.ports import JsonObject, ObjectRef, SecretData, Subject
from hyperv_operator.telemetry.metrics import PrometheusMetrics
from hyperv_operator.telemetry.redaction import Redactor
from unit.notifications.samples import KEY, NOW

SECRET = ObjectRef("Secret", "targets", "hyperv-system", api_version="v1")


@asynccontextmanager
async def in_background(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Run something during the block, and cancel it at the end."""
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def wait_for(condition: Callable[[], object], what: str) -> None:
    """Wait until a condition is met."""

    async def read() -> object:
        return condition()

    await wait_until_async(read, what=what, within=10, every=0.002)


class RunningClock:
    """A clock that begins at `NOW` and goes on as the event loop's does."""

    def __init__(self) -> None:
        self._begun: float | None = None

    def now(self) -> datetime:
        """Return the time."""
        time = asyncio.get_running_loop().time()
        self._begun = time if self._begun is None else self._begun
        return NOW + timedelta(seconds=time - self._begun)


class Receiver:
    """Answers as scripted, and notes what it accepts. `gate` closed, it answers nothing."""

    def __init__(self) -> None:
        self.answers: deque[Answer | Exception] = deque()
        self.always: dict[str, Answer] = {}
        """By id of the event: the answer it always gets."""
        self.default: Answer = Delivered()
        self.accepted: list[str] = []
        self.attempts: list[tuple[str, datetime]] = []
        self.bodies: dict[str, dict[str, Any]] = {}
        self.inside = 0
        self.peak = 0
        self.gate = asyncio.Event()
        self.gate.set()

    async def send(self, event_id: str, body: bytes, now: datetime) -> Answer:
        """Take an event."""
        self.attempts.append((event_id, now))
        self.inside += 1
        self.peak = max(self.peak, self.inside)
        try:
            await asyncio.sleep(0)
            await self.gate.wait()
        finally:
            self.inside -= 1
        answer = self.answers.popleft() if self.answers else self.always.get(event_id, self.default)
        if isinstance(answer, Exception):
            raise answer
        if answer == Delivered():
            self.accepted.append(event_id)
            self.bodies[event_id] = json.loads(body)
        return answer


class World:
    """Everything that the notifier uses."""

    def __init__(self) -> None:
        self.clock = RunningClock()
        self.metrics = PrometheusMetrics()
        self.receivers: dict[str, Receiver] = {}
        self.subjects: dict[str, Subject] = {}
        self.finds = 0
        self.bodies: dict[int, Subject] = {}
        self.secret: SecretData | Exception = ObjectGone("no Secret")
        self.stored: dict[str, str] = {}
        self.writes: list[Mapping[str, str | None]] = []
        self.failing_stores: deque[ClusterError] = deque()
        self.events: list[tuple[ObjectRef, str, str, bool]] = []

    def adapters(self) -> Adapters:
        """Return the ports."""
        own: Any = self
        return Adapters(own, _Store(self), own, own, self.clock, self.metrics, Redactor())

    def set_targets(self, *items: dict[str, Any], version: str = "1") -> None:
        """Write the Secret; what an item lacks is filled in."""
        full = [{"url": f"https://{one['name']}.example.com", "signingKey": "key", **one} for one in items]
        text = yaml.safe_dump({"targets": full}).encode()
        self.secret = SecretData(version, {"key": base64.b64encode(KEY), "targets.yaml": text}, "uid-of-secret")

    async def read(self, namespace: str, name: str) -> SecretData:
        """Read the Secret."""
        assert (namespace, name) == (SECRET.namespace, SECRET.name)
        if isinstance(self.secret, Exception):
            raise self.secret
        return self.secret

    async def emit(self, ref: ObjectRef, reason: str, message: str, *, warning: bool = False) -> None:
        """Take an Event."""
        self.events.append((ref, reason, message, warning))

    async def announce(self, reason: EventReason, message: str) -> None:
        """Take an Event about the Secret."""
        self.events.append((SECRET, reason.value, message, True))

    def find(self, ref: ObjectRef) -> Subject | None:
        """Find an object."""
        self.finds += 1
        return self.subjects.get(ref.uid)

    def parse(self, kind: str, body: JsonObject) -> Subject:
        """Return the subject that was put away for this body."""
        found = self.bodies[id(body)]
        assert found.ref.kind == kind
        return found

    @asynccontextmanager
    async def connect(self, target: Target) -> AsyncIterator[Sender]:
        """Provide the receiver of a target."""
        yield self.receivers.setdefault(target.name, Receiver())

    def reasons(self) -> list[str]:
        """Return the reasons of the Events so far."""
        return [reason for _, reason, _, _ in self.events]

    def count(self, target: str, result: str) -> float:
        """Return the metric of notifications."""
        labels = {"target": target, "result": result}
        return self.metrics.registry.get_sample_value("hyperv_operator_notifications_total", labels) or 0.0

    def age(self, target: str) -> float | None:
        """Return the metric of the oldest pending notification."""
        name = "hyperv_operator_notifications_oldest_pending_seconds"
        return self.metrics.registry.get_sample_value(name, {"target": target})


class _Store:
    def __init__(self, world: World) -> None:
        self._world = world

    async def read(self) -> Mapping[str, str]:
        if self._world.failing_stores:
            raise self._world.failing_stores.popleft()
        return dict(self._world.stored)

    async def write(self, changes: Mapping[str, str | None]) -> None:
        if self._world.failing_stores:
            raise self._world.failing_stores.popleft()
        self._world.writes.append(dict(changes))
        merged = {**self._world.stored, **changes}
        self._world.stored = {name: mark for name, mark in merged.items() if mark is not None}
