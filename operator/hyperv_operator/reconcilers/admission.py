"""Reviewing a submission from memory: nothing here can wait, ask anybody or change anything."""

from __future__ import annotations

from dataclasses import dataclass

from hyperv_operator.api.common import parse_spec
from hyperv_operator.api.machine import HyperVMachineSpec, HyperVMachineStatus
from hyperv_operator.core.admission import Admitted, Verdict, review_change, review_creation
from hyperv_operator.core.snapshot import HostView, Limits, Rival, Snapshot
from hyperv_operator.ports import JsonObject, NamespaceLabels
from hyperv_operator.reconcilers.cache import Cache
from hyperv_operator.reconcilers.metadata import mapping, metadata
from hyperv_operator.reconcilers.snapshot_builder import NEVER_POLLED, rival_of
from hyperv_operator.schema.model import JobSchema


@dataclass(frozen=True)
class Admission:
    """Answers reviews of HyperVMachines with what this process knows at the moment."""

    schema: JobSchema
    limits: Limits
    cache: Cache
    namespaces: NamespaceLabels
    watched: tuple[str, ...] = ()
    """The namespaces this operator serves; none for all."""

    def review(self, body: JsonObject, old: JsonObject | None) -> Verdict:
        """Answer for a new machine (`old` is None), or for a change of one. `body` is the object as it would be stored."""
        namespace = metadata(body).namespace or ""
        if self.watched and namespace not in self.watched:
            return Admitted()
        labels = self.namespaces.known(namespace)
        snapshot = self._snapshot(body, dict(labels or {}))
        if old is None:
            return review_creation(snapshot, namespace_known=labels is not None)
        return review_change(snapshot, mapping(old.get("spec")), mapping(body.get("spec")))

    def _snapshot(self, body: JsonObject, labels: dict[str, str]) -> Snapshot:
        meta = metadata(body)
        namespace = meta.namespace or ""
        spec = parse_spec(HyperVMachineSpec, body.get("spec"))
        readable = spec if isinstance(spec, HyperVMachineSpec) else None
        target = readable.target_host if readable else ""
        places = (entry for entry in self.cache.places_taken(target, namespace) if not _leaves(entry.body))
        return Snapshot(
            uid=meta.uid,
            namespace=namespace,
            name=meta.name,
            generation=meta.generation,
            created_at=meta.created_at,
            deleting=meta.deleting,
            abandon=meta.abandon,
            spec=readable,
            spec_error=None if readable else str(spec),
            status=HyperVMachineStatus.parse(body.get("status")),
            schema=self.schema,
            limits=self.limits,
            host=self._host(target),
            namespace_labels=labels,
            rivals=self._rivals(readable, namespace, meta.uid) if readable else (),
            machines_of_namespace=sum(1 for entry in places if entry.uid != meta.uid),
        )

    def _host(self, name: str) -> HostView | None:
        entry = self.cache.hosts.get(name)
        return entry.view(NEVER_POLLED) if entry else None

    def _rivals(self, spec: HyperVMachineSpec, namespace: str, uid: str) -> tuple[Rival, ...]:
        hosts = {spec.target_host, *(peer.name for peer in self.cache.cluster_of(spec.target_host))}
        name = str(spec.fields.get("vm_name", ""))
        return tuple(
            rival
            for entry in self.cache.machines_on(*hosts)
            if entry.uid != uid
            and (rival := rival_of(namespace, name, entry.body)) is not None
            and not _leaves(entry.body)
        )


def _leaves(body: JsonObject) -> bool:
    """What a machine holds that is being deleted comes free by itself: who waits for it is not refused."""
    return metadata(body).deleting
