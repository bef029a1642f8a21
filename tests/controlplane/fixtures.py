"""pytest fixtures: one control plane per session, one namespace per test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from controlplane.binaries import Report, find_or_build
from controlplane.plane import ControlPlane


def pytest_collection_finish(session: pytest.Session) -> None:
    """Build missing binaries before the first test, because a build would exceed a test's timeout."""
    needed = any("control_plane" in getattr(item, "fixturenames", ()) for item in session.items)
    if needed and not session.config.option.collectonly:
        find_or_build(_report(session.config))


@pytest.fixture(scope="session")
def control_plane(request: pytest.FixtureRequest) -> Iterator[ControlPlane]:
    """Provide the session's control plane; every test must use its own namespace and names."""
    with ControlPlane.start(_report(request.config)) as plane:
        yield plane


@pytest.fixture
def namespace(control_plane: ControlPlane) -> str:
    """Provide a namespace for one test and return its name.

    It is not deleted, because without a controller manager it would stay Terminating.
    """
    return control_plane.new_namespace()


def _report(config: pytest.Config) -> Report:
    """Return a function that writes a line to the terminal, bypassing pytest's capture."""
    terminal: pytest.TerminalReporter | None = config.pluginmanager.get_plugin("terminalreporter")
    return terminal.write_line if terminal is not None else print
