"""The finalizer, the pauses and the end of an object: only a GET shows that it is gone."""

from __future__ import annotations

from datetime import datetime

from hyperv_operator.errors import ObjectGone
from hyperv_operator.ports import JsonObject, Objects
from hyperv_operator.reconcilers.dependencies import Dependencies
from hyperv_operator.reconcilers.entries import HostEntry, MachineEntry
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


def suspect(entry: MachineEntry | HostEntry) -> None:
    """Let the loop of an object find out at once, with a GET, whether the object is gone."""
    entry.missing = True
    entry.errors.clear()
    entry.wake.set()


def pause(deps: Dependencies, entry: MachineEntry | HostEntry, error: Exception) -> datetime:
    """Leave an object alone after a failure; return until when.

    Not Found may be about something else than the object: the next pass reads the object itself.
    """
    entry.missing = entry.missing or isinstance(error, ObjectGone)
    return entry.errors.failed(deps.clock.now(), error, deps.draw)


def _observe(entry: MachineEntry | HostEntry, body: JsonObject) -> None:
    if isinstance(entry, MachineEntry):
        entry.observe(MachineResource.parse(body))
    else:
        entry.observe(HostResource.parse(body))
