"""The stream decoder: it returns the same lines however the text is split into chunks."""

from __future__ import annotations

import html
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hyperv_operator.ports import LogLine, LogStream
from hyperv_operator.winrm.clixml import unescape
from hyperv_operator.winrm.stream import MAX_LINE, PowerShellStreamDecoder

_CLIXML = (
    '#< CLIXML\r\n<Objs Version="1.1.0.1" xmlns="http://schemas.microsoft.com/powershell/2004/04">'
    '<S S="Error">first_x000D__x000A_sec</S><S S="Error">ond &lt;b&gt; _xD83D__xDE80__x000A_</S>'
    '<S S="warning">careful</S></Objs>'
)


_HEADER = "#< CLIXML\r\n"
_OPEN = '<Objs Version="1.1.0.1" xmlns="http://schemas.microsoft.com/powershell/2004/04">'
_PROGRESS = (
    '<Obj S="progress" RefId="0"><TN RefId="0"><T>System.Management.Automation.PSCustomObject</T><T>System.Object</T></TN><MS>'
    '<I64 N="SourceId">1</I64><PR N="Record"><AV>Preparing modules for first use.</AV><AI>0</AI><Nil /><PI>-1</PI><PC>-1</PC>'
    "<T>Completed</T><SR>-1</SR><SD> </SD></PR></MS></Obj>"
)
_ERROR = (
    '<Obj S="Error" RefId="1"><TN RefId="1"><T>System.Management.Automation.ErrorRecord</T></TN><ToString>Access is denied</ToString>'
    '<Props><Obj N="Exception" RefId="2"><ToString>System.Exception: inner</ToString></Obj><S N="Reason">x</S></Props></Obj>'
)
_INFORMATION = (
    '<Obj S="information" RefId="3"><TN RefId="2"><T>System.Management.Automation.InformationRecord</T></TN><ToString>from Write-Host'
    '</ToString><Props><Obj N="MessageData" RefId="4"><ToString>from Write-Host</ToString><Props><S N="Message">from Write-Host</S>'
    '<B N="NoNewLine">false</B></Props></Obj><S N="Source">Write-Host</S></Props></Obj>'
)
_HOST_MESSAGE = _INFORMATION.replace("<ToString>from Write-Host</ToString><Props><Obj", "<Props><Obj")
_WARNING = (
    '<Obj S="warning" RefId="5"><TN RefId="3"><T>System.Management.Automation.WarningRecord</T></TN><MS>'
    '<S N="InformationalRecord_Message">careful now</S><B N="InformationalRecord_SerializeInvocationInfo">false</B></MS></Obj>'
)
_CUSTOM = '<Obj RefId="6"><TN RefId="4"><T>PSCustomObject</T></TN><MS><S N="a">x</S><I32 N="b">1</I32></MS></Obj>'
_LIST = '<Obj RefId="7"><TN RefId="5"><T>System.Object[]</T></TN><LST><S>one</S><I32>2</I32></LST></Obj>'


def _document(*records: str) -> str:
    return f"{_HEADER}{_OPEN}{''.join(records)}</Objs>"


def _shown(text: str, stream: LogStream = LogStream.ERROR) -> list[tuple[str, str]]:
    return [(line.stream.value, line.text) for line in _decode(stream, [text])]


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


_TEXTS = tuple(_document(*records) for records in ((_PROGRESS, _ERROR), (_INFORMATION, _WARNING, _CUSTOM), (_LIST,)))
_FRAGMENTS = (
    *_TEXTS,
    _HEADER,
    _OPEN,
    "</Objs>",
    "<Objs/>",
    '<S S="Error">first_x000D__x000A_sec</S>',
    '<S S="warning">careful</S>',
    _PROGRESS,
    "<S>cut",
    "</S>",
    "plain\n",
    "\r\n",
    "  ",
    "<",
    "&",
    "&lt;",
    "\ufeff",
    "\ud83d",
    "x" * 9_000,
)


