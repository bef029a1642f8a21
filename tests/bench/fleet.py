"""Benchmarks of the operator as a process, with a real API server and hundreds of machines on simulated hosts.

Run them on an idle machine: the API server and the hosts share its CPUs with the operator.
"""

from __future__ import annotations

import re
import statistics
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event

import psutil

from bench.watching import Watch
from controlplane.plane import ControlPlane
from controlplane.waiting import wait_until
from e2e import rig
from e2e.fleet import Fleet, Plan, create
from e2e.webhook import UNREVIEWED

PRODUCTION = {
    "HVO_AWAITED_INVENTORY_SECONDS": "10",
    "HVO_INVENTORY_INTERVAL_LIMIT_SECONDS": "60",
    "HVO_SECRET_POLL_SECONDS": "30",
    "HVO_RETRY_BASE_SECONDS": "10",
    "HVO_RETRY_LIMIT_SECONDS": "600",
    "HVO_PROGRESS_INTERVAL_SECONDS": "15",
    "HVO_GUEST_WAIT_SECONDS": "5",
    "HVO_LEASE_INTERVAL_SECONDS": "30",
}
"""The operator's default intervals, which the rig shortens."""
_WINDOW_SECONDS = 30.0


@dataclass
class Setup:
    """The environment of one measurement."""

    plane: ControlPlane
    fleet: Fleet
    namespace: str
    watch: Watch
    start_operator: Callable[[], rig.Operator]

    def create(self, names: Sequence[tuple[str, str]], per_second: float | None = None) -> None:
        """Create machines, given as pairs of host and name, at once or at a steady rate."""
        pause = Event()
        for host, name in names:
            create(self.plane, self.namespace, rig.submission(host, name))
            if per_second:
                pause.wait(1 / per_second)

    def wait(self, names: Sequence[str], reason: str, within: float) -> None:
        """Wait until all these machines have this reason."""
        wait_until(
            lambda: sum(self.watch.reasons.get(name) == reason for name in names),
            lambda count: count == len(names),
            what=f"{len(names)} machines with reason {reason}",
            within=within,
            every=0.5,
        )

    def wait_for_hosts(self, names: Sequence[str]) -> None:
        """Wait until these hosts are Ready."""
        for name in names:
            self.plane.kubectl("wait", "--for=condition=Ready", f"hvh/{name}", "--timeout=60s")


@contextmanager
def setup(
    plans: Sequence[Plan], settings: Mapping[str, str], dead: Sequence[str] = (), processes: int = 2
) -> Iterator[Setup]:
    """Provide a control plane with hosts, and a function that starts operators."""
    with (
        tempfile.TemporaryDirectory(prefix="hvo-bench-") as folder,
        ControlPlane.start() as plane,
        Fleet(plans, processes) as fleet,
        ExitStack() as stack,
    ):
        rig.install(plane)
        for name in dead:
            fleet.cut(name)
        plane.apply(fleet.manifests, namespace=rig.SYSTEM)
        namespace = plane.new_namespace("bench", rig.ALLOWED | UNREVIEWED)
        watch = stack.enter_context(Watch(plane, namespace))

        def start() -> rig.Operator:
            log = Path(folder) / f"operator-{len(list(Path(folder).iterdir()))}.log"
            return stack.enter_context(rig.operator(plane, log, {**PRODUCTION, **settings}, admission=False))

        yield Setup(plane, fleet, namespace, watch, start)


def isolation() -> bool:
    """Compare machines of 14 healthy hosts with and without 3 dead, 2 slow and 1 dying host beside them."""
    alone = _healthy_p95({})
    beside = _healthy_p95({"dead": 3, "slow": 2, "dying": 1})
    ratio = beside / alone
    print(
        f"isolation: create-to-Ready of 140 machines on 14 healthy hosts: p95 {alone:.1f} s, beside 3 dead, 2 slow and 1 dying "
        f"host with 60 more {beside:.1f} s: {ratio:.2f} times (at most 1.5)"
    )
    return ratio <= 1.5


def _healthy_p95(bad: Mapping[str, int]) -> float:
    times = {"copy_seconds": 4.0, "boot_seconds": 4.0, "apply_seconds": 4.0}
    faults = {"slow": {"latency_seconds": 2.0}}
    hosts = {kind: [f"{kind}-{number}" for number in range(count)] for kind, count in {"well": 14, **bad}.items()}
    plans = [Plan(name, options=times, faults=faults.get(kind, {})) for kind, names in hosts.items() for name in names]
    workers = {"HVO_JOB_WORKERS_MAX": "80", "HVO_FAST_WORKERS_MAX": "20"}
    with setup(plans, workers, dead=hosts.get("dead", [])) as given:
        given.start_operator()
        given.wait_for_hosts(hosts["well"])
        given.create([(plan.name, f"{plan.name}-{number}") for number in range(10) for plan in plans])
        for name in hosts.get("dying", []):
            wait_until(lambda: given.fleet.census()[name].running, what="a run on the dying host", within=120)  # noqa: B023
            given.fleet.cut(name)
        healthy = [f"{name}-{number}" for number in range(10) for name in hosts["well"]]
        given.wait(healthy, "Ready", within=600)
        return p95([given.watch.took(name) for name in healthy])


