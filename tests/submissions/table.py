"""The table of bad submissions in `Schemas/examples/invalid/`; its README tells the form."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

FOLDER = Path(__file__).resolve().parents[2] / "Schemas" / "examples" / "invalid"


@dataclass(frozen=True)
class Case:
    """One bad submission."""

    name: str
    fields: dict[str, Any]
    secrets: dict[str, str]
    """Secret fields given by reference, and the key that each refers to."""
    errors: tuple[dict[str, str], ...]
    """Each with `field`, `code`, `message` and `refused_by`."""

    @property
    def refused_by(self) -> frozenset[str]:
        """What of the API server refuses it: `schema`, `rules`, `pruning`."""
        return frozenset(error["refused_by"] for error in self.errors)


def bases() -> dict[str, dict[str, Any]]:
    """Read the good submissions: `fields` and `secrets` by family."""
    found: dict[str, dict[str, Any]] = yaml.safe_load((FOLDER / "bases.yaml").read_text(encoding="utf-8"))
    return found


def cases() -> list[Case]:
    """Read the whole table."""
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
