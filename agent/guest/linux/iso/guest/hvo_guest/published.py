"""What the host has published: the manifest and its parts, joined and checked."""

import hashlib
import json
import re
from typing import Dict, Optional

from hvo_guest.jwe import Refused

MANIFEST = "ProvisioningData"
PART_LENGTH, MAX_PARTS = 1000, 120
_MANIFEST_LENGTH = 1000
_SHA256 = re.compile(r"[0-9a-f]{64}\Z")


def is_purged(pairs: Dict[str, str]) -> bool:
    """Tell whether the host has taken back all that it published."""
    return not any(name.startswith(MANIFEST) for name in pairs)


def join(pairs: Dict[str, str]) -> Optional[str]:
    """Return the sealed data, None if nothing is published; `Refused` if it is not whole, or not the contract's."""
    told = pairs.get(MANIFEST)
    if told is None:
        return None
    count, digest = _manifest(told)
    parts = []
    for number in range(count):
        part = pairs.get("%s.%d" % (MANIFEST, number))
        if part is None:
            raise Refused("a part of it is missing")
        if not 0 < len(part) <= PART_LENGTH:
            raise Refused("a part of it has not the size it may have")
        parts.append(part)
    sealed = "".join(parts)
    if hashlib.sha256(sealed.encode("utf-8")).hexdigest() != digest:
        raise Refused("it does not have the digest of its manifest")
    return sealed


def _manifest(told: str) -> "tuple[int, str]":
    if len(told) > _MANIFEST_LENGTH:
        raise Refused("its manifest is too long")
    try:
        value = json.loads(told)
    except (ValueError, RecursionError):
        raise Refused("its manifest is no JSON") from None
    if not isinstance(value, dict) or value.get("protocol") != 1:
        raise Refused("its manifest is of another protocol")
    count, digest = value.get("parts"), value.get("sha256")
    if isinstance(count, bool) or not isinstance(count, int) or not 1 <= count <= MAX_PARTS:
        raise Refused("its manifest counts more parts than there can be, or none")
    if not isinstance(digest, str) or not _SHA256.match(digest):
        raise Refused("its manifest has no digest")
    return count, digest
