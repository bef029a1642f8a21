"""The gauges of hosts hold the last inventory, and nothing of a host that is gone."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from prometheus_client import generate_latest

from hyperv_operator.protocol.inventory import parse_inventory
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
