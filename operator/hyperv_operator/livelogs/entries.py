"""One entry of a log, and its two forms: a JSON line and a line of text."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Final

from pydantic import JsonValue

from hyperv_operator.border.text import clean_lines
from hyperv_operator.ports import LogSource

MAX_TEXT: Final = 4_096
"""Characters of an entry's text; a longer one is cut."""


class Notice(StrEnum):
    """What the server says about a log that it serves."""

    RESTARTED = "Restarted"
    TRUNCATED = "Truncated"
    SLOW_READER = "SlowReader"
    STOPPING = "Stopping"
    RUN_ENDED = "RunEnded"


class Format(StrEnum):
    """How entries are sent."""

    JSON = "application/jsonl"
    TEXT = "text/plain"


@dataclass(frozen=True, eq=False, slots=True)
class Entry:
    """A line, a change of a step, the outcome of a launch, or a notice of the server."""

    id: str
    """`<epoch>-<sequence>`: the epoch is one process, the sequence counts in it."""
    sequence: int
    at: datetime
    type: str
    body: Mapping[str, JsonValue]
    source: LogSource | None = None
    """None for a notice."""

    @property
    def text(self) -> str:
        """The entry's own text."""
        return str(self.body["text"])


def cleaned(text: str) -> str:
    """Return text on one line, without characters that control a terminal or the writing direction, and of bounded length."""
    return clean_lines(text, MAX_TEXT).replace("\n", "\N{SYMBOL FOR LINE FEED}")


@lru_cache(maxsize=1_024)
def encoded(entry: Entry, form: Format, *, with_machine: bool) -> bytes:
    """Return an entry as one line. All readers of a busy log share the result, of which the newest are kept."""
    time = entry.at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{entry.at.microsecond // 1000:03d}Z"
    source = entry.source
    if form is Format.TEXT:
        machine = f"{source.namespace}/{source.name} " if source and with_machine else ""
        return f"{time} {machine}{_sentence(entry)}\n".encode()
    parts: dict[str, JsonValue] = {"id": entry.id, "at": time}
    if source:
        parts |= {"run": source.run, "attempt": source.attempt, "kind": source.kind}
        if with_machine:
            parts |= {"machine": f"{source.namespace}/{source.name}", "uid": source.uid}
    parts |= {"type": entry.type, **entry.body}
    return json.dumps(parts, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _sentence(entry: Entry) -> str:
    body = entry.body
    match entry.type:
        case "step":
            percent = f" {body['percent']} %" if "percent" in body else ""
            head = f"[{body['step']} {body['state']}{percent}]"
        case "outcome":
            source = entry.source
            launch = f"{source.kind} attempt {source.attempt} " if source else ""
            head = f"[{launch}{body['outcome']}{' ' if body['code'] else ''}{body['code']}]"
        case "notice":
            head = f"[{body['reason']}]"
        case _:
            return entry.text
    return f"{head} {entry.text}".rstrip()
