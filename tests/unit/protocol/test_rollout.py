"""The rollout's messages: pieces that a host appends, lists of them that fit one call, and the script's answer."""

from __future__ import annotations

import base64
import json
from typing import Any

import pytest

from hyperv_operator.border.text import ELLIPSIS
from hyperv_operator.errors import RecordError
from hyperv_operator.protocol.rollout import RolloutCode, batches, header, parse_answer, pieces

PIECE = 96 * 1024


def test_a_header_names_operation_and_root_and_what_else_the_operation_takes() -> None:
    assert json.loads(header("prune", "C:\\A", keep=["a"])) == {"operation": "prune", "root": "C:\\A", "keep": ["a"]}


@pytest.mark.parametrize(
    ("size", "lengths"),
    [(0, [0]), (1, [1]), (PIECE, [PIECE]), (PIECE + 1, [PIECE, 1]), (3 * PIECE, [PIECE, PIECE, PIECE])],
)
def test_a_piece_has_at_most_96_kib_and_an_empty_file_is_one_piece(size: int, lengths: list[int]) -> None:
    content = bytes(index % 251 for index in range(size))
    found = [json.loads(piece) for piece in pieces({"a": content})]
    parts = [base64.b64decode(piece["data"]) for piece in found]
    assert [len(part) for part in parts] == lengths
    assert b"".join(parts) == content
    assert [piece["offset"] for piece in found] == [PIECE * index for index in range(len(lengths))]


def test_files_come_in_the_order_of_their_paths() -> None:
    assert [json.loads(piece)["path"] for piece in pieces({"b": b"", "a": b"", "a/c": b""})] == ["a", "a/c", "b"]


@pytest.mark.parametrize(
    ("lengths", "grouped"),
    [
        ([], []),
        ([10], [[10]]),
        ([4, 6], [[4, 6]]),
        ([4, 7], [[4], [7]]),
        ([11], [[11]]),
        ([11, 1], [[11], [1]]),
        ([1, 11, 1], [[1], [11], [1]]),
        ([5, 5, 5, 5, 5], [[5, 5], [5, 5], [5]]),
        ([3, 3, 3, 3, 3, 3, 3], [[3, 3, 3], [3, 3, 3], [3]]),
        ([5, 5, 10, 1], [[5, 5], [10], [1]]),
    ],
)
def test_a_list_has_at_most_so_many_characters_or_one_text(lengths: list[int], grouped: list[list[int]]) -> None:
    texts = iter("x" * length for length in lengths)
    assert [[len(text) for text in batch] for batch in batches(texts, 10)] == grouped


def _answer(**changes: Any) -> str:
    return json.dumps({"type": "rollout", "ok": True, **changes})


def test_an_answer_is_read() -> None:
    answer = parse_answer(_answer(ok=False, code="DiskFull", message="x"))
    assert (answer.ok, answer.code, answer.message) == (False, RolloutCode.DISK_FULL, "x")


def test_a_message_is_cut_after_2000_characters() -> None:
    assert parse_answer(_answer(message="x" * 2_000)).message == "x" * 2_000
    assert parse_answer(_answer(message="x" * 2_001)).message == "x" * 1_999 + ELLIPSIS


@pytest.mark.parametrize(
    "text",
    ["", "x", "[]", _answer(type="step"), _answer(ok=None), _answer(ok=1), _answer(host_id={"smbios_uuid": "x"})],
)
def test_what_is_no_answer_is_refused(text: str) -> None:
    with pytest.raises(RecordError, match=r"is invalid|is empty|is not"):
        parse_answer(text)


def test_words_of_another_version_and_parts_that_cannot_be_read_are_left_out() -> None:
    names = {"0123456789abcdef": "sha256:x", "..\\x": "sha256:y", "0123456789abcde0": 5}
    answer = parse_answer(_answer(ok=False, code="Novel", versions=names, removed=["x", "0" * 16], version=5))
    assert (answer.code, answer.version, answer.removed) == (None, None, ("0" * 16,))
    assert answer.versions == {"0123456789abcdef": "sha256:x"}


@pytest.mark.parametrize(("size", "good"), [(65_536, True), (65_537, False)])
def test_an_answer_has_at_most_65536_characters(size: int, good: bool) -> None:
    text = _answer(ok=True)
    text += " " * (size - len(text))
    if good:
        assert parse_answer(text).ok
    else:
        with pytest.raises(RecordError, match="65537 characters, and 65536 are allowed"):
            parse_answer(text)


@pytest.mark.parametrize("given", [256, 257])
def test_256_versions_of_an_answer_are_read(given: int) -> None:
    names = [f"{number:016x}" for number in range(given)]
    answer = parse_answer(_answer(versions=dict.fromkeys(names, "x"), removed=names))
    assert (list(answer.versions), list(answer.removed)) == (names[:256], names[:256])
