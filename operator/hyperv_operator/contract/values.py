"""One field's value: cast where that is asked for, put into its normal form, held against the field's limits."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass

from pydantic import JsonValue

from hyperv_operator.contract.problems import FieldError
from hyperv_operator.contract.schema import FieldDefinition, FieldType

_HOSTNAME = re.compile(r"^(?!-)[a-z0-9-]{1,63}(?<!-)(\.(?!-)[a-z0-9-]{1,63}(?<!-))*$")
_TRUE, _FALSE = frozenset({"true", "yes", "on", "1"}), frozenset({"false", "no", "off", "0"})


@dataclass(frozen=True)
class Value:
    """A value in its normal form."""

    value: str | int | bool


def check(definition: FieldDefinition, raw: JsonValue, *, strict: bool) -> Value | FieldError:
    """Return the value in its normal form, or what is wrong with it."""
    match definition.type:
        case FieldType.INTEGER:
            return _integer(definition, raw, strict=strict)
        case FieldType.BOOLEAN:
            return _boolean(definition, raw, strict=strict)
        case FieldType.STRING | FieldType.SECRET | FieldType.IPV4 | FieldType.HOSTNAME | FieldType.MULTILINE:
            return _text(definition, raw)


def _integer(definition: FieldDefinition, raw: JsonValue, *, strict: bool) -> Value | FieldError:
    number: int | None = None
    if isinstance(raw, int) and not isinstance(raw, bool):
        number = raw
    elif (isinstance(raw, float) and raw.is_integer()) or (
        isinstance(raw, str) and not strict and re.fullmatch(r"\s*[+-]?[0-9]{1,18}\s*", raw)
    ):
        number = int(raw)
    if number is None:
        return FieldError(definition.id, "type", f"{definition.id} must be a whole number, without quotes.")
    limits = definition.validations
    low, high = limits.minimum, limits.maximum
    if (low is not None and number < low) or (high is not None and number > high):
        return FieldError(definition.id, "range", range_message(definition))
    return Value(number)


def range_message(definition: FieldDefinition) -> str:
    """Return the sentence for a number outside of its limits."""
    limits = definition.validations
    return f"{definition.id} must be from {limits.minimum} to {limits.maximum}."


def _boolean(definition: FieldDefinition, raw: JsonValue, *, strict: bool) -> Value | FieldError:
    if isinstance(raw, bool):
        return Value(raw)
    if isinstance(raw, str) and not strict:
        word = raw.strip().casefold()
        if word in _TRUE or word in _FALSE:
            return Value(word in _TRUE)
    return FieldError(definition.id, "type", f"{definition.id} must be true or false, without quotes.")


def _text(definition: FieldDefinition, raw: JsonValue) -> Value | FieldError:
    if not isinstance(raw, str):
        return FieldError(definition.id, "type", f"{definition.id} must be text; put it in quotes.")
    text = raw.strip()
    if definition.type is FieldType.IPV4:
        try:
            return Value(str(ipaddress.IPv4Address(text)))
        except ValueError:
            sentence = f"{definition.id} must be an IPv4 address such as 192.168.1.10."
            return FieldError(definition.id, "ipv4", sentence)
    if definition.type is FieldType.HOSTNAME:
        text = text.lower().rstrip(".")
        if not _HOSTNAME.fullmatch(text):
            sentence = f"{definition.id} must be a DNS name such as example.com."
            return FieldError(definition.id, "hostname", sentence)
    if definition.type is FieldType.MULTILINE:
        text = text.replace("\r\n", "\n")
    if "PRIVATE KEY" in text:
        return FieldError(definition.id, "private_key", private_key_message(definition.id))
    return _limits(definition, text)


def private_key_message(name: str) -> str:
    """Return the sentence that refuses a private key."""
    return f"{name} holds a private key: give the public key only, and replace the key pair, for this one was shown."


def _limits(definition: FieldDefinition, text: str) -> Value | FieldError:
    limits = definition.validations
    if limits.enum is not None:
        text = text.casefold()
        if text not in limits.enum:
            return FieldError(definition.id, "enum", f"{definition.id} must be one of: {', '.join(limits.enum)}.")
    if not (limits.min_length or 0) <= len(text) <= (limits.max_length or len(text)):
        sentence = f"{definition.id} must have {limits.min_length or 0} to {limits.max_length} characters."
        return FieldError(definition.id, "length", sentence)
    if limits.pattern is not None and not re.search(limits.pattern, text):
        return FieldError(definition.id, "pattern", pattern_message(definition))
    return Value(text)


def pattern_message(definition: FieldDefinition) -> str:
    """Return the sentence for text that does not match its field's pattern."""
    return (
        f"{definition.id} has characters or a form that are not allowed; it must match {definition.validations.pattern}"
    )


def check_secret(definition: FieldDefinition, text: str) -> FieldError | None:
    """Hold a secret's value against its field's limits; the sentence never shows the value."""
    limits = definition.validations
    if not (limits.min_length or 0) <= len(text) <= (limits.max_length or len(text)):
        sentence = (
            f"The value that {definition.id} refers to must have {limits.min_length} to {limits.max_length} characters."
        )
        return FieldError(definition.id, "length", sentence)
    if any(ord(character) < 32 for character in text):
        return FieldError(
            definition.id,
            "control",
            f"The value that {definition.id} refers to has control characters, such as a line end.",
        )
    return None
