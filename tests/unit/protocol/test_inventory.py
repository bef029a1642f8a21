"""An inventory is read line by line: what cannot be read costs its own item, is named, and hides nothing else."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from hyperv_operator.border.text import ELLIPSIS
from hyperv_operator.errors import JobFailed, RecordError
from hyperv_operator.protocol.inventory import NO_GAPS, Gaps, InventoryReport, UnreadableLine
from hyperv_operator.protocol.inventory_parser import MAX_IMAGES, MAX_NAMED, MAX_VMS, parse_inventory
from hyperv_operator.protocol.records import RemovalFinding, Step, StepState

GUID = "0f1e2d3c-1111-4222-8333-944455556666"
OTHER = "1f1e2d3c-1111-4222-8333-944455556666"
HOST: dict[str, Any] = {
    "type": "host",
    "host_id": {"smbios_uuid": "s", "machine_guid": "m"},
    "computer_name": "HV01",
    "os": {"name": "Windows Server 2022", "version": "10.0"},
    "logical_processors": 8,
    "memory_total_bytes": 2,
    "memory_free_bytes": 1,
    "volumes": [{"path": "C", "size_bytes": 1, "free_bytes": 1}],
    "agent": {"version": "1", "digest": "sha256:x", "schema_versions": [1], "versions": ["0123456789abcdef"]},
}
IMAGE: dict[str, Any] = {"type": "image", "name": "Ubuntu", "size_bytes": 1}
VM: dict[str, Any] = {
    "type": "vm", "vm_id": GUID, "name": "a", "state": "Running", "cpu_cores": 1, "memory_bytes": 1, "machine_uid": "u",
}  # fmt: skip
JOURNAL: dict[str, Any] = {
    "type": "journal",
    "machine_uid": "u",
    "run_id": GUID,
    "generation": 1,
    "attempt": 1,
    "state": "running",
    "updated_at": "2026-01-01T00:00:00Z",
}
REMOVED: dict[str, Any] = {"type": "removed", "machine_uid": "gone"}
OUTCOME: dict[str, Any] = {"type": "outcome", "outcome": "completed"}
GOOD = ({**IMAGE, "name": "Debian"}, {**VM, "vm_id": OTHER, "machine_uid": "v"}, {**JOURNAL, "machine_uid": "v"})
"""Lines that every test has besides those that it is about."""


def _read(*lines: Mapping[str, Any] | str) -> InventoryReport:
    return parse_inventory(line if isinstance(line, str) else json.dumps(line) for line in lines)


def _beside(*lines: Mapping[str, Any] | str) -> InventoryReport:
    """Return the inventory with these lines in the middle of good ones, which must all be there."""
    report = _read(HOST, *GOOD, *lines, OUTCOME)
    assert "Debian" in [image.name for image in report.images]
    assert OTHER in [vm.vm_id for vm in report.vms]
    assert "v" in [journal.machine_uid for journal in report.journals]
    return report


def _changed(line: Mapping[str, Any], place: str, value: Any) -> dict[str, Any]:
    """Return the line with another value at a place such as `os.name`."""
    first, _, rest = place.partition(".")
    return {**line, first: _changed(line.get(first, {}), rest, value) if rest else value}


def _with(line: Mapping[str, Any], place: str, value: Any) -> InventoryReport:
    changed = _changed(line, place, value)
    return _read(*(() if line is HOST else (HOST,)), changed, OUTCOME)


def test_each_line_is_found_under_its_kind() -> None:
    report = _read(HOST, IMAGE, VM, JOURNAL, REMOVED, {"type": "novel"}, OUTCOME)
    assert report.facts.computer_name == "HV01"
    assert [image.name for image in report.images] == ["Ubuntu"]
    assert [vm.name for vm in report.vms] == ["a"]
    assert [journal.machine_uid for journal in report.journals] == ["u"]
    assert report.removed == {"gone": None}
    assert (report.unreadable, report.unreadable_counts, report.gaps) == ((), {}, NO_GAPS)


@pytest.mark.parametrize("finding", list(RemovalFinding))
def test_a_tombstone_says_what_the_removal_found(finding: RemovalFinding) -> None:
    assert _read(HOST, {**REMOVED, "finding": finding.value}, OUTCOME).removed == {"gone": finding}


def test_what_a_line_leaves_out_has_its_least_meaning() -> None:
    bare = {key: value for key, value in VM.items() if key != "machine_uid"}
    (vm,), (journal,) = _with(bare, "novel", 1).vms, _with(JOURNAL, "novel", 1).journals
    assert (vm.replica, vm.guest, vm.machine_uid, vm.addresses) == (False, None, None, ())
    assert (journal.locked, journal.code, journal.steps) == (False, None, {})
    (image,) = _with({"type": "image", "name": "Ubuntu"}, "novel", 1).images
    assert image.size_bytes == 0
    (posting,) = _with(VM, "guest", {}).vms
    assert posting.guest is not None
    assert (posting.guest.ready, posting.guest.state) == (None, None)


# --- what an inventory cannot do without -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ((HOST,), "ended before it was complete"),
        ((), "ended before it was complete"),
        ((HOST, {"type": "outcome", "outcome": "novel"}), "ended before it was complete"),
        ((OUTCOME,), "has no host line"),
        ((HOST, {**OUTCOME, "outcome": "failed", "message": "Because."}), "failed: Because"),
        ((HOST, {**OUTCOME, "outcome": "pending"}), "failed"),
        ((HOST, OUTCOME, {**OUTCOME, "outcome": "failed", "message": "last"}), "failed: last"),
        ((HOST, {**OUTCOME, "outcome": "failed", "message": "first"}, OUTCOME), "failed: first"),
        ((HOST, {**HOST, "computer_name": "HV02"}, OUTCOME), "several host lines"),
        ((_changed(HOST, "host_id.machine_guid", ""), OUTCOME), r"host line .*host_id\.machine_guid"),
        ((_changed(HOST, "host_id.smbios_uuid", ""), OUTCOME), r"host line .*host_id\.smbios_uuid"),
        ((HOST, _changed(HOST, "host_id", 1), OUTCOME), "host line .*host_id"),
        ((_changed(HOST, "agent.schema_versions", [1] * 17), OUTCOME), r"host line .*agent\.schema_versions"),
        ((_changed(HOST, "agent.digest", None), OUTCOME), r"host line .*agent\.digest"),
    ],
)
def test_an_inventory_that_is_not_whole_is_refused(lines: tuple[dict[str, Any], ...], message: str) -> None:
    with pytest.raises(RecordError, match=message):
        _read(*lines)


def test_lines_that_are_repeated_or_come_late_are_read() -> None:
    report = _read(HOST, HOST, VM, VM, OUTCOME, OUTCOME, JOURNAL, JOURNAL, IMAGE, IMAGE, REMOVED, REMOVED)
    assert [len(found) for found in (report.vms, report.journals, report.images, report.removed)] == [1, 1, 1, 1]
    assert report.unreadable == ()


@pytest.mark.parametrize("line", ["", " ", "\r", "\t\n", "\ufeff" + json.dumps(IMAGE), json.dumps(IMAGE) + "\r\n"])
def test_empty_lines_byte_order_marks_and_line_ends_are_no_problem(line: str) -> None:
    assert _beside(line).unreadable == ()


# --- what a line costs -----------------------------------------------------------------------------------------------

LOST: list[tuple[dict[str, Any], str, Any, Gaps]] = [
    (VM, "vm_id", GUID.upper(), Gaps(vm_uids=frozenset({"u"}), vm_ids=frozenset({GUID.upper()}))),
    (VM, "vm_id", 5, Gaps(vm_uids=frozenset({"u"}))),
    (VM, "name", None, Gaps(vm_uids=frozenset({"u"}), vm_ids=frozenset({GUID}))),
    (VM, "state", 1, Gaps(vm_uids=frozenset({"u"}), vm_ids=frozenset({GUID}))),
    (VM, "cpu_cores", -1, Gaps(vm_uids=frozenset({"u"}), vm_ids=frozenset({GUID}))),
    (VM, "cpu_cores", True, Gaps(vm_uids=frozenset({"u"}), vm_ids=frozenset({GUID}))),
    (VM, "cpu_cores", "1", Gaps(vm_uids=frozenset({"u"}), vm_ids=frozenset({GUID}))),
    (VM, "cpu_cores", 1.5, Gaps(vm_uids=frozenset({"u"}), vm_ids=frozenset({GUID}))),
    (VM, "memory_bytes", 2**63, Gaps(vm_uids=frozenset({"u"}), vm_ids=frozenset({GUID}))),
    (VM, "replica", "no", Gaps(vm_uids=frozenset({"u"}), vm_ids=frozenset({GUID}))),
    (VM, "replica", 0, Gaps(vm_uids=frozenset({"u"}), vm_ids=frozenset({GUID}))),
    (VM, "machine_uid", 5, Gaps(vm_ids=frozenset({GUID}), any_vm=True)),
    ({**VM, "machine_uid": None}, "cpu_cores", -1, Gaps(vm_ids=frozenset({GUID}))),
    (JOURNAL, "generation", -1, Gaps(journal_uids=frozenset({"u"}))),
    (JOURNAL, "attempt", -1, Gaps(journal_uids=frozenset({"u"}))),
    (JOURNAL, "run_id", GUID.upper(), Gaps(journal_uids=frozenset({"u"}))),
    (JOURNAL, "state", "novel", Gaps(journal_uids=frozenset({"u"}))),
    (JOURNAL, "vm_id", "x", Gaps(journal_uids=frozenset({"u"}))),
    (JOURNAL, "locked", "yes", Gaps(journal_uids=frozenset({"u"}))),
    (JOURNAL, "machine_uid", None, Gaps(any_journal=True)),
    (IMAGE, "name", 1, Gaps(any_image=True)),
    (REMOVED, "machine_uid", [], NO_GAPS),
]


@pytest.mark.parametrize(("line", "place", "value", "gaps"), LOST, ids=[f"{one[0]['type']}.{one[1]}" for one in LOST])
def test_a_line_that_cannot_be_read_is_lost_alone(line: dict[str, Any], place: str, value: Any, gaps: Gaps) -> None:
    report = _beside(_changed(line, place, value))
    assert [len(found) for found in (report.vms, report.journals, report.images, report.removed)] == [1, 1, 1, 0]
    (lost,) = report.unreadable
    assert (lost.kind, report.unreadable_counts, report.gaps) == (line["type"], {line["type"]: 1}, gaps)
    assert lost.problem.startswith(f"{place}: ")
    assert lost.vm_id == (next(iter(gaps.vm_ids), None))


ANY = Gaps(any_vm=True, any_journal=True, any_image=True)


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("{", "not JSON"),
        ("text", "not JSON"),
        ('{"type":"vm","name":"\x00"}', "not JSON"),
        ('{"type":"vm","cpu_cores":NaN}', "NaN"),
        ('{"type":"vm","type":"vm"}', "twice"),
        ("[]", "not a JSON object"),
        ("{}", "no type"),
        ('{"type":[]}', "no type"),
        ('{"type":5}', "no type"),
        (json.dumps({**VM, "name": "x" * 65_536}), "65536 are allowed"),
    ],
)
def test_a_line_of_which_nothing_is_known_may_be_anything(line: str, problem: str) -> None:
    report = _beside(line)
    (lost,) = report.unreadable
    assert (lost.kind, lost.machine_uid, lost.vm_id, report.gaps) == ("line", None, None, ANY)
    assert problem in lost.problem


PARTS: list[tuple[dict[str, Any], str, Any]] = [
    (HOST, "computer_name", 5),
    (HOST, "os", "Windows"),
    (HOST, "os.name", 5),
    (HOST, "logical_processors", -1),
    (HOST, "memory_total_bytes", -1),
    (HOST, "memory_free_bytes", 1.5),
    (HOST, "volumes", {}),
    (HOST, "volumes", [{"path": "C", "size_bytes": 1, "free_bytes": -1}]),
    (HOST, "volumes", [{"path": "C", "size_bytes": 1}]),
    (HOST, "agent.versions", ["x"]),
    (HOST, "agent.versions", None),
    (IMAGE, "size_bytes", -1),
    (VM, "addresses", [5]),
    (VM, "addresses", "10.0.0.1"),
    (VM, "guest", {"ready": 1}),
    (VM, "guest", 1),
    (JOURNAL, "steps", {"Novel": "completed"}),
    (JOURNAL, "steps", {"CopyImage": "novel"}),
    (JOURNAL, "steps", []),
    (JOURNAL, "code", "Novel"),
    (JOURNAL, "reason", 1),
    (JOURNAL, "updated_at", "yesterday"),
    (JOURNAL, "updated_at", "2026-01-01T00:00:00"),
    (JOURNAL, "folder", 1),
    (REMOVED, "finding", "Novel"),
]


@pytest.mark.parametrize(("line", "place", "value"), PARTS, ids=[f"{one[0]['type']}.{one[1]}" for one in PARTS])
def test_a_part_that_an_item_can_do_without_is_left_out_alone(line: dict[str, Any], place: str, value: Any) -> None:
    changed = _changed(line, place, value)
    report = _read(changed, *GOOD, OUTCOME) if line is HOST else _beside(changed)
    extra = {"vm": 1, "journal": 1, "image": 1, "removed": 1, "host": 0}[line["type"]]
    found = (report.vms, report.journals, report.images, report.removed)
    assert sum(map(len, found)) == 3 + extra
    (noted,) = report.unreadable
    assert (noted.kind, noted.machine_uid) == (line["type"], line.get("machine_uid"))
    assert noted.problem.startswith(place)
    assert report.gaps == NO_GAPS


def test_what_is_left_out_takes_nothing_else_with_it() -> None:
    volumes = [{"path": path, "size_bytes": 1, "free_bytes": free} for path, free in (("C", 1), ("D", -1), ("E", 2))]
    facts = _changed(_changed(HOST, "volumes", volumes), "agent.versions", ["x", "0" * 16])
    report = _read(facts, {**VM, "addresses": ["a", 5, "b"]}, OUTCOME)
    assert [volume.path for volume in report.facts.volumes] == ["C", "E"]
    assert report.facts.agent.versions == ("0" * 16,)
    assert report.vms[0].addresses == ("a", "b")
    steps = {"Novel": "completed", "CopyImage": "completed", "RegisterVM": "novel"}
    (journal,) = _with(JOURNAL, "steps", steps).journals
    assert journal.steps == {Step.COPY_IMAGE: StepState.COMPLETED}
    (vm,) = _with(VM, "guest", {"ready": 1, "state": "s"}).vms
    assert vm.guest is not None
    assert (vm.guest.ready, vm.guest.state) == (None, "s")


@pytest.mark.parametrize(("before", "known"), [(63, {Step.COPY_IMAGE: StepState.COMPLETED}), (64, {})])
def test_64_steps_of_a_journal_are_looked_at(before: int, known: dict[Step, StepState]) -> None:
    steps = {**{f"s{number}": "completed" for number in range(before)}, "CopyImage": "completed"}
    assert _with(JOURNAL, "steps", steps).journals[0].steps == known


def test_a_state_of_a_vm_that_is_not_known_is_other() -> None:
    assert [_with(VM, "state", state).vms[0].state for state in ("Saved", "Novel", "")] == ["Saved", "Other", "Other"]
    assert _with(VM, "state", "Novel").unreadable == ()


def test_whole_numbers_may_be_written_as_decimals() -> None:
    changed = json.dumps({**VM, "cpu_cores": 4.0, "memory_bytes": -0.0})
    (vm,) = _read(HOST, changed, OUTCOME).vms
    assert (vm.cpu_cores, vm.memory_bytes) == (4, 0)


# --- lists and repetitions -------------------------------------------------------------------------------------------


def test_items_that_contradict_each_other_are_lost() -> None:
    report = _beside(VM, {**VM, "name": "b"}, {**VM, "name": "c"}, JOURNAL, {**JOURNAL, "attempt": 2})
    assert [vm.vm_id for vm in report.vms] == [OTHER]
    assert [journal.machine_uid for journal in report.journals] == ["v"]
    assert report.unreadable_counts == {"vm": 3, "journal": 2}
    assert report.gaps == Gaps(frozenset({"u"}), frozenset({GUID}), frozenset({"u"}))


def test_a_vm_that_two_marks_claim_is_lost_for_both() -> None:
    report = _beside(VM, {**VM, "machine_uid": "w"})
    assert report.gaps.vm_uids == {"u", "w"}


def test_a_host_has_up_to_1024_images_and_4096_lines_of_each_other_kind() -> None:
    assert (MAX_IMAGES, MAX_VMS) == (1_024, 4_096)


def _numbered(line: Mapping[str, Any], key: str, count: int) -> list[dict[str, Any]]:
    return [{**line, key: f"{number:08x}{GUID[8:]}"} for number in range(count)]


@pytest.mark.parametrize(
    ("line", "key", "limit", "gap"),
    [
        (IMAGE, "name", MAX_IMAGES, Gaps(any_image=True)),
        (VM, "vm_id", MAX_VMS, Gaps(any_vm=True)),
        (JOURNAL, "machine_uid", MAX_VMS, Gaps(any_journal=True)),
        (REMOVED, "machine_uid", MAX_VMS, NO_GAPS),
    ],
)
def test_lines_beyond_the_bound_are_not_read_and_what_they_say_is_not_known(
    line: dict[str, Any], key: str, limit: int, gap: Gaps
) -> None:
    most = _read(HOST, *_numbered(line, key, limit), OUTCOME)
    assert most.gaps == NO_GAPS
    report = _read(HOST, *_numbered(line, key, limit + 2), OUTCOME)
    found = {"image": report.images, "vm": report.vms, "journal": report.journals, "removed": report.removed}
    assert len(found[line["type"]]) == limit
    assert (report.unreadable_counts, report.gaps) == ({line["type"]: 2}, gap)
    assert f"more than {limit} lines" in report.unreadable[0].problem


def test_disputed_items_count_towards_the_bound() -> None:
    twice = [{**VM, "name": "b"}, VM]
    report = _read(HOST, *twice, *_numbered(VM, "vm_id", MAX_VMS), OUTCOME)
    assert len(report.vms) == MAX_VMS - 1


def test_twenty_unreadable_lines_are_named_and_all_are_counted() -> None:
    assert MAX_NAMED == 20
    report = _beside(*["{"] * 21)
    assert (len(report.unreadable), report.unreadable_counts) == (20, {"line": 21})


@pytest.mark.parametrize(("given", "read"), [(64, 64), (65, 64)])
def test_64_addresses_of_a_vm_are_read(given: int, read: int) -> None:
    report = _with(VM, "addresses", ["a"] * given)
    assert (len(report.vms[0].addresses), report.unreadable) == (read, ())


@pytest.mark.parametrize(("given", "read", "problems"), [(256, 256, 0), (257, 256, 1)])
def test_256_volumes_are_read(given: int, read: int, problems: int) -> None:
    report = _with(HOST, "volumes", [{"path": "C", "size_bytes": 0, "free_bytes": 0}] * given)
    assert (len(report.facts.volumes), len(report.unreadable)) == (read, problems)


@pytest.mark.parametrize(("given", "read"), [(["0" * 16] * 256, 256), (["0" * 16] * 257, 256)], ids=["256", "257"])
def test_at_most_256_versions_of_the_agent_are_read(given: Any, read: int) -> None:
    report = _with(HOST, "agent.versions", given)
    assert (len(report.facts.agent.versions), report.unreadable) == (read, ())


@pytest.mark.parametrize("name", ["0" * 15, "0" * 17, "0123456789ABCDEF"])
def test_a_version_is_named_by_16_hexadecimal_digits(name: str) -> None:
    assert _with(HOST, "agent.versions", [name]).facts.agent.versions == ()


@pytest.mark.parametrize(("size", "good"), [(16, True), (17, False)])
def test_an_agent_names_up_to_16_schema_versions(size: int, good: bool) -> None:
    changed = _changed(HOST, "agent.schema_versions", [1] * size)
    if good:
        assert len(_read(changed, OUTCOME).facts.agent.schema_versions) == 16
    else:
        with pytest.raises(RecordError, match="schema_versions"):
            _read(changed, OUTCOME)


@pytest.mark.parametrize("more", [1, 50])
def test_of_a_list_that_is_too_long_one_element_more_is_looked_at(more: int) -> None:
    volumes = _with(HOST, "volumes", [{"path": "C", "size_bytes": 0, "free_bytes": 0}] * (256 + more))
    assert volumes.unreadable[0].problem.endswith(", not 257")
    with pytest.raises(RecordError, match=r", not 17\.$"):
        _with(HOST, "agent.schema_versions", [1] * (16 + more))


# --- text ------------------------------------------------------------------------------------------------------------


def test_text_is_cut_and_cleaned_wherever_it_is() -> None:
    cut, half = "x" * 255 + ELLIPSIS, "\ud83d"
    report = _read(
        {**HOST, "computer_name": "x" * 257, "os": {"name": half, "version": "\u202e"}},
        {**IMAGE, "name": "a\nb"},
        {
            **VM, "name": "x" * 300, "addresses": ["fe80::1" + "x" * 108, half],
            "guest": {"ready": "r" * 1_001, "state": f"\U0001f600{half}"},
        },
        {**JOURNAL, "reason": "x" * 65, "folder": "D:\\\u200b"},
        OUTCOME,
    )  # fmt: skip
    facts, (image,), (vm,), (journal,) = report.facts, report.images, report.vms, report.journals
    assert facts.os is not None
    assert (facts.computer_name, facts.os.name, facts.os.version) == (cut, "\ufffd", "\ufffd")
    assert image.name == "a\u240ab"
    assert (vm.name, vm.addresses[1], len(vm.addresses[0])) == (cut, "\ufffd", 64)
    assert vm.guest is not None
    assert (vm.guest.ready, vm.guest.state) == ("r" * 999 + ELLIPSIS, "\U0001f600\ufffd")
    assert (journal.reason, journal.folder) == ("x" * 63 + ELLIPSIS, "D:\\\ufffd")
    assert report.unreadable == ()


def test_what_is_said_of_a_lost_line_is_clean_and_shows_no_value() -> None:
    odd = f"\u202e\ud83d{'x' * 300}"
    report = _beside({**VM, "machine_uid": odd, "vm_id": odd}, {**JOURNAL, "steps": {odd: "canary"}})
    lost, noted = report.unreadable
    assert lost.machine_uid == "\ufffd\ufffd" + "x" * 253 + ELLIPSIS
    assert report.gaps.vm_uids == {lost.machine_uid}
    assert lost.vm_id is not None
    assert len(lost.vm_id) == 64
    assert "canary" not in noted.problem
    noted.problem.encode()


@pytest.mark.parametrize(("given", "read"), [("x" * 512, "x" * 512), ("x" * 513, "x" * 511 + ELLIPSIS)])
def test_what_is_said_of_a_lost_line_has_at_most_512_characters(given: str, read: str) -> None:
    assert UnreadableLine.model_validate({"kind": "vm", "problem": given}).problem == read


@pytest.mark.parametrize(
    ("gaps", "named", "vm", "journal"),
    [
        (NO_GAPS, False, False, False),
        (Gaps(vm_uids=frozenset({"u"})), True, True, False),
        (Gaps(vm_ids=frozenset({GUID})), True, True, False),
        (Gaps(vm_uids=frozenset({"v"}), vm_ids=frozenset({OTHER}), journal_uids=frozenset({"v"})), False, False, False),
        (Gaps(journal_uids=frozenset({"u"})), False, False, True),
        (Gaps(any_vm=True), False, True, False),
        (Gaps(any_journal=True), False, False, True),
        (Gaps(any_image=True), False, False, False),
    ],
)
def test_what_a_gap_may_hide(gaps: Gaps, named: bool, vm: bool, journal: bool) -> None:
    assert gaps.names_vm("u", GUID) is named
    assert (gaps.may_hide_vm("u", GUID), gaps.may_hide_journal("u")) == (vm, journal)
    assert gaps.names_vm("u", None) is (gaps.vm_uids == {"u"})


_UNOPENED: dict[str, Any] = {
    "type": "vm",
    "vm_id": GUID,
    "name": "ghost",
    "machine_uid": None,
    "problem": "The object was not found.",
}


def test_a_vm_that_cannot_be_opened_is_a_fact_and_no_lost_line() -> None:
    report = _beside(_UNOPENED)
    assert [(one.vm_id, one.name, one.problem) for one in report.vm_problems] == [
        (GUID, "ghost", "The object was not found.")
    ]
    assert not report.unreadable_counts
    assert [one.vm_id for one in report.vms] == [OTHER]


@pytest.mark.parametrize(
    ("changes", "own", "unlaunched", "any_vm"),
    [
        ({}, True, False, False),
        ({"machine_uid": "u"}, True, False, False),
        ({"vm_id": None, "machine_uid": "u"}, True, True, True),
        ({"vm_id": None}, True, True, True),
        ({"vm_id": "not a GUID"}, True, True, True),
        ({"name": 7}, True, False, False),
        ({"problem": ["?"]}, True, False, False),
        ({"problem": 7, "vm_id": None, "machine_uid": 7}, True, True, True),
    ],
)
def test_a_vm_that_cannot_be_opened_may_hide_its_own_machine(
    changes: dict[str, object], own: bool, unlaunched: bool, any_vm: bool
) -> None:
    gaps = _beside({**_UNOPENED, **changes}).gaps
    assert gaps.may_hide_vm("u", GUID) is own
    assert gaps.may_hide_vm("other", None) is unlaunched
    assert gaps.any_vm is any_vm


def test_more_vms_that_cannot_be_opened_than_are_kept_hide_all() -> None:
    lines = [{**_UNOPENED, "vm_id": f"{number:08x}-0000-4000-8000-000000000000"} for number in range(MAX_VMS + 1)]
    report = _beside(*lines)
    assert len(report.vm_problems) == MAX_VMS
    assert report.gaps.any_vm


def test_a_critical_state_is_read_beside_the_state() -> None:
    assert not _with(VM, "critical", False).vms[0].critical
    assert _with(VM, "critical", True).vms[0].critical
    assert not _with(VM, "critical", "?").vms[0].critical


@pytest.mark.parametrize(("code", "known"), [("HyperVUnavailable", "HyperVUnavailable"), ("Novel", None), (None, None)])
def test_an_inventory_that_failed_has_the_code_of_its_outcome(code: str | None, known: str | None) -> None:
    with pytest.raises(JobFailed) as caught:
        _read(HOST, {"type": "outcome", "outcome": "failed", "code": code, "message": "No."})
    assert (caught.value.message, caught.value.code) == ("The inventory failed: No.", known)
