"""The bodies with which kube-apiserver refuses a request. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from faults.places import ApiRequest

_REASONS = {
    403: ("Forbidden", '{what} is forbidden: User "fault" cannot {verb} it'),
    404: ("NotFound", "{what} not found"),
    409: (
        "Conflict",
        (
            "Operation cannot be fulfilled on {what}: the object has been modified; please apply your changes to the "
            "latest version and try again"
        ),
    ),
    410: ("Expired", "The resourceVersion for the provided watch is too old."),
    422: ("Invalid", "{what} is invalid: a fault was injected"),
    429: ("TooManyRequests", "The server has received too many requests and has asked us to try again later"),
    500: ("InternalError", "Internal error occurred: etcdserver: request timed out"),
}
RETRY_AFTER_SECONDS = 1


def body(code: int, request: ApiRequest) -> dict[str, Any]:
    """Return the Status object of a refusal with this HTTP code."""
    reason, message = _REASONS[code]
    details: dict[str, Any] = {"name": request.name, "kind": request.resource}
    if code == 429:
        details["retryAfterSeconds"] = RETRY_AFTER_SECONDS
    what = f'{request.resource} "{request.name}"'
    return {
        "kind": "Status",
        "apiVersion": "v1",
        "metadata": {},
        "status": "Failure",
        "message": message.format(what=what, verb=request.verb),
        "reason": reason,
        "details": {key: value for key, value in details.items() if value},
        "code": code,
    }


def headers(code: int) -> Mapping[str, str]:
    """Return the headers of a refusal beside those of its body."""
    return {"Retry-After": str(RETRY_AFTER_SECONDS)} if code == 429 else {}


def expired_event() -> dict[str, Any]:
    """Return the event that ends a watch whose resourceVersion is too old."""
    return {"type": "ERROR", "object": body(410, ApiRequest("watch", ""))}
