"""One HyperVHost by itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from hyperv_operator.api.host import HyperVHostSpec, Tenant
from hyperv_operator.commands.documents import Path
from hyperv_operator.commands.findings import Finding
from hyperv_operator.commands.manifests import Manifest
from hyperv_operator.commands.structure import check_faults, check_object, check_spec

_VLAN_LIMIT = 4094


@dataclass(frozen=True)
class CheckedHost:
    """A host with what is wrong with it by itself; `spec` is None where it cannot be read."""

    manifest: Manifest
    findings: tuple[Finding, ...]
    spec: HyperVHostSpec | None


def check_host(manifest: Manifest) -> CheckedHost:
    """Check one host."""
    findings = [*check_faults(manifest), *check_object(manifest)]
    spec, wrong = check_spec(manifest, HyperVHostSpec)
    findings += wrong
    for index, tenant in enumerate(spec.tenants if spec else ()):
        found = list(_tenant(manifest, ("spec", "tenants", index), tenant))
        findings += found
        spec = None if found else spec
    return CheckedHost(manifest, tuple(findings), spec)


def _tenant(manifest: Manifest, path: Path, tenant: Tenant) -> Iterator[Finding]:
    if tenant.vm_name_pattern is not None:
        try:
            re.compile(tenant.vm_name_pattern)
        except re.error as error:
            message = f"this is no regular expression: {error}. Correct it."
            yield manifest.finding((*path, "vmNamePattern"), "pattern", message)
    for index, text in enumerate(tenant.vlans or ()):
        low, _, high = text.partition("-")
        if not int(low) <= int(high or low) <= _VLAN_LIMIT:
            message = f"a range goes from the smaller VLAN to the greater, and none is above {_VLAN_LIMIT}. Correct it."
            yield manifest.finding((*path, "vlans", index), "range", message)
