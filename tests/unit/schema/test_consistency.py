"""What must hold between the parts of a schema; each rule is broken once."""

from __future__ import annotations

from typing import Any

import pytest

from hyperv_operator.errors import SchemaFileError
from hyperv_operator.schema.loader import load_schema
from submissions.documents import document, schema

PREFIX = {"id": "guest_v4_cidrprefix", "type": "integer"}
OTHERS: tuple[dict[str, Any], ...] = (
    {"id": "a"},
    {"id": "b"},
    {"id": "w", "applicability": {"os_family": ["windows"]}},
    {"id": "l", "applicability": {"os_family": ["linux"]}},
    {"id": "d", "default": "x"},
    {"id": "r", "required": True},
)


def _problems(text: str) -> list[tuple[str, str]]:
    try:
        load_schema(text)
    except SchemaFileError as error:
        return [(problem.place, problem.message) for problem in error.problems]
    return []


def _only(text: str, place: str, message: str) -> None:
    problems = _problems(text)
    assert [one for one, _ in problems] == [place], problems
    assert message in problems[0][1]


def test_a_schema_in_order_has_no_problem() -> None:
    assert schema(*OTHERS).field("a") is not None


def test_an_id_is_defined_once() -> None:
    _only(document({"id": "a"}, {"id": "a"}), "fields.a.id", "defined twice under fields")
    _only(document(groups=["all", "more", "all"]), "groups.all.id", "defined twice under groups")
    one = {"id": "s", "mode": "all-or-none", "members": ["a", "b"]}
    _only(document(*OTHERS, sets=[one, one]), "parameter_sets.s.id", "defined twice under parameter_sets")


def test_each_repetition_is_named_and_no_other_field() -> None:
    assert [place for place, _ in _problems(document({"id": "a"}, {"id": "a"}, {"id": "b"}, {"id": "a"}))] == [
        "fields.a.id",
        "fields.a.id",
    ]


def test_the_group_of_a_field_exists() -> None:
    _only(document({"id": "a", "group": "more"}), "fields.a.group", "there is no group more")
    assert _problems(document({"id": "a", "group": "more"}, groups=["all", "more"])) == []


def test_fields_of_a_group_have_an_order_each() -> None:
    fields = [{"id": "a", "order": 50}, {"id": "b", "order": 50}]
    _only(document(*fields), "fields.b.order", "another field of group all has order 50")
    assert _problems(document(fields[0], {**fields[1], "group": "more"}, groups=["all", "more"])) == []


NEEDED = {
    "vm_name": "string",
    "image_name": "string",
    "os_family": "string",
    "gb_ram": "integer",
    "cpu_cores": "integer",
}
OPTIONAL = {
    "guest_la_uid": "string",
    "guest_v4_ipaddr": "ipv4",
    "guest_v4_cidrprefix": "integer",
    "guest_v4_defaultgw": "ipv4",
    "guest_v4_dns1": "ipv4",
    "guest_v4_dns2": "ipv4",
    "vlan_id": "integer",
    "vm_clustered": "boolean",
}
_LIMITS = {"string": {"max_length": 9}, "integer": {"minimum": 1, "maximum": 30}}


@pytest.mark.parametrize("name", NEEDED)
def test_the_fields_that_the_operator_needs_are_there(name: str) -> None:
    text = document().replace(f"id: {name}\n", "id: extra\n")
    _only(text, "fields", f"needs a field {name} of type {NEEDED[name]}")


@pytest.mark.parametrize(("name", "kind"), [*NEEDED.items(), *OPTIONAL.items()])
def test_a_field_that_rules_use_has_the_expected_type_and_applies_to_all_families(name: str, kind: str) -> None:
    enum = {"enum": ["windows", "linux"]} if name == "os_family" else _LIMITS.get(kind, {})
    good = {"id": name, "type": kind, "validations": enum}
    assert _problems(document(good)) == []
    _only(document({**good, "applicability": {"os_family": ["linux"]}}), f"fields.{name}", "without applicability")
    other = {"type": "hostname", "validations": {}}
    problems = _problems(document({**good, **other}))
    assert problems[0][0] == f"fields.{name}"
    assert f"must be of type {kind}" in problems[0][1]


@pytest.mark.parametrize("words", [["windows"], ["linux"], ["bsd", "linux", "windows"], None])
def test_the_values_of_os_family_are_the_families(words: list[str] | None) -> None:
    limits = {"enum": words} if words else {"max_length": 9}
    _only(
        document({"id": "os_family", "validations": limits}), "fields.os_family", "must have the enum [windows, linux]"
    )


@pytest.mark.parametrize(
    ("low", "high", "good"), [(1, 30, True), (0, 30, False), (1, 31, False), (30, 30, True), (0, 31, False)]
)
def test_a_prefix_length_is_from_1_to_30(low: int, high: int, good: bool) -> None:
    text = document({**PREFIX, "validations": {"minimum": low, "maximum": high}})
    if good:
        assert _problems(text) == []
    else:
        _only(text, "fields.guest_v4_cidrprefix", "must stay within 1 to 30")


def _set(**keys: Any) -> str:
    return document(*OTHERS, sets=[{"id": "s", "mode": "all-or-none", **keys}])


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"members": ["a", "b"]}, None),
        ({"members": ["a", "novel"]}, "names fields that do not exist: novel"),
        ({"members": ["a", "w"]}, "the same applicability"),
        ({"members": ["w", "l"]}, "the same applicability"),
        ({"members": ["a", "d"]}, "its member d has a default"),
        ({"members": ["a", "r"]}, "its member r is required"),
        ({"mode": "requires", "members": ["r"], "requires": ["a"]}, None),
        ({"mode": "requires", "members": ["d"], "requires": ["a"]}, "its member d has a default"),
        ({"mode": "requires", "members": ["a"], "requires": ["d"]}, None),
        ({"mode": "requires", "members": ["a"], "requires": ["novel"]}, "names fields that do not exist: novel"),
        ({"mode": "requires", "members": ["a"], "requires": ["w"]}, "does not apply where its members do"),
        ({"mode": "requires", "members": ["w"], "requires": ["a"]}, None),
        ({"mode": "requires", "members": ["w"], "requires": ["l"]}, "does not apply where its members do"),
        ({"mode": "requires", "members": ["a"], "requires": ["b", "w"]}, "does not apply where its members do"),
    ],
)
def test_the_members_of_a_set_can_be_given_together(keys: dict[str, Any], message: str | None) -> None:
    if message is None:
        assert _problems(_set(**keys)) == []
    else:
        _only(_set(**keys), "parameter_sets.s", message)


def test_unknown_members_are_named_in_order() -> None:
    assert "exist: x, z;" in _problems(_set(members=["z", "x"]))[0][1]
