"""The summary of many trials: a table by fault kind, and the trials that deviate. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from faults.catalogue import MEANINGS
from faults.trial import Result

_OK, _NOT_REACHED = "ok", "not reached"


@dataclass(frozen=True)
class Row:
    """The trials with one kind of fault in one layer."""

    layer: str
    kind: str
    tries: int
    ok: int
    not_reached: int

    @property
    def not_ok(self) -> int:
        """Number of trials that deviate."""
        return self.tries - self.ok - self.not_reached


def rows(results: Iterable[Result]) -> list[Row]:
    """Return a row for each layer and kind of fault, in the catalogue's order."""
    counts: dict[tuple[str, str], Counter[str]] = {}
    for one in results:
        if one.fault is not None:
            key = (one.fault.place.layer, one.fault.kind)
            outcome = one.outcome if one.outcome in (_OK, _NOT_REACHED) else "not ok"
            counts.setdefault(key, Counter())[outcome] += 1
    order = list(MEANINGS)
    keys = sorted(counts, key=lambda key: (key[0], order.index(key[1])))
    return [Row(*key, counts[key].total(), counts[key][_OK], counts[key][_NOT_REACHED]) for key in keys]


def table(results: Sequence[Result]) -> str:
    """Return the table as text, with a last line for all trials, and below it the ids of the trials that deviate."""
    found = rows(results)
    total = Row("all", "", *(sum(getattr(row, name) for row in found) for name in ("tries", "ok", "not_reached")))
    lines = [f"{'layer':<6}{'fault':<16}{'trials':>7}{'ok':>6}{'not ok':>8}{'not reached':>13}"]
    lines += [
        f"{row.layer:<6}{row.kind:<16}{row.tries:>7}{row.ok:>6}{row.not_ok:>8}{row.not_reached:>13}"
        for row in (*found, total)
    ]
    bad = sorted((one.outcome, one.identity) for one in results if one.deviations)
    return "\n".join([*lines, *(f"{identity}: {outcome}" for outcome, identity in bad)])


def details(results: Iterable[Result]) -> list[dict[str, Any]]:
    """Return what the JSON file holds of each trial."""
    return [
        {
            "fault": one.identity,
            "outcome": one.outcome,
            "seconds": one.seconds,
            "restarts": one.restarts,
            "deviations": [{"name": deviation.name, "detail": deviation.detail} for deviation in one.deviations],
            "log": list(one.evidence),
        }
        for one in results
    ]
