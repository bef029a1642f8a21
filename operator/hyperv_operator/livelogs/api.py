"""The requests of the aggregated API: discovery, logs of machines and hosts, and the executor's state."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable, Mapping
from typing import Final, Protocol

from aiohttp import ClientConnectionResetError, web
from aiohttp.typedefs import Middleware
from pydantic import JsonValue

from hyperv_operator.api.names import HOSTS, MACHINES, SUBRESOURCES_GROUP
from hyperv_operator.livelogs import discovery, query
from hyperv_operator.livelogs.authorization import Authorization
from hyperv_operator.livelogs.entries import Format, Notice
from hyperv_operator.livelogs.followers import Followers
from hyperv_operator.livelogs.front_proxy import authenticate
from hyperv_operator.livelogs.query import LogQuery
from hyperv_operator.livelogs.statuses import StatusError
from hyperv_operator.livelogs.store import LogStore
from hyperv_operator.livelogs.streaming import HEARTBEAT_SECONDS, LineSink, Sink, SlowReader, SocketSink, stream
from hyperv_operator.livelogs.views import HostView, View, view_of
from hyperv_operator.ports import FrontProxy, Metrics, User

log = logging.getLogger(__name__)

_JSON_LINES: Final = ("application/jsonl", "application/x-ndjson")
_USER: Final = web.RequestKey("user", User)

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Known(Protocol):
    """What exists, and what the executor does."""

    def machine_uid(self, namespace: str, name: str) -> str | None:
        """Return the UID of a machine; None if there is none."""
        ...

    def has_host(self, name: str) -> bool:
        """Return whether there is a host."""
        ...

    def executor(self) -> Mapping[str, JsonValue]:
        """Return the executor's state and the numbers of machines."""
        ...


class SubresourceApi:
    """Answers requests. It has no state of its own, and lives as long as the process."""

    def __init__(
        self,
        authorization: Authorization,
        store: LogStore,
        followers: Followers,
        known: Known,
        metrics: Metrics,
        write_seconds: float,
    ) -> None:
        self.store = store
        self._authorization = authorization
        self._followers = followers
        self._known = known
        self._metrics = metrics
        self._write_seconds = write_seconds
        """How long a client may take to read one write."""

    def application(self, proxy: FrontProxy | None, stopping: asyncio.Event) -> web.Application:
        """Return an application that believes this front proxy, and whose followers end when `stopping` is set."""

        async def machine_log(request: web.Request) -> web.StreamResponse:
            return await self._machine_log(request, stopping)

        async def host_log(request: web.Request) -> web.StreamResponse:
            return await self._host_log(request, stopping)

        app = web.Application(middlewares=[_guard(proxy, self._metrics)])
        base = f"/apis/{discovery.GROUP_VERSION}"
        for path, document in (
            ("/apis", discovery.GROUPS),
            (f"/apis/{SUBRESOURCES_GROUP}", discovery.GROUP),
            (base, discovery.RESOURCES),
            ("/openapi/v2", discovery.OPENAPI_V2),
            ("/openapi/v3", discovery.OPENAPI_V3),
        ):
            app.router.add_get(path, _showing(document))
        app.router.add_get("/healthz", _healthy)
        app.router.add_get(f"{base}/namespaces/{{namespace}}/{MACHINES}/{{name}}/log", machine_log)
        app.router.add_get(f"{base}/{HOSTS}/{{name}}/log", host_log)
        app.router.add_get(f"{base}/executors/current", self._executor)
        return app

    async def _machine_log(self, request: web.Request, stopping: asyncio.Event) -> web.StreamResponse:
        namespace, name = request.match_info["namespace"], request.match_info["name"]
        await self._authorization.check(request[_USER], MACHINES, "log", namespace=namespace, name=name)
        wanted = query.parse(tuple(request.query.items()), of_machine=True)
        uid = self._machine(namespace, name, wanted.uid)
        return await self._answer(request, view_of(self.store, uid, wanted), wanted, stopping, with_machine=False)

    def _machine(self, namespace: str, name: str, wanted: str | None) -> str:
        """Return the UID of the machine with a name, or of the one that had it last."""
        uid = self._known.machine_uid(namespace, name)
        if uid is not None and wanted in (None, uid):
            return uid
        gone = self.store.find_gone(namespace, name, wanted)
        if gone is not None:
            return gone
        if uid is None:
            raise StatusError(404, f'hypervmachines "{name}" not found: the operator knows no such machine.')
        raise StatusError(409, f'hypervmachines "{name}" is another machine now: its UID is {uid}, not {wanted}.')

    async def _host_log(self, request: web.Request, stopping: asyncio.Event) -> web.StreamResponse:
        name = request.match_info["name"]
        await self._authorization.check(request[_USER], HOSTS, "log", namespace="", name=name)
        wanted = query.parse(tuple(request.query.items()), of_machine=False)
        if not self._known.has_host(name):
            raise StatusError(404, f'hypervhosts "{name}" not found.')
        view = HostView(self.store, name, wanted)
        return await self._answer(request, view, wanted, stopping, with_machine=True)

    async def _executor(self, request: web.Request) -> web.StreamResponse:
        await self._authorization.check(request[_USER], "executors", "", namespace="", name="current")
        return web.json_response(dict(self._known.executor()))

    async def _answer(
        self, request: web.Request, view: View, wanted: LogQuery, stopping: asyncio.Event, *, with_machine: bool
    ) -> web.StreamResponse:
        with contextlib.ExitStack() as stack:
            if wanted.follow:
                stack.enter_context(self._followers.admitted(request[_USER].name))
            response, sink, reading = await self._opened(request, with_machine=with_machine)
            try:
                sending = stream(self.store, view, sink, stopping, follow=wanted.follow)
                await _until_closed(sending, reading)
            except SlowReader:
                self._metrics.log_reader_dropped()
                text = "You did not read fast enough. Ask again with the last id as `after` to go on."
                await sink.drop(self.store.notice(Notice.SLOW_READER, text, view.cursor))
            except (ConnectionError, ClientConnectionResetError):
                log.debug("A reader of a log has left")
            except Exception:  # the answer has begun, so that it cannot become an error any more
                log.exception("Sending a log failed unexpectedly")
                if request.transport:
                    request.transport.abort()
            else:
                if isinstance(response, web.WebSocketResponse):
                    await response.close()
            return response

    async def _opened(
        self, request: web.Request, *, with_machine: bool
    ) -> tuple[web.StreamResponse, Sink, Awaitable[None] | None]:
        """Begin the answer in the form that the client accepts; a websocket is read, too, to see when it is closed."""
        patience = self._write_seconds
        socket = web.WebSocketResponse(heartbeat=HEARTBEAT_SECONDS, max_msg_size=1_024, compress=False)
        if socket.can_prepare(request):
            await socket.prepare(request)
            return socket, SocketSink(request, socket, patience, with_machine=with_machine), _read(socket)
        accepted = request.headers.get("Accept", "")
        lines = next((kind for kind in _JSON_LINES if kind in accepted), None)
        form = Format.JSON if lines else Format.TEXT
        response = web.StreamResponse(
            headers={"Content-Type": lines or "text/plain; charset=utf-8", "Cache-Control": "no-store"}
        )
        response.enable_chunked_encoding()
        await response.prepare(request)
        # The headers leave at once, so that a client of a silent log knows that it is connected.
        await response.write(b"")
        return response, LineSink(request, response, form, patience, with_machine=with_machine), None


