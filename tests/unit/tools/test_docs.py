"""The index of the documentation links to every page and to existing pages only."""

from __future__ import annotations

import re
from pathlib import Path

DOCS = Path(__file__).resolve().parents[3] / "docs"
LINKS = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", (DOCS / "README.md").read_text(encoding="utf-8"))


def test_every_link_of_the_index_is_a_file() -> None:
    assert [link for link in LINKS if not (DOCS / link).is_file()] == []


def test_every_page_is_in_the_index() -> None:
    pages = {str(path.relative_to(DOCS)) for path in DOCS.rglob("*") if path.suffix in (".md", ".yaml")}
    assert pages - {"README.md"} - set(LINKS) == set()


def test_the_readme_links_to_the_index() -> None:
    assert "docs/README.md" in (DOCS.parent / "README.md").read_text(encoding="utf-8")
