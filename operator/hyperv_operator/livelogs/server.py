"""The aggregated API over HTTPS: discovery, logs of machines and hosts, and the executor's state.

Only the API server gets an answer. It is recognised by its front-proxy client certificate, whose authority is read again
periodically; a new authority makes the server listen again with it, so that an old one is not trusted any longer.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from aiohttp import ClientConnectionResetError, web
from pydantic import JsonValue

from hyperv_operator.api.names import HOSTS, MACHINES, SUBRESOURCES_GROUP
from hyperv_operator.errors import ClusterError
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
from hyperv_operator.ports import FrontProxies, FrontProxy, Metrics, User
from hyperv_operator.serving.certificate import Certificate

log = logging.getLogger(__name__)

_PROXY_SECONDS: Final = 60.0
_PROXY_RETRY_SECONDS: Final = 5.0
_CLOSE_SECONDS: Final = 3.0
"""How long clients may take to read the last lines when the server stops."""
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


@dataclass(frozen=True)
class Listen:
    """Where the server listens, and its certificate."""

    address: str
    port: int
    folder: Path
    reload_seconds: float
    write_seconds: float
    """How long a client may take to read one write."""


class SubresourceServer:
    """Serves the aggregated API."""

    def __init__(
        self,
        listen: Listen,
        proxies: FrontProxies,
        authorization: Authorization,
        store: LogStore,
        followers: Followers,
        known: Known,
        metrics: Metrics,
    ) -> None:
        self._listen = listen
        self._proxies = proxies
        self._authorization = authorization
        self._store = store
        self._followers = followers
        self._known = known
        self._metrics = metrics
        self._proxy: FrontProxy | None = None
        self._last_problem = ""

    async def run(self) -> None:
        """Wait for a usable certificate, then serve until cancelled."""
        self._proxy = await self._read_proxy()
        while True:
            certificate = Certificate(self._listen.folder, self._listen.reload_seconds, "aggregated API")
            if self._proxy:
                _trust(certificate.context, self._proxy)
            await certificate.wait()
            async with self._serving(certificate):
                renewal = asyncio.create_task(certificate.reload_periodically())
                try:
                    self._proxy = await self._changed_proxy()
                finally:
                    renewal.cancel()

    async def _changed_proxy(self) -> FrontProxy | None:
        """Wait until the API server publishes another client certificate, and return that."""
        while True:
            await asyncio.sleep(_PROXY_SECONDS if self._proxy else _PROXY_RETRY_SECONDS)
            self._store.forget_gone()
            found = await self._read_proxy()
            if found != self._proxy:
                log.info("The API server's client certificate has changed; serving the aggregated API with the new one")
                return found

    async def _read_proxy(self) -> FrontProxy | None:
        try:
            found = await self._proxies.read()
        except ClusterError as error:
            if error.message != self._last_problem:
                log.warning("The API server's client certificate is not known: %s", error.message)
            self._last_problem = error.message
            return self._proxy
        self._last_problem = ""
        return found

    @contextlib.asynccontextmanager
    async def _serving(self, certificate: Certificate) -> AsyncIterator[None]:
        stopping = asyncio.Event()
        runner = web.AppRunner(
            self._application(stopping), access_log=None, handler_cancellation=True, shutdown_timeout=_CLOSE_SECONDS
        )
        await runner.setup()
        try:
            # Operators that overlap for a moment share the port.
            site = web.TCPSite(
                runner, self._listen.address, self._listen.port, ssl_context=certificate.context, reuse_port=True
            )
            await site.start()
            log.info("Serving the aggregated API on port %s", self._listen.port)
            yield
        finally:
            stopping.set()
            self._store.wake_all()
            await runner.cleanup()

    def _application(self, stopping: asyncio.Event) -> web.Application:
        async def machine_log(request: web.Request) -> web.StreamResponse:
            return await self._machine_log(request, stopping)

        async def host_log(request: web.Request) -> web.StreamResponse:
            return await self._host_log(request, stopping)

        app = web.Application(middlewares=[self._guard])
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

    @web.middleware
    async def _guard(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """Authenticate the request, and answer every error with a Status."""
        try:
            if request.path != "/healthz":
                transport = request.transport
                peer = transport.get_extra_info("peercert") if transport else None
                request[_USER] = authenticate(self._proxy, peer, request.headers)
            return await handler(request)
        except StatusError as error:
            response = error.response()
        except web.HTTPException as error:
            known = error.status if error.status in (404, 405) else 400
            response = StatusError(known, f"{request.method} {request.path}: {error.reason}.").response()
        except ConnectionError:
            raise
        except Exception:
            log.exception("A request of the aggregated API failed unexpectedly")
            response = StatusError(
                500, "The request failed unexpectedly. The operator's log names the cause."
            ).response()
        return response

    async def _machine_log(self, request: web.Request, stopping: asyncio.Event) -> web.StreamResponse:
        namespace, name = request.match_info["namespace"], request.match_info["name"]
        await self._authorization.check(request[_USER], MACHINES, "log", namespace=namespace, name=name)
        wanted = query.parse(tuple(request.query.items()), of_machine=True)
        uid = self._machine(namespace, name, wanted.uid)
        return await self._answer(request, view_of(self._store, uid, wanted), wanted, stopping, with_machine=False)

    def _machine(self, namespace: str, name: str, wanted: str | None) -> str:
        """Return the UID of the machine with a name, or of the one that had it last."""
        uid = self._known.machine_uid(namespace, name)
        if uid is not None and wanted in (None, uid):
            return uid
        gone = self._store.find_gone(namespace, name, wanted)
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
        view = HostView(self._store, name, wanted)
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
                sending = stream(self._store, view, sink, stopping, follow=wanted.follow)
                await _until_closed(sending, reading)
            except SlowReader:
                self._metrics.log_reader_dropped()
                text = "You did not read fast enough. Ask again with the last id as `after` to go on."
                await sink.drop(self._store.notice(Notice.SLOW_READER, text, view.cursor))
            except (ConnectionError, ClientConnectionResetError):
                log.debug("A reader of a log has left")
            else:
                if isinstance(response, web.WebSocketResponse):
                    await response.close()
            return response

    async def _opened(
        self, request: web.Request, *, with_machine: bool
    ) -> tuple[web.StreamResponse, Sink, Awaitable[None] | None]:
        """Begin the answer in the form that the client accepts; a websocket is read, too, to see when it is closed."""
        patience = self._listen.write_seconds
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


def _trust(context: ssl.SSLContext, proxy: FrontProxy) -> None:
    """Ask for a client certificate and verify it. Clients without one get an answer that says what is missing."""
    context.load_verify_locations(cadata=proxy.authority)
    context.verify_mode = ssl.CERT_OPTIONAL
    # What the ConfigMap names is trusted as it is, even if another authority has signed it.
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN


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
