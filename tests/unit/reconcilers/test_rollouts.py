"""The rollout through the hosts' own passes: only the hosts are made up, the executor is the real one."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any

import pytest
from typing_extensions import override

from hyperv_operator.api.catalogue import explain
from hyperv_operator.api.names import Reason
from hyperv_operator.core.rollout import RolloutPhase
from hyperv_operator.errors import (
    AgentFilesInUse,
    AgentMissing,
    HostError,
    HostUnreachable,
    ProtocolViolation,
    RolloutFailed,
)
from hyperv_operator.ports import HostEndpoint, LoggedOn, TaskContext
from hyperv_operator.protocol.bundle import AgentBundle, version_name
from hyperv_operator.protocol.inventory import HostIdFacts, InventoryReport
from hyperv_operator.protocol.inventory_parser import parse_inventory
from hyperv_operator.reconcilers.entries import MachineEntry
from hyperv_operator.reconcilers.resources import MachineResource
from hyperv_operator.settings import Settings
from unit.reconcilers.fleet import LINES, Cluster, Fleet, Hosts

OLD, NEW = "sha256:" + "0" * 64, "sha256:" + "1" * 64
ROOT = "C:\\ProgramData\\HyperVOperator"
BUNDLE = AgentBundle("2.0.0", (1,), NEW, {}, "")


class _Agents(Hosts):
    """Each host's versions by name, and what an attempt to install comes to there."""

    def __init__(self) -> None:
        super().__init__()
        self.versions: dict[str, dict[str, str]] = {}
        self.fails: dict[str, Exception] = {}
        self.installed: list[str] = []
        self.pruned: list[tuple[str, tuple[str, ...]]] = []
        self.dead: set[str] = set()
        self.by_hand: dict[str, str] = {}
        self.broken: set[str] = set()

    def _report(self, host: str, digest: str) -> InventoryReport:
        report = parse_inventory(LINES.splitlines())
        agent = report.facts.agent.model_copy(
            update={"digest": digest, "versions": tuple(sorted(self.versions.get(host, {})))}
        )
        identity = HostIdFacts(smbios_uuid=host, machine_guid=host)
        return report.model_copy(
            update={"facts": report.facts.model_copy(update={"agent": agent, "host_id": identity})}
        )

    @override
    def read_inventory(self, endpoint: HostEndpoint, _: object, context: TaskContext) -> InventoryReport:
        host = endpoint.name
        if host in self.dead:
            raise HostUnreachable("It does not answer.")
        context.report(LoggedOn())
        if host in self.broken:
            raise ProtocolViolation("The script broke.")
        if endpoint.agent_path == ROOT:
            found = self.by_hand.get(host)
        else:
            found = self.versions.get(host, {}).get(endpoint.agent_path.rsplit("\\", 1)[-1])
        if found is None:
            raise AgentMissing("There is no agent.")
        return self._report(host, found)

    def install(
        self,
        endpoint: HostEndpoint,
        bundle: AgentBundle,
        _: object,
        check: Callable[[HostIdFacts], None],
        context: TaskContext,
    ) -> InventoryReport:
        self.installed.append(endpoint.name)
        if not self.gate.wait(20):
            raise AssertionError
        if endpoint.name in self.fails:
            raise self.fails[endpoint.name]
        check(HostIdFacts(smbios_uuid=endpoint.name, machine_guid=endpoint.name))
        was_there = self.versions.get(endpoint.name, {}).get(bundle.name) == bundle.digest
        if endpoint.name in self.broken:
            raise RolloutFailed("It does not work there.", was_there=was_there)
        self.versions.setdefault(endpoint.name, {})[bundle.name] = bundle.digest
        return self._report(endpoint.name, bundle.digest)

    def prune(
        self, endpoint: HostEndpoint, bundle: AgentBundle, keep: tuple[str, ...], context: TaskContext
    ) -> tuple[str, ...]:
        self.pruned.append((endpoint.name, keep))
        return ()


