"""A host's network, service, certificate and credentials fail in turn: each is told for what it is, and mending it is enough."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest
from aiohttp import web
from typing_extensions import override

from controlplane.plane import ControlPlane
from controlplane.waiting import wait_until
from e2e import rig
from e2e.wire import Wire
from hostsim import manifests
from hostsim.auth import Gate
from hostsim.host import SimulatedHost

pytestmark = pytest.mark.timeout(240)


@dataclass(frozen=True)
class Site:
    """A host behind a wire, and where it is registered."""

    cluster: ControlPlane
    host: SimulatedHost
    wire: Wire

    def register_credentials(self) -> None:
        """Have the Secret say what the host takes now."""
        self.cluster.apply(manifests.credentials(self.host, rig.SYSTEM), namespace=rig.SYSTEM)

    def conditions(self) -> dict[str, dict[str, Any]]:
        """Return the HyperVHost's conditions by type."""
        body = json.loads(self.cluster.kubectl("get", "hvh", self.host.name, "-o", "json"))
        return {one["type"]: one for one in body.get("status", {}).get("conditions", [])}


@pytest.fixture
def site(cluster: ControlPlane) -> Iterator[Site]:
    """Give a registered host that an operator reaches through a wire."""
    with SimulatedHost("mended") as host, Wire(host.port) as wire:
        made = Site(cluster, host, wire)
        registered = manifests.hyperv_host(host)
        registered["spec"]["connection"]["port"] = wire.port
        cluster.apply([manifests.credentials(host, rig.SYSTEM), registered], namespace=rig.SYSTEM)
        yield made


class _Overloaded(Gate):
    """Answers for a service that does not serve, as http.sys does."""

    @override
    def check(self, request: web.Request) -> web.Response | None:
        return web.Response(status=503, text="Service Unavailable")


@contextmanager
def _network(site: Site) -> Iterator[None]:
    site.wire.cut()
    yield
    site.wire.mend()


@contextmanager
def _service_stopped(site: Site) -> Iterator[None]:
    site.wire.refuse()
    yield
    site.wire.mend()


@contextmanager
def _service_overloaded(site: Site) -> Iterator[None]:
    gate = site.host.wsman.gate
    site.host.wsman.gate = _Overloaded(gate.username, gate.password)
    yield
    site.host.wsman.gate = gate


@contextmanager
def _certificate(site: Site) -> Iterator[None]:
    """The listener has a certificate of another authority, until it gets the old one back."""
    site.host.go_down()
    with SimulatedHost("impostor", port=site.host.port, trusted=False):
        yield
    site.host.come_back()


@contextmanager
def _password(site: Site) -> Iterator[None]:
    """Somebody changes the account's password, and puts it into the Secret later."""
    site.host.set_password("Rotated-Pw-1")
    yield
    site.register_credentials()


@contextmanager
def _secret(site: Site) -> Iterator[None]:
    site.cluster.kubectl("delete", "secret", f"{site.host.name}-winrm", "-n", rig.SYSTEM)
    yield
    site.register_credentials()


@dataclass(frozen=True)
class Fault:
    """A fault, and how the conditions tell it."""

    strikes: Callable[[Site], AbstractContextManager[None]]
    reason: str
    says: str
    needs_person: bool = False


FAULTS = {
    "secret": Fault(_secret, "CredentialsUnusable", "There is no Secret 'mended-winrm'", needs_person=True),
    "password": Fault(_password, "AuthenticationFailed", "refused the credentials", needs_person=True),
    "certificate": Fault(_certificate, "TlsUntrusted", "is not trusted", needs_person=True),
    "stopped": Fault(_service_stopped, "WinRMUnavailable", "refuses the connection"),
    "overloaded": Fault(_service_overloaded, "WinRMUnavailable", "HTTP 503"),
    "network": Fault(_network, "HostUnreachable", "does not answer within 10 s"),
}


def _says(text: str, conditions: dict[str, dict[str, Any]]) -> bool:
    return text in conditions["Reachable"]["message"]


@pytest.mark.usefixtures("operator")
def test_each_fault_of_a_host_is_told_apart_and_mending_it_is_enough(
    cluster: ControlPlane, tenant: str, site: Site
) -> None:
    def standing(kind: str) -> tuple[str, str]:
        found = site.conditions().get(kind, {})
        return found.get("status", ""), found.get("reason", "")

    def is_well() -> None:
        wait_until(
            lambda: standing("Ready"), lambda now: now == ("True", "Ready"), what="a host that is well", within=60
        )

    is_well()
    for name, fault in FAULTS.items():
        changes = len(site.host.ledger.entries)
        with fault.strikes(site):
            cluster.apply(rig.submission(site.host.name, name), namespace=tenant)
            told = wait_until(
                site.conditions,
                partial(_says, fault.says),
                what=f"{fault.says!r} in the host's conditions",
                within=90,
                every=0.2,
            )
            for kind, status in (("Reachable", "False"), ("Ready", "False"), ("Stalled", str(fault.needs_person))):
                assert told[kind]["status"] == status
            assert {told[kind]["reason"] for kind in ("Reachable", "Ready")} == {fault.reason}
            waiting = rig.wait_for_reason(cluster, tenant, name, fault.reason)
            assert waiting["status"] == ("False" if fault.needs_person else "Unknown")
            assert len(site.host.ledger.entries) == changes
        is_well()
        assert standing("Reachable") == ("True", "AsExpected")
        rig.wait_for_reason(cluster, tenant, name, "Ready")
    assert site.host.ledger.count("create_vm") == len(site.host.world.vms) == len(FAULTS)
