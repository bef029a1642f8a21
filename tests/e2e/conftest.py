"""Fixtures of the end-to-end tests: the chart is installed once; every test has its own host and namespace."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from npmpackage import PackageUnusable
from playwright.sync_api import Browser

from browser.chromium import ChromiumMissing, find_or_install
from browser.visit import Visit, launched, visit
from controlplane.plane import ControlPlane
from e2e import agents, consolepages, rig
from e2e.consolesite import Stage, stage
from e2e.gateway import Gateway, gateway, person
from e2e.webhook import UNREVIEWED
from hostsim import manifests
from hostsim.host import AgentKind, SimulatedHost

_NUMBERS = itertools.count(1)

NewHost = Callable[..., SimulatedHost]


@pytest.fixture(scope="session")
def cluster(control_plane: ControlPlane) -> ControlPlane:
    """Provide the control plane with the chart's resources and RBAC installed."""
    rig.install(control_plane)
    return control_plane


@pytest.fixture
def tenant(cluster: ControlPlane) -> str:
    """Provide a namespace that may use the hosts."""
    return cluster.new_namespace("team", rig.ALLOWED)


@pytest.fixture
def unreviewed(cluster: ControlPlane) -> str:
    """Provide a namespace that may use the hosts and is excluded from the webhook."""
    return cluster.new_namespace("unreviewed", rig.ALLOWED | UNREVIEWED)


@pytest.fixture
def agent() -> AgentKind:
    """Provide the kind of agent of the hosts; `agents.BOTH` runs a test with both."""
    return "simulated"


@pytest.fixture
def new_host(cluster: ControlPlane, agent: AgentKind) -> Iterator[NewHost]:
    """Provide a function that starts and registers a simulated host; `spec` replaces fields of the HyperVHost's spec."""
    hosts: list[SimulatedHost] = []

    def make(spec: dict[str, Any] | None = None, **options: Any) -> SimulatedHost:
        host = SimulatedHost(**{"name": f"host-{next(_NUMBERS)}", "agent": agent, **options})
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
    """Provide the log file of this test's operators."""
    return tmp_path / "operator.log"


@pytest.fixture
def operator(cluster: ControlPlane, log: Path, new_host: NewHost, agent: AgentKind) -> Iterator[rig.Operator]:
    """Provide a running operator; the HyperVHosts are removed before it stops."""
    with rig.operator(cluster, log, agents.settings(agent)) as running:
        yield running
        rig.remove_hosts(cluster)


@pytest.fixture
def gateway_log(tmp_path: Path) -> Path:
    """Provide the log file of this test's gateway."""
    return tmp_path / "gateway.log"


@pytest.fixture
def served(cluster: ControlPlane, tenant: str, gateway_log: Path) -> Iterator[Gateway]:
    """Provide a running gateway whose default namespace is the tenant's."""
    with gateway(cluster, gateway_log, default_namespace=tenant) as running:
        yield running


@pytest.fixture
def token(cluster: ControlPlane, tenant: str) -> str:
    """Provide the token of somebody who may manage machines in the tenant's namespace."""
    return person(cluster, tenant)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Provide a Chromium. It is stopped with the module, because its event loop blocks those of other tests."""
    try:
        chromium = find_or_install(print)
    except (ChromiumMissing, PackageUnusable) as error:
        pytest.skip(f"there is no browser: {error}")
    with launched(chromium) as running:
        yield running


@pytest.fixture(scope="module")
def console(cluster: ControlPlane, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Provide the console with an operator and a host behind it, for all tests of the module."""
    with stage(cluster, tmp_path_factory.mktemp("console"), "hyperv01.local") as running:
        yield running


@pytest.fixture
def visitor(browser: Browser) -> Iterator[Visit]:
    """Provide a visit that has to end without an error of a script or of the content security policy."""
    with visit(browser) as made:
        yield made
        assert made.errors == []
        assert [one for one in made.messages if "Content Security Policy" in one] == []


@pytest.fixture
def inside(visitor: Visit, console: Stage) -> Visit:
    """Provide a visit after the login."""
    consolepages.log_in(visitor.page, console.site)
    return visitor
