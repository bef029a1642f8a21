"""Waiting returns the accepted value, or fails with the last value."""

from __future__ import annotations

import pytest

from controlplane.waiting import WaitTimedOut, wait_until, wait_until_async


def test_the_first_accepted_value_is_returned() -> None:
    numbers = iter(range(10))
    assert wait_until(lambda: next(numbers), lambda number: number == 3, what="three", every=0.001) == 3


def test_a_timeout_reports_the_last_value() -> None:
    with pytest.raises(WaitTimedOut, match=r"two: not within 0\.01 s; last seen: 1"):
        wait_until(lambda: 1, lambda number: number == 2, what="two", within=0.01, every=0.001)


def test_the_probe_is_called_at_least_once() -> None:
    assert wait_until(lambda: "there", what="something", within=0) == "there"


async def test_a_coroutine_function_is_awaited() -> None:
    numbers = iter(range(10))

    async def probe() -> int:
        return next(numbers)

    assert await wait_until_async(probe, lambda number: number == 3, what="three", every=0.001) == 3
    with pytest.raises(WaitTimedOut, match="last seen"):
        await wait_until_async(probe, lambda number: number < 0, what="less", within=0, every=0.001)
