"""HyperVMachines in every kind of state, each decided and composed by the operator's own core."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from gitops.sample import NOW, Health, Sample, resource, told
from hyperv_operator import errors
from hyperv_operator.api.host import HyperVHostSpec
from hyperv_operator.api.machine import Claim, HyperVMachineSpec, HyperVMachineStatus
from hyperv_operator.api.names import MACHINE_KIND, MachineCondition, Reason
from hyperv_operator.core.actions import Launch
from hyperv_operator.core.decision_table import decide
from hyperv_operator.core.host_status import pinned
from hyperv_operator.core.machine_status import LaunchStart, compose, compose_start
from hyperv_operator.core.snapshot import (
    ActiveTask,
    HostProblem,
    HostView,
    LaunchResult,
    Limits,
    RetryPolicy,
    SecretCheck,
    Snapshot,
)
from hyperv_operator.protocol.inventory import Gaps
from hyperv_operator.protocol.inventory_parser import parse_inventory
from hyperv_operator.protocol.job import JobKind
from hyperv_operator.protocol.records import AgentCode, Diagnosis, Outcome, OutcomeKind
from hyperv_operator.schema.loader import load_schema

ROOT = Path(__file__).resolve().parents[2]
_LINES = (ROOT / "Schemas" / "examples" / "inventory" / "host.jsonl").read_text(encoding="utf-8").splitlines()
_UID = "aaaaaaaa-8f0b-4a3e-9b86-0d6f6a7a1c11"
_RUN = "b7e23ec2-9f2c-4f5e-8d0a-5a4f5b8a9d10"
_VM = "11111111-1111-4111-8111-111111111111"
_SECOND = timedelta(seconds=1)
_BEGUN = NOW - 60 * _SECOND
_REPORT = parse_inventory(_LINES)
_HOST = HostView(
    name="hyperv01",
    uid="cccccccc-8f0b-4a3e-9b86-0d6f6a7a1c11",
    spec=HyperVHostSpec.model_validate(
        {
            "address": "hyperv01.example.com",
            "connection": {"credentialsSecretRef": {"name": "hyperv01-winrm"}},
            "tenants": [{"namespaceSelector": {"matchLabels": {"hyperv": "allowed"}}}],
            "paths": {"images": "D:\\DiskImages", "machines": "D:\\VMs"},
            "virtualSwitch": "External",
        }
    ),
    report=_REPORT,
    identity=pinned(_REPORT.facts.host_id),
    begun_at=NOW - 10 * _SECOND,
    previous_begun_at=NOW - 20 * _SECOND,
)
_SPEC: dict[str, Any] = {
    "schemaVersion": 1,
    "targetHost": "hyperv01",
    "fields": {
        "vm_name": "build-01",
        "image_name": "Ubuntu 24.04",
        "gb_ram": 4,
        "cpu_cores": 2,
        "guest_la_uid": "admin",
    },
    "secretFields": {"guest_la_pw": {"secretKeyRef": {"name": "build-01", "key": "admin-password"}}},
    "powerState": "Running",
    "deletionPolicy": "Delete",
    "paused": False,
}
NEW = Snapshot(
    uid=_UID,
    namespace="team-a",
    name="build-01",
    generation=1,
    created_at=_BEGUN,
    deleting=False,
    abandon=None,
    spec=HyperVMachineSpec.model_validate(_SPEC),
    status=HyperVMachineStatus(),
    target_host="hyperv01",
    retains=False,
    schema=load_schema((ROOT / "Schemas" / "job-inputs.yaml").read_text(encoding="utf-8")),
    limits=Limits(
        operator="operator-1",
        retry=RetryPolicy(base=10 * _SECOND, cap=600 * _SECOND, busy_poll=10 * _SECOND),
        guest_timeout=3600 * _SECOND,
        secret_poll=30 * _SECOND,
    ),
    host=_HOST,
    namespace_labels={"hyperv": "allowed"},
    secrets=(SecretCheck("guest_la_pw", "build-01", "admin-password", "1"),),
    deletion_read_at=_BEGUN,
)
_CLAIM = Claim(run_id=_RUN, attempt=1, operator="operator-1")
_UNREACHABLE = HostProblem(Reason.HOST_UNREACHABLE, "The connection was refused.", needs_person=False)
_UNTRUSTED = HostProblem(Reason.TLS_UNTRUSTED, "The certificate has expired.", needs_person=True)


def samples() -> tuple[Sample, ...]:
    """Return all of them."""
    return (*_before_a_launch(), *_at_work(), *_failed(), *_provisioned(), *_deleted())


def _before_a_launch() -> list[Sample]:
    missing = SecretCheck(
        "guest_la_pw", "build-01", "admin-password", None, Reason.SECRET_NOT_FOUND, "There is no Secret build-01."
    )
    agent = _REPORT.facts.agent.model_copy(update={"schema_versions": (2,)})
    other_agent = _REPORT.model_copy(update={"facts": _REPORT.facts.model_copy(update={"agent": agent})})
    cordoned = _HOST.spec.model_copy(update={"cordoned": True})
    unreadable = _REPORT.model_copy(update={"images": (), "gaps": Gaps(any_image=True)})
    return [
        _unseen("new", NEW),
        _sample("secret-not-found", replace(NEW, secrets=(missing,)), "Degraded"),
        _sample("fields-invalid", _with_spec(NEW, fields={**_SPEC["fields"], "gb_ram": 0}), "Degraded"),
        _sample("schema-version-mismatch", _with_spec(NEW, schemaVersion=2), "Degraded"),
        _sample("host-not-found", replace(NEW, host=None), "Degraded"),
        _sample("namespace-not-allowed", replace(NEW, namespace_labels={}), "Degraded"),
        _sample("image-not-found", _with_spec(NEW, fields={**_SPEC["fields"], "image_name": "Debian 13"}), "Degraded"),
        _sample("tls-untrusted", replace(NEW, host=replace(_HOST, problem=_UNTRUSTED)), "Degraded"),
        _sample("host-unreachable", replace(NEW, host=replace(_HOST, problem=_UNREACHABLE)), "Progressing"),
        _sample("host-cordoned", replace(NEW, host=replace(_HOST, spec=cordoned)), "Progressing"),
        _sample("report-unreadable", replace(NEW, host=replace(_HOST, report=unreadable)), "Progressing"),
        _sample("waiting-for-inventory", replace(NEW, host=replace(_HOST, report=None, begun_at=None)), "Progressing"),
        _sample("agent-rollout-incomplete", replace(NEW, host=replace(_HOST, report=other_agent)), "Progressing"),
        _sample("paused", _with_spec(NEW, paused=True), "Suspended"),
    ]


def _at_work() -> list[Sample]:
    active_task = ActiveTask(JobKind.PROVISION, running=True, since=NOW, step="CopyImage", percent=40)
    refused = decide(replace(NEW, host=None), NOW)
    stalled = replace(_started(), status=compose(replace(NEW, host=None), refused.assessment, NOW))
    corrected = replace(
        stalled, generation=2, failures=1, active_task=replace(active_task, running=False), last=_ended(outcome())
    )
    return [
        _sample("queued", replace(NEW, active_task=replace(active_task, running=False, step=None)), "Progressing"),
        _of("started", _started(), _started().status, "Progressing"),
        _sample("running", replace(_started(), active_task=active_task), "Progressing"),
        _sample("waiting-for-guest-key", after(_pending("WaitingForGuestKey")), "Progressing"),
        _sample("waiting-for-guest", after(_pending("WaitingForGuest")), "Progressing"),
        _sample("host-busy", after(_pending("HostBusy")), "Progressing"),
        _sample("retry-of-a-corrected-spec", corrected, "Progressing"),
    ]


def _failed() -> list[Sample]:
    lost = errors.ShellLost("The shell is gone.")
    memory = outcome(code=AgentCode.INSUFFICIENT_MEMORY, message="The host has 2 GiB of free memory.")
    guest = outcome(code=AgentCode.GUEST_FAILED, message="The guest failed at JoinDomain.")
    silent = outcome(
        code=AgentCode.GUEST_TIMEOUT,
        message="The guest has not posted its key.",
        diagnosis=Diagnosis(summary="There is no heartbeat: the integration services do not run."),
    )
    busy = outcome(code=AgentCode.SUPERSEDED, message="A newer launch is known.")
    return [
        _sample("shell-lost", replace(after(None, error=lost), failures=3), "Progressing"),
        _sample("retrying", replace(just_after(busy), failures=1), "Progressing"),
        _sample("insufficient-memory", replace(just_after(memory), failures=1), "Degraded"),
        _sample("guest-failed", replace(after(guest), failures=1), "Degraded"),
        _sample("guest-timeout", replace(after(silent), failures=1), "Degraded"),
    ]


def _provisioned() -> list[Sample]:
    ready = _configured()
    drifted = _with_vm(ready, cpu_cores=8)
    dead = replace(_HOST, problem=_UNREACHABLE, begun_at=_BEGUN, previous_begun_at=_BEGUN)
    unseen = replace(ready, host=dead)
    missing = replace(ready, host=replace(_HOST, begun_at=NOW + _SECOND, previous_begun_at=NOW + _SECOND))
    address = {**_SPEC["fields"], "guest_v4_ipaddr": "192.168.1.101"}
    waiting = replace(_with_spec(ready, fields=address), status=after(_completed()).status)
    resized = _with_spec(unseen, fields={**_SPEC["fields"], "gb_ram": 8})
    return [
        _sample("waiting-for-address", waiting, "Progressing"),
        _sample("ready", ready, "Healthy"),
        _sample("out-of-sync", drifted, "Healthy"),
        _sample("host-unreachable-when-ready", unseen, "Healthy"),
        _sample("paused-when-ready", _with_spec(ready, paused=True), "Suspended"),
        _sample("paused-and-vm-missing", _with_spec(missing, paused=True), "Degraded"),
        _sample("power-state-differs", _with_vm(ready, state="Off"), "Degraded"),
        _sample("vm-missing", missing, "Degraded"),
        _unseen("changed-and-not-seen", replace(ready, generation=2)),
        _sample(
            "changed-while-host-unreachable",
            replace(resized, generation=2),
            "Progressing",
        ),
    ]


def _deleted() -> list[Sample]:
    ready = _configured()
    deleting = replace(ready, deleting=True, generation=2)
    gone = "The resource is being deleted."
    return [
        _of("deletion-not-seen", deleting, ready.status, "Progressing", gone),
        _sample("deleting", deleting, "Progressing"),
        _sample(
            "deleting-and-host-unreachable", replace(deleting, host=replace(_HOST, problem=_UNREACHABLE)), "Progressing"
        ),
    ]


# --- making ----------------------------------------------------------------------------------------------------------


def _sample(name: str, snapshot: Snapshot, health: Health, message: str | None = None) -> Sample:
    """Return the machine after a pass."""
    return _of(name, snapshot, compose(snapshot, decide(snapshot, NOW).assessment, NOW), health, message)


def _unseen(name: str, snapshot: Snapshot) -> Sample:
    """Return a machine before the operator's next pass."""
    text = "The operator has not looked at this version of the spec yet."
    return _of(name, snapshot, snapshot.status, "Progressing", text)


