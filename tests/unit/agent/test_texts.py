"""The simulator says what the agent says: each of its texts is one that the agent's scripts can produce."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator

import pytest

from hostsim import texts
from unit.agent.source import HOST, ROLLOUT, scripts

_SAMPLES = {"str": "Value-1", "int": 7, "float": 7.5, "Sequence[str]": ["Value-1", "Value-2"]}


def simulated() -> dict[str, str]:
    """Return the simulator's texts by name, with a sample for each value in them."""
    found = {name: text for name, text in vars(texts).items() if name.isupper() and isinstance(text, str)}
    for name, function in inspect.getmembers(texts, inspect.isfunction):
        samples = [_SAMPLES[str(one.annotation)] for one in inspect.signature(function).parameters.values()]
        found[name] = function(*samples)
    return found


_LITERAL = r"""'(?:[^']|'')*'|"(?:[^"`]|`.)*\""""
_JOINED = re.compile(rf"(?:{_LITERAL})(?:\s*\+\s*(?:{_LITERAL}))*")
_COMMENT = re.compile(r"<#(?s:.*?)#>|^ *#.*$", re.MULTILINE)
_VALUE = re.compile(r"\$\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)|\$\w+(?:\.\w+)*")


_ANYTHING = r"(?:(?!\. ).)*"


def templates() -> Iterator[str]:
    """Yield patterns of what the agent can say: its texts, joined where they are, with anything in place of values."""
    for path in (*scripts(HOST), *scripts(ROLLOUT)):
        source = _COMMENT.sub("", path.read_text(encoding="ascii"))
        for joined in _JOINED.findall(source):
            yield "".join(pattern(literal) for literal in re.findall(_LITERAL, joined))


def pattern(literal: str) -> str:
    """Return the pattern of a string literal: values in it, `$name` or `{0}`, are anything but sentences."""
    text = literal[1:-1]
    text = text.replace("''", "'") if literal[0] == "'" else _VALUE.sub("\0", text)
    return re.escape(re.sub(r"\{\d\}", "\0", text)).replace("\0", _ANYTHING)


PATTERNS = {one for one in templates() if len(re.sub(r"\W", "", one.replace(_ANYTHING, ""))) >= 8}


def is_said(text: str) -> bool:
    """Return whether the agent can say a text."""
    return any(re.fullmatch(one, text) for one in PATTERNS)


@pytest.mark.parametrize("name", sorted(simulated()))
def test_the_simulator_uses_the_agents_words(name: str) -> None:
    assert is_said(simulated()[name])


@pytest.mark.parametrize(
    "text", ["There is no switch External.", "The guest failed at Read with None. Try again.", "The disk is full."]
)
def test_other_words_are_seen(text: str) -> None:
    assert not is_said(text)


def test_every_kind_of_value_has_a_sample() -> None:
    assert len(simulated()) > 30
    assert not [text for text in simulated().values() if not text.endswith(".")]
    assert len(PATTERNS) > 100
