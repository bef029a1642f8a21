"""Validate and normalise the value of one field.

Resources are strict: values are taken as they are written, and the API server's own schema refuses the same ones. Forms are not:
numbers arrive as text, and text with spaces around it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from pydantic import JsonValue

from hyperv_operator.api import expressions
from hyperv_operator.schema.model import FieldDefinition, FieldType
from hyperv_operator.schema.problems import FieldError

_TRUE, _FALSE = frozenset({"true", "yes", "on", "1"}), frozenset({"false", "no", "off", "0"})
_WHOLE = re.compile(r"[+-]?[0-9]{1,18}")


@dataclass(frozen=True)
class Value:
    """A normalised value; None if a form left the field empty."""

    value: str | int | bool | None


def check(definition: FieldDefinition, raw: JsonValue, *, strict: bool) -> Value | FieldError:
    """Return the normalised value, or its error."""
    shaped = shape(definition, raw, strict=strict)
    return limit(definition, shaped.value) if isinstance(shaped, Value) else shaped


def shape(definition: FieldDefinition, raw: JsonValue, *, strict: bool) -> Value | FieldError:
    """Return the value in the type of its field, or the error that the API server's schema reports too.

    For a resource these errors are the JSON type, the length of text, and private keys. They count even where the field does
    not apply.
    """
    if definition.type is FieldType.INTEGER:
        return _integer(definition, raw, strict=strict)
    if definition.type is FieldType.BOOLEAN:
        return _boolean(definition, raw, strict=strict)
    if not isinstance(raw, str):
        return FieldError(definition.id, "type", f"{definition.id} must be text; put it in quotes.")
    if definition.type is FieldType.MULTILINE and "PRIVATE KEY" in raw:
        return FieldError(definition.id, "private_key", private_key_message(definition.id))
    if not strict:
        return Value(_tidy(definition, raw) or None)
    if definition.max_length is not None and len(raw) > definition.max_length:
        return _enum_or_length(definition)
    return Value(raw)


def limit(definition: FieldDefinition, value: str | int | bool | None) -> Value | FieldError:  # noqa: FBT001 - a field's value may be one
    """Check a value of the right type against the limits of its field and return it normalised."""
    limits = definition.validations
    if isinstance(value, str):
        return _text(definition, value)
    if isinstance(value, int) and not isinstance(value, bool):
        low, high = limits.minimum, limits.maximum
        if (low is not None and value < low) or (high is not None and value > high):
            return FieldError(definition.id, "range", range_message(definition))
    return Value(value)


def _integer(definition: FieldDefinition, raw: JsonValue, *, strict: bool) -> Value | FieldError:
    if isinstance(raw, int) and not isinstance(raw, bool):
        return Value(raw)
    # The API server does not accept 8.0 as an integer, although JSON Schema does.
    if isinstance(raw, float) and raw.is_integer() and not strict:
        return Value(int(raw))
    if isinstance(raw, str) and not strict:
        text = raw.strip()
        if not text:
            return Value(None)
        if _WHOLE.fullmatch(text):
            return Value(int(text))
    return FieldError(
        definition.id, "type", f"{definition.id} must be a whole number, without quotes and without a decimal point."
    )


def _boolean(definition: FieldDefinition, raw: JsonValue, *, strict: bool) -> Value | FieldError:
    if isinstance(raw, bool):
        return Value(raw)
    if isinstance(raw, str) and not strict:
        word = raw.strip().casefold()
        if not word:
            return Value(None)
        if word in _TRUE or word in _FALSE:
            return Value(word in _TRUE)
    return FieldError(definition.id, "type", f"{definition.id} must be true or false, without quotes.")


def _tidy(definition: FieldDefinition, raw: str) -> str:
    """Remove what forms add: spaces around the text, Windows line ends, and capitals of a choice."""
    text = raw.strip()
    if definition.type is FieldType.MULTILINE:
        return text.replace("\r\n", "\n")
    return text.casefold() if definition.validations.enum else text


def _text(definition: FieldDefinition, text: str) -> Value | FieldError:
    limits = definition.validations
    if limits.enum is not None:
        return Value(text) if text in limits.enum else _enum_or_length(definition)
    if not definition.allows_length_of(text):
        return _enum_or_length(definition)
    if definition.pattern is not None and not expressions.matches_whole(definition.pattern, text):
        return _form(definition)
    return Value(text.lower().removesuffix(".") if definition.type is FieldType.HOSTNAME else text)


def _form(definition: FieldDefinition) -> FieldError:
    if definition.type is FieldType.IPV4:
        return FieldError(definition.id, "ipv4", form_message(definition))
    if definition.type is FieldType.HOSTNAME:
        return FieldError(definition.id, "hostname", form_message(definition))
    return FieldError(definition.id, "pattern", form_message(definition))


def _enum_or_length(definition: FieldDefinition) -> FieldError:
    if definition.validations.enum is not None:
        return FieldError(definition.id, "enum", enum_message(definition))
    if definition.type in (FieldType.IPV4, FieldType.HOSTNAME):
        return _form(definition)
    return FieldError(definition.id, "length", length_message(definition))


# --- messages, which the rules of the custom resource repeat word for word -----------------------------------------------


def range_message(definition: FieldDefinition) -> str:
    """Return the message for a number outside of its limits."""
    limits = definition.validations
    return f"{definition.id} must be from {limits.minimum} to {limits.maximum}."


def enum_message(definition: FieldDefinition) -> str:
    """Return the message for text that is not one of the choices."""
    return f"{definition.id} must be one of: {', '.join(definition.validations.enum or ())}."


def length_message(definition: FieldDefinition) -> str:
    """Return the message for text that is too short or too long."""
    return f"{definition.id} must have {definition.validations.min_length or 0} to {definition.max_length} characters."


def private_key_message(name: str) -> str:
    """Return the message for a private key."""
    return f"{name} holds a private key: give the public key only, and replace the key pair, because the private key was exposed."


def form_message(definition: FieldDefinition) -> str:
    """Return the message for text that does not have the form of its field."""
    if definition.type is FieldType.IPV4:
        return f"{definition.id} must be an IPv4 address such as 192.168.1.10."
    if definition.type is FieldType.HOSTNAME:
        return f"{definition.id} must be a DNS name such as example.com."
    return (
        f"{definition.id} has characters or a form that are not allowed; it must match {definition.validations.pattern}"
    )


def check_secret(definition: FieldDefinition, text: str) -> FieldError | None:
    """Check the value of a secret against the limits of its field. The message never shows the value."""
    limits = definition.validations
    if not definition.allows_length_of(text):
        sentence = f"The value that {definition.id} refers to must have {limits.min_length or 0} to {limits.max_length} characters."
        return FieldError(definition.id, "length", sentence)
    if any(ord(character) < 32 for character in text):
        return FieldError(
            definition.id,
            "control",
            f"The value that {definition.id} refers to has control characters, such as a line end.",
        )
    return None
