"""Benchmark of the redaction and the stream decoder: the worst text costs per byte at most so many times an ordinary one."""

from __future__ import annotations

from collections.abc import Callable

from bench.timing import seconds
from hyperv_operator.ports import LogStream
from hyperv_operator.telemetry.redaction import Redactor
from hyperv_operator.winrm.stream import PowerShellStreamDecoder

LIMIT = 16.0
LINE_LIMIT_US = 15.0
"""Microseconds for an ordinary line, as it was before redaction was linear."""
_LINE = "The copy of the image 'debian-12.vhdx' to C:\\VMs\\team-a_build-01 is at 42 percent done"
_LONG = 8_192
_HELD = 1_000
_MARKS = "@ -> = password eyJ PRIVATE KEY basic"
"""Makes every rule apply to a text."""
_WORST = (
    "a.", "a", "p", "s", "password=x ", 'pwd:"', "pwd='", "pwd ", "<password>", "<pwd a", '="pwd" ', "--pwd ", "-a-", " -" + "a" * 40,
    "-----BEGIN ", "://a:b@", "://:a@a", "authorization: a1", "basic " + "a" * 19 + " ",
    "eyJaaaaaaaa.", 'pwd=\\"', "pwd=&quot;", "&lt;pwd&gt;",
    "pwd=a,b=", 'pwd"value', "/pass ", "password: must ", "\n", "held-value-00", "\u00e9",
)  # fmt: skip
_RECORD = '<S S="warning">a warning of about sixty characters, which some tool has printed</S>'
_WORST_RECORDS = (
    "<S/>",
    "<S",
    '<S S="Error">a</S>',
    "_x0041_",
    "&lt;",
    "<Obj>" * 50 + "</Obj>" * 50,
    "</Objs><Objs ><S>a</S>",
    "<Objs <\n",
    "\n",
)


def run() -> bool:
    """Print the results; return whether they are within the limits."""
    return all((_redaction(), _decoder()))


def _redaction() -> bool:
    bare, full = Redactor(), Redactor()
    full.hold([f"held-value-{number:04d}" for number in range(_HELD)])
    line = seconds(lambda: bare.clean(_LINE), 500)
    held = seconds(lambda: full.clean(_LINE), 500)
    print(f"redaction: {line * 1e6:.1f} us for a line of {len(_LINE)} characters (at most {LINE_LIMIT_US:g})")
    print(f"redaction: {held * 1e6:.1f} us with {_HELD:,} held values (at most {LINE_LIMIT_US:g})")
    texts = {piece: (piece * _LONG)[:_LONG] + _MARKS for piece in _WORST}
    return _compare("redaction", line / len(_LINE), texts, full.clean) and max(line, held) * 1e6 <= LINE_LIMIT_US


def _decoder() -> bool:
    ordinary = _document(_RECORD)
    texts = {piece: _document(piece) for piece in _WORST_RECORDS}
    return _compare("decoder", seconds(lambda: _decode(ordinary), 1) / len(ordinary), texts, _decode)


def _document(piece: str) -> str:
    return "#< CLIXML\r\n<Objs >" + piece * (65_536 // len(piece))


def _decode(text: str) -> object:
    decoder = PowerShellStreamDecoder()
    return decoder.feed(LogStream.ERROR, text), decoder.finish()


def _compare(name: str, ordinary: float, texts: dict[str, str], work: Callable[[str], object]) -> bool:
    """Compare the worst of these texts with ordinary ones, by time for each byte."""
    costs = {piece: seconds(lambda text=text: work(text), 1) / len(text) for piece, text in texts.items()}  # type: ignore[misc]
    piece = max(costs, key=lambda one: costs[one])
    ratio = costs[piece] / ordinary
    print(
        f"{name}: {ordinary * 1e9:.0f} ns for a byte of ordinary text, at worst {costs[piece] * 1e9:.0f} ns ({piece!r}): "
        f"{ratio:.1f} times (at most {LIMIT:g})"
    )
    return ratio <= LIMIT
