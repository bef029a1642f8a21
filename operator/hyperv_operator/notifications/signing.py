"""Signatures by the specification Standard Webhooks 1.0: HMAC-SHA256 over id, time and body. Pure."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

_PREFIX: Final = "whsec_"
_MIN_BYTES: Final = 24
_MAX_BYTES: Final = 64
_MAX_KEYS: Final = 2


def parse_keys(text: bytes) -> tuple[bytes, ...]:
    """Return the signing keys in a value of the Secret, one a line: a second one while keys are rotated.

    Raises `ValueError`, whose message has nothing of the value.
    """
    lines = text.decode("ascii", errors="replace").split()
    if not 1 <= len(lines) <= _MAX_KEYS:
        raise ValueError(f"it has {len(lines)} lines with a key; write one, or two while keys are rotated")
    return tuple(_parse_key(line) for line in lines)


def _parse_key(line: str) -> bytes:
    try:
        key = base64.b64decode(line.removeprefix(_PREFIX), validate=True)
    except ValueError:
        raise ValueError(
            f"it is not base64 after the prefix {_PREFIX!r}, which may be left out; make one with `openssl rand -base64 32`"
        ) from None
    if not _MIN_BYTES <= len(key) <= _MAX_BYTES:
        raise ValueError(
            f"it has {len(key)} bytes, and Standard Webhooks asks for {_MIN_BYTES} to {_MAX_BYTES}; make one with "
            "`openssl rand -base64 32`"
        )
    return key


def headers(keys: Sequence[bytes], message_id: str, at: datetime, body: bytes) -> Mapping[str, str]:
    """Return the headers that sign a body, with a signature by each key; `at` is the time of the attempt."""
    timestamp = str(int(at.timestamp()))
    signed = f"{message_id}.{timestamp}.".encode() + body
    return {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(f"v1,{_signature(key, signed)}" for key in keys),
    }


def _signature(key: bytes, signed: bytes) -> str:
    return base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
