"""The resources that register a simulated host with an operator."""

from __future__ import annotations

from typing import Any

from hostsim.host import SimulatedHost
from hostsim.installation import ROOT


def credentials(host: SimulatedHost, namespace: str, name: str | None = None) -> dict[str, Any]:
    """Return the Secret with the host's credentials."""
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": name or f"{host.name}-winrm", "namespace": namespace},
        "stringData": {"username": host.username, "password": host.password},
    }


def hyperv_host(host: SimulatedHost, **spec: Any) -> dict[str, Any]:
    """Return the HyperVHost; keyword arguments replace fields of its spec."""
    base: dict[str, Any] = {
        "address": host.address,
        "connection": {
            "transport": "https",
            "port": host.port,
            "authentication": "ntlm",
            "credentialsSecretRef": {"name": f"{host.name}-winrm"},
            "caBundle": host.ca_pem,
        },
        "tenants": [{"namespaceSelector": {"matchLabels": {"hyperv": "allowed"}}}],
        "paths": {"agent": ROOT, "images": "D:\\DiskImages", "machines": "D:\\VMs"},
        "virtualSwitch": "External",
        "inventoryIntervalSeconds": 10,
    }
    return {
        "apiVersion": "hyperv-operator.io/v1alpha1",
        "kind": "HyperVHost",
        "metadata": {"name": host.name},
        "spec": {**base, **spec},
    }
