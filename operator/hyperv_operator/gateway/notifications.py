"""Notifications: the transitions in the status of machines and hosts, as one list. They are read from the resources, not from Events."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from hyperv_operator.api.names import HOST_KIND, MACHINE_KIND
from hyperv_operator.gateway import states
from hyperv_operator.gateway.jobs import key_of
from hyperv_operator.gateway.models import Notification, ObjectRef
from hyperv_operator.gateway.problems import Problem

JsonObject = Mapping[str, Any]
Place = tuple[str, str, int]
"""Where a notification is in the list: time, UID, sequence."""


@dataclass(frozen=True)
class Wanted:
    """Which notifications are wanted; None allows any."""

    since: datetime | None = None
    severity: Literal["Normal", "Warning"] | None = None
    before: Place | None = None


def page(
    machines: Iterable[JsonObject], hosts: Iterable[JsonObject], wanted: Wanted, limit: int
) -> tuple[list[Notification], str | None]:
    """Return the newest notifications, at most `limit`, and the token of the page after them."""
    found = [one for body in machines for one in _of(body, MACHINE_KIND) if _takes(wanted, one)]
    found += [one for body in hosts for one in _of(body, HOST_KIND) if _takes(wanted, one)]
    found.sort(key=place_of, reverse=True)
    shown = found[:limit]
    return shown, _token(place_of(shown[-1])) if len(found) > limit else None


def parse_token(token: str | None) -> Place | None:
    """Return the place in a token; `Problem` if it is not a token."""
    if token is None:
        return None
    try:
        at, uid, sequence = json.loads(base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)))
        return str(at), str(uid), int(sequence)
    except (ValueError, TypeError, binascii.Error):
        text = "The token in `continue` is none; begin again without it."
        raise Problem("expired-page", 422, text) from None


def place_of(one: Notification) -> Place:
    """Return the place of a notification."""
    return _sortable(one.at), one.object.uid, int(one.id.rpartition(":")[2])


def _sortable(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def _takes(wanted: Wanted, one: Notification) -> bool:
    return (
        (wanted.since is None or one.at >= wanted.since)
        and (wanted.severity is None or one.severity == wanted.severity)
        and (wanted.before is None or place_of(one) < wanted.before)
    )


def _token(place: Place) -> str:
    return base64.urlsafe_b64encode(json.dumps(place, separators=(",", ":")).encode()).decode().rstrip("=")


def _of(body: JsonObject, kind: Literal["HyperVMachine", "HyperVHost"]) -> list[Notification]:
    key = key_of(body)
    about = ObjectRef(kind=kind, namespace=key.namespace or None, name=key.name, uid=key.uid)
    return [
        Notification(
            id=f"{key.uid}:{one.sequence}",
            object=about,
            job_id=key.id if kind == MACHINE_KIND else None,
            at=one.at,
            reason=one.reason,
            severity=one.severity,
            message=one.message,
        )
        for one in states.transitions(states.part(body, "status"))
    ]
