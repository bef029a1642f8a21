"""The console: static files, served as they are in the package."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from hyperv_operator.gateway.problems import Problem

FOLDER: Final = Path(__file__).parent / "console"
_TYPES: Final = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".json": "application/json",
    ".txt": "text/plain; charset=utf-8",
    ".woff2": "font/woff2",
    ".webmanifest": "application/manifest+json",
}
_COMPRESSED: Final = frozenset([".html", ".js", ".css", ".svg", ".json"])


class File:
    """A file with its tag, and compressed where that helps."""

    def __init__(self, content: bytes, suffix: str) -> None:
        self.content = content
        self.media_type = _TYPES[suffix]
        self.tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
        self.compressed = gzip.compress(content, mtime=0) if suffix in _COMPRESSED else None


def find(folder: Path, path: str) -> Path | None:
    """Return the file of a path; None for anything that is not one of the console's files."""
    wanted = (folder / (path.strip("/") or "index.html")).resolve()
    inside = wanted.is_relative_to(folder.resolve()) and not any(part.startswith(".") for part in wanted.parts[-1:])
    return wanted if inside and wanted.suffix in _TYPES and wanted.is_file() else None


@lru_cache(maxsize=256)
def _load(path: Path, _changed: int, _size: int) -> File:
    return File(path.read_bytes(), path.suffix)


def _read(folder: Path, path: str) -> File | None:
    found = find(folder, path)
    if found is None:
        return None
    seen = found.stat()
    return _load(found, seen.st_mtime_ns, seen.st_size)


async def answer(request: Request) -> Response:
    """Answer with a file of the console."""
    file = await asyncio.to_thread(_read, FOLDER, request.path_params["path"])
    if file is None:
        text = "There is nothing at this address. The API is under /api/v1, and /api/openapi.json describes it."
        raise Problem("not-found", 404, text)
    headers = {"ETag": file.tag, "Cache-Control": "no-cache", "Vary": "Accept-Encoding"}
    if is_known(request, file.tag):
        return Response(status_code=304, headers=headers)
    content = file.content
    if file.compressed is not None and "gzip" in request.headers.get("Accept-Encoding", ""):
        content, headers["Content-Encoding"] = file.compressed, "gzip"
    return Response(content, headers=headers, media_type=file.media_type)


def is_known(request: Request, tag: str) -> bool:
    """Return whether the client has the version with this tag."""
    given = [one.strip().removeprefix("W/") for one in request.headers.get("If-None-Match", "").split(",")]
    return tag in given or "*" in given
