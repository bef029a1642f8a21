"""The Kubernetes API, as far as the operator uses it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from pydantic import JsonValue

JsonObject = Mapping[str, JsonValue]


@dataclass(frozen=True)
class ObjectRef:
    """Identifies one object. With a `uid`, a later object of the same name is a different object."""

    kind: str
    name: str
    namespace: str | None = None
    uid: str = ""
    """Empty where only the name is known."""


@dataclass(frozen=True)
class SecretData:
    """A Secret, freshly read. Its values are never logged or stored."""

    resource_version: str
    data: Mapping[str, bytes] = field(repr=False)


class Objects(Protocol):
    """The operator's custom resources, as the API server's JSON.

    Every method raises `ObjectGone`, `WriteConflict`, `AccessForbidden` or `ClusterError`.
    """

    async def get(self, ref: ObjectRef) -> JsonObject:
        """Read an object; `ObjectGone` also if its UID differs from the ref's (where the ref has one)."""
        ...

    async def write_status(self, ref: ObjectRef, resource_version: str, status: JsonObject) -> JsonObject:
        """Replace the whole status if the object is still at `resource_version`; return the written object."""
        ...

    async def list_machines(self, target_host: str) -> Sequence[JsonObject]:
        """List the HyperVMachines of all namespaces with this spec.targetHost, from the API server."""
        ...

    async def list_hosts(self) -> Sequence[JsonObject]:
        """List the HyperVHosts, from the API server."""
        ...

    async def write_inventory(self, host: ObjectRef, status: JsonObject) -> None:
        """Create or update the host's HyperVHostInventory (same name, owned by the host) with this status."""
        ...


class Secrets(Protocol):
    """Secrets, read when they are needed and never cached."""

    async def read(self, namespace: str, name: str) -> SecretData:
        """Read one Secret; raises `ObjectGone` or `AccessForbidden`."""
        ...


class Namespaces(Protocol):
    """Namespaces and the identity of the cluster."""

    async def labels(self, name: str) -> Mapping[str, str]:
        """Return a namespace's labels."""
        ...

    async def cluster_uid(self) -> str:
        """Return the UID of the kube-system namespace."""
        ...


class NamespaceLabels(Protocol):
    """A cache of namespace labels, kept up to date by a watch."""

    def known(self, name: str) -> Mapping[str, str] | None:
        """Return a namespace's cached labels; None if they are not cached."""
        ...


class Events(Protocol):
    """Kubernetes Events."""

    async def emit(self, ref: ObjectRef, reason: str, message: str, *, warning: bool = False) -> None:
        """Write an Event about an object. A failure is logged and never raised: nothing depends on Events."""
        ...
