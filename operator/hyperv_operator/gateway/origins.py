"""Requests that a browser sends for a page of another site.

The gateway takes no cookies, but a proxy in front of it may turn a cookie into a token. A browser sends that cookie for pages of other
sites, too: without this check, such a page could delete a machine or read a stream with the rights of whoever looks at it.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from starlette.datastructures import Headers

_SAFE_METHODS: Final = frozenset(["GET", "HEAD", "OPTIONS"])
_OWN: Final = frozenset(["same-origin", "none"])
"""Sec-Fetch-Site of the console's requests, and of those that no page caused."""


def is_foreign(headers: Headers, method: str, *, websocket: bool) -> bool:
    """Return whether a page of another origin caused a request that changes something or opens a websocket.

    `Sec-Fetch-Site` decides, which every current browser sends and no page can set; without it, whether `Origin` is the host that
    the browser asked. Programs send neither. What a safe method answers cannot be read by other origins in any case.
    """
    if method in _SAFE_METHODS and not websocket:
        return False
    site = headers.get("Sec-Fetch-Site")
    if site is not None:
        return site not in _OWN
    origin = headers.get("Origin")
    return origin is not None and urlsplit(origin).netloc.lower() != headers.get("Host", "").lower()
