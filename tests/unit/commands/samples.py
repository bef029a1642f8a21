"""Valid manifests to change, and the outcome of a command."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import yaml

ROOT = Path(__file__).resolve().parents[3]


@dataclass(frozen=True)
class Outcome:
    code: int
    out: str
    err: str

    @property
    def findings(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(self.out)["findings"]
        return found

    @property
    def reported(self) -> list[tuple[int, str, str]]:
        return [(one["line"], one["field"], one["code"]) for one in self.findings]


class Run(Protocol):
    def __call__(self, *arguments: str) -> Outcome: ...


class Check(Protocol):
    def __call__(self, *texts: str, options: tuple[str, ...] = ()) -> Outcome: ...


def machine(name: str = "web-01", /, **changes: Any) -> dict[str, Any]:
    """Return a valid machine with changed fields; None removes a field."""
    fields = {
        "vm_name": name,
        "image_name": "Ubuntu 24.04",
        "gb_ram": 4,
        "cpu_cores": 2,
        "guest_la_uid": "admin",
        **changes,
    }
    return {
        "apiVersion": "hyperv-operator.io/v1alpha1",
        "kind": "HyperVMachine",
        "metadata": {"name": name, "namespace": "team-a"},
        "spec": {
            "schemaVersion": 1,
            "targetHost": "hyperv01",
            "fields": {key: value for key, value in fields.items() if value is not None},
            "secretFields": {"guest_la_pw": {"secretKeyRef": {"name": "web-01", "key": "password"}}},
        },
    }


def host(name: str = "hyperv01", /, **changes: Any) -> dict[str, Any]:
    """Return a valid host that admits all namespaces, with changes to its spec."""
    return {
        "apiVersion": "hyperv-operator.io/v1alpha1",
        "kind": "HyperVHost",
        "metadata": {"name": name},
        "spec": {
            "address": f"{name}.example.com",
            "connection": {"credentialsSecretRef": {"name": "winrm"}},
            "tenants": [{"namespaceSelector": {}}],
            "paths": {"images": "D:\\Images", "machines": "D:\\VMs"},
            "virtualSwitch": "External",
            **changes,
        },
    }


def dump(*objects: dict[str, Any]) -> str:
    return yaml.safe_dump_all(objects, sort_keys=False)
