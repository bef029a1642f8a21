"""Where tests find a Chromium."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from browser import chromium


@pytest.fixture(autouse=True)
def nothing_installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(chromium, "target_platform", lambda: chromium.PLATFORM)


def _program(path: Path) -> Path:
    path.write_text("#!/bin/sh\n")
    path.chmod(0o755)
    return path


def test_the_named_one_is_first(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    _program(tmp_path / "chromium")
    named = _program(tmp_path / "mine")
    monkeypatch.setenv("CHROMIUM", str(named))
    assert chromium.find_or_install(print) == chromium.Chromium(named)


def test_a_name_without_a_program_is_an_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    _program(tmp_path / "chromium")
    monkeypatch.setenv("CHROMIUM", str(tmp_path / "none"))
    with pytest.raises(chromium.ChromiumMissing, match="which is no program"):
        chromium.find_or_install(print)


@pytest.mark.parametrize("name", chromium.ON_PATH)
def test_one_on_path_is_used(tmp_path: Path, name: str) -> None:
    program = _program(tmp_path / name)
    assert chromium.find_or_install(print) == chromium.Chromium(program)


def test_the_packaged_one_is_only_for_its_platform(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chromium, "target_platform", lambda: ("darwin", "arm64"))
    with pytest.raises(chromium.ChromiumMissing, match="install one, or set CHROMIUM"):
        chromium.find_or_install(print)


def test_one_that_was_unpacked_before_is_used_with_its_libraries(tmp_path: Path) -> None:
    folder = tmp_path / "cache" / "hyperv-operator" / "browser" / f"chromium-{chromium.PACKAGE.version}"
    folder.mkdir(parents=True)
    executable = _program(folder / "chromium")
    found = chromium.find_or_install(print)
    assert found.executable == executable
    assert found.environment["LD_LIBRARY_PATH"].split(os.pathsep)[-1] == str(folder / "lib")
    assert found.environment["FONTCONFIG_FILE"] == str(folder / "fonts.conf")
