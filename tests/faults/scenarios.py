"""The scenarios: phases, each with something that a person asks for, and the sign that it was done."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from faults.facts import Facts
from faults.stage import HostPlan, Stage


@dataclass(frozen=True)
class Phase:
    """One step of a life."""

    name: str
    ask: Callable[[Stage], None]
    """Asks for a change, as a person would."""
    done: Callable[[Facts], bool]
    """Whether the undisturbed trial has carried it out. The end of a phase in other trials is equality with that trial's facts."""


@dataclass(frozen=True)
class Scenario:
    """A life, from an empty stage to an empty stage."""

    name: str
    plans: tuple[HostPlan, ...]
    phases: tuple[Phase, ...]
    failover_cluster: str = ""
    """Alias of the failover cluster that the hosts form; empty if they form none."""


def _is(path: str, *starts: str) -> Callable[[Facts], bool]:
    return lambda facts: facts.get(path, "").startswith(starts)


def _all(*signs: Callable[[Facts], bool]) -> Callable[[Facts], bool]:
    return lambda facts: all(sign(facts) for sign in signs)


def _has(path: str, text: str) -> Callable[[Facts], bool]:
    return lambda facts: text in facts.get(path, "")


def _ready(alias: str) -> Callable[[Facts], bool]:
    return _is(f"{alias}.conditions.Ready", "True")


def _settled(alias: str) -> Callable[[Facts], bool]:
    return lambda facts: facts.get(f"{alias}.generation") == facts.get(f"{alias}.observedGeneration")


_RESIZE = {"fields": {"cpu_cores": 4, "gb_ram": 4}}
_RESIZED = '"cpu_cores": 4, "gb_ram": 4'

MACHINE = Scenario(
    "machine",
    (HostPlan("h1"),),
    (
        Phase("create", lambda stage: stage.create_machine("m1", "h1"), _ready("m1")),
        Phase(
            "resize",
            lambda stage: stage.change_machine("m1", _RESIZE),
            _all(_has("h1.vm.m1", _RESIZED), _ready("m1"), _settled("m1")),
        ),
        Phase(
            "power-off",
            lambda stage: stage.change_machine("m1", {"powerState": "Off"}),
            _all(_has("h1.vm.m1", '"state": "Off"'), _ready("m1"), _settled("m1"), _is("m1.powerState", "Off")),
        ),
        Phase("delete", lambda stage: stage.delete_machine("m1"), _all(_is("m1", "absent"), _is("h1.vms", "[]"))),
    ),
)


def _delete_host_then_machine(stage: Stage) -> None:
    stage.delete_machine("m1")
    stage.delete_machine("m2")


HOST = Scenario(
    "host",
    (HostPlan("h1", registered=False),),
    (
        Phase("register", lambda stage: stage.register("h1"), _all(_ready("h1"), _is("h1.inventory", "present"))),
        Phase("create", lambda stage: stage.create_machine("m1", "h1"), _ready("m1")),
        Phase(
            "cordon",
            lambda stage: stage.change_host("h1", {"cordoned": True}),
            _all(_settled("h1"), _has("h1.spec", '"cordoned": true')),
        ),
        Phase(
            "create-cordoned",
            lambda stage: stage.create_machine("m2", "h1"),
            _has("m2.conditions.Ready", "HostCordoned"),
        ),
        Phase(
            "uncordon",
            lambda stage: stage.change_host("h1", {"cordoned": False}),
            _all(_ready("h1"), _ready("m2"), _settled("h1")),
        ),
        Phase("delete-host", lambda stage: stage.delete_host("h1"), _has("h1.conditions.Ready", "Deleting")),
        Phase("delete-machines", _delete_host_then_machine, _all(*(_is(one, "absent") for one in ("m1", "m2", "h1")))),
    ),
)

_NODE: Mapping[str, str] = {"failoverCluster": "{hvc}"}


def _move(stage: Stage) -> None:
    stage.move("m1", "h1", "h2")


def _delete_both(stage: Stage) -> None:
    stage.delete_machine("m1")
    stage.delete_machine("m2")


def _create_both(stage: Stage) -> None:
    stage.create_machine("m1", "h1", vm_clustered=True)
    stage.create_machine("m2", "h2", vm_clustered=True)


def _resize_both(stage: Stage) -> None:
    stage.change_machine("m1", _RESIZE)
    stage.change_machine("m2", _RESIZE)


_CLUSTER_PHASES = (
    Phase("create", _create_both, _all(_ready("m1"), _ready("m2"))),
    Phase(
        "resize",
        _resize_both,
        _all(
            _has("h1.vm.m1", _RESIZED),
            _has("h2.vm.m2", _RESIZED),
            *(sign(one) for one in ("m1", "m2") for sign in (_settled, _ready)),
        ),
    ),
    Phase("move", _move, _all(_is("m1.host", "h2"), _ready("m1"))),
    Phase("delete", _delete_both, _all(_is("m1", "absent"), _is("m2", "absent"), _is("h2.vms", "[]"))),
)
_NODES = (HostPlan("h1", _NODE), HostPlan("h2", _NODE))

CLUSTER = Scenario("cluster", (*_NODES, HostPlan("h3", _NODE, dead=True)), _CLUSTER_PHASES, failover_cluster="hvc")
CLUSTER_INTACT = Scenario("cluster-intact", _NODES, _CLUSTER_PHASES, failover_cluster="hvc")

SCENARIOS: Mapping[str, Scenario] = {one.name: one for one in (MACHINE, HOST, CLUSTER, CLUSTER_INTACT)}
