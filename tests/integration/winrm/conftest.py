"""Fixtures of the WinRM adapter's tests."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from hyperv_operator.telemetry.metrics import PrometheusMetrics
from hyperv_operator.winrm.agent import WinRmHostAgent
from hyperv_operator.winrm.pool import SessionPool


@pytest.fixture
def agent() -> Iterator[WinRmHostAgent]:
    """Provide an adapter whose shells have a name of their own."""
    metrics = PrometheusMetrics()
    made = WinRmHostAgent(SessionPool(metrics, "hyperv-operator-test", 45), metrics)
    yield made
    made.close()
