"""Services with small bounds, and tasks of categories whose deadlines are their names."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from hyperv_operator.errors import CallCancelled
from hyperv_operator.executor.options import Options
from hyperv_operator.executor.scaling import IDLE, Bounds, Sample
from hyperv_operator.executor.service import RemoteTaskService
from hyperv_operator.ports import Lane, RemoteTask, TaskContext
from hyperv_operator.telemetry.metrics import PrometheusMetrics

Function = Callable[[TaskContext], Any]

DEADLINES: Mapping[str, float] = {"long": 30.0, "short": 0.05}
OPTIONS = Options(DEADLINES, job=Bounds(4, 4), fast=Bounds(2, 2), deadline_grace=0.05, stop_grace=0.5)


def service(
    metrics: PrometheusMetrics | None = None, sampler: Callable[[], Sample] = lambda: IDLE, **options: Any
) -> RemoteTaskService:
    """Return an executor; by default its lanes do not scale."""
    return RemoteTaskService(metrics or PrometheusMetrics(), replace(OPTIONS, **options), sampler)


def task(
    key: str, function: Function, *, host: str = "h", lane: Lane = Lane.JOB, category: str = "long", **more: Any
) -> RemoteTask[Any]:
    """Return a task for a function that needs no preparation."""

    async def prepare() -> Function:
        return function

    return RemoteTask(key, host, lane, category, prepare, **more)


def nothing(_: TaskContext) -> None:
    """Return at once."""


def until_cancelled(context: TaskContext) -> None:
    """Run until asked to stop."""
    pause = threading.Event()
    while not context.is_cancelled():
        pause.wait(0.01)
    raise CallCancelled("stopped", effect_unknown=True)


class Gate:
    """A call that hangs, deaf to deadline and cancellation, until the gate is opened; it counts who came in."""

    def __init__(self) -> None:
        self._open = threading.Event()
        self._lock = threading.Lock()
        self.inside = 0
        self.peak = 0

    def __call__(self, _: TaskContext) -> str:
        """Wait at the gate."""
        with self._lock:
            self.inside += 1
            self.peak = max(self.peak, self.inside)
        self._open.wait(60)
        with self._lock:
            self.inside -= 1
        return "through"

    def open(self) -> None:
        """Let all through."""
        self._open.set()
