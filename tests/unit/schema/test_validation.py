"""Validation of submissions: all errors at once, applicability, forms, and idempotence."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperv_operator.protocol.job import guest_plaintext
from hyperv_operator.schema.cross_field_rules import GUEST_DATA_LIMIT
from hyperv_operator.schema.loader import load_schema
from hyperv_operator.schema.model import JobSchema
from hyperv_operator.schema.os_family import OsFamily
from hyperv_operator.schema.validation import Accepted, Rejected, validate_job_submission
from submissions import documents

_ROOT = Path(__file__).resolve().parents[3]
SCHEMA = load_schema((_ROOT / "Schemas" / "job-inputs.yaml").read_text())
SECRETS = ("guest_la_pw",)
GOOD: dict[str, Any] = {
    "vm_name": "web-01",
    "image_name": "Windows Server 2022",
    "gb_ram": 8,
    "cpu_cores": 4,
    "guest_la_uid": "Administrator",
}
STATIC: dict[str, Any] = {
    "guest_v4_ipaddr": "192.168.1.10",
    "guest_v4_cidrprefix": 24,
    "guest_v4_defaultgw": "192.168.1.1",
    "guest_v4_dns1": "192.168.1.2",
}


def _errors(changes: dict[str, Any], secrets: tuple[str, ...] = SECRETS) -> dict[str, str]:
    values: dict[str, Any] = {key: value for key, value in {**GOOD, **changes}.items() if value is not None}
    result = validate_job_submission(SCHEMA, values, secrets=secrets, strict=True)
    return {error.field: error.code for error in result.errors} if isinstance(result, Rejected) else {}


def test_a_good_submission_gets_defaults_and_its_family() -> None:
    result = validate_job_submission(SCHEMA, {**GOOD, **STATIC}, secrets=SECRETS, strict=True)
    assert isinstance(result, Accepted)
    assert result.fields["vlan_id"] == 0
    assert result.fields["os_family"] == "windows"


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"vm_name": None}, "vm_name", "required"),
        ({"gb_ram": "8"}, "gb_ram", "type"),
        ({"gb_ram": 0}, "gb_ram", "range"),
        ({"vlan_id": 4095}, "vlan_id", "range"),
        ({"vm_name": "bad name"}, "vm_name", "pattern"),
        ({"image_name": "..\\x"}, "image_name", "pattern"),
        ({"image_name": "Haiku"}, "os_family", "unknown_family"),
        ({"guest_la_pw": "Secret-123"}, "guest_la_pw", "secret_inline"),
        ({"vlan": 3}, "vlan", "unknown"),
        ({"guest_v4_ipaddr": "10.0.0.5"}, "guest_v4_cidrprefix", "incomplete_set"),
        ({"guest_domain_joinou": "OU=x"}, "guest_domain_jointarget", "requires"),
        ({**STATIC, "guest_v4_ipaddr": "300.1.1.1"}, "guest_v4_ipaddr", "ipv4"),
    ],
)
def test_each_mistake_names_its_field(changes: dict[str, Any], field: str, code: str) -> None:
    assert _errors(changes).get(field) == code


def test_all_mistakes_are_reported_at_once() -> None:
    assert set(_errors({"gb_ram": 0, "cpu_cores": "x", "vlan_id": -1}, ())) == {
        "gb_ram",
        "cpu_cores",
        "vlan_id",
        "guest_la_pw",
    }


def test_a_field_that_does_not_apply_is_dropped_with_a_warning() -> None:
    values = {**GOOD, "image_name": "Ubuntu 24.04", "guest_domain_jointarget": "example.com"}
    result = validate_job_submission(SCHEMA, values, secrets=SECRETS, strict=True)
    assert isinstance(result, Accepted)
    assert "guest_domain_jointarget" not in result.fields
    assert len(result.warnings) == 1


_VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(-10, 5000), st.text(max_size=30), st.sampled_from(["10.0.0.1", "a"])
)


@given(
    changes=st.dictionaries(st.sampled_from([field.id for field in SCHEMA.fields]), _VALUES, max_size=6),
    strict=st.booleans(),
)
def test_validation_never_crashes_and_is_idempotent(changes: dict[str, Any], strict: bool) -> None:
    first = validate_job_submission(SCHEMA, {**GOOD, **STATIC, **changes}, secrets=SECRETS, strict=strict)
    if isinstance(first, Accepted):
        again = validate_job_submission(SCHEMA, first.fields, secrets=first.secret_fields, strict=True)
        assert again == Accepted(first.fields, first.secret_fields, ())


def test_form_values_are_cast_and_trimmed_and_empty_ones_are_dropped() -> None:
    values = {
        **GOOD,
        "gb_ram": " 8 ",
        "vm_name": " web-01 ",
        "vm_clustered": "Yes",
        "os_family": " Windows ",
        "vlan_id": "",
    }
    result = validate_job_submission(SCHEMA, values, secrets=SECRETS)
    assert isinstance(result, Accepted)
    assert (result.fields["gb_ram"], result.fields["vm_name"], result.fields["vlan_id"]) == (8, "web-01", 0)
    assert (result.fields["vm_clustered"], result.fields["os_family"]) == (True, "windows")
    assert isinstance(validate_job_submission(SCHEMA, values, secrets=SECRETS, strict=True), Rejected)


def test_a_field_that_does_not_apply_is_dropped_whatever_its_value_before_sets_are_checked() -> None:
    values = {
        **GOOD,
        "image_name": "Ubuntu 24.04",
        "guest_domain_jointarget": "not a name",
        "guest_domain_joinuid": "'",
    }
    for strict in (True, False):
        result = validate_job_submission(SCHEMA, values, secrets=(*SECRETS, "guest_domain_joinpw"), strict=strict)
        assert isinstance(result, Accepted)
        assert len(result.warnings) == 3
        assert result.secret_fields == SECRETS


def test_the_size_of_the_guest_data_is_that_of_its_plaintext() -> None:
    key = SCHEMA.by_id["cnf_ansible_ssh_key"]
    longer = key.model_copy(update={"validations": key.validations.model_copy(update={"max_length": 60_000})})
    schema = JobSchema.model_construct(
        **{**dict(SCHEMA), "fields": tuple(longer if one is key else one for one in SCHEMA.fields)}
    )
    values = {**GOOD, "image_name": "Ubuntu 24.04", "cnf_ansible_ssh_user": "ops"}

    def submit(length: int) -> Accepted | Rejected:
        text = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ9mNn4VJ0C8d3mJ3lqf3YpB3H2cL0P3l2c8JmVtE9Xk " + 'é"' * (
            length // 3
        )
        return validate_job_submission(schema, {**values, "cnf_ansible_ssh_key": text}, secrets=SECRETS, strict=True)

    fits = submit(35_000)
    assert isinstance(fits, Accepted)
    password = "\U0001f511" * 127
    size = len(guest_plaintext("linux", fits.fields, {"guest_la_pw": password}))
    assert size < GUEST_DATA_LIMIT
    too_large = submit(37_000)
    assert isinstance(too_large, Rejected)
    error = too_large.errors[0]
    assert (error.field, error.code) == ("cnf_ansible_ssh_key", "kvp_budget")
    more = (37_000 // 3 - 35_000 // 3) * len('é\\"'.encode())
    assert f"takes up to {size + more} bytes and {GUEST_DATA_LIMIT} fit" in error.message


# --- each rule, in schemas made for it -------------------------------------------------------------------------------------

_BASE: dict[str, Any] = {"vm_name": "a", "image_name": "Windows", "gb_ram": 1, "cpu_cores": 1}
_LINUX = {"applicability": {"os_family": ["linux"]}}
_WINDOWS = {"applicability": {"os_family": ["windows"]}}
_SECRET = {"type": "secret"}


def _outcome(
    *fields: dict[str, Any],
    given: dict[str, Any] | None = None,
    secrets: tuple[str, ...] = (),
    sets: tuple[dict[str, Any], ...] = (),
    strict: bool = True,
) -> Accepted | dict[str, str]:
    """Return the accepted submission, or the code of each field's error."""
    schema = documents.schema(*fields, sets=sets)
    whole = {**_BASE, **(given or {})}
    result = validate_job_submission(schema, whole, secrets=secrets, strict=strict)
    return result if isinstance(result, Accepted) else {error.field: error.code for error in result.errors}


