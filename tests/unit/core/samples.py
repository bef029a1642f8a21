"""The snapshot of a machine that may be provisioned, from which the tests of decisions start."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hyperv_operator.api.common import Condition
from hyperv_operator.api.host import HyperVHostSpec
from hyperv_operator.api.machine import Applied, Claim, HyperVMachineSpec, HyperVMachineStatus, Origin
from hyperv_operator.core.host_status import pinned
from hyperv_operator.core.mutability import Mutability, frozen_values
from hyperv_operator.core.snapshot import HostView, LaunchResult, Limits, RetryPolicy, SecretCheck, Snapshot
from hyperv_operator.errors import HostError
from hyperv_operator.protocol.guest import GuestKey
from hyperv_operator.protocol.inventory import (
    NO_GAPS,
    Gaps,
    GuestFacts,
    JournalFacts,
    UnreadableLine,
    VmFacts,
    VmProblem,
)
from hyperv_operator.protocol.inventory_parser import parse_inventory
from hyperv_operator.protocol.job import JobKind
from hyperv_operator.protocol.records import AgentCode, Outcome, OutcomeKind
from hyperv_operator.schema.loader import load_schema

NOW = datetime(2026, 1, 1, tzinfo=UTC)
ROOT = Path(__file__).resolve().parents[3]
_LINES = (ROOT / "Schemas" / "examples" / "inventory" / "host.jsonl").read_text().splitlines()
UID = "aaaaaaaa-8f0b-4a3e-9b86-0d6f6a7a1c11"
RUN = "b7e23ec2-9f2c-4f5e-8d0a-5a4f5b8a9d10"
CLAIM = Claim(run_id=RUN, attempt=1, operator="me")
SECOND = timedelta(seconds=1)
REPORT = parse_inventory(_LINES)
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
    report=REPORT,
    identity=pinned(REPORT.facts.host_id),
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
SCHEMA = load_schema((ROOT / "Schemas" / "job-inputs.yaml").read_text())
ORIGIN = Origin(
    schema_version=1,
    fields=frozen_values(SCHEMA, SPEC, [Mutability.FROZEN_BY_CLAIM]),
    machines_folder="D:\\V",
    host_id=pinned(REPORT.facts.host_id),
)
SEALED_ORIGIN = ORIGIN.model_copy(
    update={"fields": frozen_values(SCHEMA, SPEC, [kind for kind in Mutability if kind is not Mutability.APPLIED])}
)
"""What the machine is made with, once its guest data was sealed."""
APPLIED = Applied(cpu_cores=1, gb_ram=1, power_state="Running")
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
    target_host="hyperv01",
    retains=False,
    schema=SCHEMA,
    limits=Limits(
        operator="me",
        retry=RetryPolicy(base=10 * SECOND, cap=600 * SECOND, busy_poll=10 * SECOND),
        guest_timeout=3600 * SECOND,
        secret_poll=30 * SECOND,
    ),
    host=HOST,
    namespace_labels={"hyperv": "allowed"},
    secrets=(SecretCheck("guest_la_pw", "s", "k", "1"),),
    deletion_read_at=NOW - 60 * SECOND,
)


# --- variations ------------------------------------------------------------------------------------------------------

VM_ID = "5d2c7d0a-3a44-4c6e-a0a8-0f5f1f2b3c4d"
KEY = GuestKey.model_validate({"kty": "RSA", "n": "4" + "A" * 341, "e": "AQAB"})
OTHER_KEY = GuestKey.model_validate({"kty": "RSA", "n": "5" + "A" * 341, "e": "AQAB"})
MOMENT = timedelta(microseconds=1)


def inventory(
    snapshot: Snapshot,
    *,
    vms: tuple[VmFacts, ...] = (),
    journals: tuple[JournalFacts, ...] = (),
    gaps: Gaps = NO_GAPS,
    unreadable: tuple[UnreadableLine, ...] = (),
    vm_problems: tuple[VmProblem, ...] = (),
) -> Snapshot:
    """Return the snapshot with an inventory of the host that holds these VMs and journals alone, and has lost some lines."""
    said = {"vms": vms, "journals": journals, "gaps": gaps, "unreadable": unreadable, "vm_problems": vm_problems}
    report = REPORT.model_copy(update=said)
    return replace(snapshot, host=replace(HOST, report=report))


def vm(**changes: Any) -> VmFacts:
    """Return the machine's VM, as SPEC asks for it."""
    own = {
        "vm_id": VM_ID, "name": "a", "state": "Running", "cpu_cores": 1, "memory_bytes": 1024**3, "machine_uid": UID,
        "replica": False, "addresses": (), "guest": None,
    }  # fmt: skip
    return VmFacts.model_validate({**own, **changes})


