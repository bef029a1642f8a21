"""Redaction takes known secrets, and what looks like one, out of text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperv_operator.telemetry.redaction import MASK, Redactor


@pytest.mark.parametrize(
    "text",
    [
        "password=Hunter-22",
        "guest_la_pw: Hunter-22",
        '"token": "Hunter-22"',
        "http://me:Hunter-22@host/",
        "Authorization: Basic Hunter-22",
    ],
)
def test_what_looks_like_a_secret_is_masked(text: str) -> None:
    clean = Redactor().clean(text)
    assert "Hunter-22" not in clean
    assert MASK in clean


def test_a_private_key_is_masked_over_several_lines() -> None:
    assert "MIIE" not in Redactor().clean("-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----")


@given(st.text(alphabet=st.characters(codec="ascii", exclude_characters=MASK), min_size=4, max_size=20))
def test_a_registered_value_is_masked_until_it_is_released(secret: str) -> None:
    redactor = Redactor()
    release = redactor.hold([secret])
    assert secret not in redactor.clean(f"before {secret} after")
    release()
    assert redactor.clean(f"<{'x' * 3}>") == "<xxx>"
