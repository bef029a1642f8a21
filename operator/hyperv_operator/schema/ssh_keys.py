"""Public keys in OpenSSH's format, one a line. The Linux guest accepts exactly the same texts.

A text has at most `MAX_LINES` lines that end with LF or CRLF. A line is blank, a comment that begins with `#`, or a key: its type, the
key in base64 and an optional comment, without options. A regular expression describes a line; the rest is in the bytes of the key.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping
from typing import Final

from hyperv_operator.api import expressions

MAX_LINES: Final = 64
MIN_RSA_BITS: Final = 2_048
MAX_RSA_BITS: Final = 16_384
_KEY_BYTES: Final = 32
"""Bytes of an ed25519 key."""
_POINTS: Final[Mapping[str, tuple[str, int]]] = {
    "ecdsa-sha2-nistp256": ("nistp256", 32),
    "ecdsa-sha2-nistp384": ("nistp384", 48),
    "ecdsa-sha2-nistp521": ("nistp521", 66),
    "sk-ecdsa-sha2-nistp256@openssh.com": ("nistp256", 32),
}
"""The curve of each type, and the bytes of a coordinate on it."""
TYPES: Final = (
    "ssh-ed25519",
    "ssh-rsa",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    "sk-ssh-ed25519@openssh.com",
    "sk-ecdsa-sha2-nistp256@openssh.com",
)
_SECURITY_KEY: Final = "sk-"


_LENGTHS: Final[Mapping[str, int]] = {
    "ssh-ed25519": 51,
    "ecdsa-sha2-nistp256": 104,
    "ecdsa-sha2-nistp384": 136,
    "ecdsa-sha2-nistp521": 172,
}
"""Bytes of a key with its inner type, where all keys of a type have the same number."""


def _payload(kind: str) -> str:
    """Return the pattern of a key's base64. It begins with its type as a string, and with the first byte of the next length, 0."""
    inner = len(kind).to_bytes(4) + kind.encode()
    begin = base64.b64encode(inner + b"\0\0\0").decode()[: (len(inner) + 1) * 8 // 6]
    if kind not in _LENGTHS:
        return f"{begin}[A-Za-z0-9+/]+={{0,2}}"
    digits, padding = -(-_LENGTHS[kind] * 8 // 6), -_LENGTHS[kind] % 3
    return f"{begin}[A-Za-z0-9+/]{{{digits - len(begin)}}}{'=' * padding}"


_TEXT: Final = r"[^\x00-\x1f]*"
_KEY: Final = "|".join(rf"{kind.replace('.', '[.]')}[ \t]+{_payload(kind)}" for kind in TYPES)
_FORM: Final = rf"[ \t]*(#{_TEXT}|({_KEY})([ \t]+{_TEXT})?)?[ \t]*\r?"
HINTS: Final = ("ssh-", "ecdsa-", "sk-")
"""Every text with a key has one of these somewhere."""

_LINE: Final = f"^{_FORM}$"
NO_KEY_FORM: Final = (
    f"is no public key in OpenSSH's format: give its type ({', '.join(TYPES)}), the key in base64 and, if you like, a comment of "
    "printable characters, on one line and without options"
)


class KeyProblem(Exception):
    """Why a text is refused. `line` counts from 1; None means the whole text."""

    def __init__(self, line: int | None, reason: str) -> None:
        super().__init__(reason)
        self.line = line
        self.reason = reason


def check(text: str) -> None:
    """Raise `KeyProblem` for the first line of a text that is wrong, or for the whole text."""
    lines = text.removesuffix("\n").split("\n")
    if len(lines) > MAX_LINES:
        raise KeyProblem(None, f"has more than {MAX_LINES} lines; remove some of them")
    has_key = False
    for number, line in enumerate(lines, 1):
        if not expressions.matches_whole(_LINE, line) or not _is_printable(line):
            raise KeyProblem(number, NO_KEY_FORM)
        kind, payload = [*line.split(), "", ""][:2]
        if not kind or kind.startswith("#"):
            continue
        has_key = True
        reason = _reason(kind, payload)
        if reason is not None:
            raise KeyProblem(
                number, f"has a key that can never work: {reason}; copy the .pub file again, or make another key"
            )
    if not has_key:
        raise KeyProblem(None, "has only comments and blank lines; give at least one public key")


def _is_printable(line: str) -> bool:
    """Return whether a line has no invisible characters. The guest asks the same question of its own Python."""
    return all(one.isprintable() for one in line.replace("\t", "").removesuffix("\r"))


def _reason(kind: str, payload: str) -> str | None:
    """Return why a key of a type cannot work, or None."""
    try:
        data = base64.b64decode(payload)
    except binascii.Error:
        return "its base64 is incomplete"
    if base64.b64encode(data).decode() != payload:
        return "its base64 has bits after its end"
    try:
        inner, *parts = _strings(data)
    except ValueError:
        return "it is cut short or has more bytes than it says"
    if inner != kind.encode():
        return "it is a key of another type"
    if kind.startswith(_SECURITY_KEY) and (len(parts) < 2 or not parts.pop()):
        return "it does not name the application of its security key"
    if kind == "ssh-rsa":
        return _rsa_reason(parts)
    if kind in _POINTS:
        curve, size = _POINTS[kind]
        is_point = len(parts) == 2 and len(parts[1]) == 1 + 2 * size and parts[1][0] == 4
        return None if is_point and parts[0] == curve.encode() else f"it has no point of {curve}"
    return None if [len(part) for part in parts] == [_KEY_BYTES] else f"it has not the {_KEY_BYTES} bytes of such a key"


def _strings(data: bytes) -> Iterator[bytes]:
    """Yield the strings of a key, each behind its length of four bytes (RFC 4251). Raise `ValueError` if the lengths do not add up."""
    while data:
        length = int.from_bytes(data[:4])
        if len(data) < 4 + length:
            raise ValueError("cut short")
        yield data[4 : 4 + length]
        data = data[4 + length :]


def _rsa_reason(parts: list[bytes]) -> str | None:
    if len(parts) != 2 or not all(part and part[0] < 0x80 for part in parts):
        return "it has no exponent and modulus"
    exponent, modulus = (int.from_bytes(part) for part in parts)
    bits = modulus.bit_length()
    if not MIN_RSA_BITS <= bits <= MAX_RSA_BITS:
        return f"it is an RSA key of {bits} bits, and {MIN_RSA_BITS} to {MAX_RSA_BITS} are accepted"
    if exponent == 1 or not exponent % 2 or not modulus % 2:
        return "its exponent or modulus is none of an RSA key"
    return None
