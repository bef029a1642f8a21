"""Signatures by Standard Webhooks, checked against the specification's own example and by hand."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import UTC, datetime

import pytest

from hyperv_operator.notifications import signing

SPEC_KEY = b"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def test_the_example_of_the_reference_implementation_is_signed_as_there() -> None:
    keys = signing.parse_keys(SPEC_KEY)
    at = datetime.fromtimestamp(1_614_265_330, UTC)
    made = signing.headers(keys, "msg_p5jXN8AQM9LWM0D4loKWxJek", at, b'{"test": 2432232314}')
    assert made == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_two_keys_give_two_signatures_so_that_a_receiver_can_change_its_key() -> None:
    old, new = b"o" * 24, b"n" * 64
    lines = b"\n".join(base64.b64encode(key) for key in (old, new)) + b"\n"
    assert signing.parse_keys(lines) == (old, new)
    made = signing.headers((old, new), "a/1", datetime.fromtimestamp(5.9, UTC), b"x")
    assert made["webhook-timestamp"] == "5"
    assert made["webhook-signature"].split() == [
        "v1," + base64.b64encode(hmac.new(key, b"a/1.5.x", hashlib.sha256).digest()).decode() for key in (old, new)
    ]


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        (b"", "0 lines"),
        (b"\n".join([base64.b64encode(b"k" * 32)] * 3), "3 lines"),
        (b"whsec_not!base64", "not base64"),
        (base64.b64encode(b"k" * 23), "23 bytes"),
        (base64.b64encode(b"k" * 65), "65 bytes"),
        (b"\xff\xfe", "not base64"),
    ],
)
def test_a_key_that_is_none_is_refused_without_showing_it(value: bytes, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence) as caught:
        signing.parse_keys(value)
    assert "not!base64" not in str(caught.value)
