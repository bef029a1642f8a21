"""Hosts that are nodes of one failover cluster: they share their volume, and a VM can move from one to another."""

from __future__ import annotations

from hostsim.agent import Agent
from hostsim.host import SimulatedHost
from hostsim.world import World


def join(name: str, *hosts: SimulatedHost) -> None:
    """Make simulated hosts the nodes of a cluster: machine folders, tombstones and roles are those of its shared volume."""
    worlds = [_world(host) for host in hosts]
    for world in worlds:
        world.failover_cluster = name
        world.folders, world.removed, world.clustered = worlds[0].folders, worlds[0].removed, worlds[0].clustered
        world.peers = [other for other in worlds if other is not world]


def move(vm_id: str, source: SimulatedHost, target: SimulatedHost) -> None:
    """Move a running VM, as a live migration does."""
    vm = source.call(lambda: _world(source).vms.pop(vm_id))
    target.call(lambda: _world(target).vms.update({vm_id: vm}))


def fail_over(vm_id: str, source: SimulatedHost, target: SimulatedHost) -> None:
    """Move a VM away from a node that is down; it starts anew. Without this, the VM stays with the node."""
    source.call(lambda: _agent(source).halt(_world(source).vms[vm_id]))
    move(vm_id, source, target)
    vm = _world(target).vms[vm_id]
    if vm.state == "Running":
        target.call(lambda: _agent(target).boot(vm))


def _world(host: SimulatedHost) -> World:
    world = host.world
    assert isinstance(world, World), "the real agent has no cluster of several nodes"
    return world


def _agent(host: SimulatedHost) -> Agent:
    agent = host.agent
    assert isinstance(agent, Agent)
    return agent
