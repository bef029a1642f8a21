"""What is wrong with a field of a submission."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class FieldError:
    """One thing that is wrong: the field, a code for programs, and a sentence that says what to change."""

    field: str
    code: str
    message: str
