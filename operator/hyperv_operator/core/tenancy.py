"""Tenancy: whether `HyperVHost.spec.tenants` allows a namespace to have a machine. An absent list allows everything."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from pydantic import JsonValue

from hyperv_operator.api.expressions import matches_start, matches_wildcard
from hyperv_operator.api.host import LabelSelector, Tenant
from hyperv_operator.api.names import Reason
from hyperv_operator.core.usage import Size, Usage

DeletionPolicy = Literal["Delete", "Retain"]


@dataclass(frozen=True)
class Request:
    """What is asked of a host: a new machine, or a change of one."""

    fields: Mapping[str, JsonValue]
    deletion_policy: DeletionPolicy = "Delete"
    held: Size | None = None
    """What the machine has already: it keeps its place, and only growth is compared with a bound. None: it has no place yet."""
    has_vm: bool = False
    """The machine's VM is made: the image is no longer asked for."""


def selects(selector: LabelSelector, labels: Mapping[str, str]) -> bool:
    """Return whether a label selector matches; an empty selector matches everything, as in Kubernetes."""
    if any(labels.get(key) != value for key, value in selector.match_labels.items()):
        return False
    return all(
        _expression_holds(labels, expression.key, expression.operator, expression.values)
        for expression in selector.match_expressions
    )


def _expression_holds(labels: Mapping[str, str], key: str, operator: str, values: tuple[str, ...]) -> bool:
    match operator:
        case "In":
            return labels.get(key) in values
        case "NotIn":
            return labels.get(key) not in values
        case "Exists":
            return key in labels
        case _:
            return key not in labels


def vlan_allowed(ranges: tuple[str, ...], vlan: int) -> bool:
    """Return whether a VLAN is in one of the ranges (`'0'`, `'10-19'`)."""
    for text in ranges:
        low, _, high = text.partition("-")
        if int(low) <= vlan <= int(high or low):
            return True
    return False


def refusal(
    tenants: tuple[Tenant, ...], labels: Mapping[str, str], request: Request, others: Usage
) -> tuple[Reason, str] | None:
    """Return the reason and the facts why no tenant entry allows the request, or None if one does.

    `others` is what the namespace's other machines have on the host. Of several entries that select the namespace, the last
    one gives the reason.
    """
    selected = [tenant for tenant in tenants if selects(tenant.namespace_selector, labels)]
    if not selected:
        return Reason.NAMESPACE_NOT_ALLOWED, "This host does not serve this namespace: no tenant entry selects it."
    refusals = [_kind_refusal(tenant, request) or _bound_refusal(tenant, request, others) for tenant in selected]
    return None if None in refusals else refusals[-1]


def policy_refusal(
    tenants: tuple[Tenant, ...], labels: Mapping[str, str], policy: DeletionPolicy
) -> tuple[Reason, str] | None:
    """Return the reason and the facts why a deletion policy may not be used, or None.

    A namespace that no entry selects is not refused: nobody is left who says what may be kept there.
    """
    entry = _forbids(tenants, labels, lambda tenant: _allows_policy(tenant, policy))
    return (Reason.DELETION_POLICY_NOT_ALLOWED, _policy_facts(entry, policy)) if entry else None


def abandoning_refused(tenants: tuple[Tenant, ...], labels: Mapping[str, str]) -> bool:
    """Return whether the namespace may not abandon machines. As for policies, no entry refuses nothing."""
    return _forbids(tenants, labels, lambda tenant: tenant.allow_abandon) is not None


def _forbids(tenants: tuple[Tenant, ...], labels: Mapping[str, str], allows: Callable[[Tenant], bool]) -> Tenant | None:
    """Return the last entry that selects the namespace if none of them allows something, else None."""
    selected = [tenant for tenant in tenants if selects(tenant.namespace_selector, labels)]
    return None if not selected or any(allows(tenant) for tenant in selected) else selected[-1]


def _allows_policy(tenant: Tenant, policy: DeletionPolicy) -> bool:
    return tenant.deletion_policies is None or policy in tenant.deletion_policies


