"""metrics.md: every metric of the operator, with type, labels, meaning and the alerts that use it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml
from prometheus_client import Metric
from prometheus_client.metrics import MetricWrapperBase

from hyperv_operator.gateway.metrics import GatewayMetrics
from hyperv_operator.telemetry.metrics import PrometheusMetrics
from reference.markdown import code, codes, page, table

_PREFIX = "hyperv_operator_"
_INTRO = """The operator serves its metrics at `/metrics` on `HVO_METRICS_PORT` ([settings](settings.md)). No label carries the name of a
machine: the number of series grows with hosts, not with machines. Durations are in seconds.

A histogram has the series `<name>_bucket`, `<name>_sum` and `<name>_count`. The endpoint also serves the process and Python
metrics of `prometheus_client` (`process_*`, `python_*`) where the platform has them.

The alerts are those of the chart, with a [runbook](../README.md#alerts-and-runbooks) each."""


_GATEWAY = """## The gateway
Each [gateway](../guides/gateway.md) serves its own at `/metrics` on `HVO_GATEWAY_METRICS_PORT`. `route` is the template of an address."""


@dataclass(frozen=True)
class Family:
    """One metric, by the name under which it is scraped."""

    name: str
    kind: str
    labels: tuple[str, ...]
    meaning: str


def render(alerts: Path) -> str:
    """Return the page; `alerts` is the chart's file of alerting rules."""
    used = alerts_by_metric(yaml.safe_load(alerts.read_text(encoding="utf-8")))
    return page("Metrics", _INTRO, _table(PrometheusMetrics(), used), _GATEWAY, _table(GatewayMetrics(), used))


def _table(metrics: PrometheusMetrics | GatewayMetrics, used: Mapping[str, list[str]]) -> str:
    rows = [
        (
            code(one.name),
            one.kind,
            codes(one.labels),
            one.meaning,
            ", ".join(f"[{alert}](../runbooks/{alert}.md)" for alert in used.get(one.name, ())),
        )
        for one in sorted(families(metrics), key=lambda one: one.name)
    ]
    return table(("metric", "type", "labels", "meaning", "alerts"), rows)


def families(metrics: PrometheusMetrics | GatewayMetrics) -> Iterator[Family]:
    """Yield our own metrics; those of the process are left out, as they differ between platforms."""
    wrapped = {
        next(iter(one.describe())).name: one for one in vars(metrics).values() if isinstance(one, MetricWrapperBase)
    }
    for found in metrics.registry.collect():
        if found.name.startswith(_PREFIX):
            name = f"{found.name}_total" if found.type == "counter" else found.name
            yield Family(name, found.type, _labels(wrapped.get(found.name, found)), found.documentation)


def _labels(metric: MetricWrapperBase | Metric) -> tuple[str, ...]:
    # A metric that has no sample yet shows its labels nowhere else.
    return tuple(metric._labelnames)  # type: ignore[union-attr]  # noqa: SLF001


def alerts_by_metric(rules: Mapping[str, list[dict[str, list[dict[str, str]]]]]) -> dict[str, list[str]]:
    """Return the names of the alerts by the metric that their expression uses; a histogram's series count as the histogram."""
    used: dict[str, list[str]] = {}
    for group in rules["groups"]:
        for rule in group["rules"]:
            for series in sorted(set(re.findall(rf"\b{_PREFIX}\w+", rule["expr"]))):
                used.setdefault(re.sub(r"_(bucket|sum|count)$", "", series), []).append(rule["alert"])
    return used
