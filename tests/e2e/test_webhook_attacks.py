"""Attacks on the operator's webhook from inside the cluster's network, while the API server goes on to ask it."""

from __future__ import annotations

import json
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from http.client import HTTPSConnection
from pathlib import Path
from typing import Any

import pytest

from controlplane.plane import ControlPlane
from controlplane.waiting import wait_until
from e2e import rig

pytestmark = pytest.mark.timeout(180)

_HALF_SENT = 400
_GONE_WITHIN = 15.0
_PATIENCE = 2.0
"""Longest time for an honest review; the API server waits for 5 seconds."""
_MEMORY_MIB = 256
_HALVES = {
    "nothing": b"",
    "half a head": b"POST /hypervmachines HTTP/1.1\r\nHost: localhost\r\nContent-",
    "half a body": b'POST / HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 900\r\n\r\n{"kind"',
}


@pytest.fixture
def operator(cluster: ControlPlane, log: Any) -> Iterator[rig.Operator]:
    with rig.operator(cluster, log) as running:
        running.wait_for_webhook()
        yield running


def _context(cluster: ControlPlane) -> ssl.SSLContext:
    return ssl.create_default_context(cadata=rig.webhook_of(cluster).certificates.authority.pem)


def _connect(cluster: ControlPlane) -> ssl.SSLSocket:
    connection = socket.create_connection(("127.0.0.1", rig.webhook_of(cluster).port), timeout=20)
    return _context(cluster).wrap_socket(connection, server_hostname="127.0.0.1")


def _is_open(connection: socket.socket) -> bool:
    connection.setblocking(False)
    try:
        while received := connection.recv(4096):
            assert b"500" not in received
    except (BlockingIOError, ssl.SSLWantReadError):
        return True
    except OSError:
        return False
    return False


def _peak_mib(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024


def _review() -> bytes:
    _, machine = rig.submission("nowhere", "honest")
    request = {"uid": "1", "operation": "CREATE", "object": {**machine, "metadata": {"name": "a", "namespace": "b"}}}
    return json.dumps({"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": request}).encode()


def _ask(cluster: ControlPlane, body: bytes) -> tuple[int, str]:
    address = rig.webhook_of(cluster).port
    with closing(HTTPSConnection("127.0.0.1", address, timeout=10, context=_context(cluster))) as connection:
        connection.request("POST", "/hypervmachines", body, {"Content-Type": "application/json"})
        answer = connection.getresponse()
        return answer.status, answer.read().decode()


@pytest.mark.parametrize("half", _HALVES)
def test_half_sent_requests_go_and_honest_reviews_are_answered_meanwhile(
    cluster: ControlPlane, operator: rig.Operator, half: str
) -> None:
    with ExitStack() as stack:
        begun = time.monotonic()
        held: list[socket.socket] = []
        for number in range(_HALF_SENT):
            connection = stack.enter_context(closing(_connect(cluster)))
            connection.sendall(_HALVES[half])
            held.append(connection)
            if number % 50 == 49:
                started = time.monotonic()
                assert _ask(cluster, _review())[0] == 200
                assert time.monotonic() - started < _PATIENCE
        wait_until(lambda: not any(map(_is_open, held)), what="the end of all of them", within=_GONE_WITHIN, every=0.5)
        print(f"{_HALF_SENT} connections with {half} were gone after {time.monotonic() - begun:.1f} s")
    assert _ask(cluster, _review())[0] == 200
    peak = _peak_mib(operator.pid)
    print(f"the operator took at most {peak:.0f} MiB")
    assert peak < _MEMORY_MIB
    metrics = operator.metrics()
    assert 'hyperv_operator_requests_refused_total{reason="slow",server="webhook"}' in metrics


def test_nonsense_gets_400_and_no_traceback(cluster: ControlPlane, operator: rig.Operator) -> None:
    whole = json.loads(_review())
    for body in (
        b"",
        b"nonsense",
        b"[]",
        b"null",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        json.dumps({**whole, "request": None}).encode(),
        json.dumps({**whole, "request": {**whole["request"], "uid": 7}}).encode(),
        json.dumps({**whole, "request": {**whole["request"], "object": "web"}}).encode(),
        _review().replace(b'"nowhere"', b"NaN"),
        _review().replace(b'"nowhere"', b'"\\ud800"'),
    ):
        status, text = _ask(cluster, body)
        assert (status, "Traceback" in text, "{" in text) == (400, False, False), body[:80]
    levels = {one["level"] for one in operator.records()}
    assert levels <= {"info", "warning", "debug"}
