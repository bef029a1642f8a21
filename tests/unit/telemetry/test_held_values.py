"""Known values are found in every form and place, at a cost that hardly depends on their number."""

from __future__ import annotations

import base64
import html
import json
import time
import urllib.parse
from xml.sax import saxutils

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperv_operator.telemetry.held_forms import forms_of
from hyperv_operator.telemetry.held_values import HeldValues, merged
from hyperv_operator.telemetry.redaction import MASK, Redactor

_VALUE = 'Hún\'ter "2" & <x>/y+z`$_%~ 💾'
_SIMPLE = "Hunter-22"


def _base64(text: str, before: str = "", after: str = "", encoding: str = "utf-8") -> str:
    return base64.b64encode((before + text + after).encode(encoding)).decode()


_WRITTEN = {
    "plain": _VALUE,
    "JSON": json.dumps(_VALUE),
    "JSON, not ASCII": json.dumps(_VALUE, ensure_ascii=False),
    "JSON in JSON": json.dumps(json.dumps(_VALUE)),
    "JSON of .NET": json.dumps(_VALUE)
    .replace("'", "\\u0027")
    .replace("<", "\\u003C")
    .replace(">", "\\u003E")
    .replace("&", "\\u0026")
    .replace('\\"', "\\u0022")
    .replace("+", "\\u002B")
    .replace("`", "\\u0060")
    .replace("\\u00fa", "\\u00FA")
    .replace("\\ud83d\\udcbe", "\\uD83D\\uDCBE"),
    "JSON of Windows PowerShell": json.dumps(_VALUE, ensure_ascii=False)
    .replace("'", "\\u0027")
    .replace("<", "\\u003c")
    .replace(">", "\\u003e")
    .replace("&", "\\u0026"),
    "JSON, escaped slashes": json.dumps(_VALUE, ensure_ascii=False).replace("/", "\\/"),
    "XML": saxutils.escape(_VALUE),
    "XML attribute": html.escape(_VALUE),
    "XML of .NET": saxutils.escape(_VALUE, {'"': "&quot;", "'": "&apos;"}),
    "XML, decimal": "".join(f"&#{ord(one)};" for one in _VALUE),
    "XML, hexadecimal": "".join(f"&#x{ord(one):X};" for one in _VALUE),
    "XML of JSON": html.escape(json.dumps(_VALUE, ensure_ascii=False)),
    "URL": urllib.parse.quote(_VALUE, safe=""),
    "URL, slash kept": urllib.parse.quote(_VALUE),
    "URL, plus": urllib.parse.quote_plus(_VALUE),
    "URL, every byte": "".join(f"%{byte:02x}" for byte in _VALUE.encode()),
    "URL, small digits": urllib.parse.quote("a:b/c d").replace("%3A", "%3a"),
    "single quotes": _VALUE.replace("'", "''"),
    "double quotes": _VALUE.replace("`", "``").replace('"', '`"').replace("$", "`$"),
    "backticks": "".join(one if one.isalnum() else f"`{one}" for one in _VALUE),
    "CLIXML": "".join(f"_x{ord(one):04X}_" for one in _SIMPLE),
    "hexadecimal": _VALUE.encode().hex(),
    "bytes of .NET": _VALUE.encode().hex("-").upper(),
    "UTF-16 with NULs": _VALUE[:8].encode("utf-16-le").decode("latin-1"),
    "quoted in sh": "'" + _VALUE.replace("'", "'\\''") + "'",
    **{f"base64 after {n}": _base64(_VALUE, "x" * n, "yz") for n in range(3)},
    **{f"base64 of UTF-16 after {n}": _base64(_VALUE, "x" * n, "yz", "utf-16-le") for n in range(3)},
    "base64 for URLs": base64.urlsafe_b64encode(("~~?" + _VALUE).encode()).decode(),
    "base64 in a URL": urllib.parse.quote(_base64(_VALUE), safe=""),
    "over two lines": f"{_VALUE[:9]}\n    {_VALUE[9:]}",
    "over two lines of Windows": f"{_VALUE[:9]}\r\n{_VALUE[9:]}",
    "wrapped at a space": _VALUE.replace(" ", "\n", 1),
}
_HELD = {"URL, small digits": "a:b/c d", "CLIXML": _SIMPLE, "UTF-16 with NULs": _VALUE[:8]}


@pytest.mark.parametrize("name", _WRITTEN)
def test_a_value_is_found_in_every_form(name: str) -> None:
    redactor = Redactor()
    redactor.hold([_HELD.get(name, _VALUE)])
    written = _WRITTEN[name]
    clean = redactor.clean(f"The value {written} is left out.")
    assert MASK in clean
    assert clean.startswith("The value ")
    assert clean.endswith(" is left out.")
    left = clean.removeprefix("The value ").removesuffix(" is left out.").replace(MASK, "")
    assert len(left) <= 16  # quotes, line ends, and what base64 has around the value
    assert not any(written[at : at + 9] in left for at in range(len(written) - 9))


@pytest.mark.parametrize("length", [4, 5, 6, 7, 8])
def test_the_beginning_of_a_value_at_the_end_of_a_text_is_masked(length: int) -> None:
    redactor = Redactor()
    redactor.hold([_SIMPLE])
    assert redactor.clean(f"it is {_SIMPLE[:length]}") == f"it is {MASK}"


def test_three_characters_of_a_value_are_no_value() -> None:
    redactor = Redactor()
    redactor.hold([_SIMPLE, "abc"])
    assert redactor.clean("abc Hun") == "abc Hun"


def test_within_a_text_a_part_of_a_value_stays_readable() -> None:
    redactor = Redactor()
    redactor.hold(["Contoso-2026"])
    assert redactor.clean("Contoso-2025 and Contoso-2026.") == f"Contoso-2025 and {MASK}."


