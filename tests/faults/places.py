"""Places: the numbered points of the operator's work at which a fault can be injected. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, cast, get_args

from typing_extensions import override

Layer = Literal["api", "host", "step"]
"""A request to the API server, a WSMan request to a host, or a step of the agent there."""

_VERBS = {"POST": "create", "PUT": "update", "PATCH": "patch", "DELETE": "delete", "GET": "get"}
_RESOURCE = re.compile(
    r"/(?:api/v1|apis/[^/]+/[^/]+)(?:/namespaces/(?P<namespace>[^/]+)(?=/))?/(?P<resource>[^/]+)"
    r"(?:/(?P<name>[^/]+)(?:/(?P<subresource>[^/]+))?)?"
)
_TEXT = re.compile(r"(?P<layer>[a-z]+)/(?P<kind>[A-Za-z0-9_.:-]+)/(?P<number>[1-9]\d*)(?:e(?P<event>[1-9]\d*))?")


class InvalidPlace(ValueError):
    """A text is not a place."""


@dataclass(frozen=True, order=True)
class Place:
    """The `number`-th request or step of its kind in a trial, counted from 1. `event` is that of a watch's stream; 0 is none."""

    layer: Layer
    kind: str
    number: int
    event: int = 0

    @override
    def __str__(self) -> str:
        return f"{self.layer}/{self.kind}/{self.number}" + (f"e{self.event}" if self.event else "")

    @property
    def verb(self) -> str:
        """The verb of a request to the API server."""
        return self.kind.partition(".")[0]


def parse(text: str) -> Place:
    """Return the place of a text such as `api/patch.hypervmachines.status/3`; raises InvalidPlace."""
    found = _TEXT.fullmatch(text)
    if found is None or found["layer"] not in get_args(Layer):
        raise InvalidPlace(f"{text!r} is not a place. Write LAYER/KIND/NUMBER, such as api/patch.hypervmachines/1.")
    return Place(cast("Layer", found["layer"]), found["kind"], int(found["number"]), int(found["event"] or 0))


@dataclass(frozen=True)
class ApiRequest:
    """What a request to the API server is about: its verb as in RBAC, its resource and its name."""

    verb: str
    resource: str
    subresource: str = ""
    name: str = ""

    @property
    def kind(self) -> str:
        """Verb, resource and subresource, joined by dots."""
        return ".".join(part for part in (self.verb, self.resource, self.subresource) if part)

    @property
    def writes(self) -> bool:
        """Whether it changes something."""
        return self.verb not in ("get", "list", "watch")


def classify(method: str, path: str, query: Mapping[str, str]) -> ApiRequest:
    """Return what a request is about. A path without a resource, such as `/apis`, is discovery."""
    verb = _VERBS.get(method, method.lower())
    found = _RESOURCE.fullmatch(path.rstrip("/"))
    if found is None or (found["resource"] == "namespaces" and found["namespace"]):
        return ApiRequest(verb, "discovery")
    name = found["name"] or ""
    if verb == "get" and query.get("watch") in ("1", "true", "True"):
        verb = "watch"
    elif verb == "get" and not name:
        verb = "list"
    return ApiRequest(verb, found["resource"], found["subresource"] or "", name)
