"""The edge around the routes, without a server: limits, headers, the access log, and failures."""

from __future__ import annotations

import asyncio
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest
from starlette.types import Message, Receive, Scope, Send

from hyperv_operator.gateway.access import AccessLog
from hyperv_operator.gateway.edge import BodyLimits, Edge
from hyperv_operator.gateway.limits import NoSlot, RateLimits, Slots
from hyperv_operator.gateway.metrics import GatewayMetrics

TOKEN = "secret-token-of-ada"
_NOW = datetime(2026, 11, 30, tzinfo=UTC)


@dataclass
class _Served:
    """An edge around a small application, and what it has written."""

    token_rate: int = 100
    address_rate: int = 100
    seen: list[bytes] = field(default_factory=list)
    metrics: GatewayMetrics = field(default_factory=GatewayMetrics)
    output: io.StringIO = field(default_factory=io.StringIO)
    fails: bool = False

    def __post_init__(self) -> None:
        self.edge = Edge(
            self._app,
            RateLimits(self.token_rate, self.address_rate),
            BodyLimits(10, 0.05),
            self.metrics,
            AccessLog(lambda text: text.replace("masked", "(redacted)"), self.output, lambda: _NOW),
        )

    async def _app(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.fails:
            raise RuntimeError("with a secret in its text")
        if scope["type"] == "websocket":
            await send({"type": "websocket.accept"})
            await send({"type": "websocket.send", "text": "12345"})
            return
        message = await receive()
        self.seen.append(message.get("body", b""))
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"ok"})

    async def ask(
        self,
        method: str = "GET",
        path: str = "/api/v1/x",
        chunks: Sequence[bytes] = (b"",),
        *,
        hang: bool = False,
        **more: Any,
    ) -> tuple[int, dict[str, str], str]:
        """Send a request; return status, headers and body."""
        sent: list[Message] = []
        left = list(chunks)

        async def receive() -> Message:
            if not left:
                await asyncio.Event().wait()
            return {"type": "http.request", "body": left.pop(0), "more_body": bool(left) or hang}

        async def send(message: Message) -> None:
            sent.append(message)

        headers = [(b"authorization", f"Bearer {more.pop('token', TOKEN)}".encode()), *more.pop("headers", [])]
        scope = {"type": "http", "method": method, "path": path, "headers": headers, "client": ("1.2.3.4", 5), **more}
        await self.edge(scope, receive, send)
        if not sent:
            return 0, {}, ""
        own = {name.decode().lower(): value.decode() for name, value in sent[0]["headers"]}
        return sent[0]["status"], own, b"".join(one.get("body", b"") for one in sent[1:]).decode()

    @property
    def lines(self) -> list[dict[str, Any]]:
        """The lines of the access log."""
        return [json.loads(line) for line in self.output.getvalue().splitlines()]


async def test_a_body_arrives_whole() -> None:
    served = _Served()
    assert (await served.ask("POST", chunks=[b"12", b"345", b"6"]))[0] == 200
    assert served.seen == [b"123456"]


@pytest.mark.parametrize(
    ("chunks", "headers", "hang", "status"),
    [
        ([b"12345", b"678901"], [], False, 413),
        ([b""], [(b"content-length", b"11")], False, 413),
        ([b"1"], [], True, 408),
        ([b"1"], [(b"content-length", b"10")], True, 408),
    ],
)
async def test_a_body_is_limited(
    chunks: list[bytes], headers: list[tuple[bytes, bytes]], hang: bool, status: int
) -> None:
    served = _Served()
    seen, own, text = await served.ask("POST", chunks=chunks, headers=headers, hang=hang)
    assert (seen, json.loads(text)["status"], own["connection"]) == (status, status, "close")
    assert served.seen == []


