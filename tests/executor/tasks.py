"""Executors with small limits, and tasks whose category is named for its deadline."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from hyperv_operator.errors import CallCancelled
from hyperv_operator.executor.scaling import IDLE, Bounds, Sample
from hyperv_operator.executor.service import ExecutorOptions, RemoteTaskService
from hyperv_operator.ports import Lane, RemoteTask, TaskContext
from hyperv_operator.telemetry.metrics import PrometheusMetrics

Function = Callable[[TaskContext], Any]

DEADLINES: Mapping[str, float] = {"long": 30.0, "short": 0.05}
OPTIONS = ExecutorOptions(DEADLINES, job=Bounds(4, 4), fast=Bounds(2, 2), deadline_grace=0.05, stop_grace=0.5)


def service(
    metrics: PrometheusMetrics | None = None, sampler: Callable[[], Sample] = lambda: IDLE, **options: Any
) -> RemoteTaskService:
    """Return an executor; by default its lanes have a fixed worker limit."""
    return RemoteTaskService(metrics or PrometheusMetrics(), replace(OPTIONS, **options), sampler)


def task(
    key: str, function: Function, *, host: str = "h", lane: Lane = Lane.JOB, category: str = "long", **more: Any
) -> RemoteTask[Any]:
    """Return a task for a function without preparation."""

    async def prepare() -> Function:
        return function

    return RemoteTask(key, host, lane, category, prepare, **more)


def nothing(_: TaskContext) -> None:
    """Return at once."""


def until_cancelled(context: TaskContext) -> None:
    """Run until cancelled."""
    pause = threading.Event()
    while not context.is_cancelled():
        pause.wait(0.01)
    raise CallCancelled("stopped", effect_unknown=True)


class Gate:
    """A function that ignores deadline and cancellation and blocks until the gate is opened; it counts its callers."""

    def __init__(self) -> None:
        self._open = threading.Event()
        self._lock = threading.Lock()
        self.inside = 0
        self.peak = 0

    def __call__(self, _: TaskContext) -> str:
        """Block until the gate is opened."""
        with self._lock:
            self.inside += 1
            self.peak = max(self.peak, self.inside)
        self._open.wait(60)
        with self._lock:
            self.inside -= 1
        return "through"

    def open(self) -> None:
        """Let every caller return."""
        self._open.set()
