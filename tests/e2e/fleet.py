"""Many simulated hosts in separate processes, so that they compete neither with the operator nor in one interpreter.

Each process runs several hosts and answers one request at a time on a pipe: the name of a `_Worker` method and its arguments, to
which it replies with the result.
"""

from __future__ import annotations

import contextlib
import multiprocessing
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any, Self

from controlplane.plane import ControlPlane
from controlplane.waiting import wait_until
from e2e import rig
from e2e.webhook import UNREVIEWED
from e2e.wire import Wire
from hostsim import manifests
from hostsim.host import SimulatedHost

SHELL_QUOTA = 25
"""WinRM's default `MaxShellsPerUser` on older versions of Windows Server; 30 on newer ones."""


@dataclass(frozen=True)
class Plan:
    """One host to start: the options of its SimulatedHost, its initial faults, and fields of its HyperVHost's spec."""

    name: str
    options: Mapping[str, Any] = field(default_factory=dict)
    faults: Mapping[str, Any] = field(default_factory=dict)
    spec: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Census:
    """The state and the ledger of one host. Times are seconds since the epoch."""

    running: int
    """Current number of runs that change the host."""
    peak: int
    shells: int
    """Currently open."""
    shells_peak: int
    opened: int
    """Shells opened so far."""
    vms: int
    mutations: Counter[str]
    """By kind."""
    machines: dict[str, Counter[str]]
    """Mutations by machine UID."""
    last: dict[str, float]
    """Time of each machine's last mutation."""


class Fleet:
    """Running hosts, as a context manager."""

    def __init__(self, plans: Sequence[Plan], processes: int = 2) -> None:
        self.names = [plan.name for plan in plans]
        self._shares = [plans[number::processes] for number in range(processes)]
        self._workers: list[tuple[BaseProcess, Connection]] = []
        self._of: dict[str, Connection] = {}
        self.manifests: list[dict[str, Any]] = []
        """The HyperVHosts and their credentials Secrets."""

    def __enter__(self) -> Self:
        context = multiprocessing.get_context("spawn")
        for share in self._shares:
            ours, theirs = context.Pipe()
            process = context.Process(target=_serve, args=(theirs, share), name="hosts", daemon=True)
            process.start()
            theirs.close()
            self._workers.append((process, ours))
        for share, (_, pipe) in zip(self._shares, self._workers, strict=True):
            self.manifests += _ask(pipe, "registrations")
            self._of |= dict.fromkeys((plan.name for plan in share), pipe)
        return self

    def __exit__(self, *_: object) -> None:
        for process, pipe in self._workers:
            # A worker that has died must not keep the others running.
            with contextlib.suppress(OSError):
                pipe.send(None)
            process.join(30)
            if process.is_alive():
                process.kill()
            pipe.close()

    def census(self) -> dict[str, Census]:
        """Return every host's census, by name."""
        found: dict[str, Census] = {}
        for _, pipe in self._workers:
            found |= _ask(pipe, "census")
        return found

    def set_faults(self, names: Iterable[str], **faults: Any) -> None:
        """Set faults of hosts."""
        for name in names:
            _ask(self._of[name], "set_faults", name, faults)

    def cut(self, name: str) -> None:
        """Cut a host's network, so that packets to it are dropped."""
        _ask(self._of[name], "cut", name)

    def mutations(self) -> Counter[str]:
        """Return the number of mutations of each kind on all hosts."""
        return sum((one.mutations for one in self.census().values()), Counter())

    def wait_for(self, what: str, counted: str, count: int, within: float = 60) -> None:
        """Wait until a field of the census, summed over all hosts, has this value."""
        wait_until(
            lambda: sum(getattr(one, counted) for one in self.census().values()),
            lambda seen: seen == count,
            what=what,
            within=within,
            every=0.2,
        )


@contextlib.contextmanager
def bulk_namespace(plane: ControlPlane) -> Iterator[str]:
    """Provide a namespace that is excluded from the webhook; its machines are deleted at the end, without an operator.

    Their hosts are stopped too, so their VMs are not removed, which would take as long as creating them.
    """
    namespace = plane.new_namespace("crowd", rig.ALLOWED | UNREVIEWED)
    yield namespace
    for one in machines(plane, namespace):
        path = f"{_path('HyperVMachine', namespace)}/{one['metadata']['name']}"
        plane.request("PUT", path, {**one, "metadata": {**one["metadata"], "finalizers": []}})
        plane.request("DELETE", path)


