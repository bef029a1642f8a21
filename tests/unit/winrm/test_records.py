"""What the operator takes from PSRP messages: the same text as PowerShell shows, whatever else an object holds."""

from __future__ import annotations

import contextlib
import struct
import time
import uuid

import psrpcore
import pytest
from psrpcore.types import ErrorCategoryInfo, NETException, PSInvocationState

from hostsim import bombs
from hyperv_operator.ports import LogStream
from hyperv_operator.winrm import records
from hyperv_operator.winrm.allowance import AnswerRefused
from hyperv_operator.winrm.fragments import Reassembly
from hyperv_operator.winrm.records import StreamItem, read_item, read_protocol_version, read_state, split

OUT, INFO, ERROR = LogStream.OUTPUT, LogStream.INFORMATION, LogStream.ERROR


def _record(name: str, value: str) -> bytes:
    return (
        f'<Obj RefId="0"><ToString>shown</ToString><MS><S N="other">x</S><S N="{name}">{value}</S></MS></Obj>'.encode()
    )


@pytest.mark.parametrize(
    ("stream", "xml", "text"),
    [
        (OUT, b"<S>text</S>", "text"),
        (OUT, b"<S></S>", ""),
        (OUT, b"<S/>", ""),
        (OUT, b"<S>a_x000A_b &lt;c&gt; _xD83D__xDE00_</S>", "a\nb <c> \U0001f600"),
        (OUT, "<S>ü_x0041_</S>".encode(), "üA"),
        (OUT, b"<I32>7</I32>", "7"),
        (OUT, b"<B>true</B>", "true"),
        (OUT, b"<Nil/>", ""),
        (OUT, b'<Obj RefId="0"><ToString>shown_x0021_</ToString><MS><S N="a">b</S></MS></Obj>', "shown!"),
        (OUT, b'<Obj RefId="0"><LST><S>a</S><I32>1</I32><Nil/><Obj RefId="1"/><Ref RefId="1"/></LST></Obj>', "a, 1"),
        (OUT, b'<Obj RefId="0"><MS><S N="a">b</S></MS></Obj>', ""),
        (LogStream.VERBOSE, _record("InformationalRecord_Message", "said"), "said"),
        (LogStream.DEBUG, _record("InformationalRecord_Message", "said"), "said"),
        (LogStream.WARNING, _record("InformationalRecord_Message", "said"), "said"),
        (LogStream.WARNING, _record("Unknown", "said"), "shown"),
        (INFO, _record("MessageData", "said"), "said"),
        (INFO, _record("Unknown", "said"), "shown"),
        (LogStream.PROGRESS, _record("Activity", "said"), "said"),
        (ERROR, _record("FullyQualifiedErrorId", "SomeId"), "shown"),
    ],
)
def test_an_object_becomes_text(stream: LogStream, xml: bytes, text: str) -> None:
    assert read_item(stream, xml).text == text


def test_what_belongs_to_a_record_is_read() -> None:
    xml = (
        b'<Obj RefId="0"><MS><Obj N="MessageData" RefId="1"><ToString>said</ToString><Props><S N="Message">x</S></Props></Obj>'
        b'<Obj N="Tags" RefId="2"><LST><S>A</S><S>B_x0043_</S></LST></Obj></MS></Obj>'
    )
    assert read_item(INFO, xml) == StreamItem(INFO, "said", ("A", "BC"))
    progress = (
        b'<Obj RefId="0"><MS><S N="CurrentOperation">c</S><S N="Activity">a</S><S N="StatusDescription"></S></MS></Obj>'
    )
    assert read_item(LogStream.PROGRESS, progress).text == "a: c"
    error = (
        b'<Obj RefId="0"><MS><Obj N="Exception" RefId="1"><Props><S N="Data">x</S><S N="Message">failed</S></Props></Obj>'
        b'<S N="FullyQualifiedErrorId">Id_x002C_1</S></MS></Obj>'
    )
    assert read_item(ERROR, error) == StreamItem(ERROR, "failed", error_id="Id,1")


@pytest.mark.parametrize("xml", [b"", b"text", b"<S>", b"<S>a</S><S>b</S>", b"<!DOCTYPE S><S>a</S>", b"<S>\x00</S>"])
def test_an_object_that_is_no_clixml_is_refused(xml: bytes) -> None:
    with pytest.raises(AnswerRefused):
        read_item(LogStream.VERBOSE, xml)


@pytest.mark.parametrize("name", ["PipelineState", "RunspaceState"])
def test_a_state_is_a_number_with_the_error_that_caused_it(name: str) -> None:
    error = '<Obj N="ExceptionAsErrorRecord" RefId="1"><ToString>why</ToString><MS><S N="FullyQualifiedErrorId">Id</S></MS></Obj>'
    xml = f'<Obj RefId="0"><MS><I32 N="{name}">5</I32>{error}</MS></Obj>'
    found = read_state(xml.encode())
    assert (found.number, found.error) == (5, StreamItem(ERROR, "why", error_id="Id"))
    for nothing in ("", '<Nil N="ExceptionAsErrorRecord"/>'):
        found = read_state(f'<Obj RefId="0"><MS><I32 N="{name}">4</I32>{nothing}</MS></Obj>'.encode())
        assert (found.number, found.error) == (4, None)


