"""Ids of jobs: opaque to clients.

They carry namespace, name and UID of the machine, so that callers who may list nothing can read their own.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from typing import Final

MAX_LENGTH: Final = 512
_VERSION: Final = "1"
_SEPARATOR: Final = "/"
_NAMESPACE: Final = re.compile(r"[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?")
_NAME: Final = re.compile(r"[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?")
_UID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True)
class JobKey:
    """What identifies a machine for ever: its place and its UID."""

    namespace: str
    name: str
    uid: str

    @property
    def id(self) -> str:
        """The id that clients see."""
        text = _SEPARATOR.join((_VERSION, self.namespace, self.name, self.uid))
        return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def parse(job_id: str) -> JobKey | None:
    """Return the key in an id; None for anything that no gateway has issued."""
    if len(job_id) > MAX_LENGTH:
        return None
    try:
        text = base64.b64decode(job_id + "=" * (-len(job_id) % 4), altchars=b"-_", validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        return None
    version, _, rest = text.partition(_SEPARATOR)
    parts = rest.split(_SEPARATOR)
    if version != _VERSION or len(parts) != len((_NAMESPACE, _NAME, _UID)):
        return None
    if not all(form.fullmatch(part) for form, part in zip((_NAMESPACE, _NAME, _UID), parts, strict=True)):
        return None
    key = JobKey(*parts)
    return key if key.id == job_id else None
