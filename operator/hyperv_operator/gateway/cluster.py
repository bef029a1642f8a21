"""Requests to the Kubernetes API with the token of a caller. There is no other way to the API in the gateway, and no other token."""

from __future__ import annotations

import asyncio
import contextlib
import json
import math
import random
import re
import ssl
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote, urlencode

import aiohttp
from yarl import URL

from hyperv_operator.api.names import GROUP, HOSTS, INVENTORIES, MACHINES, VERSION
from hyperv_operator.gateway.tokens import Token

JsonObject = dict[str, Any]

GROUP_PATH: Final = f"/apis/{GROUP}/{VERSION}"
SUBRESOURCES: Final = f"subresources.{GROUP}"
SUBRESOURCES_PATH: Final = f"/apis/{SUBRESOURCES}/{VERSION}"
_CONNECT_SECONDS: Final = 5
_FIRST_PAUSE: Final = 1.0
_PAGE: Final = "500"
_BUSY_PAUSES: Final = (0.5, 1.0)
"""Seconds before a request is sent again that the API server was too busy for."""
_CONNECTIONS: Final = 0
"""No limit: each stream has a connection of its own, and streams have a limit."""
_WARNING: Final = re.compile(r'299 \S+ "((?:[^"\\]|\\.)*)"')


class Refused(Exception):
    """The API server has answered, and not with a success."""

    def __init__(self, status: int, body: Mapping[str, Any], retry_after: str | None = None) -> None:
        self.status = status
        self.reason = str(body.get("reason") or "")
        self.message = str(body.get("message") or f"The Kubernetes API answered {status}.")
        details = body.get("details")
        causes = details.get("causes") if isinstance(details, dict) else None
        self.causes: tuple[Mapping[str, Any], ...] = tuple(one for one in causes or () if isinstance(one, dict))
        self.retry_after = retry_after
        super().__init__(self.message)


class Unavailable(Exception):
    """The API server has not answered, or not in time. Whether a write had an effect is unknown."""


@dataclass(frozen=True)
class Answer:
    """A success of the API server."""

    body: JsonObject
    warnings: tuple[str, ...]


def segments(*names: str) -> str:
    """Return the names as a path, each quoted, so that none of them can leave its place."""
    return "".join(f"/{quote(name, safe='')}" for name in names)


def machines_path(namespace: str | None, *names: str) -> str:
    """Return the path of the machines of a namespace (None: of all), or of one machine."""
    place = segments("namespaces", namespace) if namespace else ""
    return f"{GROUP_PATH}{place}{segments(MACHINES, *names)}"


def hosts_path(*names: str) -> str:
    """Return the path of the hosts, or of one host."""
    return f"{GROUP_PATH}{segments(HOSTS, *names)}"


def inventory_path(host: str) -> str:
    """Return the path of a host's inventory."""
    return f"{GROUP_PATH}{segments(INVENTORIES, host)}"


def secrets_path(namespace: str, *names: str) -> str:
    """Return the path of the Secrets of a namespace, or of one Secret."""
    return f"/api/v1{segments('namespaces', namespace, 'secrets', *names)}"


class Cluster:
    """The API server. It holds no credentials."""

    def __init__(self, session: aiohttp.ClientSession, url: str, agent: str, timeout_seconds: float) -> None:
        self._session = session
        self._url = url.rstrip("/")
        self._agent = agent
        self._timeout = aiohttp.ClientTimeout(total=timeout_seconds, sock_connect=_CONNECT_SECONDS)

    def of(self, token: Token) -> Caller:
        """Return the API server as the owner of the token sees it."""
        return Caller(self, token)

    async def send(
        self,
        token: Token,
        method: str,
        path: str,
        query: Mapping[str, str],
        body: JsonObject | None,
        content_type: str,
    ) -> Answer:
        """Send a request; raises `Refused` and `Unavailable`.

        One that the API server was too busy to look at (429) is sent again, as kubectl does.
        """
        headers = {**self._headers(token), "Accept": "application/json"}
        data = None
        if body is not None:
            data, headers["Content-Type"] = json.dumps(body).encode(), content_type
        for pause in (*_BUSY_PAUSES, None):
            try:
                return await self._send_once(method, self._address(path, query), headers, data)
            except Refused as error:
                if error.status != HTTPStatus.TOO_MANY_REQUESTS or pause is None:
                    raise
            await asyncio.sleep(pause)
        raise AssertionError("the last attempt returns or raises")  # pragma: no cover

    async def _send_once(self, method: str, address: URL, headers: dict[str, str], data: bytes | None) -> Answer:
        try:
            async with self._session.request(
                method, address, data=data, headers=headers, timeout=self._timeout, allow_redirects=False
            ) as response:
                raw = await response.read()
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            raise Unavailable(type(error).__name__) from None
        if response.status >= HTTPStatus.MULTIPLE_CHOICES:
            raise refusal(response, raw)
        return Answer(_parse(raw), _warnings(response.headers.getall("Warning", ())))

    @contextlib.asynccontextmanager
    async def open(
        self, token: Token, path: str, query: Mapping[str, str], accept: str, silence_seconds: float | None
    ) -> AsyncGenerator[aiohttp.ClientResponse, None]:
        """Open a response that goes on; raises `Refused` and `Unavailable`, the latter also while it is read."""
        headers = {**self._headers(token), "Accept": accept}
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=_CONNECT_SECONDS, sock_read=silence_seconds)
        try:
            async with self._session.get(
                self._address(path, query), headers=headers, timeout=timeout, allow_redirects=False
            ) as response:
                if response.status != HTTPStatus.OK:
                    async with asyncio.timeout(self._timeout.total):
                        raw = await response.read()
                    raise refusal(response, raw)
                yield response
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            raise Unavailable(type(error).__name__) from None

    def _headers(self, token: Token) -> dict[str, str]:
        return {"Authorization": f"Bearer {token.value}", "User-Agent": self._agent}

    def _address(self, path: str, query: Mapping[str, str]) -> URL:
        text = urlencode(query)
        return URL(f"{self._url}{path}{'?' if text else ''}{text}", encoded=True)


