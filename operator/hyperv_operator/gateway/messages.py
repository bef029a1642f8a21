"""The messages of streams, as text: built once, whoever gets them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from pydantic import BaseModel, JsonValue

_POSITION: Final = re.compile(r"(?P<version>[0-9]{1,20})(?:~(?P<entry>[A-Za-z0-9-]{1,64}))?")


@dataclass(frozen=True)
class Message:
    """One message. `id` is where a reconnecting client goes on; None if it does not move that place."""

    text: str
    id: str | None = None


@dataclass(frozen=True)
class End:
    """The end of a stream: a notice, and the code that a websocket is closed with."""

    code: int
    reason: str
    text: str

    @property
    def message(self) -> Message:
        """The notice."""
        return notice(self.reason, self.text)


NORMAL: Final = 1000
RESTART: Final = 1012
TRY_AGAIN: Final = 1013
UNAUTHENTICATED: Final = 4401
FORBIDDEN: Final = 4403
GONE: Final = 4404
SLOW: Final = 4408

PING: Final = Message('{"type":"ping"}')


@dataclass(frozen=True)
class Position:
    """How far a client has come: a resourceVersion, and the last entry of the log in streams of one job."""

    version: int = 0
    entry: str | None = None

    @classmethod
    def parse(cls, text: str | None) -> Position | None:
        """Return the position in an id; None for anything that no gateway has issued."""
        found = _POSITION.fullmatch(text or "")
        return cls(int(found["version"]), found["entry"]) if found else None

    @property
    def id(self) -> str:
        """The id that clients see."""
        return f"{self.version}~{self.entry}" if self.entry else str(self.version)


def notice(reason: str, text: str, position: str | None = None) -> Message:
    """Return a notice: something about the stream itself."""
    body = ({"id": position} if position else {}) | {"type": "notice", "reason": reason, "text": text}
    return Message(json.dumps(body, separators=(",", ":")), position)


def job(position: str, shown: BaseModel) -> Message:
    """Return a job as it is now."""
    return Message(f'{{"id":"{position}","type":"job","job":{shown.model_dump_json()}}}', position)


def removed(position: str, reference: Mapping[str, str]) -> Message:
    """Return that a job does not exist any more."""
    body = json.dumps({"id": position, "type": "removed", "job": dict(reference)}, separators=(",", ":"))
    return Message(body, position)


def log(position: str, entry: Mapping[str, JsonValue]) -> Message:
    """Return an entry of a live log."""
    return Message(json.dumps({"id": position, "type": "log", "entry": dict(entry)}, separators=(",", ":")), position)
