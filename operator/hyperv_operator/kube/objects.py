"""The operator's custom resources."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from kubernetes_asyncio import client

from hyperv_operator.api.names import (
    API_VERSION,
    GROUP,
    HOST_KIND,
    HOSTS,
    INVENTORIES,
    INVENTORY_KIND,
    MACHINE_KIND,
    MACHINES,
    VERSION,
)
from hyperv_operator.errors import ObjectGone
from hyperv_operator.kube.client import REQUEST_TIMEOUT, translated
from hyperv_operator.ports import JsonObject, ObjectRef

_PLURALS = {MACHINE_KIND: MACHINES, HOST_KIND: HOSTS, INVENTORY_KIND: INVENTORIES}
_PAGE = 500


class KubeObjects:
    """Reads and writes HyperVMachines, HyperVHosts and HyperVHostInventories."""

    def __init__(self, api: client.ApiClient) -> None:
        self._api = client.CustomObjectsApi(api)

    async def get(self, ref: ObjectRef) -> JsonObject:
        """Read an object; `ObjectGone` also if its UID differs from the ref's."""
        plural = _PLURALS[ref.kind]
        with translated(f"get {ref.kind} {ref.name}"):
            if ref.namespace:
                body: dict[str, Any] = await self._api.get_namespaced_custom_object(
                    GROUP, VERSION, ref.namespace, plural, ref.name, _request_timeout=REQUEST_TIMEOUT
                )
            else:
                body = await self._api.get_cluster_custom_object(
                    GROUP, VERSION, plural, ref.name, _request_timeout=REQUEST_TIMEOUT
                )
        if ref.uid and body["metadata"]["uid"] != ref.uid:
            raise ObjectGone(f"{ref.kind} {ref.name} was deleted and created again.")
        return body

    async def write_status(self, ref: ObjectRef, resource_version: str, status: JsonObject) -> JsonObject:
        """Replace the status if the object is still at `resource_version`; return the written object."""
        metadata = {"name": ref.name, "uid": ref.uid, "resourceVersion": resource_version}
        body = {"apiVersion": API_VERSION, "kind": ref.kind, "metadata": metadata, "status": dict(status)}
        plural = _PLURALS[ref.kind]
        with translated(f"write status of {ref.kind} {ref.name}"):
            if ref.namespace:
                metadata["namespace"] = ref.namespace
                written: JsonObject = await self._api.replace_namespaced_custom_object_status(
                    GROUP, VERSION, ref.namespace, plural, ref.name, body, _request_timeout=REQUEST_TIMEOUT
                )
            else:
                written = await self._api.replace_cluster_custom_object_status(
                    GROUP, VERSION, plural, ref.name, body, _request_timeout=REQUEST_TIMEOUT
                )
        return written

    async def list_machines(self, target_host: str) -> Sequence[JsonObject]:
        """List the machines of all namespaces with this target host, by a field selector."""
        return await self._list(MACHINES, f"spec.targetHost={target_host}")

    async def list_hosts(self) -> Sequence[JsonObject]:
        """List the hosts."""
        return await self._list(HOSTS, None)

    async def _list(self, plural: str, field_selector: str | None) -> list[JsonObject]:
        found: list[JsonObject] = []
        options: dict[str, Any] = {"field_selector": field_selector} if field_selector else {}
        while True:
            with translated(f"list {plural}"):
                page = await self._api.list_cluster_custom_object(
                    GROUP,
                    VERSION,
                    plural,
                    limit=_PAGE,
                    **options,
                    _request_timeout=REQUEST_TIMEOUT,
                )
            found += page["items"]
            token = page["metadata"].get("continue")
            if not token:
                return found
            options["_continue"] = token

    async def write_inventory(self, host: ObjectRef, status: JsonObject) -> None:
        """Write the host's inventory object, creating it if needed."""
        try:
            body = await self.get(ObjectRef(INVENTORY_KIND, host.name))
        except ObjectGone:
            body = await self._create_inventory(host)
        if _owner(body) != host.uid:
            await self._delete_inventory(host.name, str(body["metadata"]["uid"]))  # type: ignore[index,call-overload]
            body = await self._create_inventory(host)
        with translated(f"write status of {INVENTORY_KIND} {host.name}"):
            await self._api.replace_cluster_custom_object_status(
                GROUP,
                VERSION,
                INVENTORIES,
                host.name,
                {**body, "status": dict(status)},
                _request_timeout=REQUEST_TIMEOUT,
            )

    async def _create_inventory(self, host: ObjectRef) -> JsonObject:
        owner = {"apiVersion": API_VERSION, "kind": HOST_KIND, "name": host.name, "uid": host.uid, "controller": True}
        body = {
            "apiVersion": API_VERSION,
            "kind": INVENTORY_KIND,
            "metadata": {"name": host.name, "ownerReferences": [owner]},
        }
        with translated(f"create {INVENTORY_KIND} {host.name}"):
            created: JsonObject = await self._api.create_cluster_custom_object(
                GROUP, VERSION, INVENTORIES, body, _request_timeout=REQUEST_TIMEOUT
            )
        return created

    async def _delete_inventory(self, name: str, uid: str) -> None:
        """Delete the inventory of an earlier host with the same name."""
        # The client accepts plain JSON, although its type hints require a model.
        body: Any = {"preconditions": {"uid": uid}}
        with translated(f"delete {INVENTORY_KIND} {name}"):
            await self._api.delete_cluster_custom_object(
                GROUP,
                VERSION,
                INVENTORIES,
                name,
                body=body,
                _request_timeout=REQUEST_TIMEOUT,
            )


def _owner(body: JsonObject) -> str:
    metadata = body.get("metadata")
    owners = metadata.get("ownerReferences") if isinstance(metadata, dict) else None
    first = owners[0] if isinstance(owners, list) and owners else {}
    return str(first.get("uid", "")) if isinstance(first, dict) else ""
