"""What hosts and guests send as records, inventories and KVP values, and what the guest opens."""

from __future__ import annotations

import functools
import hashlib
import json
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from fuzz.target import Target, assert_sentence, text_of
from hyperv_operator.border.document import UnreadableText, parse_object
from hyperv_operator.border.text import clean, clean_lines
from hyperv_operator.errors import RecordError, SealingError
from hyperv_operator.protocol.guest import GuestKey, parse_guest_ready, parse_guest_state
from hyperv_operator.protocol.inventory_parser import parse_inventory
from hyperv_operator.protocol.records import parse_record
from hyperv_operator.protocol.sealing import seal, split

_GUEST = Path(__file__).resolve().parents[2] / "agent" / "guest" / "linux" / "iso" / "guest"
_VM = "0f3a2b8e-6f0c-4a35-8e39-8a3f4f1c7b11"
_RUN = "b7e23ec2-9f2c-4f5e-8d0a-5a4f5b8a9d10"
_PLAINTEXT = b'{"fields": {}}'
_JSON = (
    b"{", b"}", b"[", b"]", b'"', b":", b",", b"null", b"true", b"NaN", b"1e999", b"-0", b"1" * 5_000, b"[" * 200, b'"type"',
    b'"step"', b'"outcome"', b'"completed"', b'"\\ud800"', b"\n", b"\xef\xbb\xbf", b'"vm_id"', b'"protocol"', b'"key"', b'"vm"',
    _VM.encode(), b'"state"',
)  # fmt: skip


def text(data: bytes) -> None:
    """Clean text is bounded, valid, and stays as it is."""
    limit, raw = int.from_bytes(data[:1]), text_of(data[1:])
    for cleaner in (clean, clean_lines):
        shown = cleaner(raw, limit)
        assert len(shown) <= limit
        assert cleaner(shown, limit) == shown
        shown.encode()
        assert not set("\x00\x1b\r\x85\u2028\u202e") & set(shown)
    assert "\n" not in clean(raw, limit)


def document(data: bytes) -> None:
    """A text is one JSON object within the bounds, or there is a reason why not."""
    limit, raw = int.from_bytes(data[:2]), text_of(data[2:])
    try:
        value = parse_object(raw, limit)
    except UnreadableText as error:
        assert_sentence(str(error))
    else:
        assert len(raw) <= limit
        written = json.dumps(value)
        if "Infinity" not in written:
            assert parse_object(written, len(written)) == value


def record(data: bytes) -> None:
    """A record is parsed, or refused with a sentence."""
    try:
        parse_record(text_of(data))
    except RecordError as error:
        assert_sentence(error.message)


def inventory(data: bytes) -> None:
    """An inventory is parsed, or refused with a sentence."""
    try:
        parse_inventory(text_of(data).split("\n"))
    except (RecordError, ValidationError) as error:
        assert_sentence(str(error))


def guest_values(data: bytes) -> None:
    """The values of a guest are parsed, ignored or refused; a key that is accepted can be sealed to."""
    raw = text_of(data)
    try:
        parse_guest_state(raw, _VM, _RUN, None)
    except RecordError as error:
        assert_sentence(error.message)
    try:
        key = parse_guest_ready(raw, _VM)
        if key:
            seal(b"{}", key, vm_id=_VM, run_id=_RUN)
    except (RecordError, SealingError) as error:
        assert_sentence(error.message)


def sealed_data(data: bytes) -> None:
    """The Linux guest opens what the operator has sealed for it, and refuses everything else, in whatever way it was changed."""
    guest = _guest()
    place, size, new = int.from_bytes(data[:2]) % len(guest.sealed), sum(data[2:3]) % 64, text_of(data[3:])
    for sealed in (new, guest.sealed[:place] + new + guest.sealed[place + size :]):
        try:
            opened = guest.jwe.unseal(sealed, guest.key, guest.library, _VM)
        except guest.jwe.Refused:
            continue
        assert opened == (_RUN, _PLAINTEXT)


def published(data: bytes) -> None:
    """The Linux guest reads and changes any content of its KVP pools, and joins what was published or refuses it."""
    guest = _guest()
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / ".kvp_pool_0").write_bytes(data)
        pools = guest.kvp.Pools(folder, threading.Event(), 1.0)
        pairs = pools.read(0, lambda key: True)
        pools.change(0, fuzzed="1")
        assert pools.read(0, lambda key: True) == {**pairs, "fuzzed": "1"}
    assert sum(len(key.encode()) + len(value.encode()) for key, value in pairs.items()) <= len(data)
    parts, manifest = split(guest.sealed)
    pairs = {f"ProvisioningData.{number}": part for number, part in enumerate(parts)} | {"ProvisioningData": manifest}
    new, index = data.decode("utf-8", "ignore"), sum(data[:1]) % len(pairs)
    for changed in ({**pairs, list(pairs)[index]: new}, {"ProvisioningData": new}):
        try:
            joined = guest.published.join(changed)
        except guest.jwe.Refused:
            continue
        assert joined is not None
        if changed["ProvisioningData"] == manifest:
            assert hashlib.sha256(joined.encode()).digest() == hashlib.sha256(guest.sealed.encode()).digest()


class _Guest:
    """The guest's own code, with a key of its own and data that is sealed to it."""

    def __init__(self) -> None:
        sys.path.append(str(_GUEST))
        from hvo_guest import jwe, kvp, libcrypto
        from hvo_guest import published as joining

        self.jwe, self.kvp, self.published = jwe, kvp, joining
        self.library: Any = libcrypto.load()
        self.key = libcrypto.PrivateKey.generate(self.library, 2_048)
        jwk = jwe.public_jwk(self.key)
        self.sealed = seal(_PLAINTEXT, GuestKey.model_validate(jwk), vm_id=_VM, run_id=_RUN)


@functools.cache
def _guest() -> _Guest:
    return _Guest()


TARGETS = (
    Target(
        "text",
        text,
        (b"\x1b[31m", b"\xc2\x85", b"\xe2\x80\xa8", b"\xe2\x80\x8d", b"\xef\xb8\x8f", b"\xed\xa0\xbd", b"\r\n", b"\t"),
    ),
    Target("document", document, _JSON),
    Target("record", record, _JSON),
    Target("inventory", inventory, _JSON),
    Target("guest", guest_values, _JSON),
    Target("sealed", sealed_data, (b".", b"=", b"-", b"eyJ", b"A" * 43)),
    Target(
        "published",
        published,
        (b"ProvisioningData", b"\x00" * 512, b'{"protocol": 1, "parts": 1, "sha256": "', b"0" * 64, b'"}'),
    ),
)
