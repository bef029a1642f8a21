"""Benchmark of five hosts of which one is hostile: do the other four notice?

One operator serves them all the time. In turn the fifth host is honest, hostile in one way after another, and honest again; each time
machines are created on all five. Run it on an idle machine.
"""

from __future__ import annotations

import itertools
import re
import statistics
import threading
from collections.abc import Mapping, Sequence
from typing import Any

import psutil
from typing_extensions import override

from bench.fleet import Setup, setup
from e2e import rig
from e2e.fleet import Plan

LIMIT_RATIO = 1.2
"""Maximum p95 of create-to-Ready on the four honest hosts beside the hostile one, as a multiple of that beside an honest one."""
LIMIT_MEMORY = 256
"""MiB of the operator's resident memory at its highest."""
LIMIT_STALL = 0.1
"""Seconds of CPU time in one stretch of the event loop."""
_WELL = ("well-0", "well-1", "well-2", "well-3")
_HOSTILE = "hostile"
_PER_HOST = 5
_TIMES = {"copy_seconds": 2.0, "boot_seconds": 2.0, "apply_seconds": 2.0}
_HONEST: Mapping[str, Any] = {
    "hostile": None,
    "hostile_stream": None,
    "hostile_at": "logon",
    "hostile_status": 200,
    "hostile_location": "http://127.0.0.1:9/wsman",
    "hostile_pause": 1.0,
}
BEHAVIOURS: Mapping[str, Mapping[str, Any]] = {
    "endless body": {"hostile": "endless-body"},
    "endless 401": {"hostile": "endless-chunks", "hostile_status": 401},
    "endless headers": {"hostile": "endless-headers"},
    "drip": {"hostile": "drip", "hostile_at": "answer"},
    "slow headers": {"hostile": "slow-headers"},
    "gzip": {"hostile": "gzip"},
    "redirect": {"hostile": "redirect", "hostile_status": 307, "hostile_at": "challenge"},
    "error page": {"hostile": "error-page", "hostile_status": 429},
    "XML bomb": {"hostile": "xml-wide", "hostile_at": "answer"},
    "CLIXML bomb": {"hostile_stream": "clixml-deep"},
    "unfinished fragments": {"hostile_stream": "unfinished"},
    "65,536 lines": {"hostile_stream": "lines"},
}
_STALL = re.compile(r"^hyperv_operator_event_loop_cpu_stall_seconds(?:{[^}]*})? ([0-9.e+-]+)$", re.MULTILINE)


class _Memory(threading.Thread):
    """Samples a process's resident memory; `peak` is in MiB."""

    def __init__(self, pid: int) -> None:
        super().__init__(name="memory", daemon=True)
        self._process = psutil.Process(pid)
        self._stopping = threading.Event()
        self.peak = 0.0

    @override
    def run(self) -> None:
        while not self._stopping.wait(0.1):
            self.peak = max(self.peak, self._process.memory_info().rss / 1_048_576)

    def stop(self) -> None:
        """Stop."""
        self._stopping.set()
        self.join(10)


def run() -> bool:
    """Print the results; return whether they are within the limits."""
    plans = [Plan(name, options=_TIMES) for name in (*_WELL, _HOSTILE)]
    # The hostile host has a process of its own, so that what it costs itself costs no other host.
    with setup(plans, {"HVO_JOB_WORKERS_MAX": "40"}, processes=len(plans)) as given:
        operator = given.start_operator()
        given.wait_for_hosts([plan.name for plan in plans])
        rounds = itertools.count()
        _measure(given, next(rounds), {})
        memory = _Memory(operator.pid)
        memory.start()
        without = _measure(given, next(rounds), {})
        beside: dict[str, list[float]] = {}
        # Each reading is the longest turn since the one before.
        stalls = {"honest": _stall(operator)}
        for name, faults in BEHAVIOURS.items():
            beside[name] = _measure(given, next(rounds), faults)
            stalls[name] = _stall(operator)
        without += _measure(given, next(rounds), {})
        memory.stop()
    base, hostile = _p95(without), _p95(list(itertools.chain.from_iterable(beside.values())))
    shown = ", ".join(f"{name} {_p95(times) / base:.2f}" for name, times in beside.items())
    print(
        f"hostile-host: p95 create-to-Ready on four hosts, as a multiple of {base:.1f} s beside an honest fifth: {shown}"
    )
    longest = ", ".join(f"{name} {seconds * 1e3:.0f}" for name, seconds in stalls.items())
    print(
        f"hostile-host: {hostile / base:.2f} times in all (at most {LIMIT_RATIO:g}); memory up to {memory.peak:.0f} MiB (at most "
        f"{LIMIT_MEMORY}); longest turn of the loop in ms (at most {LIMIT_STALL * 1e3:g}): {longest}"
    )
    return hostile / base <= LIMIT_RATIO and memory.peak <= LIMIT_MEMORY and max(stalls.values()) <= LIMIT_STALL


def _stall(operator: rig.Operator) -> float:
    return float(_STALL.findall(operator.metrics())[0])


def _measure(given: Setup, number: int, faults: Mapping[str, Any]) -> list[float]:
    """Create machines on all hosts, the fifth of which behaves like this; return how long those of the others took."""
    given.fleet.set_faults([_HOSTILE], **{**_HONEST, **faults})
    pairs = [(host, f"r{number}-{host}-{one}") for one in range(_PER_HOST) for host in (*_WELL, _HOSTILE)]
    given.create(pairs)
    names = [name for host, name in pairs if host != _HOSTILE]
    given.wait(names, "Ready", within=120)
    return [given.watch.took(name) for name in names]


def _p95(values: Sequence[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]
