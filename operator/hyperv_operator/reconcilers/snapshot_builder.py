"""Gathering one machine's snapshot. `fresh` reads all that may be stale from the API server, just before a launch."""

from __future__ import annotations

from datetime import datetime, timedelta

from hyperv_operator.api.common import parse_spec
from hyperv_operator.api.machine import HyperVMachineSpec, HyperVMachineStatus
from hyperv_operator.api.names import HOST_KIND, Reason
from hyperv_operator.core.snapshot import HostProblem, HostView, Rival, SecretCheck, Snapshot
from hyperv_operator.errors import AccessForbidden, ClusterError, ObjectGone
from hyperv_operator.ports import JsonObject, ObjectRef
from hyperv_operator.reconcilers.cache import Cache, HostEntry, MachineEntry
from hyperv_operator.reconcilers.dependencies import Dependencies
from hyperv_operator.reconcilers.metadata import mapping, metadata, ref_of
from hyperv_operator.schema import values

NEVER_POLLED = HostProblem(Reason.WAITING_FOR_INVENTORY, "The host has not been asked yet.", needs_person=False)


async def gather(deps: Dependencies, cache: Cache, entry: MachineEntry, *, fresh: bool = False) -> Snapshot:
    """Return the machine's snapshot; the entry's body is read again if `fresh`, or if it is being deleted."""
    if fresh or metadata(entry.body).deleting:
        entry.observe(await deps.objects.get(entry.ref))
    now = deps.clock.now()
    meta = metadata(entry.body)
    spec = parse_spec(HyperVMachineSpec, entry.body.get("spec"))
    readable = spec if isinstance(spec, HyperVMachineSpec) else None
    status = HyperVMachineStatus.parse(entry.body.get("status"))
    host, peers = await _hosts(deps, cache, entry.target_host)
    if readable and not status.is_guest_configured and not meta.deleting and (fresh or entry.active_task is None):
        await _refresh(deps, entry, readable, now, fresh=fresh)
    return Snapshot(
        uid=entry.uid,
        namespace=meta.namespace or "",
        name=meta.name,
        generation=meta.generation,
        created_at=meta.created_at,
        deleting=meta.deleting,
        abandon=meta.abandon,
        spec=readable,
        spec_error=None if readable else str(spec),
        status=status,
        schema=deps.schema,
        limits=deps.limits,
        host=host,
        peers=peers,
        namespace_labels=dict(entry.labels),
        secrets=entry.secrets,
        rivals=() if status.is_guest_configured else await _rivals(deps, cache, entry, fresh=fresh),
        machines_of_namespace=sum(
            1 for other in cache.places_taken(entry.target_host or "", meta.namespace or "") if other.uid != entry.uid
        ),
        active_task=entry.active_task,
        last=entry.last,
        failures=entry.failures,
        removed=entry.removed,
    )


async def _hosts(deps: Dependencies, cache: Cache, name: str | None) -> tuple[HostView | None, tuple[HostView, ...]]:
    if name is None:
        return None, ()
    entry = cache.hosts.get(name)
    if entry is None:
        # The watch may not have brought it yet: only the API server can say that it does not exist.
        try:
            body = await deps.objects.get(ObjectRef(HOST_KIND, name))
        except ObjectGone:
            return None, ()
        entry = HostEntry(ref_of(HOST_KIND, body), body)
    peers = (peer.view(NEVER_POLLED) for peer in cache.cluster_of(name))
    return entry.view(NEVER_POLLED), tuple(peer for peer in peers if peer)


async def _refresh(
    deps: Dependencies, entry: MachineEntry, spec: HyperVMachineSpec, now: datetime, *, fresh: bool
) -> None:
    """Look at the namespace's labels and at the Secrets again, where the last look is too old."""
    old = now - timedelta(seconds=deps.settings.secret_poll_seconds)
    namespace = entry.ref.namespace or ""
    if fresh or entry.labels_read_at is None or entry.labels_read_at <= old:
        entry.labels = dict(await deps.namespaces.labels(namespace))
        entry.labels_read_at = now
    wanted = [(name, ref.secret_key_ref.name, ref.secret_key_ref.key) for name, ref in spec.secret_fields.items()]
    known = [(check.field, check.secret_name, check.key) for check in entry.secrets]
    if fresh or wanted != known or entry.secrets_read_at is None or entry.secrets_read_at <= old:
        entry.secrets = tuple([await _check(deps, namespace, *reference) for reference in wanted])
        entry.secrets_read_at = now


