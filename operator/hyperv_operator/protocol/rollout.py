"""The messages between the operator and its rollout script: a header, pieces of files, one answer."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from hyperv_operator.errors import RecordError
from hyperv_operator.protocol.inventory import HostIdFacts
from hyperv_operator.protocol.records import describe

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
    INTERNAL = "Internal"


class RolloutAnswer(BaseModel):
    """The last output of the script. Keys of other operations are unset."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    type: Literal["rollout"]
    ok: bool
    code: RolloutCode | None = None
    message: Annotated[str, Field(max_length=2_000)] = ""
    host_id: HostIdFacts | None = None
    versions: Mapping[str, str] = {}
    """Answer of `look`: the current digest of each version's folder, by name."""
    version: str | None = None
    removed: tuple[str, ...] = ()


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
        return RolloutAnswer.model_validate_json(text)
    except ValidationError as error:
        raise RecordError(f"The answer of the rollout script is invalid: {describe(error)}.") from None
