"""Patterns mean the same to Python, RE2 and ECMAScript; what they read differently is refused."""

from __future__ import annotations

import pytest

from hyperv_operator.api import expressions
from hyperv_operator.schema import patterns


@pytest.mark.parametrize(
    ("pattern", "bare"),
    [
        ("^a|b$", True),
        ("^(a)|b$", True),
        ("^((a)|b)$", False),
        ("^(a)(b|c)$", False),
        ("^(a(b)|c)|d$", True),
        (r"^a\|b$", False),
        (r"^a\\|b$", True),
        ("^[|]$", False),
        ("^[a]|b$", True),
        (r"^[\]|]$", False),
        ("^[(]|b$", True),
        (r"^\(|b$", True),
        ("^[)]|a$", True),
        (r"^\[|b$", True),
        ("^[[|]$", False),
        (r"^(a\)|b)$", False),
    ],
)
def test_alternatives_stand_in_parentheses(pattern: str, bare: bool) -> None:
    problem = patterns.problem(pattern)
    assert (problem is not None and "parentheses" in problem) is bare


@pytest.mark.parametrize("escape", list("dDwWsSbBAZ"))
def test_shorthand_classes_and_boundaries_are_refused(escape: str) -> None:
    assert "shorthand" in (patterns.problem(rf"^\{escape}$") or "")


@pytest.mark.parametrize("number", [1, 9])
def test_back_references_are_refused(number: int) -> None:
    assert "back-references" in (patterns.problem(f"^{'(a)' * number}\\{number}$") or "")


@pytest.mark.parametrize("pattern", [r"^\\d$", r"^a\\$", "^(?:a)$", "^a{0,3}$", "^[a-z]+?$", "^[^a]$"])
def test_what_all_engines_read_alike_is_allowed(pattern: str) -> None:
    assert patterns.problem(pattern) is None


@pytest.mark.parametrize(
    ("name", "good"),
    [
        ("a", True),
        ("a.b", True),
        ("a.b.", True),
        ("A-1.b", True),
        ("a" * 63, True),
        ("a" * 64, False),
        ("a" * 63 + ".b", True),
        ("a" * 64 + ".b", False),
        ("-a", False),
        ("a-", False),
        ("a..b", False),
        (".", False),
        ("", False),
        ("a_b", False),
    ],
)
def test_labels_of_a_dns_name_have_at_most_63_letters_digits_and_hyphens(name: str, good: bool) -> None:
    assert expressions.matches_whole(patterns.HOSTNAME, name) is good


@pytest.mark.parametrize(
    ("address", "good"),
    [
        ("0.0.0.0", True),
        ("9.10.99.100", True),
        ("199.200.249.250", True),
        ("255.255.255.255", True),
        ("256.0.0.0", False),
        ("0.0.0.00", False),
        ("1.2.3", False),
        ("1.2.3.4.5", False),
        ("1.2.3.", False),
    ],
)
def test_an_ipv4_address_is_dotted_decimal_without_leading_zeros(address: str, good: bool) -> None:
    assert expressions.matches_whole(patterns.IPV4, address) is good
