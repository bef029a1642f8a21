"""Clean text: bounded, valid Unicode, and without characters that a reader cannot see or a terminal obeys."""

from __future__ import annotations

import re
from typing import Final, NewType

Clean = NewType("Clean", str)
"""Text that `clean` or `clean_lines` has returned. Only this module and its validators make it."""

ELLIPSIS: Final = "\N{HORIZONTAL ELLIPSIS}"
"""Last character of a text that was cut, so that a cut name never equals a whole one."""
REPLACEMENT: Final = "\N{REPLACEMENT CHARACTER}"

# Scripts whose letters take joiners, and emoji. Characters that are replaced are left out, so that cleaning twice changes nothing.
_EMOJI = "\u2190-\u2bff\U0001f000-\U0001faff"
_JOINED = f"\u0600-\u061b\u061d-\u08ff\u0900-\u0dff\u1000-\u109f\u1780-\u17b3\u17b6-\u17ff\u1810-\u18af{_EMOJI}"
_IDEOGRAPHS = "\u3000-\u312f\u31a0-\u9fff\uf900-\ufaff\U00020000-\U0002fa1f\U00030000-\U0003347f"
_VARIED = f"\u00a9\u00ae\u203c\u2049\u2122\u2139{_JOINED}{_IDEOGRAPHS}"

_UNSEEN = (
    "\x00-\x1f\x7f-\x9f"  # C0, DEL and C1
    "\u2028\u2029"  # line and paragraph separators
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # bidirectional controls
    "\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b\u2060-\u2065\u206a-\u206f\u3164\ufeff\uffa0"  # no width
    "\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e00ff\U000e01f0-\U000e0fff"  # no width
    "\ud800-\udfff"  # halves of surrogate pairs
    "\ufdd0-\ufdef"  # non-characters, here and at the end of each plane
    + "".join(f"{chr((plane << 16) + 0xFFFE)}{chr((plane << 16) + 0xFFFF)}" for plane in range(17))
)
_PICTURES = {
    **{chr(code): chr(0x2400 + code) for code in range(0x20)},
    "\x7f": "\N{SYMBOL FOR DELETE}",
    **dict.fromkeys("\x85\u2028\u2029", "\N{SYMBOL FOR NEWLINE}"),
}
_BAD = re.compile(
    f"[{_UNSEEN}]"
    # A joiner is of use between letters of certain scripts and between emoji. Elsewhere it makes two names look alike.
    f"|(?<![{_JOINED}\ufe0f])[\u200c\u200d]|[\u200c\u200d](?![{_JOINED}])"
    # A variation selector is of use after the characters that have variants, and in keycap emoji.
    f"|(?<![{_VARIED}])\ufe0f(?!\u20e3)|(?<![{_VARIED}0-9#*])\ufe0f|(?<![{_VARIED}])[\ufe00-\ufe0e]"
    f"|(?<![{_IDEOGRAPHS}])[\U000e0100-\U000e01ef]"
)
_LINE_END = re.compile("\r\n|[\r\x85\u2028\u2029]")
_BAD_IN_LINES = re.compile(f"(?![\n\t])(?:{_BAD.pattern})")


def clean(text: str, limit: int) -> Clean:
    """Return the text as one line of at most `limit` characters (code points), in time that is linear in `limit`.

    A longer text is cut, with `ELLIPSIS` as its last character. Control characters are shown as their pictures (`U+241B` for
    ESC), line ends included. Other characters that a reader cannot see, that reorder text, or that are no characters
    (bidirectional controls, zero-width ones where no script needs them, halves of surrogate pairs, non-characters) become
    `REPLACEMENT`. No character is removed, and cleaning twice changes nothing.
    """
    text = _cut(text, limit)
    if is_plain(text):
        return Clean(text)
    return Clean(_BAD.sub(_shown, text))


def clean_lines(text: str, limit: int) -> Clean:
    """Return the text as `clean` does, with its line ends kept as line feeds, and its tabs."""
    text = _cut(text, limit)
    if is_plain(text):
        return Clean(text)
    return Clean(_BAD_IN_LINES.sub(_shown, _LINE_END.sub("\n", text)))


def is_plain(text: str) -> bool:
    """Return whether the text is clean at a glance, as almost every text is: printable ASCII in one line."""
    return text.isascii() and text.isprintable()


def _cut(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1] + ELLIPSIS if limit > 0 else ""


def _shown(match: re.Match[str]) -> str:
    return _PICTURES.get(match[0], REPLACEMENT)
