"""Which series there are: tenants' text makes none, and a deleted host leaves none."""

from __future__ import annotations

from prometheus_client import generate_latest

from hyperv_operator.telemetry.metrics import PrometheusMetrics
from unit.core.samples import NOW, REPORT

READY = {"Ready": ("True", "Ready")}


def _text(metrics: PrometheusMetrics) -> str:
    return generate_latest(metrics.registry).decode()


def _everything(metrics: PrometheusMetrics, host: str) -> None:
    metrics.machine_conditions(f"uid-{host}", host, READY)
    metrics.run_finished(host, "provision", "completed", 1)
    metrics.abandoned(host)


def test_a_host_that_does_not_exist_makes_no_series() -> None:
    metrics = PrometheusMetrics()
    for number in range(100):
        _everything(metrics, f"tenants-text-{number}")
    text = _text(metrics)
    assert "tenants-text" not in text
    assert 'hyperv_operator_machines{condition="Ready",host="",reason="Ready",status="True"} 100.0' in text
    assert 'hyperv_operator_machines_abandoned_total{host=""} 100.0' in text


def test_a_machine_counts_for_its_host_from_the_moment_that_the_host_exists() -> None:
    metrics = PrometheusMetrics()
    metrics.machine_conditions("u", "late", READY)
    metrics.host_conditions("late", READY)
    assert 'hyperv_operator_machines{condition="Ready",host="late",reason="Ready",status="True"} 1.0' in _text(metrics)


def test_a_deleted_host_leaves_no_series_even_if_a_call_ends_after_it() -> None:
    metrics = PrometheusMetrics()
    for host in ("gone", "stays"):
        metrics.host_conditions(host, READY)
        metrics.host_seen(host, REPORT, NOW)
        metrics.host_preflight(host, {"ok": 3, "blocking": 1})
        metrics.winrm_operation(host, "open", "ok", 1)
        metrics.rollout_finished(host, "ok", 1)
        metrics.call_refused(host)
        metrics.breaker_changed(host, is_closed=False)
        _everything(metrics, host)
    before = _text(metrics)
    assert before.count('host="gone"') == before.count('host="stays"') > 20
    metrics.host_gone("gone")
    metrics.winrm_operation("gone", "open", "CallCancelled", 1)
    metrics.host_preflight("gone", {"ok": 3})
    text = _text(metrics)
    assert 'host="gone"' not in text
    assert text.count('host="stays"') == before.count('host="stays"')
    metrics.host_conditions("gone", READY)
    metrics.winrm_operation("gone", "open", "ok", 1)
    assert 'host="gone"' in _text(metrics)
