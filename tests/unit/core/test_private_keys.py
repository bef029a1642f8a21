"""Private keys that are printed over several lines."""

from __future__ import annotations

import pytest

from hyperv_operator.core.private_keys import PrivateKeyLines

BEGIN = "-----BEGIN OPENSSH PRIVATE KEY-----"
END = "-----END OPENSSH PRIVATE KEY-----"


def _left_out(*lines: str) -> list[str]:
    keys = PrivateKeyLines()
    return [line for line in lines if keys.inside("output", line)]


def test_all_lines_after_the_first_are_left_out_up_to_the_last() -> None:
    assert _left_out("before", f"key: {BEGIN}", "b3Bl", "bnNz", END, "after") == ["b3Bl", "bnNz", END]


@pytest.mark.parametrize("kind", ["", "RSA ", "EC ", "ENCRYPTED "])
def test_every_kind_of_key(kind: str) -> None:
    assert _left_out(f"-----BEGIN {kind}PRIVATE KEY-----", "x", f"-----END {kind}PRIVATE KEY-----", "y")[:1] == ["x"]


def test_a_key_on_one_line_and_a_certificate_leave_nothing_out() -> None:
    assert _left_out(f"{BEGIN}b3Bl{END}", "after", "-----BEGIN CERTIFICATE-----", "MIIB") == []


def test_a_second_key_on_the_line_of_a_whole_one_is_found() -> None:
    assert _left_out(f"{BEGIN}b3Bl{END} {BEGIN}", "bnNz", END) == ["bnNz", END]


def test_a_key_that_begins_within_another_is_masked_by_the_redaction() -> None:
    assert _left_out(BEGIN, "b3Bl", BEGIN, "bnNz", END, "after") == ["b3Bl", "bnNz", END]


def test_a_key_without_a_last_line_ends_after_the_longest_possible_one() -> None:
    lines = [str(number) for number in range(201)]
    assert _left_out(BEGIN, *lines) == lines[:200]


def test_streams_are_independent() -> None:
    keys = PrivateKeyLines()
    keys.inside("output", BEGIN)
    assert not keys.inside("error", "text")
    assert keys.inside("output", "b3Bl")