def _accepted(*fields: dict[str, Any], **keys: Any) -> Accepted:
    outcome = _outcome(*fields, **keys)
    assert isinstance(outcome, Accepted), outcome
    return outcome


@pytest.mark.parametrize(
    ("given", "family"),
    [
        ({}, OsFamily.WINDOWS),
        ({"image_name": "Ubuntu"}, OsFamily.LINUX),
        ({"os_family": "linux"}, OsFamily.LINUX),
        ({"image_name": "Haiku", "os_family": "windows"}, OsFamily.WINDOWS),
    ],
)
def test_the_os_family_is_given_or_inferred_from_the_image(given: dict[str, Any], family: OsFamily) -> None:
    accepted = _accepted(given=given)
    assert accepted.os_family is family
    assert accepted.fields["os_family"] == family.value


@pytest.mark.parametrize(
    ("given", "errors"),
    [
        ({"image_name": "Haiku"}, {"os_family": "unknown_family"}),
        ({"image_name": "Haiku", "os_family": "bsd"}, {"os_family": "enum"}),
        ({"os_family": "bsd"}, {"os_family": "enum"}),
        ({"image_name": None}, {"image_name": "required"}),
        ({"image_name": "x" * 129}, {"image_name": "length"}),
    ],
)
def test_a_family_that_is_neither_known_nor_inferred_is_one_error(
    given: dict[str, Any], errors: dict[str, str]
) -> None:
    assert _outcome(given=given) == errors


