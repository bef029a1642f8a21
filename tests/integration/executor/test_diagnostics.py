"""The executor's diagnostics, served over HTTP next to the metrics."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any

import aiohttp
import pytest

from executor.tasks import Gate, nothing, service, task
from hyperv_operator.errors import HostUnreachable
from hyperv_operator.ports import Lane, TaskContext
from hyperv_operator.serving.connections import Limits
from hyperv_operator.telemetry.metrics import PrometheusMetrics
from hyperv_operator.telemetry.server import Probes, serving


async def _get(port: int, path: str, accept: str = "*/*") -> aiohttp.ClientResponse:
    url = f"http://127.0.0.1:{port}{path}"
    async with aiohttp.ClientSession() as session, session.get(url, headers={"Accept": accept}) as response:
        await response.read()
        return response


def _unreachable(_: TaskContext) -> None:
    raise HostUnreachable("10.0.0.1:5986 does not answer.")


async def test_diagnostics_show_queues_workers_tallies_and_breakers_but_no_keys_or_messages() -> None:
    metrics, gate, began = PrometheusMetrics(), Gate(), asyncio.Event()
    tasks = service(metrics)
    probes = Probes({"executor": tasks.exhausted}, {})
    shown = {"executor": lambda: tasks.get_metrics().to_json()}
    await tasks.submit(task("secret-key-1", nothing, host="h1"))
    for _ in range(3):
        with pytest.raises(HostUnreachable):
            await tasks.submit(task("secret-key-2", _unreachable, host="h2", lane=Lane.FAST))
    with pytest.raises(HostUnreachable):
        await tasks.submit(task("secret-key-2", nothing, host="h2"))
    held = [tasks.submit(task(f"secret-key-{n}", gate, host="h3", on_start=began.set)) for n in (3, 4, 5)]
    await began.wait()
    async with serving("127.0.0.1", 0, 0, metrics.registry, probes, shown) as (port, probe_port):
        response = await _get(port, "/debug/executor")
        seen: dict[str, Any] = await response.json()
        scraped = await (await _get(port, "/metrics")).text()
        assert (await _get(probe_port, "/healthz")).status == 200
        assert (await _get(probe_port, "/debug/executor")).status == 404
    job = seen["lanes"]["job"]
    assert (job["queued"], job["running"], job["workers"], job["min"], job["max"]) == (2, 1, 4, 4, 4)
    assert job["hosts"] == {"h3": {"queued": 2, "running": 1, "slots": 1}}
    assert (job["hanging"], job["hanging_limit"]) == (0, 8)
    assert seen["tallies"] == [
        {"lane": "fast", "category": "long", "result": "HostUnreachable", "count": 3},
        {"lane": "job", "category": "long", "result": "CircuitOpen", "count": 1},
        {"lane": "job", "category": "long", "result": "ok", "count": 1},
    ]
    assert seen["refused"] == {"h2": 1}
    assert seen["breakers"]["h2"]["state"] == "open"
    assert not seen["closing"]
    text = await response.text()
    assert "secret-key" not in text
    assert "10.0.0.1" not in text
    for line in (
        'hyperv_operator_queue_depth{lane="job"} 2.0',
        'hyperv_operator_lane_workers_max{lane="fast"} 2.0',
        'hyperv_operator_host_circuit_open{host="h2"} 1.0',
        'hyperv_operator_calls_refused_total{host="h2"} 1.0',
        'hyperv_operator_task_duration_seconds_count{category="long",lane="fast",result="HostUnreachable"} 3.0',
    ):
        assert line in scraped
    gate.open()
    await asyncio.gather(*held)
    tasks.forget_host("h2")
    metrics.host_gone("h2")
    assert metrics.registry.get_sample_value("hyperv_operator_host_circuit_open", {"host": "h2"}) is None


async def test_metrics_of_the_process_are_served_in_the_format_that_the_scraper_asks_for() -> None:
    metrics = PrometheusMetrics()
    async with serving("127.0.0.1", 0, 0, metrics.registry, Probes({}, {}), {}) as (port, _):
        plain = await _get(port, "/metrics")
        negotiated = await _get(port, "/metrics", "application/openmetrics-text; version=1.0.0")
        one = await _get(port, "/metrics?name[]=process_open_fds")
    text = await plain.text()
    for name in ("process_resident_memory_bytes", "python_info", "python_gc_collections_total"):
        assert f"\n{name}" in text
    assert plain.headers["Content-Type"].startswith("text/plain; version=")
    assert negotiated.headers["Content-Type"].startswith("application/openmetrics-text")
    assert (await negotiated.text()).endswith("# EOF\n")
    assert {line.split()[0] for line in (await one.text()).splitlines() if line[0] != "#"} == {"process_open_fds"}


async def test_half_sent_requests_keep_no_probe_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hyperv_operator.telemetry.server._LIMITS", Limits(connections=3, head_seconds=0.3))
    async with serving("127.0.0.1", 0, 0, PrometheusMetrics().registry, Probes({}, {}), {}) as ports:
        for port, path in zip(ports, ("/metrics", "/healthz"), strict=True):
            held = [await asyncio.open_connection("127.0.0.1", port) for _ in range(10)]
            assert (await _get(port, path)).status == 200
            async with asyncio.timeout(5):
                for reader, writer in held:
                    with contextlib.suppress(ConnectionError):
                        assert await reader.read() == b""
                    writer.close()
