"""Tests that run with the built-in agent and with the real one."""

from __future__ import annotations

import pytest

from hostsim.host import AgentKind
from powershell import needs_pwsh

REAL = (needs_pwsh, pytest.mark.timeout(600))
"""Marks of a test that needs the real agent. Its scripts take seconds where the built-in agent takes none."""
BOTH = pytest.mark.parametrize("agent", ["simulated", pytest.param("pwsh", marks=REAL)])
"""Runs a test with each agent."""


def settings(agent: AgentKind) -> dict[str, str]:
    """Return the settings of an operator whose hosts have this agent: a look at a real one costs a script's run."""
    return (
        {"HVO_AWAITED_INVENTORY_SECONDS": "2", "HVO_INVENTORY_INTERVAL_LIMIT_SECONDS": "5"} if agent == "pwsh" else {}
    )
