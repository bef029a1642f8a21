"""The table of invalid submissions in `Schemas/examples/invalid/`, whose README describes the format."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).resolve().parents[2] / "Schemas" / "examples" / "invalid"


@dataclass(frozen=True)
class Case:
    """One invalid submission."""

    name: str
    fields: dict[str, Any]
    secrets: dict[str, str]
    """The key that each secret field refers to."""
    errors: tuple[dict[str, str], ...]
    """Mappings with `field`, `code`, `message` and `refused_by`."""

    @property
    def refused_by(self) -> frozenset[str]:
        """The checks of the API server that refuse it: `schema`, `rules`, `pruning`."""
        return frozenset(error["refused_by"] for error in self.errors)


def bases() -> dict[str, dict[str, Any]]:
    """Return the valid submissions that rows are based on: `fields` and `secrets` by family."""
    found: dict[str, dict[str, Any]] = yaml.safe_load((FOLDER / "bases.yaml").read_text(encoding="utf-8"))
    return found


def cases() -> list[Case]:
    """Return all rows of the table."""
    good = bases()
    found = []
    for path in sorted(FOLDER.glob("*.yaml")):
        if path.stem == "bases":
            continue
        for raw in yaml.safe_load(path.read_text(encoding="utf-8"))["cases"]:
            base = good[raw["base"]]
            found.append(
                Case(
                    name=f"{path.stem}: {raw['name']}",
                    fields=_changed(base["fields"], raw.get("change", {})),
                    secrets=_changed(base["secrets"], raw.get("secrets", {})),
                    errors=tuple(raw["errors"]),
                )
            )
    return found


def _changed(base: dict[str, Any], change: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in {**base, **change}.items() if value is not None}
