"""Admission reviews from the cache: a review waits for nothing, reads nothing and changes nothing."""

from __future__ import annotations

from dataclasses import dataclass

from hyperv_operator.core.admission import Admitted, Verdict, review_change, review_creation
from hyperv_operator.core.snapshot import HostView
from hyperv_operator.ports import JsonObject, NamespaceLabels
from hyperv_operator.reconcilers.cache import Cache
from hyperv_operator.reconcilers.dependencies import Dependencies
from hyperv_operator.reconcilers.entries import NEVER_POLLED, Lookups
from hyperv_operator.reconcilers.metadata import mapping
from hyperv_operator.reconcilers.resources import MachineResource
from hyperv_operator.reconcilers.snapshot_builder import build


@dataclass(frozen=True)
class Admission:
    """Reviews HyperVMachines with what this process knows at the moment."""

    deps: Dependencies
    cache: Cache
    namespaces: NamespaceLabels

    def review(self, body: JsonObject, old: JsonObject | None) -> Verdict:
        """Review a new machine (`old` is None), or a change of one. `body` is the object as it would be stored."""
        resource = MachineResource.parse(body)
        namespace, watched = resource.meta.namespace or "", self.deps.settings.watch_namespaces
        if watched and namespace not in watched:
            return Admitted()
        labels = self.namespaces.known(namespace)
        snapshot = build(
            self.deps, self.cache, resource, host=self._host(resource), lookups=Lookups(labels=dict(labels or {}))
        )
        if old is None:
            return review_creation(snapshot, namespace_known=labels is not None)
        return review_change(snapshot, mapping(old.get("spec")), mapping(body.get("spec")))

    def _host(self, resource: MachineResource) -> HostView | None:
        entry = self.cache.hosts.get(resource.target_host or "")
        return entry.view(NEVER_POLLED) if entry else None
