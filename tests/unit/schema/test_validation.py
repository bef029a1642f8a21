"""Submissions: every rule of the schema, everything at once, and idempotence."""

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
from hyperv_operator.schema.validation import Accepted, Rejected, validate_job_submission

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


def test_all_mistakes_are_told_at_once() -> None:
    assert set(_errors({"gb_ram": 0, "cpu_cores": "x", "vlan_id": -1}, ())) == {
        "gb_ram",
        "cpu_cores",
        "vlan_id",
        "guest_la_pw",
    }


def test_what_does_not_apply_is_dropped_with_a_warning() -> None:
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
def test_validation_never_fails_and_its_own_output_passes_unchanged(changes: dict[str, Any], strict: bool) -> None:
    first = validate_job_submission(SCHEMA, {**GOOD, **STATIC, **changes}, secrets=SECRETS, strict=strict)
    if isinstance(first, Accepted):
        again = validate_job_submission(SCHEMA, first.fields, secrets=first.secret_fields, strict=True)
        assert again == Accepted(first.fields, first.secret_fields, ())


def test_forms_are_cast_and_trimmed_and_empty_inputs_are_left_out() -> None:
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


def test_what_does_not_apply_is_dropped_whatever_its_value_and_before_sets_are_checked() -> None:
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


def test_the_size_of_the_guests_data_is_counted_as_it_is_sealed() -> None:
    key = SCHEMA.by_id["cnf_ansible_ssh_key"]
    longer = key.model_copy(update={"validations": key.validations.model_copy(update={"max_length": 60_000})})
    schema = JobSchema.model_construct(
        **{**dict(SCHEMA), "fields": tuple(longer if one is key else one for one in SCHEMA.fields)}
    )
    values = {**GOOD, "image_name": "Ubuntu 24.04", "cnf_ansible_ssh_user": "ops"}

    def submit(length: int) -> Accepted | Rejected:
        text = "ssh-rsa " + 'é"' * (length // 3)
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