class _Rollout:
    """An operator with a bundle, and its hosts."""

    def __init__(self, *names: str) -> None:
        self.agents = _Agents()
        self.cluster = Cluster(*names)
        self.start()

    def start(self, **settings: Any) -> None:
        """Begin as an operator process does: with nothing but what the API server has."""
        self.fleet = Fleet(self.cluster, self.agents, BUNDLE, Settings(**settings))

    async def passes(self, rounds: int = 3) -> None:
        """Let every host make passes, one after another, ten minutes apart."""
        for _ in range(rounds):
            self.cluster.now += timedelta(minutes=10)
            for entry in list(self.fleet.cache.hosts.values()):
                await self.fleet.reconciler.reconcile(entry)

    def phases(self) -> dict[str, RolloutPhase]:
        """Return where each host stands."""
        return {name: entry.rollout.phase for name, entry in self.fleet.cache.hosts.items() if entry.rollout}

    def agent_ready(self, name: str) -> tuple[str, str, str]:
        """Return status, reason and message of a host's condition AgentReady."""
        conditions: list[dict[str, Any]] = self.cluster.bodies[name]["status"]["conditions"]
        found = next(one for one in conditions if one["type"] == "AgentReady")
        return found["status"], found["reason"], found["message"]


@pytest.fixture
async def rollout() -> AsyncIterator[_Rollout]:
    made = _Rollout("a", "b", "c", "d")
    yield made
    await made.fleet.tasks.close(1)


async def test_hosts_without_an_agent_get_it_one_first(rollout: _Rollout) -> None:
    await rollout.passes(1)
    assert rollout.agents.installed[0] == "a"
    await rollout.passes(2)
    assert sorted(rollout.agents.installed) == ["a", "b", "c", "d"]
    assert rollout.agent_ready("d")[:2] == ("True", "AsExpected")
    agent = rollout.cluster.bodies["d"]["status"]["agent"]
    assert (agent["desiredDigest"], agent["digest"], agent["phase"]) == (NEW, NEW, "Ready")


async def test_a_canary_that_fails_stops_the_rollout_and_the_old_agent_stays_in_use(rollout: _Rollout) -> None:
    agents = rollout.agents
    agents.by_hand = dict.fromkeys("abcd", OLD)
    agents.fails["a"] = RolloutFailed("It does not work there.")
    await rollout.passes(4)
    assert set(agents.installed) == {"a"}
    message = explain(Reason.AGENT_ROLLOUT_FAILED, "It does not work there.")
    assert rollout.agent_ready("a") == ("False", "AgentRolloutFailed", message)
    status, reason, message = rollout.agent_ready("b")
    assert (status, reason) == ("False", "AgentRolloutIncomplete")
    assert "failed on a" in message
    # What is under way there goes on: the hosts answer, with the agent that they have.
    assert all(entry.problem is None for entry in rollout.fleet.cache.hosts.values())
    del agents.fails["a"]
    await rollout.passes(3)
    assert set(rollout.phases().values()) == {RolloutPhase.READY}


async def test_a_failure_is_remembered_by_the_next_operator(rollout: _Rollout) -> None:
    rollout.agents.fails["a"] = RolloutFailed("It does not work there.")
    await rollout.passes(2)
    await rollout.fleet.tasks.close(1)
    rollout.agents.installed.clear()
    rollout.start()
    # Whoever comes first this time: the failure counts before its host has been asked again.
    for name in ("b", "c", "d", "a"):
        await rollout.fleet.reconciler.reconcile(rollout.fleet.cache.hosts[name])
    assert rollout.agents.installed == ["a"]


async def test_a_dead_host_is_no_canary_and_delays_no_other_host(rollout: _Rollout) -> None:
    rollout.agents.dead = {"a"}
    await rollout.passes(3)
    assert rollout.agents.installed == ["b", "c", "d"]
    rollout.agents.dead = set()
    await rollout.passes(1)
    assert rollout.phases()["a"] is RolloutPhase.READY


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (AgentMissing("It is not prepared."), "AgentMissing"),
        (AgentFilesInUse("A file is in use."), "AgentRolloutIncomplete"),
    ],
)
async def test_a_problem_of_one_host_stops_no_other(rollout: _Rollout, error: Exception, reason: str) -> None:
    rollout.agents.fails["a"] = error
    await rollout.passes(4)
    assert {name for name, phase in rollout.phases().items() if phase is RolloutPhase.READY} == {"b", "c", "d"}
    assert rollout.agent_ready("a")[1:] == (reason, explain(Reason(reason), str(error)))
    del rollout.agents.fails["a"]
    await rollout.passes(3)
    assert set(rollout.phases().values()) == {RolloutPhase.READY}


