"""What the guest posts is hostile: little of it is read, and nothing of another VM, run or key is believed."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from hyperv_operator.errors import RecordError
from hyperv_operator.protocol.guest import (
    GuestKey,
    GuestProgress,
    decode_base64url,
    parse_guest_ready,
    parse_guest_state,
)

VM = "0f1e2d3c-1111-4222-8333-944455556666"
EXAMPLES = Path(__file__).parents[3] / "Schemas" / "examples"
RUN = "b7e23ec2-9f2c-4f5e-8d0a-5a4f5b8a9d10"


def _modulus(bits: int) -> str:
    number = 1 << (bits - 1)
    return base64.urlsafe_b64encode(number.to_bytes((bits + 7) // 8)).rstrip(b"=").decode()


def _key(bits: int = 2048, **changes: Any) -> dict[str, Any]:
    return {"kty": "RSA", "n": _modulus(bits), "e": "AQAB", **changes}


KEY = GuestKey.model_validate(_key())


@pytest.mark.parametrize(("bits", "good"), [(2047, False), (2048, True), (4096, True), (4097, False)])
def test_a_key_has_2048_to_4096_bits(bits: int, good: bool) -> None:
    if good:
        assert GuestKey.model_validate(_key(bits)).n == _modulus(bits)
    else:
        with pytest.raises(ValidationError, match=f"{bits} bits"):
            GuestKey.model_validate(_key(bits))


@pytest.mark.parametrize(
    "changes",
    [{"kty": "EC"}, {"e": "Aw"}, {"n": "+" * 342}, {"n": "A" * 801}, {"n": _modulus(2048) + "AAA"}],
    ids=["another algorithm", "another exponent", "not base64url", "over 800 characters", "cut base64"],
)
def test_no_other_key_is_taken(changes: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        GuestKey.model_validate(_key(**changes))


def test_leading_zeros_of_a_modulus_do_not_count_up_to_800_characters() -> None:
    modulus = base64.urlsafe_b64encode((1 << 4095).to_bytes(600)).decode()
    assert len(modulus) == 800
    assert GuestKey.model_validate(_key(n=modulus))


def test_a_modulus_of_800_characters_without_leading_zeros_is_too_long() -> None:
    with pytest.raises(ValidationError, match="4800 bits"):
        GuestKey.model_validate(_key(n=base64.urlsafe_b64encode(b"\xff" * 600).decode()))


def test_the_kid_is_the_thumbprint_of_rfc_7638() -> None:
    canonical = f'{{"e":"AQAB","kty":"RSA","n":"{KEY.n}"}}'.encode()
    assert KEY.kid == base64.urlsafe_b64encode(hashlib.sha256(canonical).digest()).decode().rstrip("=")


@pytest.mark.parametrize(
    ("text", "value"),
    [("", b""), ("QQ", b"A"), ("QUI", b"AB"), ("QUJD", b"ABC"), ("QUJDREVGRw", b"ABCDEFG"), ("_-8", b"\xff\xef")],
)
def test_base64url_is_decoded_with_its_padding_left_out(text: str, value: bytes) -> None:
    assert decode_base64url(text) == value


def test_text_of_an_impossible_length_is_not_base64url() -> None:
    with pytest.raises(ValueError, match="not base64url"):
        decode_base64url("QUJDR")


def _ready(**changes: Any) -> str:
    return json.dumps({"protocol": 1, "vm": VM, "key": _key(), **changes})


def test_the_key_that_the_guest_posts_is_returned() -> None:
    assert parse_guest_ready(_ready(), VM) == KEY
    assert parse_guest_ready(_ready(vm=VM.upper()), VM) == KEY
    assert parse_guest_ready(_ready(), VM.upper()) == KEY


def test_nothing_posted_is_no_key() -> None:
    assert parse_guest_ready(None, VM) is None


@pytest.mark.parametrize("vm", ["another", "", None])
def test_a_key_of_another_vm_is_ignored_as_a_captured_image_posts_it(vm: str | None) -> None:
    assert parse_guest_ready(_ready(vm=vm), VM) is None


def test_a_post_without_its_vm_is_ignored() -> None:
    assert parse_guest_ready(json.dumps({"protocol": 1, "key": _key()}), VM) is None


@pytest.mark.parametrize("changes", [{"protocol": 0}, {"protocol": 2}, {"key": _key(1024)}, {"key": None}])
def test_a_post_for_this_vm_that_cannot_be_used_is_an_error(changes: dict[str, Any]) -> None:
    with pytest.raises(RecordError, match="no RSA key of 2048 to 4096 bits"):
        parse_guest_ready(_ready(**changes), VM)


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        ("{", "not JSON"),
        ("[" * 1_000, "not JSON"),
        ("[1]", "not a JSON object"),
        ('"x"', "not a JSON object"),
        ("", "empty"),
        ("\ud83d", "not JSON"),
        ('{"vm":1,"vm":2}', "has a key twice"),
        ('{"vm":NaN}', "NaN"),
    ],
)
def test_what_is_no_json_object_is_an_error(raw: str, message: str) -> None:
    with pytest.raises(RecordError, match=f"ProvisioningReady of the guest .*{message}"):
        parse_guest_ready(raw, VM)
    with pytest.raises(RecordError, match=f"ProvisioningState of the guest .*{message}"):
        parse_guest_state(raw, VM, RUN, None)


def _of_length(length: int) -> str:
    text = _state(pad="")
    return _state(pad="x" * (length - len(text)))


def test_a_value_of_1000_characters_is_read_and_a_longer_one_is_not() -> None:
    assert parse_guest_state(_of_length(1_000), VM, RUN, "kid") is not None
    with pytest.raises(RecordError, match="1001 characters, and 1000 are allowed"):
        parse_guest_state(_of_length(1_001), VM, RUN, "kid")


def _state(**changes: Any) -> str:
    return json.dumps({"vm": VM, "run": RUN, "kid": "kid", "state": "applied", **changes})


def test_the_state_of_this_vm_run_and_key_is_returned() -> None:
    state = parse_guest_state(_state(step="Done", code="None"), VM, RUN, "kid")
    assert state is not None
    assert (state.state, state.step, state.code) == (GuestProgress.APPLIED, "Done", "None")


def test_no_state_is_none() -> None:
    assert parse_guest_state(None, VM, RUN, "kid") is None


@pytest.mark.parametrize(
    ("changes", "matches"),
    [
        ({}, True),
        ({"vm": VM.upper()}, True),
        ({"vm": "another"}, False),
        ({"run": "another"}, False),
        ({"kid": "another"}, False),
    ],
)
def test_a_state_of_another_vm_run_or_key_is_ignored(changes: dict[str, str], matches: bool) -> None:
    assert (parse_guest_state(_state(**changes), VM, RUN, "kid") is not None) is matches


def test_the_id_of_the_vm_is_compared_without_its_case() -> None:
    assert parse_guest_state(_state(), VM.upper(), RUN, "kid") is not None


def test_any_key_matches_where_none_is_known() -> None:
    assert parse_guest_state(_state(kid="another"), VM, RUN, None) is not None


@pytest.mark.parametrize(
    ("given", "read"), [("x" * 64, "x" * 64), ("", ""), ("x" * 65, ""), ("free text", ""), (5, ""), (None, "")]
)
@pytest.mark.parametrize("key", ["step", "code"])
def test_step_and_code_are_words_and_anything_else_is_left_out(key: str, given: Any, read: str) -> None:
    state = parse_guest_state(_state(**{key: given}), VM, RUN, "kid")
    assert state is not None
    assert getattr(state, key) == read


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("guest_v4_dns1", "guest_v4_dns1"),
        ("a" * 63, "a" * 63),
        ("a" * 64, ""),
        ("", ""),
        ("free text", ""),
        ("Guest_pw", ""),
        ("1a", ""),
        ("a\n", ""),
        (5, ""),
        (None, ""),
    ],
)
def test_a_field_that_is_not_as_requested_is_an_id_and_anything_else_is_left_out(given: Any, read: str) -> None:
    state = parse_guest_state(_state(state="failed", code="NotAsRequested", field=given), VM, RUN, "kid")
    assert state is not None
    assert (state.code, state.field) == ("NotAsRequested", read)


def test_the_golden_of_a_field_that_is_not_as_requested_is_read() -> None:
    golden = (EXAMPLES / "guest" / "state-not-as-requested.json").read_text()
    ids = json.loads(golden)
    state = parse_guest_state(golden, ids["vm"], ids["run"], ids["kid"])
    assert state is not None
    assert (state.state, state.step, state.code, state.field) == (
        GuestProgress.FAILED,
        "Network",
        "NotAsRequested",
        "guest_v4_dns1",
    )


@pytest.mark.parametrize("changes", [{"state": "done"}, {"state": None}, {"kid": 1}, {"run": None}, {"vm": []}])
def test_a_state_of_which_the_essential_cannot_be_read_is_an_error(changes: dict[str, Any]) -> None:
    with pytest.raises(RecordError, match="ProvisioningState of the guest does not follow the protocol"):
        parse_guest_state(_state(**changes), VM, RUN, "kid")


def test_what_the_protocol_does_not_know_is_ignored() -> None:
    assert parse_guest_state(_state(extra="ignored"), VM, RUN, "kid") is not None


@pytest.mark.parametrize("protocol", [True, 1.0, "1"])
def test_the_number_of_the_protocol_is_a_whole_number(protocol: Any) -> None:
    with pytest.raises(RecordError):
        parse_guest_ready(_ready(protocol=protocol), VM)


@pytest.mark.parametrize(("state", "final"), [("applying", False), ("applied", True), ("failed", True)])
def test_applied_and_failed_are_final(state: str, final: bool) -> None:
    parsed = parse_guest_state(_state(state=state), VM, RUN, "kid")
    assert parsed is not None
    assert parsed.is_final is final
