"""How long WinRM operations take and how they end, for the metrics."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator

from hyperv_operator.errors import HostError
from hyperv_operator.ports import Metrics


@contextlib.contextmanager
def measured(metrics: Metrics, host: str, operation: str) -> Iterator[None]:
    """Count what is done within as one operation on the host."""
    started, result = time.monotonic(), "ok"
    try:
        yield
    except HostError as error:
        result = type(error).__name__
        raise
    finally:
        metrics.winrm_operation(host, operation, result, time.monotonic() - started)
