"""Decrypting data that is sealed to the guest's key: JWE compact (RFC 7516), RSA-OAEP-256, A256CBC-HS512 (RFC 7518)."""

import base64
import hashlib
import hmac
import json
import os
import re
import struct
from typing import Any, Dict, NamedTuple

from hvo_guest import libcrypto

_SEGMENT = re.compile(r"[A-Za-z0-9_-]+\Z")
_HALF = 32
"""Length in bytes of the MAC key, of the AES key and of the tag."""


class Refused(Exception):
    """The published data is incomplete, invalid or not for this guest. The message is one of a few constants."""


Unsealed = NamedTuple("Unsealed", [("run", str), ("plaintext", bytes)])


def encode(data: bytes) -> str:
    """Return base64url without padding."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def public_jwk(key: libcrypto.PrivateKey) -> Dict[str, str]:
    """Return the public key as a JWK (RFC 7517), its members in the order of the thumbprint."""
    modulus, exponent = key.public_numbers()
    return {"e": encode(_minimal(exponent)), "kty": "RSA", "n": encode(_minimal(modulus))}


def thumbprint(jwk: Dict[str, str]) -> str:
    """Return the key's thumbprint (RFC 7638, SHA-256), the `kid` of all that is sealed to it."""
    canonical = json.dumps(jwk, separators=(",", ":"), sort_keys=True)
    return encode(hashlib.sha256(canonical.encode("ascii")).digest())


def unseal(sealed: str, key: libcrypto.PrivateKey, library: Any, vm: str) -> Unsealed:
    """Return the decrypted data; raise `Refused` unless it is intact and sealed to this key, for this VM."""
    segments = sealed.split(".")
    if len(segments) != 5 or not all(_SEGMENT.match(segment) for segment in segments):
        raise Refused("it is not a JWE in compact form")
    header = _header(segments[0])
    if header.get("alg") != "RSA-OAEP-256" or header.get("enc") != "A256CBC-HS512" or {"crit", "zip"} & set(header):
        raise Refused("its header names other algorithms")
    if header.get("kid") != thumbprint(public_jwk(key)):
        raise Refused("it is sealed to another key")
    if header.get("vm") != vm:
        raise Refused("it is for another VM")
    run = header.get("run")
    if not isinstance(run, str) or not re.match(r"[A-Za-z0-9-]{1,64}\Z", run):
        raise Refused("its header names no run")
    wrapped, vector, text, tag = (_decode(segment) for segment in segments[1:])
    try:
        secret = key.decrypt_oaep(wrapped)
    except libcrypto.CryptoError:
        # With a random key, a wrong wrapped key fails like a wrong tag, so the error does not tell which (RFC 7516, 11.5).
        secret = os.urandom(2 * _HALF)
    if len(secret) != 2 * _HALF:
        secret = os.urandom(2 * _HALF)
    associated = segments[0].encode("ascii")
    mac = hmac.new(secret[:_HALF], associated + vector + text + struct.pack(">Q", len(associated) * 8), hashlib.sha512)
    if not hmac.compare_digest(mac.digest()[:_HALF], tag):
        raise Refused("its authentication tag is wrong")
    try:
        return Unsealed(run, libcrypto.decrypt_cbc(library, secret[_HALF:], vector, text))
    except libcrypto.CryptoError:
        raise Refused("it cannot be decrypted") from None


def _minimal(number: int) -> bytes:
    return number.to_bytes((number.bit_length() + 7) // 8, "big")


def _decode(segment: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4))
    except ValueError:
        raise Refused("it is not base64url") from None


def _header(segment: str) -> Dict[str, Any]:
    try:
        header = json.loads(_decode(segment).decode("utf-8"))
    except (ValueError, RecursionError):
        raise Refused("its header is not JSON") from None
    if not isinstance(header, dict):
        raise Refused("its header is not a JSON object")
    return header
