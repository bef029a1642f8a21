"""What a hostile host sends in the stream of a run: CLIXML bombs, fragments that never end or lie, and lines by the thousand.

The behaviour is chosen by `Faults.hostile_stream`. It comes before the pipeline's own output, which stays as it is.
"""

from __future__ import annotations

import base64
import struct
import uuid
from collections.abc import Callable, Iterator
from functools import cache
from typing import TYPE_CHECKING

from hostsim.faults import Faults

if TYPE_CHECKING:
    from hostsim.pipeline import Pipeline

_NOBODY = uuid.UUID(int=0)
_OUTPUT, _VERBOSE = 0x00041004, 0x00041008
_FIRST_OBJECT = 1 << 40
"""Object ids that psrpcore does not reach."""
SIZE = 300_000
"""Bytes of each bomb, so that it fits into one answer."""
HEADER = struct.Struct(">QQBI")
_VERBOSE_RECORD = (
    '<Obj RefId="0"><ToString>{text}</ToString><MS><S N="InformationalRecord_Message">{text}</S>'
    '<B N="InformationalRecord_SerializeInvocationInfo">false</B><Obj N="InformationalRecord_PipelineIterationInfo" RefId="1">'
    '<TN RefId="0"><T>System.Collections.ObjectModel.ReadOnlyCollection`1[[System.Int32]]</T><T>System.Object</T></TN>'
    "<LST><I32>0</I32><I32>0</I32></LST></Obj></MS></Obj>"
)


def arm(pipeline: Pipeline, faults: Faults) -> None:
    """Put the hostile stream in front of a pipeline's output, once for each pipeline."""
    if faults.hostile_stream is None or pipeline.is_armed:
        return
    pipeline.is_armed = True
    if faults.hostile_stream == "lines":
        pipeline.flood = list(reversed(_answers_of_lines(faults.hostile_lines)))
        return
    pipeline.outbox[:0] = b"".join(STREAMS[faults.hostile_stream](pipeline, faults))


def whole_fragments(outbox: bytearray, limit: int) -> int:
    """Return the size of the longest run of whole fragments at the beginning of an outbox, at most `limit` unless one is longer."""
    end = 0
    while end + HEADER.size <= len(outbox):
        after = end + HEADER.size + HEADER.unpack_from(outbox, end)[3]
        if after > limit and end:
            break
        end = after
    return min(end, len(outbox)) or len(outbox)


def fragment(object_id: int, number: int, data: bytes, *, start: bool = True, end: bool = True) -> bytes:
    """Return one fragment."""
    return HEADER.pack(object_id, number, start | end << 1, len(data)) + data


def message(kind: int, pipeline: uuid.UUID, xml: str) -> bytes:
    """Return one message for the client, without its fragment."""
    return struct.pack("<II", 1, kind) + uuid.uuid4().bytes_le + pipeline.bytes_le + xml.encode()


# --- CLIXML ----------------------------------------------------------------------------------------------------------


def deep() -> str:
    """Return objects within objects."""
    depth = SIZE // 70
    head = "".join(f'<Obj RefId="{n}"><MS><Obj N="a" RefId="x{n}"><Props>' for n in range(depth // 2))
    return head + "</Props></Obj></MS></Obj>" * (depth // 2)


def wide() -> str:
    """Return one object with as many elements as fit."""
    return f'<Obj RefId="0"><LST>{"<Nil/>" * (SIZE // 6)}</LST></Obj>'


def references() -> str:
    """Return lists of references to lists, each ten times as large as the one before once it is written out."""
    lists = "".join(
        f'<Obj RefId="{n}"><TN RefId="t{n}"><T>System.Array</T></TN><LST>{f"<Ref RefId={chr(34)}{n - 1}{chr(34)}/>" * 10}</LST></Obj>'
        for n in range(1, 12)
    )
    first = '<Obj RefId="0"><TN RefId="t0"><T>System.Array</T></TN><LST><S>ten letter</S></LST></Obj>'
    return f'<Obj RefId="z"><TN RefId="t"><T>System.Array</T></TN><LST>{first}{lists}</LST></Obj>'


def attributes() -> str:
    """Return one element with as many attributes as fit."""
    pairs = " ".join(f'a{n}=""' for n in range(SIZE // 10))
    return f'<Obj RefId="0" {pairs}/>'


def verbose(text: str) -> str:
    """Return an ordinary record."""
    return _VERBOSE_RECORD.format(text=text)


# --- streams ---------------------------------------------------------------------------------------------------------


def _one(make: Callable[[], str]) -> Callable[[Pipeline, Faults], Iterator[bytes]]:
    def stream(pipeline: Pipeline, _: Faults) -> Iterator[bytes]:
        yield fragment(_FIRST_OBJECT, 0, message(_OUTPUT, pipeline.id, make()))

    return stream


def _unfinished(_: Pipeline, __: Faults) -> Iterator[bytes]:
    """Begin as many objects as fit, and finish none."""
    for number in range(SIZE // 1_021):
        yield fragment(_FIRST_OBJECT + number, 0, b"x" * 1_000, end=False)


def _out_of_order(_: Pipeline, __: Faults) -> Iterator[bytes]:
    yield fragment(_FIRST_OBJECT, 0, b"x", end=False)
    yield fragment(_FIRST_OBJECT, 7, b"x", start=False)


def _tiny(pipeline: Pipeline, _: Faults) -> Iterator[bytes]:
    """Send one object in fragments of one byte."""
    data = message(_VERBOSE, pipeline.id, verbose("x" * (SIZE // 22 - 600)))
    for number, byte in enumerate(data):
        yield fragment(_FIRST_OBJECT, number, bytes([byte]), start=number == 0, end=number == len(data) - 1)


@cache
def _answers_of_lines(count: int) -> tuple[str, ...]:
    """Return the output of answers with so many lines, in base64. It is made once, so that flooding costs the simulator little."""
    answers, pending = list[str](), bytearray()
    for number in range(count):
        pending += fragment(_FIRST_OBJECT + number, 0, message(_VERBOSE, _NOBODY, verbose(f"line {number}")))
        if len(pending) > SIZE or number == count - 1:
            answers.append(base64.b64encode(pending).decode())
            pending.clear()
    return tuple(answers)


STREAMS: dict[str, Callable[[Pipeline, Faults], Iterator[bytes]]] = {
    "clixml-deep": _one(deep),
    "clixml-wide": _one(wide),
    "clixml-references": _one(references),
    "clixml-attributes": _one(attributes),
    "unfinished": _unfinished,
    "out-of-order": _out_of_order,
    "tiny-fragments": _tiny,
}
