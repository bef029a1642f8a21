"""Test one mutant: runs in a forked process in which no module of the operator is imported yet."""

from __future__ import annotations

import importlib
import importlib.machinery
import importlib.util
import os
import resource
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from types import CodeType, ModuleType

import pytest
from pydantic import BaseModel
from typing_extensions import override

from mutants.generation import Module
from mutants.reach import PYTEST_ARGUMENTS

_MEMORY = 4 * 2**30


class Outcome(StrEnum):
    """How the tests answer to a mutant."""

    KILLED = "killed"
    TIMEOUT = "timeout"
    """The tests did not end: noticed as well."""
    SURVIVED = "survived"
    NO_TESTS = "no tests"
    """No test reaches the line."""
    INVALID = "invalid"
    """Not valid Python, the same as before, or not importable: no test of the tests, so it is not counted."""


NOTICED = frozenset({Outcome.KILLED, Outcome.TIMEOUT})
UNNOTICED = frozenset({Outcome.SURVIVED, Outcome.NO_TESTS})


class Verdict(BaseModel):
    """What became of one mutant."""

    outcome: Outcome
    killer: str | None = None
    """The test that failed."""
    line: str = ""
    becomes: str = ""


@dataclass(frozen=True)
class Trial:
    """The tests to run against a mutant."""

    module: Module
    source: str
    rounds: Sequence[Sequence[str]]
    """Test ids, nearest first; a round is collected only if no test of the rounds before fails."""
    cpu_seconds: int


def run(trial: Trial) -> tuple[Outcome, str | None]:
    """Return whether a test fails, and which. Spoils the process: the mutated module stays imported."""
    resource.setrlimit(resource.RLIMIT_CPU, (trial.cpu_seconds, trial.cpu_seconds + 5))
    # The soft limit alone: it is lifted after the tests, so that the result can be reported when the memory is used up.
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, resource.RLIM_INFINITY))
    null = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)
    sys.dont_write_bytecode = True
    sys.meta_path.insert(0, _Finder(trial.module, trial.source))
    try:
        return _test(trial)
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


def _test(trial: Trial) -> tuple[Outcome, str | None]:
    try:
        importlib.import_module(trial.module.dotted)
    except Exception:  # noqa: BLE001 - whatever the fault makes of the import
        return Outcome.INVALID, None
    for tests in trial.rounds:
        plugin = _Only(tests)
        files = list(dict.fromkeys(test.partition("::")[0] for test in tests))
        try:
            code = pytest.main([*PYTEST_ARGUMENTS, "-x", "--tb=no", *files], plugins=[plugin])
        except MemoryError:
            # The fault takes all memory, and pytest itself may be the first to notice.
            code = pytest.ExitCode.INTERNAL_ERROR
        if code not in {pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED}:
            return Outcome.KILLED, plugin.failed
    return Outcome.SURVIVED, None


class _Only:
    """Selects and orders the tests."""

    def __init__(self, tests: Sequence[str]) -> None:
        self._order = {test: position for position, test in enumerate(tests)}
        self.failed: str | None = None

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = sorted((i for i in items if i.nodeid in self._order), key=lambda item: self._order[item.nodeid])

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.failed = report.nodeid

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.failed = report.nodeid


class _Finder:
    """Finds the mutated module in place of the one on disk."""

    def __init__(self, module: Module, source: str) -> None:
        self._module = module
        self._source = source

    def find_spec(
        self, name: str, path: object = None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        if name != self._module.dotted:
            return None
        loader = _Loader(name, self._module.path, self._source)
        return importlib.util.spec_from_file_location(name, self._module.path, loader=loader)


class _Loader(importlib.machinery.SourceFileLoader):
    def __init__(self, name: str, path: Path, source: str) -> None:
        super().__init__(name, str(path))
        self._source = source

    @override
    def get_code(self, fullname: str) -> CodeType:
        del fullname  # it is the module that the loader was made for
        return compile(self._source, self.path, "exec", dont_inherit=True)
