"""Object metadata: parsing, and the order of two versions of one object."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from pydantic import JsonValue

from hyperv_operator.api.names import ABANDON_ANNOTATION, FINALIZER
from hyperv_operator.ports import JsonObject, ObjectRef

_ABANDON: Final = 128
"""Characters of the abandon annotation that are kept. It has to be equal to a GUID; others may write what they like into it."""


@dataclass(frozen=True)
class Metadata:
    """The parts of an object's metadata that a pass needs."""

    name: str
    namespace: str | None
    uid: str
    generation: int
    resource_version: str
    created_at: datetime
    deleting: bool
    has_finalizer: bool
    """The operator's finalizer is set: the object cannot go without the operator."""
    abandon: str | None
    """Value of the abandon annotation."""

    def ref(self, kind: str) -> ObjectRef:
        """Return the reference to the object."""
        return ObjectRef(kind=kind, name=self.name, namespace=self.namespace, uid=self.uid)

    def was_edited_since(self, before: Metadata) -> bool:
        """Return whether a person has changed something that a loop depends on: spec, deletion, abandonment or finalizer."""
        own, earlier = ((one.generation, one.deleting, one.abandon, one.has_finalizer) for one in (self, before))
        return own != earlier

    @property
    def precedence(self) -> tuple[datetime, str]:
        """The order of objects by age; UIDs decide between those of the same second."""
        return self.created_at, self.uid

    def is_older_than(self, other: Metadata) -> bool:
        """Return whether this version of an object is older than another.

        From Kubernetes 1.35 on, resource versions of one resource compare as numbers. Where they are no numbers, the version
        that was received last counts.
        """
        own, theirs = self.resource_version, other.resource_version
        return own.isdecimal() and theirs.isdecimal() and int(own) < int(theirs)


def mapping(value: JsonValue | object) -> dict[str, JsonValue]:
    """Return a JSON object as a dict, and an empty dict for anything else."""
    return dict(value) if isinstance(value, dict) else {}


def text_or_none(value: JsonValue) -> str | None:
    """Return a JSON string, and None for anything else."""
    return value if isinstance(value, str) else None


def metadata(body: JsonObject) -> Metadata:
    """Parse an object's metadata; missing parts become empty."""
    raw = mapping(body.get("metadata"))
    abandon = mapping(raw.get("annotations")).get(ABANDON_ANNOTATION)
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
        has_finalizer=isinstance(finalizers, list) and FINALIZER in finalizers,
        abandon=str(abandon)[:_ABANDON].strip() if abandon is not None else None,
    )


def _time(value: JsonValue) -> datetime:
    try:
        return datetime.fromisoformat(str(value)).astimezone(UTC)
    except ValueError:
        return datetime.fromtimestamp(0, UTC)
