"""Sealing of guest data for the guest's key: JWE compact (RFC 7516), RSA-OAEP-256 and A256CBC-HS512.

The header has the thumbprint of the key, the VM and the run, so that the guest can refuse data for another one.
"""

from __future__ import annotations

import hashlib
import json

from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from hyperv_operator.errors import SealingError
from hyperv_operator.protocol.guest import GuestKey

PART_LENGTH = 1_000
MAX_PARTS = 120
"""Maximum KVP items of one publication. One call of Hyper-V's interface takes 128."""
_ALGORITHMS = ["RSA-OAEP-256", "A256CBC-HS512"]


def seal(plaintext: bytes, key: GuestKey, *, vm_id: str, run_id: str) -> str:
    """Encrypt for the guest's key. Raise `SealingError`, without key and data, if the key or the size does not allow it."""
    header = {"alg": "RSA-OAEP-256", "enc": "A256CBC-HS512", "kid": key.kid, "vm": vm_id.lower(), "run": run_id}
    try:
        public = RSAKey.import_key({"kty": "RSA", "n": key.n, "e": key.e})
        registry = jwe.JWERegistry(algorithms=_ALGORITHMS, strict_check_header=False)
        sealed = jwe.encrypt_compact(header, plaintext, public, registry=registry)
    except (JoseError, ValueError) as error:
        raise SealingError(f"The guest's key cannot be used to seal its data ({type(error).__name__}).") from None
    if len(sealed) > PART_LENGTH * MAX_PARTS:
        raise SealingError(
            f"The sealed guest data has {len(sealed)} characters, {PART_LENGTH * MAX_PARTS} fit: shorten the largest field."
        )
    return sealed


def split(sealed: str) -> tuple[tuple[str, ...], str]:
    """Return the parts that are published as `ProvisioningData.N`, and the manifest that is published last."""
    parts = tuple(sealed[start : start + PART_LENGTH] for start in range(0, len(sealed), PART_LENGTH))
    digest = hashlib.sha256(sealed.encode()).hexdigest()
    manifest = json.dumps({"protocol": 1, "parts": len(parts), "sha256": digest}, separators=(",", ":"))
    return parts, manifest
