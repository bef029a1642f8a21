"""Marks and settings for tests that run with the simulated agent and with the real one."""

from __future__ import annotations

import pytest

from hostsim.host import AgentKind
from powershell import needs_pwsh

REAL = (needs_pwsh, pytest.mark.timeout(600))
"""Marks of a test that needs the real agent, whose scripts take seconds each."""
BOTH = pytest.mark.parametrize("agent", ["simulated", pytest.param("pwsh", marks=REAL)])
"""Runs a test with both agents."""


def settings(agent: AgentKind) -> dict[str, str]:
    """Return the operator's settings for hosts with this agent. The real one gets fewer inventories, because each runs a script."""
    return (
        {"HVO_AWAITED_INVENTORY_SECONDS": "2", "HVO_INVENTORY_INTERVAL_LIMIT_SECONDS": "5"} if agent == "pwsh" else {}
    )
