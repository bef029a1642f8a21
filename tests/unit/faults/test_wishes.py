from __future__ import annotations

import pytest

from faults.wishes import draw

_HOSTS = ("h1", "h2", "h3")


def test_the_plan_is_the_same_for_the_same_seed_only() -> None:
    assert draw("7", 20, _HOSTS, 60) == draw("7", 20, _HOSTS, 60)
    assert draw("7", 20, _HOSTS, 60) != draw("8", 20, _HOSTS, 60)


@pytest.mark.parametrize("seed", ["1", "2", "3", "4"])
def test_every_machine_is_created_first_and_nothing_is_asked_of_a_deleted_one(seed: str) -> None:
    events, wishes = draw(seed, 50, _HOSTS, 60)
    assert len(wishes) == 50
    assert events == sorted(events)
    assert all(0 <= event.at <= 60 for event in events)
    for alias, wish in wishes.items():
        asked = [event.ask for event in events if event.of == alias]
        assert asked[0] == "create"
        assert "create" not in asked[1:]
        assert "delete" not in asked[:-1]
        assert wish.exists == (asked[-1] != "delete")
        assert wish.is_on == (asked.count("power") % 2 == 0)


def test_the_wish_is_the_last_size_that_was_asked_for() -> None:
    events, wishes = draw("1", 200, _HOSTS, 60)
    for alias, wish in wishes.items():
        sizes = [(one.cpu_cores, one.gb_ram) for one in events if one.of == alias and one.ask == "resize"]
        assert (wish.cpu_cores, wish.gb_ram) == (sizes[-1] if sizes else (2, 2))


def test_every_kind_of_event_happens() -> None:
    events, _ = draw("1", 200, _HOSTS, 200)
    assert {event.ask for event in events} == {
        "create", "resize", "power", "delete", "kill", "cut", "down", "host-down",
    }  # fmt: skip
