"""The control interface of a simulated host, and its resources."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer

from hostsim import manifests
from hostsim.control import application
from hostsim.host import SimulatedHost
from hostsim.installation import ROOT, digest, name_of
from integration.hostsim.client import AGENT_FILES, connected

_VERSION = name_of(digest(AGENT_FILES))


@pytest.fixture
def host() -> Iterator[SimulatedHost]:
    with SimulatedHost(installation="none") as running:
        yield running


@pytest.fixture
async def control(host: SimulatedHost) -> AsyncIterator[TestClient[Any, Any]]:
    async with TestClient(TestServer(application(host))) as made:
        yield made


async def test_versions_are_listed_and_modified(host: SimulatedHost, control: TestClient[Any, Any]) -> None:
    with connected(host) as client:
        client.bring(AGENT_FILES)
    assert await (await control.get("/versions")).json() == {_VERSION: digest(AGENT_FILES)}
    assert (await control.put(f"/versions/{_VERSION}/steps/Extra.ps1", data=b"# more\n")).status == 200
    assert host.world.agent.within(f"versions/{_VERSION}") == {**AGENT_FILES, "steps/Extra.ps1": b"# more\n"}
    assert (await control.delete(f"/versions/{_VERSION}/steps/Extra.ps1")).status == 200
    assert (await control.delete(f"/versions/{_VERSION}/steps/Extra.ps1")).status == 404
    assert await (await control.get("/versions")).json() == {_VERSION: digest(AGENT_FILES)}
    shown = await (await control.get("/rollouts")).json()
    assert [(note["operation"], note["code"]) for note in shown] == [("receive", ""), ("activate", "")]
    assert [entry["kind"] for entry in await (await control.get("/ledger")).json()] == ["activate_version"]
    assert await (await control.get("/runs")).json() == []


async def test_a_vm_is_deleted_by_hand(host: SimulatedHost, control: TestClient[Any, Any]) -> None:
    vm_id = host.call(lambda: host.world.add_vm("one"))
    assert (await control.delete(f"/vms/{vm_id}")).status == 200
    assert (await control.delete(f"/vms/{vm_id}")).status == 404
    assert host.world.vms == {}


async def test_shells_are_listed_and_opened(host: SimulatedHost, control: TestClient[Any, Any]) -> None:
    answer = await control.post("/shells", json={"name": "left behind", "number": 2, "idle_seconds": 60})
    assert answer.status == 200
    assert (await control.post("/shells", json={"name": "theirs", "account": "somebody"})).status == 200
    assert (await control.post("/shells", json={"names": "theirs"})).status == 400
    shown = await (await control.get("/shells")).json()
    assert shown == {"open": ["left behind", "left behind", "theirs"], "own": 2, "peak": 2}
    assert (await control.post("/reboot")).status == 200
    assert (await (await control.get("/shells")).json())["open"] == []


async def test_faults_are_listed_and_set(host: SimulatedHost, control: TestClient[Any, Any]) -> None:
    host.faults.broken_versions = {"b", "a"}
    assert (await (await control.get("/faults")).json())["broken_versions"] == ["a", "b"]
    answer = await control.patch("/faults", json={"broken_versions": True, "activate_fails": "DiskFull"})
    assert (await answer.json())["broken_versions"] is True
    assert host.faults.breaks("any")
    assert host.faults.activate_fails == "DiskFull"
    refused = await control.patch("/faults", json={"broken": True})
    assert (refused.status, "no such faults: broken" in await refused.text()) == (400, True)


def test_the_hyperv_host_has_the_folder_of_the_agent(host: SimulatedHost) -> None:
    assert manifests.hyperv_host(host)["spec"]["paths"]["agent"] == ROOT


async def test_a_vm_is_made_one_that_cannot_be_opened_or_has_lost_its_storage(
    host: SimulatedHost, control: TestClient[Any, Any]
) -> None:
    vm_id = host.call(lambda: host.world.add_vm("one"))
    assert (await control.patch(f"/vms/{vm_id}", json={"unopened": "Gone.", "critical": True})).status == 200
    assert (host.world.vms[vm_id].unopened, host.world.vms[vm_id].critical) == ("Gone.", True)  # type: ignore[attr-defined]
    assert (await control.patch(f"/vms/{vm_id}", json={"unopened": None, "critical": False})).status == 200
    assert (host.world.vms[vm_id].unopened, host.world.vms[vm_id].critical) == (None, False)  # type: ignore[attr-defined]
    assert (await control.patch(f"/vms/{vm_id}", json={"state": "Off"})).status == 400
    assert (await control.patch("/vms/nobody", json={"critical": True})).status == 404
