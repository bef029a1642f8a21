"""The guard of the unit tests refuses processes and ports, and nothing else."""

from __future__ import annotations

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import Callable

import pytest


def _listen() -> None:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))


@pytest.mark.parametrize(
    ("forbidden", "event"),
    [
        (lambda: subprocess.run([sys.executable, "-V"], check=False), "subprocess.Popen"),
        (lambda: os.system("true"), "os.system"),
        (os.fork, "os.fork"),
        (_listen, "socket.bind"),
        (lambda: asyncio.run(asyncio.start_server(lambda _reader, _writer: None, "127.0.0.1", 0)), "socket.bind"),
        (lambda: asyncio.run(asyncio.create_subprocess_exec(sys.executable, "-V")), "subprocess.Popen"),
    ],
)
def test_processes_and_ports_are_refused(refusals: list[str], forbidden: Callable[[], object], event: str) -> None:
    with pytest.raises(AssertionError, match=f"{event}.*Move it to tests/integration"):
        forbidden()
    assert refusals == [event]
    refusals.clear()


async def test_an_event_loop_runs() -> None:
    first, second = socket.socketpair()
    with first, second:
        first.send(b"x")
        assert await asyncio.to_thread(second.recv, 1) == b"x"
