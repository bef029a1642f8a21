"""The kinds of faults, where each can be injected, their ids, and the choice of a sample. Pure."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Final

from typing_extensions import override

from faults.places import Place, parse

STATUSES: Final = ("403", "404", "409", "410", "422", "429", "500")
"""Answers of the API server in place of forwarding the request."""

_WRITE: Final = ("kill-before", "kill-after", "reply-lost", *STATUSES, "delay", "down")
_GET: Final = ("kill-before", "reply-lost", "403", "404", "429", "500")
_LIST: Final = (*_GET, "410")
_WATCH: Final = ("kill-before", "403", "404", "410", "429", "500", "delay")
_EVENT: Final = ("watch-cut", "watch-frozen", "watch-expired")
_WSMAN: Final = ("kill-before", "kill-after", "reply-lost", "request-lost", "shell-lost", "unavailable")
_IN_A_SHELL: Final = ("Command", "Send", "Receive", "Signal", "Delete")
_STEP: Final = ("kill", "shell-killed", "reboot", "host-dead")
_STEP_START: Final = ("run-reply-lost", "quota")

MEANINGS: Final = {
    "kill-before": "the operator is killed before its request is passed on",
    "kill-after": "the operator is killed after its request had its effect, before it gets the reply",
    "reply-lost": "the request has its effect, and the connection breaks before the reply",
    "request-lost": "the connection breaks before the request has an effect",
    "403": "Forbidden",
    "404": "NotFound",
    "409": "Conflict",
    "410": "Gone",
    "422": "Invalid",
    "429": "TooManyRequests, with Retry-After",
    "500": "InternalError",
    "delay": "the request waits for a second",
    "down": "the API server is down for two seconds, and all connections break",
    "watch-cut": "the watch breaks before this event",
    "watch-frozen": "the watch delivers neither this event nor later ones, and breaks after three seconds",
    "watch-expired": "the watch ends with a 410 in place of this event",
    "shell-lost": "the shell dies before the request",
    "unavailable": "the WinRM service answers 503",
    "kill": "the operator is killed",
    "shell-killed": "the shell of the run dies",
    "reboot": "all shells of the host die",
    "host-dead": "the host refuses connections for two seconds, and all connections break",
    "run-reply-lost": "the run ends, and its outcome is lost",
    "quota": "no shell can be opened for a second",
    "disk-full": "the volume is full for a second",
}
"""By fault kind."""


@dataclass(frozen=True, order=True)
class Fault:
    """One fault at one place of one scenario."""

    scenario: str
    place: Place
    kind: str

    @override
    def __str__(self) -> str:
        return f"{self.scenario}/{self.place}/{self.kind}"


def parse_fault(text: str) -> Fault:
    """Return the fault of an id such as `machine/api/patch.hypervmachines/1/409`; raises ValueError."""
    scenario, _, rest = text.partition("/")
    place, _, kind = rest.rpartition("/")
    if kind not in MEANINGS:
        raise ValueError(f"{text!r} names no fault. Write SCENARIO/PLACE/FAULT, where FAULT is {', '.join(MEANINGS)}.")
    return Fault(scenario, parse(place), kind)


def kinds_at(place: Place) -> Sequence[str]:
    """Return the kinds of faults that can be injected at a place."""
    if place.layer == "host":
        return [kind for kind in _WSMAN if kind != "shell-lost" or place.kind in _IN_A_SHELL]
    if place.layer == "step":
        at_start = () if place.kind.endswith(":completed") else _STEP_START
        return (*_STEP, *at_start, *(("disk-full",) if place.kind == "CopyImage" else ()))
    if place.event:
        return _EVENT
    if place.verb == "watch":
        return _WATCH
    return {"get": _GET, "list": _LIST}.get(place.verb, _WRITE)


def all_faults(scenario: str, places: Iterable[Place]) -> list[Fault]:
    """Return every fault at these places, in their order."""
    return [Fault(scenario, place, kind) for place in places for kind in kinds_at(place)]


def select(faults: Iterable[Fault], patterns: Sequence[str]) -> list[Fault]:
    """Return the faults whose ids match one of the patterns (`*` as in a shell); all without patterns."""
    return [one for one in faults if not patterns or any(fnmatchcase(str(one), pattern) for pattern in patterns)]


def sample(faults: Sequence[Fault], size: int, seed: str) -> list[Fault]:
    """Return a random choice that contains as many kinds of faults and places as possible; the same for the same seed."""
    chance = random.Random(seed)
    groups: dict[tuple[str, str], list[Fault]] = {}
    for one in faults:
        groups.setdefault((one.kind, f"{one.place.layer}/{one.place.kind}"), []).append(one)
    order = sorted(groups)
    chance.shuffle(order)
    chosen: list[Fault] = []
    used: dict[str, int] = {}
    while order and len(chosen) < size:
        # The kind of fault that was chosen least so far is next.
        group = min(order, key=lambda key: used.get(key[0], 0))
        members = groups[group]
        chosen.append(members.pop(chance.randrange(len(members))))
        used[group[0]] = used.get(group[0], 0) + 1
        order.remove(group)
        if members:
            order.append(group)
    return chosen
