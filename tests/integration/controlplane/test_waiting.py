"""Waiting ends with what was waited for, or says what was seen instead."""

from __future__ import annotations

import pytest

from controlplane.waiting import WaitTimedOut, wait_until, wait_until_async


def test_returns_the_value_that_satisfies() -> None:
    numbers = iter(range(10))
    assert wait_until(lambda: next(numbers), lambda number: number == 3, what="three", every=0.001) == 3


def test_tells_what_it_saw_last() -> None:
    with pytest.raises(WaitTimedOut, match=r"two: not within 0\.01 s; last seen: 1"):
        wait_until(lambda: 1, lambda number: number == 2, what="two", within=0.01, every=0.001)


def test_looks_once_even_without_time() -> None:
    assert wait_until(lambda: "there", what="something", within=0) == "there"


async def test_waits_for_a_coroutine_function_too() -> None:
    numbers = iter(range(10))

    async def probe() -> int:
        return next(numbers)

    assert await wait_until_async(probe, lambda number: number == 3, what="three", every=0.001) == 3
    with pytest.raises(WaitTimedOut, match="last seen"):
        await wait_until_async(probe, lambda number: number < 0, what="less", within=0, every=0.001)
