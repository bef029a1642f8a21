"""Snapshots: the one place where they are built, from cache entries and from reads of what cannot be watched."""

from __future__ import annotations

from datetime import datetime, timedelta

from hyperv_operator.api.machine import HyperVMachineSpec
from hyperv_operator.api.names import HOST_KIND, Reason
from hyperv_operator.core import preconditions
from hyperv_operator.core.drift import asked_for
from hyperv_operator.core.preconditions import SECRET_GRACE
from hyperv_operator.core.rules import SECRET_POLL
from hyperv_operator.core.snapshot import HostView, SecretCheck, Snapshot
from hyperv_operator.errors import AccessForbidden, ObjectGone
from hyperv_operator.ports import ObjectRef
from hyperv_operator.reconcilers.cache import Cache
from hyperv_operator.reconcilers.dependencies import Dependencies
from hyperv_operator.reconcilers.entries import NEVER_POLLED, Execution, HostEntry, KnownLabels, Lookups, MachineEntry
from hyperv_operator.reconcilers.launch_observer import LaunchOutdated
from hyperv_operator.reconcilers.resources import HostResource, MachineResource
from hyperv_operator.schema import values


async def gather(deps: Dependencies, cache: Cache, entry: MachineEntry, *, fresh: bool = False) -> Snapshot:
    """Return the machine's snapshot for one pass.

    The resource is read from the API server if it is being deleted. With `fresh`, just before a launch, everything that may be
    stale is read again.
    """
    if fresh or entry.resource.meta.deleting or entry.is_claiming:
        entry.observe(MachineResource.parse(await deps.objects.get(entry.ref)))
        if entry.is_claiming:
            # Whether an earlier claim was written is known now.
            entry.claim(under_way=False)
    entry.note_read(deps.clock.now())
    resource = entry.resource
    if fresh:
        await _read_hosts(deps, cache, entry)
    host, peers = await _hosts(deps, cache, entry.target_host)
    spec = resource.spec if isinstance(resource.spec, HyperVMachineSpec) else None
    idle = fresh or entry.execution.active_task is None
    unfinished = spec and idle and not resource.status.is_guest_configured and not resource.meta.deleting
    if unfinished or _asks_tenancy(resource, host):
        await _read_labels(deps, cache, entry, fresh=fresh)
    snapshot = build(deps, cache, entry.resource, host=host, peers=peers, lookups=entry.lookups, entry=entry)
    # However many machines a namespace has that are refused anyway, they cost no read of a Secret.
    if not spec or not unfinished or preconditions.is_refused(snapshot):
        return snapshot
    if not await _read_secrets(deps, entry, spec, fresh=fresh):
        return snapshot
    # The resource may have changed while the Secrets were read: what is written next is written over its newest version.
    return build(deps, cache, entry.resource, host=host, peers=peers, lookups=entry.lookups, entry=entry)


def gather_again(deps: Dependencies, cache: Cache, entry: MachineEntry) -> Snapshot:
    """Return the machine's snapshot from what is known now, without a read: nothing changes while it is made."""
    known = cache.hosts.get(entry.target_host or "")
    peers = (peer.view(NEVER_POLLED) for peer in cache.cluster_of(entry.target_host or ""))
    return build(
        deps,
        cache,
        entry.resource,
        host=known.view(NEVER_POLLED) if known else None,
        peers=tuple(peer for peer in peers if peer),
        lookups=entry.lookups,
        entry=entry,
    )


def build(
    deps: Dependencies,
    cache: Cache,
    resource: MachineResource,
    *,
    host: HostView | None,
    lookups: Lookups,
    peers: tuple[HostView, ...] = (),
    entry: MachineEntry | None = None,
) -> Snapshot:
    """Build a snapshot; `entry` is the machine's own, unless it is a submission under review."""
    meta, execution = resource.meta, entry.execution if entry else Execution()
    configured = resource.status.is_guest_configured
    rival = None if configured else cache.rival(resource, entry)
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
        namespace_labels=lookups.labels,
        secrets=lookups.secrets,
        rivals=(rival,) if rival else (),
        others_listed=cache.is_complete,
        namespace_usage=cache.usage(resource, entry),
        active_task=execution.active_task,
        last=execution.last,
        failures=execution.failures,
        waits=execution.waits,
        removal=execution.removal,
        deletion_read_at=entry.deletion_read_at if entry else None,
        run_seen_at=entry.run_seen_at if entry else None,
        seen_created=entry is not None and entry.seen_created and not entry.seen_launched,
    )


async def _read_hosts(deps: Dependencies, cache: Cache, entry: MachineEntry) -> None:
    """Read the machine's host again, and the one that had its VM last: their rules may have been tightened."""
    for name in {entry.target_host, entry.resource.status.host}:
        known = cache.hosts.get(name or "")
        if known is None:
            continue
        try:
            body = await deps.objects.get(known.ref)
        except ObjectGone:
            known.missing = True
            known.wake.set()
            raise LaunchOutdated(f"HyperVHost {name} is gone; deciding again.") from None
        if known.observe(HostResource.parse(body)):
            known.wake.set()


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


def _asks_tenancy(resource: MachineResource, host: HostView | None) -> bool:
    """Return whether a finished or deleted machine asks for something that a tenant entry may forbid."""
    if host is None:
        return False
    if resource.retains and any(tenant.deletion_policies is not None for tenant in host.spec.tenants):
        return True
    if resource.meta.deleting:
        return any(not tenant.allow_abandon for tenant in host.spec.tenants)
    return isinstance(resource.spec, HyperVMachineSpec) and asked_for(resource.spec) != resource.status.applied


async def _read_labels(deps: Dependencies, cache: Cache, entry: MachineEntry, *, fresh: bool) -> None:
    """Read the namespace's labels again, where the last read is too old. The machines of a namespace share it."""
    now, namespace = deps.clock.now(), entry.resource.meta.namespace or ""
    known = cache.labels.get(namespace)
    if fresh or known is None or _is_due(known.read_at, now - timedelta(seconds=deps.settings.secret_poll_seconds)):
        known = cache.labels[namespace] = KnownLabels(await deps.namespaces.labels(namespace), now)
    entry.lookups.labels = known.labels


async def _read_secrets(deps: Dependencies, entry: MachineEntry, spec: HyperVMachineSpec, *, fresh: bool) -> bool:
    """Read the Secrets again, where the last read is too old; return whether they were read."""
    now = deps.clock.now()
    expired = now - timedelta(seconds=deps.settings.secret_poll_seconds)
    lookups, namespace = entry.lookups, entry.resource.meta.namespace or ""
    wanted = [(name, ref.secret_key_ref.name, ref.secret_key_ref.key) for name, ref in spec.secret_fields.items()]
    known = [(check.field, check.secret_name, check.key) for check in lookups.secrets]
    if now - entry.resource.meta.created_at < SECRET_GRACE:
        expired = now - SECRET_POLL
    if fresh or wanted != known or _is_due(lookups.secrets_read_at, expired):
        lookups.secrets = tuple([await _check(deps, namespace, *reference) for reference in wanted])
        lookups.secrets_read_at = now
        return True
    return False


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
