"""What the caller may do, as the API server says, and the Secrets that a submission may refer to."""

from __future__ import annotations

import asyncio
from http import HTTPStatus
from typing import Final

from hyperv_operator.api.names import GROUP, HOSTS, MACHINES
from hyperv_operator.gateway.cluster import SUBRESOURCES, Caller, Refused, secrets_path
from hyperv_operator.gateway.models import Rights, SecretKeys, Session
from hyperv_operator.gateway.problems import FieldProblem, invalid

_AUTHORIZATION: Final = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
_AUTHENTICATION: Final = "/apis/authentication.k8s.io/v1/selfsubjectreviews"
_QUESTIONS: Final[dict[str, tuple[str, str, str, bool]]] = {
    "create": ("create", GROUP, MACHINES, True),
    "delete": ("delete", GROUP, MACHINES, True),
    "view_log": ("get", SUBRESOURCES, f"{MACHINES}/log", True),
    "view_hosts": ("list", GROUP, HOSTS, False),
    "cordon": ("patch", GROUP, HOSTS, False),
    "view_executor": ("get", SUBRESOURCES, "executors", False),
    "read_secrets": ("list", "", "secrets", True),
    "create_secrets": ("create", "", "secrets", True),
}
"""Verb, group, resource, and whether the namespace matters."""
_SECRET_TYPES: Final = frozenset(["Opaque", "kubernetes.io/basic-auth"])


async def session(caller: Caller, namespace: str | None) -> Session:
    """Return who the caller is, and the rights that go with it."""
    who = {"apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"}
    review, namespaces, answers = await asyncio.gather(
        caller.create(_AUTHENTICATION, who),
        _namespaces(caller),
        asyncio.gather(*(_may(caller, namespace, question) for question in _QUESTIONS.values())),
    )
    user = review.body.get("status", {}).get("userInfo", {})
    return Session(
        user=str(user.get("username", "")),
        groups=[str(one) for one in user.get("groups", [])],
        namespaces=namespaces,
        rights=Rights(**dict(zip(_QUESTIONS, answers, strict=True))),
    )


async def _may(caller: Caller, namespace: str | None, question: tuple[str, str, str, bool]) -> bool:
    verb, group, resource, namespaced = question
    name, _, subresource = resource.partition("/")
    attributes = {"verb": verb, "group": group, "resource": name, "subresource": subresource}
    if namespaced and namespace:
        attributes["namespace"] = namespace
    body = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview",
        "spec": {"resourceAttributes": attributes},
    }
    answer = await caller.create(_AUTHORIZATION, body)
    return answer.body.get("status", {}).get("allowed") is True


async def _namespaces(caller: Caller) -> list[str] | None:
    try:
        return sorted(str(one["metadata"]["name"]) for one in await caller.list_all("/api/v1/namespaces"))
    except Refused as error:
        if error.status == HTTPStatus.FORBIDDEN:
            return None
        raise


async def secrets(caller: Caller, namespace: str | None) -> list[SecretKeys]:
    """Return names and keys of the Secrets of a namespace; the values are dropped at once."""
    if namespace is None:
        text = "namespace is required, as this gateway has no default namespace; add it to the query."
        raise invalid([FieldProblem(field="namespace", code="required", message=text)])
    found = (one for one in await caller.list_all(secrets_path(namespace)) if one.get("type") in _SECRET_TYPES)
    named = (SecretKeys(name=one["metadata"]["name"], keys=sorted(one.get("data") or {})) for one in found)
    return sorted(named, key=lambda one: one.name)
