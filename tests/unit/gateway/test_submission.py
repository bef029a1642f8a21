"""A submission as objects: what is created, what is refused, and that no secret is shown."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperv_operator.gateway import submission
from hyperv_operator.gateway.problems import FieldProblem
from hyperv_operator.gateway.submission import Plan
from hyperv_operator.schema.validation import Rejected, validate_job_submission
from submissions import table
from unit.gateway.samples import CANARY, SCHEMA, request


def _plan(
    values: dict[str, Any] | None = None, *, namespace: str | None = "team", **keys: Any
) -> Plan | tuple[FieldProblem, ...]:
    return submission.plan(SCHEMA, request(values, **keys), default_namespace=namespace, suffix="abcd1234")


def _good(values: dict[str, Any] | None = None, **keys: Any) -> Plan:
    plan = _plan(values, **keys)
    assert isinstance(plan, Plan), plan
    return plan


def _wrong(values: dict[str, Any] | None = None, **keys: Any) -> dict[str, str]:
    errors = _plan(values, **keys)
    assert not isinstance(errors, Plan)
    return {one.field: one.code for one in errors}


def test_secrets_go_into_a_secret_and_everything_else_into_the_machine() -> None:
    plan = _good(power_state="Off", deletion_policy="Retain")
    assert (plan.namespace, plan.name, plan.secret_name) == ("team", "web-1", "web-1-abcd1234")
    assert plan.machine["spec"] == {
        "schemaVersion": 1,
        "targetHost": "hyperv01.local",
        "fields": {
            "vm_name": "Web-1",
            "image_name": "Windows Server 2022",
            "os_family": "windows",
            "gb_ram": 8,
            "cpu_cores": 4,
            "guest_la_uid": "Administrator",
            "vlan_id": 0,
            "vm_clustered": False,
        },
        "secretFields": {"guest_la_pw": {"secretKeyRef": {"name": "web-1-abcd1234", "key": "guest_la_pw"}}},
        "powerState": "Off",
        "deletionPolicy": "Retain",
    }
    assert plan.secret is not None
    assert base64.b64decode(plan.secret["data"]["guest_la_pw"]).decode() == CANARY
    assert CANARY not in json.dumps(plan.machine) + repr(plan)


def test_existing_secrets_are_referred_to_and_none_is_created() -> None:
    plan = _good({"guest_la_pw": None}, secrets={"guest_la_pw": {"secret_name": "mine", "key": "pw"}})
    assert plan.secret is None
    assert plan.secret_name is None
    assert plan.machine["spec"]["secretFields"] == {"guest_la_pw": {"secretKeyRef": {"name": "mine", "key": "pw"}}}


def test_a_secret_that_does_not_apply_is_dropped_with_a_warning() -> None:
    plan = _good({"image_name": "Ubuntu 24.04", "guest_domain_joinpw": "Join-Pw"})
    assert plan.secret is not None
    assert set(plan.secret["data"]) == {"guest_la_pw"}
    assert [one for one in plan.warnings if "guest_domain_joinpw" in one]


def test_the_namespace_is_the_submissions_own_or_the_default() -> None:
    assert _good(namespace="other").namespace == "other"
    assert submission.plan(SCHEMA, request(namespace="own"), default_namespace="team", suffix="s").namespace == "own"  # type: ignore[union-attr]
    assert _wrong(namespace=None) == {"namespace": "required"}


@pytest.mark.parametrize(
    ("vm_name", "name"),
    [
        ("Web-Server_01", "web-server-01"),
        ("  a.B  ", "a.b"),
        ("-x-", "x"),
        ("\u00c4-1", "1"),
        ("---", None),
        ("", None),
        (7, None),
        (None, None),
        ("x" * 300, "x" * 253),
    ],
)
def test_the_name_of_the_object_is_made_from_the_vms(vm_name: Any, name: str | None) -> None:
    assert submission.object_name(vm_name) == name


def test_a_long_name_leaves_room_for_the_suffix_of_the_secret() -> None:
    plan = _good(name="x" * 253)
    assert plan.secret_name == "x" * 237 + "-abcd1234"


@pytest.mark.parametrize(
    ("values", "errors"),
    [
        ({"guest_la_pw": "short"}, {"guest_la_pw": "length"}),
        ({"guest_la_pw": "line\nend-long"}, {"guest_la_pw": "control"}),
        ({"guest_la_pw": 12345678}, {"guest_la_pw": "type"}),
        ({"guest_la_pw": [CANARY]}, {"guest_la_pw": "type"}),
        ({"guest_la_pw": ""}, {"guest_la_pw": "required"}),
        ({"extra": CANARY}, {"extra": "unknown"}),
        ({"x" * 100: CANARY}, {"x" * 64: "unknown"}),
        (
            {"guest_domain_joinuid": "svc"},
            dict.fromkeys(("guest_domain_jointarget", "guest_domain_joinuid", "guest_domain_joinpw"), "incomplete_set"),
        ),
        (
            {"guest_domain_joinou": "OU=a"},
            dict.fromkeys(("guest_domain_jointarget", "guest_domain_joinou"), "requires"),
        ),
        (
            {
                "guest_v4_ipaddr": "10.0.0.5",
                "guest_v4_cidrprefix": "24",
                "guest_v4_defaultgw": "10.9.0.1",
                "guest_v4_dns1": "10.0.0.1",
            },
            dict.fromkeys(("guest_v4_ipaddr", "guest_v4_cidrprefix", "guest_v4_defaultgw"), "outside_subnet"),
        ),
        ({"guest_la_uid": "web-1"}, dict.fromkeys(("vm_name", "guest_la_uid"), "same_as_computer")),
    ],
)
def test_each_field_of_a_broken_rule_is_named(values: dict[str, Any], errors: dict[str, str]) -> None:
    assert _wrong(values) == errors


def test_errors_come_in_the_order_of_the_form() -> None:
    plan = _plan({"vlan_id": 5000, "vm_name": "", "gb_ram": 0})
    assert not isinstance(plan, Plan)
    assert [one.field for one in plan] == ["vm_name", "gb_ram", "vlan_id"]
    assert plan[0].message == "vm_name is required; add it under values."


def test_a_secret_that_is_given_twice_or_is_none_is_refused() -> None:
    reference = {"secret_name": "mine", "key": "pw"}
    assert _wrong(secrets={"guest_la_pw": reference}) == {"guest_la_pw": "given_twice"}
    assert _wrong(secrets={"vm_name": reference}) == {"vm_name": "not_secret"}


@pytest.mark.parametrize("case", table.cases(), ids=lambda case: case.name)
def test_what_validation_refuses_a_submission_does_not_get_past(case: table.Case) -> None:
    given = {name: {"secret_name": "s", "key": key} for name, key in case.secrets.items()}
    values = {name: value for name, value in case.fields.items() if name not in SCHEMA.secret_ids}
    result = validate_job_submission(SCHEMA, values, secrets=tuple(given))
    changes = {
        **dict.fromkeys(("vm_name", "image_name", "gb_ram", "cpu_cores", "guest_la_uid", "guest_la_pw")),
        **values,
    }
    found = _plan(changes, secrets=given)
    if isinstance(result, Rejected):
        assert not isinstance(found, Plan)
        assert {one.field[:64] for one in result.errors} <= {one.field for one in found}


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3), st.lists, max_leaves=3
)


_PLAIN = [one.id for one in SCHEMA.fields if not one.is_secret]
_SECRET = sorted(SCHEMA.secret_ids)


@given(
    st.dictionaries(st.sampled_from(_PLAIN), _JSON, max_size=9),
    st.dictionaries(st.sampled_from(_SECRET) | st.text(max_size=9), _JSON | st.just(CANARY), max_size=4),
)
def test_no_submission_breaks_planning_and_no_value_of_a_secret_is_shown(
    plain: dict[str, Any], others: dict[str, Any]
) -> None:
    wanted = request().model_copy(update={"values": {**others, **plain}})
    plan = submission.plan(SCHEMA, wanted, default_namespace="team", suffix="s")
    if isinstance(plan, Plan):
        assert set(plan.machine["spec"]["fields"]) <= set(_PLAIN)
    else:
        assert CANARY not in "".join(one.message + one.field for one in plan)


def test_what_may_be_secret_is_redacted_everywhere() -> None:
    wanted = request({"pasword": "misspelt-secret", "guest_domain_joinpw": 7, "guest_la_pw": CANARY, "other": ""})
    assert set(submission.secret_values(SCHEMA, wanted)) == {CANARY, "misspelt-secret"}


def test_the_request_shows_no_values() -> None:
    assert CANARY not in repr(request())
