"""An inventory counts only as a whole: with its outcome, its host line, and every line as the protocol has it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from hyperv_operator.errors import RecordError
from hyperv_operator.protocol.inventory import InventoryReport, parse_inventory
from hyperv_operator.protocol.records import RemovalFinding

GUID = "0f1e2d3c-1111-4222-8333-944455556666"
HOST: dict[str, Any] = {
    "type": "host",
    "host_id": {"smbios_uuid": "s", "machine_guid": "m"},
    "computer_name": "HV01",
    "os": {"name": "Windows Server 2022", "version": "10.0"},
    "logical_processors": 8,
    "memory_total_bytes": 2,
    "memory_free_bytes": 1,
    "agent": {"version": "1", "digest": "sha256:x", "schema_versions": [1]},
}
IMAGE: dict[str, Any] = {"type": "image", "name": "Ubuntu", "size_bytes": 1}
VM: dict[str, Any] = {"type": "vm", "vm_id": GUID, "name": "a", "state": "Running", "cpu_cores": 1, "memory_bytes": 1}
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


def _read(*lines: Mapping[str, Any]) -> InventoryReport:
    return parse_inventory(json.dumps(line) for line in lines)


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


@pytest.mark.parametrize("finding", list(RemovalFinding))
def test_a_tombstone_says_what_the_removal_found(finding: RemovalFinding) -> None:
    assert _read(HOST, {**REMOVED, "finding": finding.value}, OUTCOME).removed == {"gone": finding}


def test_a_line_of_an_unknown_kind_does_not_end_the_inventory() -> None:
    assert len(_read({"type": "novel"}, HOST, {}, IMAGE, OUTCOME).images) == 1


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ((HOST,), "ended before it was complete"),
        ((), "ended before it was complete"),
        ((OUTCOME,), "has no host line"),
        ((HOST, {**OUTCOME, "outcome": "failed", "message": "Because."}), "failed: Because"),
        ((HOST, {**OUTCOME, "outcome": "pending"}), "failed"),
        ((HOST, OUTCOME, {**OUTCOME, "outcome": "failed", "message": "last"}), "failed: last"),
    ],
)
def test_an_inventory_that_is_not_whole_is_refused(lines: tuple[dict[str, Any], ...], message: str) -> None:
    with pytest.raises(RecordError, match=message):
        _read(*lines)


def test_the_last_host_line_and_the_last_outcome_count() -> None:
    failed = {**OUTCOME, "outcome": "failed"}
    assert _read(HOST, {**HOST, "computer_name": "HV02"}, failed, OUTCOME).facts.computer_name == "HV02"


def test_a_line_that_is_not_the_protocols_names_its_kind_and_keys() -> None:
    with pytest.raises(RecordError, match=r"vm line .*vm_id"):
        _with(VM, "vm_id", "x")


LIMITS: list[tuple[dict[str, Any], str, Any, Any]] = [
    (HOST, "host_id.smbios_uuid", "x" * 64, "x" * 65),
    (HOST, "host_id.smbios_uuid", "x", ""),
    (HOST, "host_id.machine_guid", "x" * 64, "x" * 65),
    (HOST, "host_id.machine_guid", "x", ""),
    (HOST, "logical_processors", 0, -1),
    (HOST, "memory_total_bytes", 0, -1),
    (HOST, "memory_free_bytes", 0, -1),
    (HOST, "volumes", [{"path": "C", "size_bytes": 0, "free_bytes": 0}] * 256, [{"path": "C", "size_bytes": 0, "free_bytes": 0}] * 257),
    (HOST, "volumes", [], [{"path": "C", "size_bytes": -1, "free_bytes": 0}]),
    (HOST, "agent.schema_versions", [1] * 16, [1] * 17),
    (IMAGE, "size_bytes", 0, -1),
    (VM, "cpu_cores", 0, -1),
    (VM, "memory_bytes", 0, -1),
    (VM, "addresses", ["a"] * 64, ["a"] * 65),
    (VM, "guest", {"ready": "x"}, {"ready": 1}),
    (VM, "state", "Saved", "Novel"),
    (JOURNAL, "generation", 0, -1),
    (JOURNAL, "attempt", 0, -1),
    (JOURNAL, "run_id", GUID, GUID.upper()),
    (JOURNAL, "state", "pending", "novel"),
    (JOURNAL, "code", "HostBusy", "Novel"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("line", "place", "last_good", "first_bad"), LIMITS, ids=[f"{one[0]['type']}.{one[1]}" for one in LIMITS]
)
def test_what_is_outside_of_a_limit_is_refused(
    line: dict[str, Any], place: str, last_good: Any, first_bad: Any
) -> None:
    assert _with(line, place, last_good)
    with pytest.raises(RecordError, match=place.partition(".")[0]):
        _with(line, place, first_bad)


def test_names_are_cut_after_256_characters() -> None:
    assert _with(HOST, "computer_name", "x" * 256).facts.computer_name == "x" * 256
    assert _with(HOST, "computer_name", "x" * 257).facts.computer_name == "x" * 256


def test_what_a_guest_posted_is_cut_after_1000_characters() -> None:
    (vm,) = _with(VM, "guest", {"ready": "x" * 1_001, "state": "x" * 1_000}).vms
    assert vm.guest is not None
    assert (vm.guest.ready, vm.guest.state) == ("x" * 1_000, "x" * 1_000)


NAME = "0123456789abcdef"


@pytest.mark.parametrize(
    ("given", "read"),
    [(["0" * 16] * 256, 256), (["0" * 16] * 257, 256), (None, 0), ("x", 0)],
    ids=["256", "257", "none", "no list"],
)
def test_at_most_256_versions_of_the_agent_are_read(given: Any, read: int) -> None:
    assert len(_with(HOST, "agent.versions", given).facts.agent.versions) == read


@pytest.mark.parametrize("name", [NAME[:-1], NAME + "0", NAME.upper()])
def test_a_version_is_named_by_16_hexadecimal_digits(name: str) -> None:
    with pytest.raises(RecordError, match="versions"):
        _with(HOST, "agent.versions", [name])


def test_what_a_line_leaves_out_has_its_least_meaning() -> None:
    (vm,), (journal,) = _with(VM, "novel", 1).vms, _with(JOURNAL, "novel", 1).journals
    assert (vm.replica, vm.guest, vm.machine_uid, vm.addresses) == (False, None, None, ())
    assert (journal.locked, journal.code, journal.steps) == (False, None, {})
    (posting,) = _with(VM, "guest", {}).vms
    assert posting.guest is not None
    assert (posting.guest.ready, posting.guest.state) == (None, None)
