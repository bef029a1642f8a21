"""One request to a target, and what its answer means. Redirects are not followed, and no answer is read."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Final, Protocol

import aiohttp

from hyperv_operator.notifications.cloudevent import CONTENT_TYPE
from hyperv_operator.notifications.resolver import ThreadResolver
from hyperv_operator.notifications.signing import headers
from hyperv_operator.notifications.targets import Target

CONNECTIONS: Final = 4
"""Requests to one target at the same time."""
_TIMEOUT: Final = 30.0
_CONNECT_TIMEOUT: Final = 10.0
_LONGEST_WAIT: Final = 3_600.0
_LATER: Final = frozenset(
    {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS},
)
"""Refusals that are not about the event: the same one may be accepted later."""


@dataclass(frozen=True)
class Delivered:
    """The target accepted the event."""


@dataclass(frozen=True)
class Refused:
    """The target refused this event; it may accept others."""

    text: str


@dataclass(frozen=True)
class Failed:
    """The target could not be reached, or did not accept anything now."""

    text: str
    retry_after: float = 0.0
    """Seconds that the target asks to wait."""


Answer = Delivered | Refused | Failed


class Sender(Protocol):
    """Sends events to one target."""

    async def send(self, event_id: str, body: bytes, now: datetime) -> Answer:
        """Send an event once. Failures are answers, never raised."""
        ...


class HttpSender:
    """Sends over HTTP with a connection pool of the target's own."""

    def __init__(self, target: Target, session: aiohttp.ClientSession) -> None:
        self._target = target
        self._session = session

    async def send(self, event_id: str, body: bytes, now: datetime) -> Answer:
        """Send an event once. What the target answers beyond status and Retry-After is not read."""
        own = {"Content-Type": CONTENT_TYPE, **headers(self._target.keys, event_id, now, body)}
        try:
            async with self._session.post(
                self._target.url, data=body, headers={**self._target.headers, **own}, allow_redirects=False
            ) as response:
                return judge(response.status, response.headers, now)
        except TimeoutError:
            return Failed(f"it did not answer within {_TIMEOUT:.0f} s")
        except aiohttp.ClientConnectorCertificateError:
            return Failed("its certificate is not trusted. Set caBundle to the authority that issued it")
        except aiohttp.ClientSSLError:
            return Failed("no TLS connection could be made")
        except (aiohttp.ClientError, OSError, ValueError) as error:
            # The text of these errors can have the URL, which is as good as a password with some receivers.
            return Failed(f"no connection ({type(error).__name__})")


def judge(status: int, answered: Mapping[str, str], now: datetime) -> Answer:
    """Return what an answer means."""
    family, text = status // 100, f"it answered with status {status}"
    if family == 2:
        return Delivered()
    if family == 3:
        return Failed(f"{text}, a redirect, which is not followed. Set url to the final address")
    if family == 4 and status not in _LATER:
        return Refused(text)
    return Failed(text, retry_after(answered.get("Retry-After", ""), now))


def retry_after(text: str, now: datetime) -> float:
    """Return the seconds of a header Retry-After, which has seconds or a date; 0 if it has neither. An hour at the longest."""
    if text.isdecimal():
        return min(float(text[:9]), _LONGEST_WAIT)
    with contextlib.suppress(ValueError, TypeError, OverflowError):
        asked = parsedate_to_datetime(text)
        seconds = ((asked if asked.tzinfo else asked.replace(tzinfo=UTC)) - now).total_seconds()
        return min(max(seconds, 0.0), _LONGEST_WAIT)
    return 0.0


@asynccontextmanager
async def http_sender(target: Target) -> AsyncIterator[Sender]:
    """Provide a sender; its connections are closed at the end."""
    trust = await asyncio.to_thread(ssl.create_default_context, cadata=target.ca_bundle)
    connector = aiohttp.TCPConnector(limit=CONNECTIONS, ssl=trust, resolver=ThreadResolver())
    timeout = aiohttp.ClientTimeout(total=_TIMEOUT, sock_connect=_CONNECT_TIMEOUT)
    async with aiohttp.ClientSession(
        connector=connector,
        timeout=timeout,
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={"User-Agent": "hyperv-operator"},
        auto_decompress=False,
        skip_auto_headers=("Accept-Encoding",),
        read_bufsize=4_096,
    ) as session:
        yield HttpSender(target, session)
