"""Idempotency keys: the same request twice leads to one job. What is stored of key and body is of no use to a reader."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Mapping
from typing import Final

from pydantic import JsonValue

from hyperv_operator.gateway.problems import Problem

_KEY: Final = re.compile(r"[\x21-\x7e]{16,255}")
_COST: Final = {"n": 2**14, "r": 8, "p": 1, "dklen": 32, "maxmem": 64 * 1024 * 1024}
"""About 50 ms and 16 MiB: the body has passwords, and whoever reads the digest must not find them by trying."""
_LABEL_LENGTH: Final = 40


def check_key(key: str | None) -> str | None:
    """Return the key; `Problem` if it is not one."""
    if key is None or _KEY.fullmatch(key):
        return key
    text = "Idempotency-Key must have 16 to 255 printable characters without spaces, such as a random UUID."
    raise Problem("idempotency-key", 400, text)


def key_hash(key: str) -> str:
    """Return what is stored of the key: the value of a label. It does not show the key, which salts the digest."""
    return hashlib.sha256(b"hyperv-operator idempotency key\n" + key.encode()).hexdigest()[:_LABEL_LENGTH]


def digest(key: str, body: Mapping[str, JsonValue]) -> str:
    """Return what is stored of the body. Slow on purpose: call it in a thread."""
    text = json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.scrypt(text.encode(), salt=key.encode(), **_COST).hex()


def is_same(stored: str, computed: str) -> bool:
    """Return whether two digests are of the same body."""
    return hmac.compare_digest(stored.encode(), computed.encode())


def conflict() -> Problem:
    """Return the problem of a key that was used for another body."""
    text = "This Idempotency-Key was used for another submission. Send the same body again, or another key."
    return Problem("idempotency-key-reused", 409, text)
