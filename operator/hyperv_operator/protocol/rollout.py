"""The messages between the operator and its rollout script: a header, pieces of files, one answer."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Annotated, Final, Literal

from hyperv_operator.border.document import UnreadableText, parse_object
from hyperv_operator.border.fields import Flag, Message, Name, first
from hyperv_operator.border.reading import read
from hyperv_operator.border.text import Clean
from hyperv_operator.errors import RecordError
from hyperv_operator.protocol.inventory import HostIdFacts, VersionName
from hyperv_operator.protocol.records import MAX_RECORD, WireModel

_VERSIONS: Final = 256
PIECE_BYTES = 96 * 1024
"""Maximum bytes of a file in one piece."""


class RolloutCode(StrEnum):
    """Why an operation failed: a closed list."""

    HOST_NOT_PREPARED = "HostNotPrepared"
    INVALID_REQUEST = "InvalidRequest"
    UPLOAD_BROKEN = "UploadBroken"
    DIGEST_MISMATCH = "DigestMismatch"
    IN_USE = "InUse"
    DISK_FULL = "DiskFull"
    ACCESS_DENIED = "AccessDenied"
    CONSTRAINED_LANGUAGE = "ConstrainedLanguage"
    INTERNAL = "Internal"


class RolloutAnswer(WireModel):
    """The last output of the script. Keys of other operations are unset."""

    type: Literal["rollout"]
    ok: Flag
    code: RolloutCode | None = None
    """None also for a code that this operator does not know."""
    message: Message = Clean("")
    host_id: HostIdFacts | None = None
    versions: Annotated[Mapping[VersionName, Name], first(_VERSIONS)] = {}
    """Answer of `look`: the current digest of each version's folder, by name. What has no name of a version is left out."""
    version: Name | None = None
    removed: Annotated[tuple[VersionName, ...], first(_VERSIONS)] = ()


_PARTS = frozenset({"code", "message", "versions", "version", "removed"})


def header(operation: Literal["look", "receive", "activate", "prune"], root: str, **more: object) -> str:
    """Return the first input of an operation: its header, as compact JSON."""
    return json.dumps({"operation": operation, "root": root, **more}, separators=(",", ":"))


def pieces(files: Mapping[str, bytes]) -> Iterator[str]:
    """Yield the pieces of the files, in the order of paths and offsets."""
    for path, content in sorted(files.items()):
        for offset in range(0, max(len(content), 1), PIECE_BYTES):
            data = base64.b64encode(content[offset : offset + PIECE_BYTES]).decode()
            yield json.dumps({"path": path, "offset": offset, "data": data}, separators=(",", ":"))


def batches(texts: Iterator[str], most: int) -> Iterator[list[str]]:
    """Yield the texts in lists of at most `most` characters. A longer text is a list of its own."""
    batch: list[str] = []
    size = 0
    for text in texts:
        if batch and size + len(text) > most:
            yield batch
            batch, size = [], 0
        batch.append(text)
        size += len(text)
    if batch:
        yield batch


def parse_answer(text: str) -> RolloutAnswer:
    """Parse an answer. Raise `RecordError` if it is invalid."""
    try:
        value = parse_object(text, MAX_RECORD)
    except UnreadableText as error:
        raise RecordError(f"The answer of the rollout script {error}.") from None
    reading = read(RolloutAnswer, dict(value), _PARTS)
    if reading.item is None:
        raise RecordError(f"The answer of the rollout script is invalid: {'; '.join(reading.problems)}.")
    return reading.item