def _of(
    name: str, snapshot: Snapshot, status: HyperVMachineStatus, health: Health, message: str | None = None
) -> Sample:
    meta: dict[str, Any] = {"generation": snapshot.generation, "uid": snapshot.uid}
    if snapshot.deleting:
        meta["deletionTimestamp"] = f"{NOW:%Y-%m-%dT%H:%M:%SZ}"
    spec = snapshot.readable_spec.model_dump(mode="json", by_alias=True) if snapshot.readable_spec else {}
    body = resource(MACHINE_KIND, snapshot.name, spec, status.to_json(), namespace=snapshot.namespace, **meta)
    shown = MachineCondition.STALLED if health == "Degraded" else MachineCondition.READY
    paused = "spec.paused is true: the operator observes and launches nothing." if health == "Suspended" else None
    return Sample(name, body, health, message or paused or told(status.conditions, shown))


def _with_spec(snapshot: Snapshot, **changes: Any) -> Snapshot:
    return replace(snapshot, spec=HyperVMachineSpec.model_validate({**_SPEC, **changes}))


def _started() -> Snapshot:
    """The machine when its first launch has been claimed."""
    action = decide(NEW, NOW).action
    assert isinstance(action, Launch)
    start = LaunchStart(action, _RUN, 1, _BEGUN, "{}")
    return replace(NEW, status=compose_start(NEW, start, _CLAIM.operator, _BEGUN))


