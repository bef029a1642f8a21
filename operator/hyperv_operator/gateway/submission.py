"""A submission as Kubernetes objects, without any I/O: validation, and secrets split from what everybody may read."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from pydantic import JsonValue

from hyperv_operator.api.names import API_VERSION, GROUP, MACHINE_KIND
from hyperv_operator.gateway.models import SubmissionRequest
from hyperv_operator.gateway.problems import FieldProblem, field_problem
from hyperv_operator.schema import values
from hyperv_operator.schema.model import JobSchema
from hyperv_operator.schema.problems import FieldError
from hyperv_operator.schema.validation import Accepted, Rejected, validate_job_submission

MANAGED_BY: Final = {"app.kubernetes.io/managed-by": "hyperv-operator-gateway"}
KEY_LABEL: Final = f"{GROUP}/idempotency-key"
DIGEST_ANNOTATION: Final = f"{GROUP}/submission-digest"
_NAME_LENGTH: Final = 253
_SUFFIX_ROOM: Final = 16


@dataclass(frozen=True)
class Plan:
    """What a valid submission creates."""

    namespace: str
    name: str
    machine: dict[str, Any]
    secret: dict[str, Any] | None = field(repr=False)
    """The Secret with the values that were given in clear text, without an owner; None if there are none."""
    warnings: tuple[str, ...]

    @property
    def secret_name(self) -> str | None:
        """Name of the Secret."""
        return str(self.secret["metadata"]["name"]) if self.secret else None


def secret_values(schema: JobSchema, request: SubmissionRequest) -> tuple[str, ...]:
    """Return every text of the submission that may be a secret: secret fields, and fields that the schema does not know."""
    known = {one.id for one in schema.fields if not one.is_secret}
    return tuple(
        value for name, value in request.values.items() if name not in known and isinstance(value, str) and value
    )


def plan(
    schema: JobSchema,
    request: SubmissionRequest,
    *,
    default_namespace: str | None,
    suffix: str,
    host_has_cluster: bool | None = None,
) -> Plan | tuple[FieldProblem, ...]:
    """Return the objects of a submission, or all of its errors. `suffix` makes the name of the Secret unique."""
    errors: list[FieldProblem] = []
    given = _given_secrets(schema, request.values)
    plain = {name: value for name, value in request.values.items() if name not in schema.secret_ids}
    result = validate_job_submission(
        schema, plain, secrets=(*given, *request.secrets), host_has_cluster=host_has_cluster
    )
    if isinstance(result, Rejected):
        errors += [one for error in result.errors for one in _each(error)]
    errors += _secret_errors(schema, request, given, result)
    namespace = request.namespace or default_namespace
    if namespace is None:
        text = "namespace is required, as this gateway has no default namespace; add it next to target_host."
        errors.append(FieldProblem(field="namespace", code="required", message=text))
    name = request.name or object_name(request.values.get("vm_name"))
    if errors or isinstance(result, Rejected) or namespace is None or name is None:
        order = {definition.id: index for index, definition in enumerate(schema.fields)}
        return tuple(sorted(errors, key=lambda error: order.get(error.field, len(order))))
    return _objects(
        request, result, namespace, name, {key: str(given[key]) for key in result.secret_fields if key in given}, suffix
    )


def object_name(vm_name: JsonValue) -> str | None:
    """Return the name of a VM as the name of an object; None if nothing of it can be used."""
    if not isinstance(vm_name, str):
        return None
    return re.sub(r"[^a-z0-9.-]+", "-", vm_name.strip().lower()).strip("-.")[:_NAME_LENGTH].rstrip("-.") or None


def with_owner(secret: Mapping[str, Any], machine: Mapping[str, Any]) -> dict[str, Any]:
    """Return the Secret as the machine's own: it is removed with the machine."""
    owner = {
        "apiVersion": API_VERSION,
        "kind": MACHINE_KIND,
        "name": machine["metadata"]["name"],
        "uid": machine["metadata"]["uid"],
    }
    return {**secret, "metadata": {**secret["metadata"], "ownerReferences": [owner]}}


