"""What a hostile host answers over HTTP: bodies and headers without end, drips, compressed bodies, redirects, error pages, XML bombs.

The behaviour is chosen by `Faults.hostile` and applies where `Faults.hostile_at` says. It ends when the client closes the connection.
"""

from __future__ import annotations

import asyncio
import zlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from functools import cache
from typing import Any

from aiohttp import web

from hostsim.faults import Faults
from hostsim.soap import SOAP

_BLOCK = b" " * 65_536
_SOAP_TYPE = "application/soap+xml;charset=UTF-8"
_ERROR_PAGE = (
    '<?xml version="1.0" encoding="UTF-8"?><!-- a page of a load balancer -->\n'
    '<html xmlns="http://www.w3.org/1999/xhtml"><head><title>{status}</title></head><body><h1>{status}</h1></body></html>'
)
_BOMB_SIZE = 400_000


def applies(faults: Faults, request: web.Request, *, authenticated: bool) -> bool:
    """Return whether a request gets a hostile answer. `logon`: every request; `challenge`: every one with a token; `answer`: after it."""
    if faults.hostile is None:
        return False
    if faults.hostile_at == "logon":
        return True
    if faults.hostile_at == "challenge":
        return "Authorization" in request.headers and not authenticated
    return authenticated


async def answer(faults: Faults, request: web.Request) -> web.StreamResponse:
    """Answer one request as the fault says."""
    assert faults.hostile is not None
    return await _ANSWERS[faults.hostile](faults, request)


def _head(faults: Faults, header: str) -> bytes:
    lines = [
        f"HTTP/1.1 {faults.hostile_status} X",
        f"Content-Type: {_SOAP_TYPE}",
        "WWW-Authenticate: Negotiate",
        header,
        "\r\n",
    ]
    return "\r\n".join(lines).encode()


# --- HTTP ------------------------------------------------------------------------------------------------------------


async def _endless_body(faults: Faults, request: web.Request) -> web.StreamResponse:
    return await _raw(request, _with_blocks(_head(faults, f"Content-Length: {10**12}"), _BLOCK))


async def _endless_chunks(faults: Faults, request: web.Request) -> web.StreamResponse:
    return await _raw(
        request, _with_blocks(_head(faults, "Transfer-Encoding: chunked"), b"10000\r\n" + _BLOCK + b"\r\n")
    )


async def _endless_headers(faults: Faults, request: web.Request) -> web.StreamResponse:
    head = f"HTTP/1.1 {faults.hostile_status} X\r\n".encode()
    return await _raw(request, _with_blocks(head, b"X-A: " + b"a" * 60_000 + b"\r\n"))


async def _continue(_: Faults, request: web.Request) -> web.StreamResponse:
    return await _raw(request, _with_blocks(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 1_000))


async def _drip(faults: Faults, request: web.Request) -> web.StreamResponse:
    return await _raw(request, _with_blocks(_head(faults, "Content-Length: 100000"), b" ", faults.hostile_pause))


async def _slow_headers(faults: Faults, request: web.Request) -> web.StreamResponse:
    return await _raw(request, _with_blocks(b"HTTP/1.1 200 X\r\nX-A: ", b"a", faults.hostile_pause))


async def _slow_chunks(faults: Faults, request: web.Request) -> web.StreamResponse:
    head = _head(faults, "Transfer-Encoding: chunked")
    return await _raw(request, _with_blocks(head, b"1\r\n \r\n", faults.hostile_pause))