def test_null_is_no_value_and_the_fields_after_it_are_checked() -> None:
    assert _outcome({"id": "a"}, given={"a": None, "novel": None}) == _accepted({"id": "a"})
    assert _outcome({"id": "a"}, given={"a": None, "novel": 1}) == {"novel": "unknown"}


def test_a_secret_is_given_by_reference_alone() -> None:
    assert _outcome({"id": "a", **_SECRET}, given={"a": "x"}) == {"a": "secret_inline"}
    assert _outcome({"id": "a"}, secrets=("a",)) == {"a": "not_secret"}
    assert _outcome(secrets=("novel",)) == {"novel": "not_secret"}
    assert _accepted({"id": "a", **_SECRET}, secrets=("a", "a")).secret_fields == ("a",)


def test_a_required_secret_is_missing_without_its_reference() -> None:
    field = {"id": "a", **_SECRET, "required": True}
    assert _outcome(field) == {"a": "required"}
    assert _accepted(field, secrets=("a",)).secret_fields == ("a",)


def test_each_field_of_another_family_is_dropped_with_a_warning() -> None:
    fields: list[dict[str, Any]] = [{"id": name, **_LINUX} for name in ("a", "b", "c")] + [
        {"id": "s", **_SECRET, **_LINUX}
    ]
    accepted = _accepted(*fields, given={"b": "x", "c": "y"}, secrets=("s",))
    assert not {"a", "b", "c"} & set(accepted.fields)
    assert accepted.secret_fields == ()
    assert accepted.warnings == tuple(f"{name} does not apply to windows and is ignored." for name in ("b", "c", "s"))


def test_a_wrong_type_of_a_field_that_does_not_apply_is_an_error_in_a_resource_alone() -> None:
    assert _outcome({"id": "a", **_LINUX}, given={"a": 1}) == {"a": "type"}
    assert _accepted({"id": "a", **_LINUX}, given={"a": 1}, strict=False).warnings


def test_text_that_is_too_long_for_a_field_that_does_not_apply_is_an_error_in_a_resource_alone() -> None:
    assert _accepted({"id": "a", **_LINUX}, given={"a": "x" * 9}).warnings
    assert _outcome({"id": "a", **_LINUX}, given={"a": "x" * 10}) == {"a": "length"}
    assert _accepted({"id": "a", **_LINUX}, given={"a": "x" * 10}, strict=False).warnings


