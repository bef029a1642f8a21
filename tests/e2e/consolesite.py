"""Everything that the console needs, with a person who may use it: for its tests, the demo and screenshots."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from controlplane.plane import ControlPlane
from e2e import rig
from e2e.gateway import Gateway, gateway, token_of

EDITOR = ("hyperv-operator-view", "hyperv-operator-edit")
SECRETS: dict[str, Any] = {
    "apiVersion": "rbac.authorization.k8s.io/v1",
    "kind": "Role",
    "metadata": {"name": "secrets"},
    "rules": [{"apiGroups": [""], "resources": ["secrets"], "verbs": ["create", "list"]}],
}
"""The chart has no role for Secrets, because a role of the namespace, such as Kubernetes' own `edit`, gives that right."""


@dataclass(frozen=True)
class Site:
    """A gateway that serves the console, a namespace, and the token of a person in it."""

    gateway: Gateway
    namespace: str
    token: str

    @property
    def url(self) -> str:
        """Where the console is."""
        return f"{self.gateway.url}/"


def person(plane: ControlPlane, namespace: str, name: str = "ada", *, hosts: bool = True) -> str:
    """Create an account that may use machines in its namespace, and see hosts if wanted; return its token."""
    subject = {"kind": "ServiceAccount", "name": name, "namespace": namespace}
    account = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": name}}
    roles = [("ClusterRole", one) for one in EDITOR] + [("Role", "secrets")]
    bindings = [_binding("RoleBinding", f"{name}-{role}", kind, role, subject) for kind, role in roles]
    plane.apply([account, SECRETS, *bindings], namespace=namespace)
    if hosts:
        role = "hyperv-operator-hosts-view"
        plane.apply(_binding("ClusterRoleBinding", f"{namespace}-{name}", "ClusterRole", role, subject))
    return token_of(plane.service_account_kubeconfig(namespace, name))


def _binding(kind: str, name: str, role_kind: str, role: str, subject: dict[str, str]) -> dict[str, Any]:
    return {
        "apiVersion": "rbac.authorization.k8s.io/v1",
        "kind": kind,
        "metadata": {"name": name},
        "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": role_kind, "name": role},
        "subjects": [subject],
    }


@contextmanager
def site(plane: ControlPlane, namespace: str, folder: Path, **settings: str) -> Iterator[Site]:
    """Serve the console during the block; the aggregated API has to be served by an operator."""
    with gateway(plane, folder / "gateway.log", default_namespace=namespace, **settings) as running:
        rig.wait_for_live_logs(plane)
        yield Site(running, namespace, person(plane, namespace))
