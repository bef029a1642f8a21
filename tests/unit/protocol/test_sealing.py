"""Sealed data: what fits into the KVP items of one publication, and how it is split into them."""

from __future__ import annotations

import hashlib
import json

import pytest
from joserfc.jwk import RSAKey

from hyperv_operator.border.text import Clean
from hyperv_operator.errors import SealingError
from hyperv_operator.protocol.guest import GuestKey
from hyperv_operator.protocol.sealing import seal, split

_PUBLIC = RSAKey.generate_key(2048).as_dict(private=False)
KEY = GuestKey.model_validate({"kty": "RSA", "n": _PUBLIC["n"], "e": _PUBLIC["e"]})
LIMIT = 120 * 1_000
"""Characters of 120 KVP items of 1,000 each."""


def test_what_fits_into_120_items_is_sealed_and_one_character_more_is_not() -> None:
    # The run id is part of the header, so each character of it makes the sealed data a little longer.
    sealed_lengths, refused = [], []
    for length in range(30):
        try:
            sealed_lengths.append(len(seal(b"x" * 89_550, KEY, vm_id="vm", run_id="r" * length)))
        except SealingError as error:
            refused.append(str(error))
    assert max(sealed_lengths) == LIMIT
    assert f"has {LIMIT + 1} characters, {LIMIT} fit" in refused[0]


def test_a_key_that_cannot_seal_is_an_error_without_its_content() -> None:
    even = GuestKey.model_construct(kty="RSA", n=Clean("AAAA"), e="AQAB")
    with pytest.raises(SealingError, match="cannot be used") as refused:
        seal(b"canary", even, vm_id="vm", run_id="run")
    assert "AAAA" not in str(refused.value)


@pytest.mark.parametrize(
    ("length", "lengths"), [(1, [1]), (1_000, [1_000]), (1_001, [1_000, 1]), (2_000, [1_000, 1_000])]
)
def test_an_item_has_at_most_1000_characters(length: int, lengths: list[int]) -> None:
    sealed = "".join(chr(ord("a") + index % 26) for index in range(length))
    parts, manifest = split(sealed)
    assert [len(part) for part in parts] == lengths
    assert "".join(parts) == sealed
    assert json.loads(manifest) == {
        "protocol": 1,
        "parts": len(lengths),
        "sha256": hashlib.sha256(sealed.encode()).hexdigest(),
    }
