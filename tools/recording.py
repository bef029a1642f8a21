"""Run the demo and draw what it prints as a terminal, in an SVG that shows each line when it was printed.

`python tools/recording.py` runs `make demo` and writes docs/images/demo.svg; `--from FILE` draws a recording made with `--save`
instead. Viewers that ask for reduced motion see the whole text at once.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

ROOT = Path(__file__).resolve().parent.parent
IMAGE = ROOT / "docs" / "images" / "demo.svg"

_COLUMNS = 112
_CHARACTER, _LINE, _MARGIN = 7.2, 17, 14
_SHOWN = ("=== kubectl apply", "=== kubectl get", "=== kubectl delete")
"""The parts of the demo that fit on one screen, by the beginning of their titles."""
_LONGEST_PAUSE = 1.2
"""Seconds: longer silences, such as the start of the servers, are shortened to this."""

_STYLE = """\
text { font: 12px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; fill: #c9d1d9; }
text.title { fill: #79c0ff; font-weight: bold; }
text.good { fill: #7ee787; }
text.bad { fill: #ff7b72; }
@keyframes show { from { opacity: 0; } to { opacity: 1; } }
@media (prefers-reduced-motion: no-preference) { text { animation: show 0.1s both; } }"""


@dataclass(frozen=True)
class Line:
    """One printed line, and the seconds from the start at which it appeared."""

    at: float
    text: str


def record(command: Sequence[str]) -> list[Line]:
    """Run a command and return what it prints; `SystemExit` with its output if it fails."""
    started = time.monotonic()
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own command
        printed = process.stdout or ()
        lines = [Line(round(time.monotonic() - started, 2), text.rstrip()) for text in printed]
    if process.returncode:
        raise SystemExit("\n".join([*(line.text for line in lines), f"{' '.join(command)} failed: nothing is drawn"]))
    return lines


def shortened(lines: Iterable[Line]) -> Iterator[Line]:
    """Yield the lines of the parts that are shown, at a pace that can be watched, and folded to the picture's width."""
    shown, last, now = False, 0.0, 0.0
    for line in lines:
        if line.text.startswith("==="):
            shown = line.text.startswith(_SHOWN)
        if shown:
            now += min(line.at - last, _LONGEST_PAUSE)
            for start in range(0, max(len(line.text), 1), _COLUMNS):
                yield Line(now, line.text[start : start + _COLUMNS])
        last = line.at


def render(lines: Iterable[Line]) -> str:
    """Return the picture; `ValueError` if the recording holds no part that is shown."""
    shown = list(shortened(lines))
    while shown and not shown[-1].text:
        shown.pop()
    if not shown:
        raise ValueError(f"the recording has none of the parts {', '.join(_SHOWN)}")
    width = round(_COLUMNS * _CHARACTER + 2 * _MARGIN)
    height = _LINE * len(shown) + 2 * _MARGIN
    texts = [
        f'<text x="{_MARGIN}" y="{_MARGIN + _LINE * number - 4}"{_class(line.text)} '
        f'style="animation-delay:{line.at:.2f}s">{escape(line.text)}</text>'
        for number, line in enumerate(shown, start=1)
        if line.text
    ]
    size = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} xml:space="preserve" role="img" aria-label="Recording of make demo">',
            f"<style>\n{_STYLE}\n</style>",
            f'<rect width="{width}" height="{height}" rx="8" fill="#0d1117"/>',
            *texts,
            "</svg>\n",
        ]
    )


def _class(text: str) -> str:
    if text.startswith("==="):
        return ' class="title"'
    if " is invalid:" in text:
        return ' class="bad"'
    words = text.split()
    return ' class="good"' if len(words) > 1 and words[1] == "True" and "Ready" in words else ""


def main(arguments: Sequence[str]) -> int:
    """Record, or read a recording, and draw it; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--from", dest="source", type=Path, metavar="FILE", help="draw this recording, run nothing")
    parser.add_argument("--save", type=Path, metavar="FILE", help="also write the recording, as JSON")
    parser.add_argument("--output", type=Path, default=IMAGE, metavar="FILE", help="the picture")
    chosen = parser.parse_args(arguments)
    if chosen.source:
        lines = [Line(**one) for one in json.loads(chosen.source.read_text(encoding="utf-8"))]
    else:
        lines = record(["make", "--no-print-directory", "--silent", "demo"])
    if chosen.save:
        text = json.dumps([{"at": line.at, "text": line.text} for line in lines], indent=1)
        chosen.save.write_text(text, encoding="utf-8")
    chosen.output.parent.mkdir(parents=True, exist_ok=True)
    chosen.output.write_text(render(lines), encoding="utf-8")
    print(f"wrote {chosen.output}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
