"""pytest fixtures: one control plane a session, one namespace a test."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from controlplane.binaries import Report, find_or_build
from controlplane.plane import ControlPlane


def pytest_collection_finish(session: pytest.Session) -> None:
    """Build what is missing before the first test runs: in a test, those minutes would break its timeout."""
    needed = any("control_plane" in getattr(item, "fixturenames", ()) for item in session.items)
    if needed and not session.config.option.collectonly:
        find_or_build(_report(session.config))


@pytest.fixture(scope="session")
def control_plane(request: pytest.FixtureRequest) -> Iterator[ControlPlane]:
    """Give a control plane that all tests of the session share: keep to your own namespace and names."""
    with ControlPlane.start(_report(request.config)) as plane:
        yield plane


@pytest.fixture
def namespace(control_plane: ControlPlane) -> str:
    """Give the name of a namespace of the test's own.

    It is left as it is: without a controller manager a deleted namespace would stay, and the server goes soon anyway.
    """
    return control_plane.new_namespace()


def _report(config: pytest.Config) -> Report:
    """Return what writes a line to the terminal past pytest's capture."""
    terminal: pytest.TerminalReporter | None = config.pluginmanager.get_plugin("terminalreporter")
    return terminal.write_line if terminal is not None else print