def _showing(document: Mapping[str, JsonValue]) -> Handler:
    async def answer(_: web.Request) -> web.Response:
        return web.json_response(document)

    return answer


async def _healthy(_: web.Request) -> web.Response:
    return web.Response(text="ok\n")


async def _read(socket: web.WebSocketResponse) -> None:
    """Read until the client closes the websocket; what it says does not matter."""
    async for _ in socket:
        pass


async def _until_closed(sending: Awaitable[None], reading: Awaitable[None] | None) -> None:
    """Wait until everything is sent, or the client has closed the websocket."""
    if reading is None:
        await sending
        return
    tasks = [asyncio.ensure_future(sending), asyncio.ensure_future(reading)]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        if tasks[0].done():
            tasks[0].result()
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _guard(proxy: FrontProxy | None, metrics: Metrics) -> Middleware:
    """Return the middleware that authenticates and counts requests, and answers every error with a Status."""

    @web.middleware
    async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
        response = await _answered(request, handler, proxy)
        metrics.subresource_answered(response.status)
        return response

    return guard


async def _answered(request: web.Request, handler: Handler, proxy: FrontProxy | None) -> web.StreamResponse:
    try:
        if request.path != "/healthz":
            transport = request.transport
            peer = transport.get_extra_info("peercert") if transport else None
            request[_USER] = authenticate(proxy, peer, request.headers)
        return await handler(request)
    except StatusError as error:
        return error.response()
    except web.HTTPException as error:
        code = error.status if error.status in (404, 405) else 400
        return StatusError(code, f"{request.method} {request.path}: {error.reason}.").response()
    except ConnectionError:
        raise
    except Exception:
        log.exception("A request of the aggregated API failed unexpectedly")
        return StatusError(500, "The request failed unexpectedly. The operator's log names the cause.").response()
