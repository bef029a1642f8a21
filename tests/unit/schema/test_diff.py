"""Changes of the schema: which are compatible with existing manifests, and which need a new version."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from hyperv_operator.schema.diff import Change, compare, needs_new_version
from hyperv_operator.schema.loader import load_schema
from hyperv_operator.schema.model import JobSchema
from submissions import documents

_SCHEMAS = Path(__file__).resolve().parents[3] / "Schemas"
TEXT = (_SCHEMAS / "job-inputs.yaml").read_text(encoding="utf-8")
RELEASED = sorted(
    (_SCHEMAS / "released").glob("job-inputs.v*.yaml"), key=lambda path: int(path.stem.partition(".v")[2])
)
OLD = load_schema(TEXT)

Raw = dict[str, Any]
Edit = Callable[[Raw], None]


def _field(raw: Raw, name: str) -> Raw:
    found: Raw = next(one for one in raw["fields"] if one["id"] == name)
    return found


def _set(raw: Raw, name: str) -> Raw:
    found: Raw = next(one for one in raw["parameter_sets"] if one["id"] == name)
    return found


def _edited(edit: Edit, start: str = TEXT) -> JobSchema:
    raw: Raw = yaml.safe_load(start)
    edit(raw)
    return JobSchema.model_validate_json(json.dumps(raw))


def _changed(name: str, **keys: Any) -> Edit:
    """Change keys of a field; None removes a key."""

    def edit(raw: Raw) -> None:
        field = _field(raw, name)
        for key, value in keys.items():
            if value is None:
                field.pop(key, None)
            else:
                field[key] = value

    return edit


def _limits(name: str, **keys: Any) -> Edit:
    def edit(raw: Raw) -> None:
        limits = {**_field(raw, name).get("validations", {}), **keys}
        _field(raw, name)["validations"] = {key: value for key, value in limits.items() if value is not None}

    return edit


def _added(name: str = "guest_note", **keys: Any) -> Edit:
    field = {"id": name, "label": "New", "description": "New.", "type": "string", "group": "guest", "order": 990}
    return lambda raw: raw["fields"].append({**field, "validations": {"max_length": 9}, **keys})


def _removed(name: str) -> Edit:
    return lambda raw: raw["fields"].remove(_field(raw, name))


def _in_set(name: str, **keys: Any) -> Edit:
    return lambda raw: _set(raw, name).update(keys)


def _new_set(**keys: Any) -> Edit:
    return lambda raw: raw["parameter_sets"].append({"id": "new-set", "mode": "all-or-none", "message": "New.", **keys})


def _both(*edits: Edit) -> Edit:
    def edit(raw: Raw) -> None:
        for one in edits:
            one(raw)

    return edit


STATIC = ["guest_v4_ipaddr", "guest_v4_cidrprefix", "guest_v4_defaultgw", "guest_v4_dns1"]

COMPATIBLE: list[tuple[str, Edit, str]] = [
    ("another name", lambda raw: raw.update(name="Other"), "name"),
    ("another description", lambda raw: raw.update(description="Other."), "description"),
    ("another order in the file", lambda raw: raw["fields"].reverse(), "fields"),
    ("another label", _changed("vm_name", label="Other"), "fields.vm_name.label"),
    ("another description of a field", _changed("vm_name", description="Other."), "fields.vm_name.description"),
    ("another hint", _changed("vm_name", hint="Other."), "fields.vm_name.hint"),
    ("another group", _changed("vm_name", group="resources"), "fields.vm_name.group"),
    ("another place in a form", _changed("vm_name", order=99), "fields.vm_name.order"),
    ("a new optional field", _added(), "fields.guest_note"),
    ("a field that is no longer required", _changed("guest_la_uid", required=None), "fields.guest_la_uid.required"),
    ("a field that may change now", _changed("image_name", immutable=None), "fields.image_name.immutable"),
    ("a greater maximum", _limits("gb_ram", maximum=99999), "fields.gb_ram.validations.maximum"),
    ("a smaller minimum", _limits("gb_ram", minimum=0), "fields.gb_ram.validations.minimum"),
    ("a greater length", _limits("guest_la_uid", max_length=65), "fields.guest_la_uid.validations.max_length"),
    ("a smaller length", _limits("guest_la_pw", min_length=None), "fields.guest_la_pw.validations.min_length"),
    ("no pattern", _limits("guest_la_uid", pattern=None), "fields.guest_la_uid.validations.pattern"),
    ("another choice", _limits("os_family", enum=["bsd", "linux", "windows"]), "fields.os_family.validations.enum"),
    ("choices in another order", _limits("os_family", enum=["linux", "windows"]), "fields.os_family.validations.enum"),
    ("text instead of choices", _limits("os_family", enum=None, max_length=9), "fields.os_family.validations.enum"),
    (
        "a length that every choice has",
        _limits("os_family", enum=None, max_length=9),
        "fields.os_family.validations.max_length",
    ),
    ("no set", lambda raw: raw["parameter_sets"].remove(_set(raw, "domain-ou")), "parameter_sets.domain-ou"),
    ("a set's message", _in_set("domain-ou", message="Other."), "parameter_sets.domain-ou.message"),
    ("a set's order", _in_set("static-ipv4", members=STATIC[::-1]), "parameter_sets.static-ipv4.members"),
    ("a smaller set", _in_set("static-ipv4", members=STATIC[:3]), "parameter_sets.static-ipv4.members"),
    ("a set under another id", _in_set("ssh-access", id="ssh"), "parameter_sets.ssh"),
    (
        "a set of new fields",
        _both(_added("guest_a"), _added("guest_b"), _new_set(members=["guest_a", "guest_b"])),
        "parameter_sets.new-set",
    ),
    (
        "a new field that needs a known one",
        _both(_added("guest_a"), _in_set("second-dns", members=["guest_v4_dns2", "guest_net_dnssuffix", "guest_a"])),
        "parameter_sets.second-dns.members",
    ),
]

INCOMPATIBLE: list[tuple[str, Edit, str]] = [
    ("a field less", _both(_removed("vm_clustered")), "fields.vm_clustered"),
    ("a new required field", _added(required=True), "fields.guest_note"),
    ("a new field with a default", _added(default="x"), "fields.guest_note"),
    ("a field that becomes required", _changed("vlan_id", required=True, default=None), "fields.vlan_id.required"),
    ("a default less", _changed("vlan_id", default=None), "fields.vlan_id.default"),
    ("another default", _changed("vlan_id", default=1), "fields.vlan_id.default"),
    ("a default where there was none", _changed("guest_v4_dns2", default="192.0.2.1"), "fields.guest_v4_dns2.default"),
    (
        "another type",
        _changed("vlan_id", type="string", default=None, validations={"max_length": 4}),
        "fields.vlan_id.type",
    ),
    ("a secret that becomes text", _changed("guest_la_pw", type="string"), "fields.guest_la_pw.type"),
    (
        "text that becomes a secret",
        _changed("cnf_ansible_ssh_key", type="secret", example=None, validations={"max_length": 9}),
        "fields.cnf_ansible_ssh_key.type",
    ),
    ("a field that becomes immutable", _changed("gb_ram", immutable=True), "fields.gb_ram.immutable"),
    (
        "another applicability",
        _changed("guest_domain_joinou", applicability=None),
        "fields.guest_domain_joinou.applicability",
    ),
    (
        "a narrower applicability",
        _changed("cpu_cores", required=None, applicability={"os_family": ["linux"]}),
        "fields.cpu_cores.applicability",
    ),
    ("a smaller maximum", _limits("gb_ram", maximum=8), "fields.gb_ram.validations.maximum"),
    ("a greater minimum", _limits("gb_ram", minimum=2), "fields.gb_ram.validations.minimum"),
    ("a smaller length", _limits("guest_la_uid", max_length=32), "fields.guest_la_uid.validations.max_length"),
    (
        "a longest length",
        _limits("guest_domain_jointarget", max_length=64),
        "fields.guest_domain_jointarget.validations.max_length",
    ),
    ("a shortest length", _limits("guest_la_uid", min_length=2), "fields.guest_la_uid.validations.min_length"),
    ("another pattern", _limits("guest_la_uid", pattern="^.*$"), "fields.guest_la_uid.validations.pattern"),
    ("a choice less", _limits("os_family", enum=["linux"]), "fields.os_family.validations.enum"),
    (
        "choices where there were none",
        _limits("guest_la_uid", enum=["a"], pattern=None, min_length=None, max_length=None),
        "fields.guest_la_uid.validations.enum",
    ),
    (
        "a length that a choice has not",
        _limits("os_family", enum=None, max_length=5),
        "fields.os_family.validations.max_length",
    ),
    (
        "a pattern that a choice has not",
        _limits("os_family", enum=None, max_length=9, pattern="^l.*$"),
        "fields.os_family.validations.pattern",
    ),
    ("a new set", _new_set(members=["guest_v4_dns2", "guest_net_dnssuffix"]), "parameter_sets.new-set"),
    ("a greater set", _in_set("static-ipv4", members=[*STATIC, "guest_v4_dns2"]), "parameter_sets.static-ipv4.members"),
    (
        "a set that a new field joins",
        _both(_added("guest_a"), _in_set("static-ipv4", members=[*STATIC, "guest_a"])),
        "parameter_sets.static-ipv4.members",
    ),
    (
        "a known field that needs others now",
        _in_set("second-dns", members=["guest_v4_dns2", "guest_net_dnssuffix", "vlan_id"]),
        "parameter_sets.second-dns.members",
    ),
    (
        "another need",
        _in_set("second-dns", requires=["guest_v4_ipaddr", "guest_v4_dns1"]),
        "parameter_sets.second-dns.requires",
    ),
    ("another rule", _in_set("second-dns", mode="all-or-none", requires=[]), "parameter_sets.second-dns.mode"),
    ("a smaller version", lambda raw: None, "version"),
]


def _at(changes: tuple[Change, ...], place: str) -> Change:
    (found,) = (one for one in changes if one.place == place)
    return found


@pytest.mark.parametrize(("edit", "place"), [one[1:] for one in COMPATIBLE], ids=[one[0] for one in COMPATIBLE])
def test_a_compatible_change_needs_no_new_version(edit: Edit, place: str) -> None:
    changes = compare(OLD, _edited(edit))
    assert _at(changes, place).compatible
    assert not needs_new_version(OLD, _edited(edit), changes)


@pytest.mark.parametrize(("edit", "place"), [one[1:] for one in INCOMPATIBLE], ids=[one[0] for one in INCOMPATIBLE])
def test_an_incompatible_change_needs_a_greater_version(edit: Edit, place: str) -> None:
    old = OLD.model_copy(update={"version": 2})
    new = _edited(_both(edit, lambda raw: raw.update(version=1 if place == "version" else 2)))
    changes = compare(old, new)
    assert not _at(changes, place).compatible
    assert needs_new_version(old, new, changes)
    greater = new.model_copy(update={"version": 3})
    assert not needs_new_version(old, greater, compare(old, greater))


def test_another_id_is_incompatible() -> None:
    new = OLD.model_copy(update={"id": "other"})
    assert not _at(compare(OLD, new), "id").compatible


def test_an_unknown_key_is_incompatible() -> None:
    class Wider(JobSchema):
        novel: int = 0

    wide = {**OLD.model_dump(mode="json"), "novel": 1}
    new = Wider.model_validate_json(json.dumps(wide))
    assert [(one.place, one.compatible) for one in compare(OLD, new)] == [("novel", False)]


def test_a_schema_compared_with_itself_has_no_change() -> None:
    assert compare(OLD, OLD) == ()


def test_an_applicability_with_every_family_equals_none() -> None:
    new = _edited(_changed("vlan_id", applicability={"os_family": ["linux", "windows"]}))
    assert [one for one in compare(OLD, new) if one.place.endswith("applicability")] == []


def test_every_change_has_a_description_and_a_reason() -> None:
    for _, edit, _place in (*COMPATIBLE, *INCOMPATIBLE):
        for change in compare(OLD, _edited(edit)):
            assert change.what
            assert change.why.endswith(".")


@pytest.mark.parametrize("path", RELEASED, ids=[path.name for path in RELEASED])
def test_the_file_of_a_released_schema_is_named_by_its_version(path: Path) -> None:
    assert path.name == f"job-inputs.v{load_schema(path.read_text(encoding='utf-8')).version}.yaml"


def test_an_incompatible_change_since_the_last_release_has_a_new_version() -> None:
    assert RELEASED, "Schemas/released holds the schema of every released version"
    released = load_schema(RELEASED[-1].read_text(encoding="utf-8"))
    changes = compare(released, OLD)
    broken = "\n".join(f"{one.place}: {one.what}. {one.why}" for one in changes if not one.compatible)
    assert not needs_new_version(released, OLD, changes), f"raise `version` in Schemas/job-inputs.yaml:\n{broken}"


def test_released_versions_are_consecutive() -> None:
    versions = [int(path.stem.partition(".v")[2]) for path in RELEASED]
    assert versions == list(range(1, len(versions) + 1))
    assert OLD.version - versions[-1] in (0, 1)


# --- each key of a field and of a set, in schemas made for it ------------------------------------------------------------

_ENUM = {"validations": {"enum": ["gold", "silver"]}}
_LINUX = {"applicability": {"os_family": ["linux"]}}
_INTEGER = {"type": "integer"}


def _compared(
    old: tuple[Raw, ...], new: tuple[Raw, ...], old_sets: tuple[Raw, ...] = (), new_sets: tuple[Raw, ...] = ()
) -> dict[str, tuple[bool, str]]:
    """Return the changes by place: whether each is compatible, and what changed."""
    before, after = documents.schema(*old, sets=old_sets), documents.schema(*new, sets=new_sets)
    return {change.place: (change.compatible, change.what) for change in compare(before, after)}


FIELD_CHANGES: list[tuple[Raw, Raw, str, bool, str]] = [
    ({"label": "A"}, {"label": "B"}, "label", True, "changed"),
    ({}, {"type": "multiline"}, "type", False, "string -> multiline"),
    ({}, {"required": True}, "required", False, "false -> true"),
    ({"required": True}, {}, "required", True, "true -> false"),
    ({"default": "a"}, {"default": "b"}, "default", False, "a -> b"),
    ({"default": "a"}, {}, "default", False, "a -> none"),
    ({"immutable": True}, {}, "immutable", True, "True -> False"),
    ({}, {"immutable": True}, "immutable", False, "False -> True"),
    (_LINUX, {}, "applicability", False, "linux -> linux, windows"),
    ({}, _LINUX, "applicability", False, "linux, windows -> linux"),
    ({"validations": {"max_length": 5}}, {"validations": {"max_length": 6}}, "validations.max_length", True, "5 -> 6"),
    ({"validations": {"max_length": 6}}, {"validations": {"max_length": 5}}, "validations.max_length", False, "6 -> 5"),
    (
        {"validations": {"max_length": 9, "min_length": 2}},
        {"validations": {"max_length": 9, "min_length": 1}},
        "validations.min_length", True, "2 -> 1",
    ),
    (
        {"validations": {"max_length": 9, "min_length": 1}},
        {"validations": {"max_length": 9, "min_length": 2}},
        "validations.min_length", False, "1 -> 2",
    ),
    (
        {},
        {"validations": {"max_length": 9, "min_length": 1}},
        "validations.min_length", False, "none -> 1",
    ),
    (
        {**_INTEGER, "validations": {"minimum": 1, "maximum": 5}},
        {**_INTEGER, "validations": {"minimum": 0, "maximum": 5}},
        "validations.minimum", True, "1 -> 0",
    ),
    (
        {**_INTEGER, "validations": {"minimum": 1, "maximum": 5}},
        {**_INTEGER, "validations": {"minimum": 1, "maximum": 4}},
        "validations.maximum", False, "5 -> 4",
    ),
    (_ENUM, {"validations": {"enum": ["gold"]}}, "validations.enum", False, "gold, silver -> gold"),
    (_ENUM, {"validations": {"max_length": 6}}, "validations.max_length", True, "none -> 6"),
    (_ENUM, {"validations": {"max_length": 5}}, "validations.max_length", False, "none -> 5"),
    (_ENUM, {"validations": {"max_length": 9, "min_length": 4}}, "validations.min_length", True, "none -> 4"),
    (_ENUM, {"validations": {"max_length": 9, "min_length": 5}}, "validations.min_length", False, "none -> 5"),
    (_ENUM, {"validations": {"max_length": 9, "pattern": "^[a-z]+$"}}, "validations.pattern", True, "none -> ^[a-z]+$"),
    (_ENUM, {"validations": {"max_length": 9, "pattern": "^g.*$"}}, "validations.pattern", False, "none -> ^g.*$"),
    ({}, {"validations": {"max_length": 9, "pattern": "^a$"}}, "validations.pattern", False, "none -> ^a$"),
    ({}, _ENUM, "validations.enum", False, "none -> gold, silver"),
    ({"type": "hostname"}, {"type": "hostname", "validations": {"max_length": 252}}, "validations.max_length", False, "253 -> 252"),
    ({"type": "hostname", "validations": {"max_length": 252}}, {"type": "hostname"}, "validations.max_length", True, "252 -> 253"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "place", "compatible", "what"), FIELD_CHANGES)
def test_a_change_of_a_field(old: Raw, new: Raw, place: str, compatible: bool, what: str) -> None:
    found = _compared(({"id": "a", **old},), ({"id": "a", **new},))
    assert found[f"fields.a.{place}"] == (compatible, what)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"type": "hostname"}, {"type": "hostname", "validations": {"max_length": 253}}),
        ({"applicability": {"os_family": ["linux", "windows"]}}, {}),
        ({"required": True}, {"required": True}),
    ],
)
def test_what_means_the_same_is_no_change(old: Raw, new: Raw) -> None:
    assert _compared(({"id": "a", **old},), ({"id": "a", **new},)) == {}


def test_another_type_hides_the_limits_of_that_type() -> None:
    found = _compared(({"id": "a"},), ({"id": "a", **_INTEGER, "validations": {"minimum": 0, "maximum": 1}},))
    assert list(found) == ["fields.a.type"]


@pytest.mark.parametrize(
    ("kinds", "reason"),
    [
        (("string", "multiline"), "of the old type"),
        (("string", "secret"), "by reference"),
        (("secret", "string"), "by reference"),
    ],
)
def test_another_type_is_explained(kinds: tuple[str, str], reason: str) -> None:
    before, after = (documents.schema({"id": "a", "type": kind}) for kind in kinds)
    assert reason in _at(compare(before, after), "fields.a.type").why


@pytest.mark.parametrize(
    ("field", "compatible", "what"),
    [
        ({}, True, "added, optional"),
        ({"required": True}, False, "added, required"),
        ({"default": "x"}, False, "added, with default x"),
    ],
)
def test_a_new_field_is_compatible_if_it_is_optional(field: Raw, compatible: bool, what: str) -> None:
    assert _compared((), ({"id": "a", **field},)) == {"fields.a": (compatible, what)}


def test_a_removed_field_and_another_order() -> None:
    assert _compared(({"id": "a"},), ()) == {"fields.a": (False, "removed")}
    swapped = _compared(
        ({"id": "a", "order": 8}, {"id": "b", "order": 9}), ({"id": "b", "order": 9}, {"id": "a", "order": 8})
    )
    assert swapped == {"fields": (True, "the fields are in another order")}


@pytest.mark.parametrize(
    ("old", "new", "greater"), [(1, 2, True), (2, 1, False)], ids=["a greater version", "a smaller version"]
)
def test_a_version_only_grows(old: int, new: int, greater: bool) -> None:
    before, after = (documents.schema(version=version) for version in (old, new))
    (change,) = compare(before, after)
    assert (change.place, change.compatible, change.what) == ("version", greater, f"{old} -> {new}")
    assert ("refused" in change.why) is greater


_NAMES: tuple[Raw, ...] = tuple({"id": name} for name in "abcd")
_ALL: Raw = {"id": "s", "mode": "all-or-none", "members": ["a", "b"]}
_NEEDS: Raw = {"id": "s", "mode": "requires", "members": ["a"], "requires": ["b"]}

SET_CHANGES: list[tuple[Raw | None, Raw | None, dict[str, tuple[bool, str]]]] = [
    (_ALL, None, {"parameter_sets.s": (True, "removed")}),
    (None, _ALL, {"parameter_sets.s": (False, "added")}),
    (_ALL, {**_ALL, "id": "t"}, {"parameter_sets.s": (True, "removed"), "parameter_sets.t": (True, "added")}),
    (_ALL, _ALL, {}),
    (_ALL, {**_ALL, "message": "Other."}, {"parameter_sets.s.message": (True, "changed")}),
    (_ALL, {**_ALL, "members": ["b", "a"]}, {"parameter_sets.s.members": (True, "changed")}),
    (_ALL, {**_ALL, "members": ["a", "b", "c"]}, {"parameter_sets.s.members": (False, "added c")}),
    ({**_ALL, "members": ["a", "b", "c"]}, _ALL, {"parameter_sets.s.members": (True, "removed c")}),
    (_ALL, _NEEDS, {"parameter_sets.s.mode": (False, "all-or-none -> requires")}),
    (_NEEDS, {**_NEEDS, "members": ["a", "c"]}, {"parameter_sets.s.members": (False, "added c")}),
    (_NEEDS, {**_NEEDS, "requires": ["b", "d", "c"]}, {"parameter_sets.s.requires": (False, "added c, d")}),
    ({**_NEEDS, "requires": ["b", "c"]}, _NEEDS, {"parameter_sets.s.requires": (True, "removed c")}),
    (
        {**_NEEDS, "requires": ["b", "c"]}, {**_NEEDS, "requires": ["c", "b"]},
        {"parameter_sets.s.members": (True, "changed")},
    ),
    (
        _NEEDS, {**_NEEDS, "requires": ["c"], "message": "Other."},
        {"parameter_sets.s.requires": (True, "removed b"), "parameter_sets.s.message": (True, "changed")},
    ),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "changes"), SET_CHANGES)
def test_a_change_of_a_set(old: Raw | None, new: Raw | None, changes: dict[str, tuple[bool, str]]) -> None:
    assert _compared(_NAMES, _NAMES, tuple(filter(None, [old])), tuple(filter(None, [new]))) == changes


@pytest.mark.parametrize(
    ("old", "new", "compatible"),
    [
        (None, {"id": "s", "mode": "all-or-none", "members": ["x", "z"]}, True),
        (None, {"id": "s", "mode": "all-or-none", "members": ["a", "x"]}, False),
        (None, {"id": "s", "mode": "requires", "members": ["x"], "requires": ["a"]}, True),
        (_ALL, {"id": "t", "mode": "all-or-none", "members": ["b", "a"]}, True),
        (_ALL, {"id": "t", "mode": "requires", "members": ["a"], "requires": ["b"]}, False),
    ],
)
def test_a_new_set_is_compatible_if_it_is_of_new_fields_or_the_same_rule(
    old: Raw | None, new: Raw, compatible: bool
) -> None:
    wider = (*_NAMES, {"id": "x"}, {"id": "z"})
    found = _compared(_NAMES, wider, tuple(filter(None, [old])), (new,))
    assert found[f"parameter_sets.{new['id']}"] == (compatible, "added")


@pytest.mark.parametrize(
    ("old", "new", "compatible"),
    [
        (_NEEDS, {**_NEEDS, "members": ["a", "x"]}, True),
        (_NEEDS, {**_NEEDS, "members": ["a", "x", "c"]}, False),
        (_ALL, {**_ALL, "members": ["a", "b", "x"]}, False),
    ],
)
def test_a_new_field_may_join_a_set_that_requires_others(old: Raw, new: Raw, compatible: bool) -> None:
    found = _compared(_NAMES, (*_NAMES, {"id": "x"}), (old,), (new,))
    assert found["parameter_sets.s.members"][0] is compatible


@pytest.mark.parametrize(
    ("old", "new", "place", "why"),
    [
        ({}, {"immutable": True}, "immutable", "could no longer change it"),
        ({"immutable": True}, {}, "immutable", "allows more than before"),
        (_LINUX, {}, "applicability", "ignored so far would be applied"),
        ({}, _LINUX, "applicability", "Values for windows would be ignored"),
        ({}, {"validations": {"max_length": 10}}, "validations.max_length", "still allowed"),
        ({}, {"validations": {"max_length": 8}}, "validations.max_length", "would be refused"),
        ({}, {"validations": {"max_length": 9, "pattern": "^a$"}}, "validations.pattern", "cannot be decided"),
        ({"required": True}, {"default": "x"}, "default", "sets a value of its own"),
    ],
)
def test_the_reason_of_a_change_fits_its_direction(old: Raw, new: Raw, place: str, why: str) -> None:
    before, after = documents.schema({"id": "a", **old}), documents.schema({"id": "a", **new})
    assert why in _at(compare(before, after), f"fields.a.{place}").why


def test_a_default_of_a_field_that_was_required_is_compatible() -> None:
    found = _compared(({"id": "a", "required": True},), ({"id": "a", "default": "x"},))
    assert found == {"fields.a.required": (True, "true -> false"), "fields.a.default": (True, "none -> x")}


@pytest.mark.parametrize(
    ("added", "why"), [("x", "No existing manifest sets them"), ("c", "Manifests without them, or with them alone")]
)
def test_the_reason_for_an_added_member_depends_on_whether_manifests_can_set_it(added: str, why: str) -> None:
    before = documents.schema(*_NAMES, sets=[_NEEDS])
    after = documents.schema(*_NAMES, {"id": "x"}, sets=[{**_NEEDS, "members": ["a", added]}])
    assert why in _at(compare(before, after), "parameter_sets.s.members").why
