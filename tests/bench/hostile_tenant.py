"""Two tenants on one host, one of them hostile: what the other one notices."""

from __future__ import annotations

import itertools
import random
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, Final

import psutil

from bench.fleet import Setup, p95, setup
from controlplane.plane import ControlPlane
from controlplane.waiting import wait_until
from e2e import rig
from e2e.fleet import Plan, create
from e2e.webhook import UNREVIEWED

_HOST: Final = "shared"
_MACHINES: Final = 12
_EVERY: Final = 1.5
"""Seconds between two machines of the tenant that is measured."""
_CROWD: Final = 10_000
_GIANTS: Final = 200
_LIMIT: Final = 1.2
_HOSTILE: Final = {"team": "hostile"}
_TIMES: Final = {"copy_seconds": 4.0, "boot_seconds": 4.0, "apply_seconds": 4.0}
_MACHINE_PATH: Final = "/apis/hyperv-operator.io/v1alpha1/namespaces/{}/hypervmachines/{}"


def run() -> bool:
    """Compare the machines of a tenant with and without a hostile tenant on the same host."""
    tenants = [
        {"namespaceSelector": {"matchLabels": rig.ALLOWED}},
        {"namespaceSelector": {"matchLabels": _HOSTILE}, "maxMachines": 2, "vmNamePattern": "^x-([a-z0-9]+-?)+$"},
    ]
    plan = Plan(_HOST, options=_TIMES, spec={"tenants": tenants, "maxConcurrentRuns": 8})
    with setup([plan], {}) as given:
        operator = given.start_operator()
        given.wait_for_hosts([_HOST])
        alone = _p95(given, "alone")
        hostile = given.plane.new_namespace("hostile", _HOSTILE | UNREVIEWED)
        _crowd(given.plane, hostile)
        process = psutil.Process(operator.pid)
        with _attack(given.plane, hostile):
            beside = _p95(given, "beside")
        memory = process.memory_info().rss / 2**20
        vms = given.fleet.census()[_HOST].vms
    ratio = beside / alone
    print(
        f"hostile-tenant: create-to-Ready of {_MACHINES} machines: p95 {alone:.1f} s, beside a namespace with {_CROWD} machines that "
        f"changes them all the time {beside:.1f} s: {ratio:.2f} times (at most {_LIMIT}); the operator has {memory:.0f} MiB; {vms} VMs "
        f"(at most {2 * _MACHINES + 2})"
    )
    return ratio <= _LIMIT and vms <= 2 * _MACHINES + 2


def _p95(given: Setup, prefix: str) -> float:
    names = [f"{prefix}-{number}" for number in range(_MACHINES)]
    given.create([(_HOST, name) for name in names], per_second=1 / _EVERY)
    given.wait(names, "Ready", within=600)
    return p95([given.watch.took(name) for name in names])


def _crowd(plane: ControlPlane, namespace: str) -> None:
    """Create many machines, of which two get a place."""
    create(plane, namespace, rig.submission(_HOST, "secret")[:1])

    def one(number: int) -> None:
        create(plane, namespace, [_machine(f"m-{number}")])

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(one, range(_CROWD)))
    wait_until(
        lambda: len(_finalized(plane, namespace)),
        lambda seen: seen >= _CROWD,
        what="the crowd to be seen",
        within=900,
        every=5,
    )


def _machine(name: str) -> dict[str, Any]:
    number = int(name.rpartition("-")[2])
    # Names that the tenant entry refuses, and which the other tenant is about to use; and some of its own.
    wanted = f"beside-{number % _MACHINES}" if number % 20 else f"x-{number}"
    machine = rig.submission(_HOST, name, vm_name=wanted)[1]
    machine["spec"]["secretFields"]["guest_la_pw"]["secretKeyRef"]["name"] = "secret"
    return machine


def _finalized(plane: ControlPlane, namespace: str) -> list[str]:
    template = "{range .items[*]}{.metadata.name} {.metadata.finalizers[0]}{'\\n'}{end}"
    lines = plane.kubectl("get", "hvm", "-n", namespace, "-o", f"jsonpath={template}", "--chunk-size=500").splitlines()
    return [line for line in lines if len(line.split()) == 2]


@contextmanager
def _attack(plane: ControlPlane, namespace: str) -> Iterator[None]:
    """Change the crowd all the time, as fast as one client can."""
    stopping = threading.Event()

    def work() -> None:
        dice = random.Random(7)
        for number in itertools.count():
            if stopping.is_set():
                return
            dice.choice(_ATTACKS)(plane, namespace, number, dice)

    threads = [threading.Thread(target=work, daemon=True) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stopping.set()
        for thread in threads:
            thread.join(30)


def _patch(plane: ControlPlane, namespace: str, dice: random.Random, body: dict[str, Any], crowd: int = _CROWD) -> None:
    path = _MACHINE_PATH.format(namespace, f"m-{dice.randrange(crowd)}")
    plane.request("PATCH", path, body)


def _rename(plane: ControlPlane, namespace: str, number: int, dice: random.Random) -> None:
    name = dice.choice([f"beside-{number % _MACHINES}", "a" * 41 + "!", f"x-{number}"])
    _patch(plane, namespace, dice, {"spec": {"fields": {"vm_name": name}}})


def _annotate(plane: ControlPlane, namespace: str, number: int, dice: random.Random) -> None:
    forged = {
        "hyperv-operator.io/delete": '{"success": true}',
        "hyperv-operator.io/last-handled-configuration": "[[[",
        "hyperv-operator.io/abandon": "x" * 1_000,
        "example.com/giant": f"{number}" + "x" * 250_000,
    }
    _patch(plane, namespace, dice, {"metadata": {"annotations": forged}}, _GIANTS)


def _flip(plane: ControlPlane, namespace: str, number: int, dice: random.Random) -> None:
    spec = dice.choice(
        [{"paused": bool(number % 2)}, {"powerState": ["Off", "Running"][number % 2]}, {"deletionPolicy": "Retain"}]
    )
    _patch(plane, namespace, dice, {"spec": spec})


def _flap_secret(plane: ControlPlane, namespace: str, number: int, dice: random.Random) -> None:
    path = f"/api/v1/namespaces/{namespace}/secrets"
    if number % 2:
        plane.request("DELETE", f"{path}/secret")
    else:
        plane.request("POST", path, rig.submission(_HOST, "secret")[0])


def _replace(plane: ControlPlane, namespace: str, number: int, dice: random.Random) -> None:
    plane.request("DELETE", _MACHINE_PATH.format(namespace, f"m-{dice.randrange(_CROWD)}"))
    plane.request("POST", _MACHINE_PATH.format(namespace, "").rstrip("/"), _machine(f"n-{number}"))


_ATTACKS: Final[tuple[Callable[[ControlPlane, str, int, random.Random], None], ...]] = (
    _rename,
    _annotate,
    _flip,
    _flap_secret,
    _replace,
)
