"""The REST gateway on the real API server, with the operator and simulated hosts."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from controlplane.plane import ControlPlane
from controlplane.waiting import wait_until
from e2e.conftest import NewHost
from e2e.gateway import Gateway, gateway, person

pytestmark = pytest.mark.timeout(180)

CANARY = "Canary-Gateway-Pw-123!"


def submission(host: str, **changes: Any) -> dict[str, Any]:
    values = {
        "vm_name": "web-1",
        "image_name": "Ubuntu 24.04",
        "gb_ram": 2,
        "cpu_cores": 2,
        "guest_la_uid": "admin",
        "guest_la_pw": CANARY,
    }
    return {"schema_version": 1, "target_host": host, "values": values, **changes}


@pytest.fixture
def served(cluster: ControlPlane, tenant: str, tmp_path: Path) -> Iterator[Gateway]:
    with gateway(cluster, tmp_path / "gateway.log", default_namespace=tenant) as running:
        yield running


@pytest.fixture
def token(cluster: ControlPlane, tenant: str) -> str:
    return person(cluster, tenant)


@pytest.mark.usefixtures("operator")
def test_a_submission_becomes_ready_and_is_deleted(
    cluster: ControlPlane, tenant: str, new_host: NewHost, served: Gateway, token: str, log: Path
) -> None:
    host = new_host()
    made = served.post("/api/v1/jobs/provision", submission(host.name), token)
    assert made.status == 202, made.text
    job = made.json
    assert made.headers["location"] == job["links"]["self"]
    ready = wait_until(
        lambda: served.get(job["links"]["self"], token).json,
        lambda seen: seen["status"] == "ready",
        what="ready",
        within=60,
    )
    assert ready["addresses"]
    assert CANARY not in served.log.read_text() + log.read_text() + made.text