@pytest.mark.parametrize("value", ["", "x", "-1", "1.5", "10000", "٣"])
def test_a_state_that_is_no_number_is_refused(value: str) -> None:
    with pytest.raises(AnswerRefused, match="no number"):
        read_state(f'<Obj RefId="0"><MS><I32 N="PipelineState">{value}</I32></MS></Obj>'.encode())


def test_the_protocol_version_is_digits_and_dots() -> None:
    def read(version: str) -> str:
        return read_protocol_version(
            f'<Obj RefId="0"><MS><Version N="protocolversion">{version}</Version></MS></Obj>'.encode()
        )

    assert read("2.3") == "2.3"
    assert read("10.20.30.4000") == "10.20.30.4000"
    for bad in ("", "2", "2.", "2.x", "2.3.4.5.6", "2.12345", "9" * 5_000 + ".1"):
        with pytest.raises(AnswerRefused, match="no version"):
            read(bad)
    with pytest.raises(AnswerRefused, match="no version"):
        read_protocol_version(b'<Obj RefId="0"/>')


def test_a_message_has_a_type_and_xml() -> None:
    head = struct.pack("<II", 1, 0x00041004) + bytes(32)
    assert split(head + b"<S/>") == (0x00041004, b"<S/>")
    assert split(head + b"\xef\xbb\xbf<S/>") == (0x00041004, b"<S/>")
    assert split(head) == (0x00041004, b"")
    with pytest.raises(AnswerRefused, match="without its header"):
        split(head[:-1])


class _Server:
    """The server side of PSRP by another implementation."""

    def __init__(self) -> None:
        client = psrpcore.ClientRunspacePool()
        pool = psrpcore.ServerRunspacePool()
        client.open()
        self._deliver(client, pool)
        self._deliver(pool, client)
        pipeline = psrpcore.ClientPowerShell(client)
        pipeline.add_script("x")
        pipeline.start()
        self.pool, self.pipeline = pool, psrpcore.ServerPipeline(pool, pipeline.pipeline_id)
        self._deliver(client, pool)
        self.pipeline.start()
        while self.pool.data_to_send() is not None:
            pass

    @staticmethod
    def _deliver(source: psrpcore.ClientRunspacePool | psrpcore.ServerRunspacePool, target: object) -> None:
        while (payload := source.data_to_send()) is not None:
            target.receive_data(payload)  # type: ignore[attr-defined]
            while target.next_event() is not None:  # type: ignore[attr-defined]
                pass

    def sent(self) -> list[tuple[int, bytes]]:
        """Return the messages that were written since the last call."""
        reassembly, found = Reassembly(), []
        while (payload := self.pool.data_to_send(200)) is not None:
            found += [split(one) for one in reassembly.feed(payload.data) if one is not None]
        return found


def test_what_another_implementation_writes_is_read_in_order() -> None:
    server = _Server()
    server.pipeline.write_output("out")
    server.pipeline.write_information("info", "here", tags=["A", "B"])
    server.pipeline.write_warning("warned \U0001f600")
    server.pipeline.write_debug("debugged")
    server.pipeline.write_verbose("line one\nline two")
    server.pipeline.write_progress("copying", 0, "half")
    server.pipeline.write_error(
        NETException(Message="broke"), category_info=ErrorCategoryInfo(Reason="r"), fully_qualified_error_id="Id"
    )
    items = [read_item(records.STREAMS[kind], xml) for kind, xml in server.sent() if kind in records.STREAMS]
    assert [(item.stream, item.text) for item in items] == [
        (OUT, "out"),
        (INFO, "info"),
        (LogStream.WARNING, "warned \U0001f600"),
        (LogStream.DEBUG, "debugged"),
        (LogStream.VERBOSE, "line one\nline two"),
        (LogStream.PROGRESS, "copying: half"),
        (ERROR, "broke"),
    ]
    assert items[1].tags == ("A", "B")
    assert items[-1].error_id == "Id"
    server.pipeline.complete()
    states = [read_state(xml) for kind, xml in server.sent() if kind == records.PIPELINE_STATE]
    assert [state.number for state in states] == [PSInvocationState.Completed.value]


@pytest.mark.parametrize("bomb", [bombs.deep, bombs.wide, bombs.references, bombs.attributes])
def test_a_bomb_is_refused_or_read_in_little_time(bomb: object) -> None:
    xml = bomb().encode()  # type: ignore[operator]
    began = time.process_time()
    with contextlib.suppress(AnswerRefused):
        assert len(read_item(OUT, xml).text) <= len(xml)
    assert time.process_time() - began < 0.3


def test_the_simulators_messages_are_those_of_the_protocol() -> None:
    kind, xml = split(bombs.message(0x00041008, uuid.uuid4(), bombs.verbose("said")))
    assert read_item(records.STREAMS[kind], xml) == StreamItem(LogStream.VERBOSE, "said")
