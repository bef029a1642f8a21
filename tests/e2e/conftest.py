"""Fixtures of the end-to-end tests: the chart installed once, a host and a namespace of each test's own."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from controlplane.plane import ControlPlane
from e2e import agents, rig
from e2e.webhook import UNREVIEWED
from hostsim import manifests
from hostsim.host import AgentKind, SimulatedHost

_NUMBERS = itertools.count(1)

NewHost = Callable[..., SimulatedHost]


@pytest.fixture(scope="session")
def cluster(control_plane: ControlPlane) -> ControlPlane:
    """Give the control plane with the chart's resources and RBAC installed."""
    rig.install(control_plane)
    return control_plane


@pytest.fixture
def tenant(cluster: ControlPlane) -> str:
    """Give a namespace that may use the hosts."""
    return cluster.new_namespace("team", rig.ALLOWED)


@pytest.fixture
def unreviewed(cluster: ControlPlane) -> str:
    """Give a namespace that may use the hosts, and whose machines are checked by the reconcile alone."""
    return cluster.new_namespace("unreviewed", rig.ALLOWED | UNREVIEWED)


@pytest.fixture
def agent() -> AgentKind:
    """Give the kind of agent that hosts have; `agents.BOTH` runs a test with both."""
    return "simulated"


@pytest.fixture
def new_host(cluster: ControlPlane, agent: AgentKind) -> Iterator[NewHost]:
    """Give a function that starts a simulated host and registers it; `spec` replaces parts of the HyperVHost's spec."""
    hosts: list[SimulatedHost] = []

    def make(spec: dict[str, Any] | None = None, **options: Any) -> SimulatedHost:
        host = SimulatedHost(f"host-{next(_NUMBERS)}", **{"agent": agent, **options})
        host.start()
        hosts.append(host)
        resources = [manifests.credentials(host, rig.SYSTEM), manifests.hyperv_host(host, **(spec or {}))]
        cluster.apply(resources, namespace=rig.SYSTEM)
        return host

    yield make
    for host in hosts:
        host.stop()


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Give the file that operators of this test log to."""
    return tmp_path / "operator.log"


@pytest.fixture
def operator(cluster: ControlPlane, log: Path, new_host: NewHost, agent: AgentKind) -> Iterator[rig.Operator]:
    """Give a running operator; hosts it has met are taken away before it stops."""
    with rig.operator(cluster, log, agents.settings(agent)) as running:
        yield running
        rig.remove_hosts(cluster)
