"""Reading the API server's JSON: metadata, and which of two versions is the newer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from pydantic import JsonValue

from hyperv_operator.api.names import ABANDON_ANNOTATION, FINALIZER
from hyperv_operator.ports import JsonObject, ObjectRef


@dataclass(frozen=True)
class Metadata:
    """What a pass needs of an object's metadata."""

    name: str
    namespace: str | None
    uid: str
    generation: int
    resource_version: str
    created_at: datetime
    deleting: bool
    guarded: bool
    """Our finalizer is on it: it cannot go without us."""
    abandon: str | None


def mapping(value: JsonValue | object) -> dict[str, JsonValue]:
    """Return a JSON object as a dict, and an empty one for anything else."""
    return dict(value) if isinstance(value, dict) else {}


def metadata(body: JsonObject) -> Metadata:
    """Read an object's metadata; what is missing becomes empty."""
    raw = mapping(body.get("metadata"))
    annotations = mapping(raw.get("annotations"))
    abandon = annotations.get(ABANDON_ANNOTATION)
    generation = raw.get("generation")
    finalizers = raw.get("finalizers")
    return Metadata(
        name=str(raw.get("name", "")),
        namespace=str(raw["namespace"]) if raw.get("namespace") else None,
        uid=str(raw.get("uid", "")),
        generation=generation if isinstance(generation, int) else 0,
        resource_version=str(raw.get("resourceVersion", "")),
        created_at=_time(raw.get("creationTimestamp")),
        deleting=bool(raw.get("deletionTimestamp")),
        guarded=isinstance(finalizers, list) and FINALIZER in finalizers,
        abandon=str(abandon).strip() if abandon is not None else None,
    )


def _time(value: JsonValue | None) -> datetime:
    try:
        return datetime.fromisoformat(str(value)).astimezone(UTC)
    except ValueError:
        return datetime.fromtimestamp(0, UTC)


def was_launched(machine: JsonObject) -> bool:
    """Tell whether a launch of a HyperVMachine was ever claimed; cheaper than to read its whole status."""
    return bool(mapping(machine.get("status")).get("claim"))


def is_newer(body: JsonObject, known: JsonObject) -> bool:
    """Tell whether a version is not older than the known one.

    Since Kubernetes 1.35 resource versions of one resource may be compared as numbers; where they are none, the version
    that came last counts.
    """
    new, old = metadata(body).resource_version, metadata(known).resource_version
    if new.isdecimal() and old.isdecimal():
        return int(new) >= int(old)
    return True


def ref_of(kind: str, body: JsonObject) -> ObjectRef:
    """Return the reference to an object."""
    meta = metadata(body)
    return ObjectRef(kind=kind, name=meta.name, namespace=meta.namespace, uid=meta.uid)
