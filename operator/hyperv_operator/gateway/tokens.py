"""Bearer tokens: where a request carries one, and what of it may be kept."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

SUBPROTOCOL: Final = "hyperv-operator.v1"
BEARER_SUBPROTOCOL: Final = "base64url.bearer.authorization.k8s.io."
"""Prefix of the subprotocol that carries a token, as the Kubernetes API takes it from browsers, which cannot set headers."""
_TOKEN: Final = re.compile(r"[A-Za-z0-9._~+/=:@-]+")
"""What may go into a header of a request to the API server."""
_HASH_LENGTH: Final = 32


@dataclass(frozen=True)
class Token:
    """A bearer token of Kubernetes. It is passed on, and never read, logged or stored."""

    value: str = field(repr=False)

    @cached_property
    def hash(self) -> str:
        """The hash that identifies the token in limits and feeds; the token cannot be computed from it."""
        return hashlib.sha256(self.value.encode()).hexdigest()[:_HASH_LENGTH]

    @cached_property
    def expires_at(self) -> float | None:
        """When the token says that it expires, in seconds since 1970; None if it does not say. Nothing but a timer relies on it."""
        try:
            payload = self.value.split(".")[1]
            claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
            return float(claims["exp"])
        except (IndexError, KeyError, TypeError, ValueError, binascii.Error):
            return None


def from_header(value: str | None) -> Token | None:
    """Return the token of an Authorization header; None without one."""
    scheme, _, rest = (value or "").partition(" ")
    token = rest.strip()
    return Token(token) if scheme.lower() == "bearer" and _TOKEN.fullmatch(token) else None


def from_subprotocols(offered: Iterable[str]) -> Token | None:
    """Return the token among the subprotocols that a websocket offers; None without one."""
    for one in offered:
        if one.startswith(BEARER_SUBPROTOCOL):
            text = one.removeprefix(BEARER_SUBPROTOCOL)
            try:
                token = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True).decode("ascii")
            except (binascii.Error, ValueError):
                return None
            return Token(token) if _TOKEN.fullmatch(token) else None
    return None
