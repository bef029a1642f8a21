"""Forms: the JSON Schema decides as the validator does, as far as values alone can tell, and the hints fit the fields."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from hyperv_operator.schema import patterns, values
from hyperv_operator.schema.forms import json_schema, render_form, widget
from hyperv_operator.schema.loader import load_schema
from hyperv_operator.schema.model import FieldType
from hyperv_operator.schema.validation import Accepted, Rejected, validate_job_submission
from submissions import documents

_ROOT = Path(__file__).resolve().parents[3]
SCHEMA = load_schema((_ROOT / "Schemas" / "job-inputs.yaml").read_text())
FORM: Any = render_form(SCHEMA)
CHECKER = Draft202012Validator(FORM["jsonSchema"])
GOOD: dict[str, Any] = {
    "vm_name": "web-01",
    "image_name": "Windows Server 2022",
    "gb_ram": 8,
    "cpu_cores": 4,
    "guest_la_uid": "Administrator",
    "guest_la_pw": "Secret-123",
}
LINUX = {"image_name": "ubuntu 24.04"}
STATIC: dict[str, Any] = {
    "guest_v4_ipaddr": "192.168.1.10",
    "guest_v4_cidrprefix": 24,
    "guest_v4_defaultgw": "192.168.1.1",
    "guest_v4_dns1": "192.168.1.2",
}
DOMAIN = {"guest_domain_jointarget": "example.com", "guest_domain_joinuid": "svc", "guest_domain_joinpw": "x"}
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ9mNn4VJ0C8d3mJ3lqf3YpB3H2cL0P3l2c8JmVtE9Xk"
BETWEEN_FIELDS = {
    "not_a_host",
    "outside_subnet",
    "own_address",
    "netbios",
    "digits_only",
    "account_length",
    "same_as_computer",
    "reserved_name",
    "not_a_domain",
    "join_account",
    "ssh_key_missing",
    "ssh_key",
    "kvp_budget",
    "no_cluster",
}


def _validator_accepts(submission: dict[str, Any]) -> bool:
    """Return whether the validator accepts a form's values, rules between fields apart."""
    secrets = {name: value for name, value in submission.items() if name in SCHEMA.secret_ids}
    for name, value in secrets.items():
        definition = SCHEMA.field(name)
        assert definition is not None
        if not isinstance(value, str) or values.check_secret(definition, value) is not None:
            return False
    plain = {name: value for name, value in submission.items() if name not in secrets}
    match validate_job_submission(SCHEMA, plain, secrets=tuple(secrets), strict=True):
        case Rejected(errors=errors):
            return all(error.code in BETWEEN_FIELDS for error in errors)
        case Accepted():
            return True


def _with(**changes: Any) -> dict[str, Any]:
    return {name: value for name, value in {**GOOD, **changes}.items() if value is not None}


def test_the_schema_is_valid_draft_2020_12() -> None:
    Draft202012Validator.check_schema(FORM["jsonSchema"])


@pytest.mark.parametrize(
    "submission",
    [
        _with(),
        _with(**LINUX),
        _with(image_name="Haiku", os_family="linux"),
        _with(image_name="Windows", os_family="linux", guest_domain_jointarget="example.com"),
        _with(**STATIC, guest_v4_dns2="192.168.1.3", guest_net_dnssuffix="Example.com."),
        _with(**DOMAIN, guest_domain_joinou="OU=x,DC=y"),
        _with(**LINUX, cnf_ansible_ssh_user="ansible", cnf_ansible_ssh_key=KEY),
        _with(cnf_ansible_ssh_user="ansible"),
        _with(vlan_id=0, vm_clustered=True),
    ],
)
def test_form_and_validator_accept_a_valid_submission(submission: dict[str, Any]) -> None:
    assert [error.message for error in CHECKER.iter_errors(submission)] == []
    assert _validator_accepts(submission)


