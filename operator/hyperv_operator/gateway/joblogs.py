"""The live log of one job in its stream: it goes on over interruptions of the aggregated API, from the last entry that came."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Any, Final

from hyperv_operator.gateway import messages
from hyperv_operator.gateway.cluster import SUBRESOURCES_PATH, Backoff, Caller, Refused, Unavailable, lines, segments
from hyperv_operator.gateway.job_ids import JobKey
from hyperv_operator.gateway.streams import Cursor
from hyperv_operator.gateway.subscriptions import Subscription

JSON_LINES: Final = "application/jsonl"
_SILENCE_SECONDS: Final = 45
"""Longest silence of a log: the operator sends an empty line every 15 seconds."""
_LONGEST_PAUSE: Final = 20.0
_MAX_LINE: Final = 1_048_576


def log_path(key: JobKey) -> str:
    """Return the path of a machine's log."""
    return f"{SUBRESOURCES_PATH}{segments('namespaces', key.namespace, 'hypervmachines', key.name, 'log')}"


def host_log_path(name: str) -> str:
    """Return the path of a host's log."""
    return f"{SUBRESOURCES_PATH}{segments('hypervhosts', name, 'log')}"


async def follow(caller: Caller, key: JobKey, subscription: Subscription, cursor: Cursor) -> None:
    """Add the entries of the log to a stream until cancelled, or until the caller may not read them."""
    backoff, said = Backoff(_LONGEST_PAUSE), False
    while True:
        try:
            async for entry in _entries(caller, key, cursor.position.entry):
                if said:
                    subscription.offer(messages.notice("LogAvailable", "The live log goes on."))
                said = False
                backoff.reset()
                await subscription.room()
                position = cursor.at_entry(str(entry["id"])) if entry.get("id") else cursor.position.id
                subscription.offer(messages.log(position, entry))
        except Refused as error:
            if error.status == HTTPStatus.FORBIDDEN:
                subscription.offer(messages.notice("LogForbidden", error.message))
                return
            if error.status == HTTPStatus.UNAUTHORIZED:
                return  # the feed of the same token ends the stream
        except Unavailable:
            pass
        if not said:
            text = "The live log is interrupted, or the operator does not serve it. It goes on from the last entry when it can."
            subscription.offer(messages.notice("LogInterrupted", text))
        said = True
        await backoff.pause()


async def _entries(caller: Caller, key: JobKey, after: str | None) -> AsyncIterator[dict[str, Any]]:
    query = {"follow": "true", "uid": key.uid} | ({"after": after} if after else {})
    async with caller.open(log_path(key), query, accept=JSON_LINES, silence_seconds=_SILENCE_SECONDS) as response:
        async for line in lines(response, _MAX_LINE):
            entry = _parse(line)
            if entry is not None:
                yield entry


def _parse(line: bytes) -> dict[str, Any] | None:
    """Return an entry; None for the empty lines that keep the connection alive."""
    if not line.strip():
        return None
    try:
        entry = json.loads(line)
    except ValueError:
        raise Unavailable("the log is not JSON") from None
    return entry if isinstance(entry, dict) else None
