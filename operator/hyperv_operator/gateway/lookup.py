"""From the id of a job to its machine."""

from __future__ import annotations

from http import HTTPStatus
from typing import Annotated, Any

from fastapi import Path

from hyperv_operator.gateway import job_ids
from hyperv_operator.gateway.cluster import Caller, Refused, machines_path
from hyperv_operator.gateway.problems import no_such_job

JobId = Annotated[str, Path(description="Id of the job, as lists and the answer of provision give it.")]


async def find_machine(caller: Caller, job_id: str) -> dict[str, Any]:
    """Return the machine of a job; `Problem` if there is none, or another one of the same name."""
    key = parsed(job_id)
    try:
        machine = await caller.get(machines_path(key.namespace, key.name))
    except Refused as error:
        if error.status == HTTPStatus.NOT_FOUND:
            raise no_such_job() from None
        raise
    if machine["metadata"]["uid"] != key.uid:
        raise no_such_job()
    return machine


def parsed(job_id: str) -> job_ids.JobKey:
    """Return the key in an id; `Problem` if it is not an id."""
    key = job_ids.parse(job_id)
    if key is None:
        raise no_such_job()
    return key