@pytest.mark.parametrize(
    "submission",
    [
        _with(vm_name=None),
        _with(guest_la_pw=None),
        _with(guest_la_pw="short"),
        _with(guest_la_pw="Secret-123\nmore"),
        _with(vm_name="bad name"),
        _with(image_name="Haiku"),
        _with(image_name="My Windows"),
        _with(gb_ram="8"),
        _with(gb_ram=0),
        _with(gb_ram=True),
        _with(vlan_id=4095),
        _with(vm_clustered="yes"),
        _with(os_family="solaris"),
        _with(vlan=3),
        _with(**{**STATIC, "guest_v4_ipaddr": "300.1.1.1"}),
        _with(**{**STATIC, "guest_v4_dns1": "10.0.0.01"}),
        _with(guest_v4_ipaddr="10.0.0.5"),
        _with(guest_v4_dns2="10.0.0.5"),
        _with(guest_domain_jointarget="example.com"),
        _with(guest_domain_joinpw="x"),
        _with(guest_domain_joinou="OU=x"),
        _with(**{**DOMAIN, "guest_domain_jointarget": "-example"}),
        _with(**LINUX, cnf_ansible_ssh_key=KEY),
        _with(**LINUX, cnf_ansible_ssh_user="a", cnf_ansible_ssh_key="ssh-BEGIN PRIVATE KEY"),
    ],
)
def test_form_and_validator_refuse_an_invalid_submission(submission: dict[str, Any]) -> None:
    assert not CHECKER.is_valid(submission)
    assert not _validator_accepts(submission)


_POOL = st.one_of(
    st.booleans(),
    st.integers(-2, 5000),
    st.text(alphabet="aA1-_.:/\\=' ", max_size=20).filter(lambda text: text == text.strip()),
    st.sampled_from(["10.0.0.1", "10.0.0.255", "example.com", "OU=x,DC=y", "windows", "linux", "Ubuntu", "Rocky", KEY]),
)


@given(
    base=st.sampled_from([GOOD, {**GOOD, **LINUX}, {**GOOD, **STATIC}, {**GOOD, **DOMAIN}]),
    changes=st.dictionaries(st.sampled_from([*(field.id for field in SCHEMA.fields), "unknown"]), _POOL, max_size=4),
    left_out=st.sets(st.sampled_from([field.id for field in SCHEMA.fields]), max_size=3),
)
def test_form_and_validator_agree(base: dict[str, Any], changes: dict[str, Any], left_out: set[str]) -> None:
    submission = {name: value for name, value in {**base, **changes}.items() if name not in left_out}
    assert CHECKER.is_valid(submission) == _validator_accepts(submission)


def test_secrets_are_write_only_without_a_value() -> None:
    for definition in SCHEMA.fields:
        node = FORM["jsonSchema"]["properties"][definition.id]
        assert node.get("writeOnly", False) == definition.is_secret
        if definition.is_secret:
            assert not {"default", "examples"} & set(node)


def test_every_field_is_shown_once() -> None:
    shown = [field for group in FORM["ui"]["groups"] for field in group["fields"]]
    assert sorted(field["id"] for field in shown) == sorted(field.id for field in SCHEMA.fields)
    widgets = {field["id"]: field["widget"] for field in shown}
    assert widgets["guest_la_pw"] == "password"
    assert widgets["os_family"] == "select"
    assert widgets["cnf_ansible_ssh_key"] == "textarea"
    assert {widgets[field.id] for field in SCHEMA.fields if field.type is FieldType.BOOLEAN} == {"checkbox"}


def test_fields_of_a_group_come_in_their_order() -> None:
    for group in FORM["ui"]["groups"]:
        orders = [field.order for shown in group["fields"] if (field := SCHEMA.field(shown["id"]))]
        assert orders == sorted(orders)


def test_sets_of_one_family_are_shown_for_it_alone() -> None:
    sets = {one["id"]: one["visibleWhen"] for one in FORM["ui"]["parameterSets"]}
    assert sets["domain-join"] == {"os_family": ["windows"]}
    assert sets["static-ipv4"] is None


def test_patterns_have_no_syntax_of_python_alone() -> None:
    text = json.dumps(FORM["jsonSchema"])
    assert not [python_only for python_only in ("(?P", "(?i", "\\\\A", "\\\\Z") if python_only in text]


