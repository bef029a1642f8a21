"""Live logs of jobs and hosts, as the operator serves them through the Kubernetes API."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field
from pydantic.alias_generators import to_camel
from starlette.responses import StreamingResponse
from starlette.types import Message, Send
from typing_extensions import override

from hyperv_operator.gateway import joblogs, messages
from hyperv_operator.gateway.cluster import Caller, Unavailable
from hyperv_operator.gateway.context import CurrentCaller, CurrentGateway, Gateway
from hyperv_operator.gateway.lookup import JobId, parsed
from hyperv_operator.gateway.problems import responses
from hyperv_operator.gateway.routes.hosts import HostName

routes: Final = APIRouter(prefix="/api/v1", tags=["logs"])

_TEXT: Final = "text/plain"
_DESCRIBED: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The log, as text or as JSON lines, as `Accept` asks for.",
        "content": {_TEXT: {"schema": {"type": "string"}}, joblogs.JSON_LINES: {"schema": {"type": "string"}}},
    },
    **responses(400, 401, 403, 404, 409, 422, 429, 503),
}


class HostLogQuery(BaseModel):
    """What of a host's log is wanted."""

    tail_lines: Annotated[int | None, Field(ge=0, le=1_000_000, description="Only the last entries.")] = None
    since_seconds: Annotated[
        int | None, Field(ge=1, le=31_536_000, description="Only entries of the last seconds.")
    ] = None
    follow: Annotated[bool, Field(description="Go on with new entries.")] = False
    after: Annotated[
        str | None, Field(pattern=r"^[0-9a-z]{1,32}-[0-9]{8,18}$", description="Only entries after this one.")
    ] = None

    def upstream(self) -> dict[str, str]:
        """Return the query of the aggregated API: what is set."""
        given = {to_camel(name): value for name, value in self.model_dump().items()}
        shown = {name: str(value).lower() if isinstance(value, bool) else str(value) for name, value in given.items()}
        return {name: text for name, text in shown.items() if given[name] not in (None, False)}


class JobLogQuery(HostLogQuery):
    """What of a job's log is wanted."""

    run: Annotated[
        str | None, Field(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", description="Only this run.")
    ] = None
    previous: Annotated[bool, Field(description="The run before the current one.")] = False


class _Paced(StreamingResponse):
    """A response that ends if the client takes none of it for some time."""

    def __init__(self, content: AsyncIterator[bytes], media_type: str, seconds: float) -> None:
        super().__init__(content, media_type=media_type)
        self._seconds = seconds

    @override
    async def stream_response(self, send: Send) -> None:
        async def paced(message: Message) -> None:
            async with asyncio.timeout(self._seconds):
                await send(message)

        await super().stream_response(paced)


@routes.get("/jobs/{job_id}/log", response_class=Response, responses=_DESCRIBED)
async def read_job_log(
    job_id: JobId,
    wanted: Annotated[JobLogQuery, Query()],
    request: Request,
    gateway: CurrentGateway,
    caller: CurrentCaller,
) -> Response:
    """Read the live log of a job."""
    key = parsed(job_id)
    return await _relay(request, gateway, caller, joblogs.log_path(key), wanted.upstream() | {"uid": key.uid})


@routes.get("/hosts/{name}/log", response_class=Response, responses=_DESCRIBED)
async def read_host_log(
    name: HostName,
    wanted: Annotated[HostLogQuery, Query()],
    request: Request,
    gateway: CurrentGateway,
    caller: CurrentCaller,
) -> Response:
    """Read the live log of all runs on a host."""
    return await _relay(request, gateway, caller, joblogs.host_log_path(name), wanted.upstream())


async def _relay(request: Request, gateway: Gateway, caller: Caller, path: str, query: dict[str, str]) -> Response:
    accept = request.headers.get("Accept", "")
    lines = any(one in accept for one in (joblogs.JSON_LINES, "application/x-ndjson"))
    async with contextlib.AsyncExitStack() as stack:
        if "follow" in query:
            stack.enter_context(gateway.slots.taken(caller.token.hash))
        upstream = await stack.enter_async_context(
            caller.open(path, query, accept=joblogs.JSON_LINES if lines else _TEXT, silence_seconds=None)
        )
        kept = stack.pop_all()

    async def body() -> AsyncIterator[bytes]:
        try:
            async with kept:
                async for chunk in upstream.content.iter_any():
                    yield chunk
        except Unavailable:
            text = "The live log is interrupted. Ask again, with `after` for what comes after the last entry."
            yield (messages.notice("LogInterrupted", text).text if lines else f"[{text}]").encode() + b"\n"

    return _Paced(body(), joblogs.JSON_LINES if lines else _TEXT, gateway.settings.stream_send_seconds)
