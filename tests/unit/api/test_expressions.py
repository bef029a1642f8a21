"""Regular expressions and wildcards are matched in linear time, and mean what the field's description says."""

from __future__ import annotations

import time

import pytest

from hyperv_operator.api import expressions

_SLOW = "^([a-z0-9]+-?)+$"
"""Exponential for an engine that tracks back."""


@pytest.mark.parametrize("pattern", [_SLOW, "^(a|aa)+$", "^(a*)*b$", "^(.*a){10}$", "^(x+x+)+y$"])
@pytest.mark.parametrize("text", ["a" * 40 + "!", "x" * 5_000, "a" * 5_000 + "!"])
def test_no_pattern_holds_the_process(pattern: str, text: str) -> None:
    # A minute would not be enough for an engine that tracks back, so that any bound tells the two apart.
    started = time.process_time()
    expressions.matches_whole(pattern, text)
    expressions.matches_start(pattern, text)
    assert time.process_time() - started < 5


@pytest.mark.parametrize(
    ("pattern", "text", "whole", "start"),
    [
        ("^a$", "a", True, True),
        ("^a$", "a\n", False, False),
        ("^a", "ab", False, True),
        ("a", "ba", False, False),
        ("b", "ba", False, True),
        ("^ä$", "ä", True, True),
        ("^.$", "ä", True, True),
        ("^.*$", "\ud800", False, False),
        ("^.*$", chr(0xDFFF), False, False),
        ("^.*$", "\ud7ff", True, True),
        ("^.*$", "\ue000", True, True),
        ("^.*$", "", True, True),
    ],
)
def test_a_pattern_matches_the_whole_text_or_from_its_start(
    pattern: str, text: str, *, whole: bool, start: bool
) -> None:
    assert expressions.matches_whole(pattern, text) is whole
    assert expressions.matches_start(pattern, text) is start


@pytest.mark.parametrize(
    ("pattern", "part"),
    [("(", "missing )"), ("[a", "missing ]"), ("a{1001}", "repetition"), ("\ud800", "surrogate"), (r"(a)\1", "escape")],
)
def test_what_is_no_regular_expression_says_why(pattern: str, part: str) -> None:
    assert part in (expressions.error_in(pattern) or "")


def test_an_error_is_told_once_and_in_plain_text(capfd: pytest.CaptureFixture[str]) -> None:
    assert expressions.error_in("(told") == "missing ): (told"
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize(("times", "large"), [(40, False), (60, True)])
def test_a_pattern_may_take_a_mebibyte(times: int, *, large: bool) -> None:
    assert (expressions.error_in(rf"^\pL{{{times}}}$") is not None) is large


def test_an_alternative_at_the_beginning_is_seen() -> None:
    assert expressions.has_bare_alternative("|a")


def test_a_regular_expression_has_no_error() -> None:
    assert expressions.error_in(_SLOW) is None


@pytest.mark.parametrize(
    ("wildcard", "text", "matches"),
    [
        ("Ubuntu *", "Ubuntu 24.04", True),
        ("Ubuntu *", "Ubuntu ", True),
        ("Ubuntu *", "Ubuntu", False),
        ("*", "", True),
        ("", "", True),
        ("", "a", False),
        ("a", "a", True),
        ("a", "ab", False),
        ("*.vhdx", "a.vhdx", True),
        ("*.vhdx", "a.vhdx2", False),
        ("a*b*c", "a-b-c", True),
        ("a*b*c", "abc", True),
        ("a*b*c", "acb", False),
        ("a*bb*bb*c", "abbbc", False),
        ("a*bb*bb*c", "abbbbc", True),
        ("ab*ba", "aba", False),
        ("ab*ba", "abba", True),
        ("a**c", "ac", True),
        ("a*c*", "abd", False),
        ("[ab]", "a", False),
        ("[ab]", "[ab]", True),
        ("?", "a", False),
        ("?", "?", True),
        ("a*", "A", False),
        ("*x*", "ax", True),
        ("*xx", "x", False),
        ("*b*b", "ab", False),
        ("*a*b", "ab", True),
    ],
)
def test_only_the_asterisk_is_special(wildcard: str, text: str, *, matches: bool) -> None:
    assert expressions.matches_wildcard(wildcard, text) is matches
