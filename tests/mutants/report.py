"""Count the verdicts and judge them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mutants.config import Equivalent
from mutants.generation import Mutant
from mutants.trial import NOTICED, UNNOTICED, Outcome, Verdict


@dataclass(frozen=True)
class Report:
    """The verdicts of a run."""

    verdicts: Mapping[Mutant, Verdict]
    equivalents: Mapping[Equivalent, str]

    def survivors(self) -> list[Mutant]:
        """Return the mutants that no test notices and that equivalent.toml does not list."""
        return [m for m, v in self.verdicts.items() if v.outcome in UNNOTICED and not self._listed(m)]

    def score(self, patterns: Sequence[str]) -> float:
        """Return the share of the mutants in these modules that tests notice, without equivalent ones; 1.0 if there are none."""
        counts = self._counts(patterns)
        noticed = sum(counts[outcome] for outcome in NOTICED)
        counted = noticed + sum(counts[outcome] for outcome in UNNOTICED)
        return noticed / counted if counted else 1.0

    def needless(self) -> list[Equivalent]:
        """Return the entries of equivalent.toml that match no surviving mutant."""
        surviving = {self._identity(m) for m, v in self.verdicts.items() if v.outcome in UNNOTICED}
        return [entry for entry in self.equivalents if entry not in surviving]

    def text(self) -> str:
        """Return the table of packages and the list of survivors."""
        lines = []
        for mutant in self.survivors():
            verdict = self.verdicts[mutant]
            lines += [
                f"{mutant.module}:{mutant.definition} line {mutant.line}: {verdict.outcome} ({mutant.operator})",
                f"  - {verdict.line}",
                f"  + {verdict.becomes}",
            ]
        columns = [Outcome.KILLED, Outcome.TIMEOUT, Outcome.SURVIVED, Outcome.NO_TESTS]
        lines += [
            "",
            "".join(
                [
                    f"{'package':12}",
                    *(f"{column:>10}" for column in columns),
                    f"{'equivalent':>12}{'invalid':>9}{'score':>9}",
                ]
            ),
        ]
        packages = list(dict.fromkeys(mutant.package for mutant in self.verdicts))
        for name, members in [*((package, [package]) for package in packages), ("all", packages)]:
            counts = self._counts(members)
            numbers = "".join(f"{counts[column]:>10}" for column in columns)
            lines.append(
                f"{name:12}{numbers}{counts['equivalent']:>12}{counts[Outcome.INVALID]:>9}{self.score(members):>9.1%}"
            )
        return "\n".join(lines)

    def _counts(self, patterns: Sequence[str]) -> Counter[str]:
        return Counter(
            "equivalent" if verdict.outcome in UNNOTICED and self._listed(mutant) else verdict.outcome
            for mutant, verdict in self.verdicts.items()
            if mutant.is_in(patterns)
        )

    def _listed(self, mutant: Mutant) -> bool:
        return self._identity(mutant) in self.equivalents

    def _identity(self, mutant: Mutant) -> Equivalent:
        verdict = self.verdicts[mutant]
        return Equivalent.of(mutant.module, mutant.definition, verdict.line, verdict.becomes)
