"""What an HTTP answer without a WSManFault means."""

from __future__ import annotations

import pytest

from hyperv_operator.errors import HostError, ProtocolViolation, WinRmUnavailable
from hyperv_operator.hyperv import faults


@pytest.mark.parametrize(
    ("status", "error"), [(503, WinRmUnavailable), (404, ProtocolViolation), (502, ProtocolViolation)]
)
def test_a_service_that_does_not_serve_is_told_from_what_is_no_winrm(status: int, error: type[HostError]) -> None:
    raised = faults.of_http_status(status, "10.0.0.1:5986")
    assert type(raised) is error
    assert "10.0.0.1:5986 answer" in raised.message
    assert f"HTTP {status}" in raised.message
