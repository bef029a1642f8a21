"""Hosts and their inventories for clients, without any I/O."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from hyperv_operator.api.host import AgentStatus, HyperVHostStatus
from hyperv_operator.api.host import Capacity as ApiCapacity
from hyperv_operator.api.inventory import HyperVHostInventoryStatus
from hyperv_operator.gateway import states
from hyperv_operator.gateway.models import (
    Capacity,
    Host,
    HostAgent,
    Image,
    Inventory,
    InventoryMachine,
    MachineRef,
    Placeholder,
    Volume,
)

JsonObject = Mapping[str, Any]


def show(body: JsonObject, inventory: JsonObject | None = None) -> Host:
    """Return a host, with its inventory if there is one."""
    spec, raw = states.part(body, "spec"), states.part(body, "status")
    status = HyperVHostStatus.parse(dict(raw))
    return Host(
        name=str(states.part(body, "metadata").get("name", "")),
        address=str(spec.get("address", "")),
        cordoned=spec.get("cordoned") is True,
        failover_cluster=spec.get("failoverCluster"),
        ready=states.readiness(status),
        conditions=states.conditions(status.conditions),
        capacity=_capacity(status.capacity) if status.capacity else None,
        agent=_agent(status.agent) if status.agent else None,
        os=status.os,
        computer_name=status.computer_name,
        transitions=states.transitions(raw),
        inventory=_inventory(inventory) if inventory is not None else None,
    )


def _agent(agent: AgentStatus) -> HostAgent:
    return HostAgent(
        version=agent.version, phase=agent.phase, digest=agent.digest, schema_versions=list(agent.schema_versions)
    )


def _capacity(capacity: ApiCapacity) -> Capacity:
    return Capacity(
        logical_processors=capacity.logical_processors,
        memory_gib=capacity.memory_gib,
        memory_free_gib=capacity.memory_free_gib,
        volumes=[Volume(path=one.path, free_gib=one.free_gib) for one in capacity.volumes],
    )


def _inventory(body: JsonObject) -> Inventory | None:
    try:
        status = HyperVHostInventoryStatus.model_validate(states.part(body, "status"))
    except ValidationError:
        return None
    return Inventory(
        observed_at=status.observed_at,
        truncated=status.truncated,
        machines=[
            InventoryMachine(
                vm_id=one.vm_id,
                name=one.name,
                state=one.state,
                cpu_cores=one.cpu_cores,
                gb_ram=one.gb_ram,
                machine=one.machine_ref and MachineRef.model_validate(one.machine_ref, from_attributes=True),
            )
            for one in status.machines
        ],
        images=[Image.model_validate(one, from_attributes=True) for one in status.images],
        placeholders=[Placeholder.model_validate(one, from_attributes=True) for one in status.placeholders],
    )