def guest(key: GuestKey | None = None, state: str | None = None, run: str = RUN, vm_id: str = VM_ID) -> GuestFacts:
    """Return what the guest posts: its key, and its state for a run."""
    ready = json.dumps({"protocol": 1, "vm": vm_id, "key": key.model_dump()}) if key else None
    told = json.dumps({"vm": vm_id, "run": run, "kid": "k", "state": state}) if state else None
    return GuestFacts(ready=ready, state=told)


def journal(**changes: Any) -> JournalFacts:
    """Return the machine's journal."""
    own = {"machine_uid": UID, "run_id": RUN, "generation": 1, "attempt": 1, "state": "running", "updated_at": NOW}
    return JournalFacts.model_validate({**own, **changes})


def launched(**status: Any) -> Snapshot:
    """Return the machine after its first launch was claimed. This process read of a run when it began or ended."""
    known = HyperVMachineStatus(**{"claim": CLAIM, "origin": ORIGIN, "applied": APPLIED, **status})
    seen = (known.run.finished_at or known.run.started_at) if known.run else None
    return replace(SNAPSHOT, status=known, run_seen_at=seen)


def result(outcome: Outcome | HostError, kind: JobKind = JobKind.PROVISION, **changes: Any) -> LaunchResult:
    """Return how the last launch ended, a second ago."""
    ended = LaunchResult(kind, RUN, 1, 1, NOW - 2 * SECOND, NOW - SECOND, host="hyperv01")
    part = {"error": outcome} if isinstance(outcome, HostError) else {"outcome": outcome}
    return replace(ended, **part, **changes)


def failed(code: AgentCode, message: str = "It failed.") -> Outcome:
    """Return a failed outcome."""
    return Outcome(outcome=OutcomeKind.FAILED, code=code, message=message)


def pending(reason: str, **changes: Any) -> Outcome:
    """Return a pending outcome."""
    return Outcome(outcome=OutcomeKind.PENDING, reason=reason, **changes)


def ended(outcome: Outcome | HostError, failures: int = 1, vm_id: str | None = None, **changes: Any) -> Snapshot:
    """Return the machine after its last provisioning launch ended."""
    return replace(launched(vm_id=vm_id), last=result(outcome, **changes), failures=failures)


def condition(kind: str, status: str = "True", reason: str = "AsExpected", generation: int | None = 1) -> Condition:
    """Return a condition of the status."""
    return Condition.model_validate(
        {"type": kind, "status": status, "reason": reason, "lastTransitionTime": NOW, "observedGeneration": generation}
    )


def configured(*conditions: Condition, **status: Any) -> Snapshot:
    """Return a machine whose guest is configured and whose VM matches the spec."""
    done = (condition("GuestConfigured"), *conditions)
    known = launched(**{"vm_id": VM_ID, "conditions": done, "guest_configured_at": NOW, **status})
    return inventory(known, vms=(vm(),))


def resized(*conditions: Condition, **changes: Any) -> Snapshot:
    """Return a configured machine whose spec now asks for one core, after eight were applied."""
    applied = APPLIED.model_copy(update={"cpu_cores": 8})
    return inventory(configured(*conditions, **{"applied": applied, **changes}), vms=(vm(cpu_cores=8),))


def with_spec(snapshot: Snapshot, **changes: Any) -> Snapshot:
    """Return the snapshot with another spec."""
    return replace(snapshot, spec=(snapshot.readable_spec or SPEC).model_copy(update=changes))


def with_host(snapshot: Snapshot, **changes: Any) -> Snapshot:
    """Return the snapshot with another target host."""
    assert snapshot.host
    return replace(snapshot, host=replace(snapshot.host, **changes))
