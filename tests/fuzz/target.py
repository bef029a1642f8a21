"""A fuzz target: a property of any bytes, and what hypothesis makes inputs of."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

CORPUS = Path(__file__).parent / "corpus"


@dataclass(frozen=True)
class Target:
    """`check` raises whatever shows that its property does not hold."""

    name: str
    check: Callable[[bytes], object]
    words: tuple[bytes, ...] = ()
    """Pieces that mean something to what is tested."""

    @property
    def folder(self) -> Path:
        """The folder of the inputs that are kept, each found failure among them."""
        return CORPUS / self.name

    def corpus(self) -> list[bytes]:
        """Return the inputs that are kept."""
        return [path.read_bytes() for path in sorted(self.folder.glob("*"))]

    def inputs(self) -> st.SearchStrategy[bytes]:
        """Return inputs: pieces of kept ones, words and any bytes, in any order."""
        kept = self.corpus()
        pieces = [st.binary(max_size=40), st.text(max_size=20).map(lambda text: text.encode("utf-8", "surrogatepass"))]
        if self.words:
            pieces.append(st.sampled_from(self.words))
        if kept:
            pieces += [st.sampled_from(kept), st.builds(_slice, st.sampled_from(kept), st.integers(0), st.integers(0))]
        return st.lists(st.one_of(pieces), max_size=12).map(b"".join)

    def run(self, examples: int, number: int) -> None:
        """Try new inputs, the same for the same number. A failure is shrunk, kept in the corpus and raised."""
        last = [b""]

        @seed(number)
        @settings(
            max_examples=examples,
            database=None,
            deadline=None,
            derandomize=False,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate, Phase.shrink],
        )
        @given(self.inputs())
        def check(data: bytes) -> None:
            last[0] = data
            self.check(data)

        try:
            check()
        except Exception:
            # Hypothesis ends with the smallest input that fails.
            self.keep(last[0])
            raise

    def keep(self, data: bytes) -> Path:
        """Keep an input in the corpus."""
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / hashlib.sha256(data).hexdigest()[:16]
        path.write_bytes(data)
        return path


def _slice(data: bytes, start: int, size: int) -> bytes:
    start %= len(data) + 1
    return data[start : start + size % (len(data) + 1)]


def text_of(data: bytes) -> str:
    """Return bytes as text, halves of surrogate pairs included."""
    try:
        return data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return data.decode("latin-1")


def assert_sentence(text: str) -> None:
    """Assert that an error says something, and not too much."""
    assert text
    assert len(text) < 4_096
