"""Reading an item: what is wrong costs the smallest part that the item can do without."""

from __future__ import annotations

from typing import Annotated, Any

import pytest
from pydantic import BaseModel, Field, create_model

from hyperv_operator.border.fields import MAX_WHOLE, Flag, Guid, Message, Name, Whole, Word
from hyperv_operator.border.reading import MAX_PROBLEMS, read
from hyperv_operator.border.text import ELLIPSIS, Clean


class Part(BaseModel):
    name: Name
    size: Whole = 0


class Item(BaseModel):
    name: Name
    part: Part | None = None
    parts: Annotated[tuple[Part, ...], Field(max_length=3)] = ()
    words: dict[Word, Whole] = {}
    short: Annotated[str, Field(max_length=4)] = ""
    even: Annotated[int, Field(multiple_of=2)] = 0
    flag: Flag = False


PARTS = frozenset({"part.size", "parts", "words", "short"})


def _problems(value: dict[str, Any], optional: frozenset[str] | None = PARTS) -> tuple[Item | None, list[str]]:
    reading = read(Item, value, optional)
    return reading.item, [problem.split(":")[0] for problem in reading.problems]


def test_what_is_right_is_read_without_a_problem() -> None:
    value = {"name": "a", "part": {"name": "b"}, "parts": [{"name": "c", "size": 1}], "words": {"d": 2}, "more": 3}
    assert _problems(value) == (Item.model_validate(value), [])


@pytest.mark.parametrize(
    ("wrong", "left", "problems"),
    [
        ({"part": {"name": "b", "size": -1}}, {"part": Part(name=Clean("b"))}, ["part.size"]),
        ({"parts": 5}, {}, ["parts"]),
        (
            {"parts": [{"name": 1}, {"name": "b"}, {}]},
            {"parts": (Part(name=Clean("b")),)},
            ["parts.0.name", "parts.2.name"],
        ),
        ({"parts": [{"name": "b", "size": -1}]}, {"parts": (Part(name=Clean("b")),)}, ["parts.0.size"]),
        ({"parts": [{"name": "b"}] * 4}, {"parts": (Part(name=Clean("b")),) * 3}, ["parts"]),
        (
            {"parts": [{"name": "b"}, 1, {"name": "b"}, 2]},
            {"parts": (Part(name=Clean("b")),) * 2},
            ["parts.1", "parts.3"],
        ),
        ({"words": {"a": 1, "b": "x", "c": 3}}, {"words": {"a": 1, "c": 3}}, ["words.b"]),
        ({"words": {"a": 1, 5: 1}}, {"words": {"a": 1}}, ["words.5.[key]"]),
        ({"short": "abcde"}, {"short": f"abc{ELLIPSIS}"}, ["short"]),
        ({"short": 1, "words": 1}, {}, ["words", "short"]),
        ({"even": 1}, None, ["even"]),
        ({"name": 1, "parts": 5}, None, ["name"]),
        ({"part": {"size": 1}}, None, ["part.name"]),
        ({"part": {"name": 1}}, None, ["part.name"]),
        ({"flag": 1}, None, ["flag"]),
    ],
)
def test_the_smallest_part_that_is_not_needed_goes(
    wrong: dict[str, Any], left: dict[str, Any] | None, problems: list[str]
) -> None:
    item, found = _problems({"name": "a", **wrong})
    assert found == problems
    assert item is None or not item.flag
    assert item == (None if left is None else Item(name=Clean("a"), **left))


def test_where_everything_may_go_only_the_item_itself_is_needed() -> None:
    value = {"name": "a", "part": {"size": 1}, "flag": 1, "even": 1}
    assert _problems(value, None) == (Item(name=Clean("a")), ["part.name", "even", "flag"])
    assert _problems({"flag": True}, None) == (None, ["name"])


@pytest.mark.parametrize(
    ("given", "read_as"),
    [
        (0, 0), (-0.0, 0), (40.0, 40), (MAX_WHOLE, MAX_WHOLE), (float(2**60), 2**60),
        (-1, None), (MAX_WHOLE + 1, None), (1e300, None), (1.5, None), (float("inf"), None), (True, None), ("1", None),
        ([], None), (10**4_000, None),
    ],
)  # fmt: skip
def test_a_whole_number_is_read_and_nothing_is_made_one(given: Any, read_as: int | None) -> None:
    item = read(Part, {"name": "a", "size": given}, None).item
    assert item is not None
    assert item.size == (read_as or 0)
    essential = read(Part, {"name": "a", "size": given}, frozenset()).item
    assert (essential is not None) is (read_as is not None)


