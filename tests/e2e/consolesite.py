"""Everything that the console needs, with a person who may use it: for its tests, the demo and screenshots."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from controlplane.plane import ControlPlane
from e2e import rig
from e2e.gateway import Gateway, gateway, token_of
from hostsim import manifests
from hostsim.host import SimulatedHost

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


def tenant_namespace(plane: ControlPlane, name: str = "team") -> str:
    """Create a namespace that may use the hosts, if it does not exist; return its name. Screenshots show it."""
    labels = {"kubernetes.io/metadata.name": name, **rig.ALLOWED}
    plane.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}})
    return name


def person(
    plane: ControlPlane, namespace: str, name: str = "ada", *, roles: tuple[str, ...] = EDITOR, hosts: bool = True
) -> str:
    """Create an account with roles of the chart in its namespace, that may see hosts if wanted; return its token."""
    subject = {"kind": "ServiceAccount", "name": name, "namespace": namespace}
    account = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": name}}
    bound = [("ClusterRole", one) for one in roles] + ([("Role", "secrets")] if roles == EDITOR else [])
    bindings = [_binding("RoleBinding", f"{name}-{role}", kind, role, subject) for kind, role in bound]
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


@dataclass(frozen=True)
class Stage:
    """A site with the operator and the host behind it."""

    site: Site
    host: SimulatedHost
    plane: ControlPlane
    operator_log: Path

    def create(self, name: str, **fields: Any) -> None:
        """Create a machine without the console."""
        self.plane.apply(rig.submission(self.host.name, name, **fields), namespace=self.site.namespace)

    def allow(self, name: str, rule: dict[str, Any]) -> None:
        """Give the person of the site a right in the whole cluster."""
        role = {
            "apiVersion": "rbac.authorization.k8s.io/v1",
            "kind": "ClusterRole",
            "metadata": {"name": name},
            "rules": [rule],
        }
        subject = {"kind": "ServiceAccount", "name": "ada", "namespace": self.site.namespace}
        self.plane.apply([role, _binding("ClusterRoleBinding", name, "ClusterRole", name, subject)])

    def host_spec(self) -> dict[str, Any]:
        """Return the spec of the host's resource."""
        found: dict[str, Any] = json.loads(self.plane.kubectl("get", "hvh", self.host.name, "-o", "json"))["spec"]
        return found


@contextmanager
def stage(plane: ControlPlane, folder: Path, host_name: str) -> Iterator[Stage]:
    """Run a host, an operator with live logs, and a site during the block."""
    namespace = tenant_namespace(plane)
    with SimulatedHost(host_name, copy_seconds=2, boot_seconds=0.5, apply_seconds=0.5) as host:
        plane.apply([manifests.credentials(host, rig.SYSTEM), manifests.hyperv_host(host)], namespace=rig.SYSTEM)
        log = folder / "operator.log"
        with rig.live_logs(plane) as api, rig.operator(plane, log, api.settings()) as operator:
            operator.wait_for_webhook()
            plane.kubectl("wait", "--for=condition=Ready", f"hvh/{host_name}", "--timeout=60s")
            with site(plane, namespace, folder) as served:
                yield Stage(served, host, plane, log)
            plane.kubectl("delete", "hvm", "--all", "-n", namespace, "--timeout=60s")
            rig.remove_hosts(plane)
