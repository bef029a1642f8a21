"""What a machine takes of its host, and what the machines of a namespace take together."""

from __future__ import annotations

from typing import Any

import pytest

from hyperv_operator.api.machine import Applied, HyperVMachineStatus, Run
from hyperv_operator.core.usage import NOTHING, Size, Usage, counted, held
from unit.core.samples import NOW, RUN, vm

_GIB = 1_073_741_824


def test_nothing_takes_nothing() -> None:
    assert (Size().cpu_cores, Size().memory_gib) == (0, 0)
    assert (NOTHING.machines, NOTHING.cpu_cores, NOTHING.memory_gib) == (0, 0, 0)


@pytest.mark.parametrize(
    ("fields", "size"),
    [
        ({"cpu_cores": 2, "gb_ram": 3}, (2, 3)),
        ({}, (0, 0)),
        ({"cpu_cores": "2", "gb_ram": None}, (0, 0)),
    ],
)
def test_a_submission_asks_for_what_its_fields_say(fields: Any, size: tuple[int, int]) -> None:
    found = Size.of_fields(fields)
    assert (found.cpu_cores, found.memory_gib) == size


@pytest.mark.parametrize(
    ("memory", "gib"), [(0, 0), (1, 1), (_GIB, 1), (_GIB + 1, 2), (3 * _GIB, 3), (3 * _GIB - 1, 3)]
)
def test_a_part_of_a_gib_counts_as_one(memory: int, gib: int) -> None:
    assert Size.of_vm(vm(cpu_cores=5, memory_bytes=memory)) == Size(5, gib)


def test_the_larger_of_two_is_taken_in_each_respect() -> None:
    assert Size(2, 9).covering(Size(4, 3)) == Size(4, 9)


def test_usages_are_added_and_subtracted() -> None:
    both = Usage(1, 2, 3).plus(Size(4, 5))
    assert both == Usage(2, 6, 8)
    assert both.minus(Size(4, 5)) == Usage(1, 2, 3)
    assert Usage(5, 7, 9).without(Usage(1, 2, 3)) == Usage(4, 5, 6)


_ASKED: Any = {"cpu_cores": 8, "gb_ram": 16}


@pytest.mark.parametrize(
    ("applied", "has"),
    [
        (None, Size(8, 16)),
        (Applied(cpu_cores=2, gb_ram=4), Size(2, 4)),
        (Applied(cpu_cores=0, gb_ram=0), Size(0, 0)),
        (Applied(gb_ram=4), Size(8, 4)),
        (Applied(cpu_cores=2), Size(2, 16)),
    ],
)
def test_a_launched_machine_has_what_was_applied(applied: Applied | None, has: Size) -> None:
    assert held(HyperVMachineStatus(applied=applied), _ASKED) == has


@pytest.mark.parametrize(
    ("kind", "finished", "size"),
    [("update", None, Size(8, 16)), ("update", NOW, Size(2, 4)), ("provision", None, Size(2, 4))],
)
def test_an_update_that_runs_counts_with_what_it_asks_for(kind: Any, finished: Any, size: Size) -> None:
    run = Run(id=RUN, kind=kind, attempt=1, finished_at=finished)
    status = HyperVMachineStatus(applied=Applied(cpu_cores=2, gb_ram=4), run=run)
    assert counted(status, _ASKED, None) == size
    assert counted(status, _ASKED, vm(cpu_cores=32, memory_bytes=_GIB)) == Size(32, size.memory_gib)


def test_a_machine_without_a_run_counts_with_what_it_has() -> None:
    assert counted(HyperVMachineStatus(applied=Applied(cpu_cores=2, gb_ram=4)), _ASKED, None) == Size(2, 4)
