"""HTTP connections to a host on which every read and write is bounded by an `Allowance`.

The bounds are below every library that reads a response: http.client, urllib3, requests and the logon handlers see them as errors of
the connection, so that no path around them exists. Redirects and compressed bodies are refused where a response enters requests,
before a handler could follow or decompress it.
"""

from __future__ import annotations

import http.client
import io
import socket
import ssl
from functools import partial
from typing import Any

import requests
import urllib3
from requests.adapters import HTTPAdapter
from typing_extensions import override
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.util.connection import is_connection_dropped

from hyperv_operator.winrm.allowance import Allowance, AnswerRefused

_READ_BLOCK = 32_768
_SEND_BLOCK = 65_536
DIRECT = "Set spec.address and spec.connection.port to WinRM itself, not to a proxy or load balancer in front of it."


class _BoundedReader(io.RawIOBase):
    """Reads a socket within an allowance."""

    def __init__(self, raw: io.RawIOBase, sock: socket.socket, allowance: Allowance) -> None:
        self._raw = raw
        # pypsrp takes the certificate for the channel binding from here.
        self._sock = sock
        self._allowance = allowance

    @override
    def readable(self) -> bool:
        return True

    @override
    def readinto(self, buffer: Any, /) -> int | None:
        self._sock.settimeout(self._allowance.seconds())
        try:
            count = self._raw.readinto(buffer)
        except TimeoutError:
            self._allowance.seconds()
            raise
        self._allowance.take(count or 0)
        return count

    @override
    def close(self) -> None:
        self._raw.close()
        super().close()


class _BoundedResponse(http.client.HTTPResponse):
    def __init__(self, allowance: Allowance, sock: socket.socket, *args: Any, **options: Any) -> None:
        super().__init__(sock, *args, **options)
        self._allowance = allowance
        self.fp = io.BufferedReader(_BoundedReader(self.fp.detach(), sock, allowance), _READ_BLOCK)

    @override
    def begin(self) -> None:
        self._allowance.begin_exchange()
        try:
            super().begin()
        except http.client.RemoteDisconnected:
            raise
        except http.client.HTTPException:
            raise AnswerRefused("sent no HTTP, or more headers than HTTP clients take.", DIRECT) from None
        # WinRM has no cookies. They would be parsed at each response, and sent back.
        for name in ("Set-Cookie", "Set-Cookie2"):
            del self.headers[name]
        self._allowance.begin_body()


class _Bounded(HTTPConnection):
    """A connection whose adapter is `owner`."""

    def __init__(self, *args: Any, owner: HostAdapter, **options: Any) -> None:
        super().__init__(*args, **options)
        self._owner = owner
        self.response_class = partial(_BoundedResponse, owner.allowance)  # type: ignore[assignment]

    @override
    def connect(self) -> None:
        allowance = self._owner.allowance
        allowance.begin_exchange()
        self._owner.has_connected = True
        self.timeout = min(self.timeout or allowance.idle_seconds, allowance.seconds())
        try:
            super().connect()
        except TimeoutError:
            allowance.seconds()
            raise
        self._owner.connection = self

    @override
    def request(self, *args: Any, **options: Any) -> None:
        self._owner.allowance.begin_exchange()
        super().request(*args, **options)

    @override
    def send(self, data: Any) -> None:
        view, allowance = memoryview(data), self._owner.allowance
        for start in range(0, len(view), _SEND_BLOCK):
            if self.sock is not None:
                self.sock.settimeout(allowance.seconds())
            super().send(view[start : start + _SEND_BLOCK])
            self._owner.has_sent = True


class _BoundedTls(_Bounded, HTTPSConnection):
    pass


class HostAdapter(HTTPAdapter):
    """Connects to one host, for one thread at a time. Its errors are `AnswerRefused`, `AnswerTooSlow`, `DeadlinePassed`, or requests'."""

    def __init__(self, allowance: Allowance, trust: ssl.SSLContext | None) -> None:
        """`trust` verifies the host's certificate, and is None only without TLS."""
        self.allowance = allowance
        self.connection: _Bounded | None = None
        """The connection that was opened last."""
        self.has_connected = self.has_sent = False
        """Whether a new connection was tried, and whether any byte was sent, since `begin_request`."""
        self._trust = trust
        super().__init__(pool_connections=1, pool_maxsize=1)

    def begin_request(self, body_bytes: int) -> None:
        """Begin a request whose response may have a body of this size."""
        self.has_connected = self.has_sent = False
        self.allowance.begin_request(body_bytes)

    @property
    def is_connected(self) -> bool:
        """Whether the last connection is still open, as far as this side knows."""
        return self.connection is not None and not is_connection_dropped(self.connection)

    @override
    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **options: Any) -> None:
        super().init_poolmanager(connections, maxsize, block, **options)
        self.poolmanager.pool_classes_by_scheme = {
            "http": partial(_pool, self, urllib3.HTTPConnectionPool, _Bounded),
            "https": partial(_pool, self, urllib3.HTTPSConnectionPool, _BoundedTls, ssl_context=self._trust),
        }

    @override
    def cert_verify(self, *_: object) -> None:
        """Do nothing: certificates are verified by the context, and never by requests' own list."""

    @override
    def send(
        self,
        request: requests.PreparedRequest,
        stream: bool = False,
        timeout: Any = None,
        verify: Any = True,
        cert: Any = None,
        proxies: Any = None,
    ) -> requests.Response:
        """Send a request and return its response, whose body is read later and within the same bounds."""
        self.allowance.begin_response()
        response = super().send(request, stream, timeout, verify=True, cert=cert, proxies=None)
        try:
            _check(response)
        except AnswerRefused:
            response.close()
            raise
        return response


def _pool(owner: HostAdapter, kind: Any, connection: type[_Bounded], *args: Any, **options: Any) -> Any:
    pool = kind(*args, **options)
    pool.ConnectionCls = partial(connection, owner=owner)
    return pool


def _check(response: requests.Response) -> None:
    if 300 <= response.status_code < 400:
        raise AnswerRefused(
            f"redirected (HTTP {response.status_code}) a request elsewhere. The operator follows no redirect, because its logon is "
            "meant for this host only.",
            DIRECT,
        )
    encoding = response.headers.get("Content-Encoding", "identity").strip().casefold()
    transfer = response.headers.get("Transfer-Encoding", "chunked").strip().casefold()
    if encoding != "identity" or transfer != "chunked":
        raise AnswerRefused("sent a compressed or encoded response, although none was asked for.", DIRECT)
