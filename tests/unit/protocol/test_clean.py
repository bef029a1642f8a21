"""No message from a host or a guest can hold text that is not clean."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal, get_args, get_origin

import pytest
from pydantic import BaseModel

from hyperv_operator.border.text import Clean
from hyperv_operator.protocol import guest, inventory, records, rollout

MODELS = [
    model
    for module in (guest, inventory, records, rollout)
    for model in vars(module).values()
    if isinstance(model, type) and issubclass(model, BaseModel) and model.__module__ == module.__name__
]


def _types(annotation: Any) -> Iterator[Any]:
    """Yield the types that an annotation consists of."""
    yield annotation
    if get_origin(annotation) is not Literal:
        for one in get_args(annotation):
            yield from _types(one)


def _with_raw_text(model: type[BaseModel]) -> set[str]:
    raw = (str, bytes, object, Any)
    return {name for name, field in model.model_fields.items() if any(one in raw for one in _types(field.annotation))}


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_text_of_a_message_is_clean(model: type[BaseModel]) -> None:
    # The report is made of messages: the keys of its mappings are fields of theirs.
    report = {"removed", "unreadable_counts"} if model is inventory.InventoryReport else set()
    assert _with_raw_text(model) == report


def test_a_text_that_is_not_clean_would_be_noticed() -> None:
    class Raw(BaseModel):
        one: str
        many: tuple[str, ...] | None
        named: dict[str, int]
        fine: Clean
        clean: dict[Clean, Literal["str"]]

    assert _with_raw_text(Raw) == {"one", "many", "named"}
