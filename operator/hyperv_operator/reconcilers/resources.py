"""The custom resources as the API server returns them, parsed once per version at the edge of the reconcilers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from hyperv_operator.api.common import parse_spec
from hyperv_operator.api.host import HyperVHostSpec, HyperVHostStatus
from hyperv_operator.api.machine import HyperVMachineSpec, HyperVMachineStatus
from hyperv_operator.api.names import HOST_KIND, MACHINE_KIND
from hyperv_operator.ports import JsonObject, ObjectRef
from hyperv_operator.reconcilers.metadata import Metadata, mapping, metadata, text_or_none


@dataclass(frozen=True)
class MachineResource:
    """One version of a HyperVMachine."""

    meta: Metadata
    spec: HyperVMachineSpec | str
    """The spec, or the reason why it cannot be read."""
    status: HyperVMachineStatus
    target_host: str | None
    """Name of the target host, also if the rest of the spec cannot be read."""
    vm_name: str | None
    """The VM name that is asked for, also if the rest of the spec cannot be read."""
    retains: bool
    """The VM is kept when the resource is deleted. Read on its own; what cannot be read keeps the VM."""

    @classmethod
    def parse(cls, body: JsonObject) -> Self:
        """Parse an object of the API server. Never raises: what cannot be read is a value."""
        spec = mapping(body.get("spec"))
        return cls(
            meta=metadata(body),
            spec=parse_spec(HyperVMachineSpec, body.get("spec")),
            status=HyperVMachineStatus.parse(body.get("status")),
            target_host=text_or_none(spec.get("targetHost")),
            vm_name=text_or_none(mapping(spec.get("fields")).get("vm_name")),
            retains=not isinstance(body.get("spec"), Mapping) or spec.get("deletionPolicy", "Delete") != "Delete",
        )

    @property
    def ref(self) -> ObjectRef:
        """The reference to the object."""
        return self.meta.ref(MACHINE_KIND)

    @property
    def was_launched(self) -> bool:
        """Whether a launch was ever claimed."""
        return self.status.claim is not None

    def may_be_on(self, host: str) -> bool:
        """Return whether the machine may have something on the host: it is where it was launched, or where its VM was last."""
        return self.was_launched and host in (self.target_host, self.status.host)


@dataclass(frozen=True)
class HostResource:
    """One version of a HyperVHost."""

    meta: Metadata
    spec: HyperVHostSpec | str
    """The spec, or the reason why it cannot be read."""
    status: HyperVHostStatus

    @classmethod
    def parse(cls, body: JsonObject) -> Self:
        """Parse an object of the API server. Never raises: what cannot be read is a value."""
        return cls(
            meta=metadata(body),
            spec=parse_spec(HyperVHostSpec, body.get("spec")),
            status=HyperVHostStatus.parse(body.get("status")),
        )

    @property
    def ref(self) -> ObjectRef:
        """The reference to the object."""
        return self.meta.ref(HOST_KIND)
