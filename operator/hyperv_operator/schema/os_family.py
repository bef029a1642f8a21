"""The OS family of a guest, and how it is inferred from the name of an image."""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class OsFamily(StrEnum):
    """The OS families that the guest agent supports."""

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
    """Return the family whose name the image's name starts with, ignoring case; None if there is none."""
    # Only ASCII letters are lowered: letters of other scripts lower to them too, and the API server's rules do not do that.
    name = image_name.strip().encode("ascii", "replace").decode().lower()
    return next((family for prefix, family in PREFIXES if name.startswith(prefix)), None)