@dataclass(frozen=True)
class Caller:
    """The API server, with the rights of one token."""

    cluster: Cluster
    token: Token

    async def get(self, path: str, **query: str) -> JsonObject:
        """Read an object or a page of a list."""
        return (await self.cluster.send(self.token, "GET", path, query, None, "")).body

    async def list_all(self, path: str) -> list[JsonObject]:
        """Read a whole list, in pages."""
        found: list[JsonObject] = []
        following = ""
        while True:
            query = {"limit": _PAGE} | ({"continue": following} if following else {})
            page = await self.get(path, **query)
            found += page.get("items", [])
            following = page.get("metadata", {}).get("continue") or ""
            if not following:
                return found

    async def create(self, path: str, body: JsonObject, **query: str) -> Answer:
        """Create an object."""
        return await self.cluster.send(self.token, "POST", path, query, body, "application/json")

    async def delete(self, path: str, uid: str) -> JsonObject:
        """Delete the object of this UID; `Refused` with 409 if it is another one."""
        body = {"apiVersion": "v1", "kind": "DeleteOptions", "preconditions": {"uid": uid}}
        return (await self.cluster.send(self.token, "DELETE", path, {}, body, "application/json")).body

    async def merge(self, path: str, body: JsonObject, **query: str) -> JsonObject:
        """Change parts of an object."""
        kind = "application/merge-patch+json"
        return (await self.cluster.send(self.token, "PATCH", path, query, body, kind)).body

    def open(
        self,
        path: str,
        query: Mapping[str, str],
        *,
        accept: str = "application/json",
        silence_seconds: float | None = None,
    ) -> contextlib.AbstractAsyncContextManager[aiohttp.ClientResponse]:
        """Open a response that goes on."""
        return self.cluster.open(self.token, path, query, accept, silence_seconds)


@contextlib.asynccontextmanager
async def connected(url: str, ca: str | None, agent: str, timeout_seconds: float) -> AsyncGenerator[Cluster, None]:
    """Provide the API server at a URL; `ca` holds the authorities to trust, as PEM (None: those of the system)."""
    context = ssl.create_default_context(cadata=ca) if url.startswith("https:") else None
    # No cookies: nothing of one caller's answer may go into another's request.
    connector = aiohttp.TCPConnector(limit=_CONNECTIONS, ssl=context or True)
    async with aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar()) as session:
        yield Cluster(session, url, agent, timeout_seconds)


async def lines(response: aiohttp.ClientResponse, longest: float = math.inf) -> AsyncIterator[bytes]:
    """Yield the lines of a response as they come; `Unavailable` for one of more than `longest` bytes.

    aiohttp's own reader of lines has a limit, and an object of the API may be longer.
    """
    rest = b""
    async for chunk in response.content.iter_any():
        *whole, rest = (rest + chunk).split(b"\n")
        if len(rest) > longest:
            raise Unavailable("a line has no end")
        for line in whole:
            yield line


class Backoff:
    """The pauses of a stream between attempts: from a second on, doubled up to the longest, and spread over time."""

    def __init__(self, longest: float) -> None:
        self._longest = longest
        self._next = _FIRST_PAUSE

    def reset(self) -> None:
        """Begin again with the first pause."""
        self._next = _FIRST_PAUSE

    async def pause(self) -> None:
        """Wait, and wait longer the next time."""
        await asyncio.sleep(self._next * random.uniform(0.5, 1.0))  # noqa: S311 - spreads requests over time
        self._next = min(self._next * 2, self._longest)


def refusal(response: aiohttp.ClientResponse, raw: bytes) -> Refused:
    """Return an answer that is no success."""
    return Refused(response.status, _parse(raw), response.headers.get("Retry-After"))


def _parse(raw: bytes) -> JsonObject:
    try:
        body = json.loads(raw)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _warnings(headers: Sequence[str]) -> tuple[str, ...]:
    """Return the texts of Warning headers, which the API server quotes as RFC 7234 says."""
    return tuple(re.sub(r"\\(.)", r"\1", text) for header in headers for text in _WARNING.findall(header))
