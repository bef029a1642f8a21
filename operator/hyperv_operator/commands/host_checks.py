"""Checks of a single HyperVHost."""

from __future__ import annotations

from dataclasses import dataclass

from hyperv_operator.api.host import HyperVHostSpec
from hyperv_operator.commands.findings import Finding
from hyperv_operator.commands.manifests import Manifest
from hyperv_operator.commands.structure import check_faults, check_object, check_spec


@dataclass(frozen=True)
class CheckedHost:
    """A host and its findings; `spec` is None if it cannot be parsed."""

    manifest: Manifest
    findings: tuple[Finding, ...]
    spec: HyperVHostSpec | None


def check_host(manifest: Manifest) -> CheckedHost:
    """Check one host."""
    spec, wrong = check_spec(manifest, HyperVHostSpec)
    return CheckedHost(manifest, (*check_faults(manifest), *check_object(manifest), *wrong), spec)
