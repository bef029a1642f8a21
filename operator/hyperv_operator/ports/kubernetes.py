"""The Kubernetes API, as far as the operator uses it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Protocol

from pydantic import JsonValue

from hyperv_operator.api.names import API_VERSION

JsonObject = Mapping[str, JsonValue]


@dataclass(frozen=True)
class ObjectRef:
    """Identifies one object. With a `uid`, a later object of the same name is a different object."""

    kind: str
    name: str
    namespace: str | None = None
    uid: str = ""
    """Empty where only the name is known."""
    api_version: str = API_VERSION
    """Of another API than the operator's own, such as `v1`."""


@dataclass(frozen=True)
class SecretData:
    """A Secret, freshly read. Its values are never logged or stored."""

    resource_version: str
    data: Mapping[str, bytes] = field(repr=False)
    uid: str = ""


class Objects(Protocol):
    """The operator's custom resources, as the API server's JSON.

    Every method raises `ObjectGone`, `WriteConflict`, `AccessForbidden` or `ClusterError`. That an object is gone is certain
    only after `get`: to a write the API server answers Not Found for other reasons too, for example for a lost namespace.
    """

    async def get(self, ref: ObjectRef) -> JsonObject:
        """Read an object; `ObjectGone` only if it does not exist, or if its UID differs from the ref's (where the ref has one)."""
        ...

    async def set_finalizer(self, ref: ObjectRef, *, present: bool) -> JsonObject:
        """Add or remove the operator's finalizer and return the object; nothing is written if it is there, or gone, already.

        An object that is being deleted takes no finalizer and is returned as it is.

        `ObjectGone` as for `get`; `WriteConflict` if somebody else wrote the object in between.
        """
        ...

    async def write_status(self, ref: ObjectRef, resource_version: str, status: JsonObject) -> JsonObject:
        """Replace the whole status if the object is still at `resource_version`; return the written object."""
        ...

    def machines_on(self, target_host: str) -> AsyncIterator[JsonObject]:
        """Yield the HyperVMachines of all namespaces with this spec.targetHost, from the API server: they may be many, and large."""
        ...

    async def list_hosts(self) -> Sequence[JsonObject]:
        """List the HyperVHosts, from the API server."""
        ...

    async def write_inventory(self, host: ObjectRef, status: JsonObject) -> None:
        """Create or update the host's HyperVHostInventory (same name, owned by the host) with this status."""
        ...


class Watcher(Protocol):
    """What a watch of one kind delivers to. Every method returns at once."""

    def changed(self, body: JsonObject, *, created: bool = False) -> None:
        """Take an object that was listed or changed, or that was `created` while it was watched for."""
        ...

    def deleted(self, body: JsonObject) -> None:
        """Take the last version of a deleted object."""
        ...

    def listed(self, namespace: str | None, uids: AbstractSet[str]) -> None:
        """Take the UIDs of all objects of a namespace, or of all namespaces, at the end of a list."""
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


@dataclass(frozen=True)
class CanaryLease:
    """The canary Lease of an operator, as far as others can judge it."""

    version: str
    """It changes with every renewal."""
    duration_seconds: float
    """How long a living operator may take to renew it."""


class Leases(Protocol):
    """The canary Leases of operators."""

    async def canary(self, namespace: str) -> CanaryLease | None:
        """Read the canary Lease of the operator of a namespace; None if there is none. Raises `ClusterError`."""
        ...


class Events(Protocol):
    """Kubernetes Events."""

    async def emit(self, ref: ObjectRef, reason: str, message: str, *, warning: bool = False) -> None:
        """Queue an Event about an object and return at once. A failure is logged, never raised: nothing depends on Events."""
        ...
