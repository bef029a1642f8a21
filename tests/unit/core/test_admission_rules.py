"""Admission: which of the preconditions the webhook checks, and what it lets through because it does not know better."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from hyperv_operator.api.names import Reason
from hyperv_operator.core.admission import Admitted, Refused, review_change, review_creation
from hyperv_operator.core.snapshot import Rival, SecretCheck, Snapshot
from unit.core.samples import HOST, NOW, SECOND, SNAPSHOT, SPEC, with_host, with_spec

OLDER = Rival("0", same_namespace=True, name="b", created_at=NOW - SECOND, has_vm=False, has_claim=False)
CLOSED = HOST.spec.model_copy(update={"tenants": ()})
LOST = SecretCheck("guest_la_pw", "s", "k", None, Reason.SECRET_NOT_FOUND, "Gone.")


def _fields(**fields: Any) -> Snapshot:
    return with_spec(SNAPSHOT, fields={**SPEC.fields, **fields})


@pytest.mark.parametrize(
    ("snapshot", "reason"),
    [
        (SNAPSHOT, None),
        (replace(SNAPSHOT, spec="spec.x: wrong"), Reason.INVALID_SPEC),
        (with_spec(SNAPSHOT, schema_version=2), Reason.SCHEMA_VERSION_MISMATCH),
        (_fields(gb_ram=0), Reason.INVALID_FIELDS),
        (with_host(SNAPSHOT, spec=CLOSED), Reason.NAMESPACE_NOT_ALLOWED),
        (replace(SNAPSHOT, rivals=(OLDER,)), Reason.DUPLICATE_NAME),
        # The pass checks the rest, because it takes a read or changes by itself.
        (replace(SNAPSHOT, secrets=(LOST,)), None),
        (_fields(image_name="Debian 13"), None),
        (with_host(SNAPSHOT, report=None), None),
    ],
)
def test_a_new_machine_is_refused_for_what_memory_can_decide(snapshot: Snapshot, reason: Reason | None) -> None:
    verdict = review_creation(snapshot, namespace_known=True)
    assert (verdict.reason if isinstance(verdict, Refused) else None) is reason
    if isinstance(verdict, Refused):
        assert verdict.message


def test_what_is_not_known_is_not_a_reason_to_refuse() -> None:
    assert review_creation(with_host(SNAPSHOT, spec=CLOSED), namespace_known=False) == Admitted()
    duplicate = review_creation(replace(SNAPSHOT, rivals=(OLDER,)), namespace_known=False)
    assert isinstance(duplicate, Refused), "the name needs no label"
    unknown = review_creation(replace(SNAPSHOT, host=None, rivals=(OLDER,)), namespace_known=True)
    assert isinstance(unknown, Admitted)
    (warning,) = unknown.warnings
    assert "'hyperv01'" in warning


def test_fields_that_do_not_apply_are_a_warning() -> None:
    joined = _fields(guest_domain_joinou="OU=x")
    verdict = review_creation(joined, namespace_known=True)
    assert isinstance(verdict, Admitted)
    assert any("guest_domain_joinou" in one for one in verdict.warnings)
    both = review_creation(replace(joined, host=None), namespace_known=True)
    assert isinstance(both, Admitted)
    assert ["hyperv01" in one for one in both.warnings] == [True, False]


def test_a_machine_in_the_operators_own_namespace_is_refused() -> None:
    verdict = review_creation(
        replace(SNAPSHOT, limits=replace(SNAPSHOT.limits, operator_namespace="team")), namespace_known=False
    )
    assert isinstance(verdict, Refused)
    assert verdict.reason is Reason.NAMESPACE_NOT_ALLOWED


OLD: dict[str, Any] = {"fields": {"gb_ram": 1}, "secretFields": {}, "powerState": "Running"}


@pytest.mark.parametrize(
    ("snapshot", "changes", "reason"),
    [
        (_fields(gb_ram=0), {"fields": {"gb_ram": 0}}, Reason.INVALID_FIELDS),
        (_fields(gb_ram=0), {"secretFields": {"x": 1}}, Reason.INVALID_FIELDS),
        (_fields(gb_ram=0), {"powerState": "Off"}, None),
        (_fields(gb_ram=0), {}, None),
        (replace(_fields(gb_ram=0), deleting=True), {"fields": {"gb_ram": 0}}, None),
        (replace(SNAPSHOT, spec="spec.x: wrong"), {"fields": {}}, Reason.INVALID_SPEC),
        (SNAPSHOT, {"fields": {}}, None),
        # A change is not checked against other machines or the host: the name and the place are taken already.
        (replace(SNAPSHOT, rivals=(OLDER,)), {"fields": {}}, None),
        (with_host(SNAPSHOT, spec=CLOSED), {"fields": {}}, None),
    ],
)
def test_a_change_of_the_submission_is_checked_and_nothing_else(
    snapshot: Snapshot, changes: dict[str, Any], reason: Reason | None
) -> None:
    verdict = review_change(snapshot, OLD, {**OLD, **changes})
    assert (verdict.reason if isinstance(verdict, Refused) else None) is reason


def test_fields_of_another_schema_version_are_not_checked_and_that_is_said() -> None:
    verdict = review_change(with_spec(_fields(gb_ram=0), schema_version=2), OLD, {**OLD, "fields": {}})
    assert isinstance(verdict, Admitted)
    assert "spec.schemaVersion is 2, the active schema is version 1" in verdict.warnings[0]


def test_a_change_warns_about_fields_that_do_not_apply() -> None:
    verdict = review_change(_fields(guest_domain_joinou="OU=x"), OLD, {**OLD, "fields": {}})
    assert isinstance(verdict, Admitted)
    assert "guest_domain_joinou" in verdict.warnings[0]
