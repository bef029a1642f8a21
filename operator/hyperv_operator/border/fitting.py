"""Fitting what the operator writes to the bounds that its model states, which are those that the API server checks."""

from __future__ import annotations

from typing import Final, TypeVar

from pydantic import BaseModel

from hyperv_operator.border.fields import MAX_WHOLE
from hyperv_operator.border.reading import Node, Reading, read
from hyperv_operator.border.text import clean_lines

ModelT = TypeVar("ModelT", bound=BaseModel)
_MIN_WHOLE: Final = -MAX_WHOLE - 1


def fit(model: ModelT, verbatim: frozenset[str] = frozenset()) -> Reading[ModelT]:
    """Return the model with every text clean, and with what is out of its bounds cut or left out.

    A model that was made or copied without validation may hold anything. `verbatim` names the keys, as they are on the wire,
    whose texts are not cleaned because they are compared with what somebody wrote. Nothing is left (`item` is None) only if
    the model requires what had to go.
    """
    dumped = model.model_dump(by_alias=True, exclude_none=True, warnings=False)
    value = {key: part if key in verbatim else _cleaned(part) for key, part in dumped.items()}
    return read(type(model), value, None)


def _cleaned(part: Node) -> Node:
    if isinstance(part, str):
        return clean_lines(part, len(part))
    if isinstance(part, bool):
        return part
    if isinstance(part, int):
        return min(max(part, _MIN_WHOLE), MAX_WHOLE)
    if isinstance(part, dict):
        return {_cleaned(key): _cleaned(one) for key, one in part.items()}
    if isinstance(part, list | tuple):
        return [_cleaned(one) for one in part]
    return part
