"""The stream decoder: it returns the same lines however the text is split into chunks."""

from __future__ import annotations

import html

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperv_operator.ports import LogLine, LogStream
from hyperv_operator.winrm.stream import MAX_LINE, PowerShellStreamDecoder, unescape

_CLIXML = (
    '#< CLIXML\r\n<Objs Version="1.1.0.1" xmlns="http://schemas.microsoft.com/powershell/2004/04">'
    '<S S="Error">first_x000D__x000A_sec</S><S S="Error">ond &lt;b&gt; _xD83D__xDE80__x000A_</S>'
    '<S S="warning">careful</S></Objs>'
)


def _decode(stream: LogStream, pieces: list[str]) -> list[LogLine]:
    decoder = PowerShellStreamDecoder()
    return [line for piece in pieces for line in decoder.feed(stream, piece)] + decoder.finish()


def test_clixml_strings_are_assigned_to_the_streams_they_name() -> None:
    assert _decode(LogStream.ERROR, [_CLIXML]) == [
        LogLine(LogStream.ERROR, "first"),
        LogLine(LogStream.ERROR, "second <b> \U0001f680"),
        LogLine(LogStream.WARNING, "careful"),
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("_x0041_", "A"),
        ("_xD83D__xDE80_", "\U0001f680"),
        ("_xD83D_", "�"),
        ("_x005F_x0041_", "_x0041_"),
        ("_x41_", "_x41_"),
    ],
)
def test_an_escape_is_one_utf16_code_unit(text: str, expected: str) -> None:
    assert unescape(text) == expected


@given(
    text=st.one_of(
        st.just(_CLIXML),
        st.just(f"plain\r\n{_CLIXML}\nafter"),
        st.text(alphabet=st.sampled_from("ab\r\n \U0001f680_x0041<>#"), max_size=60),
    ),
    cuts=st.lists(st.integers(0, 400), max_size=12),
)
def test_the_chunks_do_not_affect_the_lines(text: str, cuts: list[int]) -> None:
    places = sorted({min(cut, len(text)) for cut in cuts})
    pieces = [text[a:b] for a, b in zip([0, *places], [*places, len(text)], strict=True)]
    assert _decode(LogStream.VERBOSE, pieces) == _decode(LogStream.VERBOSE, [text])


@given(st.text(max_size=200))
def test_any_escaped_text_is_restored(text: str) -> None:
    units = text.encode("utf-16-le", "surrogatepass")
    pairs = [int.from_bytes(units[at : at + 2], "little") for at in range(0, len(units), 2)]
    escaped = html.escape("".join(f"_x{unit:04X}_" for unit in pairs))
    assert unescape(html.unescape(escaped)) == units.decode("utf-16-le", "replace")


def test_an_endless_line_is_split() -> None:
    lines = _decode(LogStream.OUTPUT, ["x" * (3 * MAX_LINE)])
    assert lines
    assert all(len(line.text) <= MAX_LINE for line in lines)
