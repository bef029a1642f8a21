"""Identity: which VM is the machine's, on which host, and when nothing may be changed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from hyperv_operator.api.machine import HyperVMachineStatus, Run
from hyperv_operator.core import identity
from hyperv_operator.core.situation import Situation
from hyperv_operator.core.snapshot import HostView, Snapshot
from hyperv_operator.protocol.inventory import VmFacts
from unit.core.samples import (
    CLAIM,
    HOST,
    NOW,
    REPORT,
    SECOND,
    SNAPSHOT,
    UID,
    VM_ID,
    ended,
    inventory,
    journal,
    launched,
    pending,
    vm,
)

OTHER_ID = "6d2c7d0a-3a44-4c6e-a0a8-0f5f1f2b3c4d"
MINE = vm()


def _host(name: str, *vms: VmFacts, begun: int = 0) -> HostView:
    report = REPORT.model_copy(update={"vms": vms, "journals": ()})
    return replace(HOST, name=name, report=report, begun_at=NOW + begun * SECOND)


@pytest.mark.parametrize(
    ("vms", "vm_id", "words"),
    [
        ((), None, None),
        ((), VM_ID, None),
        ((MINE,), None, None),
        ((MINE,), VM_ID, None),
        ((MINE, vm(vm_id=OTHER_ID)), VM_ID, f"2 VMs carry this machine's mark: {VM_ID}, {OTHER_ID}."),
        ((MINE,), OTHER_ID, f"The VM with this machine's mark is {VM_ID}, but status.vmId is {OTHER_ID}."),
        ((vm(replica=True),), VM_ID, f"VM {VM_ID} is a replica of another host's VM."),
        ((vm(machine_uid="another", vm_id=OTHER_ID),), VM_ID, None),
    ],
)
def test_vms_that_carry_the_mark_and_are_not_the_machines_stop_everything(
    vms: tuple[VmFacts, ...], vm_id: str | None, words: str | None
) -> None:
    snapshot = replace(inventory(SNAPSHOT, vms=vms), status=HyperVMachineStatus(vm_id=vm_id))
    assert identity.conflict(snapshot) == words


def test_a_vm_that_moves_and_is_seen_on_two_nodes_is_one_vm() -> None:
    moving = replace(SNAPSHOT, host=_host("a", MINE), peers=(_host("b", MINE),))
    assert identity.conflict(moving) is None
    replicated = replace(SNAPSHOT, host=_host("a", MINE), peers=(_host("b", vm(replica=True)),))
    assert identity.conflict(replicated) == f"VM {VM_ID} is a replica of another host's VM."


@pytest.mark.parametrize(("first", "second", "found"), [(0, 1, "b"), (1, 0, "a"), (0, 0, "b")])
def test_the_newest_inventory_says_where_the_vm_is(first: int, second: int, found: str) -> None:
    snapshot = replace(SNAPSHOT, host=_host("a", MINE, begun=first), peers=(_host("b", MINE, begun=second),))
    own = identity.own_vm(snapshot)
    assert own
    assert (own.host.name, own.vm.vm_id) == (found, VM_ID)
    place = Situation(snapshot, NOW).host
    assert place
    assert place.name == found


def test_a_report_without_its_time_is_no_evidence() -> None:
    assert identity.own_vm(replace(SNAPSHOT, host=replace(_host("a", MINE), begun_at=None))) is None


def test_without_a_vm_the_target_host_is_the_place() -> None:
    snapshot = replace(SNAPSHOT, host=_host("a"), peers=(_host("b"),))
    assert identity.own_vm(snapshot) is None
    assert Situation(snapshot, NOW).host == snapshot.host
    assert Situation(replace(SNAPSHOT, host=None), NOW).host is None


def _polled(begun: int | None, previous: int | None, *vms: VmFacts) -> Snapshot:
    host = replace(
        _host("a", *vms),
        begun_at=None if begun is None else NOW + begun * SECOND,
        previous_begun_at=None if previous is None else NOW + previous * SECOND,
    )
    run = Run(id=UID, attempt=1, started_at=NOW - SECOND, finished_at=NOW)
    return replace(launched(run=run), host=host)


@pytest.mark.parametrize(("begun", "current"), [(1, True), (0, False), (-1, False), (None, False)])
def test_an_inventory_is_current_if_it_was_begun_after_the_last_launch_ended(
    begun: int | None, *, current: bool
) -> None:
    assert _polled(begun, None).is_current() is current


KNOWN: Any = {"vm_id": VM_ID}


def _cluster(*others: HostView, vms: tuple[VmFacts, ...] = (), begun: int = 1, **status: Any) -> Snapshot:
    return replace(launched(**status), host=_host("hyperv01", *vms, begun=begun), peers=others, run_seen_at=NOW)


@pytest.mark.parametrize(
    ("snapshot", "current"),
    [
        (_cluster(), True),
        (_cluster(begun=0), False),
        # Before there is a VM, it can only be on the target host.
        (_cluster(_host("b", begun=0)), True),
        (_cluster(_host("b", begun=1), begun=0), False),
        # A VM that is known can be anywhere, and the host that reports it is enough.
        (_cluster(_host("b", begun=0), **KNOWN), False),
        (_cluster(_host("b", begun=1), **KNOWN), True),
        (_cluster(_host("b", begun=0), vms=(MINE,), **KNOWN), True),
        (_cluster(_host("b", MINE, begun=1), begun=0, **KNOWN), True),
        (_cluster(_host("b", MINE, begun=0), **KNOWN), False),
        (_cluster(_host("b", MINE, begun=0), vms=(MINE,), **KNOWN), True),
        # The VM was last on a host that is no longer known.
        (_cluster(host="c", **KNOWN), False),
        (_cluster(host="c"), False),
        (_cluster(_host("c", begun=1), host="c"), True),
        (_cluster(_host("c", begun=0), host="c"), False),
    ],
)
def test_what_a_host_that_answers_shows_counts_and_only_all_hosts_can_say_nowhere(
    snapshot: Snapshot, *, current: bool
) -> None:
    assert snapshot.is_current() is current


def test_nothing_is_current_without_a_host_and_everything_is_before_a_launch() -> None:
    assert not replace(SNAPSHOT, host=None).is_current()
    assert SNAPSHOT.is_current()


@pytest.mark.parametrize(
    ("changes", "known"),
    [
        ({}, False),
        ({"vm_id": VM_ID}, True),
    ],
)
def test_a_vm_is_known_from_the_status(changes: dict[str, Any], *, known: bool) -> None:
    assert launched(**changes).is_vm_known is known


def test_a_vm_is_known_from_an_outcome_or_a_journal() -> None:
    assert ended(pending("WaitingForGuest", vm_id=VM_ID)).is_vm_known
    assert not ended(pending("WaitingForGuest")).is_vm_known
    assert inventory(launched(), journals=(journal(vm_id=VM_ID),)).is_vm_known
    assert not inventory(launched(), journals=(journal(),)).is_vm_known


def test_the_order_of_launch_and_inventory_is_that_in_which_this_process_read_them() -> None:
    ahead = Run(id=UID, attempt=1, started_at=NOW + 3600 * SECOND, finished_at=NOW + 3600 * SECOND)
    seen = replace(launched(run=ahead), run_seen_at=NOW - SECOND)
    assert seen.last_end() == NOW - SECOND
    assert seen.is_current(), "the other process's clock is an hour ahead"
    own = ended(pending("WaitingForGuest"), attempt=2)
    assert own.last_end() == NOW - SECOND
    foreign = replace(own, status=own.status.model_copy(update={"claim": CLAIM.model_copy(update={"attempt": 3})}))
    assert foreign.own_last is None
    assert replace(foreign, run_seen_at=NOW).last_end() == NOW
    assert SNAPSHOT.last_end() is None


def test_the_place_is_the_host_that_had_the_vm_last() -> None:
    other = _host("b")
    assert replace(launched(), peers=(other,)).place == HOST
    assert replace(launched(host="hyperv01"), peers=(other,)).place == HOST
    assert replace(launched(host="b"), peers=(other,)).place == other
    assert replace(launched(host="c"), peers=(other,)).place is None
    assert replace(launched(host="b"), host=None).place is None


@pytest.mark.parametrize(
    ("snapshot", "confirmed"),
    [
        (_polled(2, 1), True),
        (_polled(2, 0), False),
        (_polled(1, None), False),
        (_polled(2, 1, MINE), False),
        (replace(SNAPSHOT, host=None), False),
        (replace(_polled(2, 1), peers=(replace(_host("b", begun=2), previous_begun_at=NOW),)), False),
        (replace(_polled(2, 1), peers=(replace(_host("b", begun=2), previous_begun_at=NOW + SECOND),)), True),
        (replace(_polled(2, 1), peers=(replace(_host("b", MINE), previous_begun_at=NOW + SECOND),)), False),
    ],
)
def test_absence_takes_two_inventories_of_every_node_after_the_last_launch(
    snapshot: Snapshot, *, confirmed: bool
) -> None:
    assert snapshot.confirms_absence() is confirmed
