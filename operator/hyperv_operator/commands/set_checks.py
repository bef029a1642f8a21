"""What only a set of files can tell: objects that are there twice, VM names wanted twice, hosts that refuse a machine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from hyperv_operator.api.host import HyperVHostSpec, LabelSelector, Tenant
from hyperv_operator.api.names import Reason
from hyperv_operator.commands.findings import Finding
from hyperv_operator.commands.machine_checks import CheckedMachine
from hyperv_operator.commands.manifests import NAME_LABEL, Manifest
from hyperv_operator.core import tenancy
from hyperv_operator.schema.yaml_source import Path

_PLACES: Mapping[Reason, Path] = {
    Reason.IMAGE_NOT_ALLOWED: ("spec", "fields", "image_name"),
    Reason.VLAN_NOT_ALLOWED: ("spec", "fields", "vlan_id"),
    Reason.NAME_NOT_ALLOWED: ("spec", "fields", "vm_name"),
}


@dataclass(frozen=True)
class Dependencies:
    """What the files tell of the cluster that the machines are for."""

    hosts: Mapping[str, HyperVHostSpec]
    labels: Mapping[str, Mapping[str, str]]
    """Labels of the namespaces whose manifests are there."""
    hosts_are_complete: bool
    """Every host there is is among `hosts`."""

    def has_cluster(self, host: str) -> bool | None:
        """Tell whether a host belongs to a failover cluster; None where the files do not say."""
        spec = self.hosts.get(host)
        return None if spec is None else spec.failover_cluster is not None


def check_repeated(manifests: Sequence[Manifest]) -> Iterator[Finding]:
    """Return objects that are there more than once; objects without a known name are left out."""
    first: dict[tuple[str, str, str], Manifest] = {}
    for manifest in manifests:
        if not manifest.name:
            continue
        earlier = first.setdefault((manifest.kind, manifest.namespace, manifest.name), manifest)
        if earlier is not manifest:
            message = (
                f"{manifest.kind} {manifest.name!r} is already in {_where(earlier, ('metadata', 'name'))}: whichever is applied "
                "last wins. Rename or remove one."
            )
            yield manifest.finding(("metadata", "name"), "repeated_object", message)


def check_vm_names(machines: Sequence[CheckedMachine], world: Dependencies) -> Iterator[Finding]:
    """Return machines that want a VM name which an earlier one wants on the same host or failover cluster."""
    first: dict[tuple[str, str], CheckedMachine] = {}
    path = ("spec", "fields", "vm_name")
    for machine in machines:
        if not machine.vm_name or not machine.target_host:
            continue
        host = world.hosts.get(machine.target_host)
        scope = f"cluster/{host.failover_cluster}" if host and host.failover_cluster else machine.target_host
        earlier = first.setdefault((scope, machine.vm_name.casefold()), machine)
        mine, theirs = machine.manifest, earlier.manifest
        if earlier is machine or (mine.name, mine.namespace) == (theirs.name, theirs.namespace) != ("", ""):
            continue
        message = (
            f"vm_name {machine.vm_name!r} is already wanted in {_where(theirs, path)} on the same host or failover cluster. "
            "Choose another name."
        )
        yield mine.finding(path, "repeated_vm_name", message)


def _where(manifest: Manifest, path: Path) -> str:
    return f"{manifest.file}:{manifest.tree.position(path).line}"


def check_hosts(machines: Sequence[CheckedMachine], world: Dependencies) -> Iterator[Finding]:
    """Return machines whose host is not among the files though all hosts are, or allows them to no namespace of theirs."""
    counts: dict[tuple[str, str], int] = {}
    for machine in machines:
        host = world.hosts.get(machine.target_host)
        if host is None:
            if world.hosts_are_complete and machine.target_host:
                message = f"there is no HyperVHost {machine.target_host!r} among the host manifests. Correct the name or add it."
                yield machine.manifest.finding(("spec", "targetHost"), "host_unknown", message, "warning")
            continue
        if machine.submission is None:
            continue
        namespace = machine.manifest.namespace
        before = counts.get((namespace, machine.target_host), 0) if namespace else 0
        counts[namespace, machine.target_host] = before + 1
        tenants = tuple(_decided(tenant, namespace, world.labels.get(namespace)) for tenant in host.tenants)
        refusal = tenancy.refusal(tenants, {}, machine.submission.fields, before)
        if refusal:
            reason, message = refusal
            path = _PLACES.get(reason, ("spec", "targetHost"))
            yield machine.manifest.finding(path, reason.value, f"HyperVHost {machine.target_host!r}: {message}")


def _decided(tenant: Tenant, namespace: str, labels: Mapping[str, str] | None) -> Tenant:
    """Return the entry with a selector that selects no labels at all exactly if it can select the namespace.

    Without the namespace's manifest only its name is known, so that only what speaks of the name can rule it out.
    """
    selector, known = tenant.namespace_selector, labels
    if known is None:
        known = {NAME_LABEL: namespace}
        selector = LabelSelector(
            match_labels={key: text for key, text in selector.match_labels.items() if key == NAME_LABEL and namespace},
            match_expressions=tuple(one for one in selector.match_expressions if one.key == NAME_LABEL and namespace),
        )
    decided = LabelSelector(match_labels={} if tenancy.selects(selector, known) else {NAME_LABEL: "-"})
    return tenant.model_copy(update={"namespace_selector": decided})
