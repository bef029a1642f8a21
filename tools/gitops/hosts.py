"""HyperVHosts and their inventories in every kind of state, each composed by the operator's own core."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from gitops.machines import ROOT
from gitops.sample import NOW, Health, Sample, resource, told
from hyperv_operator import errors
from hyperv_operator.api.host import HostId, HyperVHostStatus, LogonFailures
from hyperv_operator.api.names import HOST_KIND, INVENTORY_KIND, HostCondition
from hyperv_operator.core import placeholders
from hyperv_operator.core.host_status import HostSnapshot, compose, identity_change
from hyperv_operator.core.placeholders import InProgress
from hyperv_operator.protocol.inventory import InventoryReport
from hyperv_operator.protocol.inventory_parser import parse_inventory

_LINES = (ROOT / "Schemas" / "examples" / "inventory" / "host.jsonl").read_text(encoding="utf-8").splitlines()
_REPORT = parse_inventory(_LINES)
_SPEC = {
    "address": "hyperv01.example.com",
    "connection": {"credentialsSecretRef": {"name": "hyperv01-winrm"}},
    "paths": {"images": "D:\\DiskImages", "machines": "D:\\VMs"},
    "virtualSwitch": "External",
}
_READ = HostSnapshot(
    name="hyperv01",
    generation=1,
    status=HyperVHostStatus(),
    spec_error=None,
    schema_version=1,
    report=_REPORT,
    begun_at=NOW,
)
_UNREAD = replace(_READ, report=None, begun_at=None)
_PINNED = HyperVHostStatus(host_id=HostId(smbios_uuid="another", machine_guid="another"))
_ANOTHER = errors.WrongHost(str(identity_change(_PINNED, _REPORT.facts.host_id)))
_UNSEEN = "The operator has not looked at this version of the spec yet."
_GONE = "The resource is being deleted."


def hosts() -> tuple[Sample, ...]:
    """Return the hosts."""
    ready = compose(_READ, NOW)
    seen = replace(_READ, status=ready)
    refused = errors.AuthenticationFailed("The host refused the credentials.")
    down = errors.HostUnreachable("The connection was refused.")
    return (
        _of("new", _READ, HyperVHostStatus(), "Progressing", _UNSEEN),
        _of("waiting-for-inventory", _UNREAD, compose(_UNREAD, NOW), "Progressing"),
        _of("ready", _READ, ready, "Healthy"),
        _after("orphans-found", replace(seen, orphans=("web-01 (team/web, UID u)",)), "Healthy"),
        _after("no-orphans", replace(seen, orphans=()), "Healthy"),
        _of("cordoned", _READ, ready, "Healthy", "Cordoned: nothing new starts here.", cordoned=True),
        _of("changed-and-not-seen", replace(_READ, generation=2), ready, "Progressing", _UNSEEN),
        _after("unreachable", replace(seen, error=down), "Progressing"),
        _after("quota-exceeded", replace(seen, error=errors.QuotaExceeded("Too many shells.")), "Progressing"),
        _after("tls-untrusted", replace(seen, error=errors.TlsUntrusted("The certificate has expired.")), "Degraded"),
        _after(
            "authentication-failed",
            replace(seen, error=refused, logon_failures=LogonFailures(secret_version="7", count=2)),  # noqa: S106
            "Degraded",
        ),
        _after("agent-missing", replace(_UNREAD, error=errors.AgentMissing("There is no agent.")), "Degraded"),
        _after("agent-incompatible", replace(_READ, schema_version=2), "Degraded"),
        _after("identity-changed", replace(_UNREAD, status=_PINNED, error=_ANOTHER), "Degraded"),
        _after("spec-invalid", replace(_UNREAD, spec_error="spec.paths: Field required"), "Degraded"),
        _after("inventory-stale", replace(seen, begun_at=NOW - timedelta(hours=1)), "Healthy"),
        _of("deleting", _READ, ready, "Progressing", _GONE, deleting=True),
    )


def inventories() -> tuple[Sample, ...]:
    """Return the inventories."""
    waiting = InProgress("aaaaaaaa-8f0b-4a3e-9b86-0d6f6a7a1c11", "team-a", "build-01", "build-01", "CopyImage")
    two = "VMs: 2, being provisioned: 0."
    cut = f"{two} There are more VMs than are listed."
    return (
        _inventory("new", None, (), "Progressing", "The host has not been read yet."),
        _inventory("not-read-yet", None, (waiting,), "Progressing", "The host has not been read yet."),
        _inventory("read", _REPORT, (), "Healthy", two),
        _inventory("provisioning", _REPORT, (waiting,), "Healthy", "VMs: 2, being provisioned: 1."),
        _inventory("truncated", _REPORT, (), "Healthy", cut, truncated=True),
        _inventory("deleting", _REPORT, (), "Progressing", _GONE, deleting=True),
    )


def _after(name: str, snapshot: HostSnapshot, health: Health) -> Sample:
    return _of(name, snapshot, compose(snapshot, NOW), health)


def _of(
    name: str,
    snapshot: HostSnapshot,
    status: HyperVHostStatus,
    health: Health,
    message: str | None = None,
    *,
    deleting: bool = False,
    **spec: Any,
) -> Sample:
    meta = {"generation": snapshot.generation, **_deleted(deleting=deleting)}
    body = resource(HOST_KIND, snapshot.name, {**_SPEC, **spec}, status.to_json(), **meta)
    shown = HostCondition.STALLED if health == "Degraded" else HostCondition.READY
    return Sample(name, body, health, message or told(status.conditions, shown))


def _inventory(
    name: str,
    report: InventoryReport | None,
    machines: tuple[InProgress, ...],
    health: Health,
    message: str,
    *,
    deleting: bool = False,
    truncated: bool = False,
) -> Sample:
    status = placeholders.compose(report, machines, NOW if report else None)
    if truncated:  # as with more than a thousand VMs, which would fill a page too many here
        status = status.model_copy(update={"truncated": True})
    filled = {key: value for key, value in status.to_json().items() if value not in ([], False)}
    return Sample(
        name, resource(INVENTORY_KIND, "hyperv01", {}, filled, **_deleted(deleting=deleting)), health, message
    )


def _deleted(*, deleting: bool) -> dict[str, Any]:
    return {"deletionTimestamp": f"{NOW:%Y-%m-%dT%H:%M:%SZ}"} if deleting else {}