async def _check(deps: Dependencies, namespace: str, field: str, name: str, key: str) -> SecretCheck:
    where = f"spec.secretFields.{field}:"
    try:
        secret = await deps.secrets.read(namespace, name)
    except ObjectGone:
        detail = f"{where} there is no Secret {name!r} in this namespace; create it with the key {key!r}."
        return SecretCheck(field, name, key, None, Reason.SECRET_NOT_FOUND, detail)
    except AccessForbidden:
        detail = f"{where} the operator may not read Secret {name!r}; its RBAC has to allow `get` in this namespace."
        return SecretCheck(field, name, key, None, Reason.SECRET_NOT_READABLE, detail)
    if key not in secret.data:
        detail = f"{where} Secret {name!r} has no key {key!r}; add it, or correct the reference."
        return SecretCheck(field, name, key, secret.resource_version, Reason.SECRET_KEY_NOT_FOUND, detail)
    definition = deps.schema.field(field)
    try:
        problem = values.check_secret(definition, secret.data[key].decode()) if definition else None
        detail = problem.message if problem else ""
    except UnicodeDecodeError:
        detail = f"the value under key {key!r} of Secret {name!r} is no text in UTF-8."
    if detail:
        detail = f"{where} {detail} Correct key {key!r} of Secret {name!r}."
        return SecretCheck(field, name, key, secret.resource_version, Reason.SECRET_INVALID, detail)
    return SecretCheck(field, name, key, secret.resource_version)


async def _rivals(deps: Dependencies, cache: Cache, entry: MachineEntry, *, fresh: bool) -> tuple[Rival, ...]:
    """Return who else wants the VM name on the host or its cluster: from memory, or listed anew before a launch."""
    host, name = entry.target_host, entry.vm_name
    if host is None or name is None:
        return ()
    hosts = (host, *(peer.name for peer in cache.cluster_of(host)))
    bodies: list[JsonObject] = []
    if fresh:
        for one in hosts:
            bodies += await deps.objects.list_machines(one)
    else:
        bodies = [other.body for other in cache.machines_on(*hosts)]
    found = (rival_of(entry.ref.namespace or "", name, body) for body in bodies)
    return tuple(rival for rival in found if rival is not None and rival.uid != entry.uid)


def rival_of(namespace: str, vm_name: str, body: JsonObject) -> Rival | None:
    """Return a machine as the rival of one in `namespace` that wants `vm_name`; None if it wants another name."""
    fields = mapping(mapping(body.get("spec")).get("fields"))
    if str(fields.get("vm_name", "")).casefold() != vm_name.casefold():
        return None
    meta = metadata(body)
    status = HyperVMachineStatus.parse(body.get("status"))
    return Rival(
        uid=meta.uid,
        same_namespace=meta.namespace == namespace,
        name=meta.name,
        created_at=meta.created_at,
        has_vm=status.vm_id is not None,
        has_claim=status.claim is not None,
    )


async def read_guest_secrets(
    deps: Dependencies, snapshot: Snapshot, names: tuple[str, ...]
) -> tuple[dict[str, str], dict[str, str]]:
    """Read the values of these secret fields now; returns field to value, and Secret to resourceVersion.

    Raises `ClusterError` if one cannot be had: the next pass says which and why.
    """
    assert snapshot.spec is not None
    found, versions = {}, {}
    for name in names:
        ref = snapshot.spec.secret_fields[name].secret_key_ref
        secret = await deps.secrets.read(snapshot.namespace, ref.name)
        if ref.key not in secret.data:
            raise ClusterError(f"Secret {ref.name!r} has lost its key {ref.key!r}.")
        found[name] = secret.data[ref.key].decode()
        versions[ref.name] = secret.resource_version
    return found, versions
