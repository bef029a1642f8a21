"""Splits messages into sentences and clauses, and finds what a message says twice."""

from __future__ import annotations

import re

_SENTENCE = re.compile(r"(?<=[.?!])\s+(?=[A-Z'`…(])")
_CLAUSE = re.compile(r"[;,]?\s+(?:or|and|then)\s+|[;:,.?!]\s+|[.?!]$")
_FILLER = frozenset(
    re.findall(
        r"\w+",
        "a an the this that these those it its is are was were be has have had to of in on at for with from by as there here if so "
        "not no any all one other another again anew also too only which who whose do does did",
    )
)
IMPERATIVES = frozenset(
    re.findall(
        r"\w+",
        "add allow apply ask attach begin bring build buy change check choose close confirm correct create delete do enable find free give "
        "increase install look lower make map move name open pipe prepare publish put raise register remove rename replace restart "
        "restore run send set shorten show shut start stop store synchronise try undo unlock update wait write",
    )
)
"""The verbs with which advice begins."""
_SAME = {"correct": "change", "set": "change", "look": "check", "confirm": "check", "update": "bring", "move": "put"}
_OVERLAP = 0.6
"""Two clauses of advice whose words overlap by this much say the same."""


def sentences(text: str) -> list[str]:
    """Return the sentences of a text."""
    return [one for one in _SENTENCE.split(text.strip()) if one]


def _words(clause: str) -> frozenset[str]:
    words = re.findall(r"[\w.]+", clause.casefold().replace("spec.fields.", "").replace("spec.", ""))
    stripped = (word.strip(".").removesuffix("s") for word in words)
    return frozenset(_SAME.get(word, word) for word in stripped if word and word not in _FILLER)


def repeated(text: str) -> list[tuple[str, str]]:
    """Return the pairs of clauses of a text that say the same: in the same words, or nearly so where both are advice."""
    clauses = [(one.strip(), _words(one)) for one in _CLAUSE.split(text) if one and len(_words(one)) >= 2]
    found = []
    for index, (first, mine) in enumerate(clauses):
        for second, others in clauses[index + 1 :]:
            common = len(mine & others)
            advice = is_advice(first) and is_advice(second) and common >= 2
            if mine == others or (advice and common / min(len(mine), len(others)) >= _OVERLAP):
                found.append((first, second))
    return found


def is_advice(clause: str) -> bool:
    """Return whether a clause begins as advice does, with an imperative."""
    words = re.findall(r"[A-Za-z]+", clause)
    return bool(words) and words[0].casefold() in IMPERATIVES
