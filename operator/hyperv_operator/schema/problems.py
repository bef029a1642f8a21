"""Errors of a submission's fields."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class FieldError:
    """An error: the field, a code for programs, and a message that says what to change."""

    field: str
    code: str
    message: str
    related: tuple[str, ...] = ()
    """The other fields that the error is about: a form marks all of them."""
