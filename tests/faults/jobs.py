"""Jobs: processes with a site of their own each, which carry out trials."""

from __future__ import annotations

import contextlib
import math
import multiprocessing
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Self, cast

from faults.catalogue import Fault
from faults.comparison import Deviation, Record
from faults.scenarios import SCENARIOS
from faults.site import Site
from faults.trial import Result, perform

Order = tuple[str, Fault | None, Record | None]
"""A scenario's name, the fault, and the record of the undisturbed trial; the arguments of `perform`."""


class JobFailed(Exception):
    """The harness failed, not the operator."""


class Jobs:
    """Several processes, as a context manager."""

    def __init__(self, number: int) -> None:
        self._number = number
        self._workers: list[tuple[BaseProcess, Connection]] = []

    def __enter__(self) -> Self:
        context = multiprocessing.get_context("spawn")
        for number in range(self._number):
            ours, theirs = context.Pipe()
            process = context.Process(target=_work, args=(theirs,), name=f"job-{number}")
            process.start()
            theirs.close()
            self._workers.append((process, ours))
        return self

    def __exit__(self, *_: object) -> None:
        for process, pipe in self._workers:
            with contextlib.suppress(OSError):
                pipe.send(None)
            process.join(60)
            if process.is_alive():
                process.kill()
            pipe.close()

    def perform(self, scenario: str, expected: Record | None = None) -> Result:
        """Carry out one trial without a fault."""
        _, pipe = self._workers[0]
        return _exchange(pipe, (scenario, None, expected))

    def perform_all(
        self, faults: Sequence[Fault], records: dict[str, Record], within: float = math.inf
    ) -> Iterator[Result]:
        """Carry out a trial for each fault; yield the results as they come. None begins after `within` seconds."""
        ends = time.monotonic() + within
        left: Iterator[Fault] = iter(faults)
        busy: dict[Connection, Fault] = {}

        def occupy(pipe: Connection) -> None:
            fault = next(left, None) if time.monotonic() < ends else None
            if fault is not None:
                busy[pipe] = fault
                pipe.send((fault.scenario, fault, records[fault.scenario]))

        for _, pipe in self._workers:
            occupy(pipe)
        while busy:
            for pipe in cast("list[Connection]", wait(list(busy))):
                del busy[pipe]
                yield _received(pipe)
                occupy(pipe)


def _exchange(pipe: Connection, order: Order) -> Result:
    pipe.send(order)
    return _received(pipe)


def _received(pipe: Connection) -> Result:
    try:
        answer: Result | str = pipe.recv()
    except EOFError:
        raise JobFailed("a job ended") from None
    if isinstance(answer, str):
        raise JobFailed(answer)
    return answer


def _work(pipe: Connection) -> None:
    """Carry out orders until told to stop, or until the other end of the pipe is closed."""
    with Site.open() as site, contextlib.suppress(EOFError, KeyboardInterrupt):
        while order := pipe.recv():
            pipe.send(_attempt(lambda: perform(site, SCENARIOS[order[0]], order[1], order[2]), order[1]))


def _attempt(work: Callable[[], Result], fault: Fault | None) -> Result | str:
    """Return the result, and a harness error as a deviation, so that one does not end all trials."""
    try:
        return work()
    except Exception:  # noqa: BLE001 - it is shown with the trial
        text = traceback.format_exc()
        if fault is None:
            return text
        return Result(fault.scenario, fault, False, (Deviation("harness-error", text),), 0.0, Record(), ())
