"""Checks across files: duplicate objects, duplicate VM names, and hosts that refuse a machine."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from hyperv_operator.api.catalogue import explain
from hyperv_operator.api.host import HyperVHostSpec, LabelSelector, Tenant
from hyperv_operator.api.names import Reason
from hyperv_operator.commands.findings import Finding
from hyperv_operator.commands.machine_checks import CheckedMachine
from hyperv_operator.commands.manifests import NAME_LABEL, Manifest
from hyperv_operator.core import tenancy
from hyperv_operator.core.usage import Size, Usage
from hyperv_operator.schema.yaml_source import Path

_PLACES: Mapping[Reason, Path] = {
    Reason.IMAGE_NOT_ALLOWED: ("spec", "fields", "image_name"),
    Reason.VLAN_NOT_ALLOWED: ("spec", "fields", "vlan_id"),
    Reason.NAME_NOT_ALLOWED: ("spec", "fields", "vm_name"),
}


@dataclass(frozen=True)
class KnownObjects:
    """What the files say about the cluster that the machines are for."""

    hosts: Mapping[str, HyperVHostSpec]
    labels: Mapping[str, Mapping[str, str]]
    """Labels of the namespaces that have a manifest."""
    hosts_are_complete: bool
    """Whether `hosts` has all hosts of the cluster."""

    def has_cluster(self, host: str) -> bool | None:
        """Return whether a host belongs to a failover cluster; None if the files do not include the host."""
        spec = self.hosts.get(host)
        return None if spec is None else spec.failover_cluster is not None


def check_repeated(manifests: Sequence[Manifest]) -> Iterator[Finding]:
    """Yield objects that occur more than once. Objects without a known name are skipped."""
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


def check_vm_names(machines: Sequence[CheckedMachine], known: KnownObjects) -> Iterator[Finding]:
    """Yield machines whose VM name an earlier machine has, on the same host or failover cluster."""
    first: dict[tuple[str, str], CheckedMachine] = {}
    path = ("spec", "fields", "vm_name")
    for machine in machines:
        if not machine.vm_name or not machine.target_host:
            continue
        host = known.hosts.get(machine.target_host)
        scope = f"cluster/{host.failover_cluster}" if host and host.failover_cluster else machine.target_host
        earlier = first.setdefault((scope, machine.vm_name.casefold()), machine)
        mine, theirs = machine.manifest, earlier.manifest
        if earlier is machine or (mine.name, mine.namespace) == (theirs.name, theirs.namespace) != ("", ""):
            continue
        message = (
            f"vm_name {machine.vm_name!r} is already used in {_where(theirs, path)} on the same host or failover cluster. "
            "Choose another name."
        )
        yield mine.finding(path, "repeated_vm_name", message)


def _where(manifest: Manifest, path: Path) -> str:
    return f"{manifest.file}:{manifest.tree.position(path).line}"


def check_hosts(machines: Sequence[CheckedMachine], known: KnownObjects) -> Iterator[Finding]:
    """Yield machines whose host does not exist, or does not admit them from their namespace."""
    usages: dict[tuple[str, str], Usage] = {}
    for machine in machines:
        host = known.hosts.get(machine.target_host)
        if host is None:
            if known.hosts_are_complete and machine.target_host:
                message = f"there is no HyperVHost {machine.target_host!r} among the host manifests. Correct the name or add it."
                yield machine.manifest.finding(("spec", "targetHost"), "host_unknown", message, "warning")
            continue
        if machine.submission is None:
            continue
        namespace = machine.manifest.namespace
        before = usages.get((namespace, machine.target_host), Usage()) if namespace else Usage()
        usages[namespace, machine.target_host] = before.plus(Size.of_fields(machine.submission.fields))
        tenants = tuple(_decided(tenant, namespace, known.labels.get(namespace)) for tenant in host.tenants)
        request = tenancy.Request(machine.submission.fields, machine.deletion_policy)
        refusal = tenancy.refusal(tenants, {}, request, before)
        if refusal:
            reason, facts = refusal
            path = _PLACES.get(reason, ("spec", "targetHost"))
            text = f"HyperVHost {machine.target_host!r}: {explain(reason, facts)}"
            yield machine.manifest.finding(path, reason.value, text)


def _decided(tenant: Tenant, namespace: str, labels: Mapping[str, str] | None) -> Tenant:
    """Return the entry with its namespace selector evaluated: the new one selects everything or nothing.

    Without a manifest of the namespace its name is the only label that is known. A selector of other labels then selects it.
    """
    selector = tenant.namespace_selector
    if labels is None:
        labels = {NAME_LABEL: namespace}
        selector = LabelSelector(
            match_labels={key: text for key, text in selector.match_labels.items() if key == NAME_LABEL and namespace},
            match_expressions=tuple(one for one in selector.match_expressions if one.key == NAME_LABEL and namespace),
        )
    decided = LabelSelector(match_labels={} if tenancy.selects(selector, labels) else {NAME_LABEL: "-"})
    return tenant.model_copy(update={"namespace_selector": decided})
