"""Streams: websockets and, for clients behind proxies that know none, server-sent events, with the same messages."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator
from dataclasses import dataclass
from typing import Annotated, Final

from fastapi import APIRouter, Header, Query, Request, Response, WebSocket
from pydantic import TypeAdapter, ValidationError
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.websockets import WebSocketDisconnect, WebSocketState

from hyperv_operator.gateway import joblogs, messages
from hyperv_operator.gateway.cluster import Caller, Refused, Unavailable
from hyperv_operator.gateway.context import CurrentCaller, CurrentGateway, Gateway, gateway_of
from hyperv_operator.gateway.feeds import EXPIRED
from hyperv_operator.gateway.jobs import key_of
from hyperv_operator.gateway.limits import NoSlot
from hyperv_operator.gateway.lookup import JobId, find_machine
from hyperv_operator.gateway.messages import End, Position
from hyperv_operator.gateway.models import Namespace
from hyperv_operator.gateway.problems import Problem, responses
from hyperv_operator.gateway.refusals import problem_of
from hyperv_operator.gateway.streams import Cursor, outgoing, pump
from hyperv_operator.gateway.subscriptions import Subscription
from hyperv_operator.gateway.tokens import SUBPROTOCOL, from_header, from_subprotocols

routes: Final = APIRouter(prefix="/api/v1", tags=["streams"])

_EVENTS: Final = "text/event-stream"
_NAMESPACE: Final = TypeAdapter(Namespace | None)
_CODES: Final = {401: messages.UNAUTHENTICATED, 403: messages.FORBIDDEN, 404: messages.GONE, 503: messages.TRY_AGAIN}
_DESCRIBED: Final = {
    200: {
        "description": "Server-sent events: the id of an event is where `Last-Event-ID` goes on, its data is a message as JSON.",
        "content": {_EVENTS: {"schema": {"type": "string"}}},
    },
    **responses(401, 403, 404, 406, 422, 429, 503),
}

After = Annotated[str | None, Query(max_length=128, description="Id of the last message; the stream goes on after it.")]
LastEventId = Annotated[str | None, Header(max_length=128, description="The same, as browsers send it.")]


@dataclass(frozen=True)
class Source:
    """What a stream shows: all jobs of a namespace (None: of all), or one job with its log."""

    namespace: str | None = None
    job_id: str | None = None

    @property
    def kind(self) -> str:
        """The kind, for metrics."""
        return "jobs" if self.job_id is None else "job"


@contextlib.asynccontextmanager
async def _subscribed(
    gateway: Gateway, caller: Caller, source: Source, after: str | None
) -> AsyncGenerator[Subscription, None]:
    """Provide the messages of a source; `Refused`, `Unavailable`, `Problem` if there are none for this caller."""
    position = Position.parse(after)
    gauge = gateway.metrics.streams.labels(source.kind)
    gauge.inc()
    try:
        if source.job_id is None:
            async with gateway.feeds.subscribed(caller, source.namespace, None, None, position) as subscription:
                yield subscription
            return
        machine = await find_machine(caller, source.job_id)
        key = key_of(machine)
        async with gateway.feeds.subscribed(caller, key.namespace, key.name, key.uid, position) as subscription:
            cursor = Cursor(position or Position())
            version = cursor.at_version(str(machine["metadata"]["resourceVersion"]))
            subscription.offer(messages.job(version, gateway.view.job(machine)))
            log = asyncio.create_task(joblogs.follow(caller, key, subscription, cursor))
            try:
                yield subscription
            finally:
                log.cancel()
    finally:
        gauge.dec()


# --- server-sent events ----------------------------------------------------------------------------------------------


@routes.get("/stream", response_class=EventSourceResponse, responses=_DESCRIBED)
async def stream_jobs(
    request: Request,
    gateway: CurrentGateway,
    caller: CurrentCaller,
    namespace: Annotated[Namespace | None, Query(description="One namespace; all if unset.")] = None,
    after: After = None,
    last_event_id: LastEventId = None,
) -> Response:
    """Follow the lifecycle of all jobs. As a websocket: the token goes into the subprotocol."""
    return await _events(request, gateway, caller, Source(namespace=namespace), last_event_id or after)


@routes.get("/jobs/{job_id}/stream", response_class=EventSourceResponse, responses=_DESCRIBED)
async def stream_job(
    job_id: JobId,
    request: Request,
    gateway: CurrentGateway,
    caller: CurrentCaller,
    after: After = None,
    last_event_id: LastEventId = None,
) -> Response:
    """Follow one job: its state and its live log. As a websocket: the token goes into the subprotocol."""
    return await _events(request, gateway, caller, Source(job_id=job_id), last_event_id or after)


async def _events(request: Request, gateway: Gateway, caller: Caller, source: Source, after: str | None) -> Response:
    if _EVENTS not in request.headers.get("Accept", ""):
        text = "Streams are a websocket, or server-sent events for requests with `Accept: text/event-stream`."
        raise Problem("not-acceptable", 406, text)
    async with contextlib.AsyncExitStack() as stack:
        stack.enter_context(gateway.slots.taken(caller.token.hash))
        subscription = await stack.enter_async_context(_subscribed(gateway, caller, source, after))
        first = await _first(subscription)
        kept = stack.pop_all()

    async def body() -> AsyncIterator[ServerSentEvent]:
        async with kept:
            yield _event(first)
            if not isinstance(first, End):
                async for item in outgoing(subscription, gateway.settings.stream_ping_seconds):
                    yield _event(item)

    return EventSourceResponse(
        body(), send_timeout=gateway.settings.stream_send_seconds, ping=3600, headers={"Cache-Control": "no-store"}
    )


def _event(item: messages.Message | End) -> ServerSentEvent:
    message = item.message if isinstance(item, End) else item
    return ServerSentEvent(data=message.text, id=message.id)


async def _first(subscription: Subscription) -> messages.Message | End:
    """Return the first message; `Problem` if the caller may not read any."""
    first = await subscription.next()
    if isinstance(first, End) and first.code in (messages.UNAUTHENTICATED, messages.FORBIDDEN):
        status = 401 if first.code == messages.UNAUTHENTICATED else 403
        raise problem_of(Refused(status, {"message": first.text}))
    return first


# --- websockets ------------------------------------------------------------------------------------------------------


@routes.websocket("/stream")
async def socket_jobs(socket: WebSocket) -> None:
    """Follow the lifecycle of all jobs of a namespace, or of all namespaces."""
    try:
        namespace = _NAMESPACE.validate_python(socket.query_params.get("namespace") or None)
    except ValidationError:
        await _deny(socket, Problem("invalid-request", 422, "namespace is not the name of a namespace; correct it."))
        return
    await _serve(socket, Source(namespace=namespace))


@routes.websocket("/jobs/{job_id}/stream")
async def socket_job(socket: WebSocket, job_id: str) -> None:
    """Follow one job: its state and its live log."""
    await _serve(socket, Source(job_id=job_id))


async def _deny(socket: WebSocket, problem: Problem) -> None:
    """Refuse the handshake with a problem document."""
    from hyperv_operator.gateway.answers import problem_response

    await socket.send_denial_response(problem_response(problem))


async def _serve(socket: WebSocket, source: Source) -> None:
    gateway = gateway_of(socket)
    offered = [one.strip() for one in socket.headers.get("Sec-WebSocket-Protocol", "").split(",")]
    token = from_header(socket.headers.get("Authorization")) or from_subprotocols(offered)
    if token is None:
        text = (
            "The websocket has no token. Offer the subprotocols hyperv-operator.v1 and "
            "base64url.bearer.authorization.k8s.io.<token in base64url>."
        )
        await _deny(socket, Problem("unauthenticated", 401, text, headers={"WWW-Authenticate": "Bearer"}))
        return
    # A browser cannot read a refused handshake: from here on, the reason comes as a notice, and as the code of the close.
    await socket.accept(SUBPROTOCOL if SUBPROTOCOL in offered else None)
    end = await _until_end(socket, gateway, gateway.cluster.of(token), source)
    if socket.client_state is WebSocketState.CONNECTED and socket.application_state is WebSocketState.CONNECTED:
        with contextlib.suppress(RuntimeError, WebSocketDisconnect, TimeoutError):
            async with asyncio.timeout(1):
                await socket.close(end.code, end.reason)


async def _until_end(socket: WebSocket, gateway: Gateway, caller: Caller, source: Source) -> End:
    settings = gateway.settings
    reader = asyncio.create_task(_closed(socket))
    writer = asyncio.create_task(_write(socket, gateway, caller, source))
    try:
        await asyncio.wait((reader, writer), return_when=asyncio.FIRST_COMPLETED)
        if writer.done():
            end = writer.result()
            if end.code == messages.SLOW:
                gateway.metrics.dropped.inc()
            return end
        return End(
            messages.NORMAL, "Closed", f"The client has closed the stream within {settings.stream_ping_seconds:g} s."
        )
    finally:
        for task in (reader, writer):
            task.cancel()
        await asyncio.gather(reader, writer, return_exceptions=True)


async def _write(socket: WebSocket, gateway: Gateway, caller: Caller, source: Source) -> End:
    settings = gateway.settings
    try:
        with gateway.slots.taken(caller.token.hash):
            async with _subscribed(gateway, caller, source, socket.query_params.get("after")) as subscription:
                return await pump(
                    subscription,
                    socket.send_text,
                    ping_seconds=settings.stream_ping_seconds,
                    send_seconds=settings.stream_send_seconds,
                )
    except NoSlot as error:
        gateway.metrics.refused.labels("streams").inc()
        end = End(messages.TRY_AGAIN, "TooManyStreams", str(error))
    except (Refused, Unavailable) as error:
        problem = problem_of(error)
        end = End(_CODES.get(problem.status, messages.TRY_AGAIN), _reason(problem), problem.detail)
    except Problem as problem:
        end = End(_CODES.get(problem.status, messages.TRY_AGAIN), _reason(problem), problem.detail)
    except (WebSocketDisconnect, RuntimeError):
        return End(messages.NORMAL, "Closed", "The client has gone.")
    if end.code == messages.UNAUTHENTICATED:
        end = EXPIRED
    with contextlib.suppress(WebSocketDisconnect, RuntimeError, TimeoutError):
        async with asyncio.timeout(settings.stream_send_seconds):
            await socket.send_text(end.message.text)
    return end


def _reason(problem: Problem) -> str:
    return "".join(word.capitalize() for word in problem.kind.split("-"))


async def _closed(socket: WebSocket) -> None:
    """Read until the client has gone. What it sends is ignored: a stream goes one way."""
    while True:
        message = await socket.receive()
        if message["type"] == "websocket.disconnect":
            return
