"""Snapshots: the one place where they are built, from cache entries and from reads of what cannot be watched."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from hyperv_operator.api.machine import HyperVMachineSpec
from hyperv_operator.api.names import HOST_KIND, Reason
from hyperv_operator.core.preconditions import SECRET_GRACE
from hyperv_operator.core.rules import SECRET_POLL
from hyperv_operator.core.snapshot import HostProblem, HostView, Rival, SecretCheck, Snapshot
from hyperv_operator.errors import AccessForbidden, ObjectGone
from hyperv_operator.ports import ObjectRef
from hyperv_operator.reconcilers.cache import Cache, Execution, HostEntry, Lookups, MachineEntry
from hyperv_operator.reconcilers.dependencies import Dependencies
from hyperv_operator.reconcilers.resources import HostResource, MachineResource
from hyperv_operator.schema import values

NEVER_POLLED = HostProblem(Reason.WAITING_FOR_INVENTORY, "The host has not been polled yet.", needs_person=False)


async def gather(deps: Dependencies, cache: Cache, entry: MachineEntry, *, fresh: bool = False) -> Snapshot:
    """Return the machine's snapshot for one pass.

    The resource is read from the API server if it is being deleted. With `fresh`, just before a launch, everything that may be
    stale is read again.
    """
    if fresh or entry.resource.meta.deleting:
        entry.observe(MachineResource.parse(await deps.objects.get(entry.ref)))
    entry.note_read(deps.clock.now())
    resource = entry.resource
    host, peers = await _hosts(deps, cache, entry.target_host)
    configured = resource.status.is_guest_configured
    unfinished = not configured and not resource.meta.deleting and (fresh or entry.execution.active_task is None)
    if unfinished and isinstance(resource.spec, HyperVMachineSpec):
        await _look_up(deps, entry, resource.spec, fresh=fresh)
    others = () if configured else await _others(deps, cache, entry, fresh=fresh)
    return build(
        deps,
        resource,
        host=host,
        peers=peers,
        lookups=entry.lookups,
        entry=entry,
        others=others,
        launched=(one.uid for one in cache.launched_on(entry.target_host or "", resource.meta.namespace or "")),
    )


def build(
    deps: Dependencies,
    resource: MachineResource,
    *,
    host: HostView | None,
    lookups: Lookups,
    others: Iterable[MachineResource],
    launched: Iterable[str],
    peers: tuple[HostView, ...] = (),
    entry: MachineEntry | None = None,
) -> Snapshot:
    """Build a snapshot; `entry` is the machine's own, unless it is a submission under review.

    `others` are machines that may want the same VM name; `launched` are the UIDs of the namespace's machines on the host.
    """
    meta, execution = resource.meta, entry.execution if entry else Execution()
    return Snapshot(
        uid=meta.uid,
        namespace=meta.namespace or "",
        name=meta.name,
        generation=meta.generation,
        created_at=meta.created_at,
        deleting=meta.deleting,
        abandon=meta.abandon,
        spec=resource.spec,
        status=resource.status,
        target_host=resource.target_host,
        retains=resource.retains,
        schema=deps.schema,
        limits=deps.limits,
        host=host,
        peers=peers,
        namespace_labels=dict(lookups.labels),
        secrets=lookups.secrets,
        rivals=tuple(rival for other in others if (rival := _rival(resource, other))),
        machines_of_namespace=sum(1 for uid in launched if uid != meta.uid),
        active_task=execution.active_task,
        last=execution.last,
        failures=execution.failures,
        waits=execution.waits,
        removal=execution.removal,
        read_at=entry.read_at if entry else None,
        run_seen_at=entry.run_seen_at if entry else None,
        seen_created=entry is not None and entry.seen_created,
    )


def _rival(own: MachineResource, other: MachineResource) -> Rival | None:
    """Return another machine as a rival; None if it wants another name, or is the machine itself."""
    if own.vm_name is None or other.vm_name is None or own.meta.uid == other.meta.uid:
        return None
    if own.vm_name.casefold() != other.vm_name.casefold():
        return None
    return Rival(
        uid=other.meta.uid,
        same_namespace=other.meta.namespace == own.meta.namespace,
        name=other.meta.name,
        created_at=other.meta.created_at,
        has_vm=other.status.vm_id is not None,
        has_claim=other.was_launched,
    )


async def _hosts(deps: Dependencies, cache: Cache, name: str | None) -> tuple[HostView | None, tuple[HostView, ...]]:
    if name is None:
        return None, ()
    entry = cache.hosts.get(name)
    if entry is None:
        # The watch may not have delivered the host yet: only the API server can say that it does not exist.
        try:
            body = await deps.objects.get(ObjectRef(HOST_KIND, name))
        except ObjectGone:
            return None, ()
        entry = HostEntry(HostResource.parse(body))
    peers = (peer.view(NEVER_POLLED) for peer in cache.cluster_of(name))
    return entry.view(NEVER_POLLED), tuple(peer for peer in peers if peer)


async def _others(deps: Dependencies, cache: Cache, entry: MachineEntry, *, fresh: bool) -> tuple[MachineResource, ...]:
    """Return the other machines on the host and its failover cluster: from the cache, or listed before a launch."""
    host = entry.target_host
    if host is None or entry.resource.vm_name is None:
        return ()
    names = cache.nodes_of(host)
    if not fresh:
        return tuple(other.resource for other in cache.machines_on(*names))
    return tuple([MachineResource.parse(body) for name in names for body in await deps.objects.list_machines(name)])


async def _look_up(deps: Dependencies, entry: MachineEntry, spec: HyperVMachineSpec, *, fresh: bool) -> None:
    """Read the namespace's labels and the Secrets again, where the last read is too old."""
    now = deps.clock.now()
    expired = now - timedelta(seconds=deps.settings.secret_poll_seconds)
    lookups, namespace = entry.lookups, entry.resource.meta.namespace or ""
    if fresh or _is_due(lookups.labels_read_at, expired):
        lookups.labels = dict(await deps.namespaces.labels(namespace))
        lookups.labels_read_at = now
    wanted = [(name, ref.secret_key_ref.name, ref.secret_key_ref.key) for name, ref in spec.secret_fields.items()]
    known = [(check.field, check.secret_name, check.key) for check in lookups.secrets]
    if now - entry.resource.meta.created_at < SECRET_GRACE:
        expired = now - SECRET_POLL
    if fresh or wanted != known or _is_due(lookups.secrets_read_at, expired):
        lookups.secrets = tuple([await _check(deps, namespace, *reference) for reference in wanted])
        lookups.secrets_read_at = now


