"""The receiver in the documentation verifies signatures, drops duplicates, and refuses everything else."""

from __future__ import annotations

import asyncio
import base64
import runpy
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from hyperv_operator.notifications import cloudevent, signing
from hyperv_operator.notifications.sender import Delivered, http_sender
from hyperv_operator.notifications.targets import Target
from unit.notifications.samples import subject

SCRIPT = Path(__file__).resolve().parents[3] / "docs" / "examples" / "notification-receiver.py"
KEY, OTHER = b"k" * 32, b"o" * 32
WRITTEN = "whsec_" + base64.b64encode(KEY).decode()


class Example:
    """The receiver of the documentation, on a free port."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        script = runpy.run_path(str(SCRIPT))
        self._server = script["make_server"](("127.0.0.1", 0), WRITTEN, self.events.append)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/"
        self._thread = threading.Thread(target=lambda: self._server.serve_forever(0.02), daemon=True)
        self._thread.start()

    def post(self, body: bytes, headers: dict[str, str]) -> int:
        request = urllib.request.Request(self.url, body, headers, method="POST")
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            with error:
                return error.code

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def example() -> Iterator[Example]:
    """Provide the running receiver."""
    running = Example()
    yield running
    running.close()


def _body() -> bytes:
    one = subject([7])
    return cloudevent.body(one, one.transitions[0], str)


def _signed(body: bytes, *keys: bytes, age: float = 0.0) -> dict[str, str]:
    return dict(signing.headers(keys, "u1/7", datetime.fromtimestamp(time.time() - age, UTC), body))


async def test_what_the_operator_sends_is_handled_once(example: Example) -> None:
    target = Target("example", example.url, (KEY,))
    async with http_sender(target) as sender:
        now = datetime.fromtimestamp(time.time(), UTC)
        for _ in range(2):
            assert await sender.send("u1/7", _body(), now) == Delivered()
        assert await asyncio.gather(*(sender.send("u1/8", _body(), now) for _ in range(4))) == [Delivered()] * 4
    assert [one["data"]["sequence"] for one in example.events] == [7, 7]


def test_one_of_several_signatures_is_enough(example: Example) -> None:
    assert example.post(_body(), _signed(_body(), OTHER, KEY)) == 204
    assert len(example.events) == 1


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (_body(), {}),
        (_body(), _signed(_body(), OTHER)),
        (_body().replace(b"Queued", b"Deleted"), _signed(_body(), KEY)),
        (_body(), {**_signed(_body(), KEY), "webhook-id": "u1/8"}),
        (_body(), {**_signed(_body(), KEY), "webhook-timestamp": "1"}),
        (_body(), {**_signed(_body(), KEY), "webhook-timestamp": "soon"}),
        (_body(), _signed(_body(), KEY, age=86_400)),
        (_body(), _signed(_body(), KEY, age=-86_400)),
        (_body(), {**_signed(_body(), KEY), "webhook-signature": "v1,\xe9"}),
        (b"no JSON", _signed(b"no JSON", KEY)),
    ],
)
def test_a_request_that_is_not_from_the_operator_is_refused(
    example: Example, body: bytes, headers: dict[str, str]
) -> None:
    assert example.post(body, headers) == 401
    assert example.events == []


def test_a_body_that_is_too_long_is_not_read(example: Example) -> None:
    assert example.post(b"x" * 65_537, _signed(b"x" * 65_537, KEY)) == 413
