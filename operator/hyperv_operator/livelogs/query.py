"""The parameters of a request for a log."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from hyperv_operator.livelogs.statuses import StatusError

_LARGEST: Final = 1_000_000_000
_ENTRY_ID: Final = re.compile(r"([0-9a-z]{1,32})-([0-9]{8,18})")
_UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True)
class LogQuery:
    """What a client asks for. None for a parameter that is not given."""

    follow: bool = False
    tail_lines: int | None = None
    since_seconds: int | None = None
    after: tuple[str, int] | None = None
    """Epoch and sequence of the last entry that the client has."""
    run: str | None = None
    previous: bool = False
    uid: str | None = None


def _flag(text: str) -> bool:
    if text not in ("true", "false"):
        raise ValueError("is neither `true` nor `false`")
    return text == "true"


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or len(text) > len(str(_LARGEST)) or int(text) > _LARGEST:
        raise ValueError(f"is not a whole number from 0 to {_LARGEST}")
    return int(text)


def _entry_id(text: str) -> tuple[str, int]:
    match = _ENTRY_ID.fullmatch(text)
    if match is None:
        raise ValueError("is not the id of an entry, such as k3f9ab12-00000042")
    return match[1], int(match[2])


def _uuid(text: str) -> str:
    if not _UUID.fullmatch(text):
        raise ValueError("is not a UUID in lower case")
    return text


_Parameters = dict[str, tuple[str, Callable[[str], object]]]

_OF_ALL: Final[_Parameters] = {
    "follow": ("follow", _flag),
    "tailLines": ("tail_lines", _number),
    "sinceSeconds": ("since_seconds", _number),
    "after": ("after", _entry_id),
}
_OF_MACHINES: Final[_Parameters] = {
    **_OF_ALL,
    "run": ("run", _uuid),
    "previous": ("previous", _flag),
    "uid": ("uid", _uuid),
}


def parse(parameters: Sequence[tuple[str, str]], *, of_machine: bool) -> LogQuery:
    """Return the query; `StatusError` names every parameter that is unknown, invalid or given twice."""
    known = _OF_MACHINES if of_machine else _OF_ALL
    problems: list[str] = []
    found: dict[str, Any] = {}
    for name, text in parameters:
        if name not in known:
            problems.append(f"unknown parameter {name[:60]!r}")
            continue
        key, convert = known[name]
        if key in found:
            problems.append(f"{name} is given twice")
        try:
            found[key] = convert(text)
        except ValueError as error:
            problems.append(f"{name} {error}")
    if found.get("run") and found.get("previous"):
        problems.append("run and previous exclude each other")
    if problems:
        raise StatusError(400, f"Invalid query: {'; '.join(problems)}. Known parameters: {', '.join(known)}.")
    return LogQuery(**found)
