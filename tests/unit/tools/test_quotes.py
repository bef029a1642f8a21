"""Messages that the guides and runbooks quote are ones that the operator or the agent can print."""

from __future__ import annotations

import ast
import re
from functools import lru_cache
from pathlib import Path

import pytest

from unit.literals import VALUE

_ROOT = Path(__file__).parents[3]
_PAGES = sorted((*(_ROOT / "docs/guides").glob("*.md"), *(_ROOT / "docs/runbooks").glob("*.md")))
_MESSAGE = re.compile(r"(?:[A-Z][a-z]*|…) (?:\S+ ){3}.*[.…]$")
"""Other code spans are names, values and commands."""
_VALUES = re.compile(r"…|<[^>]*>|'[^']*'|\d+")
_SHORTEST = 8
"""Fragments between two values that are shorter are not looked for: any text has them."""


@lru_cache
def _texts() -> str:
    """Return all texts of the operator and the agent, with … for each value."""
    python = (
        "".join(map(_part, node.values)) if isinstance(node, ast.JoinedStr) else _part(node)
        for folder in ("operator", "agent/guest/linux")
        for path in (_ROOT / folder).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))
    )
    powershell = (
        re.sub(r"\$(?:\([^)]*\)\)?|\w+(?:\.\w+)*)", "…", re.sub(r"""['"] \+\s*['"]""", "", path.read_text("utf-8-sig")))
        for folder in ("agent/host", "agent/guest/windows")
        for path in (_ROOT / folder).rglob("*.ps1")
    )
    schema = (path.read_text(encoding="utf-8") for path in (_ROOT / "Schemas").glob("*.yaml"))
    return " ".join("\n".join((*python, *powershell, *schema)).split())


def _part(part: ast.expr) -> str:
    return str(part.value) if isinstance(part, ast.Constant) else VALUE


def _quotes(markdown: str) -> list[str]:
    """Return the code spans of a page that quote a message."""
    text = re.sub(r"^```.*?^```", "", markdown, flags=re.MULTILINE | re.DOTALL)
    spans = (" ".join(span.split()) for paragraph in re.split(r"\n\n", text) for span in paragraph.split("`")[1::2])
    return [span for span in spans if _MESSAGE.match(span)]


def _unknown(quote: str) -> list[str]:
    """Return the parts of a quote, between its values, that no text has."""
    parts = (part.strip(" .:,;()[]") for part in _VALUES.split(quote))
    return [part for part in parts if len(part) >= _SHORTEST and part not in _texts()]


@pytest.mark.parametrize("page", _PAGES, ids=lambda page: page.stem)
def test_a_quoted_message_can_be_printed(page: Path) -> None:
    unknown = {quote: parts for quote in _quotes(page.read_text(encoding="utf-8")) if (parts := _unknown(quote))}
    assert unknown == {}


def test_the_guides_quote_messages() -> None:
    assert sum(len(_quotes(page.read_text(encoding="utf-8"))) for page in _PAGES) > 50


def test_a_quote_that_nothing_prints_is_found() -> None:
    assert _unknown("The last inventory is from … UTC.") == ["The last inventory is from"]
