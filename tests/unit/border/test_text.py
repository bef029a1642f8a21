"""Clean text: what is cut, shown, replaced and kept."""

from __future__ import annotations

import re
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperv_operator.border.text import ELLIPSIS, REPLACEMENT, clean, clean_lines

_ANY_TEXT = st.text(st.characters(codec=None, categories=None), max_size=40)
_R = REPLACEMENT


def test_a_text_is_kept_up_to_its_limit_and_cut_with_an_ellipsis_beyond_it() -> None:
    assert [clean("abcd", limit) for limit in (5, 4, 3, 1, 0)] == ["abcd", "abcd", f"ab{ELLIPSIS}", ELLIPSIS, ""]
    assert clean("\U0001f600" * 4, 3) == f"\U0001f600\U0001f600{ELLIPSIS}"
    assert clean_lines("a\nb\nc", 4) == f"a\nb{ELLIPSIS}"
    assert clean("", 0) == ""


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("a\x00b", "a\u2400b"),
        ("\x1b[31mred", "\u241b[31mred"),
        ("a\x1fb c", "a\u241fb c"),
        ("a\x7fb", "a\u2421b"),
        ("a~b", "a~b"),
        ("a\x80\x84\x86\x9fb", f"a{_R * 4}b"),
        ("a\xa0b\xa1", "a\xa0b\xa1"),
        ("a\nb\r\nc\td", "a\u240ab\u240d\u240ac\u2409d"),
        ("a\x85b\u2028c\u2029d", "a\u2424b\u2424c\u2424d"),
        ("pay\u202efdp.exe", f"pay{_R}fdp.exe"),
        ("\u2066a\u2069\u200e\u200f\u061c", f"{_R}a{_R * 4}"),
        ("ad\u200bmin", f"ad{_R}min"),
        ("\ufeffa\u00adb\u2060c\u3164", f"{_R}a{_R}b{_R}c{_R}"),
        ("\ud83d", _R),
        ("a\udc00\ud800", f"a{_R * 2}"),
        ("\ufdd0\ufdef\ufffe\uffff\U0001fffe\U0010ffff", _R * 6),
        ("\ufdcf\ufdf0\ufffd", "\ufdcf\ufdf0\ufffd"),
        ("a\U000e0041\U000e007fb", f"a{_R * 2}b"),
    ],
)
def test_what_cannot_be_seen_is_shown(raw: str, shown: str) -> None:
    assert clean(raw, 100) == shown


def test_lines_and_tabs_are_kept_where_a_text_may_have_them() -> None:
    assert clean_lines("a\nb\r\nc\rd\te\x85f\u2028g\u2029h", 100) == "a\nb\nc\nd\te\nf\ng\nh"
    assert clean_lines("plain", 100) == "plain"
    assert clean_lines("a\rb\x1b", 100) == "a\nb\u241b"
    assert clean_lines("a\u034f", 100) == f"a{_R}"
    assert clean_lines("\x0b\x1b\x08\u202e", 100) == f"\u240b\u241b\u2408{_R}"


@pytest.mark.parametrize(
    "text",
    [
        "\U0001f468\u200d\U0001f469\u200d\U0001f466",  # a family
        "\u2764\ufe0f\u200d\U0001f525",  # a heart on fire
        "1\ufe0f\u20e3 #\ufe0f\u20e3",  # keycaps
        "\u2122\ufe0f",
        "\u0646\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",  # Persian
        "\u0915\u094d\u200d\u0937",  # Devanagari
        "\u845b\U000e0100",  # an ideograph with its variant
        "Gr\u00fc\u00dfe \u041f\u0440\u0438\u0432\u0435\u0442 \u65e5\u672c\u8a9e e\u0301",
    ],
)
def test_text_of_any_script_is_kept(text: str) -> None:
    assert clean(text, 100) == clean_lines(text, 100) == text


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("ad\u200dmin", f"ad{_R}min"),
        ("ad\u200cmin", f"ad{_R}min"),
        ("\U0001f600\u200d", f"\U0001f600{_R}"),
        ("\u200d\U0001f600", f"{_R}\U0001f600"),
        ("\U0001f600\u200d\u200d\U0001f600", f"\U0001f600{_R * 2}\U0001f600"),
        ("a\ufe0f", f"a{_R}"),
        ("a\ufe0f\u20e3", f"a{_R}\u20e3"),
        ("1\ufe0f", f"1{_R}"),
        ("a\ufe00", f"a{_R}"),
        ("a\U000e0100", f"a{_R}"),
        ("\u061c\u200d\u0627", f"{_R * 2}\u0627"),
    ],
)
def test_a_joiner_or_variation_selector_without_use_is_replaced(raw: str, shown: str) -> None:
    assert clean(raw, 100) == shown


def test_no_character_without_a_picture_of_its_own_is_kept() -> None:
    unseen = [
        code
        for code in range(sys.maxunicode + 1)
        if unicodedata.category(chr(code)) in {"Cc", "Cs", "Zl", "Zp"}
        or (
            unicodedata.category(chr(code)) == "Cf" and not unicodedata.name(chr(code)).startswith(("ARABIC", "SYRIAC"))
        )
        or code & 0xFFFE == 0xFFFE
    ]
    # Signs of scripts that are formats by name only: they have a picture.
    pictures = {0x110BD, 0x110CD, *range(0x13430, 0x13440), 0x8E2}
    kept = [hex(code) for code in unseen if code not in pictures and clean(f"a{chr(code)}b", 3) == f"a{chr(code)}b"]
    assert kept == []


def test_every_character_that_can_be_seen_is_kept() -> None:
    for code in range(sys.maxunicode + 1):
        character = chr(code)
        if unicodedata.category(character)[0] in "LNPS" and code not in {0x115F, 0x1160, 0x3164, 0xFFA0}:
            assert clean(character, 1) == character, hex(code)


@given(_ANY_TEXT, st.integers(0, 50))
def test_clean_text_is_bounded_valid_and_stays_as_it_is(text: str, limit: int) -> None:
    for cleaner in (clean, clean_lines):
        once = cleaner(text, limit)
        assert len(once) <= limit
        assert cleaner(once, limit) == once
        once.encode()
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]", once)
    assert "\n" not in clean(text, limit)
