"""The machines and hosts that notifications are about, as the cache knows them."""

from __future__ import annotations

from hyperv_operator.api.names import HOST_KIND, HostCondition, MachineCondition
from hyperv_operator.ports import JsonObject, ObjectRef, Subject
from hyperv_operator.reconcilers.cache import Cache
from hyperv_operator.reconcilers.resources import HostResource, MachineResource


class CachedSubjects:
    """Finds the objects that the operator of a namespace serves (`ports.Subjects`)."""

    def __init__(self, cache: Cache, operator_namespace: str) -> None:
        self._cache = cache
        self._own = operator_namespace

    def find(self, ref: ObjectRef) -> Subject | None:
        """Return the newest version in the cache; None if there is none, or if another operator serves the host."""
        if ref.kind == HOST_KIND:
            host = self._cache.hosts.get(ref.name)
            known = host is not None and host.ref.uid == ref.uid and host.holder(self._own) is None
            return host_subject(host.resource) if host is not None and known else None
        machine = self._cache.machine(ref.uid)
        if machine is None:
            return None
        host = self._cache.hosts.get(machine.target_host or "")
        return machine_subject(machine.resource) if host is None or host.holder(self._own) is None else None

    def parse(self, kind: str, body: JsonObject) -> Subject:
        """Return the subject that an object of the API server is."""
        return (
            host_subject(HostResource.parse(body))
            if kind == HOST_KIND
            else machine_subject(MachineResource.parse(body))
        )


def machine_subject(resource: MachineResource) -> Subject:
    """Return a machine as notifications show it."""
    status = resource.status
    return Subject(
        resource.ref,
        status.transitions,
        status.condition(MachineCondition.READY),
        status.host or resource.target_host,
        status.run,
    )


def host_subject(resource: HostResource) -> Subject:
    """Return a host as notifications show it."""
    status = resource.status
    return Subject(resource.ref, status.transitions, status.condition(HostCondition.READY), resource.meta.name)