def test_every_line_of_a_value_is_a_value() -> None:
    redactor = Redactor()
    redactor.hold(["first line\nsecond line\n"])
    assert redactor.clean("a second line.") == f"a {MASK}."
    assert redactor.clean("a first line.") == f"a {MASK}."


def test_a_text_keeps_its_number_of_lines() -> None:
    redactor = Redactor()
    redactor.hold([_SIMPLE])
    assert redactor.clean("a Hunt\n  er-22 b\nc") == f"a {MASK}\n b\nc"


@pytest.mark.parametrize("at", range(9))
@pytest.mark.parametrize("value", ["wxyz", "uvwxy", "uvwxyz", "tuvwxyz", "tuvwxyz0123"])
def test_a_value_is_found_wherever_it_begins(value: str, at: int) -> None:
    redactor = Redactor()
    redactor.hold([value])
    assert redactor.clean("-" * at + value + "-" * 3) == "-" * at + MASK + "-" * 3
    assert redactor.clean("-" * at + value) == "-" * at + MASK


def test_the_longest_of_two_values_is_masked() -> None:
    redactor = Redactor()
    redactor.hold(["Hunter-22", "Hunter-22-and-more"])
    assert redactor.clean("x Hunter-22-and-more, Hunter-22, Hunter-22-and") == f"x {MASK}, {MASK}, {MASK}"


def test_a_value_within_another_and_one_that_overlaps_are_masked() -> None:
    redactor = Redactor()
    redactor.hold(["abcdefghij", "hijklmnop"])
    assert redactor.clean("<abcdefghijklmnop>") == f"<{MASK}>"


def test_many_values_of_one_beginning_are_masked_as_far_as_the_longest() -> None:
    redactor = Redactor()
    redactor.hold(["Hunter-" + "x" * length for length in range(1, 66)])
    assert redactor.clean(f"Hunter-{'1' * 64}234.") == f"{MASK}34."


def test_a_text_that_repeats_the_beginning_of_a_value_is_masked_to_its_end() -> None:
    redactor = Redactor()
    redactor.hold(["Hunter-22"])
    text = "Hunter-23 "
    assert redactor.clean(text * 256 + ".") == text * 256 + "."
    assert redactor.clean(text * 257 + ".") == text * 256 + MASK


def test_a_value_that_is_held_twice_is_released_twice() -> None:
    redactor = Redactor()
    first, second = redactor.hold([_SIMPLE]), redactor.hold([_SIMPLE])
    first()
    first()
    assert redactor.clean(_SIMPLE) == MASK
    second()
    assert redactor.clean(_SIMPLE) == _SIMPLE


def test_what_is_held_for_others_does_not_touch_the_text_of_an_owner() -> None:
    redactor = Redactor()
    redactor.hold(["of-all-22"])
    release = redactor.hold(["of-one-22"], "one")
    text = "of-all-22 of-one-22"
    assert redactor.clean(text) == f"{MASK} {MASK}"
    assert redactor.clean(text, "one") == f"{MASK} {MASK}"
    assert redactor.clean(text, "two") == f"{MASK} of-one-22"
    release()
    assert redactor.clean(text, "one") == f"{MASK} of-one-22"


@given(st.lists(st.text(min_size=1, max_size=12), max_size=5), st.integers(0, 5))
def test_nothing_is_left_of_values_that_were_released(values: list[str], count: int) -> None:
    held = HeldValues()
    groups = [forms_of(value) for value in values]
    for forms in groups:
        held.add(forms)
    for forms in groups:
        held.remove(forms)
    assert not held
    assert vars(held) == vars(HeldValues())


@given(st.text(min_size=4, max_size=30), st.text(max_size=20), st.text(max_size=20))
def test_any_value_is_masked_anywhere(value: str, before: str, after: str) -> None:
    redactor = Redactor()
    redactor.hold([value])
    text = before + value + after
    spans = redactor._all.spans(text.encode("utf-8", "surrogatepass"))
    start = len(before.encode("utf-8", "surrogatepass"))
    end = start + len(value.encode("utf-8", "surrogatepass"))
    assert any(first <= start and end <= last for first, last in spans)
    redactor.clean(text)


@pytest.mark.parametrize(
    ("spans", "expected"),
    [
        ([], []),
        ([(4, 6), (0, 2)], [(0, 2), (4, 6)]),
        ([(0, 2), (2, 4)], [(0, 4)]),
        ([(0, 9), (2, 4)], [(0, 9)]),
        ([(0, 2), (1, 4), (6, 7)], [(0, 4), (6, 7)]),
    ],
)
def test_spans_are_merged(spans: list[tuple[int, int]], expected: list[tuple[int, int]]) -> None:
    assert merged(spans) == expected


def test_a_value_of_any_length_has_a_bounded_number_of_forms() -> None:
    assert len(forms_of("x" * 100_000)) < 200
    assert len(forms_of("".join(f"line {number:08d}\n" for number in range(10_000)))) < 64 * 80


def test_a_thousand_values_cost_little_more_than_one() -> None:
    line = "The copy of the image 'debian-12.vhdx' to C:\\VMs\\team-a_build-01 is at 42 percent done. " * 10
    one, many = Redactor(), Redactor()
    one.hold(["secret-value-0000"])
    many.hold([f"secret-value-{number:04d}" for number in range(1_000)])
    assert _seconds(many, line) < 3 * _seconds(one, line)


def _seconds(redactor: Redactor, text: str) -> float:
    best = float("inf")
    for _ in range(5):
        began = time.process_time()
        for _ in range(20):
            redactor.clean(text)
        best = min(best, time.process_time() - began)
    return best
