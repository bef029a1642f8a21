"""The edge: what happens to every request before a route sees it, and to every answer before a client does.

It is an ASGI application around the routes: request id, rates, size and time of the body, security headers, metrics, access log.
"""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hyperv_operator.gateway.access import Access, AccessLog
from hyperv_operator.gateway.answers import problem_response
from hyperv_operator.gateway.limits import RateLimits, too_many_requests
from hyperv_operator.gateway.metrics import GatewayMetrics
from hyperv_operator.gateway.origins import is_foreign
from hyperv_operator.gateway.problems import Problem
from hyperv_operator.gateway.tokens import from_header, from_subprotocols

CONTENT_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS: Final = {
    "Content-Security-Policy": CONTENT_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
_TRANSPORT_SECURITY: Final = "max-age=31536000"
_FREE: Final = frozenset(["/healthz", "/readyz"])
"""What the kubelet asks without a token, as often as it likes."""
_BODIES: Final = frozenset(["POST", "PUT", "PATCH", "DELETE"])
_UNKNOWN: Final = "(none)"


@dataclass(frozen=True)
class BodyLimits:
    """How large a body may be, and how long it may take to arrive."""

    max_bytes: int
    seconds: float


class Edge:
    """The outermost application."""

    def __init__(
        self, app: ASGIApp, rates: RateLimits, body: BodyLimits, metrics: GatewayMetrics, access: AccessLog
    ) -> None:
        self._app = app
        self._rates = rates
        self._body = body
        self._metrics = metrics
        self._access = access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        started, request_id = time.monotonic(), str(uuid.uuid4())
        scope.setdefault("state", {})["request_id"] = request_id
        seen = _Seen()
        try:
            await self._serve(scope, receive, _decorated(scope, send, seen, request_id))
        except Exception:  # noqa: BLE001 - every failure has to have its line in the access log
            # Answered and logged by the handler of the routes, which passes it on for servers that log by themselves.
            seen.status = seen.status or 500
        finally:
            self._note(scope, seen, request_id, time.monotonic() - started)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        problem = self._refusal(scope)
        if problem is None and scope["type"] == "http" and scope["method"] in _BODIES:
            try:
                receive = await self._read(scope, receive)
            except Problem as error:
                problem = error
            except _Gone:
                return
        if problem is None:
            await self._app(scope, receive, send)
            return
        answer = problem_response(problem, scope["state"]["request_id"])
        if scope["type"] == "websocket":
            # The extension that every server which can refuse a handshake with a body has.
            prefix = "websocket.http.response"
            await send({"type": f"{prefix}.start", "status": answer.status_code, "headers": answer.raw_headers})
            await send({"type": f"{prefix}.body", "body": answer.body})
            return
        answer.headers["Connection"] = "close"  # what is left of the body is not read
        await answer(scope, receive, send)

    def _refusal(self, scope: Scope) -> Problem | None:
        if scope["path"] in _FREE:
            return None
        exceeded = self._rates.refusal(_token_hash(scope), _address(scope))
        if exceeded is None:
            return _foreign(scope)
        self._metrics.refused.labels(f"requests of {exceeded[0]}").inc()
        return too_many_requests(*exceeded)

    async def _read(self, scope: Scope, receive: Receive) -> Receive:
        """Read the whole body and return what gives it to the routes; `Problem` if it is too large or too slow."""
        length = Headers(scope=scope).get("Content-Length", "")
        if length.isdecimal() and int(length) > self._body.max_bytes:
            raise self._too_large()
        chunks: list[bytes] = []
        size = 0
        try:
            async with asyncio.timeout(self._body.seconds):
                while True:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        raise _Gone
                    chunk = message.get("body", b"")
                    size += len(chunk)
                    if size > self._body.max_bytes:
                        raise self._too_large()
                    chunks.append(chunk)
                    if not message.get("more_body", False):
                        break
        except TimeoutError:
            text = f"The body did not arrive within {self._body.seconds:g} s. Send the request again."
            raise Problem("body-timeout", 408, text) from None
        return _replay(b"".join(chunks), receive)

    def _too_large(self) -> Problem:
        text = f"The body is larger than {self._body.max_bytes} bytes. Send less; a submission takes a few KiB."
        return Problem("body-too-large", 413, text)

    def _note(self, scope: Scope, seen: _Seen, request_id: str, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", _UNKNOWN)
        method = scope.get("method", "WEBSOCKET")
        status = seen.status or 499
        self._metrics.requests.labels(method if method in _METHODS else "other", route, str(status)).inc()
        if not seen.streams:
            self._metrics.seconds.labels(route).observe(seconds)
        if scope["path"] not in _FREE:
            self._access.write(
                Access(
                    id=request_id,
                    method=method,
                    path=scope["path"],
                    route=route,
                    status=status,
                    seconds=seconds,
                    bytes=seen.sent,
                    address=_address(scope),
                    caller=(_token_hash(scope) or "")[:8],
                )
            )


_METHODS: Final = frozenset(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "WEBSOCKET"])


class _Gone(Exception):
    """The client has gone before its body was complete."""


@dataclass
class _Seen:
    """What was sent to the client."""

    status: int = 0
    sent: int = 0
    streams: bool = False


def _decorated(scope: Scope, send: Send, seen: _Seen, request_id: str) -> Send:
    """Return a sender that adds the security headers and notes what is sent."""

    async def decorated(message: Message) -> None:
        match message["type"]:
            case "http.response.start" | "websocket.http.response.start":
                seen.status = message["status"]
                headers = MutableHeaders(scope=message)
                for name, value in _HEADERS.items():
                    headers.setdefault(name, value)
                if scope.get("scheme") in {"https", "wss"}:
                    headers.setdefault("Strict-Transport-Security", _TRANSPORT_SECURITY)
                headers.setdefault("X-Request-Id", request_id)
                if scope["path"].startswith("/api/"):
                    headers.setdefault("Cache-Control", "no-store")
                seen.streams = headers.get("Content-Type", "").startswith(("text/event-stream", "application/jsonl"))
            case "http.response.body":
                seen.sent += len(message.get("body", b""))
            case "websocket.accept":
                seen.status, seen.streams = 101, True
            case "websocket.send":
                seen.sent += len(message.get("text") or message.get("bytes") or "")
            case _:
                pass
        await send(message)

    return decorated


def _replay(body: bytes, receive: Receive) -> Receive:
    pending: Iterable[Message] = iter([{"type": "http.request", "body": body, "more_body": False}])
    take: Callable[[], Message | None] = lambda: next(iter(pending), None)  # noqa: E731

    async def replay() -> Message:
        return take() or await receive()

    return replay


def _foreign(scope: Scope) -> Problem | None:
    if not is_foreign(Headers(scope=scope), scope.get("method", "GET"), websocket=scope["type"] == "websocket"):
        return None
    text = (
        "The page that sent this is of another origin. Use the console of this gateway; a proxy in front of it has to pass the "
        "header Host on."
    )
    return Problem("foreign-origin", 403, text)


def _token_hash(scope: Scope) -> str | None:
    headers = Headers(scope=scope)
    token = from_header(headers.get("Authorization"))
    if token is None and scope["type"] == "websocket":
        token = from_subprotocols(one.strip() for one in headers.get("Sec-WebSocket-Protocol", "").split(","))
    return token.hash if token else None


def _address(scope: Scope) -> str:
    client = scope.get("client")
    return str(client[0]) if client else _UNKNOWN