def _is_due(read_at: datetime | None, expired: datetime) -> bool:
    return read_at is None or read_at <= expired


async def _check(deps: Dependencies, namespace: str, field: str, name: str, key: str) -> SecretCheck:
    where = f"spec.secretFields.{field}:"
    try:
        secret = await deps.secrets.read(namespace, name)
    except ObjectGone:
        detail = f"{where} there is no Secret {name!r}, with the key {key!r}, in this namespace."
        return SecretCheck(field, name, key, None, Reason.SECRET_NOT_FOUND, detail)
    except AccessForbidden:
        detail = f"{where} the operator may not read Secret {name!r}."
        return SecretCheck(field, name, key, None, Reason.SECRET_NOT_READABLE, detail)
    if key not in secret.data:
        detail = f"{where} Secret {name!r} has no key {key!r}."
        return SecretCheck(field, name, key, secret.resource_version, Reason.SECRET_KEY_NOT_FOUND, detail)
    definition = deps.schema.field(field)
    try:
        problem = values.check_secret(definition, secret.data[key].decode()) if definition else None
        detail = problem.message if problem else ""
    except UnicodeDecodeError:
        detail = "the value is not UTF-8 text."
    if detail:
        detail = f"{where} key {key!r} of Secret {name!r}: {detail}"
        return SecretCheck(field, name, key, secret.resource_version, Reason.SECRET_INVALID, detail)
    return SecretCheck(field, name, key, secret.resource_version)