@pytest.mark.parametrize(
    "error",
    [
        AgentMissing("Access is denied.", remedy="Give the account write access."),
        AgentFilesInUse("A file is in use.", remedy="Stop the scanner."),
        RolloutFailed("The disk is full.", remedy="Free space."),
    ],
)
async def test_a_condition_has_the_remedy_of_the_call_that_failed(rollout: _Rollout, error: HostError) -> None:
    rollout.agents.fails["a"] = error
    await rollout.passes(2)
    assert rollout.agent_ready("a")[2] == f"{error.message} {error.remedy}"


async def test_no_more_hosts_at_a_time_than_is_set(rollout: _Rollout) -> None:
    rollout.start(rollout_hosts=1)
    await rollout.passes(1)
    rollout.agents.versions.clear()
    rollout.agents.installed.clear()
    rollout.agents.gate.clear()
    rollout.cluster.now += timedelta(minutes=10)
    passes = [
        asyncio.create_task(rollout.fleet.reconciler.reconcile(entry)) for entry in rollout.fleet.cache.hosts.values()
    ]
    async with asyncio.timeout(20):
        while not rollout.agents.installed:  # noqa: ASYNC110 - the call runs in a thread
            await asyncio.sleep(0.01)
        while len([task for task in passes if task.done()]) < len(passes) - 1:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    assert len(rollout.agents.installed) == 1
    rollout.agents.gate.set()
    await asyncio.gather(*passes)


async def test_modified_files_are_repaired(rollout: _Rollout) -> None:
    await rollout.passes(3)
    rollout.agents.installed.clear()
    rollout.agents.versions["c"][BUNDLE.name] = OLD
    await rollout.passes(1)
    assert rollout.agents.installed == ["c"]
    rollout.agents.versions["c"].clear()
    await rollout.passes(1)
    assert rollout.agents.installed == ["c", "c"]
    assert rollout.phases()["c"] is RolloutPhase.READY


async def test_a_host_that_breaks_after_its_rollout_delays_no_other_host(rollout: _Rollout) -> None:
    await rollout.passes(3)
    agents = rollout.agents
    agents.broken = {"a"}
    agents.versions["b"].clear()
    await rollout.passes(3)
    assert rollout.phases() == dict.fromkeys("bcd", RolloutPhase.READY) | {"a": RolloutPhase.WAITING}
    assert rollout.agent_ready("a")[1] == "AgentRolloutIncomplete"
    agents.broken = set()
    await rollout.passes(1)
    assert rollout.phases()["a"] is RolloutPhase.READY


async def test_another_machine_at_the_address_gets_nothing(rollout: _Rollout) -> None:
    rollout.cluster.bodies["a"]["status"] = {"hostId": {"smbiosUuid": "other", "machineGuid": "other"}}
    rollout.start()
    await rollout.passes(3)
    assert BUNDLE.name not in rollout.agents.versions.get("a", {})
    ready = next(one for one in rollout.cluster.bodies["a"]["status"]["conditions"] if one["type"] == "Ready")
    assert ready["reason"] == "HostIdentityChanged"


async def test_old_versions_go_when_nothing_uses_them(rollout: _Rollout) -> None:
    await rollout.passes(3)
    rollout.agents.versions["b"][version_name(OLD)] = OLD
    claim = {"runId": "b7e23ec2-9f2c-4f5e-8d0a-5a4f5b8a9d10", "attempt": 1, "operator": "o", "agent": version_name(OLD)}
    body: Any = {
        "metadata": {"name": "m", "namespace": "team", "uid": "m"},
        "spec": {"targetHost": "b"},
        "status": {"claim": claim},
    }
    machine = rollout.fleet.cache.add(MachineEntry(MachineResource.parse(body)))
    await rollout.passes(2)
    assert rollout.agents.pruned == []
    rollout.fleet.cache.drop(machine)
    await rollout.passes(2)
    assert set(rollout.agents.pruned) == {("b", (BUNDLE.name,))}


async def test_an_endpoint_without_language_is_left_alone_and_says_what_to_install(rollout: _Rollout) -> None:
    spec = rollout.cluster.bodies["a"]["spec"]
    spec["connection"] = {**spec["connection"], "configurationName": "HyperVOperator"}
    rollout.agents.by_hand["a"] = OLD
    rollout.start()
    await rollout.passes(3)
    assert "a" not in rollout.agents.installed
    status, _, message = rollout.agent_ready("a")
    assert status == "True"
    assert NEW in message
    rollout.agents.by_hand.clear()
    await rollout.passes(1)
    assert f"Install agent 2.0.0 ({NEW}) by hand" in rollout.agent_ready("a")[2]
