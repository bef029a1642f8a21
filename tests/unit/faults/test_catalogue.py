from __future__ import annotations

import pytest

from faults.catalogue import MEANINGS, Fault, all_faults, kinds_at, parse_fault, sample, select
from faults.places import parse

_PLACES = [
    parse(text)
    for text in (
        "api/get.secrets/1",
        "api/get.secrets/2",
        "api/list.hypervmachines/1",
        "api/patch.hypervmachines/1",
        "api/watch.leases/1",
        "api/watch.leases/1e1",
        "host/Receive/1",
        "host/Logon/1",
        "step/CopyImage/1",
        "step/CopyImage:completed/1",
    )
]
_ALL = all_faults("machine", _PLACES)


def test_every_kind_has_a_meaning_and_is_possible_somewhere() -> None:
    assert {one.kind for one in _ALL} == set(MEANINGS)


@pytest.mark.parametrize(
    ("place", "possible", "impossible"),
    [
        ("api/get.secrets/1", {"404", "429"}, {"409", "kill-after", "watch-cut"}),
        ("api/list.hypervmachines/1", {"410"}, {"422"}),
        ("api/patch.hypervmachines/1", {"kill-before", "kill-after", "409", "422", "down"}, {"watch-frozen"}),
        ("api/watch.leases/1", {"410"}, {"reply-lost"}),
        ("api/watch.leases/1e1", {"watch-cut", "watch-frozen", "watch-expired"}, {"kill-before"}),
        ("host/Receive/1", {"shell-lost", "reply-lost"}, {"404"}),
        ("host/Logon/1", {"unavailable"}, {"shell-lost"}),
        ("step/CopyImage/1", {"kill", "disk-full", "quota"}, {"kill-before"}),
        ("step/CopyImage:completed/1", {"kill"}, {"disk-full", "quota"}),
    ],
)
def test_the_kind_of_place_decides_which_faults_are_possible(
    place: str, possible: set[str], impossible: set[str]
) -> None:
    kinds = set(kinds_at(parse(place)))
    assert possible <= kinds
    assert not impossible & kinds


def test_the_id_of_a_fault_is_read_back() -> None:
    assert [parse_fault(str(one)) for one in _ALL] == _ALL


@pytest.mark.parametrize("text", ["machine/api/get.secrets/1", "machine/404", "404", "machine/api/get.secrets/1/999"])
def test_other_texts_are_no_ids(text: str) -> None:
    with pytest.raises(ValueError, match="Write"):
        parse_fault(text)


def test_patterns_select() -> None:
    assert select(_ALL, []) == _ALL
    assert {str(one.place) for one in select(_ALL, ["machine/api/get.*/404"])} == {
        "api/get.secrets/1",
        "api/get.secrets/2",
    }
    assert select(_ALL, ["host/*"]) == []


def test_a_sample_is_the_same_for_the_same_seed_only() -> None:
    assert sample(_ALL, 20, "a") == sample(list(_ALL), 20, "a")
    assert sample(_ALL, 20, "a") != sample(_ALL, 20, "b")


@pytest.mark.parametrize("seed", ["a", "b", "c"])
def test_a_sample_has_every_kind_before_it_has_one_twice(seed: str) -> None:
    chosen = sample(_ALL, len(MEANINGS), seed)
    assert {one.kind for one in chosen} == set(MEANINGS)


def test_a_sample_of_everything_is_everything_once() -> None:
    chosen = sample(_ALL, 10_000, "a")
    assert sorted(chosen) == sorted(_ALL)
    assert len(set(chosen)) == len(chosen)


def test_faults_sort_by_place() -> None:
    early, late = Fault("machine", _PLACES[0], "500"), Fault("machine", _PLACES[1], "404")
    assert early < late