def outcome(kind: OutcomeKind = OutcomeKind.FAILED, **more: Any) -> Outcome:
    """Return how a launch ended, a failure by default."""
    return Outcome(outcome=kind, **{"code": None, **more})


def _pending(reason: str) -> Outcome:
    return outcome(OutcomeKind.PENDING, reason=reason, vm_id=_VM)


def _completed() -> Outcome:
    return outcome(OutcomeKind.COMPLETED, reason="Provisioned", vm_id=_VM)


def _ended(result: Outcome | None, error: errors.HostError | None = None) -> LaunchResult:
    return LaunchResult(
        kind=JobKind.PROVISION,
        run_id=_RUN,
        attempt=1,
        generation=1,
        started_at=_BEGUN,
        finished_at=NOW - 30 * _SECOND,
        outcome=result,
        error=error,
        os_family="linux",
    )


def after(result: Outcome | None, error: errors.HostError | None = None) -> Snapshot:
    """Return the machine when its first launch has ended."""
    return replace(_started(), last=_ended(result, error))


def just_after(result: Outcome) -> Snapshot:
    """Return the machine during the pause after its first launch."""
    return replace(_started(), last=replace(_ended(result), finished_at=NOW - _SECOND))


def _with_vm(snapshot: Snapshot, **changes: Any) -> Snapshot:
    """The machine, with its VM on the host."""
    example = next(vm for vm in _REPORT.vms if vm.machine_uid)
    wanted = {"cpu_cores": 2, "memory_bytes": 4 * 1024**3, "state": "Running", "addresses": (), "guest": None}
    own = example.model_copy(update={"vm_id": _VM, "name": "build-01", "machine_uid": _UID, **wanted, **changes})
    report = _REPORT.model_copy(update={"vms": (*_REPORT.vms, own)})
    return replace(snapshot, host=replace(_HOST, report=report))


def _configured() -> Snapshot:
    """The machine when it is ready."""
    done = _with_vm(after(_completed()))
    status = compose(done, decide(done, NOW).assessment, NOW)
    return replace(done, status=status)