def create(plane: ControlPlane, namespace: str, objects: Iterable[Mapping[str, Any]]) -> None:
    """Create Secrets and HyperVMachines; for hundreds of objects much faster than kubectl."""
    for one in objects:
        status, answer = plane.request("POST", _path(one["kind"], namespace), one)
        if status != HTTPStatus.CREATED:
            raise RuntimeError(f"{one['kind']} {one['metadata']['name']} was not created: {answer.get('message')}")


def machines(plane: ControlPlane, namespace: str) -> list[dict[str, Any]]:
    """Return a namespace's machines."""
    _, found = plane.request("GET", _path("HyperVMachine", namespace))
    return list(found["items"])


def _path(kind: str, namespace: str) -> str:
    root, plural = {
        "Secret": ("/api/v1", "secrets"),
        "HyperVMachine": ("/apis/hyperv-operator.io/v1alpha1", "hypervmachines"),
    }[kind]
    return f"{root}/namespaces/{namespace}/{plural}"


def wait_for_ready(plane: ControlPlane, namespace: str, count: int, within: float) -> None:
    """Wait until this number of machines in a namespace is Ready."""

    def ready() -> int:
        return sum(rig.condition(one, "Ready").get("status") == "True" for one in machines(plane, namespace))

    wait_until(ready, lambda seen: seen == count, what=f"{count} machines that are Ready", within=within, every=0.5)


def _ask(pipe: Connection, method: str, *arguments: Any) -> Any:
    pipe.send((method, arguments))
    answer, error = pipe.recv()
    if error is not None:
        raise RuntimeError(f"{method} of the simulated hosts failed: {error}")
    return answer


class _Worker:
    """The hosts of one process."""

    def __init__(self, plans: Sequence[Plan], stack: contextlib.ExitStack) -> None:
        self._hosts: dict[str, SimulatedHost] = {}
        self._wires: dict[str, Wire] = {}
        self._plans = plans
        for plan in plans:
            host = SimulatedHost(plan.name, **plan.options)
            self._hosts[plan.name] = stack.enter_context(host)
            self.set_faults(plan.name, plan.faults)
            self._wires[plan.name] = stack.enter_context(Wire(host.port))

    def registrations(self) -> list[dict[str, Any]]:
        made = []
        for plan in self._plans:
            host = self._hosts[plan.name]
            registered = manifests.hyperv_host(host, **plan.spec)
            registered["spec"]["connection"]["port"] = self._wires[plan.name].port
            made += [manifests.credentials(host, rig.SYSTEM), registered]
        return made

    def census(self) -> dict[str, Census]:
        return {name: host.call(lambda: self._count(name)) for name, host in self._hosts.items()}  # noqa: B023

    def _count(self, name: str) -> Census:
        host, ledger = self._hosts[name], self._hosts[name].ledger
        machines: dict[str, Counter[str]] = {}
        for entry in ledger.entries:
            machines.setdefault(entry.machine_uid, Counter())[entry.kind] += 1
        return Census(
            running=ledger.running,
            peak=ledger.peak,
            shells=ledger.shells,
            shells_peak=ledger.shells_peak,
            opened=ledger.sessions,
            vms=len(host.world.vms),
            mutations=Counter(entry.kind for entry in ledger.entries),
            machines=machines,
            last={entry.machine_uid: entry.at for entry in ledger.entries},
        )

    def set_faults(self, name: str, faults: Mapping[str, Any]) -> None:
        for fault, value in faults.items():
            assert hasattr(self._hosts[name].faults, fault)
            setattr(self._hosts[name].faults, fault, value)

    def cut(self, name: str) -> None:
        self._wires[name].cut()


def _serve(pipe: Connection, plans: Sequence[Plan]) -> None:
    """Answer requests until told to stop, or until the other end of the pipe is closed."""
    with contextlib.ExitStack() as stack:
        worker = _Worker(plans, stack)
        with contextlib.suppress(EOFError):
            while request := pipe.recv():
                method, arguments = request
                try:
                    pipe.send((getattr(worker, method)(*arguments), None))
                except Exception as error:  # noqa: BLE001 - it is raised at the other end of the pipe
                    pipe.send((None, repr(error)))