def test_a_decimal_that_is_whole_is_no_problem() -> None:
    reading = read(Item, {"name": "a", "parts": [{"name": "b", "size": 2.0}]}, frozenset())
    assert reading.item == Item(name=Clean("a"), parts=(Part(name=Clean("b"), size=2),))
    assert reading.problems == ()


def test_a_mapping_that_is_too_long_cannot_be_cut_and_goes() -> None:
    class Mapped(BaseModel):
        words: Annotated[dict[str, int], Field(max_length=1)] = {}

    reading = read(Mapped, {"words": {"a": 1, "b": 2}}, None)
    assert reading.item == Mapped()
    assert len(reading.problems) == 1


def test_eight_problems_are_named_and_all_are_cured() -> None:
    reading = read(Item, {"name": "a", "words": {f"w{number}": "x" for number in range(9)}}, PARTS)
    assert len(reading.problems) == MAX_PROBLEMS == 8
    assert reading.item == Item(name=Clean("a"))


def test_a_whole_decimal_does_not_hide_what_else_is_wrong() -> None:
    _, problems = _problems({"name": "a", "parts": [{"name": "b", "size": 2.0}, {}]})
    assert problems == ["parts.1.name"]


def test_what_is_inside_goes_before_what_is_around_it() -> None:
    item, problems = _problems({"name": "a", "parts": [{}, {"name": "b", "size": -1}, {"name": "c", "size": 3}]})
    assert item == Item(name=Clean("a"), parts=(Part(name=Clean("b")), Part(name=Clean("c"), size=3)))
    assert problems == ["parts.0.name", "parts.1.size"]


def test_what_is_inside_goes_before_what_is_around_it_however_much_of_that_goes() -> None:
    item, problems = _problems({"name": "a", "parts": [{}, {"name": "b", "size": -1}, {}]})
    assert item == Item(name=Clean("a"), parts=(Part(name=Clean("b")),))
    assert problems == ["parts.0.name", "parts.1.size", "parts.2.name"]


@pytest.mark.parametrize(("levels", "good"), [(9, True), (10, False)])
def test_what_is_wrong_nine_levels_deep_is_cured(levels: int, good: bool) -> None:
    inner: Any = int
    for number in range(levels - 1):
        inner = create_model(f"Level{number}", inner=(inner, ...))
    top = create_model("Top", inner=(inner | None, None))
    value: Any = "x"
    for _ in range(levels):
        value = {"inner": value}
    assert (read(top, value, None).item is not None) is good


def test_a_problem_has_200_characters_and_its_place_100() -> None:
    class Long(BaseModel):
        word: Annotated[str, Field(pattern="x{300}" * 60)]

    (problem,) = read(Long, {"word": "a"}, frozenset()).problems
    assert len(problem) == 200
    (problem,) = read(Item, {"name": "a", "words": {"w" * 300: "x"}}, PARTS).problems
    assert problem.index(": ") == 100


def test_a_problem_is_clean_and_short_and_shows_no_value() -> None:
    (problem,) = read(Item, {"name": "a", "words": {f"\u202e\x1b{'x' * 500}": "canary"}}, PARTS).problems
    assert problem.startswith("words.\ufffd\u241bxxx")
    assert "canary" not in problem
    assert problem.endswith("valid integer")
    assert len(problem) <= 200


def test_types_clean_and_bound_however_a_model_is_made() -> None:
    class Texts(BaseModel):
        name: Name
        word: Word
        message: Message
        id: Guid

    raw: dict[str, Any] = {
        "name": "n" * 257,
        "word": "w" * 65,
        "message": "m\r" * 1_500,
        "id": "0f1e2d3c-1111-4222-8333-944455556666",
    }
    made = Texts.model_validate(raw)
    assert [len(text) for text in (made.name, made.word, made.message)] == [256, 64, 2_000]
    assert made.message.startswith("m\nm\n")
    assert made.id == raw["id"]
    odd = Texts.model_validate({**raw, "name": "\ud83d\n", "word": "\u202e"})
    assert (odd.name, odd.word) == ("\ufffd\u240a", "\ufffd")
    assert read(Texts, {**raw, "id": raw["id"].upper()}, frozenset()).item is None
    assert read(Texts, {**raw, "id": raw["id"] + "\n"}, frozenset()).item is None


def test_reading_takes_time_in_proportion_to_what_is_wrong() -> None:
    wrong: dict[str, Any] = {"name": "a", "words": {f"w{number}": "x" for number in range(20_000)}}
    assert read(Item, wrong, PARTS).item == Item(name=Clean("a"))
