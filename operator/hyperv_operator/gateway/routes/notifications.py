"""Notifications, built from the resources that the caller may list."""

from __future__ import annotations

from datetime import UTC, datetime
from http import HTTPStatus
from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Query

from hyperv_operator.gateway import notifications
from hyperv_operator.gateway.cluster import Caller, Refused, hosts_path, machines_path
from hyperv_operator.gateway.context import CurrentCaller
from hyperv_operator.gateway.models import Namespace, NotificationList
from hyperv_operator.gateway.problems import responses

routes: Final = APIRouter(prefix="/api/v1", tags=["notifications"])


@routes.get("/notifications", responses=responses(401, 403, 422, 429, 503))
async def list_notifications(
    caller: CurrentCaller,
    namespace: Annotated[
        Namespace | None, Query(description="Machines of one namespace; unset: all machines and hosts.")
    ] = None,
    since: Annotated[datetime | None, Query(description="Only what happened at this time or later (RFC 3339).")] = None,
    severity: Annotated[Literal["Normal", "Warning"] | None, Query(description="Only this severity.")] = None,
    limit: Annotated[int, Query(ge=1, le=500, description="Most notifications of a page.")] = 100,
    continue_: Annotated[
        str | None, Query(alias="continue", max_length=512, description="Token of the next page.")
    ] = None,
) -> NotificationList:
    """List what has happened to machines and hosts, newest first: the last 20 transitions of each."""
    zoned = since.replace(tzinfo=UTC) if since is not None and since.tzinfo is None else since
    wanted = notifications.Wanted(since=zoned, severity=severity, before=notifications.parse_token(continue_))
    machines = await caller.list_all(machines_path(namespace))
    hosts = await _hosts(caller) if namespace is None else []
    items, following = notifications.page(machines, hosts, wanted, limit)
    return NotificationList(items=items, next=following)


async def _hosts(caller: Caller) -> list[dict[str, Any]]:
    """Return the hosts; none, if the caller may not list them."""
    try:
        return await caller.list_all(hosts_path())
    except Refused as error:
        if error.status == HTTPStatus.FORBIDDEN:
            return []
        raise
