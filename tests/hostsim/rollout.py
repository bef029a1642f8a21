"""Invoke-HvoRollout, implemented from the protocol: it installs versions of the agent and prunes old ones.

A call never yields to the event loop, so it needs no lock.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
import time
from collections.abc import Callable, Sequence
from typing import Any

from hostsim import texts
from hostsim.installation import AgentFolder, digest, incoming, is_at, name_of

_UPLOAD = re.compile(r"[0-9a-f]{32}")
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
_NAME = re.compile(r"[0-9a-f]{16}")
_SEGMENT = re.compile(r"[A-Za-z0-9._-]+")
_MAX_CHARACTERS = 200
_STALE_AFTER = 3600.0


class _Refused(Exception):
    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def refusal(code: str, message: str) -> dict[str, Any]:
    """Return the answer of a failed call."""
    return {"type": "rollout", "ok": False, "code": code, "message": message}


class Rollout:
    """Answers rollout calls, for the simulated agent."""

    def __init__(self, folder: AgentFolder, host_id: dict[str, str]) -> None:
        self._folder = folder
        self._host_id = host_id

    def answer(self, inputs: Sequence[str]) -> dict[str, Any]:
        """Run the operation of the header in the first input, with the pieces in the others; return the answer."""
        try:
            result = self._run(_object(inputs[0] if inputs else "", "header"), inputs[1:])
        except _Refused as refused:
            return refusal(refused.code, refused.message)
        return {"type": "rollout", "ok": True, **result}

    def _run(self, header: dict[str, Any], pieces: Sequence[str]) -> dict[str, Any]:
        operation = str(header.get("operation"))
        self._check_prepared(header.get("root"))
        if operation == "look":
            return self._look()
        if operation == "receive":
            return self._receive(header, pieces)
        if operation == "activate":
            return self._activate(header)
        if operation == "prune":
            return self._prune(header)
        raise _Refused("InvalidRequest", texts.unknown_operation(operation))

    def _check_prepared(self, root: object) -> None:
        if not isinstance(root, str):
            raise _Refused("InvalidRequest", texts.not_a_path(str(root)))
        if not is_at(root) or "agent.json" not in self._folder.files:
            raise _Refused("HostNotPrepared", texts.not_prepared(f"{root}\\agent.json"))

    def _look(self) -> dict[str, Any]:
        return {"host_id": self._host_id, "versions": self._folder.versions()}

    def _receive(self, header: dict[str, Any], pieces: Sequence[str]) -> dict[str, Any]:
        upload = _text(header, "upload", _UPLOAD, texts.not_an_upload)
        written = 0
        for text in pieces:
            path, offset, data = _piece(text)
            staged = f"{incoming(upload)}/{path}"
            present = self._folder.files.get(staged, b"")
            if offset != len(present):
                raise _Refused("UploadBroken", texts.piece_misplaced(path, offset, len(present)))
            self._folder.files[staged] = present + data
            self._folder.uploads[upload] = time.time()
            written += len(data)
        return {"bytes": written}

    def _activate(self, header: dict[str, Any]) -> dict[str, Any]:
        folder, upload = self._folder, _text(header, "upload", _UPLOAD, texts.not_an_upload)
        wanted = _text(header, "digest", _DIGEST, texts.not_a_digest)
        name = name_of(wanted)
        staged, version = folder.within(incoming(upload)), f"versions/{name}"
        present = folder.within(version)
        if not staged:
            # An earlier call may have activated it, and its answer may have been lost.
            if digest(present) == wanted:
                return {"version": name}
            raise _Refused("UploadBroken", texts.nothing_uploaded(f"{header['root']}\\versions"))
        found = digest(staged)
        self._discard(upload)
        if found != wanted:
            raise _Refused("DigestMismatch", texts.other_digest(found, wanted))
        if digest(present) != wanted:
            for path in set(present) - set(staged):
                folder.delete(name, path)
            for path, content in staged.items():
                folder.write(name, path, content)
        return {"version": name}

    def _prune(self, header: dict[str, Any]) -> dict[str, Any]:
        folder, keep = self._folder, header.get("keep")
        if not isinstance(keep, list):
            raise _Refused("InvalidRequest", texts.NOTHING_TO_KEEP)
        for name in keep:
            if not isinstance(name, str) or not _NAME.fullmatch(name):
                raise _Refused("InvalidRequest", texts.not_a_version(str(name)))
        removed = [name for name in folder.names() if name not in keep]
        for name in removed:
            folder.clear(f"versions/{name}")
        for upload, written in list(folder.uploads.items()):
            if time.time() - written > _STALE_AFTER:
                self._discard(upload)
        return {"removed": removed}

    def _discard(self, upload: str) -> None:
        self._folder.clear(incoming(upload))
        self._folder.uploads.pop(upload, None)


def _object(text: str, what: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise _Refused("InvalidRequest", texts.not_an_object(what))
    return value


def _text(values: dict[str, Any], key: str, form: re.Pattern[str], otherwise: Callable[[str], str]) -> str:
    value = values.get(key)
    if not isinstance(value, str) or not form.fullmatch(value):
        raise _Refused("InvalidRequest", otherwise(str(value)))
    return value


def _piece(text: str) -> tuple[str, int, bytes]:
    piece = _object(text, "piece")
    path, offset = piece.get("path"), piece.get("offset")
    if not isinstance(path, str) or not _is_plain(path):
        raise _Refused("InvalidRequest", texts.path_refused(str(path)))
    if not isinstance(offset, int) or offset < 0:
        raise _Refused("InvalidRequest", texts.piece_incomplete(path))
    try:
        return path, offset, base64.b64decode(piece["data"], validate=True)
    except (KeyError, TypeError, ValueError, binascii.Error):
        raise _Refused("InvalidRequest", texts.piece_unreadable(path)) from None


def _is_plain(path: str) -> bool:
    segments = path.split("/")
    plain = all(_SEGMENT.fullmatch(one) and one not in (".", "..") for one in segments)
    return plain and segments[0].casefold() != "versions" and len(path) <= _MAX_CHARACTERS
