"""The operator's custom resources."""

from __future__ import annotations

import contextlib
import json
from collections.abc import AsyncIterator, Sequence
from functools import partial
from http import HTTPStatus
from typing import Any

from kubernetes_asyncio import client
from kubernetes_asyncio.client.exceptions import ApiException

from hyperv_operator.api.names import (
    API_VERSION,
    FINALIZER,
    GROUP,
    HOST_KIND,
    HOSTS,
    INVENTORIES,
    INVENTORY_KIND,
    MACHINE_KIND,
    MACHINES,
    VERSION,
)
from hyperv_operator.errors import ClusterError, ObjectGone, WriteConflict
from hyperv_operator.kube.client import REQUEST_TIMEOUT, translated
from hyperv_operator.kube.pages import pages
from hyperv_operator.ports import JsonObject, ObjectRef

_PLURALS = {MACHINE_KIND: MACHINES, HOST_KIND: HOSTS, INVENTORY_KIND: INVENTORIES}


class KubeObjects:
    """Reads and writes HyperVMachines, HyperVHosts and HyperVHostInventories."""

    def __init__(self, api: client.ApiClient) -> None:
        self._api = client.CustomObjectsApi(api)

    async def get(self, ref: ObjectRef) -> JsonObject:
        """Read an object; `ObjectGone` only if there is none of this name and kind, or if its UID differs from the ref's."""
        operation, plural = f"get {ref.kind} {ref.name}", _PLURALS[ref.kind]
        with translated(operation):
            try:
                if ref.namespace:
                    body: dict[str, Any] = await self._api.get_namespaced_custom_object(
                        GROUP, VERSION, ref.namespace, plural, ref.name, _request_timeout=REQUEST_TIMEOUT
                    )
                else:
                    body = await self._api.get_cluster_custom_object(
                        GROUP, VERSION, plural, ref.name, _request_timeout=REQUEST_TIMEOUT
                    )
            except ApiException as error:
                if error.status == HTTPStatus.NOT_FOUND and not _names(error.body, ref):
                    raise ClusterError(
                        f"Kubernetes API: {operation}: the API server does not serve this kind. Install the resource definitions of "
                        "the chart."
                    ) from None
                raise
        if ref.uid and body["metadata"]["uid"] != ref.uid:
            raise ObjectGone(f"{ref.kind} {ref.name} was deleted and created again.")
        return body

    async def set_finalizer(self, ref: ObjectRef, *, present: bool) -> JsonObject:
        """Add or remove the operator's finalizer: read, test, write."""
        body = await self.get(ref)
        metadata: dict[str, Any] = dict(body["metadata"])  # type: ignore[arg-type]
        patch = _finalizer_patch(metadata, present=present)
        if not patch:
            return body
        operation = f"{'add' if present else 'remove'} the finalizer of {ref.kind} {ref.name}"
        with translated(operation):
            try:
                return await self._patch(ref, patch)
            except ApiException as error:
                if error.status == HTTPStatus.UNPROCESSABLE_ENTITY:
                    raise WriteConflict(
                        f"Kubernetes API: {operation}: the object has changed since it was read."
                    ) from None
                raise

    async def _patch(self, ref: ObjectRef, patch: list[dict[str, object]]) -> JsonObject:
        plural = _PLURALS[ref.kind]
        if ref.namespace:
            written: JsonObject = await self._api.patch_namespaced_custom_object(
                GROUP, VERSION, ref.namespace, plural, ref.name, patch, _request_timeout=REQUEST_TIMEOUT
            )
        else:
            written = await self._api.patch_cluster_custom_object(
                GROUP, VERSION, plural, ref.name, patch, _request_timeout=REQUEST_TIMEOUT
            )
        return written

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

    async def machines_on(self, target_host: str) -> AsyncIterator[JsonObject]:
        """Yield the machines of all namespaces with this target host, by a field selector."""
        async for body in self._listed(MACHINES, field_selector=f"spec.targetHost={target_host}"):
            yield body

    async def list_hosts(self) -> Sequence[JsonObject]:
        """List the hosts."""
        return [body async for body in self._listed(HOSTS)]

    async def _listed(self, plural: str, **options: Any) -> AsyncIterator[JsonObject]:
        request = partial(self._api.list_cluster_custom_object, GROUP, VERSION, plural, **options)
        async with contextlib.aclosing(pages(request, f"list {plural}")) as found:
            async for page in found:
                for body in page["items"]:
                    yield body

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


def _names(answer: str | bytes | None, ref: ObjectRef) -> bool:
    """Return whether a Not Found of the API server is about this object, and not about its kind or its namespace."""
    try:
        details = json.loads(answer or "")["details"]
    except (ValueError, TypeError, KeyError):
        return False
    return isinstance(details, dict) and (details.get("kind"), details.get("name")) == (_PLURALS[ref.kind], ref.name)


def _finalizer_patch(metadata: dict[str, Any], *, present: bool) -> list[dict[str, object]]:
    """Return the JSON patch that adds or removes the finalizer of exactly this version; empty if there is nothing to do."""
    finalizers: list[str] = list(metadata.get("finalizers") or ())
    if (FINALIZER in finalizers) is present or (present and metadata.get("deletionTimestamp")):
        return []
    test = [
        {"op": "test", "path": "/metadata/uid", "value": metadata["uid"]},
        {"op": "test", "path": "/metadata/resourceVersion", "value": metadata["resourceVersion"]},
    ]
    kept = [*finalizers, FINALIZER] if present else [name for name in finalizers if name != FINALIZER]
    return [*test, {"op": "add", "path": "/metadata/finalizers", "value": kept}]


def _owner(body: JsonObject) -> str:
    metadata = body.get("metadata")
    owners = metadata.get("ownerReferences") if isinstance(metadata, dict) else None
    first = owners[0] if isinstance(owners, list) and owners else {}
    return str(first.get("uid", "")) if isinstance(first, dict) else ""
