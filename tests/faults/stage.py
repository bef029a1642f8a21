"""The stage of one trial: its namespace, its hosts and its machines, under names that no other trial has."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from e2e import rig
from faults import admin
from faults.admin import Admin, Body, Refused
from faults.hosts import TappedHost
from faults.tap import Tap
from hostsim import manifests

CANARY = "Canary-"
"""Every secret value contains it."""


@dataclass(frozen=True)
class HostPlan:
    """A host of a scenario; `spec` replaces fields of its HyperVHost's spec."""

    alias: str
    spec: Mapping[str, Any] = field(default_factory=dict)
    dead: bool = False
    """It never answers."""
    registered: bool = True
    """Its HyperVHost exists before the operator starts."""


class Stage:
    """Objects are addressed by alias: `m1` is the machine `m1-SUFFIX`."""

    def __init__(self, client: Admin, number: int, tap: Tap, plans: tuple[HostPlan, ...], cluster: str = "") -> None:
        self.admin = client
        self.suffix = f"r{number}"
        self.namespace = f"team-{self.suffix}"
        self.plans = plans
        self.uids: dict[str, str] = {}
        """By the alias of a machine."""
        self.hosts: dict[str, TappedHost] = {}
        for plan in plans:
            times = {"copy_seconds": 0.05, "boot_seconds": 0.05, "apply_seconds": 0.05}
            self.hosts[plan.alias] = TappedHost(self.name(plan.alias), tap, **times)
        self._share_volume(cluster)

    def name(self, alias: str) -> str:
        """Return the name of an object."""
        return f"{alias}-{self.suffix}"

    @contextlib.contextmanager
    def set_up(self) -> Iterator[Self]:
        """Start the hosts and create the namespace; everything is removed at the end, whatever state it is in."""
        client = self.admin
        try:
            for plan in self.plans:
                self.hosts[plan.alias].start()
                if plan.dead:
                    self.hosts[plan.alias].go_down()
            client.create("/api/v1/namespaces", {"metadata": {"name": self.namespace, "labels": rig.ALLOWED}})
            for plan in self.plans:
                if plan.registered:
                    self.register(plan.alias)
            yield self
        finally:
            for host in self.hosts.values():
                host.stop()
            self._remove_everything()

    def register(self, alias: str) -> None:
        """Create a HyperVHost and its Secret."""
        host = self.hosts[alias]
        spec = next(plan.spec for plan in self.plans if plan.alias == alias)
        secret = manifests.credentials(host, rig.SYSTEM)
        self.admin.create(admin.core(rig.SYSTEM, "secrets"), secret)
        self.admin.create(admin.hosts(), manifests.hyperv_host(host, **{k: self._named(v) for k, v in spec.items()}))

    def create_machine(self, alias: str, host: str, **fields: Any) -> None:
        """Create a machine and its Secret."""
        name = self.name(alias)
        secret, machine = rig.submission(self.name(host), name, **fields)
        self.admin.create(admin.core(self.namespace, "secrets"), secret)
        created = self.admin.create(admin.machines(self.namespace), machine)
        self.uids[alias] = str(created["metadata"]["uid"])

    def change_machine(self, alias: str, spec: Body) -> None:
        """Merge into a machine's spec."""
        self.admin.patch(admin.machines(self.namespace, self.name(alias)), {"spec": spec})

    def change_host(self, alias: str, spec: Body) -> None:
        """Merge into a HyperVHost's spec."""
        self.admin.patch(admin.hosts(self.name(alias)), {"spec": spec})

    def delete_machine(self, alias: str) -> None:
        """Ask for a machine's deletion."""
        self.admin.delete(admin.machines(self.namespace, self.name(alias)))

    def delete_host(self, alias: str) -> None:
        """Ask for a HyperVHost's deletion."""
        self.admin.delete(admin.hosts(self.name(alias)))

    def machine(self, alias: str) -> Body | None:
        """Return a machine; None if it does not exist."""
        return self.admin.get(admin.machines(self.namespace, self.name(alias)))

    def host(self, alias: str, plural: str = admin.HOSTS) -> Body | None:
        """Return a HyperVHost or its inventory; None if it does not exist."""
        return self.admin.get(admin.hosts(self.name(alias), plural))

    def move(self, machine: str, source: str, target: str) -> None:
        """Move a running VM to another node of its failover cluster, like a live migration."""
        one, other = self.hosts[source], self.hosts[target]
        uid = self.uids[machine]

        def take() -> Any:
            (vm,) = one.simulated.vms_of(uid)
            return one.simulated.vms.pop(vm.vm_id)

        vm = one.call(take)
        other.call(lambda: other.simulated.vms.update({vm.vm_id: vm}))

    def _share_volume(self, cluster: str) -> None:
        """Make the hosts nodes of one failover cluster, which have the machines' folders on a shared volume."""
        if not cluster:
            return
        first, *others = [host.simulated for host in self.hosts.values()]
        first.failover_cluster = self.name(cluster)
        for one in others:
            one.folders, one.removed, one.clustered = first.folders, first.removed, first.clustered
            one.failover_cluster = first.failover_cluster

    def _named(self, value: Any) -> Any:
        """Return a value of a host's spec with the name that an alias in braces stands for: `{hvc}` is `hvc-SUFFIX`."""
        return self.name(value[1:-1]) if isinstance(value, str) and value.startswith("{") else value

    def _remove_everything(self) -> None:
        client = self.admin
        collections = (admin.machines(self.namespace), admin.hosts(), admin.hosts(plural=admin.INVENTORIES))
        for collection in collections:
            for body in (client.get(collection) or {}).get("items", []):
                path = f"{collection}/{body['metadata']['name']}"
                if body["metadata"]["name"].endswith(self.suffix):
                    with contextlib.suppress(Refused):  # gone meanwhile
                        client.patch(path, {"metadata": {"finalizers": None}})
                    client.delete(path)
        for alias in self.hosts:
            client.delete(admin.core(rig.SYSTEM, "secrets", f"{self.name(alias)}-winrm"))
        for plural in ("secrets", "events"):
            client.delete(admin.core(self.namespace, plural))
        client.delete(admin.core("default", "events"))
        # There is no controller manager that would do it.
        path = f"/api/v1/namespaces/{self.namespace}"
        client.delete(path)
        body = client.get(path)
        if body:
            client.replace(f"{path}/finalize", {**body, "spec": {"finalizers": []}})
