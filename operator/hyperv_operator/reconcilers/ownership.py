"""The finalizer, and the end of an object: only a GET shows that it is gone."""

from __future__ import annotations

from hyperv_operator.errors import ObjectGone
from hyperv_operator.ports import JsonObject, Objects
from hyperv_operator.reconcilers.cache import HostEntry, MachineEntry
from hyperv_operator.reconcilers.resources import HostResource, MachineResource


async def is_gone(objects: Objects, entry: MachineEntry | HostEntry) -> bool:
    """Read an object that seems to be missing; return whether it is gone. Raises `ClusterError` if that cannot be read."""
    if not entry.missing:
        return False
    try:
        body = await objects.get(entry.ref)
    except ObjectGone:
        return True
    _observe(entry, body)
    entry.missing = False
    return False


async def hold(objects: Objects, entry: MachineEntry | HostEntry) -> bool:
    """See to it that the object carries the finalizer; return False if it is being deleted without it.

    An object that is being deleted takes no finalizer: another controller keeps it, and the operator has no part in it.
    Raises `ClusterError` if the finalizer cannot be added.
    """
    if not entry.resource.meta.has_finalizer and not entry.resource.meta.deleting:
        _observe(entry, await objects.set_finalizer(entry.ref, present=True))
    return entry.resource.meta.has_finalizer


def _observe(entry: MachineEntry | HostEntry, body: JsonObject) -> None:
    if isinstance(entry, MachineEntry):
        entry.observe(MachineResource.parse(body))
    else:
        entry.observe(HostResource.parse(body))
