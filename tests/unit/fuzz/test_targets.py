"""Every fuzz target passes its corpus, and a few seconds of inputs that are the same every time. `make fuzz` makes new ones."""

from __future__ import annotations

from pathlib import Path

import pytest

from fuzz import TARGETS
from fuzz.target import CORPUS, Target

_NUMBER = 14


@pytest.mark.parametrize("target", TARGETS, ids=lambda target: target.name)
def test_the_fuzzer_finds_nothing(target: Target) -> None:
    target.run(100, _NUMBER)


@pytest.mark.parametrize("path", sorted(CORPUS.glob("*/*")), ids=lambda path: f"{path.parent.name}/{path.name}")
def test_every_input_of_the_corpus_passes(path: Path) -> None:
    (target,) = (one for one in TARGETS if one.name == path.parent.name)
    target.check(path.read_bytes())


def test_every_target_has_a_corpus() -> None:
    assert all(target.corpus() for target in TARGETS)


def test_a_failure_is_kept_in_its_smallest_form(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def check(data: bytes) -> None:
        assert b"\x07" not in data

    monkeypatch.setattr("fuzz.target.CORPUS", tmp_path)
    target = Target("sample", check, (b"abc", b"\x07"))
    with pytest.raises(AssertionError):
        target.run(300, _NUMBER)
    assert target.corpus() == [b"\x07"]
