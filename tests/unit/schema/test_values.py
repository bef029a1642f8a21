"""One field's value: what resources and forms may give, each limit at its edge, and the sentence for each mistake."""

from __future__ import annotations

from typing import Any

import pytest

from hyperv_operator.schema.problems import FieldError
from hyperv_operator.schema.values import Value, check, check_secret, limit
from submissions.documents import definition

INTEGER: dict[str, Any] = {"type": "integer", "validations": {"minimum": -5, "maximum": 5}}
BOOLEAN: dict[str, Any] = {"type": "boolean"}
TEXT: dict[str, Any] = {"validations": {"min_length": 2, "max_length": 4}}
CHOICE: dict[str, Any] = {"validations": {"enum": ["gold", "a b"]}}
PATTERN: dict[str, Any] = {"validations": {"max_length": 4, "pattern": "^[a-z]+$"}}
HOST: dict[str, Any] = {"type": "hostname"}
SHORT_HOST: dict[str, Any] = {"type": "hostname", "validations": {"min_length": 2, "max_length": 4}}
IPV4: dict[str, Any] = {"type": "ipv4"}
LINES: dict[str, Any] = {"type": "multiline", "validations": {"max_length": 20}}


def _result(keys: dict[str, Any], raw: Any, *, strict: bool) -> Any:
    """Return the value, or the code of what is wrong in angle brackets."""
    result = check(definition(**keys), raw, strict=strict)
    return f"<{result.code}>" if isinstance(result, FieldError) else result.value


SAME: list[tuple[dict[str, Any], Any, Any]] = [
    (INTEGER, -5, -5),
    (INTEGER, -6, "<range>"),
    (INTEGER, 5, 5),
    (INTEGER, 6, "<range>"),
    (INTEGER, True, "<type>"),
    (INTEGER, 1.5, "<type>"),
    (INTEGER, [1], "<type>"),
    (INTEGER, "x", "<type>"),
    (BOOLEAN, True, True),
    (BOOLEAN, False, False),
    (BOOLEAN, 1, "<type>"),
    (BOOLEAN, 0, "<type>"),
    (BOOLEAN, "maybe", "<type>"),
    (TEXT, "a", "<length>"),
    (TEXT, "ab", "ab"),
    (TEXT, "abcd", "abcd"),
    (TEXT, "abcde", "<length>"),
    (TEXT, 12, "<type>"),
    (TEXT, True, "<type>"),
    (CHOICE, "gold", "gold"),
    (CHOICE, "a b", "a b"),
    (CHOICE, "silver", "<enum>"),
    (CHOICE, "goldgold", "<enum>"),
    (PATTERN, "abcd", "abcd"),
    (PATTERN, "ABC", "<pattern>"),
    (PATTERN, "abcde", "<length>"),
    (HOST, "a.example", "a.example"),
    (HOST, "A.Example.", "a.example"),
    (HOST, "a_b", "<hostname>"),
    (HOST, ".".join(["a" * 62] * 4), ".".join(["a" * 62] * 4)),
    (HOST, "x" * 254, "<hostname>"),
    (SHORT_HOST, "a", "<hostname>"),
    (SHORT_HOST, "ab", "ab"),
    (SHORT_HOST, "abcd", "abcd"),
    (SHORT_HOST, "abcde", "<hostname>"),
    (IPV4, "192.0.2.1", "192.0.2.1"),
    (IPV4, "255.255.255.255", "255.255.255.255"),
    (IPV4, "192.0.2.256", "<ipv4>"),
    (IPV4, "1.2.3", "<ipv4>"),
    (IPV4, "01.2.3.4", "<ipv4>"),
    (IPV4, "192.168.100.2000", "<ipv4>"),
    (LINES, "a\nb", "a\nb"),
    (LINES, "PRIVATE KEY", "<private_key>"),
    (LINES, "x" * 20, "x" * 20),
    (LINES, "x" * 21, "<length>"),
]


@pytest.mark.parametrize("strict", [True, False])
@pytest.mark.parametrize(("keys", "raw", "result"), SAME)
def test_resources_and_forms_have_the_same_limits(keys: dict[str, Any], raw: Any, result: Any, strict: bool) -> None:
    found = _result(keys, raw, strict=strict)
    assert (found, type(found)) == (result, type(result))


