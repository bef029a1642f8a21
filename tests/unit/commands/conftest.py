"""Fixtures that run commands in the test's own process."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from hyperv_operator.__main__ import main
from unit.commands.samples import ROOT, Check, Outcome, Run


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Return a function that runs a command in an empty folder."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("HVO_SCHEMA_FILE", raising=False)

    def command(*arguments: str) -> Outcome:
        try:
            code = main(arguments)
        except SystemExit as stop:
            code = int(stop.code or 0)
        captured = capsys.readouterr()
        return Outcome(code, captured.out, captured.err)

    return command


@pytest.fixture
def check(run: Run, tmp_path: Path) -> Check:
    """Return a function that validates texts, each in a file `<number>.yaml`; the findings are JSON."""

    def command(*texts: str, options: tuple[str, ...] = ()) -> Outcome:
        for index, text in enumerate(texts):
            (tmp_path / f"{index}.yaml").write_text(text, encoding="utf-8")
        return run("validate", *(f"{index}.yaml" for index in range(len(texts))), "-o", "json", *options)

    return command


@pytest.fixture
def make_schema() -> Callable[[str, str], str]:
    """Return a function that returns the text of the project's schema with one replacement."""
    text = (ROOT / "Schemas" / "job-inputs.yaml").read_text(encoding="utf-8")

    def exchanged(old: str, new: str) -> str:
        assert text.count(old) == 1, old
        return text.replace(old, new)

    return exchanged
