"""Fixtures: a prepared host without an agent, and its client."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from hostsim.host import SimulatedHost
from integration.hostsim.client import Client, connected


@pytest.fixture
def host() -> Iterator[SimulatedHost]:
    """Provide the host; a module may override it."""
    with SimulatedHost(boot_seconds=0.01, installation="none") as running:
        yield running


@pytest.fixture
def client(host: SimulatedHost) -> Iterator[Client]:
    """Provide a client that is connected to the host."""
    with connected(host) as made:
        yield made
