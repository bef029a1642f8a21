"""Who the caller is, with which rights, and what a client needs to know before it has a token."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Query

from hyperv_operator import version
from hyperv_operator.gateway import rights
from hyperv_operator.gateway.context import CurrentCaller, CurrentGateway
from hyperv_operator.gateway.models import Config, Namespace, SecretList, Session
from hyperv_operator.gateway.problems import responses

routes: Final = APIRouter(prefix="/api/v1", tags=["session"])


@routes.get("/config", responses=responses(429))
async def read_config(gateway: CurrentGateway) -> Config:
    """Return what a client needs to know before it has a token."""
    return Config(version=version(), default_namespace=gateway.settings.default_namespace)


@routes.get("/session", responses=responses(401, 403, 422, 429, 503))
async def read_session(
    gateway: CurrentGateway,
    caller: CurrentCaller,
    namespace: Annotated[
        Namespace | None, Query(description="Namespace of the rights; unset: the gateway's default.")
    ] = None,
) -> Session:
    """Return who the caller is, and the rights in a namespace (in all, if there is no default one)."""
    return await rights.session(caller, namespace or gateway.settings.default_namespace)


@routes.get("/secrets", responses=responses(401, 403, 404, 422, 429, 503))
async def list_secrets(
    gateway: CurrentGateway,
    caller: CurrentCaller,
    namespace: Annotated[Namespace | None, Query(description="Namespace; unset: the gateway's default.")] = None,
) -> SecretList:
    """List the Secrets of a namespace that a machine may refer to: names and keys, never values."""
    return SecretList(items=await rights.secrets(caller, namespace or gateway.settings.default_namespace))
