"""Jobs from HyperVMachines, without any I/O.

What a job shows is redacted: a value is shown only if the schema says that it is no secret.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import yaml

from hyperv_operator.api.catalogue import CATALOGUE, Kstatus
from hyperv_operator.api.machine import HyperVMachineStatus
from hyperv_operator.api.machine import Run as ApiRun
from hyperv_operator.api.names import API_VERSION, GROUP, MACHINE_KIND, Reason
from hyperv_operator.gateway import states
from hyperv_operator.gateway.job_ids import JobKey
from hyperv_operator.gateway.models import (
    Definition,
    Job,
    JobStatus,
    JobSummary,
    Links,
    PastRun,
    Readiness,
    Run,
    SchemaRef,
    SecretReference,
)
from hyperv_operator.schema.model import JobSchema
from hyperv_operator.schema.os_family import infer_os_family
from hyperv_operator.schema.redaction import redact_job_parameters

JsonObject = Mapping[str, Any]

_RUNNING: Final = frozenset([Reason.RUNNING])
_WAITING: Final = frozenset([Reason.WAITING_FOR_GUEST_KEY, Reason.WAITING_FOR_GUEST, Reason.WAITING_FOR_ADDRESS])
_PENDING: Final = frozenset(
    [
        Reason.PENDING,
        Reason.QUEUED,
        Reason.PAUSED,
        Reason.WAITING_FOR_SECRET,
        Reason.WAITING_FOR_INVENTORY,
        Reason.HOST_CORDONED,
        Reason.PREFLIGHT_FAILED,
        Reason.AGENT_ROLLOUT_INCOMPLETE,
    ]
)
_SERVER_ANNOTATIONS: Final = ("kubectl.kubernetes.io/last-applied-configuration",)


@dataclass(frozen=True)
class JobView:
    """Shows machines as jobs."""

    schema: JobSchema
    docs_url: str

    def summary(self, body: JsonObject) -> JobSummary:
        """Return a machine as lists show it."""
        return JobSummary(**self._common(body, HyperVMachineStatus.parse(states.part(body, "status"))))  # type: ignore[arg-type]

    def job(self, body: JsonObject) -> Job:
        """Return a machine with everything that is known about it."""
        raw, spec = states.part(body, "status"), states.part(body, "spec")
        status = HyperVMachineStatus.parse(raw)  # type: ignore[arg-type]
        common = self._common(body, status)
        version = spec.get("schemaVersion")
        return Job(
            **common,
            conditions=states.conditions(status.conditions),
            transitions=states.transitions(raw),
            history=[PastRun.model_validate(one, from_attributes=True) for one in status.history],
            diagnosis=status.diagnosis,
            remedy=states.remedy(common["ready"], self.docs_url),
            definition=Definition(
                schema_ref=SchemaRef(id=self.schema.id, version=version if isinstance(version, int) else 0),
                fields=redact_job_parameters(self.schema, dict(states.part(spec, "fields"))),
            ),
            secret_fields=_secret_fields(spec),
        )

    def _common(self, body: JsonObject, status: HyperVMachineStatus) -> dict[str, Any]:
        metadata, spec = states.part(body, "metadata"), states.part(body, "spec")
        fields = states.part(spec, "fields")
        key = key_of(body)
        ready = states.readiness(status)
        deleting = "deletionTimestamp" in metadata
        image, family = _text(fields, "image_name"), status.os_family or _text(fields, "os_family")
        inferred = infer_os_family(image)
        return {
            "id": key.id,
            "namespace": key.namespace,
            "name": key.name,
            "uid": key.uid,
            "vm_name": _text(fields, "vm_name"),
            "target_host": _text(spec, "targetHost"),
            "host": status.host,
            "image_name": image,
            "os_family": family or (inferred.value if inferred else None),
            "status": word(ready, status, deleting=deleting),
            "ready": ready,
            "run": _run(status.run),
            "power_state": status.power_state,
            "addresses": list(status.addresses),
            "created_at": metadata.get("creationTimestamp"),
            "deleting": deleting,
            "links": _links(key.id, status.host or _text(spec, "targetHost")),
        }


def key_of(body: JsonObject) -> JobKey:
    """Return what identifies the machine."""
    metadata = states.part(body, "metadata")
    return JobKey(_text(metadata, "namespace"), _text(metadata, "name"), _text(metadata, "uid"))


def word(ready: Readiness, status: HyperVMachineStatus, *, deleting: bool) -> JobStatus:
    """Return the state of a machine in one word."""
    if deleting:
        return "deleting"
    if ready.status == "True":
        return "ready"
    if status.is_true("Stalled"):
        return "stalled"
    reason = Reason(ready.reason) if ready.reason in set(Reason) else None
    if reason in _RUNNING:
        return "running"
    if reason in _WAITING:
        return "waiting"
    if reason is None or reason in _PENDING:
        return "pending"
    entry = CATALOGUE.get(reason)
    return "retrying" if entry is not None and entry.kstatus is Kstatus.IN_PROGRESS else "pending"


def manifest(body: JsonObject) -> str:
    """Return the machine as YAML for a Git repository: what a person asks for, and nothing that the cluster has added."""
    metadata = states.part(body, "metadata")
    kept: dict[str, Any] = {"name": metadata.get("name"), "namespace": metadata.get("namespace")}
    for name in ("labels", "annotations"):
        own = {
            key: value
            for key, value in states.part(metadata, name).items()
            if key not in _SERVER_ANNOTATIONS and not key.startswith(f"{GROUP}/")
        }
        if own:
            kept[name] = own
    document = {
        "apiVersion": API_VERSION,
        "kind": MACHINE_KIND,
        "metadata": kept,
        "spec": dict(states.part(body, "spec")),
    }
    return str(yaml.safe_dump(document, sort_keys=False, allow_unicode=True, width=120))


def _links(job_id: str, host: str) -> Links:
    own = f"/api/v1/jobs/{job_id}"
    return Links(
        self=own, log=f"{own}/log", stream=f"{own}/stream", manifest=f"{own}/manifest", host=f"/api/v1/hosts/{host}"
    )


def _run(run: ApiRun | None) -> Run | None:
    if run is None:
        return None
    return Run(
        id=run.id,
        kind=run.kind,
        attempt=run.attempt,
        step=run.step,
        step_progress=run.step_progress,
        started_at=run.started_at,
        finished_at=run.finished_at,
        outcome=run.outcome,
    )


def _secret_fields(spec: JsonObject) -> dict[str, SecretReference]:
    found = {}
    for name, field in states.part(spec, "secretFields").items():
        reference = states.part(field, "secretKeyRef") if isinstance(field, Mapping) else {}
        if _text(reference, "name") and _text(reference, "key"):
            found[name] = SecretReference(secret_name=reference["name"], key=reference["key"])
    return found


def _text(mapping: JsonObject, name: str) -> str:
    value = mapping.get(name)
    return value if isinstance(value, str) else ""
