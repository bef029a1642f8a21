"""Who asks the aggregated API, and whether that is allowed: both questions are answered by the Kubernetes API server."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True)
class User:
    """A user that the API server has authenticated."""

    name: str
    uid: str = ""
    groups: tuple[str, ...] = ()
    extra: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class FrontProxy:
    """How the API server proves that it is the one that sends a request, and in which headers it names the user."""

    authority: str
    """PEM of the authority that signs its client certificate."""
    allowed_names: tuple[str, ...]
    """Common names that the certificate may have; empty for any."""
    username_headers: tuple[str, ...]
    group_headers: tuple[str, ...]
    extra_prefixes: tuple[str, ...]
    uid_headers: tuple[str, ...] = ()


class FrontProxies(Protocol):
    """Where the API server publishes that."""

    async def read(self) -> FrontProxy | None:
        """Return the configuration; None if this API server has none. Raises `ClusterError`."""
        ...


class AccessReviews(Protocol):
    """The API server's authorization."""

    async def allowed(self, user: User, resource: str, *, subresource: str, namespace: str, name: str) -> bool:
        """Return whether a user may `get` this of the group of the aggregated API. Raises `ClusterError`."""
        ...
