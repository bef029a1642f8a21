"""settings.md: every environment variable of the operator, with type, default, bounds and description."""

from __future__ import annotations

import types
import typing
from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from hyperv_operator.gateway.settings import GatewaySettings
from hyperv_operator.settings import Settings
from reference.markdown import code, codes, page, span, table

_INTRO = """The operator reads its settings from environment variables with the prefix `HVO_`, and from nothing else. Secrets are not
settings: they are read from Kubernetes when they are needed. A value that is out of bounds stops the operator at the start, with
a message that names the variable.

In the chart, `settings: {ROLLOUT_HOSTS: 5}` sets `HVO_ROLLOUT_HOSTS`."""
_GATEWAY = """## The gateway
The [gateway](../guides/gateway.md) is a process of its own, with settings of its own. In the chart,
`gateway: {settings: {REQUESTS_PER_MINUTE: 100}}` sets `HVO_GATEWAY_REQUESTS_PER_MINUTE`."""

_TYPES = {str: "string", int: "integer", float: "number", Path: "path"}


def render() -> str:
    """Return the page."""
    return page("Settings", _INTRO, _table(Settings), _GATEWAY, _table(GatewaySettings))


def _table(model: type[BaseModel]) -> str:
    rows = [
        (code(variable(name, model)), kind_of(field), _default(field), limits(field), field.description or "")
        for name, field in model.model_fields.items()
    ]
    return table(("variable", "type", "default", "limits", "meaning"), rows)


def variable(name: str, model: type[BaseModel] = Settings) -> str:
    """Return the environment variable of a field."""
    return f"{model.model_config.get('env_prefix', '')}{name}".upper()


def kind_of(field: FieldInfo) -> str:
    """Return the type in words; `LookupError` for a type that has none."""
    annotation = field.annotation
    if typing.get_origin(annotation) in (types.UnionType, typing.Union):
        (annotation,) = (one for one in typing.get_args(annotation) if one is not type(None))
    if typing.get_origin(annotation) is typing.Literal:
        return "string"
    if typing.get_origin(annotation) is tuple:
        return "comma-separated list"
    if annotation not in _TYPES:
        raise LookupError(f"the page has no word for the type {annotation}")
    return _TYPES[annotation]


def _default(field: FieldInfo) -> str:
    value = field.default
    if value is None or value == ():
        return "unset"
    return code(f"{value:g}" if isinstance(value, float) else value)


def limits(field: FieldInfo) -> str:
    """Return the bounds in words; empty if there are none."""
    if typing.get_origin(field.annotation) is typing.Literal:
        return f"one of {codes(typing.get_args(field.annotation))}"
    found = dict(_bounds(field))
    above = found.get("gt")
    length = span(_whole(found.get("min_length")), _whole(found.get("max_length")), " characters")
    if length:
        return length
    if above is not None:
        high = found.get("le")
        return f"more than {above:g}" + (f", at most {high:g}" if high is not None else "")
    return span(_whole(found.get("ge")), _whole(found.get("le")), "")


def _bounds(field: FieldInfo) -> Iterator[tuple[str, float]]:
    for constraint in field.metadata:
        for name in ("ge", "gt", "le", "min_length", "max_length"):
            value = getattr(constraint, name, None)
            if value is not None:
                yield name, value


def _whole(value: float | None) -> int | None:
    return None if value is None else int(value)
