"""The guard of the unit tests: they start no process and open no port, so that `make unit` is fast everywhere."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import urllib3.util.connection  # binds a port when it is first imported, to find out whether there is IPv6  # noqa: F401

_FOLDER = Path(__file__).parent
_REFUSED = {
    "os.exec": "replaces the process",
    "os.fork": "starts a process",
    "os.forkpty": "starts a process",
    "os.posix_spawn": "starts a process",
    "os.system": "starts a process",
    "socket.bind": "opens a port",
    "subprocess.Popen": "starts a process",
}
"""Audit events of Python, and what they mean. Neither the socket pair of an event loop nor a connection raises one."""


class _Guard:
    """Refuses operations while it is on. It is switched, since an audit hook cannot be removed."""

    def __init__(self) -> None:
        self.is_on = False
        self.refused: list[str] = []
        sys.addaudithook(self._audit)

    def _audit(self, event: str, _: tuple[object, ...]) -> None:
        if self.is_on and event in _REFUSED:
            self.refused.append(event)
            raise AssertionError(_sentence(event))


def _sentence(event: str) -> str:
    return f"a unit test {_REFUSED[event]} ({event}). Move it to tests/integration."


_guard = _Guard()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of this folder."""
    for item in items:
        if item.path.is_relative_to(_FOLDER):
            item.add_marker("unit")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Guard a test, and those fixtures that it is the first to use."""
    _guard.refused.clear()
    _guard.is_on = item.get_closest_marker("unit") is not None
    try:
        return (yield)
    finally:
        _guard.is_on = False


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call() -> Iterator[None]:
    """Fail a test that has caught the refusal."""
    outcome = yield
    assert not _guard.refused, _sentence(_guard.refused[0])
    return outcome


@pytest.fixture
def refusals() -> list[str]:
    """Give the events that the guard has refused in this test; a test that clears it passes."""
    return _guard.refused
