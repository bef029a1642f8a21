"""The gauges of hosts hold the last inventory, and nothing of a host that is gone."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

from prometheus_client import generate_latest

from hyperv_operator.protocol.inventory_parser import parse_inventory
from hyperv_operator.telemetry.metrics import PrometheusMetrics

_LINES = (Path(__file__).resolve().parents[3] / "Schemas" / "examples" / "inventory" / "host.jsonl").read_text()
REPORT = parse_inventory(_LINES.splitlines())
BEGUN = datetime(2026, 1, 1, tzinfo=UTC)


def _samples(metrics: PrometheusMetrics) -> dict[tuple[str, ...], float]:
    return {
        (sample.name.removeprefix("hyperv_operator_"), *sample.labels.values()): sample.value
        for family in metrics.registry.collect()
        for sample in family.samples
        if sample.labels.get("host") == "hyperv01"
    }


def test_gauges_are_exact_and_name_no_machine() -> None:
    metrics = PrometheusMetrics()
    metrics.host_seen("hyperv01", REPORT, BEGUN)
    found = _samples(metrics)
    assert found["inventory_timestamp_seconds", "hyperv01"] == BEGUN.timestamp()
    assert found["host_memory_free_bytes", "hyperv01"] == REPORT.facts.memory_free_bytes
    for volume in REPORT.facts.volumes:
        assert found["host_volume_free_bytes", "hyperv01", volume.path] == volume.free_bytes
    assert sum(value for key, value in found.items() if key[0] == "host_vms") == len(REPORT.vms)
    text = generate_latest(metrics.registry).decode()
    assert not any(f'"{vm.name}"' in text for vm in REPORT.vms)


def test_a_host_that_is_gone_has_no_gauges() -> None:
    metrics = PrometheusMetrics()
    metrics.host_seen("hyperv01", REPORT, BEGUN)
    metrics.host_gone("hyperv01")
    assert _samples(metrics) == {}


def test_what_could_not_be_read_has_no_gauge_and_is_counted_by_kind() -> None:
    host = json.loads(_LINES.splitlines()[0])
    del host["logical_processors"]
    host["volumes"] = [
        {"path": "C\ud83d", "size_bytes": 1, "free_bytes": 1},
        {"path": "C\udc00", "size_bytes": 2, "free_bytes": 1},
    ]
    lines = [
        json.dumps(host),
        "{",
        "[]",
        '{"type":"vm"}',
        '{"type":"vm","problem":"No."}',
        '{"type":"outcome","outcome":"completed"}',
    ]
    metrics = PrometheusMetrics()
    metrics.host_seen("hyperv01", parse_inventory(lines), BEGUN)
    found = _samples(metrics)
    assert ("host_logical_processors", "hyperv01") not in found
    assert found["host_unreadable_vms", "hyperv01"] == 1
    assert found["host_memory_bytes", "hyperv01"] == REPORT.facts.memory_total_bytes
    assert [key[2] for key in found if key[0] == "host_volume_bytes"] == ["C\ufffd"]
    assert found["host_unreadable_lines", "hyperv01", "line"] == 2
    assert found["host_unreadable_lines", "hyperv01", "vm"] == 1
    exposed = generate_latest(metrics.registry).decode()
    assert exposed.count("hyperv_operator_host_volume_bytes{") == 1
