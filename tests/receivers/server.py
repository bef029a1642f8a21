"""A receiver with scripted answers that keeps every request. It shares no code with the operator."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import hmac
import json
import ssl
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cloudevents.core.bindings.http import HTTPMessage, from_http_event
from typing_extensions import override


@dataclass(frozen=True)
class Reply:
    """How a request is answered."""

    status: int = 204
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0.0
    """Seconds until the answer."""


@dataclass(frozen=True)
class Request:
    """A request that arrived."""

    path: str
    headers: dict[str, str]
    body: bytes
    reply: Reply

    @property
    def id(self) -> str:
        """The id of the message."""
        return self.headers["webhook-id"]

    @property
    def accepted(self) -> bool:
        """Whether it was answered with a success."""
        return self.reply.status // 100 == 2

    def event(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Return the attributes and the data of the event, as the official SDK reads them."""
        event = from_http_event(HTTPMessage({"content-type": self.headers["content-type"]}, self.body))
        data: Any = event.get_data()
        return dict(event.get_attributes()), json.loads(data) if isinstance(data, str | bytes) else data

    def is_signed_with(self, key: bytes) -> bool:
        """Return whether the signature is that of Standard Webhooks with this key."""
        signed = f"{self.id}.{self.headers['webhook-timestamp']}.".encode() + self.body
        mac = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
        return f"v1,{mac}" in self.headers["webhook-signature"].split()


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, receiver: Receiver) -> None:
        self.receiver = receiver
        super().__init__(("127.0.0.1", 0), _Handler)

    @override
    def handle_error(self, *_: object) -> None:
        """Print nothing about clients that go, or that trust no certificate."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_POST(self) -> None:
        receiver = self.server.receiver
        body = self.rfile.read(int(self.headers["Content-Length"]))
        reply = receiver.replies.popleft() if receiver.replies else receiver.default
        headers = {name.lower(): value for name, value in self.headers.items()}
        receiver.stopping.wait(reply.delay)
        receiver.requests.append(Request(self.path, headers, body, reply))
        with contextlib.suppress(OSError):  # the client may have gone
            self.send_response(reply.status)
            for name, value in {"Content-Length": "0", **reply.headers}.items():
                self.send_header(name, value)
            self.end_headers()

    @override
    def log_message(self, *_: object) -> None:
        """Log nothing."""


class Receiver:
    """A server on a free port of 127.0.0.1."""

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        self.requests: list[Request] = []
        self.replies: deque[Reply] = deque()
        self.default = Reply()
        self.stopping = threading.Event()
        self._server = _Server(self)
        self._scheme = "http"
        if context is not None:
            self._server.socket = context.wrap_socket(
                self._server.socket, server_side=True, do_handshake_on_connect=False
            )
            self._scheme = "https"
        self._thread = threading.Thread(target=lambda: self._server.serve_forever(0.02), daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """The address of the receiver."""
        return f"{self._scheme}://127.0.0.1:{self._server.server_address[1]}/hook?code=1"

    def accepted(self) -> list[Request]:
        """Return the requests that were answered with a success."""
        return [one for one in list(self.requests) if one.accepted]

    def ids(self) -> list[str]:
        """Return the ids of accepted messages in the order in which they came, each once."""
        return list(dict.fromkeys(one.id for one in self.accepted()))

    def close(self) -> None:
        """Stop serving."""
        self.stopping.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@contextmanager
def receiving(context: ssl.SSLContext | None = None) -> Iterator[Receiver]:
    """Provide a receiver."""
    receiver = Receiver(context)
    try:
        yield receiver
    finally:
        receiver.close()
