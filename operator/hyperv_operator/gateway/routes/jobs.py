"""Jobs: validate, provision, list, read, delete."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import Annotated, Final

from fastapi import APIRouter, Header, Query, Response
from fastapi.responses import PlainTextResponse

from hyperv_operator.gateway import idempotency, jobs, listing, provisioning, schemas, submission
from hyperv_operator.gateway.cluster import Caller, Refused, hosts_path, machines_path
from hyperv_operator.gateway.context import CurrentCaller, CurrentGateway, Gateway
from hyperv_operator.gateway.lookup import JobId, find_machine
from hyperv_operator.gateway.models import Job, JobList, JobStatus, Namespace, SubmissionRequest, Validation
from hyperv_operator.gateway.problems import invalid, no_such_job, responses
from hyperv_operator.gateway.submission import Plan

routes: Final = APIRouter(prefix="/api/v1/jobs", tags=["jobs"])

_READ: Final = responses(401, 403, 404, 422, 429, 503)
_SUBMIT: Final = responses(400, 401, 403, 404, 408, 409, 412, 413, 422, 429, 503)


@routes.post("/validate", responses=_SUBMIT)
async def validate(request: SubmissionRequest, gateway: CurrentGateway, caller: CurrentCaller) -> Validation:
    """Check a submission as `provision` would, and create nothing."""
    with gateway.keeping(submission.secret_values(gateway.schema, request)):
        plan = await _plan(gateway, caller, request)
        answer = await provisioning.rehearse(caller, plan)
        said = [gateway.redactor.clean(one) for one in answer.warnings if one not in plan.warnings]
    return Validation(manifest=plan.machine, warnings=[*plan.warnings, *said])


@routes.post("/provision", status_code=HTTPStatus.ACCEPTED, responses=_SUBMIT)
async def provision(
    request: SubmissionRequest,
    response: Response,
    gateway: CurrentGateway,
    caller: CurrentCaller,
    idempotency_key: Annotated[
        str | None, Header(description="16 to 255 printable characters: the same request again gives the same job.")
    ] = None,
) -> Job:
    """Create a machine."""
    key = idempotency.check_key(idempotency_key)
    with gateway.keeping(submission.secret_values(gateway.schema, request)):
        plan = await _plan(gateway, caller, request)
        stored = None
        if key is not None:
            body = request.model_dump(mode="json") | {"namespace": plan.namespace}
            async with gateway.hashing:
                digest = await asyncio.to_thread(idempotency.digest, key, body)
            stored = provisioning.Key(idempotency.key_hash(key), digest)
        answer = await provisioning.provision(caller, plan, stored)
    job = gateway.view.job(answer.body)
    response.headers["Location"] = job.links.self
    return job


async def _plan(gateway: Gateway, caller: Caller, request: SubmissionRequest) -> Plan:
    if request.schema_version != gateway.schema.version:
        raise schemas.other_version(gateway.older_schemas, request.schema_version, gateway.schema)
    plan = submission.plan(
        gateway.schema,
        request,
        default_namespace=gateway.settings.default_namespace,
        suffix=provisioning.new_suffix(),
        host_has_cluster=await _has_cluster(caller, request),
    )
    if not isinstance(plan, Plan):
        raise invalid(plan)
    return plan


async def _has_cluster(caller: Caller, request: SubmissionRequest) -> bool | None:
    """Return whether the host belongs to a failover cluster; None if it does not matter, or the caller may not know."""
    if request.values.get("vm_clustered") in (None, False, ""):
        return None
    try:
        host = await caller.get(hosts_path(request.target_host))
    except Refused:
        return None
    return bool(host.get("spec", {}).get("failoverCluster"))


@routes.get("", responses=_READ)
async def list_jobs(
    gateway: CurrentGateway,
    caller: CurrentCaller,
    namespace: Annotated[Namespace | None, Query(description="One namespace; all if unset.")] = None,
    status: Annotated[JobStatus | None, Query(description="Only jobs in this state.")] = None,
    host: Annotated[str | None, Query(max_length=253, description="Only jobs of this host.")] = None,
    name: Annotated[
        str | None, Query(max_length=253, description="Only jobs whose name or VM name has this part.")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=500, description="Most jobs of a page.")] = 100,
    continue_: Annotated[
        str | None, Query(alias="continue", max_length=4096, description="Token of the next page.")
    ] = None,
) -> JobList:
    """List jobs, in pages. A page may have fewer jobs than the limit."""
    wanted = listing.Filter(status=status, host=host, name=name)
    items, following = await listing.page(caller, gateway.view, namespace, wanted, limit, continue_)
    return JobList(items=items, next=following)


@routes.get("/{job_id}", responses=_READ)
async def read_job(job_id: JobId, gateway: CurrentGateway, caller: CurrentCaller) -> Job:
    """Read a job."""
    return gateway.view.job(await find_machine(caller, job_id))


@routes.delete("/{job_id}", status_code=HTTPStatus.ACCEPTED, responses=_READ)
async def delete_job(job_id: JobId, gateway: CurrentGateway, caller: CurrentCaller) -> Job:
    """Delete a machine; the deletion policy decides about the VM. The job goes on to exist until the VM is removed."""
    machine = await find_machine(caller, job_id)
    key = jobs.key_of(machine)
    try:
        after = await caller.delete(machines_path(key.namespace, key.name), key.uid)
    except Refused as error:
        if error.status in (HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT):
            raise no_such_job() from None
        raise
    if after.get("kind") != machine.get("kind"):
        gone = {**machine["metadata"], "deletionTimestamp": machine["metadata"].get("creationTimestamp")}
        after = {**machine, "metadata": gone}
    return gateway.view.job(after)


@routes.get(
    "/{job_id}/manifest",
    response_class=PlainTextResponse,
    responses={200: {"content": {"application/yaml": {"schema": {"type": "string"}}}}, **_READ},
)
async def read_manifest(job_id: JobId, caller: CurrentCaller) -> Response:
    """Return the machine as YAML for a Git repository, without status."""
    return Response(jobs.manifest(await find_machine(caller, job_id)), media_type="application/yaml")
