"""Creating a machine and its Secret, in an order that leaves nothing behind when a step fails.

1. The Secret is created as a trial (dry run): what would refuse it, refuses it now.
2. The machine is created. It is what the UID of the owner comes from, and what a repeated request finds.
3. The Secret is created, owned by the machine. If that fails, the machine is deleted.

A crash between 2 and 3 leaves a machine that waits for its Secret; the same request with the same Idempotency-Key completes it.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from hyperv_operator.gateway import idempotency, submission
from hyperv_operator.gateway.cluster import Answer, Caller, Refused, Unavailable, machines_path, secrets_path
from hyperv_operator.gateway.job_ids import JobKey
from hyperv_operator.gateway.problems import Problem
from hyperv_operator.gateway.refusals import problem_of, refused_submission
from hyperv_operator.gateway.submission import Plan

log = logging.getLogger(__name__)

_STRICT: Final = {"fieldValidation": "Strict", "fieldManager": "hyperv-operator-gateway"}
_TRIAL: Final = {**_STRICT, "dryRun": "All"}
_DELETE_ATTEMPTS: Final = 3
_SUFFIX_BYTES: Final = 4


@dataclass(frozen=True)
class Key:
    """An Idempotency-Key and the digest of the request that came with it."""

    hash: str
    digest: str


def new_suffix() -> str:
    """Return what makes the name of a Secret unique."""
    return secrets.token_hex(_SUFFIX_BYTES)


async def rehearse(caller: Caller, plan: Plan) -> Answer:
    """Let the API server judge the objects of a plan without creating them; `Problem` if it refuses them."""
    try:
        if plan.secret:
            await caller.create(secrets_path(plan.namespace), plan.secret, **_TRIAL)
        return await caller.create(machines_path(plan.namespace), plan.machine, **_TRIAL)
    except Refused as error:
        raise await _refusal(caller, plan, error) from None


async def provision(caller: Caller, plan: Plan, key: Key | None) -> Answer:
    """Create the objects of a plan and return the machine; `Problem` if something refuses them, after which nothing is left."""
    if key is not None and (found := await _find(caller, plan.namespace, key)):
        return await _complete(caller, plan, found)
    if plan.secret:
        try:
            await caller.create(secrets_path(plan.namespace), plan.secret, **_TRIAL)
        except Refused as error:
            raise refused_submission(error) from None
    machine = submission.with_key(plan.machine, key.hash, key.digest) if key else plan.machine
    try:
        answer = await caller.create(machines_path(plan.namespace), machine, **_STRICT)
    except Refused as error:
        if error.status == HTTPStatus.CONFLICT and key and (found := await _find(caller, plan.namespace, key)):
            return await _complete(caller, plan, found)
        raise await _refusal(caller, plan, error) from None
    except Unavailable:
        if key is None:
            await _undo_unseen(caller, plan)
        raise
    await _add_secret(caller, plan.secret, answer.body, key)
    return answer


def _age(machine: dict[str, Any]) -> tuple[str, str]:
    return str(machine["metadata"]["creationTimestamp"]), str(machine["metadata"]["uid"])


def _is_same(machine: dict[str, Any], key: Key) -> bool:
    stored = machine["metadata"].get("annotations", {}).get(submission.DIGEST_ANNOTATION, "")
    return idempotency.is_same(str(stored), key.digest)


async def _undo_unseen(caller: Caller, plan: Plan) -> None:
    """Delete the machine of a request whose answer was lost. The name of its Secret, which is random, shows that it is this one."""
    if plan.secret_name is None:
        return
    try:
        machine = await caller.get(machines_path(plan.namespace, plan.name))
    except (Refused, Unavailable):
        return
    references = machine["spec"].get("secretFields", {}).values()
    if plan.secret_name in {one["secretKeyRef"]["name"] for one in references}:
        await _undo(caller, machine)


async def _find(caller: Caller, namespace: str, key: Key) -> dict[str, Any] | None:
    """Return the machine that an earlier request with this key has created; `Problem` if that was another request."""
    query = {"labelSelector": f"{submission.KEY_LABEL}={key.hash}"}
    found: list[dict[str, Any]] = (await caller.get(machines_path(namespace), **query)).get("items", [])
    if not found:
        return None
    machine = min(found, key=_age)
    if not _is_same(machine, key):
        raise idempotency.conflict()
    return machine


async def _complete(caller: Caller, plan: Plan, machine: dict[str, Any]) -> Answer:
    """Create the Secret that an earlier request may not have come to, and return the machine."""
    deleting = "deletionTimestamp" in machine["metadata"]
    references = machine["spec"].get("secretFields", {})
    names = {
        references[field]["secretKeyRef"]["name"]
        for field in (plan.secret or {}).get("data", {})
        if field in references
    }
    for name in names if not deleting else ():
        secret = submission.named(plan, name)
        if secret is not None:
            try:
                await caller.create(secrets_path(plan.namespace), submission.with_owner(secret, machine), **_STRICT)
            except Refused as error:
                if error.status != HTTPStatus.CONFLICT:
                    raise refused_submission(error) from None
    return Answer(machine, ())


async def _add_secret(caller: Caller, secret: dict[str, Any] | None, machine: dict[str, Any], key: Key | None) -> None:
    if secret is None:
        return
    try:
        await caller.create(
            secrets_path(machine["metadata"]["namespace"]), submission.with_owner(secret, machine), **_STRICT
        )
    except (Refused, Unavailable) as error:
        if key and isinstance(error, Refused) and error.status == HTTPStatus.CONFLICT:
            return  # the same request at another gateway has found the machine, and completed it
        await _undo(caller, machine)
        raise (refused_submission(error) if isinstance(error, Refused) else problem_of(error)) from None


async def _undo(caller: Caller, machine: dict[str, Any]) -> None:
    metadata = machine["metadata"]
    path = machines_path(metadata["namespace"], metadata["name"])
    for attempt in range(_DELETE_ATTEMPTS):
        try:
            await caller.delete(path, metadata["uid"])
        except Refused as error:
            if error.status in (HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT):
                return
            log.warning("A machine whose Secret was refused cannot be deleted: %s", error.message)
        except Unavailable:
            await asyncio.sleep(attempt + 1)
            continue
        return


async def _refusal(caller: Caller, plan: Plan, error: Refused) -> Problem:
    """Return the problem of a refused submission. A duplicate names the job that is in the way, if the caller may read it."""
    if error.status != HTTPStatus.CONFLICT:
        return refused_submission(error)
    text = f"There is a machine {plan.name!r} in namespace {plan.namespace} already. Choose another name."
    try:
        metadata = (await caller.get(machines_path(plan.namespace, plan.name)))["metadata"]
    except (Refused, Unavailable):
        return Problem("duplicate", HTTPStatus.CONFLICT, text)
    job = JobKey(metadata["namespace"], metadata["name"], metadata["uid"]).id
    return Problem("duplicate", HTTPStatus.CONFLICT, text, job_id=job)
