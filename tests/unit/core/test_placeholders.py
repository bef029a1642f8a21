"""HyperVHostInventory: what Hyper-V reports, and placeholders for what it does not report yet."""

from __future__ import annotations

from dataclasses import replace

import pytest

from hyperv_operator.api.inventory import MAX_MACHINES
from hyperv_operator.core import placeholders
from hyperv_operator.core.placeholders import InProgress
from hyperv_operator.protocol.inventory import ImageFacts
from unit.core.samples import NOW, REPORT, SECOND, UID, VM_ID, vm

GIB = 1024**3
OURS = InProgress(uid=UID, namespace="team", name="a", vm_name="vm-a", phase="CopyImage")


def _uid(number: int) -> str:
    return f"{number:08x}-0000-4000-8000-000000000000"


EMPTY = REPORT.model_copy(update={"vms": (), "images": ()})


def test_a_vm_is_shown_as_reported_and_refers_to_its_machine() -> None:
    report = EMPTY.model_copy(update={"vms": (vm(memory_bytes=GIB + GIB // 2, cpu_cores=3, state="Off"),)})
    (shown,) = placeholders.compose(report, [OURS], NOW).machines
    assert (shown.vm_id, shown.name, shown.state, shown.cpu_cores, shown.gb_ram) == (VM_ID, "a", "Off", 3, "1.5")
    assert shown.machine_ref
    assert (shown.machine_ref.namespace, shown.machine_ref.name, shown.machine_ref.uid) == ("team", "a", UID)


def test_a_critical_state_is_shown_as_hyper_v_shows_it() -> None:
    report = EMPTY.model_copy(update={"vms": (vm(state="Paused", critical=True),)})
    assert placeholders.compose(report, [OURS], NOW).machines[0].state == "PausedCritical"


@pytest.mark.parametrize("uid", [None, "of another cluster"])
def test_a_vm_without_a_known_machine_refers_to_none(uid: str | None) -> None:
    report = EMPTY.model_copy(update={"vms": (vm(machine_uid=uid),)})
    assert placeholders.compose(report, [OURS], NOW).machines[0].machine_ref is None


@pytest.mark.parametrize(
    ("machine", "seen", "held"),
    [
        (OURS, False, True),
        (OURS, True, False),
        (replace(OURS, phase=""), False, False),
    ],
)
def test_a_machine_in_progress_has_a_placeholder_until_hyper_v_reports_its_vm(
    machine: InProgress, *, seen: bool, held: bool
) -> None:
    report = EMPTY.model_copy(update={"vms": (vm(),) if seen else ()})
    found = placeholders.compose(report, [machine], NOW).placeholders
    assert [(one.uid, one.namespace, one.name, one.vm_name, one.phase) for one in found] == (
        [(UID, "team", "a", "vm-a", "CopyImage")] if held else []
    )


def test_before_the_first_inventory_there_are_placeholders_alone() -> None:
    status = placeholders.compose(None, [OURS], None)
    assert (status.machines, status.images, status.truncated, status.observed_at) == ((), (), False, None)
    assert len(status.placeholders) == 1


def test_lists_are_sorted_and_bounded() -> None:
    vms = tuple(vm(name=f"vm-{number:04}", machine_uid=None) for number in range(MAX_MACHINES, -1, -1))
    images = tuple(ImageFacts(name=f"image-{number:03}", size_bytes=3 * GIB - 1) for number in range(500, -1, -1))
    ours = [replace(OURS, uid=_uid(number), phase="p" * 70) for number in range(1_000, -1, -1)]
    status = placeholders.compose(EMPTY.model_copy(update={"vms": vms, "images": images}), ours, NOW)
    assert [one.name for one in status.machines] == [f"vm-{number:04}" for number in range(MAX_MACHINES)]
    assert status.truncated
    assert [one.name for one in status.images] == [f"image-{number:03}" for number in range(500)]
    assert status.images[0].size_gib == 2
    assert [one.uid for one in status.placeholders] == [_uid(number) for number in range(1_000)]
    assert status.placeholders[0].phase == "p" * 64
    exactly = placeholders.compose(EMPTY.model_copy(update={"vms": vms[1:]}), [], NOW)
    assert not exactly.truncated


def test_vms_of_one_name_are_sorted_by_their_ids() -> None:
    other = "0" + VM_ID[1:]
    report = EMPTY.model_copy(update={"vms": (vm(), vm(vm_id=other))})
    assert [one.vm_id for one in placeholders.compose(report, [], NOW).machines] == [other, VM_ID]


def test_the_time_of_the_poll_alone_is_no_difference() -> None:
    old = placeholders.compose(EMPTY, [OURS], NOW)
    assert placeholders.differs(None, old)
    assert not placeholders.differs(old, placeholders.compose(EMPTY, [OURS], NOW + SECOND))
    assert placeholders.differs(old, placeholders.compose(EMPTY, [], NOW))