def waiting() -> bool:
    """Measure the operator's CPU time while 1,000 machines wait for silent guests."""
    plans = [Plan(f"silent-{number}", faults={"guest": "silent"}) for number in range(20)]
    with setup(plans, {"HVO_GUEST_TIMEOUT_SECONDS": "7200"}) as given:
        operator = given.start_operator()
        given.wait_for_hosts(given.fleet.names)
        names = [(plan.name, f"{plan.name}-{number}") for number in range(50) for plan in plans]
        given.create(names)
        given.wait([name for _, name in names], "WaitingForGuestKey", within=1_800)
        _until_quiet(given.watch)
        cores, writes = _idle(given, operator)
    print(
        f"waiting: 1,000 machines that wait for guests on 20 hosts take {cores:.2f} of a CPU (at most 0.5); "
        f"{writes} writes in {_WINDOW_SECONDS:g} s (none)"
    )
    return cores <= 0.5 and writes == 0


def scale() -> bool:
    """Measure the cost of one machine among 500 on 50 hosts."""
    times = {"copy_seconds": 10.0, "boot_seconds": 40.0, "apply_seconds": 60.0}
    own = sum(times.values())
    plans = [Plan(f"host-{number}", options=times) for number in range(50)]
    with setup(plans, {"HVO_JOB_WORKERS_MAX": "100"}) as given:
        operator = given.start_operator()
        given.wait_for_hosts(given.fleet.names)
        empty = _memory(operator)
        pairs = [(plan.name, f"{plan.name}-{number}") for number in range(10) for plan in plans]
        given.create(pairs[:100], per_second=1.5)
        opened = _opened(given.fleet)
        given.create(pairs[100:], per_second=1.5)
        names = [name for _, name in pairs]
        given.wait(names, "Ready", within=1_800)
        opens = (_opened(given.fleet) - opened) / len(pairs[100:])
        _, found = given.plane.request("GET", f"/api/v1/namespaces/{given.namespace}/events")
        ratio = p95([given.watch.took(name) for name in names]) / own
        most_writes = max(given.watch.writes_to_ready.values())
        most_events = max(Counter(one["involvedObject"]["name"] for one in found["items"]).values())
        print(
            f"scale: 500 machines on 50 hosts, 1.5 created a second: p95 create-to-Ready {ratio:.2f} times the {own:g} s that "
            f"image, boot and guest take (at most 1.25); of one machine at most {most_writes} writes until it is Ready (8), "
            f"{most_events} Events (12), {opens:.2f} sessions opened (0.1)"
        )
        _until_quiet(given.watch)
        cores, writes = _idle(given, operator)
        operator.stop()
        again = given.start_operator()
        wait_until(
            lambda: _known(again), lambda count: count == len(names), what="all machines to be known", within=300
        )
        _until_quiet(given.watch)
        memory = (_memory(again) - empty) / len(names) / 1024
        print(
            f"scale: 500 idle machines: {writes} writes in {_WINDOW_SECONDS:g} s (none), {cores:.2f} of a CPU, "
            f"{memory:.0f} KB each (at most 60)"
        )
    return all((ratio <= 1.25, most_writes <= 8, most_events <= 12, opens <= 0.1, writes == 0, memory <= 60))


def _known(operator: rig.Operator) -> int:
    """Return how many machines an operator reports as Ready; 0 while it starts."""
    if "Metrics are served" not in operator.log.read_text():
        return 0
    ready = re.compile(r'^hyperv_operator_machines{condition="Ready",.*status="True"} ([0-9.]+)$', re.MULTILINE)
    return sum(int(float(count)) for count in ready.findall(operator.metrics()))


def p95(values: Sequence[float]) -> float:
    """Return the 95th percentile."""
    return statistics.quantiles(values, n=20)[-1]


def _memory(operator: rig.Operator) -> int:
    return int(psutil.Process(operator.pid).memory_info().rss)


def _opened(fleet: Fleet) -> int:
    return sum(one.opened for one in fleet.census().values())


def _until_quiet(watch: Watch) -> None:
    """Wait until nothing has been written for 15 seconds, so that the operator is idle."""
    seen = -1
    pause = Event()
    while seen != watch.writes.total():
        seen = watch.writes.total()
        pause.wait(15)


def _idle(given: Setup, operator: rig.Operator) -> tuple[float, int]:
    """Return the operator's CPU use during a window, and the number of writes to machines."""
    process, writes = psutil.Process(operator.pid), given.watch.writes.total()
    before = process.cpu_times()
    Event().wait(_WINDOW_SECONDS)
    after = process.cpu_times()
    used = after.user + after.system - before.user - before.system
    return used / _WINDOW_SECONDS, given.watch.writes.total() - writes
