"""The sealed data that the host publishes: a manifest and its parts."""

import hashlib
import json
import re
from typing import Dict, Optional

from hvo_guest.jwe import Refused

MANIFEST = "ProvisioningData"
PART_LENGTH, MAX_PARTS = 1000, 120
_MANIFEST_LENGTH = 1000
_SHA256 = re.compile(r"[0-9a-f]{64}\Z")


def is_part(name: str) -> bool:
    """Return whether the key belongs to what the host publishes."""
    return name.startswith(MANIFEST)


def is_purged(pairs: Dict[str, str]) -> bool:
    """Return whether the host has deleted everything that it published."""
    return not any(is_part(name) for name in pairs)


def join(pairs: Dict[str, str]) -> Optional[str]:
    """Return the sealed data, or None if nothing is published; raise `Refused` if it is incomplete or invalid."""
    manifest = pairs.get(MANIFEST)
    if manifest is None:
        return None
    count, digest = _parse(manifest)
    parts = []
    for number in range(count):
        part = pairs.get("%s.%d" % (MANIFEST, number))
        if part is None:
            raise Refused("a part of it is missing")
        if not 0 < len(part) <= PART_LENGTH:
            raise Refused("a part of it is empty or too long")
        parts.append(part)
    sealed = "".join(parts)
    if hashlib.sha256(sealed.encode("utf-8")).hexdigest() != digest:
        raise Refused("its checksum differs from that of its manifest")
    return sealed


def _parse(manifest: str) -> "tuple[int, str]":
    if len(manifest) > _MANIFEST_LENGTH:
        raise Refused("its manifest is too long")
    try:
        value = json.loads(manifest)
    except (ValueError, RecursionError):
        raise Refused("its manifest is not JSON") from None
    if not isinstance(value, dict) or value.get("protocol") != 1:
        raise Refused("its manifest has another protocol version")
    count, digest = value.get("parts"), value.get("sha256")
    if isinstance(count, bool) or not isinstance(count, int) or not 1 <= count <= MAX_PARTS:
        raise Refused("its manifest has an invalid number of parts")
    if not isinstance(digest, str) or not _SHA256.match(digest):
        raise Refused("its manifest has no checksum")
    return count, digest
