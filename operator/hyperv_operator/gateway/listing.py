"""Pages of jobs. The API server cannot filter by status, host or VM name, so pages are read until one has a match."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from hyperv_operator.gateway.cluster import Caller, Refused, machines_path
from hyperv_operator.gateway.jobs import JobView
from hyperv_operator.gateway.models import JobSummary
from hyperv_operator.gateway.problems import Problem

_MAX_PAGES: Final = 10
"""Pages that one request reads: a caller who looks for what does not exist gets an empty page and a token to go on."""


@dataclass(frozen=True)
class Filter:
    """Which jobs are wanted; None allows any."""

    status: str | None = None
    host: str | None = None
    name: str | None = None

    def takes(self, job: JobSummary) -> bool:
        """Return whether a job is wanted."""
        return (
            (self.status is None or job.status == self.status)
            and (self.host is None or self.host in (job.host, job.target_host))
            and (self.name is None or any(self.name.lower() in one.lower() for one in (job.name, job.vm_name)))
        )


async def page(
    caller: Caller, view: JobView, namespace: str | None, wanted: Filter, limit: int, following: str | None
) -> tuple[list[JobSummary], str | None]:
    """Return the next jobs, at most `limit`, and the token of the page after them."""
    for _ in range(_MAX_PAGES):
        query = {"limit": str(limit)} | ({"continue": following} if following else {})
        try:
            answer = await caller.get(machines_path(namespace), **query)
        except Refused as error:
            if following and error.status in (HTTPStatus.GONE, HTTPStatus.BAD_REQUEST):
                raise expired() from None
            raise
        following = answer.get("metadata", {}).get("continue") or None
        items = [job for body in answer.get("items", []) if wanted.takes(job := view.summary(body))]
        if items or following is None:
            return items, following
    return [], following


def expired() -> Problem:
    """Return the problem of a token that is too old, or none."""
    text = "The token in `continue` has expired, or is none. Begin again without it."
    return Problem("expired-page", HTTPStatus.UNPROCESSABLE_ENTITY, text)