async def test_rates_are_counted_for_token_and_address() -> None:
    served = _Served(token_rate=2, address_rate=4)
    assert [(await served.ask())[0] for _ in range(3)] == [200, 200, 429]
    status, headers, text = await served.ask(token="other")
    assert status == 200
    status, headers, text = await served.ask(token="third")
    assert (status, json.loads(text)["type"]) == (429, "urn:hyperv-operator:problem:too-many-requests")
    assert 1 <= int(headers["retry-after"]) <= 60
    assert (await served.ask(path="/healthz"))[0] == 200


async def test_every_answer_has_the_headers() -> None:
    for path, kept in (("/api/v1/x", "no-store"), ("/", None)):
        _, headers, _ = await _Served().ask(path=path)
        assert headers["content-security-policy"] == (
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
            "font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        )
        assert headers["x-content-type-options"] == "nosniff"
        assert headers.get("cache-control") == kept
        assert "strict-transport-security" not in headers
    _, headers, _ = await _Served().ask(scheme="https")
    assert headers["strict-transport-security"]


async def test_the_access_log_has_no_token_no_query_and_no_body() -> None:
    served = _Served()
    await served.ask("POST", "/api/v1/masked", [b"body-12345"[:10]], query_string=b"after=query-value")
    (line,) = served.lines
    assert line["path"] == "/api/v1/(redacted)"
    assert (line["method"], line["status"], line["bytes"], line["address"]) == ("POST", 200, 2, "1.2.3.4")
    assert line["route"] == "(none)"
    assert len(line["caller"]) == 8
    text = served.output.getvalue()
    assert not any(secret in text for secret in (TOKEN, "query-value", "body-1"))


async def test_probes_are_not_logged() -> None:
    served = _Served()
    await served.ask(path="/readyz")
    assert served.lines == []


async def test_a_failure_has_its_line() -> None:
    served = _Served(fails=True)
    await served.ask()
    assert served.lines[0]["status"] == 500


async def test_a_websocket_is_counted_and_refused_by_the_same_limits() -> None:
    served = _Served(token_rate=1)
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def receive() -> Message:
        return {"type": "websocket.connect"}

    scope = {
        "type": "websocket",
        "path": "/api/v1/stream",
        "headers": [(b"authorization", b"Bearer x")],
        "client": None,
    }
    await served.edge(dict(scope), receive, send)
    await served.edge(dict(scope), receive, send)
    assert [one["type"] for one in sent[-2:]] == ["websocket.http.response.start", "websocket.http.response.body"]
    assert [line["status"] for line in served.lines] == [101, 429]
    assert served.lines[0]["bytes"] == 5


def test_streams_are_limited_in_all_and_for_each_token() -> None:
    slots = Slots(in_all=3, per_token=2)
    with slots.taken("a"), slots.taken("a"):
        with pytest.raises(NoSlot, match="2 open streams"), slots.taken("a"):
            pass
        with slots.taken("b"), pytest.raises(NoSlot, match="no room"), slots.taken("c"):
            pass
    with slots.taken("a"):
        pass


async def test_what_a_page_of_another_origin_sends_reaches_no_route() -> None:
    served = _Served()
    headers = [(b"host", b"vm.example.com"), (b"origin", b"https://evil.example.com")]
    status, _, text = await served.ask("POST", headers=headers)
    assert (status, json.loads(text)["type"]) == (403, "urn:hyperv-operator:problem:foreign-origin")
    assert served.seen == []
    assert (await served.ask("GET", headers=headers))[0] == 200


async def test_a_websocket_of_another_origin_is_refused() -> None:
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    headers = [(b"host", b"vm.example.com"), (b"sec-fetch-site", b"cross-site")]
    scope = {"type": "websocket", "path": "/api/v1/stream", "headers": headers, "client": ("1.2.3.4", 5)}
    await _Served().edge(scope, lambda: asyncio.sleep(0, {"type": "websocket.connect"}), send)
    assert [one["type"] for one in sent] == ["websocket.http.response.start", "websocket.http.response.body"]
    assert sent[0]["status"] == 403
