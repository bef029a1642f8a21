"""Hosts, their inventories, and cordoning."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Any, Final

from fastapi import APIRouter, Path

from hyperv_operator.gateway import hosts
from hyperv_operator.gateway.cluster import SUBRESOURCES_PATH, Caller, Refused, hosts_path, inventory_path
from hyperv_operator.gateway.context import CurrentCaller
from hyperv_operator.gateway.models import Host, HostChange, HostList
from hyperv_operator.gateway.problems import Problem, responses

routes: Final = APIRouter(prefix="/api/v1", tags=["hosts"])

HostName = Annotated[
    str, Path(max_length=253, pattern=r"^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$", description="Name of the HyperVHost.")
]
_READ: Final = responses(401, 403, 404, 422, 429, 503)


@routes.get("/hosts", responses=responses(401, 403, 429, 503))
async def list_hosts(caller: CurrentCaller) -> HostList:
    """List all hosts, without their inventories."""
    return HostList(items=[hosts.show(body) for body in await caller.list_all(hosts_path())])


@routes.get("/hosts/{name}", responses=_READ)
async def read_host(name: HostName, caller: CurrentCaller) -> Host:
    """Read a host with its inventory; without it, if the caller may not read inventories."""
    return hosts.show(await _host(caller, name), await _inventory(caller, name))


@routes.patch("/hosts/{name}", responses=responses(400, 401, 403, 404, 408, 413, 422, 429, 503))
async def change_host(name: HostName, change: HostChange, caller: CurrentCaller) -> Host:
    """Cordon or uncordon a host."""
    patch = {"spec": {"cordoned": change.cordoned}}
    try:
        body = await caller.merge(hosts_path(name), patch, fieldManager="hyperv-operator-gateway")
    except Refused as error:
        raise _absent(name) if error.status == HTTPStatus.NOT_FOUND else error from None
    return hosts.show(body, await _inventory(caller, name))


@routes.get(
    "/executor",
    responses={
        200: {"content": {"application/json": {"schema": {"type": "object"}}}},
        **responses(401, 403, 404, 429, 503),
    },
)
async def read_executor(caller: CurrentCaller) -> dict[str, Any]:
    """Return the state of the executor: queues, workers, circuit breakers."""
    return await caller.get(f"{SUBRESOURCES_PATH}/executors/current")


async def _host(caller: Caller, name: str) -> dict[str, Any]:
    try:
        return await caller.get(hosts_path(name))
    except Refused as error:
        raise _absent(name) if error.status == HTTPStatus.NOT_FOUND else error from None


async def _inventory(caller: Caller, name: str) -> dict[str, Any] | None:
    try:
        return await caller.get(inventory_path(name))
    except Refused as error:
        if error.status in (HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND):
            return None
        raise


def _absent(name: str) -> Problem:
    return Problem(
        "host-not-found", HTTPStatus.NOT_FOUND, f"There is no HyperVHost {name!r}. List the hosts to find its name."
    )
