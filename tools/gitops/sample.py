"""One resource as the API server holds it, and what Argo CD has to say of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, Literal

from hyperv_operator.api.common import Condition
from hyperv_operator.api.names import API_VERSION

Health = Literal["Healthy", "Progressing", "Degraded", "Suspended"]

NOW: Final = datetime(2026, 1, 1, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Sample:
    """A resource, with its name among the test data (a file name without its ending)."""

    name: str
    resource: dict[str, Any]
    health: Health
    message: str


def resource(
    kind: str, name: str, spec: dict[str, Any], status: dict[str, Any], *, namespace: str | None = None, **meta: Any
) -> dict[str, Any]:
    """Return a resource; a status that is empty is left out, as before the operator's first write."""
    metadata = {"name": name, **({"namespace": namespace} if namespace else {}), **meta}
    body = {"apiVersion": API_VERSION, "kind": kind, "metadata": metadata, "spec": spec, "status": status}
    return {key: value for key, value in body.items() if value}


def told(conditions: Sequence[Condition], kind: str) -> str:
    """Return what Argo CD shows of a condition."""
    (found,) = (one for one in conditions if one.type == kind)
    return f"{found.reason}: {found.message}"
