"""AdmissionReviews: what a request has to be, so that it is answered as one.

The API server sends nothing else. Whatever else reaches the port gets a sentence, and costs no more than reading it once.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from typing import Final, NoReturn

from pydantic import JsonValue

from hyperv_operator.api.names import API_VERSION, MACHINE_KIND
from hyperv_operator.ports import JsonObject

REVIEW_VERSION: Final = "admission.k8s.io/v1"
REVIEW_KIND: Final = "AdmissionReview"
_JSON: Final = "application/json"
_MAX_DEPTH: Final = 64
"""Levels of nesting. A HyperVMachine has about ten, its managedFields included."""
_MAX_VALUES: Final = 65_536
"""Bound for the number of values, as far as commas and brackets show it. A machine has some hundreds; reading them takes
well under 100 ms, during which the operator does nothing else."""
_MAX_UID: Final = 253


class NotAReviewError(Exception):
    """A request that is no AdmissionReview of a HyperVMachine; its text says why."""


@dataclass(frozen=True)
class Review:
    """A question of the API server."""

    uid: str
    body: JsonObject
    """The machine as it would be stored."""
    old: JsonObject | None
    """The machine as it is; None if it is to be created."""

    @property
    def operation(self) -> str:
        """The verb: CREATE or UPDATE."""
        return "CREATE" if self.old is None else "UPDATE"


def parse(content: bytes, content_type: str) -> Review:
    """Read the body of a request; `NotAReviewError` if it is no review."""
    if content_type != _JSON:
        raise NotAReviewError(f"The content type has to be {_JSON}.")
    document = _document(content)
    if not isinstance(document, dict) or document.get("kind") != REVIEW_KIND:
        raise NotAReviewError(f"The body is no {REVIEW_KIND}.")
    if document.get("apiVersion") != REVIEW_VERSION:
        raise NotAReviewError(f"The {REVIEW_KIND} has another version than {REVIEW_VERSION}.")
    request = document.get("request")
    if not isinstance(request, dict):
        raise NotAReviewError(f"The {REVIEW_KIND} has no request.")
    uid = request.get("uid")
    if not isinstance(uid, str) or not 0 < len(uid) <= _MAX_UID:
        raise NotAReviewError("The request has no uid.")
    match request.get("operation"):
        case "CREATE":
            return Review(uid, _machine(request, "object"), None)
        case "UPDATE":
            return Review(uid, _machine(request, "object"), _machine(request, "oldObject"))
        case _:
            raise NotAReviewError("The operation is neither CREATE nor UPDATE.")


def _machine(request: JsonObject, key: str) -> JsonObject:
    body = request.get(key)
    if not isinstance(body, dict) or (body.get("apiVersion"), body.get("kind")) != (API_VERSION, MACHINE_KIND):
        raise NotAReviewError(f"The request's {key} is no {MACHINE_KIND} of {API_VERSION}.")
    if not isinstance(body.get("metadata"), dict):
        raise NotAReviewError(f"The request's {key} has no metadata.")
    return body


def _document(content: bytes) -> JsonValue:
    if sum(map(content.count, (b",", b"[", b"{"))) > _MAX_VALUES:
        raise NotAReviewError(f"The body has more than {_MAX_VALUES} values.")
    try:
        document: JsonValue = json.loads(content.decode(), object_pairs_hook=_unique, parse_constant=_no_number)
    except (ValueError, RecursionError):  # also for bytes that are no UTF-8, and for integers of thousands of digits
        raise NotAReviewError("The body is not JSON.") from None
    _check(document)
    return document


def _unique(pairs: list[tuple[str, JsonValue]]) -> dict[str, JsonValue]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise NotAReviewError("A key is there twice.")
    return found


def _no_number(_: str) -> NoReturn:
    raise ValueError


def _check(document: JsonValue) -> None:
    """Refuse what later code could not handle: deep nesting, halves of characters, numbers without a value."""
    level: list[JsonValue] = [document]
    for _ in range(_MAX_DEPTH):
        below: list[JsonValue] = []
        for one in level:
            if isinstance(one, dict):
                below += one.keys()
                below += one.values()
            elif isinstance(one, list):
                below += one
            elif isinstance(one, str):
                _check_text(one)
            elif isinstance(one, float) and not math.isfinite(one):
                raise NotAReviewError("A number is too large.")
        if not below:
            return
        level = below
    raise NotAReviewError(f"The body is nested more than {_MAX_DEPTH} levels deep.")


def _check_text(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise NotAReviewError("A text has half of a character.") from None
