"""An invalid schema file is refused with the line, the place and the remedy of each mistake."""

from __future__ import annotations

from pathlib import Path

import pytest

from hyperv_operator.errors import SchemaFileError
from hyperv_operator.schema import patterns
from hyperv_operator.schema.loader import load_schema

TEXT = (Path(__file__).resolve().parents[3] / "Schemas" / "job-inputs.yaml").read_text()


def _problems(text: str) -> list[tuple[int, str, str]]:
    with pytest.raises(SchemaFileError) as caught:
        load_schema(text, "job-inputs.yaml")
    assert caught.value.message.startswith("job-inputs.yaml cannot be used: line ")
    return [(one.line, one.place, one.message) for one in caught.value.problems]


def _line_of(text: str, part: str) -> int:
    return text[: text.index(part)].count("\n") + 1


@pytest.mark.parametrize(
    ("old", "new", "place", "remedy"),
    [
        ("required: true", "required: yes please", "fields.vm_name.required", "must be true or false"),
        ("order: 10", "order: '10'", "fields.vm_name.order", "whole number, without quotes"),
        ("type: ipv4", "type: ipv5", "fields.guest_v4_ipaddr.type", "should be 'string'"),
        ("label: VM name", "label: 5", "fields.vm_name.label", "put it in quotes"),
        ("hint: At most 15", "hnt: At most 15", "fields.vm_name.hnt", "correct its spelling"),
        ("minimum: 1, maximum: 12288", "minimum: 9, maximum: 2", "fields.gb_ram.validations", "minimum is greater"),
        ("{minimum: 1, maximum: 2048}", "{minimum: 1}", "fields.cpu_cores", "needs both minimum and maximum"),
        ("{min_length: 8, max_length: 127}", "{min_length: 8}", "fields.guest_la_pw", "needs max_length"),
        ("example: 8", "example: 0", "fields.gb_ram.example", "must be from 1 to 12288"),
        ("default: 0", "default: 5000", "fields.vlan_id.default", "must be from 0 to 4094"),
        ("default: 0", "default: none", "fields.vlan_id.default", "must be a whole number"),
        ("group: identity", "group: nowhere", "fields.vm_name.group", "add it under groups"),
        ("order: 20", "order: 10", "fields.image_name.order", "give each its own"),
        ("- id: gb_ram", "- id: gb_rom", "fields", "needs a field gb_ram of type integer"),
        ("- id: cpu_cores", "- id: gb_ram", "fields.gb_ram.id", "defined twice"),
        ("- id: guest_v4_dns2", "- id: in", "fields.in", "rules reserve"),
        ("- id: guest_v4_dns2", "- id: Dns2", "fields.Dns2.id", "lower-case letter"),
        ("enum: [windows, linux]", "enum: [windows, linux, bsd]", "fields.os_family", "must have the enum"),
        ("enum: [windows, linux]", "enum: [windows, Linux]", "fields.os_family.validations", "lower case"),
        ("maximum: 30", "maximum: 31", "fields.guest_v4_cidrprefix", "1 to 30"),
        ("members: [guest_domain_joinou]", "members: [guest_domain_ou]", "parameter_sets.domain-ou", "guest_domain_ou"),
        (
            "members: [guest_domain_joinou]",
            "members: [guest_domain_joinou, vlan_id]",
            "parameter_sets.domain-ou",
            "split",
        ),
        ("requires: [guest_domain_jointarget]", "requires: []", "parameter_sets.domain-ou", "goes with mode requires"),
        (
            "requires: [guest_v4_ipaddr]",
            "requires: [guest_domain_joinou]",
            "parameter_sets.second-dns",
            "does not apply",
        ),
        ("mode: requires", "mode: needs", "parameter_sets.second-dns.mode", "should be 'all-or-none'"),
        ("id: vm-provisioning", "id: vm-building", "id", "vm-provisioning"),
        ("version: 1\n", "version: 0\n", "version", "greater than or equal to 1"),
        ("version: 1\n", "version: 2026-01-01\n", "version", "must be a whole number"),
        ("order: 10", "order: 010", "fields.vm_name.order", "octal"),
        ("version: 1\n", "version: 1\nversion: 2\n", "version", "there twice"),
    ],
)
def test_each_mistake_is_reported_with_line_place_and_remedy(old: str, new: str, place: str, remedy: str) -> None:
    broken = TEXT.replace(old, new, 1)
    found = _problems(broken)
    assert any(where == place and remedy in message for _, where, message in found), found
    line = next(line for line, where, _ in found if where == place)
    # The line is that of the key itself, or of the smallest thing around it that is wrong.
    assert abs(line - _line_of(broken, new.split("\n")[-2] if "\n" in new else new)) <= 12 or place == "fields"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("required: true", "required: y"),
        ("required: true", "required: on"),
        ("minimum: 1, maximum: 12288", "minimum: 1.0, maximum: 12_288"),
        ("minimum: 1, maximum: 12288", "minimum: 0o1, maximum: 0x3000"),
    ],
)
def test_values_are_read_as_in_manifests(old: str, new: str) -> None:
    assert load_schema(TEXT.replace(old, new, 1)) == load_schema(TEXT)


