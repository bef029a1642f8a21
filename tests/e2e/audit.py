"""What an account asks of the API server, from the API server's own audit log, and what the chart's roles allow."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from typing_extensions import override

REQUESTS = Path(__file__).with_name("requests.yaml")
"""The requests of the operator, by feature: `verb resource.group scope [name]`."""


@dataclass(frozen=True, order=True)
class Request:
    """A request, as RBAC sees it."""

    verb: str
    resource: str
    """With its subresource and its group, such as `hypervmachines/status.hyperv-operator.io`."""
    scope: str
    """`own` for the operator's namespace, `kube-system`, `tenant` for any other namespace, `cluster` for none."""
    name: str = ""
    """Of the object, where a rule may name it."""

    @classmethod
    def parse(cls, line: str) -> Request:
        """Read what `str` gives."""
        return cls(*line.split(" "))

    @override
    def __str__(self) -> str:
        return " ".join(filter(None, (self.verb, self.resource, self.scope, self.name)))


@dataclass(frozen=True)
class Right:
    """One verb on one resource, as a role grants it."""

    verb: str
    resource: str
    scopes: frozenset[str]
    """The scopes of the requests that it covers."""
    names: frozenset[str] = field(default=frozenset())
    """Empty: all objects."""

    def covers(self, request: Request) -> bool:
        """Return whether it allows a request."""
        same = (self.verb, self.resource) == (request.verb, request.resource)
        return same and request.scope in self.scopes and (not self.names or request.name in self.names)

    @override
    def __str__(self) -> str:
        return f"{self.verb} {self.resource} in {'|'.join(sorted(self.scopes))} {'|'.join(sorted(self.names))}".strip()


class Audit:
    """The audit log of an API server that is started with `arguments`."""

    def __init__(self, folder: Path, user: str) -> None:
        self._log = folder / "audit.log"
        self._policy = folder / "audit-policy.yaml"
        rules = [{"level": "Metadata", "users": [user]}, {"level": "None"}]
        policy = {"apiVersion": "audit.k8s.io/v1", "kind": "Policy", "omitStages": ["RequestReceived"], "rules": rules}
        self._policy.write_text(yaml.safe_dump(policy))

    @property
    def arguments(self) -> tuple[str, ...]:
        """The API server's flags."""
        return (f"--audit-policy-file={self._policy}", f"--audit-log-path={self._log}")

    def forget(self) -> None:
        """Begin anew."""
        self._log.write_text("")  # the API server appends

    def requests(self, own: str) -> set[Request]:
        """Return what was asked so far, but for what every account may ask; `own` is the operator's namespace."""
        lines = self._log.read_text().splitlines() if self._log.exists() else []
        return {_request(event["verb"], event["objectRef"], own) for event in map(json.loads, lines) if _counts(event)}

    def refused(self) -> list[str]:
        """Return the requests that RBAC has refused."""
        events = [json.loads(line) for line in self._log.read_text().splitlines()]
        forbidden = (one for one in events if one["annotations"].get("authorization.k8s.io/decision") == "forbid")
        return [f"{one['verb']} {one['requestURI']}" for one in forbidden]


def _counts(event: Mapping[str, Any]) -> bool:
    return "objectRef" in event and event["annotations"].get("authorization.k8s.io/decision") == "allow"


def _request(verb: str, target: Mapping[str, str], own: str) -> Request:
    sub, group = target.get("subresource"), target.get("apiGroup")
    resource = target["resource"] + (f"/{sub}" if sub else "") + (f".{group}" if group else "")
    namespace = "" if target["resource"] == "namespaces" else target.get("namespace", "")
    scope = {"": "cluster", own: "own", "kube-system": "kube-system"}.get(namespace, "tenant")
    named = target["resource"] in ("leases", "configmaps")
    return Request(verb, resource, scope, target.get("name", "") if named else "")


def expected(features: Iterable[str]) -> set[Request]:
    """Return the requests of features, as `REQUESTS` lists them."""
    listed = yaml.safe_load(REQUESTS.read_text())
    return {Request.parse(line) for feature in features for line in listed[feature]}


_EVERYWHERE = frozenset({"cluster", "own", "kube-system", "tenant"})


def rights(documents: Iterable[Mapping[str, Any]], account: str, own: str) -> list[Right]:
    """Return what rendered roles grant to a ServiceAccount of the namespace `own`."""
    by_name = {(one["kind"], one["metadata"]["name"], one["metadata"].get("namespace")): one for one in documents}
    return [right for one in by_name.values() if _binds(one, account, own) for right in _granted(one, by_name, own)]


def _binds(document: Mapping[str, Any], account: str, own: str) -> bool:
    subject = {"kind": "ServiceAccount", "name": account, "namespace": own}
    return document["kind"] in ("RoleBinding", "ClusterRoleBinding") and subject in document["subjects"]


def _granted(
    binding: Mapping[str, Any], roles: Mapping[tuple[str, str, str | None], Mapping[str, Any]], own: str
) -> Iterator[Right]:
    namespace, role = binding["metadata"].get("namespace"), binding["roleRef"]
    # Kubernetes' own role, by which an aggregated API learns how the API server proves who it is.
    if role["name"] == "extension-apiserver-authentication-reader":
        name = frozenset({"extension-apiserver-authentication"})
        yield Right("get", "configmaps", frozenset({"kube-system"}), name)
        return
    scopes = _EVERYWHERE if not namespace else frozenset({"own" if namespace == own else "tenant"})
    for rule in roles[(role["kind"], role["name"], namespace if role["kind"] == "Role" else None)]["rules"]:
        for verb in rule["verbs"]:
            for resource in rule["resources"]:
                for group in rule["apiGroups"]:
                    full = f"{resource}.{group}" if group else resource
                    yield Right(verb, full, scopes, frozenset(rule.get("resourceNames", ())))
