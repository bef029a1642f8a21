"""Names with a meaning in Windows, Linux or this product are refused before anything is made with them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from hyperv_operator.api import expressions
from hyperv_operator.schema import reserved_names
from hyperv_operator.schema.loader import load_schema
from hyperv_operator.schema.validation import Rejected, validate_job_submission

SCHEMA = load_schema((Path(__file__).resolve().parents[3] / "Schemas" / "job-inputs.yaml").read_text())
_GOOD: dict[str, Any] = {"vm_name": "web01", "image_name": "golden", "gb_ram": 4, "cpu_cores": 2, "guest_la_uid": "ops"}
_MORE: dict[str, Any] = {
    "guest_domain_jointarget": "example.com",
    "guest_domain_joinuid": "svc",
    "cnf_ansible_ssh_user": "ansible",
    "cnf_ansible_ssh_key": "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ9mNn4VJ0C8d3mJ3lqf3YpB3H2cL0P3l2c8JmVtE9Xk",
    "guest_v4_ipaddr": "10.0.0.2",
    "guest_v4_cidrprefix": 24,
    "guest_v4_defaultgw": "10.0.0.1",
    "guest_v4_dns1": "10.0.0.1",
    "guest_net_dnssuffix": "example.com",
}
BOTH, WINDOWS, LINUX = ("windows", "linux"), ("windows",), ("linux",)

REFUSED: list[tuple[str, tuple[str, ...], str]] = [
    (
        "image_name",
        BOTH,
        ". .. ... NUL con Con.ubuntu AUX prn com1 COM9 lpt1 lpt\u00b2 nul.iso golden.vhdx Golden.VHD g.avhdx",
    ),
    ("vm_name", BOTH, "localhost LocalHost LOCALHOST nul CON aux prn com1 LPT9"),
    ("vm_name", WINDOWS, "proxy SYSTEM network Users builtin null"),
    (
        "guest_la_uid",
        WINDOWS,
        "Guest GUESTS Administrators Users SYSTEM DefaultAccount WDAGUtilityAccount IIS_IUSRS None admin. a.b.",
    ),
    (
        "guest_la_uid",
        LINUX,
        "Defaults ALL User_Alias Runas_Alias Host_Alias Cmnd_Alias Cmd_Alias daemon nobody sshd systemd-network _apt",
    ),
    ("cnf_ansible_ssh_user", LINUX, "daemon nobody sync sshd systemd-resolve"),
    ("guest_domain_jointarget", WINDOWS, "10.0.0.1 10.0.0.1. 1 a.1"),
    ("guest_net_dnssuffix", BOTH, "10.0.0.1 1 a.1"),
    ("guest_domain_joinuid", WINDOWS, r".\svc \svc DOM\ svc@ @example.com a\b\c a\b@c a@b@c"),
]
ACCEPTED: list[tuple[str, tuple[str, ...], str]] = [
    ("image_name", BOTH, ".hidden ..x Windows. console con1 xcon com10 lpt nulls a.con vhdx a.vhdx.2 my-vhdx"),
    ("vm_name", BOTH, "localhost1 my-localhost con1 com10 nul-1 hvo hvo-1 hvo-web"),
    ("vm_name", LINUX, "proxy system network users"),
    ("guest_la_uid", BOTH, "ops admin guest1 systems all-of-us a.b"),
    ("guest_la_uid", WINDOWS, "Administrator root daemon Defaults"),
    ("guest_la_uid", LINUX, "root Administrator Guest defaults all admin1 daemons systemd ansible"),
    ("cnf_ansible_ssh_user", LINUX, "root ansible daemon2 admin"),
    ("guest_domain_jointarget", WINDOWS, "example.com corp 1a.example 10.example x1"),
    ("guest_net_dnssuffix", BOTH, "example.com 1.example x1"),
    ("guest_domain_joinuid", WINDOWS, r"svc DOM\svc svc@example.com svc.join"),
]


def _errors(field: str, family: str, value: str) -> list[tuple[str, str]]:
    submission = {**_GOOD, **_MORE, "os_family": family, field: value}
    secrets = ["guest_la_pw", "guest_domain_joinpw"]
    result = validate_job_submission(SCHEMA, submission, secrets=secrets, strict=True)
    return [(one.field, one.code) for one in result.errors] if isinstance(result, Rejected) else []


def _cases(table: list[tuple[str, tuple[str, ...], str]]) -> list[tuple[str, str, str]]:
    return [
        (field, family, value) for field, families, words in table for family in families for value in words.split()
    ]


@pytest.mark.parametrize(("field", "family", "value"), _cases(REFUSED))
def test_a_name_with_a_meaning_is_refused(field: str, family: str, value: str) -> None:
    found = _errors(field, family, value)
    assert [name for name, _ in found] == [field]
    assert found[0][1] in {"reserved_name", "not_a_domain", "join_account"}


@pytest.mark.parametrize(("field", "family", "value"), _cases(ACCEPTED))
def test_a_name_that_only_looks_like_one_is_accepted(field: str, family: str, value: str) -> None:
    assert _errors(field, family, value) == []


@pytest.mark.parametrize(
    "name", ["hvo-3f0c6f0e-8f0b-4a3e-9b86-0d6f6a7a1c11", "HVO-3F0C6F0E-8F0B-4A3E-9B86-0D6F6A7A1C11"]
)
def test_the_name_of_a_vm_that_is_being_made_is_refused(name: str) -> None:
    assert _errors("vm_name", "linux", name) == [("vm_name", "reserved_name")]
    assert _errors("vm_name", "linux", name[:-1]) == []


def test_with_an_unknown_family_only_the_rules_about_all_count() -> None:
    submission = {**_GOOD, "vm_name": "proxy", "guest_la_uid": "daemon", "image_name": ".."}
    result = validate_job_submission(SCHEMA, submission, secrets=["guest_la_pw"], strict=True)
    assert isinstance(result, Rejected)
    assert [(one.field, one.code) for one in result.errors] == [
        ("image_name", "reserved_name"),
        ("os_family", "unknown_family"),
    ]


def test_every_rule_refuses_something_in_the_tables() -> None:
    values = {(field, value) for field, _, value in _cases(REFUSED)}
    values.add(("vm_name", "hvo-3f0c6f0e-8f0b-4a3e-9b86-0d6f6a7a1c11"))
    for rule in reserved_names.RULES:
        assert any(
            field == rule.field and expressions.matches_whole(rule.refused, rule.text(value)) for field, value in values
        ), rule.message
