"""YAML is read as kubectl reads it, with the position of everything."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue

from hyperv_operator.schema.yaml_source import Position, Tree, child, compose, read, text_of
from yamldialect import COLLECTIONS, REFUSED, SCALARS


def _tree(text: str) -> Tree:
    (node,), fault = compose(text)
    assert fault is None
    return read(node)


def _codes(text: str) -> list[str]:
    return [fault.code for fault in _tree(text).faults]


@pytest.mark.parametrize(("text", "value"), [*SCALARS, *COLLECTIONS], ids=str)
def test_a_value_is_what_kubectl_makes_of_it(text: str, value: JsonValue) -> None:
    found = _tree(f"value: {text}\n").value
    # 8 and 8.0, or 1 and true, are equal in Python and differ in JSON.
    assert json.dumps(found, sort_keys=True) == json.dumps({"value": value}, sort_keys=True)


@pytest.mark.parametrize(("text", "code"), REFUSED)
def test_what_kubectl_refuses_is_a_fault(text: str, code: str) -> None:
    tree = _tree(f"value: {text}\n")
    assert [fault.code for fault in tree.faults] == [code]
    json.dumps(tree.value, allow_nan=False)


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("{a: 1, b: 1}", []),
        ("{a: 1, a: 1}", ["repeated"]),
        ("{a: 1, a: 1, a: 1}", ["repeated", "repeated"]),
        ("{y: 1, true: 1}", ["repeated"]),
        ("{1: a, '1': b}", ["repeated"]),
        ("{<<: {a: 1}, a: 2}", []),
        ("{a: 2, <<: {a: 1}}", ["repeated"]),
        ("{<<: [{a: 1}, {a: 2}]}", []),
        ("{x: &x {a: 1}, y: *x, z: *x}", []),
    ],
)
def test_a_key_that_is_lost_is_a_fault(text: str, codes: list[str]) -> None:
    assert _codes(text) == codes


@pytest.mark.parametrize(
    ("text", "codes"), [("017", ["octal"]), ("-00", ["octal"]), ("0o17", []), ("018", []), ("0", []), ("'017'", [])]
)
def test_an_octal_number_by_its_leading_zero_is_a_fault(text: str, codes: list[str]) -> None:
    assert _codes(text) == codes


@pytest.mark.parametrize("text", ["!x 1", "!!binary aGk=", "!!set {a}", "!!python/object:os.system 1"])
def test_a_tag_of_a_scalar_is_a_fault(text: str) -> None:
    assert _codes(text) == ([] if "set" in text else ["tag"])


@pytest.mark.parametrize("digits", ["9" * 401, "9" * 5000, "0x" + "f" * 400])
def test_a_number_larger_than_any_double_is_a_fault(digits: str) -> None:
    assert _codes(digits) == ["not_json"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("-9223372036854775808", -9223372036854775808),
        ("-9223372036854775809", -9.223372036854775809e18),
        ("9223372036854775807", 9223372036854775807),
        ("9223372036854775808", 9.223372036854775808e18),
        ("0x" + "0" * 397 + "1", 1),
    ],
)
def test_a_number_that_64_bits_do_not_hold_is_a_double(text: str, value: JsonValue) -> None:
    assert json.dumps(_tree(text).value) == json.dumps(value)


def test_a_number_of_more_than_400_characters_is_a_fault() -> None:
    assert _codes("0x" + "0" * 398 + "1") == ["not_json"]


def test_every_value_has_a_position() -> None:
    tree = _tree("a:\n  b: 1\n  c:\n  - x\n  - {d: 2}\n")
    assert tree.positions == {
        (): Position(1, 1),
        ("a",): Position(1, 1),
        ("a", "b"): Position(2, 3),
        ("a", "c"): Position(3, 3),
        ("a", "c", 0): Position(4, 5),
        ("a", "c", 1): Position(5, 5),
        ("a", "c", 1, "d"): Position(5, 6),
    }
    assert tree.position(("a", "c", 1, "e", 0)) == Position(5, 5)
    assert tree.position(("a", "b", "x")) == Position(2, 3)
    assert Tree().position(("a",)) == Position(1, 1)


def test_what_follows_a_key_that_cannot_be_read_is_read() -> None:
    tree = _tree("{[1]: a, b: 2}\n")
    assert (tree.value, [fault.code for fault in tree.faults]) == ({"b": 2}, ["key"])


def test_a_fault_names_place_and_remedy() -> None:
    (fault,) = _tree("a:\n- b: 1\n  b: 2\n").faults
    assert (fault.position, fault.path) == (Position(3, 3), ("a", 0, "b"))
    assert fault.message == "this key is there twice, and all but the last are ignored. Remove one."


def test_no_fault_quotes_a_value() -> None:
    for text in ("!!int Hunter-22", "{[Hunter-22]: 1}", ".inf", "{a: &Hunter-22 [*Hunter-22]}"):
        assert "Hunter" not in "".join(fault.message for fault in _tree(text).faults)
    _, fault = compose("a: 'Hunter-22' b")
    assert fault is not None
    assert "Hunter" not in fault.message


@pytest.mark.parametrize(
    ("text", "position", "code"),
    [
        ("a: [1\nb: 2\n", Position(2, 2), "syntax"),
        ("a: 1\n\tb: 2\n", Position(2, 1), "syntax"),
        ("a: \x01\n", Position(1, 1), "encoding"),
        ("[" * 65, Position(1, 65), "too_large"),
        ("[[],[]," + "[" * 64, Position(1, 71), "too_large"),
    ],
)
def test_what_is_no_yaml_is_one_fault_with_its_position(text: str, position: Position, code: str) -> None:
    nodes, fault = compose(text)
    assert nodes == []
    assert fault is not None
    assert (fault.position, fault.code) == (position, code)


def test_the_fault_of_broken_yaml_says_what_the_parser_missed() -> None:
    _, fault = compose("a: [1\nb: 2\n")
    assert fault is not None
    assert fault.problem == "this is no YAML: did not find expected ',' or ']'"


def test_64_levels_are_read() -> None:
    tree = _tree("[" * 64 + "1" + "]" * 64)
    assert (tree.faults, json.dumps(tree.value)) == ([], "[" * 64 + "1" + "]" * 64)


def test_documents_before_a_broken_one_are_read() -> None:
    nodes, fault = compose("a: 1\n---\nb: 2\n---\nc: [\n")
    assert [read(node).value for node in nodes] == [{"a": 1}, {"b": 2}]
    assert fault is not None


def test_the_number_of_values_is_bounded() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{index}: &a{index} [{', '.join([f'*a{index - 1}'] * 10)}]" for index in range(1, 12)]
    assert _codes("\n".join(lines)) == ["too_large"]


@pytest.mark.parametrize(("items", "codes"), [(19_999, []), (20_000, ["too_large"])])
def test_20000_values_are_read(items: int, codes: list[str]) -> None:
    assert _codes(f"[{','.join('1' * items)}]") == codes


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("kind: A\n", "A"),
        ("kind: A\nother: B\n", "A"),
        ("kind: A\nkind: B\n", "B"),
        ("<<: {kind: A}\n", "A"),
        ("<<: {kind: A}\nkind: B\n", "B"),
        ("kind: [A]\n", ""),
        ("- kind: A\n", ""),
        ("a: &a\n  <<: *a\n", ""),
    ],
)
def test_one_key_is_read_without_the_others(text: str, kind: str) -> None:
    (node,), _ = compose(text)
    assert text_of(child(node, "kind")) == kind


@given(st.text(alphabet="{}[]:,-&*!|>'\"%@#? \n\tab<yn0.8e_+~", max_size=60))
def test_any_text_gives_json(text: str) -> None:
    for node in compose(text)[0]:
        json.dumps(read(node).value, allow_nan=False)
