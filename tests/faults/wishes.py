"""Churn's plan: what is asked of each machine and when, drawn from a seed. Pure."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

Ask = Literal["create", "resize", "power", "delete", "kill", "cut", "down", "host-down"]


@dataclass(frozen=True, order=True)
class Event:
    """Something that a person asks for or that happens, `at` seconds after the begin. `of` is a machine or a host."""

    at: float
    ask: Ask
    of: str = ""
    cpu_cores: int = 0
    gb_ram: int = 0


@dataclass(frozen=True)
class Wish:
    """What was asked of a machine in the end."""

    host: str
    cpu_cores: int = 2
    gb_ram: int = 2
    is_on: bool = True
    exists: bool = True


def draw(seed: str, machines: int, hosts: Sequence[str], seconds: float) -> tuple[list[Event], dict[str, Wish]]:
    """Return the events in their order, and the wish of each machine at the end; the same for the same arguments."""
    chance = random.Random(seed)
    events: list[Event] = []
    wishes: dict[str, Wish] = {}
    for number in range(1, machines + 1):
        alias, wish = f"m{number}", Wish(chance.choice(list(hosts)))
        at = chance.uniform(0, seconds / 2)
        events.append(Event(at, "create", alias))
        for _ in range(chance.choice((0, 1, 1, 2))):
            at = chance.uniform(at, seconds)
            ask: Ask = chance.choice(("resize", "resize", "power", "delete"))
            if ask == "resize":
                wish = replace(wish, cpu_cores=chance.choice((1, 3, 4)), gb_ram=chance.choice((1, 3, 4)))
            elif ask == "power":
                wish = replace(wish, is_on=not wish.is_on)
            else:
                wish = replace(wish, exists=False)
            events.append(Event(at, ask, alias, wish.cpu_cores, wish.gb_ram))
            if not wish.exists:
                break
        wishes[alias] = wish
    events += _disasters(chance, hosts, seconds)
    return sorted(events), wishes


def _disasters(chance: random.Random, hosts: Sequence[str], seconds: float) -> list[Event]:
    """Return what happens to the operator, the API server and the hosts: something every four seconds."""
    asks: tuple[Ask, ...] = ("kill", "kill", "cut", "down", "host-down")
    found = []
    for _ in range(int(seconds / 4)):
        ask = chance.choice(asks)
        found.append(Event(chance.uniform(0, seconds), ask, chance.choice(list(hosts)) if ask == "host-down" else ""))
    return found
