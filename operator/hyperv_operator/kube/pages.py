"""Lists in pages of bounded size.

The API server bounds a page by the number of its objects only, and whoever may create an object may make it as large as etcd takes.
The number that is asked for follows the size of the objects, and a page that turns out too large is asked for again in parts.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Any, Final

import aiohttp

from hyperv_operator.errors import ClusterError
from hyperv_operator.kube.client import REQUEST_TIMEOUT, check, parsed, translated

FIRST: Final = 20
"""Objects in the first page, before anything is known of their size."""
MOST: Final = 500
_WANTED: Final = 2 * 1024 * 1024
"""Bytes that a page should have: it is parsed in one piece, and nothing else runs in the process meanwhile."""
LARGEST: Final = 8 * 1024 * 1024
"""Bytes of a page that are read at most. One object is always smaller."""

Request = Callable[..., Awaitable[aiohttp.ClientResponse]]
"""Requests a page, with the client's options; returns the response, whose body is not read yet."""


def next_limit(items: int, size: int) -> int:
    """Return how many objects to ask for after a page of this many objects and bytes."""
    if not items:
        return MOST
    return max(1, min(MOST, _WANTED * items // max(size, 1)))


async def pages(request: Request, operation: str) -> AsyncGenerator[dict[str, Any], None]:
    """Yield the pages of a list; raises `ClusterError`. `operation` describes the request in messages."""
    limit, token = FIRST, None
    while True:
        with translated(operation):
            options: dict[str, Any] = {"_continue": token} if token else {}
            response = await request(limit=limit, _preload_content=False, _request_timeout=REQUEST_TIMEOUT, **options)
            try:
                check(response)
                body = await _read(response)
            finally:
                response.close()
        if body is None:
            if limit == 1:
                raise ClusterError(f"Kubernetes API: {operation}: an object has more than {LARGEST} bytes.")
            limit = max(1, limit // 4)
            continue
        page = parsed(body, operation)
        yield page
        token = page["metadata"].get("continue")
        if not token:
            return
        limit = next_limit(len(page["items"]), len(body))


async def _read(response: aiohttp.ClientResponse) -> bytes | None:
    """Return the body, or None if it is larger than a page may be."""
    parts, size = [], 0
    async for part in response.content.iter_any():
        size += len(part)
        if size > LARGEST:
            return None
        parts.append(part)
    return b"".join(parts)