def with_key(machine: Mapping[str, Any], key_hash: str, digest: str) -> dict[str, Any]:
    """Return the machine with what makes the same submission recognisable."""
    metadata = dict(machine["metadata"])
    metadata["labels"] = {**metadata.get("labels", {}), KEY_LABEL: key_hash}
    metadata["annotations"] = {**metadata.get("annotations", {}), DIGEST_ANNOTATION: digest}
    return {**machine, "metadata": metadata}


def named(plan_: Plan, secret_name: str) -> dict[str, Any] | None:
    """Return the Secret of a plan under another name; None if the plan has none."""
    if plan_.secret is None:
        return None
    return {**plan_.secret, "metadata": {**plan_.secret["metadata"], "name": secret_name}}


def _objects(
    request: SubmissionRequest, accepted: Accepted, namespace: str, name: str, secrets: Mapping[str, str], suffix: str
) -> Plan:
    secret_name = f"{name[: _NAME_LENGTH - _SUFFIX_ROOM].rstrip('-.')}-{suffix}"
    references = {
        key: {"name": secret_name, "key": key}
        if key in secrets
        else {"name": request.secrets[key].secret_name, "key": request.secrets[key].key}
        for key in accepted.secret_fields
    }
    spec: dict[str, Any] = {
        "schemaVersion": request.schema_version,
        "targetHost": request.target_host,
        "fields": dict(accepted.fields),
        "secretFields": {key: {"secretKeyRef": reference} for key, reference in references.items()},
    }
    if request.power_state is not None:
        spec["powerState"] = request.power_state
    if request.deletion_policy is not None:
        spec["deletionPolicy"] = request.deletion_policy
    machine = {
        "apiVersion": API_VERSION,
        "kind": MACHINE_KIND,
        "metadata": {"name": name, "namespace": namespace, "labels": dict(MANAGED_BY)},
        "spec": spec,
    }
    secret = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": secret_name, "namespace": namespace, "labels": dict(MANAGED_BY)},
        "type": "Opaque",
        "data": {key: base64.b64encode(value.encode()).decode() for key, value in secrets.items()},
    }
    return Plan(namespace, name, machine, secret if secrets else None, accepted.warnings)


def _given_secrets(schema: JobSchema, submitted: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """Return the secrets that are given in clear text, of whatever type. Forms send an empty text for a field that was left empty."""
    return {name: value for name, value in submitted.items() if name in schema.secret_ids and value not in (None, "")}


def _secret_errors(
    schema: JobSchema, request: SubmissionRequest, given: Mapping[str, JsonValue], result: Accepted | Rejected
) -> list[FieldProblem]:
    """Check the secrets that are given in clear text. Those that do not apply are dropped, like other fields."""
    found = []
    for name, value in given.items():
        definition = schema.by_id[name]
        if name in request.secrets:
            text = f"{name} is given twice, as a value and as a reference to a Secret; remove one of the two."
            found.append(FieldProblem(field=name, code="given_twice", message=text))
        elif isinstance(result, Accepted) and name not in result.secret_fields:
            continue
        elif not isinstance(value, str):
            found.append(FieldProblem(field=name, code="type", message=f"{name} must be text; put it in quotes."))
        elif wrong := values.check_secret(definition, value):
            message = wrong.message.replace(f"The value that {name} refers to", name)
            found.append(FieldProblem(field=name, code=wrong.code, message=message))
    return found


def _each(error: FieldError) -> list[FieldProblem]:
    """Return an error once for each field that it is about, in the words of a submission."""
    message = error.message
    if error.code == "required":
        message = f"{error.field} is required; add it under values."
    elif error.code == "not_secret":
        message = f"{error.field!r} is no secret field; put its value under values, or remove it."
    told = FieldError(error.field, error.code, message)
    return [field_problem(told, name) for name in (error.field, *error.related)]
