"""The status of a host: its problems, its conditions, its capacity, and what is written when nothing has changed."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from hyperv_operator.api.catalogue import explain
from hyperv_operator.api.host import (
    AgentStatus,
    Capacity,
    HostId,
    HyperVHostStatus,
    LogonFailures,
    Preflight,
    PreflightCounts,
    PreflightRow,
    Volume,
)
from hyperv_operator.api.names import Reason
from hyperv_operator.core import host_status
from hyperv_operator.core.host_status import HostSnapshot
from hyperv_operator.core.rollout import Rollout
from hyperv_operator.errors import (
    AgentMissing,
    AuthenticationFailed,
    HostError,
    HostUnreachable,
    LanguageConstrained,
    LogonRefused,
    ScriptsBlocked,
    WinRmUnavailable,
    WrongHost,
)
from hyperv_operator.protocol.bundle import AgentBundle
from hyperv_operator.protocol.inventory import HostFacts, InventoryReport, VolumeFacts
from hyperv_operator.protocol.inventory_parser import parse_inventory
from unit.core.samples import MOMENT, NOW, REPORT, SECOND

GIB = 1024**3
DIGEST = "sha256:" + "1" * 64
SNAPSHOT = HostSnapshot(
    name="hyperv01",
    generation=1,
    status=HyperVHostStatus(),
    spec_error=None,
    schema_version=1,
    report=REPORT,
    begun_at=NOW,
)
NEW = replace(SNAPSHOT, report=None, begun_at=None)
WAITING = Rollout(DIGEST, "2.0.0", message="Its turn is to come.")
FAILED = WAITING.failed("The disk is full.", NOW)
BLOCKED = WAITING.put_off("The agent folder is missing.", NOW, needs_person=True)
OFFERED = AgentBundle(version="2.0.0", digest=DIGEST, schema_versions=(1,), files={}, script="")


def _conditions(snapshot: HostSnapshot, later: timedelta = timedelta()) -> dict[str, tuple[str, str]]:
    return {one.type: (one.status, one.reason) for one in host_status.compose(snapshot, NOW + later).conditions}


def _message(snapshot: HostSnapshot, kind: str) -> str:
    return next(one.message for one in host_status.compose(snapshot, NOW).conditions if one.type == kind)


def _facts(**changes: Any) -> HostSnapshot:
    return replace(SNAPSHOT, report=REPORT.model_copy(update={"facts": REPORT.facts.model_copy(update=changes)}))


def _with_agent(**changes: Any) -> HostSnapshot:
    return _facts(agent=REPORT.facts.agent.model_copy(update=changes))


# --- conditions ------------------------------------------------------------------------------------------------------

OK = ("True", "AsExpected")


@pytest.mark.parametrize(
    ("snapshot", "conditions"),
    [
        (
            SNAPSHOT,
            {
                "Ready": ("True", "Ready"),
                "Reconciling": ("False", "Idle"),
                "Stalled": ("False", "AsExpected"),
                "Reachable": OK,
                "AgentReady": OK,
                "InventoryFresh": OK,
            },
        ),
        (
            NEW,
            {
                "Ready": ("Unknown", "WaitingForInventory"),
                "Reconciling": ("True", "WaitingForInventory"),
                "Stalled": ("False", "AsExpected"),
                "Reachable": ("Unknown", "Pending"),
                "AgentReady": ("Unknown", "WaitingForInventory"),
                "InventoryFresh": ("Unknown", "WaitingForInventory"),
            },
        ),
        (
            replace(SNAPSHOT, error=HostUnreachable("x")),
            {
                "Ready": ("False", "HostUnreachable"),
                "Reconciling": ("True", "HostUnreachable"),
                "Stalled": ("False", "AsExpected"),
                "Reachable": ("False", "HostUnreachable"),
                "AgentReady": OK,
            },
        ),
        (replace(SNAPSHOT, error=WinRmUnavailable("x")), {"Ready": ("False", "WinRMUnavailable")}),
        (
            replace(SNAPSHOT, error=AuthenticationFailed("x")),
            {
                "Ready": ("False", "AuthenticationFailed"),
                "Reconciling": ("False", "Idle"),
                "Stalled": ("True", "AuthenticationFailed"),
            },
        ),
        (
            replace(NEW, error=AgentMissing("x")),
            {
                "Ready": ("False", "AgentMissing"),
                "Stalled": ("True", "AgentMissing"),
                "Reachable": OK,
                "AgentReady": ("False", "AgentMissing"),
            },
        ),
        (replace(NEW, error=WrongHost("x")), {"Reachable": OK, "Ready": ("False", "HostIdentityChanged")}),
        (
            replace(NEW, spec_error="spec.address: missing"),
            {"Ready": ("False", "InvalidSpec"), "Reachable": ("Unknown", "InvalidSpec")},
        ),
        (
            replace(SNAPSHOT, schema_version=2),
            {"Ready": ("False", "AgentIncompatible"), "AgentReady": ("False", "AgentIncompatible")},
        ),
        (
            replace(SNAPSHOT, rollout=WAITING),
            {
                "Ready": ("Unknown", "AgentRolloutIncomplete"),
                "Reconciling": ("True", "AgentRolloutIncomplete"),
                "AgentReady": ("False", "AgentRolloutIncomplete"),
            },
        ),
        (replace(SNAPSHOT, rollout=WAITING.ready()), {"Ready": ("True", "Ready"), "AgentReady": OK}),
        (
            replace(SNAPSHOT, rollout=FAILED),
            {"Stalled": ("True", "AgentRolloutFailed"), "AgentReady": ("False", "AgentRolloutFailed")},
        ),
        (replace(SNAPSHOT, rollout=BLOCKED), {"AgentReady": ("False", "AgentRolloutFailed")}),
        (replace(NEW, rollout=WAITING), {"AgentReady": ("Unknown", "WaitingForInventory")}),
        (
            replace(NEW, rollout=WAITING, error=AgentMissing("x")),
            {
                "Ready": ("Unknown", "AgentRolloutIncomplete"),
                "Stalled": ("False", "AsExpected"),
                "AgentReady": ("False", "AgentRolloutIncomplete"),
            },
        ),
        (
            replace(NEW, rollout=BLOCKED, error=AgentMissing("x")),
            {"Stalled": ("True", "AgentMissing"), "AgentReady": ("False", "AgentMissing")},
        ),
        (
            replace(NEW, rollout=FAILED, error=AgentMissing("x")),
            {"Stalled": ("True", "AgentRolloutFailed"), "AgentReady": ("False", "AgentRolloutFailed")},
        ),
    ],
)
def test_the_conditions_of_a_host(snapshot: HostSnapshot, conditions: dict[str, tuple[str, str]]) -> None:
    found = _conditions(snapshot)
    assert {kind: found[kind] for kind in conditions} == conditions


def test_a_pass_without_news_writes_the_same_status() -> None:
    status = host_status.compose(SNAPSHOT, NOW)
    assert host_status.compose(replace(SNAPSHOT, status=status), NOW + timedelta(minutes=1)) == status
    assert status.observed_generation == 1


@pytest.mark.parametrize(
    ("age", "fresh"), [(0 * SECOND, True), (timedelta(minutes=5), True), (timedelta(minutes=5) + MOMENT, False)]
)
def test_an_inventory_is_stale_after_its_time(age: timedelta, *, fresh: bool) -> None:
    assert _conditions(SNAPSHOT, age)["InventoryFresh"] == (OK if fresh else ("False", "InventoryStale"))


@pytest.mark.parametrize(
    ("error", "count", "said"),
    [
        (LogonRefused("x"), 1, False),
        (LogonRefused("x"), 2, True),
        (LogonRefused("x"), 3, True),
        (AuthenticationFailed("x"), 2, False),
        (LogonRefused("x"), None, False),
    ],
)
def test_a_host_says_that_a_logon_is_not_tried_a_third_time(error: HostError, count: int | None, *, said: bool) -> None:
    failures = LogonFailures(secret_version="7", count=count) if count else None
    snapshot = replace(SNAPSHOT, error=error, logon_failures=failures)
    assert ("so that the account is not locked out" in _message(snapshot, "Reachable")) is said
    assert host_status.compose(snapshot, NOW).logon_failures == failures


def test_a_host_that_answered_says_so() -> None:
    assert _message(SNAPSHOT, "Reachable") == "The host answers."
    assert _message(NEW, "Reachable") == "The host has not been polled yet."


@pytest.mark.parametrize(
    ("count", "status", "words"),
    [
        (None, ("Unknown", "WaitingForInventory"), "is not known yet."),
        (0, ("True", "AsExpected"), "Every VM with the operator's mark has its HyperVMachine."),
        (1, ("False", "OrphansFound"), "does not exist any more: vm-0. "),
        (10, ("False", "OrphansFound"), "vm-8, vm-9. "),
        (11, ("False", "OrphansFound"), "vm-8, vm-9 and 1 more. "),
    ],
)
def test_a_host_names_up_to_ten_vms_whose_machine_does_not_exist(
    count: int | None, status: tuple[str, str], words: str
) -> None:
    orphans = None if count is None else tuple(f"vm-{number}" for number in range(count))
    snapshot = replace(SNAPSHOT, orphans=orphans)
    assert _conditions(snapshot)["NoOrphans"] == status
    assert words in _message(snapshot, "NoOrphans")
    assert _conditions(snapshot)["Ready"] == ("True", "Ready")


# --- problems --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("snapshot", "reason", "needs_person"),
    [
        (replace(SNAPSHOT, spec_error="x"), Reason.INVALID_SPEC, True),
        (replace(SNAPSHOT, error=HostUnreachable("x")), Reason.HOST_UNREACHABLE, False),
        (NEW, Reason.WAITING_FOR_INVENTORY, False),
        (replace(SNAPSHOT, same_identity="other"), Reason.HOST_IDENTITY_CHANGED, True),
        (replace(NEW, rollout=WAITING, error=AgentMissing("x")), Reason.AGENT_ROLLOUT_INCOMPLETE, False),
        (replace(NEW, rollout=BLOCKED, error=AgentMissing("x")), Reason.AGENT_MISSING, True),
        (replace(NEW, rollout=FAILED, error=AgentMissing("x")), Reason.AGENT_ROLLOUT_FAILED, True),
        (replace(NEW, error=AgentMissing("x")), Reason.AGENT_MISSING, True),
    ],
)
def test_the_problem_that_its_machines_see(snapshot: HostSnapshot, reason: Reason, *, needs_person: bool) -> None:
    problem = host_status.problem(snapshot)
    assert problem
    assert (problem.reason, problem.needs_person) == (reason, needs_person)
    assert problem.message


def test_machines_see_no_problem_of_a_healthy_host_or_of_one_that_is_being_deleted() -> None:
    assert host_status.problem(SNAPSHOT) is None
    assert host_status.problem(replace(SNAPSHOT, kept_for=("team/a",))) is None


FOUND = REPORT.facts.host_id


@pytest.mark.parametrize(
    ("smbios", "machine", "changed"),
    [
        (FOUND.smbios_uuid, FOUND.machine_guid, False),
        ("other", FOUND.machine_guid, True),
        (FOUND.smbios_uuid, "other", True),
    ],
)
def test_another_machine_behind_the_address_is_told_from_the_pinned_one(
    smbios: str, machine: str, *, changed: bool
) -> None:
    status = HyperVHostStatus(host_id=HostId(smbios_uuid=smbios, machine_guid=machine))
    change = host_status.identity_change(status, FOUND)
    assert (change is not None) is changed
    if change:
        assert all(part in change for part in (FOUND.smbios_uuid, FOUND.machine_guid, smbios, machine))
    assert host_status.identity_change(HyperVHostStatus(), FOUND) is None


def test_another_machine_behind_the_address_stops_all_work_and_pins_nothing() -> None:
    status = HyperVHostStatus(host_id=HostId(smbios_uuid="pinned", machine_guid="pinned"))
    snapshot = replace(SNAPSHOT, status=status, error=WrongHost("Another machine answers."))
    problem = host_status.problem(snapshot)
    assert problem
    assert (problem.reason, problem.needs_person) == (Reason.HOST_IDENTITY_CHANGED, True)
    written = host_status.compose(snapshot, NOW)
    assert (written.host_id, written.capacity) == (status.host_id, None)


def test_of_two_hosts_that_are_one_machine_the_later_one_stops() -> None:
    problem = host_status.problem(replace(SNAPSHOT, same_identity="older"))
    assert problem
    assert (problem.reason, problem.needs_person) == (Reason.HOST_IDENTITY_CHANGED, True)
    assert "has the identity of HyperVHost older, which had it first" in problem.message
    written = host_status.compose(replace(SNAPSHOT, same_identity="older"), NOW)
    assert (written.host_id, written.capacity) == (None, None)
    other = host_status.compose(replace(SNAPSHOT, kept_for=("team/a",)), NOW)
    assert other.host_id == host_status.pinned(FOUND)


# --- the agent -------------------------------------------------------------------------------------------------------


def test_an_agent_that_a_person_has_installed_is_described() -> None:
    assert _message(SNAPSHOT, "AgentReady") == "Agent 1.0.0 supports schema version 1."
    other = _message(replace(SNAPSHOT, offered=OFFERED), "AgentReady")
    assert f"agent 2.0.0 ({DIGEST})" in other
    same = replace(_with_agent(digest=DIGEST), offered=OFFERED)
    assert DIGEST not in _message(same, "AgentReady")


def test_an_agent_of_another_schema_names_the_versions_and_what_to_install() -> None:
    assert "supports schema versions 1; the operator's is 2." in _message(
        replace(SNAPSHOT, schema_version=2), "AgentReady"
    )
    none = replace(_with_agent(schema_versions=()), offered=OFFERED)
    assert "supports schema versions none" in _message(none, "AgentReady")
    assert f"Install agent 2.0.0 ({DIGEST})" in _message(none, "AgentReady")


def test_a_missing_agent_names_what_to_install_by_hand() -> None:
    missing = replace(NEW, error=AgentMissing("There is no agent."))
    assert "There is no agent." in _message(missing, "AgentReady")
    assert "2.0.0" not in _message(missing, "AgentReady")
    assert f"Install agent 2.0.0 ({DIGEST}) by hand" in _message(replace(missing, offered=OFFERED), "AgentReady")


def test_a_failed_rollouts_own_remedy_takes_the_place_of_the_reasons() -> None:
    known, unknown = (
        compose_message(WAITING.failed("The disk is full.", NOW, remedy=remedy)) for remedy in ("Free space.", "")
    )
    assert known == "The disk is full. Free space."
    assert unknown == explain(Reason.AGENT_ROLLOUT_FAILED, "The disk is full.")


def compose_message(rollout: Rollout) -> str:
    """Return the message of AgentReady for a rollout."""
    conditions = host_status.compose(replace(SNAPSHOT, rollout=rollout), NOW).conditions
    return next(one.message for one in conditions if one.type == "AgentReady")


def test_the_agents_status_follows_the_inventory_and_the_rollout() -> None:
    by_hand = host_status.compose(_with_agent(digest="d" * 101, version="v" * 65), NOW).agent
    assert by_hand == AgentStatus(digest="d" * 100, version="v" * 64, schema_versions=(1,), phase="Present")
    rolling = host_status.compose(replace(SNAPSHOT, rollout=WAITING), NOW).agent
    assert rolling
    assert (rolling.desired_digest, rolling.phase, rolling.version) == (DIGEST, "Waiting", "1.0.0")
    unknown = host_status.compose(replace(NEW, rollout=WAITING), NOW).agent
    assert unknown == AgentStatus(desired_digest=DIGEST, phase="Waiting")


def test_a_poll_that_fails_keeps_what_the_last_one_found() -> None:
    known = host_status.compose(SNAPSHOT, NOW)
    failed = host_status.compose(replace(_facts(computer_name="ELSE"), status=known, error=HostUnreachable("x")), NOW)
    assert failed.computer_name == known.computer_name
    assert failed.host_id == HostId(smbios_uuid=FOUND.smbios_uuid, machine_guid=FOUND.machine_guid)
    assert failed.os == known.os == "Windows Server 2022 Datacenter (10.0.20348)"


# --- capacity --------------------------------------------------------------------------------------------------------


def _host(memory: int, free: int, *volumes: VolumeFacts) -> HostFacts:
    return REPORT.facts.model_copy(
        update={
            "logical_processors": 8,
            "memory_total_bytes": memory * GIB + GIB - 1,
            "memory_free_bytes": free * GIB + GIB - 1,
            "volumes": volumes,
        }
    )


def _old(free: int, **volumes: int) -> Capacity:
    shown = tuple(Volume(path=path, free_gib=gib) for path, gib in volumes.items())
    return Capacity(logical_processors=8, memory_gib=200, memory_free_gib=free, volumes=shown)


def _capacity(found: HostFacts, old: Capacity | None = None) -> Capacity:
    shown = host_status.capacity(found, old)
    assert shown is not None
    return shown


def test_capacity_is_in_whole_gib() -> None:
    volume = VolumeFacts(path="D", size_bytes=500 * GIB, free_bytes=100 * GIB - 1)
    assert _capacity(_host(200, 50, volume)) == Capacity(
        logical_processors=8, memory_gib=200, memory_free_gib=50, volumes=(Volume(path="D", free_gib=99),)
    )


@pytest.mark.parametrize(("free", "shown"), [(50, 50), (59, 50), (41, 50), (60, 60), (40, 40), (70, 70)])
def test_free_memory_is_written_when_it_moved_by_a_twentieth(free: int, shown: int) -> None:
    assert _capacity(_host(200, free), _old(50)).memory_free_gib == shown


@pytest.mark.parametrize(("free", "shown"), [(50, 50), (59, 50), (41, 50), (60, 60), (40, 40), (70, 70)])
def test_free_space_is_written_when_it_moved_by_a_twentieth(free: int, shown: int) -> None:
    volume = VolumeFacts(path="D", size_bytes=200 * GIB, free_bytes=free * GIB)
    assert _capacity(_host(200, 50, volume), _old(50, D=50)).volumes == (Volume(path="D", free_gib=shown),)
    other = _capacity(_host(200, 50, volume), _old(50, E=50)).volumes
    assert other == (Volume(path="D", free_gib=free),)


def test_a_figure_that_moved_by_less_than_a_twentieth_of_an_odd_total_stays() -> None:
    volume = VolumeFacts(path="D", size_bytes=205 * GIB, free_bytes=60 * GIB)
    shown = _capacity(_host(205, 60, volume), _old(50, D=50))
    assert (shown.memory_free_gib, shown.volumes[0].free_gib) == (50, 50)


def test_at_most_64_volumes_are_written() -> None:
    volumes = [VolumeFacts(path=f"{number:02}", size_bytes=GIB, free_bytes=0) for number in range(65)]
    assert [one.path for one in _capacity(_host(1, 1, *volumes)).volumes] == [f"{number:02}" for number in range(64)]


# --- deletion --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("count", "words"),
    [(1, "team/vm-0. "), (5, "team/vm-4. "), (6, "team/vm-4 and 1 more. "), (8, "team/vm-4 and 3 more. ")],
)
def test_a_deleted_host_names_up_to_five_machines_that_keep_it(count: int, words: str) -> None:
    snapshot = replace(SNAPSHOT, kept_for=tuple(f"team/vm-{number}" for number in range(count)))
    assert _conditions(snapshot)["Ready"] == ("False", "Deleting")
    assert _conditions(snapshot)["Reconciling"] == ("True", "Deleting")
    assert _conditions(snapshot)["Stalled"] == ("False", "AsExpected")
    assert words in _message(snapshot, "Ready")


_OWN, _OTHER = HostId(smbios_uuid="own", machine_guid="g"), HostId(smbios_uuid="other", machine_guid="g")


def _claim(name: str, identity: HostId | None, *, is_pinned: bool, age: int) -> host_status.IdentityClaim:
    return host_status.IdentityClaim(name, identity, is_pinned, (NOW - timedelta(days=age), name))


@pytest.mark.parametrize(
    ("own", "other", "keeper"),
    [
        (_claim("a", _OWN, is_pinned=True, age=1), _claim("b", _OWN, is_pinned=True, age=2), "b"),
        (_claim("a", _OWN, is_pinned=True, age=2), _claim("b", _OWN, is_pinned=True, age=1), None),
        (_claim("a", _OWN, is_pinned=False, age=1), _claim("b", _OWN, is_pinned=False, age=2), "b"),
        # The older one lies at its first contact.
        (_claim("a", _OWN, is_pinned=True, age=1), _claim("b", _OWN, is_pinned=False, age=2), None),
        (_claim("b", _OWN, is_pinned=False, age=2), _claim("a", _OWN, is_pinned=True, age=1), "a"),
        (_claim("a", _OWN, is_pinned=True, age=1), _claim("b", _OTHER, is_pinned=True, age=2), None),
        (_claim("a", None, is_pinned=False, age=1), _claim("b", None, is_pinned=False, age=2), None),
    ],
)
def test_an_identity_stays_with_the_host_that_has_pinned_it(
    own: host_status.IdentityClaim, other: host_status.IdentityClaim, keeper: str | None
) -> None:
    assert host_status.same_machine(own, [other]) == keeper


def test_a_host_is_not_its_own_rival() -> None:
    own = _claim("a", _OWN, is_pinned=True, age=1)
    assert host_status.same_machine(own, [own]) is None


def test_of_several_hosts_with_one_identity_the_first_is_named() -> None:
    others = [_claim(name, _OWN, is_pinned=True, age=age) for name, age in (("b", 2), ("c", 4), ("d", 3))]
    assert host_status.same_machine(_claim("a", _OWN, is_pinned=True, age=1), others) == "c"


# --- lines that cannot be read ---------------------------------------------------------------------------------------


def _report(*lines: str) -> InventoryReport:
    return parse_inventory([_HOST_LINE, *lines, '{"type":"outcome","outcome":"completed"}'])


_HOST_LINE = json.dumps(
    {
        "type": "host",
        "host_id": REPORT.facts.host_id.model_dump(),
        "agent": {"version": "1", "digest": "sha256:x", "schema_versions": [1]},
    }
)


def test_lines_that_cannot_be_read_are_counted_and_named() -> None:
    report = _report('{"type":"vm","vm_id":"x","machine_uid":"u"}', *["{"] * 24)
    status = host_status.compose(replace(SNAPSHOT, report=report), NOW)
    assert (status.unreadable_count, len(status.unreadable_lines)) == (25, 20)
    first = status.unreadable_lines[0]
    assert (first.kind, first.machine_uid, first.vm_id) == ("vm", "u", "x")
    assert first.problem.startswith("vm_id: ")
    fresh = status.condition("InventoryFresh")
    assert fresh is not None
    assert fresh.message.startswith(
        "The inventory is fresh. 25 of its lines could not be read as a whole, the first of them (vm of machine u): vm_id: "
    )
    assert status.is_true("Ready")


_UNOPENED = '{"type":"vm","vm_id":"0f1e2d3c-1111-4222-8333-9444555566%02d","name":"g","machine_uid":null,"problem":"No volume."}'


def test_vms_that_cannot_be_opened_are_counted_and_named_and_the_host_stays_ready() -> None:
    report = _report(*(_UNOPENED % number for number in range(21)))
    status = host_status.compose(replace(SNAPSHOT, report=report), NOW)
    assert (status.unreadable_vm_count, len(status.unreadable_vms), status.unreadable_count) == (21, 20, None)
    first = status.unreadable_vms[0]
    assert (first.vm_id, first.name, first.machine_uid, first.problem) == (
        "0f1e2d3c-1111-4222-8333-944455556600", "g", None, "No volume.",
    )  # fmt: skip
    fresh = status.condition("InventoryFresh")
    assert fresh is not None
    assert fresh.message == (
        "The inventory is fresh. Hyper-V cannot open 21 VMs; first VM 0f1e2d3c-1111-4222-8333-944455556600: No volume."
    )
    assert status.is_true("Ready")
    again = host_status.compose(replace(SNAPSHOT, report=_report(), status=status), NOW)
    assert (again.unreadable_vm_count, again.unreadable_vms) == (None, ())


def test_vms_and_lines_are_both_named() -> None:
    nameless = '{"type":"vm","problem":"No list."}'
    assert host_status.describe_unreadable(_report(nameless, "{")) == (
        "Hyper-V cannot open 1 VM; first a VM whose id is not known: No list. "
        "1 of its lines could not be read as a whole, the first of them (line): it is not JSON."
    )


def test_an_inventory_that_can_be_read_clears_what_was_said() -> None:
    wrong = host_status.compose(replace(SNAPSHOT, report=_report("{")), NOW)
    right = host_status.compose(replace(SNAPSHOT, report=_report(), status=wrong), NOW)
    assert (right.unreadable_count, right.unreadable_lines) == (None, ())
    fresh = right.condition("InventoryFresh")
    assert fresh is not None
    assert fresh.message == "The inventory is fresh."


def test_a_line_of_no_machine_is_named_by_its_kind() -> None:
    assert host_status.describe_unreadable(_report("{")) == (
        "1 of its lines could not be read as a whole, the first of them (line): it is not JSON."
    )
    assert host_status.describe_unreadable(_report()) == ""


def test_what_a_host_line_lacks_is_left_out_and_the_capacity_is_kept() -> None:
    known = host_status.compose(SNAPSHOT, NOW)
    status = host_status.compose(replace(SNAPSHOT, report=_report(), status=known), NOW)
    assert (status.computer_name, status.os, status.capacity) == (None, None, known.capacity)


@pytest.mark.parametrize("figure", ["logical_processors", "memory_total_bytes", "memory_free_bytes"])
def test_without_one_of_its_figures_the_capacity_is_not_known(figure: str) -> None:
    found = _host(200, 50).model_copy(update={figure: None})
    assert host_status.capacity(found, None) is None
    assert host_status.capacity(found, _old(50)) == _old(50)


# --- what a policy of the host prevents, and what the preflight finds -------------------------------------------------


@pytest.mark.parametrize(
    ("error", "reason"), [(LanguageConstrained("x"), "ConstrainedLanguage"), (ScriptsBlocked("x"), "ScriptsBlocked")]
)
def test_a_policy_that_stops_the_agent_has_a_reason_of_its_own(error: HostError, reason: str) -> None:
    found = _conditions(replace(NEW, error=error))
    assert found["Reachable"] == OK
    assert found["AgentReady"] == found["Ready"] == ("False", reason)
    assert found["Stalled"] == ("True", reason)


@pytest.mark.parametrize("answers", [True, False])
def test_a_rollout_that_a_policy_stops_has_the_reason_of_the_policy(*, answers: bool) -> None:
    rollout = WAITING.put_off("No.", NOW, needs_person=True, reason=Reason.CONSTRAINED_LANGUAGE)
    snapshot = replace(SNAPSHOT, rollout=rollout) if answers else replace(NEW, rollout=rollout, error=AgentMissing("x"))
    assert _conditions(snapshot)["Ready"] == ("False", "ConstrainedLanguage")
    again = replace(snapshot, rollout=rollout.installing())
    assert _message(again, "AgentReady") == _message(snapshot, "AgentReady")
    for later in (rollout.failed("No.", NOW), rollout.waiting("x"), rollout.put_off("x", NOW), rollout.ready()):
        assert later.reason is None


def _preflight(blocking: int, warning: int = 0) -> Preflight:
    row = PreflightRow(
        id="VirtualSwitch", subject="External", state="blocking", observed="there is none", remedy="Create it."
    )
    counts = PreflightCounts(blocking=blocking, warning=warning)
    return Preflight(checked_at=NOW, generation=1, agent_digest="a", counts=counts, rows=(row,) * blocking)


def test_a_row_that_blocks_makes_the_host_not_ready_and_says_what_to_do() -> None:
    snapshot = replace(SNAPSHOT, preflight=_preflight(1))
    found = _conditions(snapshot)
    assert found["Ready"] == ("False", "PreflightFailed")
    assert found["Stalled"] == ("True", "PreflightFailed")
    assert found["Reachable"] == found["AgentReady"] == OK
    assert _message(snapshot, "Ready") == "VirtualSwitch of External: there is none. Create it."
    assert host_status.compose(snapshot, NOW).preflight == _preflight(1)
    # What was launched goes on: machines with a claim see no problem of the host.
    assert host_status.problem(snapshot) is None


@pytest.mark.parametrize("found", [None, _preflight(0), _preflight(0, warning=3)])
def test_a_host_without_a_row_that_blocks_is_ready(found: Preflight | None) -> None:
    assert _conditions(replace(SNAPSHOT, preflight=found))["Ready"] == ("True", "Ready")


@pytest.mark.parametrize(
    "changes",
    [{"error": HostUnreachable("x")}, {"rollout": WAITING}, {"same_identity": "other"}, {"kept_for": ("a/b",)}],
)
def test_what_is_nearer_comes_before_the_preflight(changes: dict[str, Any]) -> None:
    plain, blocked = replace(SNAPSHOT, **changes), replace(SNAPSHOT, preflight=_preflight(1), **changes)
    assert _conditions(blocked) == _conditions(plain)
