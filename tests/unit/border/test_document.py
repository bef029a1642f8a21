"""Strict JSON: every text is one object or a reason, and nothing in it is read in two ways."""

from __future__ import annotations

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperv_operator.border.document import MAX_DEPTH, UnreadableText, parse_object


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{}", {}),
        ('\ufeff {"a": 1}\r\n', {"a": 1}),
        ('{"a": [true, null, -0, -0.0, 1.5, "\\ud83d\\ude00"]}', {"a": [True, None, 0, -0.0, 1.5, "\U0001f600"]}),
        ('{"a": "\\ud83d"}', {"a": "\ud83d"}),
        ('{"a": {"b": 1}, "b": {"b": 2}}', {"a": {"b": 1}, "b": {"b": 2}}),
        ('{"a": 1e400}', {"a": float("inf")}),
        (f'{{"a": {"9" * 4_300}}}', {"a": 10**4_300 - 1}),
    ],
)
def test_an_object_is_read(text: str, value: Any) -> None:
    assert parse_object(text, 5_000) == value


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "is empty"),
        ("\ufeff\r\n", "is empty"),
        ("{", "is not JSON"),
        ("{} {}", "is not JSON"),
        ("{}x", "is not JSON"),
        ("\ufeff\ufeff{}", "is not JSON"),
        ("{'a': 1}", "is not JSON"),
        ('{"a": 1,}', "is not JSON"),
        ('{"a": 01}', "is not JSON"),
        ('{"a": "\x00"}', "is not JSON"),
        ('{"a": "\n"}', "is not JSON"),
        (f'{{"a": {"9" * 4_301}}}', "is not JSON"),
        (f'{{"a": {"9" * 10_000}}}', "is not JSON"),
        ("[" * 20_000, "is not JSON"),
        ('{"a":' * 20_000, "is not JSON"),
        ('{"a": NaN}', "has NaN, which is no JSON"),
        ('{"a": -Infinity}', "has -Infinity, which is no JSON"),
        ("[]", "is not a JSON object"),
        ("null", "is not a JSON object"),
        ('"x"', "is not a JSON object"),
        ('{"a": 1, "a": 1}', "has a key twice"),
        ('{"a": {"b": 1, "c": 2, "b": 3}}', "has a key twice"),
        ('{"\\u0061": 1, "a": 2}', "has a key twice"),
    ],
)
def test_anything_else_is_refused_with_its_reason(text: str, why: str) -> None:
    with pytest.raises(UnreadableText, match=f"^{why}$"):
        parse_object(text, 200_000)


@pytest.mark.parametrize(("limit", "good"), [(7, True), (6, False)])
def test_a_text_has_at_most_as_many_characters_as_it_may(limit: int, good: bool) -> None:
    if good:
        assert parse_object('{"a":1}', limit) == {"a": 1}
    else:
        with pytest.raises(UnreadableText, match=r"^has 7 characters, and 6 are allowed$"):
            parse_object('{"a":1}', limit)


@pytest.mark.parametrize(("opening", "closing"), [('{"a":', "}"), ('{"a":[', "]}")])
@pytest.mark.parametrize(("more", "good"), [(0, True), (1, False)])
def test_objects_and_lists_are_nested_up_to_a_bound(opening: str, closing: str, more: int, good: bool) -> None:
    assert MAX_DEPTH == 32
    levels = (MAX_DEPTH if len(closing) == 1 else MAX_DEPTH // 2) + more
    text = opening * levels + "1" + closing * levels
    if good:
        assert parse_object(text, 1_000)
    else:
        with pytest.raises(UnreadableText, match=f"^is nested more than {MAX_DEPTH} deep$"):
            parse_object(text, 1_000)


def test_many_objects_beside_each_other_are_not_nested() -> None:
    assert len(parse_object(json.dumps({"a": [{}] * 1_000}), 10_000)["a"]) == 1_000  # type: ignore[arg-type]


@given(st.one_of(st.text(), st.recursive(st.none() | st.text() | st.floats(), st.lists).map(json.dumps)))
def test_every_text_is_an_object_or_unreadable(text: str) -> None:
    with contextlib.suppress(UnreadableText):
        assert isinstance(parse_object(text, 1_000), dict)