def _policy_facts(tenant: Tenant, policy: DeletionPolicy) -> str:
    allowed = ", ".join(tenant.deletion_policies or ())
    return f"spec.deletionPolicy {policy} is not among the deletion policies this namespace may use here: {allowed}."


def _kind_refusal(tenant: Tenant, request: Request) -> tuple[Reason, str] | None:
    """Compare what the machine is with the entry's lists."""
    fields, policy = request.fields, request.deletion_policy
    image, name, vlan = str(fields.get("image_name", "")), str(fields.get("vm_name", "")), fields.get("vlan_id", 0)
    image_asked = tenant.images is not None and not request.has_vm
    if image_asked and not image_allowed(tenant, image):
        return Reason.IMAGE_NOT_ALLOWED, (
            f"spec.fields.image_name {image!r} is not among the images this namespace may use here: "
            f"{', '.join(tenant.images or ())}."
        )
    if tenant.vlans is not None and not vlan_allowed(tenant.vlans, int(vlan) if isinstance(vlan, int) else 0):
        return Reason.VLAN_NOT_ALLOWED, (
            f"spec.fields.vlan_id {vlan} is not among the VLANs this namespace may use here: {', '.join(tenant.vlans)}."
        )
    if tenant.vm_name_pattern is not None and not matches_start(tenant.vm_name_pattern, name):
        return Reason.NAME_NOT_ALLOWED, (
            f"spec.fields.vm_name {name!r} does not match the pattern for this namespace here, {tenant.vm_name_pattern!r}."
        )
    if not _allows_policy(tenant, policy):
        return Reason.DELETION_POLICY_NOT_ALLOWED, _policy_facts(tenant, policy)
    return None


def image_allowed(tenant: Tenant, image: str) -> bool:
    """Return whether an entry allows an image."""
    return tenant.images is None or any(matches_wildcard(pattern, image) for pattern in tenant.images)


def allowed_images(tenants: tuple[Tenant, ...], labels: Mapping[str, str], images: tuple[str, ...]) -> tuple[str, ...]:
    """Return those of a host's images that some entry allows to the namespace."""
    selected = [tenant for tenant in tenants if selects(tenant.namespace_selector, labels)]
    return tuple(image for image in images if any(image_allowed(tenant, image) for tenant in selected))


def _bound_refusal(tenant: Tenant, request: Request, others: Usage) -> tuple[Reason, str] | None:
    """Compare what the machine takes with the entry's bounds. What does not grow is not compared."""
    if request.held is None and tenant.max_machines is not None and others.machines >= tenant.max_machines:
        facts = f"This namespace already has {others.machines} of at most {tenant.max_machines} machines on this host."
        return Reason.MACHINE_QUOTA_EXCEEDED, facts
    asked, had = Size.of_fields(request.fields), request.held or Size()
    cores = _Growth("cpu_cores", "CPU cores", asked.cpu_cores, had.cpu_cores, others.cpu_cores)
    memory = _Growth("gb_ram", "GiB of memory", asked.memory_gib, had.memory_gib, others.memory_gib)
    return (
        cores.beyond_machine(tenant.max_cpu_cores)
        or memory.beyond_machine(tenant.max_memory_gib)
        or cores.beyond_total(tenant.max_total_cpu_cores)
        or memory.beyond_total(tenant.max_total_memory_gib)
    )


@dataclass(frozen=True)
class _Growth:
    """How much of one thing a machine asks for, has, and leaves to the namespace's other machines."""

    field: str
    what: str
    asked: int
    had: int
    others: int

    def beyond_machine(self, bound: int | None) -> tuple[Reason, str] | None:
        if bound is None or self.asked <= max(bound, self.had):
            return None
        facts = f"spec.fields.{self.field} is {self.asked}; a machine of this namespace may have at most {bound} {self.what} here."
        return Reason.SIZE_NOT_ALLOWED, facts

    def beyond_total(self, bound: int | None) -> tuple[Reason, str] | None:
        if bound is None or self.asked <= self.had or self.others + self.asked <= bound:
            return None
        facts = (
            f"This namespace may have {bound} {self.what} on this host in total: its other machines have {self.others}, and "
            f"this one asks for {self.asked}."
        )
        return Reason.SIZE_QUOTA_EXCEEDED, facts