def test_a_default_is_set_where_the_field_applies_and_is_not_given() -> None:
    fields: list[dict[str, Any]] = [
        {"id": "a", "default": "x"},
        {"id": "l", "default": "x", **_LINUX},
        {"id": "w", "default": "x", **_WINDOWS},
    ]
    assert _accepted(*fields).fields.items() >= {"a": "x", "w": "x"}.items()
    assert "l" not in _accepted(*fields).fields
    assert _accepted(*fields, given={"a": "z"}).fields["a"] == "z"
    assert _outcome(*fields, given={"a": 5}) == {"a": "type"}


_FIELDS: tuple[dict[str, Any], ...] = (
    {"id": "a"},
    {"id": "b"},
    {"id": "c"},
    {"id": "x", **_LINUX},
    {"id": "z", **_LINUX},
)
_ALL = {"id": "all", "mode": "all-or-none", "members": ["a", "b"]}
_NEEDS = {"id": "needs", "mode": "requires", "members": ["a"], "requires": ["b", "c"]}
_ONLY_LINUX = {"id": "linux", "mode": "all-or-none", "members": ["x", "z"]}


@pytest.mark.parametrize(
    ("rule", "given", "errors"),
    [
        (_ALL, {}, None),
        (_ALL, {"a": "1", "b": "1"}, None),
        (_ALL, {"a": "1"}, {"b": "incomplete_set"}),
        (_ALL, {"b": "1"}, {"a": "incomplete_set"}),
        (_NEEDS, {}, None),
        (_NEEDS, {"b": "1"}, None),
        (_NEEDS, {"a": "1", "b": "1", "c": "1"}, None),
        (_NEEDS, {"a": "1", "b": "1"}, {"c": "requires"}),
        (_NEEDS, {"a": "1"}, {"b": "requires"}),
        (_ONLY_LINUX, {"x": "1"}, None),
        (_ONLY_LINUX, {"x": "1", "os_family": "linux"}, {"z": "incomplete_set"}),
        # A member that is given with an error counts as given.
        (_ALL, {"a": "1", "b": "x" * 10}, {"b": "length"}),
    ],
)
def test_the_members_of_a_set_are_given_together_where_they_apply(
    rule: dict[str, Any], given: dict[str, Any], errors: dict[str, str] | None
) -> None:
    outcome = _outcome(*_FIELDS, given=given, sets=(rule,))
    assert isinstance(outcome, Accepted) if errors is None else outcome == errors


def test_sets_after_one_that_does_not_apply_are_checked() -> None:
    assert _outcome(*_FIELDS, given={"x": "1", "a": "1"}, sets=(_ONLY_LINUX, _ALL)) == {"b": "incomplete_set"}


def test_all_missing_members_are_named() -> None:
    schema = documents.schema(*_FIELDS, sets=[_NEEDS])
    result = validate_job_submission(schema, {**_BASE, "a": "1"}, strict=True)
    assert isinstance(result, Rejected)
    assert [error.message for error in result.errors] == ["These go together. Missing: b, c."]


def test_errors_are_in_the_order_of_the_schema_with_unknown_fields_last() -> None:
    outcome = _outcome({"id": "a"}, given={"novel": 1, "a": 1, "cpu_cores": 0, "gb_ram": "x"})
    assert isinstance(outcome, dict)
    assert list(outcome) == ["gb_ram", "cpu_cores", "a", "novel"]


def test_fields_are_in_the_order_of_the_schema() -> None:
    fields = list(_accepted({"id": "b"}, {"id": "a"}, given={"a": "x", "b": "x"}).fields)
    assert fields == ["vm_name", "image_name", "os_family", "gb_ram", "cpu_cores", "b", "a"]


def test_the_message_for_a_missing_field_says_where_it_belongs() -> None:
    schema = documents.schema({"id": "s", **_SECRET, "required": True})
    result = validate_job_submission(schema, {**_BASE, "vm_name": None}, strict=True)
    assert isinstance(result, Rejected)
    assert [error.message.split()[-1] for error in result.errors] == ["spec.fields.", "spec.secretFields."]
