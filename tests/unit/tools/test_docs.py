"""Every link in the documentation leads somewhere, and its index leads to every page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[3]
DOCS = ROOT / "docs"
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])
INDEX = re.findall(r"\]\(([^)#]+)(?:#[^)]*)?\)", (DOCS / "README.md").read_text(encoding="utf-8"))


def _anchors(page: Path) -> set[str]:
    text = page.read_text(encoding="utf-8")
    headings = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    made = {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}
    return made | set(re.findall(r'<a id="([^"]+)"', text))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_of_a_page_leads_to_a_file_and_a_heading(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    broken = []
    for target, anchor in re.findall(r"\]\(([\w./-]*)(?:#([\w-]+))?\)", text):
        file = (page.parent / target) if target else page
        if not file.exists() or (anchor and anchor not in _anchors(file)):
            broken.append(f"{target}#{anchor}")
    assert broken == []


def test_every_page_is_in_the_index() -> None:
    pages = {str(path.relative_to(DOCS)) for path in DOCS.rglob("*") if path.suffix in (".md", ".yaml")}
    assert pages - {"README.md"} - set(INDEX) == set()


def test_every_picture_is_on_a_page() -> None:
    text = "".join(page.read_text(encoding="utf-8") for page in PAGES)
    assert [path.name for path in (DOCS / "images").iterdir() if f"images/{path.name})" not in text] == []


def test_the_projects_readme_leads_to_the_index() -> None:
    assert "docs/README.md" in (ROOT / "README.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("path", sorted((ROOT / ".github").rglob("*.yml")), ids=lambda path: path.name)
def test_every_path_that_the_forge_is_given_exists(path: Path) -> None:
    """A filter or a folder that names nothing switches a check off without a word."""
    given = yaml.safe_load(path.read_text(encoding="utf-8"))
    triggers = given.get(True, {})  # YAML 1.1 reads `on` as true
    filters = [trigger for trigger in triggers.values() if isinstance(trigger, dict)]  # a schedule is a list
    named = [one for trigger in filters for one in trigger.get("paths", [])]
    named += [one["directory"].lstrip("/") or "." for one in given.get("updates", [])]
    named += re.findall(r"\bagent/[\w./-]*\w", path.read_text(encoding="utf-8"))
    assert [one for one in named if not (ROOT / one.removesuffix("/**")).exists()] == []
