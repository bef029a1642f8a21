"""What a field, a group and a parameter set may be on their own: each limit at its edge and one beyond it."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from pydantic import BaseModel, ValidationError

from hyperv_operator.schema.model import (
    Applicability,
    FieldDefinition,
    FieldType,
    Group,
    JobSchema,
    ParameterSet,
    Validations,
)
from hyperv_operator.schema.os_family import OsFamily, infer_os_family
from hyperv_operator.schema.redaction import redact_job_parameters
from submissions.documents import definition, document, field, schema

SET: dict[str, Any] = {"id": "s", "mode": "all-or-none", "members": ("a", "b"), "message": "m"}
GROUP: dict[str, Any] = {"id": "g", "label": "G"}


def _accepts(model: type[BaseModel], raw: dict[str, Any]) -> bool:
    try:
        model.model_validate_json(json.dumps(raw))
    except ValidationError:
        return False
    return True


def _schema(**changes: Any) -> dict[str, Any]:
    made: dict[str, Any] = yaml.safe_load(document())
    return {**made, **changes}


_FIELDS = [field(id=f"f{number}") for number in range(129)]
LIMITS: list[tuple[type[BaseModel], dict[str, Any], str, Any, Any]] = [
    (Validations, {}, "min_length", 0, -1),
    (Validations, {}, "max_length", 1, 0),
    (Validations, {}, "max_length", 16_384, 16_385),
    (Validations, {}, "minimum", -(2**53), -(2**53) - 1),
    (Validations, {}, "minimum", 2**53, 2**53 + 1),
    (Validations, {}, "maximum", -(2**53), -(2**53) - 1),
    (Validations, {}, "maximum", 2**53, 2**53 + 1),
    (Validations, {}, "minimum", 1, "1"),
    (Validations, {}, "pattern", f"^{'x' * 510}$", f"^{'x' * 511}$"),
    (Validations, {}, "pattern", "^a$", "a"),
    (Validations, {}, "enum", ["x"], []),
    (Validations, {}, "enum", ["x"], [""]),
    (Validations, {}, "enum", ["x" * 128], ["x" * 129]),
    (Validations, {}, "enum", ["a", "b"], ["a", "a"]),
    (Validations, {}, "enum", ["a b"], [" a"]),
    (Validations, {}, "enum", ["a"], ["A"]),
    (Validations, {"minimum": 5}, "maximum", 5, 4),
    (Validations, {"min_length": 5}, "max_length", 5, 4),
    (Applicability, {}, "os_family", ["linux"], []),
    (Applicability, {}, "os_family", ["windows"], ["bsd"]),
    (Group, GROUP, "id", "x" * 63, "x" * 64),
    (Group, GROUP, "id", "a_b1", "A"),
    (Group, GROUP, "label", "x" * 80, "x" * 81),
    (Group, GROUP, "label", "x", ""),
    (FieldDefinition, field(), "id", "x" * 63, "x" * 64),
    (FieldDefinition, field(), "id", "into", "in"),
    (FieldDefinition, field(), "label", "x" * 80, "x" * 81),
    (FieldDefinition, field(), "label", "x", ""),
    (FieldDefinition, field(), "description", "x" * 400, "x" * 401),
    (FieldDefinition, field(), "description", "x", ""),
    (FieldDefinition, field(), "hint", "x" * 400, "x" * 401),
    (FieldDefinition, field(), "required", True, "yes"),
    (FieldDefinition, field(), "order", 1, "1"),
    (ParameterSet, SET, "id", "x" * 63, "x" * 64),
    (ParameterSet, SET, "id", "a-b", "a_b"),
    (ParameterSet, SET, "members", ["a", "b"], []),
    (ParameterSet, SET, "members", ["a", "b"], ["a"]),
    (ParameterSet, SET, "members", ["a", "b"], ["a", "a"]),
    (ParameterSet, {**SET, "mode": "requires", "requires": ["b"]}, "members", ["a"], []),
    (ParameterSet, SET, "requires", [], ["c"]),
    (ParameterSet, SET, "message", "x" * 400, "x" * 401),
    (ParameterSet, SET, "message", "x", ""),
    (ParameterSet, {**SET, "mode": "requires", "members": ["a"]}, "requires", ["b"], []),
    (ParameterSet, {**SET, "mode": "requires", "members": ["a"]}, "requires", ["b"], ["a"]),
    (JobSchema, _schema(), "version", 1, 0),
    (JobSchema, _schema(), "version", 10_000, 10_001),
    (JobSchema, _schema(), "id", "vm-provisioning", "other"),
    (JobSchema, _schema(), "name", "x" * 80, "x" * 81),
    (JobSchema, _schema(), "name", "x", ""),
    (JobSchema, _schema(), "description", "x" * 400, "x" * 401),
    (JobSchema, _schema(), "description", "x", ""),
    (JobSchema, _schema(), "groups", [GROUP], []),
    (JobSchema, _schema(), "fields", _FIELDS[:1], []),
    (JobSchema, _schema(), "fields", _FIELDS[:128], _FIELDS),
]


@pytest.mark.parametrize(
    ("model", "base", "key", "last_good", "first_bad"), LIMITS, ids=[f"{one[0].__name__}.{one[2]}" for one in LIMITS]
)
def test_a_value_outside_of_its_limit_is_refused(
    model: type[BaseModel], base: dict[str, Any], key: str, last_good: Any, first_bad: Any
) -> None:
    assert _accepts(model, {**base, key: last_good})
    assert not _accepts(model, {**base, key: first_bad})


@pytest.mark.parametrize("model", [Validations, Group])
def test_an_unknown_key_is_refused(model: type[BaseModel]) -> None:
    assert not _accepts(model, {**GROUP, "novel": 1})


@pytest.mark.parametrize(
    ("minimum", "maximum"), [(None, 5), (5, None), (None, None)], ids=["only a maximum", "only a minimum", "neither"]
)
def test_limits_may_be_given_alone(minimum: int | None, maximum: int | None) -> None:
    given = {"minimum": minimum, "maximum": maximum, "min_length": minimum, "max_length": maximum}
    assert _accepts(Validations, {key: value for key, value in given.items() if value is not None})


SECRET: dict[str, Any] = {"type": "secret"}
RULES: list[tuple[dict[str, Any], str | None]] = [
    (SECRET, None),
    ({**SECRET, "default": "x"}, "neither default nor example"),
    ({**SECRET, "example": "x"}, "neither default nor example"),
    ({**SECRET, "immutable": True}, "cannot be immutable"),
    ({"immutable": True}, None),
    ({"default": "x", "example": "x"}, None),
    ({"required": True, "default": "x"}, "required field cannot have a default"),
    ({"required": True}, None),
    ({"required": True, "applicability": {"os_family": ["linux"]}}, "cannot have an applicability"),
    ({"applicability": {"os_family": ["linux"]}}, None),
    ({"type": "integer", "validations": {"minimum": 0, "maximum": 0}}, None),
    ({"type": "integer", "validations": {"minimum": 0}}, "needs both minimum and maximum"),
    ({"type": "integer", "validations": {"maximum": 0}}, "needs both minimum and maximum"),
    ({"type": "integer", "validations": {}}, "needs both minimum and maximum"),
    ({"validations": {"max_length": 1, "minimum": 1}}, "minimum and maximum go with type integer"),
    ({"validations": {"max_length": 1, "maximum": 1}}, "minimum and maximum go with type integer"),
    ({"type": "boolean", "validations": {}}, None),
    ({"type": "boolean", "validations": {"min_length": 1}}, "min_length and max_length go with type hostname"),
    ({"type": "boolean", "validations": {"max_length": 1}}, "min_length and max_length go with type hostname"),
    ({"type": "ipv4", "validations": {"max_length": 1}}, "min_length and max_length go with type hostname"),
    ({"type": "hostname", "validations": {"max_length": 9, "min_length": 1}}, None),
    ({"type": "hostname", "validations": {"pattern": "^a$"}}, "pattern go with type multiline, string"),
    ({"type": "secret", "validations": {"max_length": 9, "pattern": "^a$"}}, "pattern go with type"),
    ({"type": "multiline", "validations": {"max_length": 9, "pattern": "^a$"}}, None),
    ({"validations": {"max_length": 9, "pattern": "^a$"}}, None),
    ({"type": "multiline", "validations": {"max_length": 9, "enum": ["a"]}}, "enum go with type string"),
    ({"validations": {"enum": ["a"]}}, None),
    ({"validations": {}}, "needs max_length"),
    ({"type": "secret", "validations": {}}, "needs max_length"),
    ({"type": "multiline", "validations": {}}, "needs max_length"),
    ({"type": "hostname", "validations": {}}, None),
    ({"validations": {"enum": ["a"], "max_length": 9}}, "needs no lengths and no pattern"),
    ({"validations": {"enum": ["a"], "min_length": 1}}, "needs no lengths and no pattern"),
    ({"validations": {"enum": ["a"], "pattern": "^a$"}}, "needs no lengths and no pattern"),
]


@pytest.mark.parametrize(("keys", "message"), RULES)
def test_the_keys_of_a_field_go_together(keys: dict[str, Any], message: str | None) -> None:
    if message is None:
        assert definition(**keys).id == "extra"
    else:
        with pytest.raises(ValidationError, match=message):
            definition(**keys)


@pytest.mark.parametrize(
    ("keys", "length"),
    [
        ({"validations": {"max_length": 5}}, 5),
        ({"validations": {"enum": ["a", "abc", "ab"]}}, 3),
        ({"type": "secret", "validations": {"max_length": 5}}, 5),
        ({"type": "hostname"}, 253),
        ({"type": "hostname", "validations": {"max_length": 5}}, 5),
        ({"type": "ipv4"}, 15),
        ({"type": "boolean"}, None),
        ({"type": "integer", "validations": {"minimum": 0, "maximum": 0}}, None),
    ],
)
def test_the_characters_that_a_value_may_have(keys: dict[str, Any], length: int | None) -> None:
    assert definition(**keys).max_length == length


@pytest.mark.parametrize(("kind", "has"), [("ipv4", True), ("hostname", True), ("boolean", False)])
def test_addresses_and_names_have_the_pattern_of_their_type(kind: str, has: bool) -> None:
    assert (definition(type=kind).pattern is not None) is has


def test_text_has_its_own_pattern() -> None:
    assert definition(validations={"max_length": 5, "pattern": "^a$"}).pattern == "^a$"


def test_a_field_applies_to_every_family_unless_it_says_so() -> None:
    assert definition().families == {OsFamily.WINDOWS, OsFamily.LINUX}
    assert definition().applies_to(OsFamily.LINUX)
    linux = definition(applicability={"os_family": ["linux"]})
    assert linux.families == {OsFamily.LINUX}
    assert (linux.applies_to(OsFamily.LINUX), linux.applies_to(OsFamily.WINDOWS)) == (True, False)


def test_only_a_secret_is_secret() -> None:
    assert [one for one in FieldType if definition(type=one.value, **_limits(one)).is_secret] == [FieldType.SECRET]


def _limits(kind: FieldType) -> dict[str, Any]:
    return {"validations": {"minimum": 0, "maximum": 0}} if kind is FieldType.INTEGER else {}


def test_fields_of_a_group_are_shown_in_their_order() -> None:
    made = schema(
        {"id": "a", "order": 90, "group": "more"}, {"id": "b", "order": 80, "group": "more"}, groups=["all", "more"]
    )
    assert [one.id for one in made.fields_of(made.groups[1])] == ["b", "a"]


def test_a_set_applies_where_its_members_do() -> None:
    linux = {"applicability": {"os_family": ["linux"]}}
    sets = [{"id": "s", "mode": "all-or-none", "members": ["a", "b"]}]
    made = schema({"id": "a", **linux}, {"id": "b", **linux}, sets=sets)
    assert made.families_of(made.parameter_sets[0]) == {OsFamily.LINUX}


def test_the_secret_fields_are_known_by_their_ids() -> None:
    assert schema({"id": "a", **SECRET}, {"id": "b"}).secret_ids == {"a"}


def test_secret_and_unknown_values_are_redacted() -> None:
    made = schema({"id": "a", **SECRET}, {"id": "b"})
    assert redact_job_parameters(made, {"a": "x", "b": "y", "novel": "z"}) == {
        "a": "(redacted)",
        "b": "y",
        "novel": "(redacted)",
    }


@pytest.mark.parametrize(
    ("image", "family"),
    [
        ("Windows Server 2022", OsFamily.WINDOWS),
        ("microsoft windows 11", OsFamily.WINDOWS),
        *((name, OsFamily.LINUX) for name in (
            "Ubuntu 24.04", "RHEL 9", "CentOS", "Rocky Linux 9", "AlmaLinux 9", "Oracle Linux 9", "Debian", "SUSE",
            "openSUSE Leap", "Fedora",
        )),
        ("  ubuntu", OsFamily.LINUX),
        ("My Ubuntu", None),
        ("\u017fuse", None),
        ("", None),
    ],
)  # fmt: skip
def test_the_beginning_of_an_images_name_implies_the_family(image: str, family: OsFamily | None) -> None:
    assert infer_os_family(image) is family
