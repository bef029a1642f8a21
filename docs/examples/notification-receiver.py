"""A receiver of hyperv-operator's notifications: it verifies signatures, drops duplicates and prints what happened.

Start it with the signing key in the environment, behind a proxy that terminates TLS:

    SIGNING_KEY='whsec_...' python notification-receiver.py 8080

It needs Python 3.9 or later and nothing else. It remembers ids in memory; a receiver that acts on events stores them with what
it does, in one transaction.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import sys
import threading
import time
from collections import OrderedDict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Callable, Mapping, Optional

TOLERANCE = 300
"""Seconds by which the timestamp of a request may differ from the clock here: an older request may be a replay."""
MAX_BODY = 65_536
REMEMBERED = 100_000


class Refused(Exception):
    """The request is not from the operator."""


def verify(key: str, headers: Mapping[str, str], body: bytes, now: float) -> str:
    """Return the id of a request whose signature is right (Standard Webhooks); raise `Refused` for any other."""
    message_id, timestamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not timestamp.isdecimal() or abs(now - int(timestamp)) > TOLERANCE:
        raise Refused("the timestamp is missing, or too far from the time here")
    secret = base64.b64decode(key.removeprefix("whsec_"))
    signed = f"{message_id}.{timestamp}.".encode() + body
    expected = base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode()
    # While keys are rotated there are several signatures; one that fits is enough.
    for one in headers.get("webhook-signature", "").split():
        version, _, signature = one.partition(",")
        if version == "v1" and hmac.compare_digest(signature.encode(), expected.encode()):
            return message_id
    raise Refused("no signature fits")


class Seen:
    """The ids of events that were handled. The operator sends an event again if it does not know whether it arrived."""

    def __init__(self) -> None:
        self._ids: OrderedDict[str, None] = OrderedDict()
        self._lock = threading.Lock()

    def handle(self, event_id: str, act: Callable[[], None]) -> None:
        """Do this for a new id; do nothing for one that was handled."""
        with self._lock:
            if event_id in self._ids:
                return
            act()
            self._ids[event_id] = None
            if len(self._ids) > REMEMBERED:
                self._ids.popitem(last=False)


def show(event: Mapping[str, Any]) -> None:
    """Print an event."""
    data = event["data"]
    print(f"{event['time']} {event['subject']} {data['severity']} {data['reason']}: {data['message']}", flush=True)


def make_server(
    address: tuple[str, int], key: str, act: Callable[[Mapping[str, Any]], None] = show
) -> ThreadingHTTPServer:
    """Return a server that calls `act` once for each event; call its `serve_forever`."""
    seen = Seen()

    class Handler(BaseHTTPRequestHandler):
        """Answers 204 to an event, 401 to a request that is not from the operator."""

        protocol_version = "HTTP/1.1"
        timeout = 60

        def do_POST(self) -> None:
            """Take an event."""
            length = self.headers.get("Content-Length", "")
            if not length.isdecimal() or int(length) > MAX_BODY:
                self.close_connection = True
                self._answer(413)
                return
            body = self.rfile.read(int(length))
            try:
                event_id = verify(key, dict_of(self.headers.items()), body, time.time())
                event = json.loads(body)
            except (Refused, ValueError) as error:
                print(f"Refused a request: {error}", file=sys.stderr, flush=True)
                self._answer(401)
                return
            # Before the answer: what is answered with a success is not sent again.
            seen.handle(event_id, lambda: act(event))
            self._answer(204)

        def _answer(self, status: int) -> None:
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is given by http.server
            """Log no request line."""

    return ThreadingHTTPServer(address, Handler)


def dict_of(items: Any) -> dict[str, str]:
    """Return headers with their names in lower case."""
    return {name.lower(): value for name, value in items}


def main(arguments: Optional[list[str]] = None) -> None:
    """Serve on a port of every address until interrupted."""
    port = int((arguments or sys.argv[1:] or ["8080"])[0])
    make_server(("", port), os.environ["SIGNING_KEY"]).serve_forever()


if __name__ == "__main__":
    main()