@cache
def _compressed() -> bytes:
    """Return about 190 KB that are 190 MB once decompressed."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    return b"".join([*(packer.compress(_BLOCK) for _ in range(3_000)), packer.flush()])


async def _gzip(faults: Faults, request: web.Request) -> web.StreamResponse:
    await request.read()
    headers = {"Content-Encoding": "gzip", "Content-Type": _SOAP_TYPE, **_CHALLENGE}
    return web.Response(status=faults.hostile_status, body=_compressed(), headers=headers)


async def _redirect(faults: Faults, request: web.Request) -> web.StreamResponse:
    await request.read()
    return web.Response(status=faults.hostile_status, headers={"Location": faults.hostile_location, **_CHALLENGE})


async def _error_page(faults: Faults, request: web.Request) -> web.StreamResponse:
    await request.read()
    headers = {"Retry-After": "17", **_CHALLENGE}
    text = _ERROR_PAGE.format(status=faults.hostile_status)
    return web.Response(status=faults.hostile_status, text=text, content_type="text/html", headers=headers)


# --- XML -------------------------------------------------------------------------------------------------------------


def _entities() -> str:
    references = (f"&e{n};" * 10 for n in range(9))
    nested = "".join(f'<!ENTITY e{n + 1} "{value}">' for n, value in enumerate(references))
    return f'<!DOCTYPE x [<!ENTITY e0 "ten letter">{nested}]><s:Envelope xmlns:s="{SOAP}"><s:Body>&e9;</s:Body></s:Envelope>'


def _deep() -> str:
    depth = _BOMB_SIZE // 7
    return f'<s:Envelope xmlns:s="{SOAP}"><s:Body>{"<a>" * depth}{"</a>" * depth}</s:Body></s:Envelope>'


def _wide() -> str:
    return f'<s:Envelope xmlns:s="{SOAP}"><s:Body>{"<a/>" * (_BOMB_SIZE // 4)}</s:Body></s:Envelope>'


def _namespaces() -> str:
    """Return a document whose names are 100 KB long once their prefix is replaced."""
    names = "<n:a/>" * 3_000
    return f'<s:Envelope xmlns:s="{SOAP}"><s:Body xmlns:n="urn:{"x" * 100_000}">{names}</s:Body></s:Envelope>'


def _attributes() -> str:
    pairs = " ".join(f'a{n}=""' for n in range(_BOMB_SIZE // 10))
    return f'<s:Envelope xmlns:s="{SOAP}"><s:Body {pairs}/></s:Envelope>'


def _document(make: Callable[[], str]) -> Callable[[Faults, web.Request], Awaitable[web.StreamResponse]]:
    async def respond(faults: Faults, request: web.Request) -> web.StreamResponse:
        await request.read()
        headers = {"Content-Type": _SOAP_TYPE, **_CHALLENGE}
        return web.Response(status=faults.hostile_status, body=make().encode(), headers=headers)

    return respond


_ANSWERS: dict[str, Callable[[Faults, web.Request], Awaitable[web.StreamResponse]]] = {
    "endless-body": _endless_body,
    "endless-chunks": _endless_chunks,
    "endless-headers": _endless_headers,
    "endless-continue": _continue,
    "drip": _drip,
    "slow-headers": _slow_headers,
    "slow-chunks": _slow_chunks,
    "gzip": _gzip,
    "redirect": _redirect,
    "error-page": _error_page,
    "xml-entities": _document(_entities),
    "xml-deep": _document(_deep),
    "xml-wide": _document(_wide),
    "xml-namespaces": _document(_namespaces),
    "xml-attributes": _document(_attributes),
}


# --- writing ---------------------------------------------------------------------------------------------------------


_CHALLENGE = {"WWW-Authenticate": "Negotiate"}


async def _with_blocks(head: bytes, block: bytes, pause: float = 0.0) -> AsyncIterator[bytes]:
    yield head
    while True:
        yield block
        await asyncio.sleep(pause)


async def _raw(request: web.Request, pieces: AsyncIterator[bytes]) -> web.StreamResponse:
    """Write pieces to the connection, past the framework, until the client closes it."""
    await request.read()
    transport: Any = request.transport
    async for piece in pieces:
        if transport is None or transport.is_closing():
            break
        transport.write(piece)
        # No event tells it. A TLS transport that was closed meanwhile has no buffer any more.
        with suppress(AttributeError):
            while not transport.is_closing() and transport.get_write_buffer_size() > 1_000_000:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
    if transport is not None:
        transport.abort()
    return web.Response()
