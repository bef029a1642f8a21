"""Ids, tokens and idempotency keys: what they carry, and what is not one."""

from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperv_operator.gateway import idempotency, job_ids, messages, tokens
from hyperv_operator.gateway.job_ids import JobKey
from hyperv_operator.gateway.problems import Problem
from unit.gateway.samples import UID

KEY = JobKey("team", "web-1", UID)


def _encoded(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


# --- ids of jobs ------------------------------------------------------------------------------------------------------


def test_an_id_carries_what_identifies_the_machine_and_is_safe_in_an_address() -> None:
    assert job_ids.parse(KEY.id) == KEY
    assert KEY.id.replace("-", "").replace("_", "").isalnum()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "garbage!",
        KEY.id + "A",
        KEY.id[:-1],
        KEY.id + "=",
        "x" * 600,
        "\u00e9",
        _encoded(f"2/team/web-1/{UID}"),
        _encoded(f"1/team/../{UID}"),
        _encoded(f"1/team/web-1/{UID}/x"),
        _encoded(f"1/TEAM/web-1/{UID}"),
        _encoded(f"1/te.am/web-1/{UID}"),
        _encoded("1/team/web-1/no-uid"),
        _encoded(f"1//web-1/{UID}"),
        _encoded(f"1/{'n' * 64}/web-1/{UID}"),
        _encoded(f"1/team/web-1/{UID}\n"),
    ],
)
def test_anything_else_is_not_an_id(text: str) -> None:
    assert job_ids.parse(text) is None


@given(st.text())
def test_no_text_breaks_the_parser(text: str) -> None:
    found = job_ids.parse(text)
    assert found is None or found.id == text


# --- tokens ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("header", "token"),
    [
        ("Bearer abc.def-_~+/=", "abc.def-_~+/="),
        ("bearer  abc ", "abc"),
        ("Basic abc", None),
        ("Bearer", None),
        ("Bearer ", None),
        ("Bearer a b", None),
        ("Bearer a\r\nX: y", None),
        (None, None),
    ],
)
def test_a_token_comes_in_a_header(header: str | None, token: str | None) -> None:
    found = tokens.from_header(header)
    assert (found.value if found else None) == token


def test_a_token_comes_in_a_subprotocol() -> None:
    offered = ["hyperv-operator.v1", tokens.BEARER_SUBPROTOCOL + _encoded("abc.d")]
    found = tokens.from_subprotocols(offered)
    assert found is not None
    assert found.value == "abc.d"
    for bad in ("!", _encoded("a b"), _encoded("\u00e9"), ""):
        assert tokens.from_subprotocols([tokens.BEARER_SUBPROTOCOL + bad]) is None
    assert tokens.from_subprotocols(["hyperv-operator.v1"]) is None


def test_a_token_is_shown_nowhere() -> None:
    token = tokens.Token("secret-token")
    assert "secret" not in repr(token) + token.hash
    assert token.hash == tokens.Token("secret-token").hash != tokens.Token("other").hash


@pytest.mark.parametrize(
    ("payload", "expires"), [({"exp": 99.5}, 99.5), ({}, None), ({"exp": "x"}, None), ([], None), ({"exp": None}, None)]
)
def test_the_end_of_a_token_is_read_for_a_timer_only(payload: object, expires: float | None) -> None:
    assert tokens.Token(f"a.{_encoded(json.dumps(payload))}.c").expires_at == expires
    assert tokens.Token("opaque").expires_at is None
    assert tokens.Token("a.!.c").expires_at is None


# --- idempotency keys ---------------------------------------------------------------------------------------------------

_KEY = "0123456789abcdef"


@pytest.mark.parametrize("key", [None, _KEY, "x" * 255, "!" * 16])
def test_a_key_has_16_to_255_printable_characters(key: str | None) -> None:
    assert idempotency.check_key(key) == key


@pytest.mark.parametrize("key", ["", "x" * 15, "x" * 256, "with a space in it", "\u00e9" * 16, _KEY + "\n", "\t" * 16])
def test_another_key_is_refused(key: str) -> None:
    with pytest.raises(Problem) as refused:
        idempotency.check_key(key)
    assert refused.value.status == 400


def test_the_digest_depends_on_key_and_body_and_not_on_the_order_of_keys() -> None:
    same = idempotency.digest(_KEY, {"a": 1, "b": "x"})
    assert idempotency.is_same(same, idempotency.digest(_KEY, {"b": "x", "a": 1}))
    assert not idempotency.is_same(same, idempotency.digest(_KEY, {"a": 1, "b": "y"}))
    assert not idempotency.is_same(same, idempotency.digest(_KEY + "x", {"a": 1, "b": "x"}))
    assert _KEY not in idempotency.key_hash(_KEY)
    assert len(idempotency.key_hash(_KEY)) <= 63


# --- positions in streams ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text", ["12", "12~k3f9ab12-00000042", "0"])
def test_a_position_is_what_its_id_says(text: str) -> None:
    found = messages.Position.parse(text)
    assert found is not None
    assert found.id == text


@pytest.mark.parametrize("text", [None, "", "x", "12~", "-1", "1~a b", "1" * 21, "1\n"])
def test_another_text_is_no_position(text: str | None) -> None:
    assert messages.Position.parse(text) is None
