"""Choose the tests for each mutant, and test mutants in parallel."""

from __future__ import annotations

import ast
import math
from collections.abc import Iterator, Mapping, Sequence

from mutants.config import Config
from mutants.forks import ForkError, run_forked
from mutants.generation import Module, Mutant, changed_lines, mutated_source
from mutants.reach import Reach
from mutants.trial import Outcome, Trial, Verdict, run

_NEAREST = 40
_WALL_FACTOR = 10.0


class Campaign:
    """Tests mutants by the tests that reach them."""

    def __init__(self, config: Config, modules: Sequence[Module], reach: Reach) -> None:
        self._config = config
        self._modules = {module.name: module for module in modules}
        self._reach = reach
        self._spans = {module.name: _spans(module.source) for module in modules}

    def run(
        self, mutants: Sequence[Mutant], killers: Mapping[Mutant, str], jobs: int
    ) -> Iterator[tuple[Mutant, Verdict]]:
        """Yield each mutant's verdict as it is reached. `killers` names the tests that killed a mutant before."""
        results = run_forked(
            lambda mutant: self._verdict(mutant, killers.get(mutant)),
            mutants, jobs=jobs, wall_seconds=self._cpu_seconds(range(len(self._reach.tests))) * _WALL_FACTOR,
        )  # fmt: skip
        for mutant, result in results:
            if isinstance(result, ForkError):
                if not result.timed_out:
                    raise result
                yield mutant, Verdict(outcome=Outcome.TIMEOUT)
            else:
                yield mutant, result

    def _verdict(self, mutant: Mutant, killer: str | None) -> Verdict:
        """Test a mutant in this process."""
        module = self._modules[mutant.module]
        source = mutated_source(module, mutant, self._config)
        if source is None:
            return Verdict(outcome=Outcome.INVALID)
        line, becomes = changed_lines(module.source, source)
        rounds = self._rounds(mutant, killer)
        if not rounds:
            return Verdict(outcome=Outcome.NO_TESTS, line=line, becomes=becomes)
        names = [[self._reach.tests[test] for test in tests] for tests in rounds]
        seconds = self._cpu_seconds([test for tests in rounds for test in tests])
        outcome, killed_by = run(Trial(module, source, names, seconds))
        return Verdict(outcome=outcome, killer=killed_by, line=line, becomes=becomes)

    def _rounds(self, mutant: Mutant, killer: str | None) -> list[list[int]]:
        """Return the tests to run, nearest first, or none if no test can notice the mutant."""
        reach = self._reach
        definition, imported = self._place(mutant)
        direct = reach.direct(mutant, definition)
        if not direct and not imported:
            return []
        others = reach.of_module(mutant.module)
        if imported:
            others |= reach.of_folder(f"tests/unit/{mutant.package}/")
        ranked = sorted(direct | others, key=lambda test: (test not in direct, self._reach.seconds[test]))
        known = [reach.tests.index(killer)] if killer in reach.tests else []
        named = [test for test in ranked if self._is_named_for(mutant, test)]
        rest = [test for test in ranked if not self._is_named_for(mutant, test)]
        return [part for part in (known, named, rest[:_NEAREST], rest[_NEAREST:]) if part]

    def _is_named_for(self, mutant: Mutant, test: int) -> bool:
        """Return whether the test's file has the name of the mutant's module: it is cheap to collect, and kills most."""
        folder, _, name = self._reach.file(test).rpartition("/")
        return folder.endswith(f"unit/{mutant.package}") and mutant.module.rpartition(".")[2] in name

    def _place(self, mutant: Mutant) -> tuple[range, bool]:
        """Return the lines of the mutant's definition, and whether the mutant's line is executed by the import."""
        span, function = self._spans[mutant.module].get(mutant.definition, (range(0), False))
        return span, not function or mutant.line < span.start

    def _cpu_seconds(self, tests: Sequence[int]) -> int:
        seconds = sum(self._reach.seconds[test] for test in tests)
        return math.ceil(self._config.timeout_constant + self._config.timeout_factor * seconds)


def _spans(source: str) -> dict[str, tuple[range, bool]]:
    """Return the lines of each definition's body, and whether it is a function."""
    spans: dict[str, tuple[range, bool]] = {}

    def visit(node: ast.AST, prefix: str) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                name = f"{prefix}{child.name}"
                spans[name] = (
                    range(child.body[0].lineno, (child.end_lineno or 0) + 1),
                    not isinstance(child, ast.ClassDef),
                )
                visit(child, f"{name}.")
            else:
                visit(child, prefix)

    visit(ast.parse(source), "")
    return spans
