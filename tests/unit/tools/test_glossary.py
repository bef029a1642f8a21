"""The glossary binds: what it names exists, and the words it replaces do not return."""

from __future__ import annotations

import importlib
import re
from pathlib import Path

import pytest

from hyperv_operator.api.names import HostCondition, MachineCondition, Reason
from hyperv_operator.settings import Settings
from hyperv_operator.telemetry.metrics import PrometheusMetrics

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
_TABLES, _, _REPLACED = PAGE.partition("## Words that are not used")
ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in _TABLES.splitlines()
    if line.startswith("| ") and not line.startswith(("| ---", "| term"))
]
NAMES = sorted({name for row in ROWS for name in re.findall(r"`([^`]+)`", row[-1])})
SCRAPED = {family.name for family in PrometheusMetrics().registry.collect()}

REPLACED = (
    "held back",
    "tells? whether",
    "told whether",
    "(is|are|was|were) told",
    "a word with",
    "takes in",
    "take in (a|an|that|how|what)",
    "puts? right",
    "mend(s|ed|ing)?",
    "standing",
    "stands",
    "book",
)
BANNED = re.compile(rf"\b({'|'.join(REPLACED)})\b", re.IGNORECASE)
SCOPE = (
    "*.md",
    "docs/**/*.md",
    "docs/**/*.yaml",
    "charts/**/*",
    "crds/*.yaml",
    "argocd/**/*.lua",
    ".github/**/*",
    "Schemas/*.yaml",
    "operator/**/*.py",
    "tools/**/*.py",
    "agent/**/*.ps*1",
    "agent/**/*.py",
    "agent/**/*.md",
)
TEXTS = sorted(path for pattern in SCOPE for path in ROOT.glob(pattern) if path.is_file())


def exists(name: str) -> bool:
    """Return whether a module, class, function, setting, metric, reason, condition or path of this name exists."""
    if name.startswith("HVO_"):
        return name.removeprefix("HVO_").lower() in Settings.model_fields
    if name.startswith("hyperv_operator_"):
        return name in SCRAPED
    if name.startswith("hyperv_operator."):
        return _imports(name)
    return name in {*Reason, *MachineCondition, *HostCondition} or (ROOT / name).exists()


def _imports(name: str) -> bool:
    module, _, attribute = name.rpartition(".")
    try:
        if attribute and hasattr(importlib.import_module(module), attribute):
            return True
        importlib.import_module(name)
    except ImportError:
        return False
    return True


@pytest.mark.parametrize("name", NAMES)
def test_what_the_glossary_names_exists(name: str) -> None:
    assert exists(name)


@pytest.mark.parametrize(
    "name",
    ["hyperv_operator.core.nothing", "hyperv_operator.core.actions.Nothing", "HVO_NOTHING", "hyperv_operator_nothing"],
)
def test_what_does_not_exist_is_noticed(name: str) -> None:
    assert not exists(name)


def test_every_row_has_a_meaning_and_a_name() -> None:
    assert len(ROWS) > 50
    assert [row for row in ROWS if len(row) != 3 or not row[1].endswith(".") or "`" not in row[2]] == []


def test_no_term_is_defined_twice() -> None:
    terms = [row[0] for row in ROWS]
    assert sorted(set(terms)) == sorted(terms)


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_words_that_the_glossary_replaces_are_not_used(path: Path) -> None:
    text = _TABLES if path.name == "glossary.md" else path.read_text(encoding="utf-8")
    found = [
        f"{number}: {line.strip()}" for number, line in enumerate(text.splitlines(), start=1) if BANNED.search(line)
    ]
    assert found == []


@pytest.mark.parametrize(
    "text", ["calls are held back", "Tell whether it is so.", "a Book of records", "is told of it", "where it stands"]
)
def test_a_replaced_term_is_found(text: str) -> None:
    assert BANNED.search(text)


@pytest.mark.parametrize("text", ["docs/runbooks/x.md", "bookkeeping", "understanding"])
def test_a_part_of_another_word_is_not(text: str) -> None:
    assert not BANNED.search(text)
