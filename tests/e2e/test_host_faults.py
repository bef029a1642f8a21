"""Faults of a host's network, service, certificate and credentials: each has its own reason and recovers once repaired."""

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
from hostsim.faults import HostileMode
from hostsim.host import SimulatedHost

pytestmark = pytest.mark.timeout(240)


@dataclass(frozen=True)
class Site:
    """A host behind a wire, and the cluster where it is registered."""

    cluster: ControlPlane
    host: SimulatedHost
    wire: Wire

    def register_credentials(self) -> None:
        """Update the Secret to the host's current credentials."""
        self.cluster.apply(manifests.credentials(self.host, rig.SYSTEM), namespace=rig.SYSTEM)

    def conditions(self) -> dict[str, dict[str, Any]]:
        """Return the HyperVHost's conditions by type."""
        body = json.loads(self.cluster.kubectl("get", "hvh", self.host.name, "-o", "json"))
        return {one["type"]: one for one in body.get("status", {}).get("conditions", [])}


@pytest.fixture
def site(cluster: ControlPlane) -> Iterator[Site]:
    """Provide a registered host behind a wire."""
    with SimulatedHost("faulty") as host, Wire(host.port) as wire:
        made = Site(cluster, host, wire)
        registered = manifests.hyperv_host(host)
        registered["spec"]["connection"]["port"] = wire.port
        cluster.apply([manifests.credentials(host, rig.SYSTEM), registered], namespace=rig.SYSTEM)
        yield made


class _ServiceUnavailable(Gate):
    """Answers 503, like http.sys for a service that is not running."""

    @override
    def check(self, request: web.Request) -> web.Response | None:
        return web.Response(status=503, text="Service Unavailable")


@contextmanager
def _network(site: Site) -> Iterator[None]:
    site.wire.cut()
    yield
    site.wire.restore()


@contextmanager
def _service_stopped(site: Site) -> Iterator[None]:
    site.wire.refuse()
    yield
    site.wire.restore()


@contextmanager
def _service_overloaded(site: Site) -> Iterator[None]:
    gate = site.host.wsman.gate
    site.host.wsman.gate = _ServiceUnavailable(gate.username, gate.password)
    yield
    site.host.wsman.gate = gate


@contextmanager
def _hostile(site: Site, mode: HostileMode, status: int) -> Iterator[None]:
    faults = site.host.faults
    faults.hostile_location = "http://127.0.0.1:9/wsman"
    faults.hostile_status, faults.hostile = status, mode
    yield
    faults.hostile = None


@contextmanager
def _certificate(site: Site) -> Iterator[None]:
    """Serve a certificate of an untrusted CA, then the old one again."""
    site.host.go_down()
    with SimulatedHost("impostor", port=site.host.port, trusted=False):
        yield
    site.host.come_back()


@contextmanager
def _password(site: Site) -> Iterator[None]:
    """Change the account's password, and update the Secret later."""
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
    """A fault and the conditions that it causes."""

    inject: Callable[[Site], AbstractContextManager[None]]
    reason: str
    message: str
    needs_person: bool = False


FAULTS = {
    "secret": Fault(_secret, "CredentialsUnusable", "There is no Secret 'faulty-winrm'", needs_person=True),
    "password": Fault(_password, "AuthenticationFailed", "refused the credentials", needs_person=True),
    "certificate": Fault(_certificate, "TlsUntrusted", "is not trusted", needs_person=True),
    "stopped": Fault(_service_stopped, "WinRMUnavailable", "refused the connection"),
    "overloaded": Fault(_service_overloaded, "WinRMUnavailable", "HTTP 503"),
    "gateway": Fault(partial(_hostile, mode="error-page", status=504), "HostUnreachable", "HTTP 504"),
    "redirect": Fault(
        partial(_hostile, mode="redirect", status=307), "ProtocolViolation", "The operator follows no redirect"
    ),
    "endless": Fault(
        partial(_hostile, mode="endless-body", status=200), "ProtocolViolation", "sent a response of more than"
    ),
    "bomb": Fault(partial(_hostile, mode="xml-entities", status=200), "ProtocolViolation", "with a document type"),
    "network": Fault(_network, "HostUnreachable", "did not answer within 10 s"),
}


def _has_message(text: str, conditions: dict[str, dict[str, Any]]) -> bool:
    return text in conditions["Reachable"]["message"]


@pytest.mark.usefixtures("operator")
def test_each_fault_of_a_host_has_its_own_reason_and_recovers_once_repaired(
    cluster: ControlPlane, tenant: str, site: Site
) -> None:
    def condition_of(kind: str) -> tuple[str, str]:
        found = site.conditions().get(kind, {})
        return found.get("status", ""), found.get("reason", "")

    def wait_until_ready() -> None:
        wait_until(lambda: condition_of("Ready"), lambda now: now == ("True", "Ready"), what="a ready host", within=60)

    wait_until_ready()
    for name, fault in FAULTS.items():
        changes = len(site.host.ledger.entries)
        with fault.inject(site):
            cluster.apply(rig.submission(site.host.name, name), namespace=tenant)
            conditions = wait_until(
                site.conditions,
                partial(_has_message, fault.message),
                what=f"{fault.message!r} in the host's conditions",
                within=90,
                every=0.2,
            )
            for kind, status in (("Reachable", "False"), ("Ready", "False"), ("Stalled", str(fault.needs_person))):
                assert conditions[kind]["status"] == status
            assert {conditions[kind]["reason"] for kind in ("Reachable", "Ready")} == {fault.reason}
            waiting = rig.wait_for_reason(cluster, tenant, name, fault.reason)
            assert waiting["status"] == ("False" if fault.needs_person else "Unknown")
            assert len(site.host.ledger.entries) == changes
        wait_until_ready()
        assert condition_of("Reachable") == ("True", "AsExpected")
        rig.wait_for_reason(cluster, tenant, name, "Ready")
    assert site.host.ledger.count("create_vm") == len(site.host.world.vms) == len(FAULTS)
