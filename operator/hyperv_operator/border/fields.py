"""Types of the fields of foreign messages: pydantic cleans and bounds what is assigned to them, however the model is made."""

from __future__ import annotations

from itertools import islice
from typing import Annotated, Final

from pydantic import BeforeValidator, Field

from hyperv_operator.border.text import Clean, clean, clean_lines, is_plain

MAX_WHOLE: Final = 2**63 - 1
"""The greatest number that the Kubernetes API takes."""


def one_line(limit: int) -> BeforeValidator:
    """Return the validator that makes a text one clean line of at most `limit` characters."""

    def cleaned(value: object) -> object:
        if not isinstance(value, str) or (len(value) <= limit and is_plain(value)):
            return value
        return clean(value, limit)

    return BeforeValidator(cleaned)


def some_lines(limit: int) -> BeforeValidator:
    """Return the validator that makes a text clean lines of at most `limit` characters in total."""

    def cleaned(value: object) -> object:
        return clean_lines(value, limit) if isinstance(value, str) else value

    return BeforeValidator(cleaned)


def first(limit: int) -> BeforeValidator:
    """Return the validator that keeps the first elements of a list, or entries of a mapping.

    The others are deleted from the value itself, so that no repair brings them back.
    """

    def kept(value: object) -> object:
        if isinstance(value, dict):
            for key in list(islice(value, limit, None)):
                del value[key]
        elif isinstance(value, list):
            del value[limit:]
        return value

    return BeforeValidator(kept)


Name = Annotated[Clean, one_line(256)]
"""A name, a path or another text of one line."""
Word = Annotated[Clean, one_line(64)]
"""A word that programs compare."""
Message = Annotated[Clean, some_lines(2_000)]
"""What the agent says, in one line or several."""
Whole = Annotated[int, Field(strict=True, ge=0, le=MAX_WHOLE)]
"""A whole number from 0 on. No boolean and no text. `border.reading` takes 40.0 and -0.0 for whole numbers."""
Flag = Annotated[bool, Field(strict=True)]
"""True or false. No number and no text."""
Guid = Annotated[Clean, Field(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")]
"""A UUID in lower case, which is clean by its pattern."""
