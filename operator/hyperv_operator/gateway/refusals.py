"""Refusals of the API server as problems."""

from __future__ import annotations

import re
from collections.abc import Iterator
from http import HTTPStatus
from typing import Final

from hyperv_operator.api.names import Reason
from hyperv_operator.gateway.cluster import Refused, Unavailable
from hyperv_operator.gateway.problems import FieldProblem, Problem, invalid, unauthenticated

_WEBHOOK: Final = re.compile(r'admission webhook "[^"]*" denied the request: (?:(\w+): )?(.*)', re.DOTALL)
_PLACES: Final = (
    (re.compile(r"spec\.fields(?:\.(\w+)|\[(\w+)\])"), ""),
    (re.compile(r"spec\.secretFields(?:\.(\w+)|\[(\w+)\])"), ""),
    (re.compile(r"spec\.targetHost"), "target_host"),
    (re.compile(r"spec\.schemaVersion"), "schema_version"),
    (re.compile(r"spec\.powerState"), "power_state"),
    (re.compile(r"spec\.deletionPolicy"), "deletion_policy"),
    (re.compile(r"metadata\.name(?!space)"), "name"),
    (re.compile(r"metadata\.namespace"), "namespace"),
)
_FIELD_OF_REASON: Final = {
    Reason.DUPLICATE_NAME: "vm_name",
    Reason.NAME_NOT_ALLOWED: "vm_name",
    Reason.IMAGE_NOT_ALLOWED: "image_name",
    Reason.VLAN_NOT_ALLOWED: "vlan_id",
    Reason.CLUSTER_REQUIRED: "vm_clustered",
    Reason.NAMESPACE_NOT_ALLOWED: "target_host",
    Reason.MACHINE_QUOTA_EXCEEDED: "target_host",
    Reason.SCHEMA_VERSION_MISMATCH: "schema_version",
}
_PASSED_ON: Final = {
    HTTPStatus.FORBIDDEN: "forbidden",
    HTTPStatus.NOT_FOUND: "not-found",
    HTTPStatus.CONFLICT: "conflict",
}
_RETRY_SECONDS: Final = "5"


def problem_of(error: Refused | Unavailable) -> Problem:
    """Return the problem for a request that the API server has refused or not answered."""
    if isinstance(error, Unavailable):
        return unavailable()
    if error.status == HTTPStatus.UNAUTHORIZED:
        return unauthenticated(
            "Kubernetes does not accept the token: it has expired, or it is for another audience. Get a new one."
        )
    if error.status == HTTPStatus.TOO_MANY_REQUESTS:
        headers = {"Retry-After": error.retry_after or _RETRY_SECONDS}
        text = "The Kubernetes API is busy. Try again after the time in Retry-After."
        return Problem("cluster-busy", error.status, text, headers=headers)
    if error.status in _PASSED_ON:
        return Problem(_PASSED_ON[HTTPStatus(error.status)], error.status, error.message)
    if error.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return unavailable(error.message)
    return Problem("refused", HTTPStatus.UNPROCESSABLE_ENTITY, error.message)


def unavailable(said: str = "") -> Problem:
    """Return the problem of an API server that does not work."""
    cause = f" ({said})" if said else ""
    text = f"The Kubernetes API does not answer{cause}. Nothing is lost; try again in a moment."
    return Problem("cluster-unavailable", HTTPStatus.SERVICE_UNAVAILABLE, text, headers={"Retry-After": _RETRY_SECONDS})


def refused_submission(error: Refused) -> Problem:
    """Return the problem for an object that the API server or a webhook refuses to create."""
    denied = _WEBHOOK.match(error.message)
    if denied:
        return _denied(denied[1] or "", denied[2])
    if error.status in (HTTPStatus.BAD_REQUEST, HTTPStatus.UNPROCESSABLE_ENTITY):
        errors = list(_causes(error)) or [
            FieldProblem(field=_place(error.message), code="refused", message=error.message)
        ]
        return invalid(errors)
    return problem_of(error)


def _denied(reason: str, text: str) -> Problem:
    known = reason in set(Reason)
    field = _FIELD_OF_REASON.get(Reason(reason), "") if known else ""
    said = FieldProblem(
        field=field,
        code=reason if known else "denied",
        message=text if known else f"{reason}: {text}" if reason else text,
    )
    if reason == Reason.DUPLICATE_NAME:
        return Problem("duplicate", HTTPStatus.CONFLICT, text, errors=[said])
    return invalid([said])


def _causes(error: Refused) -> Iterator[FieldProblem]:
    for cause in error.causes:
        message = str(cause.get("message") or error.message)
        place = str(cause.get("field") or "")
        yield FieldProblem(
            field=_place(place) or _place(message), code=str(cause.get("reason") or "refused"), message=message
        )


def _place(text: str) -> str:
    """Return the field of the submission that is at a path of the resource; empty if there is none."""
    for form, name in _PLACES:
        if found := form.search(text):
            return name or next((group for group in found.groups() if group), "")
    return ""
