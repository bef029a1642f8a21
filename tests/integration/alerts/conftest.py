"""Fixtures of the tests of the alerts."""

from __future__ import annotations

from pathlib import Path

import pytest

from integration.alerts.promtool import find_or_build


def pytest_collection_finish(session: pytest.Session) -> None:
    """Build promtool before the first test that needs it: the build takes longer than the timeout of a test."""
    needed = any("promtool" in getattr(item, "fixturenames", ()) for item in session.items)
    if needed and not session.config.option.collectonly:
        terminal: pytest.TerminalReporter | None = session.config.pluginmanager.get_plugin("terminalreporter")
        find_or_build(terminal.write_line if terminal is not None else print)


@pytest.fixture(scope="session")
def promtool() -> Path:
    """Return the path of promtool."""
    return find_or_build(print)
