"""The snapshot of a machine that may be provisioned, from which the tests of decisions start."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from hyperv_operator.api.host import HyperVHostSpec
from hyperv_operator.api.machine import Claim, HyperVMachineSpec, HyperVMachineStatus
from hyperv_operator.core.snapshot import HostView, Limits, RetryPolicy, SecretCheck, Snapshot
from hyperv_operator.protocol.inventory import parse_inventory
from hyperv_operator.schema.loader import load_schema

NOW = datetime(2026, 1, 1, tzinfo=UTC)
ROOT = Path(__file__).resolve().parents[3]
_LINES = (ROOT / "Schemas" / "examples" / "inventory" / "host.jsonl").read_text().splitlines()
UID = "aaaaaaaa-8f0b-4a3e-9b86-0d6f6a7a1c11"
RUN = "b7e23ec2-9f2c-4f5e-8d0a-5a4f5b8a9d10"
CLAIM = Claim(run_id=RUN, attempt=1, operator="me")
SECOND = timedelta(seconds=1)
HOST = HostView(
    name="hyperv01",
    uid="h",
    spec=HyperVHostSpec.model_validate(
        {
            "address": "h.example.com",
            "connection": {"credentialsSecretRef": {"name": "s"}},
            "tenants": [{"namespaceSelector": {"matchLabels": {"hyperv": "allowed"}}}],
            "paths": {"images": "D:\\I", "machines": "D:\\V"},
            "virtualSwitch": "External",
        }
    ),
    report=parse_inventory(_LINES),
    begun_at=NOW,
    previous_begun_at=NOW - SECOND,
)
SPEC = HyperVMachineSpec.model_validate(
    {
        "schemaVersion": 1,
        "targetHost": "hyperv01",
        "fields": {
            "vm_name": "a",
            "image_name": "Ubuntu 24.04",
            "gb_ram": 1,
            "cpu_cores": 1,
            "guest_la_uid": "admin",
        },
        "secretFields": {"guest_la_pw": {"secretKeyRef": {"name": "s", "key": "k"}}},
    }
)
SNAPSHOT = Snapshot(
    uid=UID,
    namespace="team",
    name="a",
    generation=1,
    created_at=NOW,
    deleting=False,
    abandon=None,
    spec=SPEC,
    status=HyperVMachineStatus(),
    schema=load_schema((ROOT / "Schemas" / "job-inputs.yaml").read_text()),
    limits=Limits(
        operator="me",
        retry=RetryPolicy(base=10 * SECOND, cap=600 * SECOND, busy_poll=10 * SECOND),
        guest_timeout=3600 * SECOND,
        secret_poll=30 * SECOND,
    ),
    host=HOST,
    namespace_labels={"hyperv": "allowed"},
    secrets=(SecretCheck("guest_la_pw", "s", "k", "1"),),
)
