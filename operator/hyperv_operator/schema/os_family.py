"""The family of a guest's operating system, and how an image's name tells it."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class OsFamily(StrEnum):
    """What the guest side is written for."""

    WINDOWS = "windows"
    LINUX = "linux"


PREFIXES: Final[tuple[tuple[str, OsFamily], ...]] = (
    ("windows", OsFamily.WINDOWS),
    ("microsoft windows", OsFamily.WINDOWS),
    ("ubuntu", OsFamily.LINUX),
    ("rhel", OsFamily.LINUX),
    ("centos", OsFamily.LINUX),
    ("rocky linux", OsFamily.LINUX),
    ("almalinux", OsFamily.LINUX),
    ("oracle linux", OsFamily.LINUX),
    ("debian", OsFamily.LINUX),
    ("suse", OsFamily.LINUX),
    ("opensuse", OsFamily.LINUX),
    ("fedora", OsFamily.LINUX),
)


def infer_os_family(image_name: str) -> OsFamily | None:
    """Return the family that the image's name starts with the name of, whatever its case; None if it tells nothing."""
    # Only ASCII letters change: other scripts have letters that lower to these, and the API server's rules know none.
    name = image_name.strip().encode("ascii", "replace").decode().lower()
    return next((family for prefix, family in PREFIXES if name.startswith(prefix)), None)
