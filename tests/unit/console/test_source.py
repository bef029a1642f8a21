"""Rules of the console's source that keep a page safe whatever it shows."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[3] / "operator" / "hyperv_operator" / "gateway" / "console"
SOURCES = sorted(path for path in FOLDER.rglob("*") if path.is_file() and "vendor" not in path.parts)
MODULES = [path for path in SOURCES if path.suffix == ".js"]
FORBIDDEN = {
    "HTML from text": r"innerHTML|outerHTML|insertAdjacentHTML|dangerouslySetInnerHTML|document\.write",
    "code from text": r"\beval\(|new Function|setTimeout\(['\"]",
    "storage that outlives the tab": r"localStorage|indexedDB|document\.cookie|caches\.",
    "style attributes, which the content security policy refuses": r"\sstyle=",
    "output that may have secrets": r"console\.(log|info|debug|warn|error)",
}
IMPORT = re.compile(r"^(?:import|export) .*?from '([^']+)';$", re.MULTILINE)


def _name(path: Path) -> str:
    return path.relative_to(FOLDER).as_posix()


@pytest.mark.parametrize("rule", FORBIDDEN)
def test_no_module_has(rule: str) -> None:
    assert [_name(path) for path in MODULES if re.search(FORBIDDEN[rule], path.read_text(encoding="utf-8"))] == []


def test_nothing_comes_from_another_host() -> None:
    elsewhere = re.compile(r"(?:https?:)?//[a-z0-9-]+\.[a-z]", re.IGNORECASE)
    allowed = "http://www.w3.org/2000/svg"
    texts = {_name(path): path.read_text(encoding="utf-8").replace(allowed, "") for path in SOURCES}
    assert [name for name, text in texts.items() if elsewhere.search(text)] == []


def test_the_page_has_no_inline_script_or_style() -> None:
    page = (FOLDER / "index.html").read_text(encoding="utf-8")
    assert re.findall(r"<script(?![^>]* src=)|<style|\son[a-z]+=", page) == []


def test_the_page_preloads_every_module() -> None:
    page = (FOLDER / "index.html").read_text(encoding="utf-8")
    wanted = sorted(_name(path) for path in FOLDER.rglob("*.js") if path.name != "main.js")
    assert re.findall(r'rel="modulepreload" href="([^"]+)"', page) == wanted


def test_the_token_is_read_and_written_in_one_module() -> None:
    assert [_name(path) for path in MODULES if "sessionStorage" in path.read_text(encoding="utf-8")] == [
        "js/session.js"
    ]


def test_every_import_exists_and_every_module_is_imported() -> None:
    seen, wanted = set(), [FOLDER / "js" / "main.js"]
    while wanted:
        path = wanted.pop()
        if path in seen:
            continue
        assert path.is_file(), path
        seen.add(path)
        wanted += [(path.parent / one).resolve() for one in IMPORT.findall(path.read_text(encoding="utf-8"))]
    assert [_name(path) for path in MODULES if path not in seen] == []


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_a_module_says_what_it_is_and_stays_small(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("/**")
    assert len(lines) <= 250
    assert max(map(len, lines)) <= 260


def test_screenshots_are_small() -> None:
    pictures = list((FOLDER.parents[3] / "docs" / "images").glob("console-*.png"))
    assert pictures
    assert [path.name for path in pictures if path.stat().st_size > 150_000] == []
