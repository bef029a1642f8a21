"""The gateway over TLS: its certificate is renewed while it runs, and streams go over the same port."""

from __future__ import annotations

import json
import socket
import ssl
from pathlib import Path

import pytest
from websockets.sync.client import connect

from controlplane.plane import ControlPlane
from controlplane.waiting import wait_until
from e2e.gateway import gateway, person
from e2e.webhook import Certificates

pytestmark = pytest.mark.timeout(120)


def test_a_renewed_certificate_is_served_without_a_restart(cluster: ControlPlane, tenant: str, tmp_path: Path) -> None:
    certificates = Certificates(tmp_path / "tls")
    first = certificates.renew()
    token = person(cluster, tenant)
    context = ssl.create_default_context(cadata=certificates.authority.pem)
    settings = {"tls_cert_dir": str(certificates.folder), "tls_reload_seconds": "0.2", "listen_address": "0.0.0.0"}
    with gateway(cluster, tmp_path / "gateway.log", **settings) as served:
        port = int(served.url.rpartition(":")[2])

        def shown() -> str:
            plain = socket.create_connection(("localhost", port), timeout=10)
            with context.wrap_socket(plain, server_hostname="localhost") as connection:
                return ssl.DER_cert_to_PEM_cert(connection.getpeercert(binary_form=True) or b"")

        assert shown().strip() == first.strip()
        headers = {"Authorization": f"Bearer {token}"}
        address = f"wss://localhost:{port}/api/v1/stream?namespace={tenant}"
        with connect(address, ssl=context, additional_headers=headers, proxy=None) as stream:
            assert json.loads(stream.recv(timeout=20))["reason"] == "Snapshot"
            second = certificates.renew()
            wait_until(shown, lambda seen: seen.strip() == second.strip(), what="the renewed certificate", within=20)
            assert json.loads(stream.recv(timeout=20))["reason"] == "Synced"
        with socket.create_connection(("localhost", port), timeout=10) as plain:
            plain.sendall(b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
            assert b"200 OK" not in plain.recv(4096)
