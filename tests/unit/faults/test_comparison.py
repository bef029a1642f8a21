from __future__ import annotations

import json

import pytest

from faults.comparison import (
    Record,
    claims_ready,
    compare_counts,
    count_mutations,
    created_and_deleted,
    differences,
    images_written,
    several_vms,
)
from hostsim.ledger import Entry

_EXPECTED = Record(
    mutations={"m1": {"create_vm": 1, "publish": 1, "resize": 1}}, writes={"create.hypervhostinventories": 1}
)


def _found(writes: dict[str, int] | None = None, **mutations: int) -> Record:
    return Record(
        mutations={"m1": {"create_vm": 1, "publish": 1, "resize": 1} | mutations},
        writes={"create.hypervhostinventories": 1} if writes is None else writes,
    )


def test_equal_facts_have_no_differences() -> None:
    assert differences({"m1": "present"}, {"m1": "present"}) == []


def test_changed_missing_and_additional_facts_are_differences() -> None:
    assert differences({"a": "1", "b": "2"}, {"a": "3", "c": "4"}) == [
        "a: 3 instead of 1",
        "b: (none) instead of 2",
        "c: 4 instead of (none)",
    ]


@pytest.mark.parametrize(
    "found",
    [
        _EXPECTED,
        _found(publish=3),
        _found(resize=0),
        _found(writes={"create.hypervhostinventories": 1, "create.events": 9}),
    ],
)
def test_these_counts_are_as_good_as_the_expected_ones(found: Record) -> None:
    assert compare_counts(_EXPECTED, found) == []


@pytest.mark.parametrize(
    ("found", "name"),
    [
        (_found(create_vm=2), "created-or-deleted-otherwise"),
        (_found(create_vm=0), "created-or-deleted-otherwise"),
        (_found(delete_vm=1), "created-or-deleted-otherwise"),
        (_found(publish=0), "repeated-or-left-out"),
        (_found(publish=4), "repeated-or-left-out"),
        (_found(purge=3), "repeated-or-left-out"),
        (_found(writes={}), "other-api-writes"),
        (_found(writes={"create.hypervhostinventories": 2}), "other-api-writes"),
        (_found(writes={"create.hypervhostinventories": 1, "delete.hypervmachines": 1}), "other-api-writes"),
    ],
)
def test_other_counts_deviate(found: Record, name: str) -> None:
    assert [one.name for one in compare_counts(_EXPECTED, found)] == [name]


def test_another_machine_deviates() -> None:
    found = Record(mutations={**_EXPECTED.mutations, "stranger": {"create_vm": 1}}, writes=_EXPECTED.writes)
    assert [one.detail for one in compare_counts(_EXPECTED, found)] == ["create_vm of stranger: 1 times instead of 0"]


def test_mutations_are_counted_by_alias() -> None:
    entries = [
        Entry(1, "create_vm", "u1"),
        Entry(2, "publish", "u1"),
        Entry(3, "publish", "u1"),
        Entry(4, "purge", "u2"),
    ]
    assert count_mutations(entries, {"u1": "m1"}) == {"m1": {"create_vm": 1, "publish": 2}, "u2": {"purge": 1}}


def test_only_creations_and_deletions_of_the_api_are_recorded() -> None:
    writes = {"patch.hypervmachines": 3, "create.events": 2, "delete.hypervmachines": 1}
    assert created_and_deleted(writes) == {"create.events": 2, "delete.hypervmachines": 1}


def test_a_second_vm_deviates_even_if_the_first_goes_later() -> None:
    entries = [Entry(3, "delete_vm", "u1"), Entry(1, "create_vm", "u1"), Entry(2, "create_vm", "u1")]
    assert [one.name for one in several_vms(entries)] == ["two-vms"]


def test_a_vm_after_the_other_and_one_of_another_machine_are_fine() -> None:
    entries = [Entry(1, "create_vm", "u1"), Entry(2, "delete_vm", "u1"), Entry(3, "create_vm", "u1")]
    assert several_vms([*entries, Entry(1, "create_vm", "u2")]) == []


@pytest.mark.parametrize(("after", "changed"), [({"a": 2}, []), ({}, []), ({"a": 1, "b": 1}, []), ({"a": 1}, ["a"])])
def test_a_written_image_deviates(after: dict[str, int], changed: list[str]) -> None:
    assert [one.name for one in images_written({"a": 1}, after, changed)] == ["image-written"]
    assert images_written({"a": 1}, {"a": 1}, []) == []


@pytest.mark.parametrize(
    ("body", "says_so"),
    [
        ({"status": {"conditions": [{"type": "Synced", "status": "True"}, {"type": "Ready", "status": "True"}]}}, True),
        ({"status": {"conditions": [{"type": "Ready", "status": "False"}]}}, False),
        ({"status": {"conditions": [{"type": "Synced", "status": "True"}]}}, False),
        ({"metadata": {"finalizers": []}}, False),
    ],
)
def test_a_status_that_says_ready_is_recognised(body: dict[str, object], says_so: bool) -> None:
    assert claims_ready(json.dumps(body).encode()) is says_so
