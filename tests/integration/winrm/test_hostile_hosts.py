"""Hosts that answer with anything: each costs itself one call with an error that names what it did, in bounded time and memory."""

from __future__ import annotations

import resource
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from typing_extensions import override

from hostcalls import OPTIONS, Listener, endpoint, provisioning
from hostsim.host import SimulatedHost
from hyperv_operator.errors import HostError, ProtocolViolation
from hyperv_operator.protocol.job import InventoryJob, SchemaRef
from hyperv_operator.winrm import pace
from hyperv_operator.winrm.agent import WinRmHostAgent

JOB = InventoryJob(schema_ref=SchemaRef(id="host-inventory", version=1), host=OPTIONS, cluster_uid="c")
_MEMORY_MIB = 40
"""How much a call to any host may add to the peak of the process's memory."""


@pytest.fixture(scope="module")
def host() -> Iterator[SimulatedHost]:
    """Provide a host that each test makes hostile in another way."""
    with SimulatedHost("hostile", boot_seconds=0.01) as made:
        yield made


@pytest.fixture(autouse=True)
def _healed(host: SimulatedHost) -> Iterator[None]:
    yield
    host.faults.hostile = host.faults.hostile_stream = None
    host.faults.hostile_status, host.faults.hostile_at = 200, "logon"


def _failure(agent: WinRmHostAgent, host: SimulatedHost, *, seconds: float = 20, **changes: object) -> HostError:
    with pytest.raises(HostError) as caught:
        agent.read_inventory(endpoint(host, **changes), JOB, Listener(seconds))
    return caught.value


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_024


@dataclass
class Elsewhere:
    """Another server: it records the headers of what reaches it."""

    port: int
    requests: list[str] = field(default_factory=list)


@contextmanager
def _elsewhere() -> Iterator[Elsewhere]:
    class Handler(BaseHTTPRequestHandler):
        def _record(self) -> None:
            seen.requests.append(f"{self.command} {self.headers}")
            self.send_response(401)
            self.send_header("WWW-Authenticate", "Negotiate")
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_GET = do_POST = do_PUT = _record  # noqa: N815 - names of http.server

        @override
        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        seen = Elsewhere(server.server_port)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield seen
        server.shutdown()
        thread.join(10)


@pytest.mark.parametrize("status", [200, 401, 500])
@pytest.mark.parametrize("place", ["logon", "challenge", "answer"])
@pytest.mark.parametrize("mode", ["endless-body", "endless-chunks", "endless-headers", "gzip"])
def test_an_answer_of_any_size_is_cut_off(
    agent: WinRmHostAgent, host: SimulatedHost, mode: str, place: str, status: int
) -> None:
    host.faults.hostile, host.faults.hostile_at, host.faults.hostile_status = mode, place, status  # type: ignore[assignment]
    before, began = _peak(), time.monotonic()
    error = _failure(agent, host)
    assert isinstance(error, ProtocolViolation)
    assert "bytes" in error.message or "headers" in error.message or "compressed" in error.message
    assert time.monotonic() - began < 10
    assert _peak() - before < _MEMORY_MIB


def test_informational_answers_without_end_are_cut_off(agent: WinRmHostAgent, host: SimulatedHost) -> None:
    host.faults.hostile = "endless-continue"
    assert "headers" in _failure(agent, host).message


@pytest.mark.parametrize("place", ["logon", "challenge", "answer"])
@pytest.mark.parametrize("mode", ["drip", "slow-headers", "slow-chunks"])
def test_a_drip_ends_with_the_call(agent: WinRmHostAgent, host: SimulatedHost, mode: str, place: str) -> None:
    host.faults.hostile, host.faults.hostile_at = mode, place  # type: ignore[assignment]
    began = time.monotonic()
    error = _failure(agent, host, seconds=2)
    assert time.monotonic() - began < 6
    assert type(error).__name__ == "CallTimeout"


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("place", ["logon", "challenge", "answer"])
@pytest.mark.parametrize("authentication", ["ntlm", "negotiate", "basic"])
def test_no_redirect_is_followed(
    agent: WinRmHostAgent, host: SimulatedHost, authentication: str, place: str, status: int
) -> None:
    if (authentication, place) == ("basic", "challenge"):
        place = "logon"
    with _elsewhere() as other:
        host.faults.hostile, host.faults.hostile_at, host.faults.hostile_status = "redirect", place, status  # type: ignore[assignment]
        host.faults.hostile_location = f"http://127.0.0.1:{other.port}/wsman"
        error = _failure(agent, host, authentication=authentication)
        assert other.requests == []
    assert isinstance(error, ProtocolViolation)
    assert f"redirected (HTTP {status})" in error.message
    assert "spec.address" in error.remedy


@pytest.mark.parametrize("status", [200, 500])
@pytest.mark.parametrize("mode", ["xml-entities", "xml-deep", "xml-wide", "xml-namespaces", "xml-attributes"])
def test_heavy_xml_is_refused_before_it_is_read(
    agent: WinRmHostAgent, host: SimulatedHost, mode: str, status: int
) -> None:
    host.faults.hostile, host.faults.hostile_at, host.faults.hostile_status = mode, "answer", status  # type: ignore[assignment]
    before, began = _peak(), time.process_time()
    error = _failure(agent, host)
    assert isinstance(error, ProtocolViolation)
    assert time.process_time() - began < 2
    assert _peak() - before < _MEMORY_MIB


@pytest.mark.parametrize(
    "mode", ["clixml-deep", "clixml-wide", "clixml-references", "clixml-attributes", "tiny-fragments"]
)
def test_a_bomb_in_a_stream_costs_only_itself(agent: WinRmHostAgent, host: SimulatedHost, mode: str) -> None:
    host.faults.hostile_stream = mode  # type: ignore[assignment]
    before, began = _peak(), time.process_time()
    listener = Listener()
    agent.run(endpoint(host), provisioning(host), listener)
    assert time.process_time() - began < 5
    assert _peak() - before < _MEMORY_MIB


@pytest.mark.parametrize("mode", ["unfinished", "out-of-order"])
def test_fragments_that_lie_end_the_call(agent: WinRmHostAgent, host: SimulatedHost, mode: str) -> None:
    host.faults.hostile_stream = mode  # type: ignore[assignment]
    error = _failure(agent, host)
    assert isinstance(error, ProtocolViolation)
    assert "fragment" in error.message


def test_a_run_of_65536_lines_costs_little_and_has_its_outcome(
    agent: WinRmHostAgent, host: SimulatedHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pace, "PER_SECOND", 1_000_000)
    host.faults.hostile_stream = "lines"
    listener = Listener(120)
    before = _peak()
    outcome = agent.run(endpoint(host), provisioning(host), listener)
    assert outcome.outcome
    said = listener.lines()["verbose"]
    assert said[:2] == ["line 0", "line 1"]
    assert len(said) <= 20_000
    dropped = [text for texts in listener.lines().values() for text in texts if "were dropped" in text]
    assert len(dropped) == 1
    # The simulated agent has a few lines of its own.
    assert 0 <= int(dropped[0].split()[0].replace(",", "")) + len(said) - 65_536 < 50
    assert _peak() - before < 120
