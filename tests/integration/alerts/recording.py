"""Series that Prometheus would record from the operator's metrics with a scrape a minute, as input of `promtool test rules`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families

from hyperv_operator.telemetry.metrics import PrometheusMetrics

TARGET = {
    "job": "hyperv-operator-metrics",
    "namespace": "hyperv-system",
    "pod": "hyperv-operator-1",
    "instance": "10.0.0.1:8080",
}
"""Labels that Prometheus adds when it scrapes; promtool does not add them."""

Scrapes = Iterator[PrometheusMetrics | None]
"""The operator's metrics at each minute from 0 on; None if the scrape fails."""


def scraped(metrics: PrometheusMetrics) -> dict[str, float]:
    """Return the series of one scrape in PromQL notation, with their values."""
    page = generate_latest(metrics.registry).decode()
    return {
        _series(sample.name, {**TARGET, **sample.labels}): sample.value
        for family in text_string_to_metric_families(page)
        for sample in family.samples
    }


def recorded(scrapes: Scrapes) -> list[dict[str, str]]:
    """Return the `input_series` of promtool. A series that disappears goes stale, as in Prometheus."""
    minutes = [scraped(metrics) if metrics else {} for metrics in scrapes]
    names = sorted({name for found in minutes for name in found})
    return [{"series": name, "values": " ".join(_values(name, minutes))} for name in names]


def _values(name: str, minutes: list[dict[str, float]]) -> Iterator[str]:
    before = False
    for found in minutes:
        there = name in found
        yield f"{found[name]:.12g}" if there else "stale" if before else "_"
        before = there


def _series(name: str, labels: dict[str, Any]) -> str:
    inner = ",".join(f'{key}="{value}"' for key, value in sorted(labels.items()))
    return f"{name}{{{inner}}}"
