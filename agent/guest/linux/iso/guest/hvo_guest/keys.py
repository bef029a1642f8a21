"""Public keys of SSH: the forms that the job schema accepts, and no others. docs/reference/fields.md describes them.

sshd ignores a line that it cannot read, so a wrong key would end in an account that nobody can log in to.
"""

import base64
import binascii
import re
import unicodedata
from typing import Callable, Dict, List, Tuple

MAX_LENGTH, MAX_LINES = 16384, 64
_MIN_RSA_BITS = 2048
_LINE = re.compile(r"([a-z0-9@.-]+)[ \t]+([A-Za-z0-9+/]+={0,2})(?:[ \t]+(.*))?\Z")
_POINTS = {"nistp256": 65, "nistp384": 97, "nistp521": 133}
"""The length of a point of each curve, uncompressed."""


def parse(text: str) -> Tuple[str, ...]:
    """Return the lines with keys, without blanks around them; raise ValueError, without a word of them, if one is wrong."""
    lines = [line[:-1] if line.endswith("\r") else line for line in text.split("\n")]
    if len(text) > MAX_LENGTH or len(lines) > MAX_LINES + (not lines[-1]):
        raise ValueError("too long")
    keys = []
    for line in (line.strip(" \t") for line in lines):
        if not all(_is_printable(character) for character in line):
            raise ValueError("not printable")
        if line and not line.startswith("#"):
            found = _LINE.match(line)
            if not found:
                raise ValueError("not a key")
            _check(found.group(1), _decode(found.group(2)))
            keys.append(line)
    if not keys:
        raise ValueError("no key")
    return tuple(keys)


def _is_printable(character: str) -> bool:
    # A character that this Python does not know yet is one that the operator's Python has taken for printable.
    return character.isprintable() or character == "\t" or unicodedata.category(character) == "Cn"


def _decode(text: str) -> bytes:
    try:
        content = base64.b64decode(text, validate=True)
    except binascii.Error:
        raise ValueError("not base64") from None
    if base64.b64encode(content).decode("ascii") != text:
        raise ValueError("not canonical base64")
    return content


def _check(kind: str, content: bytes) -> None:
    """Raise ValueError if the content is no key of that type."""
    parts = _strings(content)
    form = _FORMS.get(kind)
    if form is None or parts[0] != kind.encode("ascii") or not form(kind, parts[1:]):
        raise ValueError("not a key of its type")


def _strings(content: bytes) -> List[bytes]:
    """Return the strings of RFC 4251 that the content consists of, at least one."""
    parts: List[bytes] = []
    at = 0
    while at < len(content) or not parts:
        end = at + 4 + int.from_bytes(content[at : at + 4], "big")
        if at + 4 > len(content) or end > len(content):
            raise ValueError("a length is wrong")
        parts.append(content[at + 4 : end])
        at = end
    return parts


def _rsa(_: str, parts: List[bytes]) -> bool:
    if len(parts) != 2 or any(not part or part[0] & 0x80 for part in parts):
        return False
    exponent, modulus = (int.from_bytes(part, "big") for part in parts)
    return exponent > 1 and modulus.bit_length() >= _MIN_RSA_BITS


def _ed25519(_: str, parts: List[bytes]) -> bool:
    return [len(part) for part in parts] == [32]


def _ecdsa(kind: str, parts: List[bytes]) -> bool:
    curve = kind.rpartition("-")[2]
    return len(parts) == 2 and parts[0] == curve.encode("ascii") and _is_point(curve, parts[1])


def _sk_ed25519(_: str, parts: List[bytes]) -> bool:
    return len(parts) == 2 and len(parts[0]) == 32 and bool(parts[1])


def _sk_ecdsa(_: str, parts: List[bytes]) -> bool:
    return len(parts) == 3 and parts[0] == b"nistp256" and _is_point("nistp256", parts[1]) and bool(parts[2])


def _is_point(curve: str, point: bytes) -> bool:
    return len(point) == _POINTS[curve] and point[0] == 4


_FORMS: Dict[str, Callable[[str, List[bytes]], bool]] = {
    "ssh-ed25519": _ed25519,
    "ssh-rsa": _rsa,
    "ecdsa-sha2-nistp256": _ecdsa,
    "ecdsa-sha2-nistp384": _ecdsa,
    "ecdsa-sha2-nistp521": _ecdsa,
    "sk-ssh-ed25519@openssh.com": _sk_ed25519,
    "sk-ecdsa-sha2-nistp256@openssh.com": _sk_ecdsa,
}
