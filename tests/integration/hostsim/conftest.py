"""A prepared host without an agent, and a client of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from hostsim.host import SimulatedHost
from integration.hostsim.client import Client, connected


@pytest.fixture
def host() -> Iterator[SimulatedHost]:
    """Give the host; a module may have another one."""
    with SimulatedHost(boot_seconds=0.01, installation="none") as running:
        yield running


@pytest.fixture
def client(host: SimulatedHost) -> Iterator[Client]:
    """Give a client that is connected to it."""
    with connected(host) as made:
        yield made