def test_every_example_of_the_schema_is_shown() -> None:
    properties = FORM["jsonSchema"]["properties"]
    examples = {one.id: [one.example] for one in SCHEMA.fields if one.example is not None}
    assert {name: node["examples"] for name, node in properties.items() if "examples" in node} == examples


# --- each key of the document, for fields made for it ------------------------------------------------------------------

WINDOWS_ONLY = {"applicability": {"os_family": ["windows"]}}
LINUX_ONLY = {"applicability": {"os_family": ["linux"]}}


def _property(**keys: Any) -> dict[str, Any]:
    """Return the JSON Schema of one field, without its title and description."""
    node: Any = json_schema(documents.schema(documents.field(**keys)))["properties"]
    found: dict[str, Any] = dict(node["extra"])
    assert (found.pop("title"), found.pop("description")) == ("extra", "A field.")
    return found


@pytest.mark.parametrize(
    ("keys", "node"),
    [
        ({"validations": {"min_length": 2, "max_length": 9, "pattern": "^a*$"}},
         {"type": "string", "minLength": 2, "maxLength": 9, "pattern": "^a*$"}),
        ({"validations": {"enum": ["a", "b"]}}, {"type": "string", "enum": ["a", "b"]}),
        ({"type": "integer", "validations": {"minimum": 0, "maximum": 9}, "default": 0, "example": 1},
         {"type": "integer", "minimum": 0, "maximum": 9, "default": 0, "examples": [1]}),
        ({"type": "boolean", "default": False, "example": False},
         {"type": "boolean", "default": False, "examples": [False]}),
        ({"type": "secret"}, {"type": "string", "writeOnly": True, "maxLength": 9, "pattern": r"^[^\x00-\x1f]*$"}),
        ({"type": "secret", **LINUX_ONLY},
         {"type": "string", "writeOnly": True, "maxLength": 9, "pattern": r"^[^\x00-\x1f]*$"}),
        ({"type": "ipv4"}, {"type": "string", "format": "ipv4", "maxLength": 15, "pattern": patterns.IPV4}),
        ({"type": "hostname"}, {"type": "string", "maxLength": 253, "pattern": patterns.HOSTNAME}),
        ({"type": "multiline"}, {"type": "string", "maxLength": 9, "not": {"pattern": "PRIVATE KEY"}}),
        ({"validations": {"min_length": 2, "max_length": 9}, **LINUX_ONLY}, {"type": "string", "maxLength": 9}),
        ({"type": "boolean", **LINUX_ONLY}, {"type": "boolean"}),
        ({"type": "integer", "validations": {"minimum": 0, "maximum": 9}, **LINUX_ONLY}, {"type": "integer"}),
    ],
)  # fmt: skip
def test_a_fields_schema_has_its_type_and_its_unconditional_limits(keys: dict[str, Any], node: dict[str, Any]) -> None:
    assert _property(**keys) == node


_FAMILIES = documents.schema(
    {"id": "w", "validations": {"min_length": 3, "max_length": 9}, **WINDOWS_ONLY},
    {"id": "l", "validations": {"enum": ["a"]}, **LINUX_ONLY},
    {"id": "lw", "type": "secret", "validations": {"min_length": 3, "max_length": 9}, **LINUX_ONLY},
    *({"id": name} for name in "abcd"),
    *({"id": name, **LINUX_ONLY} for name in ("x", "z")),
    sets=[
        {"id": "all", "mode": "all-or-none", "members": ["a", "b"]},
        {"id": "needs", "mode": "requires", "members": ["c"], "requires": ["d"]},
        {"id": "linux", "mode": "all-or-none", "members": ["x", "z"]},
    ],
)
_FAMILY_CHECKER = Draft202012Validator(json_schema(_FAMILIES))


