"""What the tests of the WinRM adapter share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from hyperv_operator.telemetry.metrics import PrometheusMetrics
from hyperv_operator.winrm.agent import WinRmHostAgent
from hyperv_operator.winrm.pool import SessionPool


@pytest.fixture
def agent() -> Iterator[WinRmHostAgent]:
    """Give an adapter whose shells carry a name of their own."""
    metrics = PrometheusMetrics()
    made = WinRmHostAgent(SessionPool(metrics, "hyperv-operator-test", 45), metrics)
    yield made
    made.close()
