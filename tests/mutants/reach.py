"""Record which tests reach which lines of the pure packages, and how long each takes."""

from __future__ import annotations

import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from pydantic import BaseModel

from mutants.generation import ROOT, Module, Mutant

PYTEST_ARGUMENTS = [
    "-q", "-p", "no:cacheprovider", "--hypothesis-profile=mutants",
    # The process that is forked has the plugins loaded, so pytest cannot rewrite their assertions.
    "-W", "ignore::pytest.PytestAssertRewriteWarning",
]  # fmt: skip


class Reach(BaseModel):
    """What one run of the tests without a mutation showed."""

    fingerprint: str
    """Of all sources and tests at the time of the run."""
    tests: list[str]
    seconds: list[float]
    """CPU time of each test."""
    lines: dict[str, dict[int, list[int]]]
    """By module and line: the tests that execute it, as indices into `tests`. Lines executed by an import alone have none."""
    libraries: list[str]
    """The modules of the standard library and of others that the tests import."""

    def direct(self, mutant: Mutant, definition: range) -> set[int]:
        """Return the tests that execute a line of the mutant, or else of its definition."""
        lines = self.lines.get(mutant.module, {})
        places = [range(mutant.line, mutant.last_line + 1), definition]
        return next((found for place in places if (found := {t for n in place for t in lines.get(n, [])})), set())

    def of_module(self, module: str) -> set[int]:
        """Return the tests of each file that executes a line of the module.

        A fixture or a cached function that several tests share is executed by the first of them alone.
        """
        files = {self.file(test) for tests in self.lines.get(module, {}).values() for test in tests}
        return {index for index in range(len(self.tests)) if self.file(index) in files}

    def of_folder(self, folder: str) -> set[int]:
        """Return the tests below a folder, of which the path ends with a slash."""
        return {index for index, test in enumerate(self.tests) if test.startswith(folder)}

    def file(self, test: int) -> str:
        """Return the path of the test's file, relative to the repository."""
        return self.tests[test].partition("::")[0]


def record(modules: Sequence[Module], folders: Sequence[str], fingerprint: str) -> Reach:
    """Run the tests of the folders once and return what they reach. Raise RuntimeError if one fails.

    Imports the operator, so call it in a process of its own.
    """
    import coverage

    by_path = {str(module.path): module.name for module in modules}
    measured = coverage.Coverage(data_file=None, config_file=False, include=list(by_path), messages=False)
    plugin = _Contexts(measured)
    measured.start()
    code = pytest.main([*PYTEST_ARGUMENTS, "--no-header", *folders], plugins=[plugin])
    measured.stop()
    if code != pytest.ExitCode.OK:
        raise RuntimeError("A test fails without any mutation.")
    index = {name: number for number, name in enumerate(plugin.seconds)}
    data = measured.get_data()
    lines: dict[str, dict[int, list[int]]] = defaultdict(dict)
    for file in data.measured_files():
        for line, contexts in data.contexts_by_lineno(file).items():
            tests = sorted(index[context] for context in contexts if context)
            if tests:
                lines[by_path[file]][line] = tests
    return Reach(
        fingerprint=fingerprint,
        tests=list(plugin.seconds),
        seconds=list(plugin.seconds.values()),
        lines=lines,
        libraries=sorted(_libraries()),
    )


class _Contexts:
    """Tells coverage which test runs."""

    def __init__(self, measured: object) -> None:
        self._measured = measured
        self.seconds: dict[str, float] = {}

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        self._measured.switch_context(item.nodeid)  # type: ignore[attr-defined]
        begun = time.process_time()
        try:
            return (yield)
        finally:
            self.seconds[item.nodeid] = round(time.process_time() - begun, 4)
            self._measured.switch_context("")  # type: ignore[attr-defined]


def _libraries() -> Iterator[str]:
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None)
        ours = file is not None and Path(file).is_relative_to(ROOT) and ".venv" not in Path(file).parts
        if not ours and not name.startswith(("__", "hyperv_operator", "coverage", "mutants")):
            yield name
