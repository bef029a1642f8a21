"""Read config.toml and equivalent.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

_FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class Config:
    """What is mutated, how, and which tests must notice; see config.toml."""

    packages: list[str]
    covered: list[str]
    threshold: float
    test_folders: list[str]
    timeout_constant: float
    timeout_factor: float
    cosmic_ray: list[str]
    own: list[str]
    decorators: frozenset[str]
    keywords: frozenset[str]


@dataclass(frozen=True)
class Equivalent:
    """A mutant that no test can tell from the original, and why."""

    where: str
    """`module:definition`, such as `schema.values:parse`."""
    line: str
    becomes: str

    @classmethod
    def of(cls, module: str, definition: str, line: str, becomes: str) -> Equivalent:
        return cls(f"{module}:{definition}", line, becomes)


def load_config() -> Config:
    """Read config.toml. A key that is missing raises KeyError."""
    raw = tomllib.loads((_FOLDER / "config.toml").read_text(encoding="utf-8"))
    scope, tests, operators, exclude = raw["scope"], raw["tests"], raw["operators"], raw["exclude"]
    return Config(
        packages=scope["packages"],
        covered=scope["covered"],
        threshold=scope["threshold"],
        test_folders=tests["folders"],
        timeout_constant=tests["timeout_constant"],
        timeout_factor=tests["timeout_factor"],
        cosmic_ray=operators["cosmic_ray"],
        own=operators["own"],
        decorators=frozenset(exclude["decorators"]),
        keywords=frozenset([*exclude["keywords"], *exclude["error_keywords"], *exclude["text_keywords"]]),
    )


def load_equivalents() -> Mapping[Equivalent, str]:
    """Read equivalent.toml: the reason for each equivalent mutant."""
    raw = tomllib.loads((_FOLDER / "equivalent.toml").read_text(encoding="utf-8"))
    return {
        Equivalent(entry["where"], entry["line"], entry["becomes"]): entry["reason"] for entry in raw.get("mutant", [])
    }