LENIENT: list[tuple[dict[str, Any], Any, Any, Any]] = [
    (INTEGER, 4.0, 4, "<type>"),
    (INTEGER, " 4 ", 4, "<type>"),
    (INTEGER, "+4", 4, "<type>"),
    (INTEGER, "-4", -4, "<type>"),
    (INTEGER, " ", None, "<type>"),
    (INTEGER, "4.0", "<type>", "<type>"),
    (INTEGER, "9" * 18, "<range>", "<type>"),
    (INTEGER, "9" * 19, "<type>", "<type>"),
    *((BOOLEAN, word, True, "<type>") for word in ("true", "yes", "on", "1", " TRUE ")),
    *((BOOLEAN, word, False, "<type>") for word in ("false", "no", "off", "0", "Off")),
    (BOOLEAN, " ", None, "<type>"),
    (TEXT, " ab ", "ab", " ab "),
    (TEXT, " abcd ", "abcd", "<length>"),
    (TEXT, "  ", None, "  "),
    ({}, "", None, ""),
    (CHOICE, " Gold ", "gold", "<enum>"),
    (CHOICE, "Gold", "gold", "<enum>"),
    (PATTERN, " abc", "abc", "<pattern>"),
    (LINES, "a\r\nb ", "a\nb", "a\r\nb "),
    (IPV4, " 192.0.2.1 ", "192.0.2.1", "<ipv4>"),
]


@pytest.mark.parametrize(("keys", "raw", "form", "resource"), LENIENT)
def test_a_form_casts_and_trims_where_a_resource_refuses(
    keys: dict[str, Any], raw: Any, form: Any, resource: Any
) -> None:
    assert _result(keys, raw, strict=False) == form
    assert _result(keys, raw, strict=True) == resource


def test_a_form_may_leave_a_number_empty() -> None:
    assert limit(definition(**INTEGER), None) == Value(None)


@pytest.mark.parametrize(
    ("keys", "raw", "message"),
    [
        (INTEGER, 6, "extra must be from -5 to 5."),
        (INTEGER, "x", "extra must be a whole number, without quotes and without a decimal point."),
        (BOOLEAN, "x", "extra must be true or false, without quotes."),
        (TEXT, 1, "extra must be text; put it in quotes."),
        (TEXT, "a", "extra must have 2 to 4 characters."),
        (PATTERN, "abcde", "extra must have 0 to 4 characters."),
        (CHOICE, "x", "extra must be one of: gold, a b."),
        (PATTERN, "A", "it must match ^[a-z]+$"),
        (HOST, "a_b", "extra must be a DNS name such as example.com."),
        (IPV4, "x", "extra must be an IPv4 address such as 192.168.1.10."),
        (LINES, "PRIVATE KEY", "give the public key only"),
    ],
)
def test_a_mistake_is_named_with_what_is_allowed(keys: dict[str, Any], raw: Any, message: str) -> None:
    result = check(definition(**keys), raw, strict=True)
    assert isinstance(result, FieldError)
    assert message in result.message


def _secret(**validations: Any) -> Any:
    return definition(type="secret", validations={"max_length": 4, **validations})


@pytest.mark.parametrize(
    ("validations", "value", "code"),
    [
        ({}, "", None),
        ({"min_length": 2}, "a", "length"),
        ({"min_length": 2}, "ab", None),
        ({}, "abcd", None),
        ({}, "abcde", "length"),
        ({}, "a\x1f", "control"),
        ({}, "a ", None),
        ({}, "a\n", "control"),
    ],
)
def test_a_secrets_value_keeps_its_length_and_has_no_control_characters(
    validations: dict[str, Any], value: str, code: str | None
) -> None:
    problem = check_secret(_secret(**validations), value)
    assert (problem.code if problem else None) == code


def test_a_secrets_limits_are_named_and_its_value_is_not() -> None:
    problem = check_secret(_secret(), "canary")
    assert problem is not None
    assert "must have 0 to 4 characters" in problem.message
    assert "canary" not in problem.message
    short = check_secret(_secret(min_length=2), "a")
    assert short is not None
    assert "must have 2 to 4 characters" in short.message
