"""Tenancy: whether `HyperVHost.spec.tenants` allows a namespace to have a machine. An absent list allows everything."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import JsonValue

from hyperv_operator.api.expressions import matches_start, matches_wildcard
from hyperv_operator.api.host import LabelSelector, Tenant
from hyperv_operator.api.names import Reason


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
    tenants: tuple[Tenant, ...],
    labels: Mapping[str, str],
    fields: Mapping[str, JsonValue],
    machines_of_namespace: int,
) -> tuple[Reason, str] | None:
    """Return the reason and the facts why no tenant entry allows the machine, or None if one does.

    Of several entries that select the namespace, the last one gives the reason.
    """
    selected = [tenant for tenant in tenants if selects(tenant.namespace_selector, labels)]
    if not selected:
        return Reason.NAMESPACE_NOT_ALLOWED, "This host does not serve this namespace: no tenant entry selects it."
    refusals = [_entry_refusal(tenant, fields, machines_of_namespace) for tenant in selected]
    return None if None in refusals else refusals[-1]


def _entry_refusal(tenant: Tenant, fields: Mapping[str, JsonValue], machines: int) -> tuple[Reason, str] | None:
    image, name, vlan = str(fields.get("image_name", "")), str(fields.get("vm_name", "")), fields.get("vlan_id", 0)
    if tenant.images is not None and not any(matches_wildcard(pattern, image) for pattern in tenant.images):
        return Reason.IMAGE_NOT_ALLOWED, (
            f"spec.fields.image_name {image!r} is not among the images this namespace may use here: "
            f"{', '.join(tenant.images)}."
        )
    if tenant.vlans is not None and not vlan_allowed(tenant.vlans, int(vlan) if isinstance(vlan, int) else 0):
        return Reason.VLAN_NOT_ALLOWED, (
            f"spec.fields.vlan_id {vlan} is not among the VLANs this namespace may use here: {', '.join(tenant.vlans)}."
        )
    if tenant.vm_name_pattern is not None and not matches_start(tenant.vm_name_pattern, name):
        return Reason.NAME_NOT_ALLOWED, (
            f"spec.fields.vm_name {name!r} does not match the pattern for this namespace here, {tenant.vm_name_pattern!r}."
        )
    if tenant.max_machines is not None and machines >= tenant.max_machines:
        facts = f"This namespace already has {machines} of at most {tenant.max_machines} machines on this host."
        return Reason.MACHINE_QUOTA_EXCEEDED, facts
    return None
