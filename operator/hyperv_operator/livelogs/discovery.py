"""The documents by which the API server and kubectl learn what the aggregated API has."""

from __future__ import annotations

from typing import Final

from pydantic import JsonValue

from hyperv_operator.api.names import SUBRESOURCES_GROUP, VERSION

GROUP_VERSION: Final = f"{SUBRESOURCES_GROUP}/{VERSION}"

_VERSIONS: Final[dict[str, JsonValue]] = {"groupVersion": GROUP_VERSION, "version": VERSION}
GROUP: Final[dict[str, JsonValue]] = {
    "kind": "APIGroup",
    "apiVersion": "v1",
    "name": SUBRESOURCES_GROUP,
    "versions": [_VERSIONS],
    "preferredVersion": _VERSIONS,
}
GROUPS: Final[dict[str, JsonValue]] = {"kind": "APIGroupList", "apiVersion": "v1", "groups": [GROUP]}
RESOURCES: Final[dict[str, JsonValue]] = {
    "kind": "APIResourceList",
    "apiVersion": "v1",
    "groupVersion": GROUP_VERSION,
    "resources": [
        {"name": name, "singularName": "", "namespaced": namespaced, "kind": kind, "verbs": ["get"]}
        for name, namespaced, kind in (
            ("hypervmachines/log", True, "HyperVMachineLog"),
            ("hypervhosts/log", False, "HyperVHostLog"),
            ("executors", False, "Executor"),
        )
    ],
}
OPENAPI_V2: Final[dict[str, JsonValue]] = {
    "swagger": "2.0",
    "info": {"title": "hyperv-operator", "version": VERSION},
    "paths": {},
}
"""Without paths: kubectl validates only what it writes, and nothing here is written."""
OPENAPI_V3: Final[dict[str, JsonValue]] = {"paths": {}}
