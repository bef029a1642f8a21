"""SSH keys: the corpus of forms that the guest's tests read too, and the numbers of RSA keys."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperv_operator.schema import ssh_keys
from hyperv_operator.schema.loader import load_schema
from hyperv_operator.schema.validation import Accepted, Rejected, validate_job_submission

ROOT = Path(__file__).resolve().parents[3]
CORPUS: list[dict[str, Any]] = json.loads((ROOT / "tests" / "submissions" / "ssh-keys.json").read_text())
SCHEMA = load_schema((ROOT / "Schemas" / "job-inputs.yaml").read_text())
_GOOD: dict[str, Any] = {
    "vm_name": "web01",
    "image_name": "Ubuntu 24.04",
    "gb_ram": 4,
    "cpu_cores": 2,
    "guest_la_uid": "admin",
    "cnf_ansible_ssh_user": "ansible",
}


def _submit(text: str) -> Accepted | Rejected:
    return validate_job_submission(SCHEMA, {**_GOOD, "cnf_ansible_ssh_key": text}, secrets=["guest_la_pw"], strict=True)


@pytest.mark.parametrize("case", CORPUS, ids=lambda case: case["name"])
def test_the_corpus_is_accepted_and_refused_with_the_line(case: dict[str, Any]) -> None:
    result = _submit(case["text"])
    assert isinstance(result, Accepted) is case["valid"]
    if isinstance(result, Accepted):
        assert result.fields["cnf_ansible_ssh_key"] == case["text"]
        return
    (error,) = result.errors
    assert error.field == "cnf_ansible_ssh_key"
    if error.code == "ssh_key":
        place = "cnf_ansible_ssh_key " if case["line"] is None else f"Line {case['line']} of cnf_ansible_ssh_key "
        assert error.message.startswith(place)
    else:
        assert error.code in {"length", "ssh_key_missing"}
        assert case["line"] in {None, 1}


def _string(part: bytes) -> bytes:
    return len(part).to_bytes(4) + part


def _rsa(exponent: bytes, modulus: bytes) -> str:
    inner = _string(b"ssh-rsa") + _string(exponent) + _string(modulus)
    return f"ssh-rsa {base64.b64encode(inner).decode()}"


_EXPONENT = b"\x01\x00\x01"


@pytest.mark.parametrize(
    ("key", "reason"),
    [
        (_rsa(_EXPONENT, b"\0" + b"\xff" * 256), None),
        (_rsa(b"\x03", b"\0" + b"\xff" * 256), None),
        (_rsa(_EXPONENT, b"\0" + b"\xff" * 2_048), None),
        (_rsa(_EXPONENT, b"\x7f" + b"\xff" * 255), "2047 bits"),
        (_rsa(_EXPONENT, b"\x01" + b"\xff" * 2_048), "16385 bits"),
        (_rsa(_EXPONENT, b"\xff" * 256), "no exponent and modulus"),
        (_rsa(_EXPONENT, b"\x80" * 256), "no exponent and modulus"),
        (f"{_rsa(_EXPONENT, bytes(1) + bytes([255]) * 256).rstrip('=')}A", "base64 is incomplete"),
        (_rsa(b"\x81", b"\0" + b"\xff" * 256), "no exponent and modulus"),
        (_rsa(b"", b"\0" + b"\xff" * 256), "no exponent and modulus"),
        (_rsa(_EXPONENT, b""), "no exponent and modulus"),
        (_rsa(b"\x01", b"\0" + b"\xff" * 256), "none of an RSA key"),
        (_rsa(b"\x04", b"\0" + b"\xff" * 256), "none of an RSA key"),
        (_rsa(_EXPONENT, b"\0" + b"\xff" * 255 + b"\xfe"), "none of an RSA key"),
    ],
)
def test_an_rsa_key_has_the_numbers_of_one(key: str, reason: str | None) -> None:
    if reason is None:
        ssh_keys.check(key)
        return
    with pytest.raises(ssh_keys.KeyProblem, match=reason):
        ssh_keys.check(key)


@pytest.mark.parametrize("text", ["# web01\n", "\n\n", "   # one\n\n# two"])
def test_a_text_of_comments_has_no_key(text: str) -> None:
    with pytest.raises(ssh_keys.KeyProblem, match="only comments and blank lines") as caught:
        ssh_keys.check(text)
    assert caught.value.line is None


def _reason(kind: str, *parts: bytes) -> str | None:
    inner = b"".join(_string(part) for part in (kind.encode(), *parts))
    return ssh_keys._reason(kind, base64.b64encode(inner).decode())


_POINT: Final = b"\x04" + b"\x01" * 64


@pytest.mark.parametrize(
    ("kind", "parts", "reason"),
    [
        ("ecdsa-sha2-nistp256", (b"nistp256", _POINT), None),
        ("ecdsa-sha2-nistp256", (b"nistp384", _POINT), "it has no point of nistp256"),
        ("ecdsa-sha2-nistp256", (b"nistp256", b"\x02" + _POINT[1:]), "it has no point of nistp256"),
        ("ecdsa-sha2-nistp256", (b"nistp256", _POINT[:-1]), "it has no point of nistp256"),
        ("ecdsa-sha2-nistp256", (b"nistp256", _POINT, b"more"), "it has no point of nistp256"),
        ("ecdsa-sha2-nistp256", (b"nistp256",), "it has no point of nistp256"),
        ("ssh-ed25519", (b"\x01" * 32,), None),
        ("ssh-ed25519", (b"\x01" * 31,), "it has not the 32 bytes of such a key"),
        ("sk-ssh-ed25519@openssh.com", (b"\x01" * 32, b"ssh:"), None),
        ("sk-ssh-ed25519@openssh.com", (b"\x01" * 32,), "it does not name the application of its security key"),
        ("sk-ssh-ed25519@openssh.com", (b"\x01" * 32, b""), "it does not name the application of its security key"),
        ("sk-ssh-ed25519@openssh.com", (), "it does not name the application of its security key"),
    ],
)
def test_a_key_has_the_parts_of_its_type(kind: str, parts: tuple[bytes, ...], reason: str | None) -> None:
    assert _reason(kind, *parts) == reason


def _has_form(kind: str, data: bytes) -> bool:
    return re.fullmatch(ssh_keys._payload(kind), base64.b64encode(data).decode()) is not None


@pytest.mark.parametrize("kind", ssh_keys.TYPES)
def test_a_payload_begins_with_its_type_and_is_as_long_as_its_keys(kind: str) -> None:
    inner = _string(kind.encode())
    length = {
        "ssh-ed25519": 51,
        "ecdsa-sha2-nistp256": 104,
        "ecdsa-sha2-nistp384": 136,
        "ecdsa-sha2-nistp521": 172,
    }.get(kind)
    rest = b"\xff" * ((length or 90) - len(inner) - 1)
    assert _has_form(kind, inner + b"\0" + rest)
    assert not _has_form(kind, inner + b"\x40" + rest)
    assert not _has_form(kind, inner[:-1] + b"\x7f\0" + rest)
    assert not _has_form(kind, b"\1" + inner[1:] + b"\0" + rest)
    for other in (rest + b"\xff", rest[1:], rest + b"\xff" * 3, rest[3:]):
        assert _has_form(kind, inner + b"\0" + other) is (length is None)


def test_the_first_wrong_line_is_reported() -> None:
    weak = _rsa(_EXPONENT, b"\x7f" * 100)
    with pytest.raises(ssh_keys.KeyProblem) as caught:
        ssh_keys.check(f"{weak}\nno key\n")
    assert caught.value.line == 1


@given(
    st.text(max_size=200)
    | st.binary(max_size=80).map(lambda raw: f"ssh-rsa AAAAB3NzaC1yc2EA{base64.b64encode(raw).decode()}")
)
def test_any_text_is_judged(text: str) -> None:
    assert _line_of(text) in (None, *range(1, text.count("\n") + 2))


def _line_of(text: str) -> int | None:
    try:
        ssh_keys.check(text)
    except ssh_keys.KeyProblem as problem:
        return problem.line
    return None