@pytest.mark.parametrize(
    ("given", "good"),
    [
        ({"image_name": "Windows"}, True),
        ({"image_name": "  wINDOWS 11"}, True),
        ({"image_name": "My Windows"}, False),
        ({"image_name": "Haiku", "os_family": "linux"}, True),
        ({"image_name": "Haiku"}, False),
        # A limit counts for the families that the field applies to.
        ({"image_name": "Windows", "w": "abc"}, True),
        ({"image_name": "Windows", "w": "ab"}, False),
        ({"image_name": "Ubuntu", "w": "ab"}, True),
        ({"image_name": "Ubuntu", "os_family": "windows", "w": "ab"}, False),
        ({"image_name": "Windows", "os_family": "linux", "w": "ab"}, True),
        ({"image_name": "Ubuntu", "l": "b"}, False),
        ({"image_name": "Windows", "l": "b"}, True),
        ({"image_name": "Windows", "lw": "ab"}, False),
        # Sets.
        ({"image_name": "Windows", "a": "x"}, False),
        ({"image_name": "Windows", "b": "x"}, False),
        ({"image_name": "Windows", "a": "x", "b": "x"}, True),
        ({"image_name": "Windows", "c": "x"}, False),
        ({"image_name": "Windows", "c": "x", "d": "x"}, True),
        ({"image_name": "Windows", "d": "x"}, True),
        ({"image_name": "Ubuntu", "x": "1"}, False),
        ({"image_name": "Ubuntu", "x": "1", "z": "1"}, True),
        ({"image_name": "Windows", "x": "1"}, True),
        ({"image_name": "Windows", "novel": "1"}, False),
    ],
)
def test_what_depends_on_the_family_or_on_other_fields_is_decided_by_rules(given: dict[str, Any], good: bool) -> None:
    whole = {"vm_name": "a", "gb_ram": 1, "cpu_cores": 1, **given}
    assert _FAMILY_CHECKER.is_valid(whole) is good


def test_the_fields_that_are_required_are_listed() -> None:
    assert json_schema(_FAMILIES)["required"] == ["vm_name", "image_name", "gb_ram", "cpu_cores"]


@pytest.mark.parametrize(
    ("keys", "shown"),
    [
        ({}, "text"),
        ({"type": "secret"}, "password"),
        ({"type": "integer", "validations": {"minimum": 0, "maximum": 1}}, "number"),
        ({"type": "boolean"}, "checkbox"),
        ({"type": "ipv4"}, "text"),
        ({"type": "hostname"}, "text"),
        ({"type": "multiline"}, "textarea"),
        ({"validations": {"enum": ["a"]}}, "select"),
    ],
)
def test_a_field_is_shown_with_the_widget_of_its_type(keys: dict[str, Any], shown: str) -> None:
    assert widget(documents.definition(**keys)) == shown


@pytest.mark.parametrize(
    ("keys", "hints"),
    [
        ({}, {"required": False, "secret": False, "immutable": False, "visibleWhen": None, "hint": ""}),
        ({"required": True}, {"required": True}),
        ({"type": "secret"}, {"secret": True}),
        ({"immutable": True, "hint": "h"}, {"immutable": True, "hint": "h"}),
        (LINUX_ONLY, {"visibleWhen": {"os_family": ["linux"]}}),
        ({"applicability": {"os_family": ["windows", "linux"]}}, {"visibleWhen": None}),
    ],
)
def test_a_fields_hints_say_how_it_is_shown(keys: dict[str, Any], hints: dict[str, Any]) -> None:
    form: Any = render_form(documents.schema(documents.field(**keys)))
    (group,) = form["ui"]["groups"]
    (shown,) = (field for field in group["fields"] if field["id"] == "extra")
    assert {key: shown[key] for key in hints} == hints


def test_the_form_names_its_schema_and_how_the_family_is_inferred() -> None:
    form: Any = render_form(_FAMILIES)
    assert form["schema"]["version"] == 1
    assert form["ui"]["osFamily"]["caseSensitive"] is False
    assert {"prefix": "ubuntu", "family": "linux"} in form["ui"]["osFamily"]["prefixes"]
    assert [(one["id"], one["visibleWhen"]) for one in form["ui"]["parameterSets"]] == [
        ("all", None),
        ("needs", None),
        ("linux", {"os_family": ["linux"]}),
    ]