@given(
    text=st.one_of(
        st.just(_CLIXML),
        st.just(f"plain\r\n{_CLIXML}\nafter"),
        st.sampled_from(_TEXTS),
        st.lists(st.sampled_from(_FRAGMENTS), max_size=8).map("".join),
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


@pytest.mark.parametrize(
    ("record", "stream", "text"),
    [
        (_ERROR, "error", "Access is denied"),
        (_INFORMATION, "information", "from Write-Host"),
        (_HOST_MESSAGE, "information", "from Write-Host"),
        (_WARNING, "warning", "careful now"),
        (_PROGRESS, "progress", "Preparing modules for first use."),
        (_CUSTOM, "output", "@{a=x; b=1}"),
        (_LIST, "output", "one 2"),
        ('<S S="verbose">a</S>', "verbose", "a"),
        ('<S S="debug">a</S>', "debug", "a"),
        ('<S S="Output">a</S>', "output", "a"),
        ('<S S="nothing known">a</S>', "output", "a"),
        ("<I32>42</I32>", "output", "42"),
        ("<S>_xD83D__xDE00_</S>", "output", "\U0001f600"),
        ("<S>a_x001B_[31mb</S>", "output", "a\N{SYMBOL FOR ESCAPE}[31mb"),
        (
            "<S>a&#x85;b_x2028_c_x202E_d</S>",
            "output",
            "a\N{SYMBOL FOR NEWLINE}b\N{SYMBOL FOR NEWLINE}c\N{REPLACEMENT CHARACTER}d",
        ),
    ],
)
def test_every_kind_of_record_is_one_line_of_its_stream(record: str, stream: str, text: str) -> None:
    assert _shown(_document(record), LogStream.OUTPUT) == [(stream, text)]


def test_records_come_in_order_and_each_once() -> None:
    text = _document(
        _PROGRESS, '<S S="warning">one</S>', '<S S="warning">two</S>', _ERROR, '<S S="Error">three_x000D__x000A_</S>'
    )
    assert _shown(text) == [
        ("progress", "Preparing modules for first use."),
        ("warning", "one"),
        ("warning", "two"),
        ("error", "Access is denied"),
        ("error", "three"),
    ]


def test_an_error_that_was_cut_ends_with_the_next_record_of_another_kind() -> None:
    assert _shown(_document('<S S="Error">cu</S>', '<S S="Error">t</S>', _WARNING, '<S S="Error">more</S>')) == [
        ("error", "cut"),
        ("warning", "careful now"),
        ("error", "more"),
    ]


def test_text_around_documents_is_kept() -> None:
    text = f"before\n{_HEADER}between\n{_OPEN}<S>a</S></Objs>after\n{_OPEN}<S>b</S></Objs>\n{_HEADER}{_OPEN}<S>c</S></Objs>end"
    assert [shown for _, shown in _shown(text)] == ["before", "between", "a", "after", "b", "c", "end"]


def test_a_document_without_a_header_is_text() -> None:
    assert _shown(f"{_OPEN}<S>a</S></Objs>") == [("error", f"{_OPEN}<S>a</S></Objs>")]


@pytest.mark.parametrize(
    "broken",
    [
        "<S>a</T>",
        "<S>a",
        "<S",
        "&nothing;",
        "<S>&e;</S>",
        "text",
        "<a>" * 70,
        "<S a='1' a='2'>",
        "\x00",
    ],
)
def test_a_broken_document_is_shown_as_text_after_its_whole_records(broken: str) -> None:
    shown = _shown(f"{_document('<S>good</S>').removesuffix('</Objs>')}{broken}\nafter\n")
    assert shown[0] == ("error", "good")
    assert shown[1][1] == broken.replace("\x00", "\N{SYMBOL FOR NULL}")
    assert shown[2:] == [("error", "after")]


@pytest.mark.parametrize(
    "text",
    [
        f'{_HEADER}<Objs ><!DOCTYPE x [<!ENTITY e "{"x" * 50}">]><S>&e;</S></Objs>',
        f"{_HEADER}<Objs [<!ENTITY e 'x'>]><S>&e;</S></Objs>",
    ],
)
def test_entities_are_never_expanded(text: str) -> None:
    assert _shown(text)
    assert all("&e;" in line or "x</S>" not in line for _, line in _shown(text))


def test_a_record_beyond_the_limit_is_shown_as_text() -> None:
    text = _document(f"<S>{'x' * 1_100_000}</S>")
    lines = _decode(LogStream.ERROR, [text])
    assert sum(len(line.text) for line in lines) == len(text) - len(_HEADER)
    assert all(len(line.text) <= MAX_LINE for line in lines)
    assert _decode(LogStream.ERROR, [text[at : at + 5_000] for at in range(0, len(text), 5_000)]) == lines


def test_the_longest_record_that_is_read() -> None:
    lines = _decode(LogStream.ERROR, [_document(f"<S>{'x' * 1_000_000}</S>")])
    assert "".join(line.text for line in lines) == "x" * 1_000_000


@pytest.mark.parametrize(
    "piece", ['<S S="Error">a</S>', "<S>a</S>", _PROGRESS, "x" * 4_000, "<S>" + "x" * 4_000, "<Obj>"]
)
def test_an_endless_document_takes_bounded_memory(piece: str) -> None:
    decoder = PowerShellStreamDecoder()
    decoder.feed(LogStream.ERROR, f"{_HEADER}{_OPEN}")
    reader = decoder._reader(LogStream.ERROR)
    for _ in range(1_500_000 // len(piece) // 50):
        decoder.feed(LogStream.ERROR, piece * 50)
        kept = reader._document
        assert len(reader._rest) + len(reader._error) <= 2 * MAX_LINE
        if kept is not None:
            assert len(kept._raw) <= 1_060_000
            assert len(kept._records) + len(kept._leaves) + len(kept._found) < 100
            assert sum(len(part) for element in kept._open for part in element.parts) <= 1_060_000


def test_after_a_thousand_documents_they_are_text() -> None:
    shown = _shown(_HEADER + f"{_OPEN}<S>a</S></Objs>\n" * 1_001)
    assert [text for _, text in shown] == [*["a"] * 1_000, f"{_OPEN}<S>a</S></Objs>"]


def test_a_document_may_come_in_several_objects() -> None:
    decoder = PowerShellStreamDecoder()
    parts = ("#< CLIXML", f'{_OPEN}<S S="warning">care', "ful</S></Objs>", "after")
    lines = [line for part in parts for line in decoder.feed_object(LogStream.ERROR, part)]
    assert [(line.stream.value, line.text) for line in lines] == [("warning", "careful"), ("error", "after")]


_BOMBS = {
    "strings": '<S S="Error">a</S>',
    "empty": "<S/>",
    "escapes": "<S>" + "_x0041_" * 100 + "</S>",
    "entities": "<S>" + "&lt;" * 100 + "</S>",
    "nested": "<Obj>" * 50 + "</Obj>" * 50,
    "half": "_x00",
    "angles": "<S>" + "&gt;" * 1_000 + "</S>",
    "properties": '<Obj><MS><S N="a">b</S></MS></Obj>',
    "documents": f"</Objs>{_OPEN}",
    "no documents": "<Objs <\n",
    "headers": _HEADER,
    "lines": "</Objs>\n",
    "blank": " \n",
}


@pytest.mark.parametrize("name", _BOMBS)
def test_the_time_is_linear_in_the_text(name: str) -> None:
    """Sixteen times the text takes about sixteen times as long. Quadratic work would take 256 times as long."""
    short, long = (min(_seconds(_BOMBS[name], size) for _ in range(3)) for size in (16_384, 262_144))
    assert long < 60 * short + 0.01


def _seconds(piece: str, size: int) -> float:
    text = f"{_HEADER}{_OPEN}{piece * (size // len(piece))}"
    began = time.process_time()
    _decode(LogStream.ERROR, [text])
    return time.process_time() - began
