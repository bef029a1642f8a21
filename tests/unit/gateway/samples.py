"""Samples for tests of the gateway."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from hyperv_operator.gateway.models import SubmissionRequest
from hyperv_operator.schema.loader import load_schema

ROOT = Path(__file__).resolve().parents[3]
SCHEMA = load_schema((ROOT / "Schemas" / "job-inputs.yaml").read_text(encoding="utf-8"))
CANARY = "Canary-Unit-Pw-1"
UID = "11111111-1111-4111-8111-111111111111"
VALUES: dict[str, Any] = {
    "vm_name": "Web-1",
    "image_name": "Windows Server 2022",
    "gb_ram": "8",
    "cpu_cores": 4,
    "guest_la_uid": "Administrator",
    "guest_la_pw": CANARY,
}


def request(values: dict[str, Any] | None = None, **keys: Any) -> SubmissionRequest:
    """Return a submission; None removes a value."""
    merged = {name: value for name, value in {**VALUES, **(values or {})}.items() if value is not None}
    return SubmissionRequest.model_validate(
        {"schema_version": 1, "target_host": "hyperv01.local", "values": merged, **keys}
    )


def machine(name: str = "web-1", *, reason: str = "", ready: str = "Unknown", **status: Any) -> dict[str, Any]:
    """Return a machine as the API server gives it."""
    conditions = [
        {
            "type": "Ready",
            "status": ready,
            "reason": reason,
            "message": "m",
            "lastTransitionTime": "2026-11-30T07:00:00Z",
        }
    ]
    if status.pop("stalled", False):
        conditions.append({**conditions[0], "type": "Stalled", "status": "True"})
    return {
        "apiVersion": "hyperv-operator.io/v1alpha1",
        "kind": "HyperVMachine",
        "metadata": {
            "name": name,
            "namespace": "team",
            "uid": UID,
            "resourceVersion": "7",
            "creationTimestamp": "2026-11-30T07:00:00Z",
            "managedFields": [{}],
            "labels": {"app": "web", "hyperv-operator.io/idempotency-key": "x"},
            "annotations": {"hyperv-operator.io/submission-digest": "y"},
        },
        "spec": {
            "schemaVersion": 1,
            "targetHost": "h1",
            "fields": {"vm_name": "Web-1", "image_name": "Ubuntu 24.04", "gb_ram": 2, "pasword": CANARY},
            "secretFields": {"guest_la_pw": {"secretKeyRef": {"name": "s", "key": "k"}}},
        },
        "status": {"conditions": conditions if reason else [], **status},
    }
