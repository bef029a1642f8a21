"""Passes run by turns of their namespaces: no number of machines of one delays another by more than a pass."""

from __future__ import annotations

import asyncio
import contextlib
import random

import pytest

from hyperv_operator.handlers.turns import MOST, OF_NAMESPACE, Turns


class _Passes:
    """Passes that end when they are told to; records the order in which they begin."""

    def __init__(self, turns: Turns) -> None:
        self.turns = turns
        self.begun: list[str] = []
        self.ends: dict[str, asyncio.Event] = {}
        self.tasks: dict[str, asyncio.Task[None]] = {}

    async def _run(self, name: str) -> None:
        async with self.turns.turn(name[0]):
            self.begun.append(name)
            await self.ends[name].wait()

    async def add(self, *names: str) -> None:
        for name in names:
            self.ends[name] = asyncio.Event()
            self.tasks[name] = asyncio.create_task(self._run(name))
        await self.settle()

    async def end(self, *names: str) -> None:
        for name in names:
            self.ends[name].set()
        await self.settle()

    async def cancel(self, name: str) -> None:
        self.tasks[name].cancel()
        await self.settle()

    @staticmethod
    async def settle() -> None:
        for _ in range(10):
            await asyncio.sleep(0)


async def test_those_that_wait_are_let_in_by_turns_of_their_namespaces() -> None:
    passes = _Passes(Turns(1, 1))
    await passes.add("a1", "a2", "a3", "b1", "c1")
    for _ in range(5):
        await passes.end(passes.begun[-1])
    assert passes.begun == ["a1", "a2", "b1", "c1", "a3"]


async def test_a_namespace_whose_passes_hang_leaves_room_for_others() -> None:
    passes = _Passes(Turns(4, 2))
    await passes.add(*(f"a{number}" for number in range(9)))
    assert passes.begun == ["a0", "a1"]
    await passes.add("b1", "c1", "d1")
    assert passes.begun == ["a0", "a1", "b1", "c1"]
    await passes.end("a0")
    assert passes.begun[4:] == ["a2"]
    await passes.end("b1")
    assert passes.begun[5:] == ["d1"]


@pytest.mark.parametrize("cancelled", ["a2", "b1"])
async def test_a_cancelled_pass_takes_no_turn(cancelled: str) -> None:
    passes = _Passes(Turns(1, 1))
    await passes.add("a1", "a2", "b1", "c1")
    await passes.cancel(cancelled)
    for _ in range(3):
        await passes.end(passes.begun[-1])
    assert sorted(passes.begun) == sorted({"a1", "a2", "b1", "c1"} - {cancelled})


async def test_a_pass_that_fails_or_is_cancelled_while_it_runs_gives_its_turn_back() -> None:
    turns = Turns(1, 1)
    with contextlib.suppress(ValueError):
        async with turns.turn("a"):
            raise ValueError
    passes = _Passes(turns)
    await passes.add("a1", "b1")
    await passes.cancel("a1")
    assert passes.begun == ["a1", "b1"]


async def test_a_pass_that_is_let_in_and_cancelled_at_once_gives_its_turn_back() -> None:
    turns = Turns(1, 1)
    passes = _Passes(turns)
    await passes.add("a1", "b1")
    passes.ends["a1"].set()
    passes.tasks["a1"].add_done_callback(lambda _: passes.tasks["b1"].cancel())
    await passes.settle()
    await passes.add("c1")
    assert passes.begun[-1] == "c1"


async def test_whatever_happens_every_turn_comes_back() -> None:
    turns, dice = Turns(3, 2), random.Random(7)

    async def work(namespace: str) -> None:
        async with turns.turn(namespace):
            await asyncio.sleep(0)

    tasks = [asyncio.create_task(work(dice.choice("abc"))) for _ in range(200)]
    while any(not task.done() for task in tasks):
        dice.choice(tasks).cancel()
        await asyncio.sleep(0)
    assert (turns._running.total(), len(turns._waiting)) == (0, 0)


def test_one_namespace_never_has_all_turns() -> None:
    assert 1 < OF_NAMESPACE < MOST
