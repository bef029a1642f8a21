"""What agents print: the stream decoder, CLIXML, and the redaction."""

from __future__ import annotations

import base64
import json
import urllib.parse
from collections.abc import Callable
from typing import Final
from xml.sax import saxutils

from fuzz.target import Target, text_of
from hyperv_operator.border.text import clean
from hyperv_operator.ports import LogLine, LogStream
from hyperv_operator.telemetry.redaction import MASK, Redactor
from hyperv_operator.telemetry.secret_syntax import masked
from hyperv_operator.winrm.clixml import BrokenDocument, Document
from hyperv_operator.winrm.stream import MAX_LINE, PowerShellStreamDecoder

_RECORDS = (
    b"#< CLIXML", b"<Objs>", b"</Objs>", b"<Objs/>", b'<S S="Error">', b'<S S="warning">', b"</S>", b"<Obj>", b"</Obj>",
    b"<MS>", b"</MS>", b"<ToString>", b"</ToString>", b'<S N="Message">', b"_x000D__x000A_", b"_xD83D_", b"&lt;", b"&#0;",
    b"&e;", b"<!DOCTYPE x []>", b"<![CDATA[", b"]]>", b"<!--", b"-->", b"<?x?>", b"\r\n", b"\r", b"\n", b"\xef\xbb\xbf",
    b"<PR>", b"<AV>", b"</AV>", b"</PR>", b"<Nil/>", b"x" * 4_096,
)  # fmt: skip
_SYNTAX = (
    b"password", b"pwd", b"token", b"=", b":", b'"', b"'", b"`", b"\\", b'\\"', b"&quot;", b"<", b">", b"</", b"&lt;", b" ",
    b"</password>", b"\n", b"\r\n", b"\t", b",", b";", b"&", b"[", b"]", b"{", b"}", b"-", b"--", b"-Password ", b"://", b"@",
    b"/", b"Authorization: ", b"Bearer ", b"-----BEGIN PRIVATE KEY-----", b"-----END PRIVATE KEY-----", b"eyJ", b"value",
    b"ConvertTo-SecureString ", b"secret",
)  # fmt: skip
SECRET: Final = "Tr0ub4dor&3 '\"<x>"
_PLAIN: Final = "Tr0ub4dor33"
_FORMS: Final[tuple[Callable[[str], str], ...]] = (
    str,
    json.dumps,
    saxutils.escape,
    urllib.parse.quote,
    urllib.parse.quote_plus,
    lambda text: base64.b64encode(text.encode("utf-16-le")).decode(),
    lambda text: base64.b64encode(b"x" + text.encode() + b"yz").decode(),
    lambda text: text.replace("'", "''"),
)
_PLANTED: Final[tuple[str, ...]] = (
    f"password={_PLAIN}",
    f'"password": "{_PLAIN}"',
    f"password='a {_PLAIN}'",
    f"<password>{_PLAIN}</password>",
    f"-Password {_PLAIN}",
    f"https://me:{_PLAIN}@host/",
    f"Authorization: Bearer {_PLAIN}",
    f"-----BEGIN PRIVATE KEY-----{_PLAIN}-----END PRIVATE KEY-----",
)


def _split(data: bytes) -> tuple[int, int, str]:
    """Return a choice, a place in a text, and the text."""
    choice, place, text = data[:1], data[1:3], text_of(data[3:])
    return int.from_bytes(choice), int.from_bytes(place) % (len(text) + 1), text


def held(data: bytes) -> None:
    """A held value is masked in every form, wherever it is in whatever text."""
    choice, place, text = _split(data)
    form = _FORMS[choice % len(_FORMS)](SECRET)
    redactor = Redactor()
    release = redactor.hold([SECRET])
    shown = redactor.clean(text[:place] + form + text[place:])
    assert form not in shown or form in text
    assert SECRET not in shown or SECRET in text
    release()
    assert redactor.clean(text) == masked(text)
    assert redactor.clean(text).count("\n") <= text.count("\n")


def planted(data: bytes) -> None:
    """What looks like a secret is masked on a line of its own, whatever is on the lines around it."""
    choice, place, text = _split(data)
    line = _PLANTED[choice % len(_PLANTED)]
    before, after = text[:place], text[place:]
    if "PRIVATE KEY" in before or "pass" in before.lower() or _PLAIN in text:
        before = ""
    shown = masked(f"{before}\n{line}\n{after}")
    assert _PLAIN not in shown, shown
    assert MASK in shown


def decoder(data: bytes) -> None:
    """The lines are the same for every way of cutting a stream, bounded, and clean."""
    text = text_of(data)
    size = 1 + sum(data[:3]) % 40
    whole = _lines([text])
    assert _lines([text[at : at + size] for at in range(0, len(text), size)]) == whole
    for line in whole:
        assert line.text == clean(line.text, 4 * MAX_LINE)
        assert line.text.strip()


def _lines(pieces: list[str]) -> list[LogLine]:
    reader = PowerShellStreamDecoder()
    return [line for piece in pieces for line in reader.feed(LogStream.OUTPUT, piece)] + reader.finish()


def clixml(data: bytes) -> None:
    """A document gives records, or is broken; nothing of its text is lost with it."""
    text = text_of(data)
    document = Document()
    try:
        records, rest = document.feed(text)
    except BrokenDocument as broken:
        records, rest = document.taken(), broken.rest
    shown = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    assert rest is None or shown.endswith(rest)
    assert all(isinstance(record.text, str) for record in records)


TARGETS = (
    Target("held", held, _SYNTAX),
    Target("planted", planted, _SYNTAX),
    Target("decoder", decoder, _RECORDS),
    Target("clixml", clixml, _RECORDS),
)
