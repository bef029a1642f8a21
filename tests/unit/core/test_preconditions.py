"""The preconditions of a launch that provisions: what each refuses, what it says, and what it lets through."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from hyperv_operator.api.machine import Applied, HyperVMachineStatus
from hyperv_operator.api.names import Reason
from hyperv_operator.core import preconditions
from hyperv_operator.core.decision_table import decide
from hyperv_operator.core.preconditions import Precondition, Violation
from hyperv_operator.core.rollout import begin
from hyperv_operator.core.snapshot import HostProblem, Rival, SecretCheck, Snapshot
from hyperv_operator.core.usage import Size
from hyperv_operator.protocol.inventory import ImageFacts
from unit.core.samples import (
    CLAIM,
    HOST,
    NOW,
    ORIGIN,
    REPORT,
    SECOND,
    SNAPSHOT,
    SPEC,
    UID,
    VM_ID,
    inventory,
    journal,
    launched,
    vm,
    with_host,
    with_spec,
)

UNREADABLE = replace(SNAPSHOT, spec="spec.x: wrong")
NOWHERE = replace(SNAPSHOT, host=None)


def _fields(**fields: Any) -> Snapshot:
    return with_spec(SNAPSHOT, fields={**SPEC.fields, **fields})


@pytest.mark.parametrize(
    "precondition",
    [
        preconditions.schema_version_active,
        preconditions.host_exists,
        preconditions.fields_valid,
        preconditions.tenant_allowed,
        preconditions.name_held,
        preconditions.image_available,
        preconditions.agent_compatible,
    ],
)
def test_a_spec_that_cannot_be_read_is_reported_by_one_precondition_alone(precondition: Precondition) -> None:
    assert precondition(UNREADABLE) is None
    assert preconditions.spec_readable(UNREADABLE) == Violation(Reason.INVALID_SPEC, "spec.x: wrong")
    assert preconditions.spec_readable(SNAPSHOT) is None


@pytest.mark.parametrize(
    "precondition",
    [
        preconditions.tenant_allowed,
        preconditions.inventory_known,
        preconditions.agent_compatible,
        preconditions.host_open,
        preconditions.image_available,
    ],
)
def test_a_host_that_does_not_exist_is_reported_by_one_precondition_alone(precondition: Precondition) -> None:
    assert precondition(NOWHERE) is None
    violation = preconditions.host_exists(NOWHERE)
    assert violation
    assert violation.reason is Reason.HOST_NOT_FOUND
    assert "'hyperv01'" in violation.message
    assert violation.recheck
    assert preconditions.host_exists(SNAPSHOT) is None


@pytest.mark.parametrize(
    ("version", "status", "refused"),
    [
        (1, HyperVMachineStatus(), False),
        (2, HyperVMachineStatus(), True),
        (2, HyperVMachineStatus(origin=ORIGIN.model_copy(update={"schema_version": 2})), False),
        (3, HyperVMachineStatus(origin=ORIGIN.model_copy(update={"schema_version": 2})), True),
        (1, HyperVMachineStatus(origin=ORIGIN.model_copy(update={"schema_version": 2})), False),
    ],
)
def test_the_schema_version_has_to_be_active_or_that_of_the_first_launch(
    version: int, status: HyperVMachineStatus, *, refused: bool
) -> None:
    violation = preconditions.schema_version_active(replace(with_spec(SNAPSHOT, schema_version=version), status=status))
    assert (violation is not None) is refused
    if violation:
        assert violation.reason is Reason.SCHEMA_VERSION_MISMATCH
        assert f"spec.schemaVersion is {version}, but the active schema is version 1" in violation.message
        assert not violation.recheck


@pytest.mark.parametrize(
    ("snapshot", "reason", "words"),
    [
        (_fields(gb_ram=0), Reason.INVALID_FIELDS, "gb_ram: "),
        (_fields(gb_ram=0, cpu_cores=0), Reason.INVALID_FIELDS, "cpu_cores: "),
        (_fields(vm_clustered=True), Reason.CLUSTER_REQUIRED, "vm_clustered: "),
        (_fields(vm_clustered=True, gb_ram=0), Reason.INVALID_FIELDS, "gb_ram: "),
        (
            replace(with_spec(_fields(gb_ram=0), schema_version=2), status=launched().status),
            Reason.SCHEMA_VERSION_MISMATCH,
            "version 1. gb_ram: ",
        ),
    ],
)
def test_fields_that_violate_the_schema(snapshot: Snapshot, reason: Reason, words: str) -> None:
    violation = preconditions.fields_valid(snapshot)
    assert violation
    assert violation.reason is reason
    assert words in violation.message


def test_valid_fields_pass() -> None:
    assert preconditions.fields_valid(SNAPSHOT) is None


def test_fields_that_are_not_valid_are_not_compared_with_a_tenant_entry() -> None:
    closed = with_host(_fields(gb_ram=0), spec=HOST.spec.model_copy(update={"tenants": ()}))
    assert preconditions.tenant_allowed(closed) is None
    violation = preconditions.tenant_allowed(with_host(SNAPSHOT, spec=HOST.spec.model_copy(update={"tenants": ()})))
    assert violation
    assert (violation.reason, violation.recheck) == (Reason.NAMESPACE_NOT_ALLOWED, True)
    assert preconditions.tenant_allowed(SNAPSHOT) is None


def _rival(age: int = 0, uid: str = "f", **changes: Any) -> Rival:
    created = NOW - timedelta(seconds=age)
    return Rival(
        uid=uid, same_namespace=True, name="other", created_at=created, has_vm=False, has_claim=False, **changes
    )


@pytest.mark.parametrize(
    ("status", "rival", "held"),
    [
        (HyperVMachineStatus(), _rival(age=-1), True),
        (HyperVMachineStatus(), _rival(age=1), False),
        (HyperVMachineStatus(), _rival(uid="f"), True),
        (HyperVMachineStatus(), _rival(uid="0"), False),
        (HyperVMachineStatus(claim=CLAIM), _rival(age=1), True),
        (HyperVMachineStatus(), replace(_rival(age=-1), has_claim=True), False),
        (HyperVMachineStatus(claim=CLAIM), replace(_rival(age=1), has_claim=True), False),
        (HyperVMachineStatus(claim=CLAIM), replace(_rival(age=-1), has_vm=True), False),
        (HyperVMachineStatus(vm_id=VM_ID), replace(_rival(age=1), has_claim=True), True),
        (HyperVMachineStatus(vm_id=VM_ID), replace(_rival(age=1), has_vm=True, has_claim=True), False),
    ],
)
def test_a_vm_has_precedence_over_a_claim_and_then_the_older_machine_owns_the_name(
    status: HyperVMachineStatus, rival: Rival, *, held: bool
) -> None:
    violation = preconditions.name_held(replace(SNAPSHOT, status=status, rivals=(rival,)))
    assert (violation is None) is held
    if violation:
        assert (violation.reason, violation.recheck) == (Reason.DUPLICATE_NAME, True)
        assert "vm_name 'a' is already held on this host by HyperVMachine 'other'" in violation.message


def test_a_rival_of_another_namespace_is_not_named() -> None:
    stranger = replace(_rival(age=1), same_namespace=False, name="secret")
    violation = preconditions.name_held(replace(SNAPSHOT, rivals=(stranger,)))
    assert violation
    assert "secret" not in violation.message
    assert "a machine of another namespace" in violation.message


def test_of_several_rivals_the_first_in_rank_holds_the_name() -> None:
    older, oldest = replace(_rival(age=1), name="older"), replace(_rival(age=2), name="oldest")
    younger = replace(_rival(age=-1), name="younger")
    for rivals in ((younger, older, oldest), (oldest, older, younger)):
        violation = preconditions.name_held(replace(SNAPSHOT, rivals=rivals))
        assert violation
        assert "by HyperVMachine 'oldest'" in violation.message


def test_secrets_that_cannot_be_read_are_all_named_and_the_first_gives_the_reason() -> None:
    missing = SecretCheck("a", "s", "k", None, Reason.SECRET_KEY_NOT_FOUND, "No key.")
    invalid = SecretCheck("b", "s", "k", None, Reason.SECRET_INVALID, "Too long.")
    violation = preconditions.secrets_readable(replace(SNAPSHOT, secrets=(*SNAPSHOT.secrets, missing, invalid)))
    assert violation == Violation(Reason.SECRET_KEY_NOT_FOUND, "No key. Too long.", recheck=True)
    assert violation.message.startswith("No key. Too long. Add the key to the Secret")
    assert preconditions.secrets_readable(SNAPSHOT) is None


def test_the_first_inventory_is_waited_for() -> None:
    violation = preconditions.inventory_known(with_host(SNAPSHOT, report=None))
    assert violation
    assert violation.reason is Reason.WAITING_FOR_INVENTORY
    assert preconditions.inventory_known(SNAPSHOT) is None


def _with_agent(*versions: int) -> Snapshot:
    agent = REPORT.facts.agent.model_copy(update={"schema_versions": versions})
    report = REPORT.model_copy(update={"facts": REPORT.facts.model_copy(update={"agent": agent})})
    return with_host(SNAPSHOT, report=report)


@pytest.mark.parametrize(
    ("versions", "words"),
    [((1,), None), ((1, 2), None), ((2, 3), "supports schema versions 2, 3, not 1"), ((), "versions none, not 1")],
)
def test_the_agent_has_to_support_the_schema_version(versions: tuple[int, ...], words: str | None) -> None:
    violation = preconditions.agent_compatible(_with_agent(*versions))
    assert (violation is None) is (words is None)
    if violation and words:
        assert violation.reason is Reason.AGENT_ROLLOUT_INCOMPLETE
        assert words in violation.message


def test_an_inventory_that_has_not_been_read_says_nothing_about_the_agent() -> None:
    assert preconditions.agent_compatible(with_host(SNAPSHOT, report=None)) is None


@pytest.mark.parametrize("changes", [{"deleting": True}, {"spec": HOST.spec.model_copy(update={"cordoned": True})}])
def test_a_closed_host_starts_nothing_new_and_finishes_what_was_launched(changes: dict[str, Any]) -> None:
    violation = preconditions.host_open(with_host(SNAPSHOT, **changes))
    assert violation
    assert violation.reason is Reason.HOST_CORDONED
    assert ("is being deleted" in violation.message) is ("deleting" in changes)
    assert preconditions.host_open(with_host(launched(), **changes)) is None
    assert preconditions.host_open(SNAPSHOT) is None


def test_a_host_that_its_preflight_blocks_starts_nothing_new_and_names_no_details_to_owners() -> None:
    violation = preconditions.host_open(with_host(SNAPSHOT, is_blocked=True))
    assert violation
    assert violation.reason is Reason.PREFLIGHT_FAILED
    assert violation.message.endswith("whoever manages it can repair it.")
    assert preconditions.host_open(with_host(launched(), is_blocked=True)) is None
    assert not replace(HOST, is_blocked=True).takes_machines


def _with_images(*names: str, **fields: Any) -> Snapshot:
    images = tuple(ImageFacts(name=name, size_bytes=1) for name in names)
    return with_host(_fields(**fields), report=REPORT.model_copy(update={"images": images, "vms": (), "journals": ()}))


@pytest.mark.parametrize(
    ("snapshot", "available"),
    [
        (_with_images("Ubuntu 24.04"), True),
        (_with_images("UBUNTU 24.04"), True),
        (_with_images("Ubuntu 22.04"), False),
        (_with_images(), False),
        (with_host(SNAPSHOT, report=None), True),
    ],
)
def test_the_image_is_found_whatever_its_case(snapshot: Snapshot, *, available: bool) -> None:
    assert (preconditions.image_available(snapshot) is None) is available


def test_a_missing_image_is_reported_with_what_is_there() -> None:
    violation = preconditions.image_available(_with_images(*(f"Image {number:02}" for number in range(22))))
    assert violation
    assert violation.reason is Reason.IMAGE_NOT_FOUND
    assert "Image 00, " in violation.message
    assert "Image 19." in violation.message
    assert "Image 20" not in violation.message
    assert "Put the image there as Ubuntu 24.04.vhdx" in violation.message
    nothing = preconditions.image_available(_with_images())
    assert nothing
    assert "it has: none" in nothing.message


@pytest.mark.parametrize(
    ("snapshot", "needed"),
    [
        (inventory(SNAPSHOT, vms=(vm(),)), False),
        (inventory(SNAPSHOT, journals=(journal(steps={"CopyImage": "completed"}),)), False),
        (inventory(SNAPSHOT, journals=(journal(steps={"CopyImage": "started"}),)), True),
        (inventory(SNAPSHOT, journals=(journal(steps={"CopyImage": "completed"}, machine_uid="another"),)), True),
        (inventory(SNAPSHOT), True),
    ],
)
def test_an_image_that_was_copied_is_no_longer_needed(snapshot: Snapshot, *, needed: bool) -> None:
    gone = with_spec(snapshot, fields={**SPEC.fields, "image_name": "Debian 13"})
    assert (preconditions.image_available(gone) is not None) is needed


@pytest.mark.parametrize(("recheck", "until"), [(True, NOW + 30 * SECOND), (False, None)])
def test_what_cannot_be_watched_is_checked_again(recheck: bool, until: object) -> None:
    snapshot = replace(SNAPSHOT, rivals=(_rival(age=1),)) if recheck else _fields(gb_ram=0)
    action = decide(snapshot, NOW).action
    assert getattr(action, "until", "no wait") == until


def test_the_machine_itself_is_not_its_rival() -> None:
    assert preconditions.name_held(replace(SNAPSHOT, rivals=(_rival(uid=UID),))) is None


# --- Secrets that come a moment later --------------------------------------------------------------------------------

_GONE = SecretCheck("guest_la_pw", "s", "k", None, Reason.SECRET_NOT_FOUND, "There is no Secret 's'.")
_UNREADABLE = replace(_GONE, problem=Reason.SECRET_NOT_READABLE)
_FINE = SecretCheck("guest_domain_joinpw", "s", "k", "7")


@pytest.mark.parametrize(
    ("secrets", "seconds", "expected"),
    [
        ((_GONE, _FINE), 0, (_GONE,)),
        ((_GONE,), 9, (_GONE,)),
        ((_GONE,), -5, (_GONE,)),
        ((_GONE,), 10, ()),
        ((_GONE, _UNREADABLE), 0, ()),
        ((_FINE,), 0, ()),
        ((), 0, ()),
    ],
)
def test_a_secret_is_expected_for_ten_seconds_unless_another_is_wrong(
    secrets: tuple[SecretCheck, ...], seconds: int, expected: tuple[SecretCheck, ...]
) -> None:
    young = replace(SNAPSHOT, secrets=secrets, created_at=NOW - seconds * SECOND)
    assert preconditions.secrets_expected(young, NOW) == expected


@pytest.mark.parametrize(
    ("own", "operators", "usable"),
    [("team", "team", False), ("team", "system", True), ("", "", True), ("team", "", True)],
)
def test_a_machine_is_not_in_the_namespace_of_the_hosts_credentials(own: str, operators: str, *, usable: bool) -> None:
    snapshot = replace(SNAPSHOT, namespace=own, limits=replace(SNAPSHOT.limits, operator_namespace=operators))
    violation = preconditions.namespace_usable(snapshot)
    assert (violation is None) is usable
    assert violation is None or "Create the machine in another namespace." in violation.message


# --- who may hold a name ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("snapshot", "contends"),
    [
        (SNAPSHOT, True),
        (replace(SNAPSHOT, rivals=(_rival(age=1),)), True),
        (with_host(SNAPSHOT, spec=HOST.spec.model_copy(update={"cordoned": True})), True),
        (UNREADABLE, False),
        (NOWHERE, False),
        (replace(SNAPSHOT, deleting=True), False),
        (replace(SNAPSHOT, failures=1), False),
        (launched(), False),
        (with_spec(SNAPSHOT, paused=True), False),
        (with_spec(SNAPSHOT, schema_version=2), False),
        (_fields(gb_ram=0), False),
        (with_host(SNAPSHOT, spec=HOST.spec.model_copy(update={"tenants": ()})), False),
        (replace(SNAPSHOT, secrets=(_GONE,)), False),
        (_with_agent(2), False),
        (_with_images("Debian 13"), False),
    ],
)
def test_only_a_machine_that_could_be_launched_contends_for_a_name(snapshot: Snapshot, *, contends: bool) -> None:
    assert preconditions.contends(snapshot) is contends


@pytest.mark.parametrize(
    ("snapshot", "refused"),
    [
        (SNAPSHOT, False),
        (with_spec(SNAPSHOT, schema_version=2), True),
        (replace(SNAPSHOT, limits=replace(SNAPSHOT.limits, operator_namespace=SNAPSHOT.namespace)), True),
        (NOWHERE, True),
        (_fields(gb_ram=0), True),
        (with_host(SNAPSHOT, spec=HOST.spec.model_copy(update={"tenants": ()})), True),
        (replace(SNAPSHOT, rivals=(_rival(age=1),)), True),
        (replace(SNAPSHOT, secrets=(_GONE,)), False),
        (with_host(SNAPSHOT, report=None), False),
        (with_host(SNAPSHOT, spec=HOST.spec.model_copy(update={"cordoned": True})), False),
        (_with_images("Debian 13"), False),
    ],
)
def test_one_reason_that_comes_before_the_secrets_is_enough_to_refuse(snapshot: Snapshot, *, refused: bool) -> None:
    assert preconditions.is_refused(snapshot) is refused


def test_a_host_takes_machines_while_nothing_of_its_own_prevents_it() -> None:
    rollout = begin("d" * 16, "1.0", None)
    assert HOST.takes_machines
    assert replace(HOST, rollout=rollout.ready()).takes_machines
    for changes in (
        {"problem": HostProblem(Reason.HOST_UNREACHABLE, "x", needs_person=False)},
        {"deleting": True},
        {"spec": HOST.spec.model_copy(update={"cordoned": True})},
        {"report": None},
        {"rollout": rollout},
    ):
        changed: dict[str, Any] = changes
        assert not replace(HOST, **changed).takes_machines, changes


def test_a_launched_machine_is_compared_with_bounds_only_where_it_grows() -> None:
    tenants = (
        HOST.spec.tenants[0].model_copy(update={"max_machines": 0, "max_cpu_cores": 1, "max_total_cpu_cores": 0}),
    )
    small = with_host(launched(), spec=HOST.spec.model_copy(update={"tenants": tenants}))
    assert preconditions.tenant_allowed(small) is None, "it keeps its place"
    grown = with_spec(small, fields={**SPEC.fields, "cpu_cores": 2})
    violation = preconditions.tenant_allowed(grown)
    assert violation
    assert violation.reason is Reason.SIZE_NOT_ALLOWED
    unlaunched = preconditions.tenant_allowed(replace(small, status=SNAPSHOT.status))
    assert unlaunched
    assert unlaunched.reason is Reason.MACHINE_QUOTA_EXCEEDED
    assert preconditions.tenant_allowed(replace(inventory(small, vms=(vm(),)), status=SNAPSHOT.status, host=small.host))


@pytest.mark.parametrize(
    ("status", "vms", "held"),
    [
        ({}, (), None),
        ({"vm_id": VM_ID}, (), Size(1, 1)),
        ({"claim": CLAIM}, (), Size(1, 1)),
        ({"claim": CLAIM, "applied": Applied(cpu_cores=3, gb_ram=5)}, (vm(cpu_cores=9),), Size(3, 5)),
        ({"claim": CLAIM, "applied": Applied(gb_ram=5)}, (), Size(1, 5)),
        ({"claim": CLAIM, "applied": Applied(cpu_cores=5)}, (), Size(5, 1)),
        ({}, (vm(cpu_cores=9, memory_bytes=1),), Size(9, 1)),
    ],
)
def test_what_a_machine_has_already(status: dict[str, Any], vms: Any, held: Size | None) -> None:
    known = replace(inventory(SNAPSHOT, vms=vms), status=HyperVMachineStatus(**status))
    assert known.held == held


def test_of_several_vms_that_of_the_target_host_counts() -> None:
    here, there = (inventory(SNAPSHOT, vms=(vm(cpu_cores=cores),)).host for cores in (2, 9))
    assert here
    assert there
    assert replace(SNAPSHOT, host=here, peers=(there,)).held == Size(2, 1)
    assert replace(SNAPSHOT, host=there, peers=(here,)).held == Size(9, 1)


@pytest.mark.parametrize(
    ("fields", "name"),
    [({"vm_name": '"old"'}, "old"), ({}, "a"), ({"vm_name": "7"}, "a"), ({"vm_name": "{"}, "a")],
)
def test_the_name_of_a_launched_machine_is_the_one_it_was_launched_with(fields: dict[str, str], name: str) -> None:
    origin = ORIGIN.model_copy(update={"fields": fields})
    assert replace(SNAPSHOT, status=HyperVMachineStatus(origin=origin)).vm_name == name
    assert replace(UNREADABLE, status=HyperVMachineStatus()).vm_name is None
    assert with_spec(SNAPSHOT, fields={"vm_name": 7}).vm_name is None


def test_a_marked_vm_ranks_like_a_known_one() -> None:
    claimed = replace(_rival(age=1), has_claim=True)
    assert preconditions.name_held(replace(inventory(SNAPSHOT, vms=(vm(),)), rivals=(claimed,))) is None
    assert preconditions.name_held(replace(inventory(SNAPSHOT), rivals=(claimed,)))