def test_all_mistakes_are_reported_at_once_in_file_order() -> None:
    broken = TEXT.replace("example: 8", "exampl: 8").replace("type: ipv4", "type: ipv5").replace("hint: ", "hnt: ", 1)
    lines = [line for line, _, _ in _problems(broken)]
    assert len(lines) >= 6
    assert lines == sorted(lines)


def test_the_first_document_is_the_schema() -> None:
    assert load_schema(TEXT + "---\nversion: 2\n") == load_schema(TEXT)


def test_a_repeated_key_does_not_hide_other_mistakes() -> None:
    found = _problems(TEXT.replace("version: 1\n", "version: 1\nversion: 1\n", 1).replace("example: 8", "exampl: 8"))
    assert [place for _, place, _ in found] == ["version", "fields.gb_ram.exampl"]


def test_a_value_that_cannot_be_read_is_the_only_mistake_reported() -> None:
    assert [message for _, _, message in _problems("version: .inf\n")] == [
        "JSON has no such number; put it in quotes if it is meant as text"
    ]


def test_an_empty_file_is_wrong_from_its_first_line() -> None:
    assert _problems("")[0][:2] == (1, "")


def test_a_default_has_the_type_of_its_field() -> None:
    ((_, place, message),) = _problems(TEXT.replace("default: 0", "default: '0'", 1))
    assert (place, "must be a whole number" in message) == ("fields.vlan_id.default", True)


def test_the_error_says_line_place_and_mistake() -> None:
    with pytest.raises(SchemaFileError) as caught:
        load_schema(TEXT.replace("version: 1\n", "version: 0\n", 1))
    assert ": version: it should be greater than or equal to 1." in caught.value.message
    with pytest.raises(SchemaFileError, match=r"^job-inputs.yaml cannot be used: line 1: the file must be a mapping"):
        load_schema("")


def test_a_field_without_an_id_is_named_by_its_index() -> None:
    places = [place for _, place, _ in _problems(TEXT.replace("- id: vm_name", "- di: vm_name", 1))]
    assert {"fields.0.id", "fields.0.di"} <= set(places)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "must be a mapping"),
        ("- a\n- b\n", "must be a mapping"),
        ("version: [1\nid: x\n", "this is no YAML"),
        ("version: 1\n\tid: x\n", "this is no YAML"),
        ("version: \x01\n", "save it as UTF-8"),
        ("a: &x\n  b: *x\n", "part of"),
        ("version: .inf\n", "JSON has no such number"),
        ("version: !x 1\n", "remove the tag"),
        ("[1, 2]: x\n", "a key must be text"),
    ],
)
def test_a_file_that_is_no_schema_is_refused(text: str, message: str) -> None:
    assert message in _problems(text)[0][2]


@pytest.mark.parametrize(
    ("pattern", "problem"),
    [
        ("^[a-z]+$", None),
        ("^(a|b)$", None),
        (r"^a\|b$", None),
        ("^[^|]+$", None),
        ("[a-z]+", "begin with ^"),
        ("^a|b$", "parentheses"),
        ("^a(?=b)$", "groups that begin with (?"),
        ("^(?i)a$", "groups that begin with (?"),
        (r"^\d+$", "shorthand"),
        (r"^(a)\1$", "back-references"),
        ("^[a-z", "no regular expression"),
        ("^[a-z]", "end with $"),
        ("^[a-z$", "no regular expression"),
        ("^a{,3}$", "repetition"),
        ("^[]a]$", "class that begins"),
        ("^a++$", "possessive"),
        (r"^a\$", "end with $"),
    ],
)
def test_patterns_that_engines_read_differently_are_refused(pattern: str, problem: str | None) -> None:
    told = patterns.problem(pattern)
    assert (told is None) if problem is None else (told is not None and problem in told)
