"""The ConfigMap in which the operator stores how far notifications have come."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from kubernetes_asyncio import client

from hyperv_operator.errors import ObjectGone
from hyperv_operator.kube.client import REQUEST_TIMEOUT, translated

CONFIG_MAP: Final = "hyperv-operator-notifications"


class KubeWatermarks:
    """Reads and writes one ConfigMap by its name (`ports.Watermarks`)."""

    def __init__(self, api: client.ApiClient, namespace: str) -> None:
        self._api = client.CoreV1Api(api)
        self._namespace = namespace

    async def read(self) -> Mapping[str, str]:
        """Return the data of the ConfigMap; empty if there is none."""
        try:
            with translated(f"get ConfigMap {CONFIG_MAP}"):
                found = await self._api.read_namespaced_config_map(
                    CONFIG_MAP, self._namespace, _request_timeout=REQUEST_TIMEOUT
                )
        except ObjectGone:
            return {}
        return dict(found.data or {})

    async def write(self, changes: Mapping[str, str | None]) -> None:
        """Set keys, and remove those that are None; create the ConfigMap if needed."""
        # The client accepts plain JSON, although its type hints require a model.
        body: Any = {"data": dict(changes)}
        try:
            with translated(f"patch ConfigMap {CONFIG_MAP}"):
                await self._api.patch_namespaced_config_map(
                    CONFIG_MAP, self._namespace, body, _request_timeout=REQUEST_TIMEOUT
                )
        except ObjectGone:
            data = {key: value for key, value in changes.items() if value is not None}
            body = {"metadata": {"name": CONFIG_MAP}, "data": data}
            with translated(f"create ConfigMap {CONFIG_MAP}"):
                await self._api.create_namespaced_config_map(self._namespace, body, _request_timeout=REQUEST_TIMEOUT)
