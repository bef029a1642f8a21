"""A transition as a CloudEvents 1.0 event in the structured JSON format: the signature of the body covers every attribute. Pure."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Final

from pydantic import JsonValue

from hyperv_operator.api.common import Transition
from hyperv_operator.api.machine import Run
from hyperv_operator.api.names import API_VERSION, HOST_KIND, HOSTS, MACHINE_KIND, MACHINES
from hyperv_operator.ports import Subject

CONTENT_TYPE: Final = "application/cloudevents+json; charset=utf-8"
_PLURALS: Final = {MACHINE_KIND: MACHINES, HOST_KIND: HOSTS}
_TYPES: Final = {MACHINE_KIND: "machine", HOST_KIND: "host"}


def event_id(subject: Subject, transition: Transition) -> str:
    """Return the id of an event: the same whenever the transition is sent, and of no other one."""
    return f"{subject.ref.uid}/{transition.sequence}"


def body(subject: Subject, transition: Transition, clean: Callable[[str], str]) -> bytes:
    """Return the event as JSON. `clean` redacts text; `ready`, `host` and `run` are those of the newest version of the object."""
    ref = subject.ref
    path = f"namespaces/{ref.namespace}/" if ref.namespace else ""
    data: dict[str, JsonValue] = {
        "object": {"kind": ref.kind, "namespace": ref.namespace, "name": ref.name, "uid": ref.uid},
        "sequence": transition.sequence,
        "reason": transition.reason,
        "severity": transition.severity,
        "message": clean(transition.message),
        "ready": {"status": subject.ready.status, "reason": subject.ready.reason} if subject.ready else None,
        "host": subject.host,
        "run": _run(subject.run),
    }
    event: dict[str, JsonValue] = {
        "specversion": "1.0",
        "id": event_id(subject, transition),
        "source": f"/apis/{API_VERSION}/{path}{_PLURALS[ref.kind]}/{ref.name}",
        "type": f"io.hyperv-operator.{_TYPES[ref.kind]}.{transition.reason}",
        "subject": f"{ref.namespace}/{ref.name}" if ref.namespace else ref.name,
        "time": transition.at.isoformat().replace("+00:00", "Z"),
        "datacontenttype": "application/json",
        "data": data,
    }
    return json.dumps(event, ensure_ascii=False, separators=(",", ":")).encode()


def _run(run: Run | None) -> JsonValue:
    if run is None:
        return None
    return {"id": run.id, "kind": run.kind, "attempt": run.attempt, "outcome": run.outcome}
