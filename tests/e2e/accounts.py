"""Accounts whose requests go to the API server as they are: with the token of a ServiceAccount and nothing in between."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import requests
import yaml

from controlplane.plane import ControlPlane

OWN = "/apis/hyperv-operator.io/v1alpha1"
_TYPES = {"PATCH": "application/merge-patch+json"}


@dataclass(frozen=True)
class Account:
    """A ServiceAccount."""

    plane: ControlPlane
    namespace: str
    name: str
    token: str

    @classmethod
    def of(cls, plane: ControlPlane, namespace: str, name: str) -> Account:
        """Return an existing account with a new token."""
        file = plane.service_account_kubeconfig(namespace, name)
        return cls(plane, namespace, name, yaml.safe_load(file.read_text())["users"][0]["user"]["token"])

    @classmethod
    def create(cls, plane: ControlPlane, namespace: str, name: str, *roles: str) -> Account:
        """Create an account that has ClusterRoles in its namespace."""
        plane.kubectl("create", "serviceaccount", name, "-n", namespace)
        for role in roles:
            plane.kubectl(
                *("create", "rolebinding", f"{name}-{role}", f"--clusterrole={role}", "-n", namespace),
                f"--serviceaccount={namespace}:{name}",
            )
        return cls.of(plane, namespace, name)

    @property
    def user(self) -> str:
        """The name by which the API server knows the account."""
        return f"system:serviceaccount:{self.namespace}:{self.name}"

    def send(self, method: str, path: str, body: Any = None, *, dry: bool = False) -> requests.Response:
        """Send a request and return the answer, whatever its status; a PATCH is a merge patch, a list a JSON patch."""
        kind = "application/json-patch+json" if isinstance(body, list) else _TYPES.get(method, "application/json")
        return requests.request(
            method,
            self.plane.url + path,
            params={"dryRun": "All"} if dry else None,
            json=body,
            headers={"Authorization": f"Bearer {self.token}", "Content-Type": kind},
            verify=str(self.plane.ca_file),
            timeout=30,
        )
